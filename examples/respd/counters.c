/*
 * counters.c - commands that change a string in its place: numbers, and APPEND.
 */
#include "commands.h"
#include "parser.h"

struct entry *open_string(struct request *request, bool *is_new)
{
    struct entry *entry = database_open(database_of(request), argument(request, 1), request->pool);
    *is_new = entry && entry->type == VALUE_NONE;
    if (!entry) {
        reply_no_memory(request);
    } else if (*is_new) {
        entry->type = VALUE_STRING; /* a zeroed cell is an empty string */
    } else if (entry->type != VALUE_STRING) {
        reply_wrong_type(request);
        return NULL;
    }
    return entry;
}

static void add(struct request *request, int64_t increment)
{
    bool is_new;
    int64_t number = 0;
    struct entry *entry = open_string(request, &is_new);
    if (!entry)
        return;
    union cell *cell = &entry->value.string;
    if (!is_new && !cell_number(cell, &number))
        reply_not_integer(request);
    else if (__builtin_add_overflow(number, increment, &number))
        reply_error(request, "ERR increment or decrement would overflow");
    else {
        cell_set_number(database_of(request)->pool, cell, number);
        watch_touch(database_of(request), entry);
        reply_integer(request, number);
    }
}

void command_incr(struct request *request)
{
    add(request, 1);
}

void command_decr(struct request *request)
{
    add(request, -1);
}

void command_incrby(struct request *request)
{
    int64_t increment;
    if (integer_argument(request, 2, &increment))
        add(request, increment);
}

void command_decrby(struct request *request)
{
    int64_t decrement;
    if (!integer_argument(request, 2, &decrement))
        return;
    if (decrement == INT64_MIN)
        reply_error(request, "ERR decrement would overflow");
    else
        add(request, -decrement);
}

void command_append(struct request *request)
{
    bool is_new;
    struct database *database = database_of(request);
    struct entry *entry = open_string(request, &is_new);
    if (!entry)
        return;
    char scratch[CELL_SCRATCH];
    size_t length = cell_look(&entry->value.string, scratch).length;
    length += argument(request, 2)->length;
    if (length > (size_t)BULK_MAX) {
        reply_error(request, "ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    } else if (cell_append(database->pool, &entry->value.string, argument(request, 2)) == 0) {
        watch_touch(database, entry);
        reply_integer(request, (int64_t)length);
    } else {
        if (is_new)
            database_delete(database, entry);
        reply_no_memory(request);
    }
}

void command_strlen(struct request *request)
{
    struct entry *entry;
    char scratch[CELL_SCRATCH];
    if (find_value(request, 1, VALUE_STRING, &entry))
        reply_integer(request,
                      entry ? (int64_t)cell_look(&entry->value.string, scratch).length : 0);
}

void command_setrange(struct request *request)
{
    int64_t offset;
    struct entry *entry;
    const struct string *value = argument(request, 3);
    struct database *database = database_of(request);
    char scratch[CELL_SCRATCH];
    bool is_new;
    if (!integer_argument(request, 2, &offset))
        return;
    if (offset < 0) {
        reply_error(request, "ERR offset is out of range");
        return;
    }
    if (!find_value(request, 1, VALUE_STRING, &entry))
        return;
    size_t length = entry ? cell_look(&entry->value.string, scratch).length : 0;
    if (value->length == 0) {
        reply_integer(request, (int64_t)length);
        return;
    }
    if (offset > BULK_MAX - (int64_t)value->length) {
        reply_error(request, "ERR string exceeds maximum allowed size (proto-max-bulk-len)");
        return;
    }
    entry = open_string(request, &is_new);
    if (!entry)
        return;
    if (cell_write(database->pool, &entry->value.string, (size_t)offset, value) == 0) {
        size_t end = (size_t)offset + value->length;
        watch_touch(database, entry);
        reply_integer(request, (int64_t)(length > end ? length : end));
    } else {
        if (is_new)
            database_delete(database, entry);
        reply_no_memory(request);
    }
}
