/*
 * tests/matrix/without.c - a library that is loaded first, and makes a machine lack something.
 *
 *   LD_PRELOAD=without.so OWN_WITHOUT=membarrier program
 *       the system call fails with ENOSYS
 *   LD_PRELOAD=without.so OWN_WITHOUT=counter program
 *       the time stamp counter is not the system's clock, and reading it is fatal
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

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

#if defined(__x86_64__)

#define VDSO_SIZE 0x4000

/* The C library's own calls read the clock in the kernel's code that is mapped into each process:
   there the instruction is done for them. Elsewhere it happens again, and ends the process. */
static void on_fault(int number, siginfo_t *info, void *context)
{
    static const unsigned char reads[] = {0x0f, 0x31}, reads_with_processor[] = {0x0f, 0x01, 0xf9};
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    const unsigned char *at = (const unsigned char *)registers[REG_RIP];
    unsigned long begin = getauxval(AT_SYSINFO_EHDR);
    (void)info;
    if ((unsigned long)at - begin >= VDSO_SIZE) {
        signal(number, SIG_DFL);
        return;
    }
    unsigned low, high, processor;
    prctl(PR_SET_TSC, PR_TSC_ENABLE);
    __asm__ volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(processor));
    prctl(PR_SET_TSC, PR_TSC_SIGSEGV);
    if (memcmp(at, reads, sizeof(reads)) == 0) {
        registers[REG_RIP] += sizeof(reads);
    } else if (memcmp(at, reads_with_processor, sizeof(reads_with_processor)) == 0) {
        registers[REG_RIP] += sizeof(reads_with_processor);
        registers[REG_RCX] = processor;
    } else {
        signal(number, SIG_DFL);
        return;
    }
    registers[REG_RAX] = low;
    registers[REG_RDX] = high;
}

static void lose_counter(void)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};
    lacks_counter = 1;
    if (sigaction(SIGSEGV, &action, NULL) != 0 || prctl(PR_SET_TSC, PR_TSC_SIGSEGV) != 0) {
        perror("without.so: PR_SET_TSC");
        _exit(99);
    }
}

#else

static void lose_counter(void)
{
}

#endif

__attribute__((constructor)) static void lose(void)
{
    const char *what = getenv("OWN_WITHOUT");
    if (what && strcmp(what, "membarrier") == 0)
        lose_membarrier();
    else if (what && strcmp(what, "counter") == 0)
        lose_counter();
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

/* The loader of a program that is executed reads the counter before anything of this is there. */
int execl(const char *path, const char *argument, ...)
{
    char *arguments[16] = {(char *)argument};
    size_t count = 0;
    va_list list;
    va_start(list, argument);
    while (arguments[count] && count < sizeof(arguments) / sizeof(*arguments) - 1)
        arguments[++count] = va_arg(list, char *);
    va_end(list);
    if (arguments[count]) {
        errno = E2BIG;
        return -1;
    }
    if (lacks_counter)
        prctl(PR_SET_TSC, PR_TSC_ENABLE);
    return execv(path, arguments);
}
