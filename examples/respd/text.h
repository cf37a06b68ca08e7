/*
 * text.h - strings: how they arrive, how they are kept, how they are shown.
 *
 * A long string is a pool of its own, a `text`. So it can be moved from the request that brought
 * it into a database, and be held by the replies that show it, without its bytes being copied.
 * A short one is copied: into a block, or, when tiny, into the place where it is kept.
 */
#ifndef RESPD_TEXT_H
#define RESPD_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include <own.h>

/* From now on texts are shared: the reply of one thread may hold what another deletes. */
void texts_meet_threads(void);

/* Strings longer than this are texts. */
#define TEXT_ABOVE 512

struct text {
    own_pool *pool; /* borrowed: it is the pool that this is a block of */
    char *bytes;    /* a block of the pool */
    size_t length;
    size_t capacity;
};

/* Creates a text of some bytes, with room for more. NULL with errno as own_alloc. */
OWN_MUST_USE struct text *text_new(own_pool *owner, const char *bytes, size_t length,
                                   size_t capacity);

/* A string wherever it is: an argument, or a look at what is stored. Borrowed. */
struct string {
    const char *bytes;
    size_t length;
    struct text *text; /* where it is long: what to hold; else NULL */
};

bool string_equal(const struct string *string, const char *bytes, size_t length);

/* Whether an argument is that word, in upper or lower case; `word` is in upper case. */
bool string_is_word(const struct string *string, const char *word);

/* How a stored string is kept, in 16 bytes. A kind up to CELL_TINY_MAX is a length. */
#define CELL_TINY_MAX 15
enum { CELL_BLOCK = CELL_TINY_MAX + 1, CELL_TEXT, CELL_INTEGER };

union cell {
    uint8_t kind;
    struct {
        uint8_t kind;
        char bytes[CELL_TINY_MAX];
    } tiny;
    struct {
        uint8_t kind;
        uint16_t length; /* at most TEXT_ABOVE */
        char *bytes;     /* a block of the pool that the cell belongs to */
    } block;
    struct {
        uint8_t kind;
        struct text *text; /* a child of the pool that the cell belongs to */
    } text;
    struct {
        uint8_t kind;
        int64_t value;
    } integer;
};

/*
 * Fills an empty cell.
 *
 * pool   what the cell belongs to.
 * giver  the pool that holds string->text, which is moved from there; NULL: it is held here too,
 *        since nobody changes a text that two hold.
 *
 * Returns -1 with errno as own_alloc and own_move; then the cell is as it was.
 */
int cell_fill(own_pool *pool, union cell *cell, const struct string *string, own_pool *giver);

/* Fills a cell that is in use. Errors as cell_fill; then it keeps its string. */
int cell_replace(own_pool *pool, union cell *cell, const struct string *string, own_pool *giver);

/* Releases what a cell keeps; the cell is an empty string then. */
void cell_clear(own_pool *pool, union cell *cell);

/* Appends to what a cell keeps. Where a reply still shows a text, the reply keeps the old one. */
int cell_append(own_pool *pool, union cell *cell, const struct string *string);

/* The same at an offset, which may be behind the end: zero bytes are then between. */
int cell_write(own_pool *pool, union cell *cell, size_t offset, const struct string *string);

/* Looks at a cell. The string is valid as long as the cell is unchanged, and as scratch is. */
#define CELL_SCRATCH 24
struct string cell_look(const union cell *cell, char scratch[CELL_SCRATCH]);

/* What a cell keeps, as a number; false where it is none. */
bool cell_number(const union cell *cell, int64_t *number);
void cell_set_number(own_pool *pool, union cell *cell, int64_t number);

/* Bytes that a cell takes beyond itself. */
size_t cell_memory(const own_pool *pool, const union cell *cell);

#endif
