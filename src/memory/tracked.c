/*
 * memory/tracked.c - the inline path of own_alloc while sites are tracked.
 */
#include "memory/tracked.h"

#include "base/hash.h"
#include "base/lock.h"

#include <pthread.h>

#define NOTES 4096

struct note {
    const struct memory *memory; /* its address only: it may be gone. NULL: none */
    size_t left;                 /* bytes of blocks in front of the one that is to be sampled */
};

static struct lock lock; /* for the notes; held for a few steps */
static struct note notes[NOTES];

static void lock_notes(void)
{
    lock_take(&lock);
}

static void unlock_notes(void)
{
    lock_release(&lock);
}

/* Runs when the library is loaded: a child process finds the lock free. */
__attribute__((constructor)) static void prepare(void)
{
    (void)pthread_atfork(lock_notes, unlock_notes, unlock_notes);
}

static struct note *note_of(const struct memory *memory)
{
    return &notes[hash_address((uintptr_t)memory) % NOTES];
}

static void forget(const struct memory *memory)
{
    struct note *note = note_of(memory);
    lock_take(&lock);
    if (note->memory == memory)
        note->memory = NULL;
    lock_release(&lock);
}

static void set(const struct memory *memory, size_t left)
{
    lock_take(&lock);
    *note_of(memory) = (struct note){.memory = memory, .left = left};
    lock_release(&lock);
}

static bool is_noted(const struct memory *memory)
{
    lock_take(&lock);
    bool noted = note_of(memory)->memory == memory;
    lock_release(&lock);
    return noted;
}

static size_t rest_of(const struct memory *memory)
{
    return (size_t)(extent_end(memory->extent) - memory->bump);
}

bool tracked_opens(struct memory *memory, bool could)
{
    if (!could) {
        forget(memory);
        /* With something to be asked, what several threads use has no short path to bump. */
        if (memory->outside && !memory->stock)
            memory->stock = &memory_unlisted;
        return false;
    }
    if (memory->end)
        return true;
    if (is_noted(memory))
        return false;
    size_t rest = rest_of(memory);
    size_t left = rest ? site_room(rest) : SITE_NONE;
    if (left != SITE_NONE)
        set(memory, left);
    return left == SITE_NONE;
}

void tracked_begin(struct memory *memory, bool struck)
{
    if (!memory->end)
        return;
    size_t rest = rest_of(memory);
    size_t left = struck ? site_struck_room(rest) : site_room(rest);
    if (left == SITE_NONE) {
        forget(memory);
        return;
    }
    extent_close(memory);
    set(memory, left);
}

bool tracked_count(const struct memory *memory, size_t bytes, bool *strikes)
{
    struct note *note = note_of(memory);
    lock_take(&lock);
    bool noted = note->memory == memory;
    *strikes = noted && note->left < bytes;
    if (*strikes)
        note->memory = NULL;
    else if (noted)
        note->left -= bytes;
    lock_release(&lock);
    return noted;
}
