/*
 * source.c - an allocator for the tests, which checks what it is asked for and given back.
 */
#include "source.h"

static void *source_alloc(void *ctx, size_t size)
{
    struct source *source = (struct source *)ctx;

    if (source->meddle)
        source->meddle(source);
    source->asked = size;
    errno = EIO; /* as malloc may: it is nobody's business */
    if (source->is_empty)
        return NULL;
    char *memory = (char *)aligned_alloc(64, (size + 127) / 64 * 64);
    expect(memory != NULL && source->count < 256);
    source->given[source->count].start = memory;
    source->given[source->count++].memory = memory + source->offset;
    source->live++;
    return memset(memory + source->offset, 0xa5, size);
}

static void source_free(void *ctx, void *memory)
{
    struct source *source = (struct source *)ctx;
    size_t i = source->count;

    if (source->meddle)
        source->meddle(source);
    while (i > 0 && source->given[i - 1].memory != memory)
        i--;
    expect(memory != NULL && i > 0);
    source->given[i - 1].memory = NULL;
    source->live--;
    log_event((char)('a' + (i - 1) % 26));
    free(source->given[i - 1].start);
    errno = EIO;
}

own_pool *pool_with(own_pool *owner, struct source *source)
{
    const own_allocator allocator = {.alloc = source_alloc, .free = source_free, .ctx = source};
    own_pool_options options = {.name = "private", .allocator = &allocator};
    own_pool *pool = own_pool_create(owner, &options);

    expect(pool != NULL);
    source->pool = pool;
    return pool;
}

bool all_bytes_are(const void *memory, size_t size, int value)
{
    const unsigned char *bytes = (const unsigned char *)memory;

    return size == 0 || (bytes[0] == value && memcmp(bytes, bytes + 1, size - 1) == 0);
}
