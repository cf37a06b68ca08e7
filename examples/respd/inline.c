/*
 * inline.c - inline commands: splits a line into arguments, with quotes and escapes as in C.
 */
#include <ctype.h>

#include "parser.h"
#include "request.h"

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    digit = (char)tolower((unsigned char)digit);
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* What an escape after '\' in double quotes stands for; *at ends after it. */
static char unescape(const char *line, size_t length, size_t *at)
{
    char byte = line[(*at)++];
    switch (byte) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'b':
        return '\b';
    case 'a':
        return '\a';
    case 'x':
        if (*at + 1 < length && hex_value(line[*at]) >= 0 && hex_value(line[*at + 1]) >= 0) {
            byte = (char)(hex_value(line[*at]) * 16 + hex_value(line[*at + 1]));
            *at += 2;
        }
        return byte;
    default:
        return byte;
    }
}

/* One word into a buffer; false where its quotes do not end, or something follows them. */
static bool split_word(const char *line, size_t length, size_t *at, char *word, size_t *word_length)
{
    size_t i = *at, used = 0;
    char quote = 0;
    for (; i < length && (quote || !isspace((unsigned char)line[i]));) {
        char byte = line[i++];
        if (!quote && (byte == '"' || byte == '\'')) {
            quote = byte;
        } else if (quote && byte == quote) {
            quote = 0;
            if (i < length && !isspace((unsigned char)line[i]))
                return false;
        } else if (quote == '"' && byte == '\\' && i < length) {
            word[used++] = unescape(line, length, &i);
        } else if (quote == '\'' && byte == '\\' && i < length && line[i] == '\'') {
            word[used++] = line[i++];
        } else {
            word[used++] = byte;
        }
    }
    *at = i;
    *word_length = used;
    return !quote;
}

int inline_split(struct request *request, const char *line, size_t length, const char **error)
{
    char *word = own_alloc_raw(request->pool, length, 1); /* no word is longer than its line */
    if (!word)
        return -1;
    for (size_t at = 0;;) {
        while (at < length && isspace((unsigned char)line[at]))
            at++;
        if (at == length)
            break;
        size_t word_length;
        if (!split_word(line, length, &at, word, &word_length)) {
            *error = "ERR Protocol error: unbalanced quotes in request";
            return -1;
        }
        if (request_add(request, word, word_length) != 0)
            return -1;
    }
    return own_free(request->pool, word);
}
