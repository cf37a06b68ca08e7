/*
 * every_blocks.c - the calls on blocks: see every.h.
 */
#include "every.h"

#include <stdarg.h>

static int visit_block(void *block, size_t size, void *arg)
{
    expect(block && size);
    ++*(size_t *)arg;
    return 0;
}

static bool resized(char **block, void *result)
{
    *block = result ? result : *block;
    return result != NULL;
}

static char *print(own_pool *pool, const char *format, ...) OWN_PRINTF(2, 3);
static char *print(own_pool *pool, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    char *text = own_vasprintf(pool, format, arguments);
    va_end(arguments);
    return text;
}

/* So many blocks that a hash of adopted ones is made, or a page. */
static void adopt_many(struct setting *s)
{
    for (int i = 0; i < 40; i++)
        expect(own_adopt(s->pool, malloc(1), 1, free) == 0);
}

static bool call_own_alloc(struct setting *s)
{
    return own_alloc(s->pool, 1, 200) != NULL;
}

static bool call_own_alloc_raw(struct setting *s)
{
    return own_alloc_raw(s->pool, 100, 200) != NULL;
}

static bool call_own_alloc_slow(struct setting *s)
{
    return own_alloc_slow(s->pool, 1, 300000) != NULL;
}

static bool call_own_alloc_raw_slow(struct setting *s)
{
    return own_alloc_raw_slow(s->pool, 5, MIB) != NULL;
}

static bool call_own_alloc_aligned(struct setting *s)
{
    return own_alloc_aligned(s->pool, 16, 1, 100) != NULL;
}

static bool call_own_bump_fits(struct setting *s)
{
    own_bump_fits(s->other, 16);
    return true;
}

static bool call_own_bump(struct setting *s)
{
    return !own_bump_fits(s->other, 16) || own_bump(s->other, 16) != NULL;
}

static bool call_own_realloc(struct setting *s)
{
    return resized(&s->text, own_realloc(s->pool, s->text, 1, 50000));
}

static bool call_own_realloc_raw(struct setting *s)
{
    return resized(&s->large, own_realloc_raw(s->pool, s->large, 2, MIB));
}

static bool call_own_free(struct setting *s)
{
    if (own_free(s->pool, s->text) < 0 || own_free(s->pool, s->large) < 0)
        return false;
    return own_free(s->pool, s->adopted) == 0;
}

static bool call_own_block_move(struct setting *s)
{
    void *moved = own_block_move(s->pool, s->other, s->text);
    if (!moved)
        return false;
    s->text = own_block_move(s->other, s->pool, moved);
    expect(s->text || errno == ENOMEM);
    return true;
}

static bool call_own_block_size(struct setting *s)
{
    return own_block_size(s->pool, s->adopted) == 3000;
}

static bool call_own_contains(struct setting *s)
{
    return own_contains(s->pool, s->large) && !own_contains(s->pool, s);
}

static bool call_own_pool_of(struct setting *s)
{
    own_pool *pool = own_pool_of(s->text);

    /* Of an allocator, or of the user's chunks, none is found. */
    return pool == s->pool || !pool;
}

static bool call_own_pool_blocks(struct setting *s)
{
    size_t visited = 0;

    return own_pool_blocks(s->pool, visit_block, &visited) == 0 && visited >= 3;
}

static bool call_own_adopt(struct setting *s)
{
    if (own_adopt(s->pool, s->memory, 5000, free) < 0)
        return false;
    s->memory = NULL;
    return true;
}

static bool call_own_adopt_with(struct setting *s)
{
    if (own_adopt_with(s->pool, s->memory, 5000, count_freed, s) < 0)
        return false;
    s->memory = NULL;
    return true;
}

static bool call_own_disown(struct setting *s)
{
    if (own_disown(s->pool, s->adopted) < 0)
        return false;
    free(s->adopted);
    return true;
}

static bool call_own_strdup(struct setting *s)
{
    return own_strdup(s->pool, "a string that needs memory") != NULL;
}

static bool call_own_strndup(struct setting *s)
{
    return own_strndup(s->pool, "a string that needs memory", 20) != NULL;
}

static bool call_own_memdup(struct setting *s)
{
    return own_memdup(s->pool, s->large, 100000) != NULL;
}

static bool call_own_asprintf(struct setting *s)
{
    return own_asprintf(s->pool, "%020000d", 1) != NULL;
}

static bool call_own_vasprintf(struct setting *s)
{
    return print(s->pool, "%0200d", 1) != NULL;
}

static bool call_own_asprintf_append(struct setting *s)
{
    return resized(&s->text, own_asprintf_append(s->pool, s->text, "%020000d", 1));
}

static bool call_own_chunks_fixed(struct setting *s)
{
    own_chunks chunks = own_chunks_fixed(s->memory, 5000);
    void *chunk = chunks.get(chunks.ctx, 64, 16);

    if (chunk)
        chunks.put(chunks.ctx, chunk, 64);
    return chunk != NULL;
}

static const struct row rows[] = {
    NEEDS(own_alloc, .traces = 0),
    NEEDS(own_alloc_raw, .traces = 0),
    NEEDS(own_alloc_slow, .traces = 0),
    NEEDS(own_alloc_raw_slow, .traces = 0),
    NEEDS(own_alloc_aligned, .traces = 0),
    FREE(own_bump_fits, .traces = 0),
    FREE(own_bump, .traces = 0),
    NEEDS(own_realloc, .traces = 0),
    NEEDS(own_realloc_raw, .traces = 0),
    FREE(own_free, .traces = 0),
    NEEDS(own_block_move, .traces = TRACE_MEMORY),
    FREE(own_block_size, .traces = 0),
    FREE(own_contains, .traces = 0),
    FREE(own_pool_of, .traces = 0),
    FREE(own_pool_blocks, .traces = 0),
    NEEDS(own_adopt, .traces = 0),
    NEEDS(own_adopt_with, .prepare = adopt_many),
    FREE(own_disown, .traces = 0),
    NEEDS(own_strdup, .traces = 0),
    NEEDS(own_strndup, .traces = 0),
    NEEDS(own_memdup, .traces = 0),
    NEEDS(own_asprintf, .traces = 0),
    NEEDS(own_vasprintf, .traces = 0),
    NEEDS(own_asprintf_append, .traces = 0),
    FREE(own_chunks_fixed, .traces = 0),
};
const struct rows block_rows = {rows, sizeof rows / sizeof rows[0]};
