/*
 * sets.c - commands about sets.
 */
#include "commands.h"
#include "siphash.h"

static struct item *find_member(const struct entry *entry, const struct string *member)
{
    if (!entry)
        return NULL;
    return table_find(entry->value.table, member, siphash(member->bytes, member->length));
}

void command_sadd(struct request *request)
{
    struct entry *entry = open_value(request, 1, VALUE_SET);
    if (!entry)
        return;
    int64_t added = 0;
    for (size_t i = 2; i < request->argument_count; i++) {
        const struct string *member = argument(request, i);
        uint32_t hash = siphash(member->bytes, member->length);
        if (table_find(entry->value.table, member, hash))
            continue;
        if (!table_add(entry->value.table, member, hash, request->pool)) {
            close_value(request, entry);
            reply_no_memory(request);
            return;
        }
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
