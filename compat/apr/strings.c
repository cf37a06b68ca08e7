/*
 * strings.c - copies and joins of strings, in blocks of a pool.
 */
#include "record.h"

#include <stdio.h>

/* Lengths that apr_pstrcat need not find twice. */
#define LENGTHS 8

void *own_apr_pmemdup(apr_pool_t *pool, const void *memory, apr_size_t size)
{
    void *copy = memory ? own_apr_palloc(pool, size) : NULL;
    return copy ? memcpy(copy, memory, size) : NULL;
}

char *own_apr_pstrmemdup(apr_pool_t *pool, const char *string, apr_size_t length)
{
    char *copy = string ? own_apr_palloc(pool, length + 1) : NULL;
    if (!copy)
        return NULL;
    memcpy(copy, string, length);
    copy[length] = '\0';
    return copy;
}

char *own_apr_pstrdup(apr_pool_t *pool, const char *string)
{
    return string ? own_apr_pmemdup(pool, string, strlen(string) + 1) : NULL;
}

char *own_apr_pstrndup(apr_pool_t *pool, const char *string, apr_size_t most)
{
    return string ? own_apr_pstrmemdup(pool, string, strnlen(string, most)) : NULL;
}

char *own_apr_pstrcat(apr_pool_t *pool, ...)
{
    va_list strings;
    size_t lengths[LENGTHS];
    size_t total = 0, count = 0;
    const char *string;

    va_start(strings, pool);
    while ((string = va_arg(strings, const char *)) != NULL) {
        size_t length = strlen(string);
        if (count < LENGTHS)
            lengths[count++] = length;
        total += length;
    }
    va_end(strings);
    char *joined = own_apr_palloc(pool, total + 1), *at = joined;
    if (!joined)
        return NULL;
    va_start(strings, pool);
    for (size_t i = 0; (string = va_arg(strings, const char *)) != NULL; i++) {
        size_t length = i < count ? lengths[i] : strlen(string);
        at = (char *)memcpy(at, string, length) + length;
    }
    va_end(strings);
    *at = '\0';
    return joined;
}

char *own_apr_pstrcatv(apr_pool_t *pool, const struct iovec *parts, apr_size_t count,
                       apr_size_t *length)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += parts[i].iov_len;
    if (length)
        *length = total;
    char *joined = own_apr_palloc(pool, total + 1), *at = joined;
    if (!joined)
        return NULL;
    for (size_t i = 0; i < count; at += parts[i].iov_len, i++)
        if (parts[i].iov_len > 0)
            memcpy(at, parts[i].iov_base, parts[i].iov_len);
    *at = '\0';
    return joined;
}

static char *print_number(apr_pool_t *pool, intmax_t number)
{
    char text[24];
    int length = snprintf(text, sizeof(text), "%jd", number);
    return own_apr_pmemdup(pool, text, (size_t)length + 1);
}

char *own_apr_itoa(apr_pool_t *pool, int number)
{
    return print_number(pool, number);
}

char *own_apr_ltoa(apr_pool_t *pool, long number)
{
    return print_number(pool, number);
}

char *own_apr_off_t_toa(apr_pool_t *pool, apr_off_t number)
{
    return print_number(pool, number);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The end of an argument that begins there: the quote that closes it, a blank, or the end of the
   string. A backslash takes the meaning from a blank or a quote.
   quote  the one that opened it, or '\0'. */
static const char *argument_end(const char *at, char quote)
{
    for (; *at; at++) {
        if (at[0] == '\\' && (is_blank(at[1]) || at[1] == '"' || at[1] == '\''))
            at++;
        else if (quote ? *at == quote : is_blank(*at))
            break;
    }
    return at;
}

/* Finds the next argument. Returns where the search for one after it goes on; NULL: there is none.
 */
static const char *argument_next(const char *at, const char **begin, const char **end)
{
    while (is_blank(*at))
        at++;
    if (*at == '\0')
        return NULL;
    char quote = *at == '"' || *at == '\'' ? *at++ : '\0';
    *begin = at;
    *end = argument_end(at, quote);
    return **end ? *end + 1 : *end;
}

/* A copy without backslashes. */
static char *argument_copy(apr_pool_t *pool, const char *begin, const char *end)
{
    char *copy = own_apr_palloc(pool, (size_t)(end - begin) + 1), *to = copy;
    if (!copy)
        return NULL;
    for (; begin < end; begin++)
        if (*begin != '\\')
            *to++ = *begin;
    *to = '\0';
    return copy;
}

apr_status_t own_apr_tokenize_to_argv(const char *string, char ***arguments, apr_pool_t *pool)
{
    const char *begin, *end;
    size_t count = 0;
    for (const char *at = string; (at = argument_next(at, &begin, &end)) != NULL;)
        count++;
    char **made = own_apr_palloc(pool, (count + 1) * sizeof(*made));
    if (!made)
        return APR_ENOMEM;
    size_t i = 0;
    for (const char *at = string; (at = argument_next(at, &begin, &end)) != NULL;) {
        made[i] = argument_copy(pool, begin, end);
        if (!made[i++])
            return APR_ENOMEM;
    }
    made[count] = NULL;
    *arguments = made;
    return APR_SUCCESS;
}
