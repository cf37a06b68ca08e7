/*
 * base/ticks.c - the choice of the clock.
 *
 * Linux uses the processors' counters for its own time (clock source "tsc") only if it has found
 * that they run at one constant speed and are synchronous. This file relies on that finding.
 */
#include "base/ticks.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

bool ticks_are_of_processor;

uint64_t ticks_of_system(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

#if defined(__x86_64__)

static bool has_rdtscp(void)
{
    unsigned eax, ebx, ecx, edx;
    return __get_cpuid(0x80000001, &eax, &ebx, &ecx, &edx) && edx & 1U << 27;
}

static bool system_uses_them(void)
{
    char source[8] = "";
    int file = open("/sys/devices/system/clocksource/clocksource0/current_clocksource",
                    O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    ssize_t size = read(file, source, sizeof(source) - 1);
    close(file);
    return size > 0 && strcmp(source, "tsc\n") == 0;
}

static void choose(void)
{
    ticks_are_of_processor = has_rdtscp() && system_uses_them();
}

/* The thread is not cancelled meanwhile. */
void ticks_prepare(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    int saved = errno;
    int state;
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    (void)pthread_once(&once, choose);
    (void)pthread_setcancelstate(state, NULL);
    errno = saved;
}

#else

void ticks_prepare(void)
{
}

#endif
