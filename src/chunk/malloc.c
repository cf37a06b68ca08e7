/*
 * chunk/malloc.c - chunks that are pieces of malloc's, each by itself: OWN_CHECK=malloc.
 *
 * So whatever looks at memory of malloc sees pools, objects and the library's records one by one.
 * There is no cache then, and no segment: nothing has a label or a tally.
 */
#include "chunk/heap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void *malloc_get(size_t size, size_t whole)
{
    void *memory = NULL;
    size_t front = whole < CHUNK_UNIT ? check_malloc_front() : 0;
    __atomic_store_n(&tally_most, 0, __ATOMIC_RELAXED);
    if (whole < CHUNK_UNIT)
        memory = malloc(front + size);
    else if (posix_memalign(&memory, CHUNK_UNIT, size) != 0)
        memory = NULL;
    if (!memory)
        return fail_pointer(ENOMEM);
    /* The one who gets it writes to it, which MemorySanitizer does not see. */
    memset(memory, 0, front + size);
    check_unusable(memory, front);
    return (char *)memory + front;
}

void malloc_put(void *chunk, size_t whole)
{
    int saved = errno;
    free((char *)chunk - (whole < CHUNK_UNIT ? check_malloc_front() : 0));
    errno = saved;
}

void *malloc_resize(void *chunk, size_t old_size, size_t new_size)
{
    void *moved = malloc_get(new_size, new_size);
    if (!moved)
        return NULL;
    if (!map_prepare(moved, new_size)) {
        malloc_put(moved, new_size);
        return NULL;
    }
    memcpy(moved, chunk, min_size(old_size, new_size));
    malloc_put(chunk, old_size);
    return moved;
}
