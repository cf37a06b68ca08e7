/*
 * peer_bump.c - the limit: a raw bump pointer over chunks that are kept, inline, without a free,
 * a size, a check, or a limit.
 */
#include "peer.h"

#define PEER_NAME "bump"
#define PEER_IS_LIMIT

static const char *peer_version(void)
{
    return "inline";
}

static void peer_start(void)
{
}

struct chunk {
    struct chunk *next;
    size_t size;
};

#define CHUNK_SIZE ((size_t)1 << 20)

#define PEER_POOLS
typedef struct pool {
    char *at;
    char *end;
    struct chunk *chunk; /* in use; those behind it are kept for later */
    struct chunk *first;
    struct pool *next;
} pool;

static pool *kept;

static inline void chunk_use(pool *owner, struct chunk *chunk)
{
    owner->chunk = chunk;
    owner->at = (char *)(chunk + 1);
    owner->end = (char *)chunk + chunk->size;
}

static struct chunk *chunk_new(size_t size)
{
    struct chunk *chunk = measure_memory(size);
    chunk->size = size;
    return chunk;
}

static pool *pool_make(void)
{
    pool *made = measure_must(calloc(1, sizeof *made));
    made->first = chunk_new(CHUNK_SIZE);
    chunk_use(made, made->first);
    return made;
}

static inline pool *peer_pool_new(size_t blocks)
{
    (void)blocks;
    pool *made = kept;
    if (!made)
        return pool_make();
    kept = made->next;
    return made;
}

static __attribute__((noinline)) void *alloc_from_next(pool *owner, size_t size)
{
    if (!owner->chunk->next || owner->chunk->next->size - sizeof(struct chunk) < size) {
        size_t least = size + sizeof(struct chunk);
        struct chunk *more = chunk_new(least > CHUNK_SIZE ? least : CHUNK_SIZE);
        more->next = owner->chunk->next;
        owner->chunk->next = more;
    }
    chunk_use(owner, owner->chunk->next);
    void *block = owner->at;
    owner->at += size;
    return block;
}

static inline void *peer_alloc(pool *owner, size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if (__builtin_expect((size_t)(owner->end - owner->at) < size, 0))
        return alloc_from_next(owner, size);
    void *block = owner->at;
    owner->at += size;
    return block;
}

static inline void *peer_alloc_zero(pool *owner, size_t size)
{
    return memset(peer_alloc(owner, size), 0, size);
}

static inline void peer_pool_drop(pool *dropped)
{
    chunk_use(dropped, dropped->first);
    dropped->next = kept;
    kept = dropped;
}

#define PEER_LACKS                                                                                 \
    {"churn", "a bump pointer cannot free a block"}, {"tree", "a bump pointer has no tree"},       \
        {"chain", "a bump pointer has no tree"},

#include "workloads.h"
