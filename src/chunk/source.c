/*
 * chunk/source.c - chunks from a source.
 */
#include "chunk/source.h"
#include "chunk/heap.h"

#include "base/hash.h"
#include "base/lock.h"

#include <errno.h>
#include <pthread.h>

#define LOCKS 16

#define LOT_FIRST ((sizeof(struct lot) + GRANULE - 1) / GRANULE) /* behind the record */
#define SOURCE_GRANULES ((sizeof(struct source) + GRANULE - 1) / GRANULE)

static struct lock locks[LOCKS];

static struct lock *lock_of(const void *of)
{
    return &locks[hash_address((uintptr_t)of) & (LOCKS - 1)];
}

void source_lock(const void *of)
{
    lock_take(lock_of(of));
}

void source_unlock(const void *of)
{
    lock_release(lock_of(of));
}

static void lock_all(void)
{
    for (unsigned i = 0; i < LOCKS; i++)
        lock_take(&locks[i]);
}

static void unlock_all(void)
{
    for (unsigned i = 0; i < LOCKS; i++)
        lock_release(&locks[i]);
}

void source_prepare_for_fork(void)
{
    /* A child process must not find them taken by threads that it does not have. */
    (void)pthread_atfork(lock_all, unlock_all, unlock_all);
}

static bool is_fixed(const own_chunks *chunks)
{
    return chunks->get == fixed_get;
}

static void put_units(const own_chunks *chunks, void *memory, size_t size)
{
    int saved = errno;
    unmark_roots(memory, size);
    mark_defined(memory, size);
    chunks->put(chunks->ctx, memory, size);
    errno = saved;
}

/* NULL: errno is ENOMEM or EINVAL. */
static void *get_units(const own_chunks *chunks, size_t size)
{
    int saved = errno;
    void *memory = chunks->get(chunks->ctx, size, CHUNK_UNIT);
    errno = saved;
    if (OWN_UNLIKELY(!memory))
        return fail_pointer(ENOMEM);
    bool aligned = (uintptr_t)memory % CHUNK_UNIT == 0;
    if (OWN_UNLIKELY(!aligned || chunk_owner(memory))) {
        chunks->put(chunks->ctx, memory, size);
        misuse(aligned ? "get of own_chunks returned %p, which is in a block of a pool"
                       : "get of own_chunks returned %p, which is no multiple of 64 KiB",
               memory);
        return fail_pointer(EINVAL);
    }
    mark_roots(memory, size);
    return memory;
}

static struct list sources = {&sources, &sources};

static void list_source(struct source *source)
{
    heap_lock();
    list_add_first(&sources, &source->link);
    heap_unlock();
}

static void unlist_source(struct source *source)
{
    heap_lock();
    list_remove(&source->link);
    heap_unlock();
}

void source_each(void (*visit)(const void *first, void *arg), void *arg)
{
    list_each_safe (link, after, &sources) {
        const struct source *source = list_item(link, struct source, link);
        if (source->first)
            visit(source->first, arg);
    }
}

struct source *source_make(const own_chunks *chunks)
{
    struct source *source;
    if (is_fixed(chunks)) {
        source = fixed_get(chunks->ctx, sizeof(*source), GRANULE);
        if (!source)
            return fail_pointer(ENOMEM);
        mark_undefined(source, sizeof(*source));
        lots_init(&source->lots);
    } else {
        char *home = get_units(chunks, CHUNK_UNIT);
        if (!home)
            return NULL;
        source = (struct source *)(void *)(home + LOT_FIRST * GRANULE);
        lots_init(&source->lots);
        lot_begin(&source->lots, (struct lot *)(void *)home, home, LOT_FIRST + SOURCE_GRANULES,
                  LOT_GRANULES);
    }
    source->chunks = *chunks;
    source->live = 1;
    source->first = NULL;
    list_source(source);
    return source;
}

/* The unit that a chunk lies in, which is a lot. */
static struct lot *lot_of(void *chunk)
{
    return (struct lot *)(void *)((char *)chunk - (uintptr_t)chunk % CHUNK_UNIT);
}

void source_release(struct source *source)
{
    const own_chunks chunks = source->chunks;
    if (__atomic_sub_fetch(&source->live, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    unlist_source(source);
    if (is_fixed(&chunks))
        fixed_put(chunks.ctx, source, sizeof(*source));
    else
        put_units(&chunks, lot_of(source), CHUNK_UNIT);
}

/* Under the lock of the source: a lot without a chunk in use goes. NULL: it is the home, or has
   one. */
static struct lot *take_empty(const struct source *source, struct lot *lot)
{
    if (lot->live || lot == lot_of((void *)(uintptr_t)source))
        return NULL;
    lot_end(lot);
    return lot;
}

static void *get_small(struct source *source, size_t granules)
{
    source_lock(source);
    void *chunk = lots_get(&source->lots, granules);
    lots_debug_step(&source->lots);
    source_unlock(source);
    if (OWN_LIKELY(chunk != NULL))
        return chunk;
    char *unit = get_units(&source->chunks, CHUNK_UNIT);
    if (!unit)
        return NULL;
    struct lot *lot = (struct lot *)(void *)unit;
    source_lock(source);
    lot_begin(&source->lots, lot, unit, LOT_FIRST, LOT_GRANULES);
    chunk = lots_get(&source->lots, granules); /* of an older lot, if one has room by now */
    lot = take_empty(source, lot);
    source_unlock(source);
    if (lot)
        put_units(&source->chunks, lot, CHUNK_UNIT);
    return chunk;
}

static void put_small(struct source *source, void *chunk, size_t granules)
{
    struct lot *lot = lot_of(chunk);
    source_lock(source);
    lot_put(&source->lots, lot, chunk, granules);
    lots_debug_step(&source->lots);
    lot = take_empty(source, lot);
    source_unlock(source);
    if (OWN_UNLIKELY(lot))
        put_units(&source->chunks, lot, CHUNK_UNIT);
}

void *source_get(struct source *source, size_t size, size_t *granted)
{
    void *chunk;
    size_t whole = chunk_round(size);
    if (!whole) {
        chunk = NULL;
        errno = ENOMEM;
    } else if (is_fixed(&source->chunks)) {
        chunk = fixed_get(source->chunks.ctx, whole, whole < CHUNK_UNIT ? GRANULE : CHUNK_UNIT);
        if (!chunk)
            errno = ENOMEM;
    } else if (whole < CHUNK_UNIT) {
        chunk = get_small(source, whole / GRANULE);
    } else {
        chunk = get_units(&source->chunks, whole);
    }
    if (!chunk)
        return NULL;
    __atomic_fetch_add(&source->live, 1, __ATOMIC_RELAXED);
    mark_undefined(chunk, whole);
    *granted = whole;
    return chunk;
}

size_t source_put(struct source *source, void *chunk, size_t size)
{
    size_t whole = chunk_round(size);
    /* As chunk_put has it: a dead object can still be recognised. */
    mark_unusable((char *)chunk + GRANULE, whole - GRANULE);
    mark_defined(chunk, GRANULE);
    if (is_fixed(&source->chunks))
        fixed_put(source->chunks.ctx, chunk, whole);
    else if (whole < CHUNK_UNIT)
        put_small(source, chunk, whole / GRANULE);
    else
        put_units(&source->chunks, chunk, whole);
    source_release(source);
    return whole;
}
