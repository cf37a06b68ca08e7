/*
 * talloc/heap.c - a heap for each thread, and what becomes of it when the thread ends.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include <own/block.h>
#include <own/pool.h>

#include "chunk.h"
#include "heap.h"

__thread struct heap *talloc_heap_mine;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool has_key;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct heap *abandoned;

static void heaps_lock(void)
{
    pthread_mutex_lock(&lock);
}

static void heaps_unlock(void)
{
    pthread_mutex_unlock(&lock);
}

static void free_block(struct heap *heap, void *block)
{
    if (own_free(heap->pool, block)) {
        talloc_misuse("Bad talloc magic value - unknown value");
        abort();
    }
}

static void free_list(struct heap *heap, struct heap_block *block)
{
    while (block) {
        struct heap_block *next = block->next;
        free_block(heap, block);
        block = next;
    }
}

static void free_returned(struct heap *heap)
{
    free_list(heap, __atomic_exchange_n(&heap->returned, NULL, __ATOMIC_ACQUIRE));
}

static void free_quick(struct heap *heap)
{
    for (size_t steps = 0; steps <= QUICK_MOST / QUICK_STEP; steps++) {
        free_list(heap, heap->quick[steps]);
        heap->quick[steps] = NULL;
    }
    heap->quick_steps = 0;
}

/* Whether nothing is in the heap but its own record. */
static bool is_empty(const struct heap *heap)
{
    own_usage usage;
    own_pool_usage(heap->pool, &usage);
    return usage.blocks == 1;
}

/* Both under the lock. */
static void list(struct heap *heap)
{
    heap->next = abandoned;
    heap->link = &abandoned;
    if (abandoned)
        abandoned->link = &heap->next;
    abandoned = heap;
    __atomic_store_n(&heap->is_abandoned, true, __ATOMIC_RELAXED);
}

static void unlist(struct heap *heap)
{
    *heap->link = heap->next;
    if (heap->next)
        heap->next->link = heap->link;
    __atomic_store_n(&heap->is_abandoned, false, __ATOMIC_RELAXED);
}

/* At the end of a thread. */
static void leave(void *argument)
{
    struct heap *heap = argument;
    talloc_heap_mine = NULL;
    free_quick(heap);
    free_returned(heap);
    if (is_empty(heap)) {
        own_decref(heap->pool);
        return;
    }
    heaps_lock();
    list(heap);
    heaps_unlock();
}

static void set_up(void)
{
    has_key = pthread_key_create(&key, leave) == 0;
    (void)pthread_atfork(heaps_lock, heaps_unlock, heaps_unlock);
}

/* An abandoned heap, or a new one. */
static struct heap *find(void)
{
    heaps_lock();
    struct heap *heap = abandoned;
    if (heap)
        unlist(heap);
    heaps_unlock();
    if (heap)
        return heap;
    own_pool *pool = own_pool_new_at(NULL, "talloc");
    if (!pool)
        return NULL;
    heap = OWN_ALLOC(pool, struct heap);
    if (!heap) {
        own_decref(pool);
        return NULL;
    }
    heap->pool = pool;
    return heap;
}

struct heap *talloc_heap_prepare(void)
{
    if (talloc_heap_mine) {
        free_returned(talloc_heap_mine);
        return talloc_heap_mine;
    }
    pthread_once(&once, set_up);
    struct heap *heap = has_key ? find() : NULL;
    if (heap && pthread_setspecific(key, heap)) {
        leave(heap);
        heap = NULL;
    }
    if (!heap) {
        errno = ENOMEM;
        return NULL;
    }
    free_returned(heap);
    return talloc_heap_mine = heap;
}

/* The block is live until it is pushed, and so is its heap; afterwards neither may be looked at. */
static void push(struct heap *heap, struct heap_block *block)
{
    block->next = __atomic_load_n(&heap->returned, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&heap->returned, &block->next, block, true,
                                        __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        ;
}

static void put_elsewhere(struct heap *heap, void *block)
{
    if (!__atomic_load_n(&heap->is_abandoned, __ATOMIC_RELAXED)) {
        push(heap, block);
        return;
    }
    heaps_lock();
    bool is_abandoned = heap->is_abandoned;
    bool is_last = false;
    push(heap, block);
    if (is_abandoned) {
        free_returned(heap);
        is_last = is_empty(heap);
        if (is_last)
            unlist(heap);
    }
    heaps_unlock();
    if (is_last)
        own_decref(heap->pool);
}

void talloc_heap_put_back(struct heap *heap, void *block)
{
    if (heap != talloc_heap_mine) {
        put_elsewhere(heap, block);
        return;
    }
    if (heap->quick_steps > QUICK_BYTES / QUICK_STEP)
        free_quick(heap);
    free_block(heap, block);
}

void *talloc_heap_get_new(struct heap *heap, size_t bytes)
{
    return own_alloc_raw(heap->pool, 1, bytes);
}
