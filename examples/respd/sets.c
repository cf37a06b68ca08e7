/*
 * sets.c - commands about sets.
 */
#include <limits.h>

#include "census.h"
#include "commands.h"
#include "number.h"
#include "random.h"
#include "siphash.h"

struct item *find_member(const struct entry *entry, const struct string *member)
{
    if (!entry)
        return NULL;
    return table_find(entry->value.table, member, siphash(member->bytes, member->length));
}

/* Takes members out again, the arguments up to an index that were added. */
static void take_back(struct request *request, const struct entry *entry, const bool *is_added,
                      size_t end)
{
    for (size_t i = 2; i < end; i++)
        if (is_added[i])
            table_remove(entry->value.table, find_member(entry, argument(request, i)));
}

void command_sadd(struct request *request)
{
    bool *is_added = arguments_to_mark(request);
    struct entry *entry = is_added ? open_value(request, 1, VALUE_SET) : NULL;
    if (!entry)
        return;
    int64_t added = 0;
    for (size_t i = 2; i < request->argument_count; i++) {
        const struct string *member = argument(request, i);
        uint32_t hash = siphash(member->bytes, member->length);
        if (table_find(entry->value.table, member, hash))
            continue;
        if (!table_add(entry->value.table, member, hash, request->pool)) {
            take_back(request, entry, is_added, i); /* all or nothing */
            close_value(request, entry);
            reply_no_memory(request);
            return;
        }
        is_added[i] = true;
        watch_touch(database_of(request), entry);
        added++;
    }
    reply_integer(request, added);
}

void command_srem(struct request *request)
{
    struct entry *entry;
    int64_t removed = 0;
    if (!find_value(request, 1, VALUE_SET, &entry))
        return;
    for (size_t i = 2; entry && i < request->argument_count; i++) {
        struct item *item = find_member(entry, argument(request, i));
        if (item) {
            watch_touch(database_of(request), entry);
            table_remove(entry->value.table, item);
            removed++;
        }
    }
    if (entry)
        close_value(request, entry);
    reply_integer(request, removed);
}

void command_smembers(struct request *request)
{
    struct entry *entry;
    if (!find_value(request, 1, VALUE_SET, &entry))
        return;
    if (!entry) {
        reply_array(request, 0);
        return;
    }
    const struct table *members = entry->value.table;
    reply_array(request, members->count);
    for (struct item *item = table_first(members); item && !request->failed;
         item = table_next(members, item)) {
        struct string member = table_key(members, item);
        reply_string(request, &member);
    }
}

void command_sismember(struct request *request)
{
    struct entry *entry;
    if (find_value(request, 1, VALUE_SET, &entry))
        reply_integer(request, find_member(entry, argument(request, 2)) != NULL);
}

void command_scard(struct request *request)
{
    struct entry *entry;
    if (find_value(request, 1, VALUE_SET, &entry))
        reply_integer(request, entry ? (int64_t)entry->value.table->count : 0);
}

void command_smismember(struct request *request)
{
    struct entry *entry;
    if (!find_value(request, 1, VALUE_SET, &entry))
        return;
    reply_array(request, request->argument_count - 2);
    for (size_t i = 2; i < request->argument_count; i++)
        reply_integer(request, find_member(entry, argument(request, i)) != NULL);
}

void command_smove(struct request *request)
{
    struct entry *from, *to;
    struct database *database = database_of(request);
    const struct string *member = argument(request, 3);
    if (!find_value(request, 1, VALUE_SET, &from))
        return;
    if (!from) {
        reply_integer(request, 0);
        return;
    }
    if (!find_value(request, 2, VALUE_SET, &to))
        return;
    struct item *item = find_member(from, member);
    if (!item || from == to) {
        reply_integer(request, item != NULL);
        return;
    }
    to = open_value(request, 2, VALUE_SET);
    if (!to)
        return;
    struct string kept = table_key(from->value.table, item);
    if (!find_member(to, member)) {
        if (!table_add(to->value.table, &kept, item->hash, NULL)) { /* a long one both hold now */
            close_value(request, to);
            reply_no_memory(request);
            return;
        }
        watch_touch(database, to);
    }
    watch_touch(database, from);
    table_remove(from->value.table, item);
    close_value(request, from);
    reply_integer(request, 1);
}

/* Members by chance */

static void reply_member(struct request *request, const struct table *members,
                         const struct item *item)
{
    struct string member = table_key(members, item);
    reply_string(request, &member);
}

/* A member that is long is held by the reply before the set lets it go. */
static void pop_member(struct request *request, struct table *members)
{
    struct item *item = table_random(members);
    reply_member(request, members, item);
    if (!request->failed)
        table_remove(members, item);
}

void command_spop(struct request *request)
{
    struct entry *entry;
    bool counted = request->argument_count == 3;
    int64_t count = 1;
    if (request->argument_count > 3) {
        reply_syntax_error(request);
        return;
    }
    if (counted &&
        (!number_parse(argument(request, 2)->bytes, argument(request, 2)->length, &count) ||
         count < 0)) {
        reply_error(request, "ERR value is out of range, must be positive");
        return;
    }
    if (!find_value(request, 1, VALUE_SET, &entry))
        return;
    if (!entry) {
        if (counted)
            reply_array(request, 0);
        else
            reply_nil(request);
        return;
    }
    struct table *members = entry->value.table;
    count = (uint64_t)count < members->count ? count : (int64_t)members->count;
    if (counted)
        reply_array(request, (size_t)count);
    if (count > 0)
        watch_touch(database_of(request), entry);
    while (count-- > 0 && !request->failed)
        pop_member(request, members);
    close_value(request, entry);
}

/* So many different members, which are few of all: those that were taken are kept apart. */
static void reply_few(struct request *request, const struct table *members, size_t count)
{
    own_pool *pool = census_pool(request->pool, "picked", 0, 0);
    struct table picked;
    if (!pool) {
        request_fail(request);
        return;
    }
    table_init(&picked, pool, sizeof(struct item));
    while (count > 0 && !request->failed) {
        const struct item *item = table_random(members);
        struct string key = {(const char *)&item, sizeof item, NULL};
        if (table_find(&picked, &key, item->hash))
            continue;
        if (!table_add(&picked, &key, item->hash, NULL))
            request_fail(request);
        reply_member(request, members, item);
        count--;
    }
    own_drop(request->pool, pool);
}

/* So many different members, in one pass: each is taken with the chance that is left for it. */
static void reply_many(struct request *request, const struct table *members, size_t count)
{
    size_t left = members->count;
    for (struct item *item = table_first(members); count > 0 && !request->failed;
         item = table_next(members, item))
        if (random_below(left--) < count) {
            reply_member(request, members, item);
            count--;
        }
}

static void reply_chosen(struct request *request, const struct table *members, int64_t count)
{
    if (count < 0) { /* the same may come twice */
        reply_array(request, 0 - (size_t)count);
        for (; count < 0 && !request->failed; count++)
            reply_member(request, members, table_random(members));
        return;
    }
    size_t different = (uint64_t)count < members->count ? (size_t)count : members->count;
    reply_array(request, different);
    if (different < members->count / 4)
        reply_few(request, members, different);
    else
        reply_many(request, members, different);
}

void command_srandmember(struct request *request)
{
    struct entry *entry;
    int64_t count = 0;
    bool counted = request->argument_count == 3;
    if (request->argument_count > 3) {
        reply_syntax_error(request);
        return;
    }
    if (counted && !integer_argument(request, 2, &count))
        return;
    if (count == INT64_MIN) {
        reply_error(request, "ERR value is out of range, value must between %lld and %lld",
                    -LLONG_MAX, LLONG_MAX);
        return;
    }
    if (!find_value(request, 1, VALUE_SET, &entry))
        return;
    if (!entry && counted)
        reply_array(request, 0);
    else if (!entry)
        reply_nil(request);
    else if (counted)
        reply_chosen(request, entry->value.table, count);
    else
        reply_member(request, entry->value.table, table_random(entry->value.table));
}
