/*
 * chunk/system.c - whole pages from the system, and back.
 */
#include "chunk/heap.h"

#include <errno.h>
#include <sys/mman.h>

/* Maps more than is asked for and cuts off what does not lie between aligned ends. */
static void *map_aligned(size_t size, size_t align, int protection)
{
    size_t slack = align - 4096;
    size_t total;
    if (add_overflows(size, slack, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    char *memory =
        mmap(NULL, total, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        errno = ENOMEM;
        return NULL;
    }
    char *start = (char *)round_up((uintptr_t)memory, align);
    size_t before = (size_t)(start - memory);
    if (before)
        munmap(memory, before);
    if (before < slack)
        munmap(start + size, slack - before);
    return start;
}

void *system_map(size_t size, size_t align)
{
    void *memory = map_aligned(size, align, PROT_READ | PROT_WRITE);
    if (memory)
        mark_roots(memory, size);
    return memory;
}

void system_unmap(void *memory, size_t size)
{
    unmark_roots(memory, size);
    mark_defined(memory, size); /* another mapping may come to lie here */
    int saved = errno;
    munmap(memory, size);
    errno = saved;
}

void system_purge(void *memory, size_t size)
{
    int saved = errno;
    madvise(memory, size, MADV_DONTNEED);
    errno = saved;
}

void system_populate(void *memory, size_t size)
{
#ifdef MADV_POPULATE_WRITE
    int saved = errno;
    madvise(memory, size, MADV_POPULATE_WRITE);
    errno = saved;
#endif
    (void)memory;
    (void)size;
}

void *system_remap(void *memory, size_t old_size, size_t new_size, size_t align)
{
    int saved = errno;
    unmark_roots(memory, old_size);
    void *moved = MAP_FAILED;
    if (map_prepare(memory, new_size))
        moved = mremap(memory, old_size, new_size, 0);
    if (moved == MAP_FAILED) {
        /* Reserve an aligned place, then move there: mremap alone knows of no alignment. */
        void *place = map_aligned(new_size, align, PROT_NONE);
        if (place && map_prepare(place, new_size))
            moved = mremap(memory, old_size, new_size, MREMAP_MAYMOVE | MREMAP_FIXED, place);
        if (moved == MAP_FAILED && place)
            munmap(place, new_size);
    }
    if (moved == MAP_FAILED) {
        mark_roots(memory, old_size);
        errno = ENOMEM;
        return NULL;
    }
    mark_roots(moved, new_size);
    /* Of what is new where a reserved place was taken, Valgrind believes that it is still that. */
    if (new_size > old_size)
        mark_defined((char *)moved + old_size, new_size - old_size);
    errno = saved;
    return moved;
}
