/*
 * faulty.c - preloaded into the server by faults.c: allocations that fail as the test wants, those
 * of libown, of libuv and of hiredis alike.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* mremap */
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "faults.h"

/* glibc's own, for programs that replace these. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

static struct faults *faults;

__attribute__((constructor)) static void map_faults(void)
{
    const char *path = getenv(FAULTS_PATH_VARIABLE);
    int file = path ? open(path, O_RDWR) : -1;
    if (file < 0)
        return;
    void *memory = (void *)syscall(SYS_mmap, NULL, sizeof *faults, PROT_READ | PROT_WRITE,
                                   MAP_SHARED, file, (off_t)0);
    if (memory != MAP_FAILED)
        faults = memory;
    close(file);
}

static bool fails(void)
{
    if (!faults)
        return false;
    int64_t left = __atomic_load_n(&faults->left, __ATOMIC_RELAXED);
    while (left > 0 && !__atomic_compare_exchange_n(&faults->left, &left,
                                                    left == 1 && faults->stay ? -1 : left - 1,
                                                    false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
    if (left != 1 && left != -1)
        return false;
    __atomic_add_fetch(&faults->failed, 1, __ATOMIC_RELAXED);
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return fails() ? NULL : __libc_realloc(memory, size);
}

void *mmap(void *address, size_t size, int protection, int flags, int file, off_t offset)
{
    if ((flags & MAP_ANONYMOUS) && fails())
        return MAP_FAILED;
    return (void *)syscall(SYS_mmap, address, size, protection, flags, file, offset);
}

void *mremap(void *address, size_t old_size, size_t size, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    void *to = flags & MREMAP_FIXED ? va_arg(arguments, void *) : NULL;
    va_end(arguments);
    if (size > old_size && fails())
        return MAP_FAILED;
    return (void *)syscall(SYS_mremap, address, old_size, size, flags, to);
}
