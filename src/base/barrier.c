/*
 * base/barrier.c - the barrier of all threads, where the system has it.
 */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "base/barrier.h"

#include "base/lock.h"

#include <errno.h>
#include <sys/syscall.h>
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

static bool was_one_sided;

/* Once a process, and before it has threads: with many, registering takes milliseconds. */
__attribute__((constructor)) static void prepare(void)
{
    was_one_sided = request(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
    barrier_is_one_sided = was_one_sided;
}

/* Only a sandbox that came later can forbid it. From now on stores are seen at once; those that are
   under way are, when all running threads have done a million instructions. */
static void do_without(void)
{
    static bool settled;
    __atomic_store_n(&barrier_is_one_sided, false, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&settled, __ATOMIC_ACQUIRE))
        return;
    lock_nap(1000000);
    __atomic_store_n(&settled, true, __ATOMIC_RELEASE);
}

void barrier_wait(void)
{
    if (!was_one_sided)
        return;
    if (!__atomic_load_n(&barrier_is_one_sided, __ATOMIC_RELAXED) ||
        !request(MEMBARRIER_CMD_PRIVATE_EXPEDITED))
        do_without();
}

#else

void barrier_wait(void)
{
}

#endif
