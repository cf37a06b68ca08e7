/*
 * talloc/string.c - strings: copied, printed, appended to. The name of a string is the string.
 */
#include <stdio.h>
#include <string.h>

#include <own/compat/talloc.h>

#include "chunk.h"

/* What is printed is first printed here. */
#define PRINT_SIZE 512

static char *copy(const void *context, const char *string, size_t length)
{
    char *result = own_talloc_named_const(context, length + 1, NULL);
    if (!result)
        return NULL;
    memcpy(result, string, length);
    result[length] = '\0';
    own_talloc_set_name_const(result, result);
    return result;
}

char *own_talloc_strdup(const void *context, const char *string)
{
    return string ? copy(context, string, strlen(string)) : NULL;
}

char *own_talloc_strndup(const void *context, const char *string, size_t max)
{
    return string ? copy(context, string, strnlen(string, max)) : NULL;
}

/* Makes room for so many characters more behind the first `length`. */
static char *extend(char *string, size_t length, size_t more)
{
    size_t size;
    if (__builtin_add_overflow(length + 1, more, &size))
        size = SIZE_LIMIT;
    char *result = own_talloc_realloc(NULL, string, size, NULL);
    if (result)
        own_talloc_set_name_const(result, result);
    return result;
}

static char *append(char *string, size_t length, const char *appended, size_t more)
{
    char *result = extend(string, length, more);
    if (!result)
        return NULL;
    memcpy(result + length, appended, more);
    result[length + more] = '\0';
    return result;
}

/* The length of a string that fills its chunk. */
static size_t length_of_chunk(const char *string)
{
    size_t size = own_talloc_get_size(string);
    return size ? size - 1 : 0;
}

char *own_talloc_strdup_append(char *string, const char *appended)
{
    if (!string)
        return own_talloc_strdup(NULL, appended);
    return appended ? append(string, strlen(string), appended, strlen(appended)) : string;
}

char *own_talloc_strdup_append_buffer(char *string, const char *appended)
{
    if (!string)
        return own_talloc_strdup(NULL, appended);
    return appended ? append(string, length_of_chunk(string), appended, strlen(appended)) : string;
}

char *own_talloc_strndup_append(char *string, const char *appended, size_t max)
{
    if (!string)
        return own_talloc_strndup(NULL, appended, max);
    return appended ? append(string, strlen(string), appended, strnlen(appended, max)) : string;
}

char *own_talloc_strndup_append_buffer(char *string, const char *appended, size_t max)
{
    if (!string)
        return own_talloc_strndup(NULL, appended, max);
    return appended ? append(string, length_of_chunk(string), appended, strnlen(appended, max))
                    : string;
}

/* vsnprintf that leaves the arguments to be used again. */
static int print(char *buffer, size_t size, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(buffer, size, format, again);
    va_end(again);
    return length;
}

char *own_talloc_vasprintf(const void *context, const char *format, va_list arguments)
{
    char buffer[PRINT_SIZE];
    int length = print(buffer, sizeof(buffer), format, arguments);
    if (length < 0)
        return NULL;
    if ((size_t)length < sizeof(buffer))
        return copy(context, buffer, (size_t)length);
    char *result = own_talloc_named_const(context, (size_t)length + 1, NULL);
    if (!result)
        return NULL;
    print(result, (size_t)length + 1, format, arguments);
    own_talloc_set_name_const(result, result);
    return result;
}

char *own_talloc_asprintf(const void *context, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *result = own_talloc_vasprintf(context, format, arguments);
    va_end(arguments);
    return result;
}

/* The string may be among the arguments, so it is printed to the end before it moves. */
static char *print_append(char *string, size_t length, const char *format, va_list arguments)
{
    char buffer[PRINT_SIZE];
    int more = print(buffer, sizeof(buffer), format, arguments);
    if (more <= 0)
        return string;
    if ((size_t)more < sizeof(buffer))
        return append(string, length, buffer, (size_t)more);
    char *printed = own_talloc_vasprintf(NULL, format, arguments);
    if (!printed)
        return NULL;
    char *result = append(string, length, printed, (size_t)more);
    own_talloc_free_at(printed, OWN_HERE);
    return result;
}

char *own_talloc_vasprintf_append(char *string, const char *format, va_list arguments)
{
    return string ? print_append(string, strlen(string), format, arguments)
                  : own_talloc_vasprintf(NULL, format, arguments);
}

char *own_talloc_vasprintf_append_buffer(char *string, const char *format, va_list arguments)
{
    return string ? print_append(string, length_of_chunk(string), format, arguments)
                  : own_talloc_vasprintf(NULL, format, arguments);
}

char *own_talloc_asprintf_append(char *string, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *result = own_talloc_vasprintf_append(string, format, arguments);
    va_end(arguments);
    return result;
}

char *own_talloc_asprintf_append_buffer(char *string, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *result = own_talloc_vasprintf_append_buffer(string, format, arguments);
    va_end(arguments);
    return result;
}

void own_talloc_asprintf_addbuf(char **string, const char *format, ...)
{
    if (!*string)
        return;
    va_list arguments;
    va_start(arguments, format);
    char *result = own_talloc_vasprintf_append_buffer(*string, format, arguments);
    va_end(arguments);
    if (!result)
        own_talloc_free_at(*string, OWN_HERE);
    *string = result;
}
