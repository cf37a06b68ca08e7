/*
 * text.c - strings: how they arrive, how they are kept, how they are shown.
 */
#include "text.h"

#include <errno.h>
#include <string.h>

#include "census.h"
#include "number.h"

/* Bytes up to here come with the pool, in one piece of memory; more get a piece of their own. */
#define TOGETHER_MAX ((size_t)8 << 10)

static bool are_shared;

void texts_meet_threads(void)
{
    are_shared = true;
}

/* A text's pool. Its blocks need no lock: who changes them is the only one that refers to it. */
static own_pool *text_pool(own_pool *owner, size_t reserve)
{
    own_pool *pool = census_pool(owner, "string", reserve, 0);
    if (!pool || !are_shared || own_share(pool) == 0)
        return pool;
    own_drop(owner, pool);
    errno = ENOMEM;
    return NULL;
}

struct text *text_new(own_pool *owner, const char *bytes, size_t length, size_t capacity)
{
    bool together = capacity <= TOGETHER_MAX;
    own_pool *pool = text_pool(owner, sizeof(struct text) + (together ? capacity : 0));
    if (!pool)
        return NULL;
    struct text *text = OWN_ALLOC(pool, struct text);
    char *copy = text ? own_alloc_raw(pool, capacity, 1) : NULL;
    if (!copy) {
        int error = errno;
        own_drop(owner, pool);
        errno = error;
        return NULL;
    }
    memcpy(copy, bytes, length);
    *text = (struct text){.pool = pool, .bytes = copy, .length = length, .capacity = capacity};
    return text;
}

bool string_equal(const struct string *string, const char *bytes, size_t length)
{
    return string->length == length && memcmp(string->bytes, bytes, length) == 0;
}

bool string_is_word(const struct string *string, const char *word)
{
    size_t i = 0;
    for (; i < string->length && word[i]; i++) {
        char byte = string->bytes[i];
        if (byte >= 'a' && byte <= 'z')
            byte = (char)(byte - 'a' + 'A');
        if (byte != word[i])
            return false;
    }
    return i == string->length && !word[i];
}

int cell_fill(own_pool *pool, union cell *cell, const struct string *string, own_pool *giver)
{
    if (string->length <= CELL_TINY_MAX) {
        cell->kind = (uint8_t)string->length;
        memcpy(cell->tiny.bytes, string->bytes, string->length);
        return 0;
    }
    if (string->length <= TEXT_ABOVE) {
        char *bytes = own_memdup(pool, string->bytes, string->length);
        if (!bytes)
            return -1;
        cell->block.kind = CELL_BLOCK;
        cell->block.length = (uint16_t)string->length;
        cell->block.bytes = bytes;
        return 0;
    }
    struct text *text = string->text;
    if (text && giver) {
        if (own_move(giver, pool, text->pool) != 0)
            return -1;
    } else if (text && string->bytes == text->bytes && string->length == text->length) {
        if (own_hold(pool, text->pool) != 0)
            return -1;
    } else {
        text = text_new(pool, string->bytes, string->length, string->length);
        if (!text)
            return -1;
    }
    cell->text.kind = CELL_TEXT;
    cell->text.text = text;
    return 0;
}

int cell_replace(own_pool *pool, union cell *cell, const struct string *string, own_pool *giver)
{
    union cell old = *cell;
    if (cell_fill(pool, cell, string, giver) != 0)
        return -1;
    cell_clear(pool, &old);
    return 0;
}

void cell_clear(own_pool *pool, union cell *cell)
{
    if (cell->kind == CELL_BLOCK)
        own_free(pool, cell->block.bytes);
    else if (cell->kind == CELL_TEXT)
        own_drop(pool, cell->text.text->pool); /* a reply may hold it still */
    cell->kind = 0;
}

/* Room for a string of that length that may grow further. */
static size_t roomy(size_t length)
{
    return length < 1u << 20 ? length * 2 : length + (1u << 20);
}

/* Makes room in a text that nobody else holds. */
static int text_reserve(struct text *text, size_t length)
{
    if (length <= text->capacity)
        return 0;
    size_t capacity = roomy(length);
    char *bytes = own_realloc(text->pool, text->bytes, capacity, 1);
    if (!bytes)
        return -1;
    text->bytes = bytes;
    text->capacity = capacity;
    return 0;
}

static void overlay(char *bytes, size_t length, size_t offset, const struct string *string)
{
    if (offset > length)
        memset(bytes + length, 0, offset - length);
    memcpy(bytes + offset, string->bytes, string->length);
}

int cell_write(own_pool *pool, union cell *cell, size_t offset, const struct string *string)
{
    char scratch[CELL_SCRATCH];
    struct string old = cell_look(cell, scratch);
    size_t end = offset + string->length;
    size_t length = old.length > end ? old.length : end;

    if (length <= TEXT_ABOVE) {
        char joined[TEXT_ABOVE];
        memcpy(joined, old.bytes, old.length);
        overlay(joined, old.length, offset, string);
        return cell_replace(pool, cell, &(struct string){joined, length, NULL}, NULL);
    }

    struct text *text = cell->kind == CELL_TEXT ? cell->text.text : NULL;
    if (!text || own_refcount(text->pool) > 1) {
        /* A reply shows the old text, or another key has it too: it stays as it is for those, and
           we change a copy. */
        text = text_new(pool, old.bytes, old.length, roomy(length));
        if (!text)
            return -1;
        cell_clear(pool, cell);
        cell->text.kind = CELL_TEXT;
        cell->text.text = text;
    } else if (text_reserve(text, length) != 0) {
        return -1;
    }
    overlay(text->bytes, text->length, offset, string);
    text->length = length;
    return 0;
}

int cell_append(own_pool *pool, union cell *cell, const struct string *string)
{
    char scratch[CELL_SCRATCH];
    return cell_write(pool, cell, cell_look(cell, scratch).length, string);
}

struct string cell_look(const union cell *cell, char scratch[CELL_SCRATCH])
{
    switch (cell->kind) {
    case CELL_BLOCK:
        return (struct string){cell->block.bytes, cell->block.length, NULL};
    case CELL_TEXT:
        return (struct string){cell->text.text->bytes, cell->text.text->length, cell->text.text};
    case CELL_INTEGER:
        return (struct string){scratch, number_format(cell->integer.value, scratch), NULL};
    default:
        return (struct string){cell->tiny.bytes, cell->kind, NULL};
    }
}

bool cell_number(const union cell *cell, int64_t *number)
{
    if (cell->kind == CELL_INTEGER) {
        *number = cell->integer.value;
        return true;
    }
    char scratch[CELL_SCRATCH];
    struct string string = cell_look(cell, scratch);
    return number_parse(string.bytes, string.length, number);
}

void cell_set_number(own_pool *pool, union cell *cell, int64_t number)
{
    cell_clear(pool, cell);
    cell->integer.kind = CELL_INTEGER;
    cell->integer.value = number;
}

size_t cell_memory(const own_pool *pool, const union cell *cell)
{
    own_usage usage;
    if (cell->kind == CELL_BLOCK)
        return own_block_size(pool, cell->block.bytes);
    if (cell->kind != CELL_TEXT)
        return 0;
    own_pool_total(cell->text.text->pool, &usage);
    return usage.reserved;
}
