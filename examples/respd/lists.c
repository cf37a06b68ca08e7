/*
 * lists.c - commands about lists.
 */
#include "commands.h"
#include "number.h"

static void push(struct request *request, enum list_end end)
{
    struct entry *entry = open_value(request, 1, VALUE_LIST);
    if (!entry)
        return;
    struct list *list = entry->value.list;
    watch_touch(database_of(request), entry);
    for (size_t i = 2; i < request->argument_count; i++)
        if (list_push(list, end, argument(request, i), request->pool) != 0) {
            while (i-- > 2) /* all or nothing */
                list_pop(list, end);
            close_value(request, entry);
            reply_no_memory(request);
            return;
        }
    reply_integer(request, (int64_t)list->count);
}

/* The same where there is a list already. */
static void push_on(struct request *request, enum list_end end)
{
    struct entry *entry;
    if (!find_value(request, 1, VALUE_LIST, &entry))
        return;
    if (entry)
        push(request, end);
    else
        reply_integer(request, 0);
}

void command_lpush(struct request *request)
{
    push(request, LIST_LEFT);
}

void command_rpush(struct request *request)
{
    push(request, LIST_RIGHT);
}

void command_lpushx(struct request *request)
{
    push_on(request, LIST_LEFT);
}

void command_rpushx(struct request *request)
{
    push_on(request, LIST_RIGHT);
}

/* What is long is held by the reply before the list lets it go; all go, or none. */
static void pop_some(struct request *request, struct list *list, enum list_end end, size_t count)
{
    struct list_place place = list_end_place(list, end);
    for (size_t i = 0; i < count; i++)
        reply_cell(request, end == LIST_LEFT ? list_read(&place) : list_read_left(&place));
    for (size_t i = 0; i < count && !request->failed; i++)
        list_pop(list, end);
}

static void pop(struct request *request, enum list_end end)
{
    struct entry *entry;
    int64_t count = -1; /* none: one element, not in an array */
    if (request->argument_count > 3) {
        reply_wrong_arity(request);
        return;
    }
    if (request->argument_count == 3 &&
        (!number_parse(argument(request, 2)->bytes, argument(request, 2)->length, &count) ||
         count < 0)) {
        reply_error(request, "ERR value is out of range, must be positive");
        return;
    }
    if (!find_value(request, 1, VALUE_LIST, &entry))
        return;
    if (!entry) {
        if (count < 0)
            reply_nil(request);
        else
            reply_nil_array(request);
        return;
    }
    struct list *list = entry->value.list;
    if (count != 0)
        watch_touch(database_of(request), entry);
    if (count >= 0) {
        count = (uint64_t)count < list->count ? count : (int64_t)list->count;
        reply_array(request, (size_t)count);
    } else {
        count = 1;
    }
    pop_some(request, list, end, (size_t)count);
    close_value(request, entry);
}

void command_lpop(struct request *request)
{
    pop(request, LIST_LEFT);
}

void command_rpop(struct request *request)
{
    pop(request, LIST_RIGHT);
}

void command_llen(struct request *request)
{
    struct entry *entry;
    if (find_value(request, 1, VALUE_LIST, &entry))
        reply_integer(request, entry ? (int64_t)entry->value.list->count : 0);
}

void command_lrange(struct request *request)
{
    struct entry *entry;
    int64_t start, stop;
    if (!integer_argument(request, 2, &start) || !integer_argument(request, 3, &stop) ||
        !find_value(request, 1, VALUE_LIST, &entry))
        return;
    int64_t count = entry ? (int64_t)entry->value.list->count : 0;
    start = start < 0 ? (start + count < 0 ? 0 : start + count) : start;
    stop = stop < 0 ? stop + count : stop;
    stop = stop >= count ? count - 1 : stop;
    if (start > stop) {
        reply_array(request, 0);
        return;
    }
    reply_array(request, (size_t)(stop - start + 1));
    struct list_place place = list_seek(entry->value.list, (size_t)start);
    for (int64_t i = start; i <= stop && !request->failed; i++)
        reply_cell(request, list_read(&place));
}

void command_lindex(struct request *request)
{
    struct entry *entry;
    int64_t index;
    if (!find_value(request, 1, VALUE_LIST, &entry))
        return;
    if (!entry) {
        reply_nil(request);
        return;
    }
    if (!integer_argument(request, 2, &index))
        return;
    int64_t count = (int64_t)entry->value.list->count;
    index = index < 0 ? index + count : index;
    if (index < 0 || index >= count) {
        reply_nil(request);
        return;
    }
    struct list_place place = list_seek(entry->value.list, (size_t)index);
    reply_cell(request, list_read(&place));
}
