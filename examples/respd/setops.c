/*
 * setops.c - commands about several sets: what they have in common, all in all, or one alone.
 */
#include "commands.h"
#include "number.h"

enum operation { INTERSECTION, UNION, DIFFERENCE };

/* The sets of some arguments, and what takes each member of the result. */
struct sets {
    struct request *request;
    const struct table **tables; /* NULL: there is no such set */
    size_t count;
    bool (*take)(struct sets *sets, const struct table *table, const struct item *item);
    size_t found, limit; /* no more than so many; 0: all */
    struct table *result;
};

/* false: replied that one of them is no set, or that there is no room. */
static bool find_sets(struct sets *sets, struct request *request, size_t first, size_t count)
{
    *sets = (struct sets){.request = request, .count = count};
    sets->tables = own_alloc_raw(request->pool, count, sizeof *sets->tables);
    if (!sets->tables) {
        request_fail(request);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct entry *entry = database_find(database_of(request), argument(request, first + i));
        if (entry && entry->type != VALUE_SET) {
            reply_wrong_type(request);
            return false;
        }
        sets->tables[i] = entry ? entry->value.table : NULL;
    }
    return true;
}

static bool has(const struct table *table, const struct string *member, uint32_t hash)
{
    return table && table_find(table, member, hash);
}

/* Whether a member of the set with that number belongs to the result, and is seen the first time.*/
static bool belongs(const struct sets *sets, enum operation operation, size_t number,
                    const struct item *item)
{
    struct string member = table_key(sets->tables[number], item);
    size_t end = operation == UNION ? number : sets->count;
    for (size_t i = 0; i < end; i++)
        if (i != number && has(sets->tables[i], &member, item->hash) != (operation == INTERSECTION))
            return false;
    return true;
}

/* Goes through one of the sets; false: enough. */
static bool walk(struct sets *sets, enum operation operation, size_t number)
{
    const struct table *table = sets->tables[number];
    if (!table)
        return true;
    for (struct item *item = table_first(table); item; item = table_next(table, item)) {
        if (!belongs(sets, operation, number, item))
            continue;
        sets->found++;
        if ((sets->take && !sets->take(sets, table, item)) || sets->found == sets->limit)
            return false;
    }
    return true;
}

static void run(struct sets *sets, enum operation operation)
{
    size_t smallest = 0;
    switch (operation) {
    case INTERSECTION:
        for (size_t i = 0; i < sets->count; i++) {
            if (!sets->tables[i])
                return;
            if (sets->tables[i]->count < sets->tables[smallest]->count)
                smallest = i;
        }
        walk(sets, operation, smallest);
        break;
    case UNION:
        for (size_t i = 0; i < sets->count; i++)
            if (!walk(sets, operation, i))
                return;
        break;
    case DIFFERENCE:
        walk(sets, operation, 0);
        break;
    }
}

static bool show(struct sets *sets, const struct table *table, const struct item *item)
{
    struct string member = table_key(table, item);
    reply_string(sets->request, &member);
    return !sets->request->failed;
}

static void reply_result(struct request *request, enum operation operation)
{
    struct sets sets;
    if (!find_sets(&sets, request, 1, request->argument_count - 1))
        return;
    sets.take = show;
    uint32_t array = reply_array_begin(request);
    run(&sets, operation);
    reply_array_end(request, array, sets.found);
}

/* A member that is long is not copied: all the sets that have it hold it. */
static bool add(struct sets *sets, const struct table *table, const struct item *item)
{
    struct string member = table_key(table, item);
    if (table_add(sets->result, &member, item->hash, NULL))
        return true;
    sets->result = NULL;
    return false;
}

/* Gives a key the set that was made, or none. */
static void replace(struct request *request, struct entry *made)
{
    struct database *database = database_of(request);
    struct entry *entry = database_find(database, argument(request, 1));
    int64_t count = (int64_t)made->value.table->count;
    if (count > 0 && !entry)
        entry = database_open(database, argument(request, 1), request->pool);
    if (count == 0 || !entry) {
        database_clear_value(database, made);
        if (count > 0)
            reply_no_memory(request);
        else
            reply_integer(request, 0);
        if (count == 0 && entry)
            database_delete(database, entry);
        return;
    }
    expiry_remove(database, entry);
    database_clear_value(database, entry);
    entry->value = made->value;
    entry->type = made->type;
    watch_touch(database, entry);
    reply_integer(request, count);
}

static void store_result(struct request *request, enum operation operation)
{
    struct database *database = database_of(request);
    struct sets sets;
    struct entry made = {.type = VALUE_NONE};
    if (!find_sets(&sets, request, 2, request->argument_count - 2))
        return;
    (void)database_find(database, argument(request, 1)); /* if it has expired, it goes now */
    if (!database->pool) {                               /* nothing is there */
        reply_integer(request, 0);
        return;
    }
    if (database_make(database, &made, VALUE_SET) != 0) {
        reply_no_memory(request);
        return;
    }
    sets.take = add;
    sets.result = made.value.table;
    run(&sets, operation);
    if (sets.result) {
        replace(request, &made);
    } else {
        database_clear_value(database, &made);
        reply_no_memory(request);
    }
}

void command_sinter(struct request *request)
{
    reply_result(request, INTERSECTION);
}

void command_sunion(struct request *request)
{
    reply_result(request, UNION);
}

void command_sdiff(struct request *request)
{
    reply_result(request, DIFFERENCE);
}

void command_sinterstore(struct request *request)
{
    store_result(request, INTERSECTION);
}

void command_sunionstore(struct request *request)
{
    store_result(request, UNION);
}

void command_sdiffstore(struct request *request)
{
    store_result(request, DIFFERENCE);
}

static bool parse_integer(const struct string *string, int64_t *number)
{
    return number_parse(string->bytes, string->length, number);
}

/* What may follow the keys: LIMIT and a number. */
static bool parse_limit(struct request *request, size_t index, int64_t *limit)
{
    *limit = 0;
    if (index == request->argument_count)
        return true;
    if (index + 2 != request->argument_count ||
        !string_is_word(argument(request, index), "LIMIT")) {
        reply_syntax_error(request);
        return false;
    }
    if (parse_integer(argument(request, index + 1), limit) && *limit >= 0)
        return true;
    reply_error(request, "ERR LIMIT can't be negative");
    return false;
}

void command_sintercard(struct request *request)
{
    struct sets sets;
    int64_t keys, limit;
    if (!parse_integer(argument(request, 1), &keys) || keys <= 0) {
        reply_error(request, "ERR numkeys should be greater than 0");
        return;
    }
    if (keys > (int64_t)request->argument_count - 2) {
        reply_error(request, "ERR Number of keys can't be greater than number of args");
        return;
    }
    if (!parse_limit(request, 2 + (size_t)keys, &limit) ||
        !find_sets(&sets, request, 2, (size_t)keys))
        return;
    sets.limit = (size_t)limit;
    run(&sets, INTERSECTION);
    reply_integer(request, (int64_t)sets.found);
}
