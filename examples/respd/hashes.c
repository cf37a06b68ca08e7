/*
 * hashes.c - commands about hashes.
 */
#include "commands.h"
#include "siphash.h"

struct field *find_field(const struct entry *entry, const struct string *name)
{
    if (!entry)
        return NULL;
    return (struct field *)table_find(entry->value.table, name, siphash(name->bytes, name->length));
}

struct field *open_field(struct request *request, struct entry *entry, const struct string *name,
                         bool *is_new)
{
    uint32_t hash = siphash(name->bytes, name->length);
    struct item *item = table_find(entry->value.table, name, hash);
    *is_new = !item;
    if (!item)
        item = table_add(entry->value.table, name, hash, request->pool);
    return (struct field *)item;
}

/* Takes fields out again, the arguments up to an index that were added. */
static void take_back(struct request *request, const struct entry *entry, const bool *is_added,
                      size_t end)
{
    for (size_t i = 2; i < end; i += 2)
        if (is_added[i])
            table_remove(entry->value.table, &find_field(entry, argument(request, i))->item);
}

/* false: replied why not. Then no field was added, but some may have their new values. */
static bool set_fields(struct request *request, int64_t *added)
{
    if (request->argument_count % 2 != 0) {
        reply_wrong_arity(request);
        return false;
    }
    bool *is_added = arguments_to_mark(request);
    struct entry *entry = is_added ? open_value(request, 1, VALUE_HASH) : NULL;
    if (!entry)
        return false;
    struct table *fields = entry->value.table;
    *added = 0;
    for (size_t i = 2; i < request->argument_count; i += 2) {
        bool is_new;
        struct field *field = open_field(request, entry, argument(request, i), &is_new);
        if (!field || cell_replace(fields->pool, &field->value, argument(request, i + 1),
                                   request->pool) != 0) {
            if (field && is_new)
                table_remove(fields, &field->item);
            take_back(request, entry, is_added, i);
            close_value(request, entry);
            reply_no_memory(request);
            return false;
        }
        watch_touch(database_of(request), entry);
        is_added[i] = is_new;
        *added += is_new;
    }
    return true;
}

void command_hset(struct request *request)
{
    int64_t added;
    if (set_fields(request, &added))
        reply_integer(request, added);
}

void command_hmset(struct request *request)
{
    int64_t added;
    if (set_fields(request, &added))
        reply_ok(request);
}

void command_hsetnx(struct request *request)
{
    struct entry *entry;
    int64_t added = 0;
    if (!find_value(request, 1, VALUE_HASH, &entry))
        return;
    if (find_field(entry, argument(request, 2)) || set_fields(request, &added))
        reply_integer(request, added);
}

void command_hget(struct request *request)
{
    struct entry *entry;
    if (!find_value(request, 1, VALUE_HASH, &entry))
        return;
    struct field *field = find_field(entry, argument(request, 2));
    if (field)
        reply_cell(request, &field->value);
    else
        reply_nil(request);
}

void command_hmget(struct request *request)
{
    struct entry *entry;
    if (!find_value(request, 1, VALUE_HASH, &entry))
        return;
    reply_array(request, request->argument_count - 2);
    for (size_t i = 2; i < request->argument_count; i++) {
        struct field *field = find_field(entry, argument(request, i));
        if (field)
            reply_cell(request, &field->value);
        else
            reply_nil(request);
    }
}

static void reply_fields(struct request *request, bool names, bool values)
{
    struct entry *entry;
    if (!find_value(request, 1, VALUE_HASH, &entry))
        return;
    if (!entry) {
        reply_array(request, 0);
        return;
    }
    const struct table *fields = entry->value.table;
    reply_array(request, fields->count * ((size_t)names + values));
    for (struct item *item = table_first(fields); item && !request->failed;
         item = table_next(fields, item)) {
        struct string name = table_key(fields, item);
        if (names)
            reply_string(request, &name);
        if (values)
            reply_cell(request, &((struct field *)item)->value);
    }
}

void command_hgetall(struct request *request)
{
    reply_fields(request, true, true);
}

void command_hkeys(struct request *request)
{
    reply_fields(request, true, false);
}

void command_hvals(struct request *request)
{
    reply_fields(request, false, true);
}

void command_hstrlen(struct request *request)
{
    struct entry *entry;
    char scratch[CELL_SCRATCH];
    if (!find_value(request, 1, VALUE_HASH, &entry))
        return;
    const struct field *field = find_field(entry, argument(request, 2));
    reply_integer(request, field ? (int64_t)cell_look(&field->value, scratch).length : 0);
}

void command_hdel(struct request *request)
{
    struct entry *entry;
    int64_t deleted = 0;
    if (!find_value(request, 1, VALUE_HASH, &entry))
        return;
    for (size_t i = 2; entry && i < request->argument_count; i++) {
        struct field *field = find_field(entry, argument(request, i));
        if (field) {
            watch_touch(database_of(request), entry);
            cell_clear(entry->value.table->pool, &field->value);
            table_remove(entry->value.table, &field->item);
            deleted++;
        }
    }
    if (entry)
        close_value(request, entry);
    reply_integer(request, deleted);
}

void command_hlen(struct request *request)
{
    struct entry *entry;
    if (find_value(request, 1, VALUE_HASH, &entry))
        reply_integer(request, entry ? (int64_t)entry->value.table->count : 0);
}

void command_hexists(struct request *request)
{
    struct entry *entry;
    if (find_value(request, 1, VALUE_HASH, &entry))
        reply_integer(request, find_field(entry, argument(request, 2)) != NULL);
}

/* Adds to a field that is there, or to 0. false: replied why not, and nothing has changed. */
static bool increment(struct request *request, struct entry *entry, int64_t by)
{
    struct field *field = find_field(entry, argument(request, 2));
    int64_t number = 0;
    bool is_new;
    if (field && !cell_number(&field->value, &number)) {
        reply_error(request, "ERR hash value is not an integer");
        return false;
    }
    if (__builtin_add_overflow(number, by, &number)) {
        reply_error(request, "ERR increment or decrement would overflow");
        return false;
    }
    field = open_field(request, entry, argument(request, 2), &is_new);
    if (!field) {
        reply_no_memory(request);
        return false;
    }
    cell_set_number(entry->value.table->pool, &field->value, number);
    watch_touch(database_of(request), entry);
    reply_integer(request, number);
    return true;
}

void command_hincrby(struct request *request)
{
    int64_t by;
    if (!integer_argument(request, 3, &by))
        return;
    struct entry *entry = open_value(request, 1, VALUE_HASH);
    if (entry && !increment(request, entry, by))
        close_value(request, entry);
}
