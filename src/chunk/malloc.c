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
    void *chunk = NULL;
    tally_most = 0;
    if (whole < CHUNK_UNIT)
        chunk = malloc(size);
    else if (posix_memalign(&chunk, CHUNK_UNIT, size) != 0)
        chunk = NULL;
    if (!chunk)
        return fail_pointer(ENOMEM);
    /* The one who gets it writes to it, where MemorySanitizer does not see it. */
    return memset(chunk, 0, size);
}

void malloc_put(void *chunk)
{
    int saved = errno;
    free(chunk);
    errno = saved;
}

void *malloc_resize(void *chunk, size_t old_size, size_t new_size)
{
    void *moved = malloc_get(new_size, new_size);
    if (!moved || !map_prepare(moved, new_size)) {
        malloc_put(moved);
        return NULL;
    }
    memcpy(moved, chunk, min_size(old_size, new_size));
    malloc_put(chunk);
    return moved;
}
