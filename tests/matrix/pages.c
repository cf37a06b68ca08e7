/*
 * tests/matrix/pages.c - a library that is loaded first, and makes the system's pages larger.
 *
 *   LD_PRELOAD=pages.so OWN_PAGE_SIZE=65536 program
 *
 * The calls of the C library's own are not seen here. For all others, mappings begin and end where
 * such pages do, and an address within a page is refused as a kernel with such pages refuses it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static size_t page;

__attribute__((constructor)) static void choose(void)
{
    const char *size = getenv("OWN_PAGE_SIZE");
    page = size ? strtoul(size, NULL, 10) : 4096;
    if (page < 4096 || page & (page - 1)) {
        fprintf(stderr, "pages.so: OWN_PAGE_SIZE=%s is no size of pages\n", size);
        _exit(99);
    }
}

static size_t whole(size_t size)
{
    return (size + page - 1) & ~(page - 1);
}

static int is_inside(const void *address)
{
    return ((uintptr_t)address & (page - 1)) != 0;
}

static int refuse(void)
{
    errno = EINVAL;
    return -1;
}

static void *map(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    return (void *)syscall(SYS_mmap, address, size, protection, flags, fd, offset);
}

static int unmap(const void *address, size_t size)
{
    return (int)syscall(SYS_munmap, address, size);
}

/* Whole pages of addresses that nobody uses. */
static char *reserve(size_t size)
{
    char *start = map(NULL, size + page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        return start;
    char *aligned = (char *)whole((size_t)start);
    if (aligned > start)
        unmap(start, (size_t)(aligned - start));
    unmap(aligned + size, (size_t)(start + page - aligned));
    return aligned;
}

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    if (offset % (off_t)page || (flags & MAP_FIXED && is_inside(address))) {
        errno = EINVAL;
        return MAP_FAILED;
    }
    if (size == 0 || size > PTRDIFF_MAX || flags & MAP_FIXED)
        return map(address, size > PTRDIFF_MAX ? size : whole(size), protection, flags, fd, offset);
    size = whole(size);
    char *place = reserve(size);
    if (place == MAP_FAILED)
        return place;
    void *mapped = map(place, size, protection, flags | MAP_FIXED, fd, offset);
    if (mapped == MAP_FAILED) {
        int saved = errno;
        unmap(place, size);
        errno = saved;
    }
    return mapped;
}

int munmap(void *address, size_t size)
{
    return is_inside(address) ? refuse() : unmap(address, whole(size));
}

void *mremap(void *address, size_t old_size, size_t size, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    void *place = flags & MREMAP_FIXED ? va_arg(arguments, void *) : NULL;
    va_end(arguments);
    if (is_inside(address) || is_inside(place)) {
        errno = EINVAL;
        return MAP_FAILED;
    }
    old_size = whole(old_size);
    size = whole(size);
    void *moved = (void *)syscall(SYS_mremap, address, old_size, size,
                                  flags & MREMAP_FIXED ? flags : flags & ~MREMAP_MAYMOVE, place);
    if (moved != MAP_FAILED || flags & MREMAP_FIXED || !(flags & MREMAP_MAYMOVE))
        return moved;
    place = reserve(size);
    if (place == MAP_FAILED)
        return place;
    return (void *)syscall(SYS_mremap, address, old_size, size, flags | MREMAP_FIXED, place);
}

int madvise(void *address, size_t size, int advice)
{
    return is_inside(address) ? refuse() : (int)syscall(SYS_madvise, address, whole(size), advice);
}

int mprotect(void *address, size_t size, int protection)
{
    return is_inside(address) ? refuse()
                              : (int)syscall(SYS_mprotect, address, whole(size), protection);
}

int getpagesize(void)
{
    return (int)page;
}

long sysconf(int name)
{
    static long (*real)(int name);
    if (name == _SC_PAGESIZE)
        return (long)page;
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "sysconf");
    return real(name);
}
