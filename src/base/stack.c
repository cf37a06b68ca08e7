/*
 * base/stack.c - the bounds of a thread's stack.
 */
#ifdef HAVE_CONFIG_H
#include <config.h> /* _GNU_SOURCE */
#endif

#include "base/stack.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>

/* begin = 0: the system has not been asked yet. begin = 1, end = 0: it does not tell. */
struct bounds {
    uintptr_t begin; /* the lowest address that calls may nest down to */
    uintptr_t end;
};

static __thread struct bounds bounds;

/* The bounds of the calling thread's stack, without the reserve. False: they are not known. */
static bool ask(struct bounds *asked)
{
#ifdef HAVE_PTHREAD_GETATTR_NP
    pthread_attr_t attributes;
    void *begin;
    size_t size;
    size_t guard;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return false;
    bool known = pthread_attr_getstack(&attributes, &begin, &size) == 0 &&
                 pthread_attr_getguardsize(&attributes, &guard) == 0;
    (void)pthread_attr_destroy(&attributes);
    if (!known)
        return false;
    /* Some systems count the guard as part of the stack. */
    size_t reserve = size / 8 < STACK_RESERVE ? STACK_RESERVE : size / 8;
    if (size <= guard || size - guard <= reserve)
        return false;
    asked->begin = (uintptr_t)begin + guard + reserve;
    asked->end = (uintptr_t)begin + size;
    return true;
#else
    (void)asked;
    return false;
#endif
}

bool stack_has_room(void)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    if (!bounds.begin) {
        int saved = errno;
        if (!ask(&bounds))
            bounds = (struct bounds){.begin = 1, .end = 0};
        errno = saved;
    }
    return here >= bounds.begin && here < bounds.end;
}
