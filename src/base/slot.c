/*
 * base/slot.c - allocating and releasing slots.
 *
 * One lock protects both. Everything that a thread did with its slot therefore happens before
 * anything that the next thread does with it. After fork the child process has one thread, and only
 * the slot of that thread is taken.
 */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "base/slot.h"

#include "base/lock.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

__thread uint32_t slot_or_zero;

static struct lock lock;
static uint64_t taken[SLOTS / 64];
static size_t full; /* all words before this one are full */
static pthread_key_t key;
static bool has_key;

static void give_back(uint32_t slot)
{
    size_t word = slot / 64;
    lock_take(&lock);
    taken[word] &= ~(UINT64_C(1) << slot % 64);
    if (word < full)
        full = word;
    lock_release(&lock);
}

/* The thread ends. If it asks again in a later destructor, it gets another slot. */
static void end(void *unused)
{
    (void)unused;
    uint32_t slot = slot_or_zero - 1;
    slot_or_zero = 0;
    give_back(slot);
}

static uint32_t lowest_free(void)
{
    uint32_t slot = SLOT_NONE;
    lock_take(&lock);
    while (full < SLOTS / 64 && taken[full] == UINT64_MAX)
        full++;
    if (full < SLOTS / 64) {
        slot = (uint32_t)(full * 64) + (uint32_t)__builtin_ctzll(~taken[full]);
        if (slot < SLOT_NONE)
            taken[full] |= UINT64_C(1) << slot % 64;
    }
    lock_release(&lock);
    return slot < SLOT_NONE ? slot : SLOT_NONE;
}

uint32_t slot_take(void)
{
    int saved = errno;
    if (!has_key)
        return SLOT_NONE;
    uint32_t slot = lowest_free();
    if (slot != SLOT_NONE && pthread_setspecific(key, &slot_or_zero) != 0) {
        give_back(slot);
        slot = SLOT_NONE;
    }
    if (slot != SLOT_NONE)
        slot_or_zero = slot + 1;
    errno = saved;
    return slot;
}

static void lock_slots(void)
{
    lock_take(&lock);
}

static void unlock_slots(void)
{
    lock_release(&lock);
}

static void keep_own(void)
{
    memset(taken, 0, sizeof(taken));
    full = 0;
    if (slot_or_zero) {
        uint32_t slot = slot_or_zero - 1;
        taken[slot / 64] = UINT64_C(1) << slot % 64;
    }
    unlock_slots();
}

/* Runs when the library is loaded: during a fork, another thread could be inside of a
   pthread_once. */
__attribute__((constructor)) static void prepare(void)
{
    has_key = pthread_key_create(&key, end) == 0;
    (void)pthread_atfork(lock_slots, unlock_slots, keep_own);
}
