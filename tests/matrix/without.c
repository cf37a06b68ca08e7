/*
 * tests/matrix/without.c - a library that is loaded first, and makes a machine lack something.
 *
 *   LD_PRELOAD=without.so OWN_WITHOUT=membarrier program
 *       the system call fails with ENOSYS
 *   LD_PRELOAD=without.so OWN_WITHOUT=counter program
 *       the time stamp counter is not the system's clock, and reading it is fatal
 */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <errno.h>

static int lacks_counter;

static void lose_membarrier(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof(filter) / sizeof(*filter), .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        perror("without.so: seccomp");
        _exit(99);
    }
}

static void lose_counter(void)
{
    lacks_counter = 1;
    if (prctl(PR_SET_TSC, PR_TSC_SIGSEGV) != 0) {
        perror("without.so: PR_SET_TSC");
        _exit(99);
    }
}

__attribute__((constructor)) static void lose(void)
{
    const char *what = getenv("OWN_WITHOUT");
    if (what && strcmp(what, "membarrier") == 0)
        lose_membarrier();
    else if (what && strcmp(what, "counter") == 0)
        lose_counter();
}

/* The C library's own clocks read the counter without a system call. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
    return (int)syscall(SYS_clock_gettime, clock, now);
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    return (int)syscall(SYS_gettimeofday, now, zone);
}

/* Whether the counter is the system's clock is said in a file, which is empty here. */
int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (lacks_counter && strstr(path, "/current_clocksource"))
        path = "/dev/null";
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}
