/*
 * talloc/heap.h - heaps: the pools of libown that the memory of chunks comes from, one a thread.
 *
 * A thread allocates in its own heap, without a lock. A chunk may be freed by any thread, as memory
 * of malloc may: one that is not the heap's thread pushes the block on the heap's stack, and the
 * heap's thread frees it before it next allocates. So a context can be handed to another thread
 * with everything below it.
 *
 * Blocks of up to QUICK_MOST bytes that are freed in their own heap wait in lists by their size for
 * the next chunks. For libown they are live. Once they are QUICK_BYTES together, all are freed. So
 * a context with some hundred small children, made and freed again and again, needs no call of
 * libown.
 *
 * When a thread ends, its heap is dropped if it is empty. Else it is abandoned: it waits, in a list
 * under a lock, for the next new thread, and blocks in it are freed under that lock.
 */
#ifndef TALLOC_HEAP_H
#define TALLOC_HEAP_H

#include <stdbool.h>
#include <stddef.h>

#include <own/block.h>

/* Not exported, and used without the tables of what is. */
#pragma GCC visibility push(hidden)

#define QUICK_STEP ((size_t)16)
#define QUICK_MOST ((size_t)512)
#define QUICK_BYTES ((size_t)64 << 10)

/* A block that was freed, and waits. */
struct heap_block {
    struct heap_block *next;
};

struct heap {
    own_pool *pool;
    size_t quick_steps; /* in the lists: the sum of the sizes, in steps */
    struct heap_block *quick[QUICK_MOST / QUICK_STEP + 1];
    struct heap_block *returned; /* atomic: blocks that other threads have freed */
    bool is_abandoned;           /* atomic; written under the lock */
    struct heap *next;           /* in the list of the abandoned; under the lock */
    struct heap **link;
};

/* The heap of the calling thread, or NULL. */
extern __thread struct heap *talloc_heap_mine;

/* Makes the calling thread's heap, or frees what was returned to it. NULL with errno ENOMEM. */
struct heap *talloc_heap_prepare(void);

/* A block that no list has. NULL with errno ENOMEM. */
void *talloc_heap_get_new(struct heap *heap, size_t bytes);

/* Frees a block that no list takes: of whatever heap. */
void talloc_heap_put_back(struct heap *heap, void *block);

/* The heap to allocate in. NULL with errno ENOMEM. */
static inline struct heap *heap_here(void)
{
    struct heap *heap = talloc_heap_mine;
    if (OWN_UNLIKELY(!heap || __atomic_load_n(&heap->returned, __ATOMIC_RELAXED)))
        return talloc_heap_prepare();
    return heap;
}

/* A size in steps, and the number of the list for it. */
static inline size_t steps_of(size_t bytes)
{
    return (bytes + QUICK_STEP - 1) / QUICK_STEP;
}

/* A block of the calling thread's heap. */
static inline void *heap_get(struct heap *heap, size_t bytes)
{
    if (OWN_UNLIKELY(bytes > QUICK_MOST))
        return talloc_heap_get_new(heap, bytes);
    size_t steps = steps_of(bytes);
    struct heap_block *block = heap->quick[steps];
    if (OWN_UNLIKELY(!block))
        return talloc_heap_get_new(heap, bytes);
    heap->quick[steps] = block->next;
    heap->quick_steps -= steps;
    return block;
}

/* Frees a block, which has at least so many bytes. */
static inline void heap_put(struct heap *heap, void *memory, size_t bytes)
{
    if (OWN_UNLIKELY(heap != talloc_heap_mine || bytes > QUICK_MOST ||
                     heap->quick_steps > QUICK_BYTES / QUICK_STEP)) {
        talloc_heap_put_back(heap, memory);
        return;
    }
    size_t steps = steps_of(bytes);
    struct heap_block *block = memory;
    block->next = heap->quick[steps];
    heap->quick[steps] = block;
    heap->quick_steps += steps;
}

#pragma GCC visibility pop

#endif
