/*
 * tests/matrix/lacks.c - whether a machine lacks something, for which a row of the matrix is there.
 *
 *   lacks membarrier | counter | memory | pages SIZE
 *
 * Exits with 0 if that is so. `pages': they are of that size, and no part of one can be unmapped.
 * `memory': 4 GiB that nobody writes to cannot be had.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int has_membarrier(void)
{
    return syscall(SYS_membarrier, 0, 0, 0) >= 0;
}

static int has_counter(void)
{
#if defined(__x86_64__) || defined(__i386__)
    pid_t child = fork();
    if (child == 0) {
        unsigned low, high, processor;
        __asm__ volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(processor));
        _exit(0);
    }
    int status;
    return waitpid(child, &status, 0) != child || !WIFSIGNALED(status);
#else
    return 0;
#endif
}

static int has_memory(void)
{
    return mmap(NULL, (size_t)1 << sizeof(size_t) * 4, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) != MAP_FAILED;
}

static int has_other_pages(size_t size)
{
    char *memory = mmap(NULL, 2 * size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED || sysconf(_SC_PAGESIZE) != (long)size ||
           munmap(memory + size / 2, size / 2) == 0 || munmap(memory + size, size) != 0;
}

int main(int count, char **words)
{
    const char *what = count > 1 ? words[1] : "";
    int has = 1;
    if (strcmp(what, "membarrier") == 0)
        has = has_membarrier();
    else if (strcmp(what, "counter") == 0)
        has = has_counter();
    else if (strcmp(what, "memory") == 0)
        has = has_memory();
    else if (strcmp(what, "pages") == 0 && count > 2)
        has = has_other_pages(strtoul(words[2], NULL, 10));
    return has;
}
