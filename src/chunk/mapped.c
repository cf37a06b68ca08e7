/*
 * chunk/mapped.c - chunks over CHUNK_MAX, each a mapping of its own, or a piece of malloc's.
 */
#include "chunk/heap.h"

#include <errno.h>

void *mapped_get(size_t size, size_t *granted)
{
    size_t whole = chunk_round(size);
    bool by_malloc = check_uses_malloc();
    heap_lock();
    void *chunk = NULL;
    if (!whole)
        errno = ENOMEM;
    else if (!heap_request_fails())
        chunk = by_malloc ? malloc_get(whole, whole) : system_map(whole, CHUNK_UNIT);
    if (chunk) {
        heap.out_bytes += whole;
        probe_3(chunk_get, chunk, whole, 1);
    }
    heap_unlock();
    *granted = whole;
    return chunk;
}

size_t mapped_put(void *memory, size_t size)
{
    size_t whole = chunk_round(size);
    probe_2(chunk_put, memory, whole);
    if (check_uses_malloc())
        malloc_put(memory, whole);
    else
        system_unmap(memory, whole);
    heap_lock();
    heap.out_bytes -= whole;
    heap_unlock();
    return whole;
}

void *chunk_resize(void *chunk, size_t old_size, size_t new_size)
{
    bool by_malloc = check_uses_malloc();
    heap_lock();
    void *moved = heap_request_fails() ? NULL
                  : by_malloc          ? malloc_resize(chunk, old_size, new_size)
                                       : system_remap(chunk, old_size, new_size, CHUNK_UNIT);
    if (moved) {
        heap.out_bytes += new_size - old_size;
        probe_2(chunk_put, chunk, old_size);
        probe_3(chunk_get, moved, new_size, 1);
    }
    heap_unlock();
    return moved;
}
