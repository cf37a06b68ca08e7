/*
 * block/string.c - strings as blocks.
 */
#include "block/block.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void *own_memdup(own_pool *pool, const void *memory, size_t size)
{
    if (!memory)
        return NULL;
    void *copy = own_alloc_raw(pool, 1, size);
    return copy ? memcpy(copy, memory, size) : NULL;
}

char *own_strndup(own_pool *pool, const char *string, size_t max)
{
    if (!string)
        return NULL;
    size_t length = strnlen(string, max);
    char *copy = own_alloc_raw(pool, 1, length + 1);
    if (!copy)
        return NULL;
    memcpy(copy, string, length);
    copy[length] = '\0';
    return copy;
}

char *own_strdup(own_pool *pool, const char *string)
{
    return string ? own_memdup(pool, string, strlen(string) + 1) : NULL;
}

/* Prints behind the first `length` bytes of `string`, which may be NULL with length 0. */
static char *print_at(own_pool *pool, char *string, size_t length, const char *format,
                      va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int more = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (more < 0)
        return NULL;
    size_t size = length + (size_t)more + 1;
    char *result = string ? own_realloc(pool, string, 1, size) : own_alloc_raw(pool, 1, size);
    if (result)
        vsnprintf(result + length, (size_t)more + 1, format, arguments);
    return result;
}

char *own_vasprintf(own_pool *pool, const char *format, va_list arguments)
{
    return print_at(pool, NULL, 0, format, arguments);
}

char *own_asprintf(own_pool *pool, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *result = print_at(pool, NULL, 0, format, arguments);
    va_end(arguments);
    return result;
}

char *own_asprintf_append(own_pool *pool, char *string, const char *format, ...)
{
    size_t length = 0;
    if (string) {
        size_t room = own_block_size(pool, string);
        length = room ? strnlen(string, room) : 0;
        if (length == room) {
            errno = EINVAL;
            return NULL;
        }
    }
    va_list arguments;
    va_start(arguments, format);
    char *result = print_at(pool, string, length, format, arguments);
    va_end(arguments);
    return result;
}
