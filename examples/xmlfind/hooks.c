/*
 * hooks.c - the memory hooks of expat and zlib, as a pool's.
 *
 * zlib hands its hooks an argument, which is the pool. Those of expat get none; so each call into a
 * parser goes through this file, and says for as long as it takes, and for this thread, whose
 * parser it is.
 */
#include "hooks.h"

#include <limits.h>

static _Thread_local own_pool *parsing;

static void *expat_malloc(size_t size)
{
    return own_alloc_raw(parsing, 1, size);
}

static void *expat_realloc(void *block, size_t size)
{
    return own_realloc(parsing, block, 1, size);
}

static void expat_free(void *block)
{
    own_free(parsing, block);
}

static own_pool *enter(own_pool *pool)
{
    own_pool *before = parsing; /* a handler may parse something else */
    parsing = pool;
    return before;
}

XML_Parser hooks_parser_new(own_pool *pool)
{
    static const XML_Memory_Handling_Suite hooks = {expat_malloc, expat_realloc, expat_free};
    own_pool *before = enter(pool);
    XML_Parser parser = XML_ParserCreate_MM(NULL, &hooks, NULL);
    parsing = before;
    return parser;
}

enum XML_Status hooks_parse(own_pool *pool, XML_Parser parser, const char *text, size_t size,
                            bool is_last)
{
    own_pool *before = enter(pool);
    enum XML_Status status = XML_STATUS_OK;
    do {
        int part = size > INT_MAX ? INT_MAX : (int)size;
        size -= (size_t)part;
        status = XML_Parse(parser, text, part, is_last && size == 0);
        text += part;
    } while (size > 0 && status == XML_STATUS_OK);
    parsing = before;
    return status;
}

static void *zlib_alloc(void *pool, unsigned count, unsigned size)
{
    return own_alloc_raw(pool, count, size);
}

static void zlib_free(void *pool, void *block)
{
    own_free(pool, block);
}

z_stream *hooks_inflate_new(own_pool *pool)
{
    const int gzip_too = 32;
    z_stream *stream = OWN_ALLOC(pool, z_stream);
    if (!stream)
        return NULL;
    *stream = (z_stream){.zalloc = zlib_alloc, .zfree = zlib_free, .opaque = pool};
    return inflateInit2(stream, MAX_WBITS + gzip_too) == Z_OK ? stream : NULL;
}
