/*
 * edits.c - commands that change lists between their ends.
 */
#include "commands.h"

static bool cell_equal(const union cell *cell, const struct string *string)
{
    char scratch[CELL_SCRATCH];
    struct string kept = cell_look(cell, scratch);
    return string_equal(string, kept.bytes, kept.length);
}

void command_lset(struct request *request)
{
    struct entry *entry;
    int64_t index;
    if (!find_value(request, 1, VALUE_LIST, &entry))
        return;
    if (!entry) {
        reply_error(request, "ERR no such key");
        return;
    }
    if (!integer_argument(request, 2, &index))
        return;
    struct list *list = entry->value.list;
    index = index < 0 ? index + (int64_t)list->count : index;
    if (index < 0 || index >= (int64_t)list->count) {
        reply_error(request, "ERR index out of range");
        return;
    }
    struct list_place place = list_seek(list, (size_t)index);
    if (cell_replace(list->pool, &place.node->cells[place.at], argument(request, 3),
                     request->pool) != 0) {
        reply_no_memory(request);
        return;
    }
    watch_touch(database_of(request), entry);
    reply_ok(request);
}

/* The place of the first cell from an end that is equal, as an index; -1: none is. */
static int64_t find_equal(const struct list *list, const struct string *string)
{
    struct list_place place = list_seek(list, 0);
    const union cell *cell;
    for (int64_t index = 0; (cell = list_read(&place)); index++)
        if (cell_equal(cell, string))
            return index;
    return -1;
}

void command_linsert(struct request *request)
{
    struct entry *entry;
    bool after = string_is_word(argument(request, 2), "AFTER");
    if (!after && !string_is_word(argument(request, 2), "BEFORE")) {
        reply_syntax_error(request);
        return;
    }
    if (!find_value(request, 1, VALUE_LIST, &entry))
        return;
    int64_t index = entry ? find_equal(entry->value.list, argument(request, 3)) : -1;
    if (index < 0) {
        reply_integer(request, entry ? -1 : 0);
        return;
    }
    struct list *list = entry->value.list;
    const struct string *value = argument(request, 4);
    struct list_place place = list_seek(list, (size_t)index);
    int status;
    if (after && index + 1 == (int64_t)list->count)
        status = list_push(list, LIST_RIGHT, value, request->pool);
    else
        status = list_insert(list, after ? list_seek(list, (size_t)index + 1) : place, value,
                             request->pool);
    if (status != 0) {
        reply_no_memory(request);
        return;
    }
    watch_touch(database_of(request), entry);
    reply_integer(request, (int64_t)list->count);
}

/* A step from a place; NULL as its node at the end. */
static struct list_place step(struct list_place place, bool left)
{
    if (left && place.at-- == place.node->begin) {
        place.node = place.node->previous;
        place.at = place.node ? place.node->end - 1 : 0;
    } else if (!left && ++place.at == place.node->end) {
        place.node = place.node->next;
        place.at = place.node ? place.node->begin : 0;
    }
    return place;
}

/* Removes up to so many cells that are equal, from the left or from the right. */
static int64_t remove_equal(struct list *list, const struct string *string, uint64_t max, bool left)
{
    struct list_place place = list_seek(list, left ? 0 : list->count - 1);
    uint64_t removed = 0;
    while (place.node && removed < max) {
        struct list_place next = step(place, !left);
        if (cell_equal(&place.node->cells[place.at], string)) {
            /* What lies behind the cell in its node moves down by one. */
            if (left && next.node == place.node)
                next.at--;
            list_remove(list, place);
            removed++;
        }
        place = next;
    }
    return (int64_t)removed;
}

void command_lrem(struct request *request)
{
    struct entry *entry;
    int64_t count;
    if (!integer_argument(request, 2, &count) || !find_value(request, 1, VALUE_LIST, &entry))
        return;
    if (!entry) {
        reply_integer(request, 0);
        return;
    }
    uint64_t max = count < 0 ? 0 - (uint64_t)count : count > 0 ? (uint64_t)count : UINT64_MAX;
    int64_t removed = remove_equal(entry->value.list, argument(request, 3), max, count >= 0);
    if (removed > 0)
        watch_touch(database_of(request), entry);
    close_value(request, entry);
    reply_integer(request, removed);
}

void command_ltrim(struct request *request)
{
    struct entry *entry;
    int64_t start, stop;
    if (!integer_argument(request, 2, &start) || !integer_argument(request, 3, &stop) ||
        !find_value(request, 1, VALUE_LIST, &entry))
        return;
    if (entry) {
        struct list *list = entry->value.list;
        int64_t count = (int64_t)list->count;
        start = start < 0 ? (start + count < 0 ? 0 : start + count) : start;
        stop = stop < 0 ? stop + count : stop;
        stop = stop >= count ? count - 1 : stop;
        if (start > stop)
            start = count;
        watch_touch(database_of(request), entry);
        for (int64_t i = 0; i < start; i++)
            list_pop(list, LIST_LEFT);
        while ((int64_t)list->count > stop - start + 1 && list->count > 0)
            list_pop(list, LIST_RIGHT);
        close_value(request, entry);
    }
    reply_ok(request);
}
