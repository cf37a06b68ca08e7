/*
 * base/barrier.c - the barrier of all threads, where the system has it.
 */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "base/barrier.h"

#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if HAVE_LINUX_MEMBARRIER_H && defined(SYS_membarrier)
#include <linux/membarrier.h>
#endif

bool barrier_is_one_sided;

#if HAVE_LINUX_MEMBARRIER_H && defined(SYS_membarrier)

static bool request(int command)
{
    int saved = errno;
    bool done = syscall(SYS_membarrier, command, 0, 0) == 0;
    errno = saved;
    return done;
}

/* Once a process, and before it has threads: with many, registering takes milliseconds. */
__attribute__((constructor)) static void prepare(void)
{
    barrier_is_one_sided = request(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
}

void barrier_wait(void)
{
    if (!barrier_is_one_sided || request(MEMBARRIER_CMD_PRIVATE_EXPEDITED))
        return;
    /* Only a sandbox that came later can forbid it. From now on stores are seen at once; those that
       are under way are, when all running threads have done a million instructions. */
    __atomic_store_n(&barrier_is_one_sided, false, __ATOMIC_SEQ_CST);
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

#else

void barrier_wait(void)
{
}

#endif
