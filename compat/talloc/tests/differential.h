/*
 * differential.h - random programs of calls of talloc, and what can be seen of each call.
 *
 * A program has a base, which is freed last, and some chunks, each of which has a slot and the same
 * destructor: it empties the slot. So the driver always knows which chunks are there, and what is
 * above each. It makes no loops, and no call on a chunk that is dead or dying.
 */
#ifndef TALLOC_TESTS_DIFFERENTIAL_H
#define TALLOC_TESTS_DIFFERENTIAL_H

#include "included.h"

#define SLOTS 24
#define SPARES 6

enum kind { RAW, STRING, POOL };

/* What the destructor of a chunk does before it agrees. */
enum last_act { NOTHING, STEAL_CHILD, FREE_SPARE, FREE_ITSELF, NAME_ITSELF, LAST_ACTS };

struct slot {
    char *chunk; /* NULL: the slot is empty */
    enum kind kind;
    enum last_act last_act;
    bool is_limited;    /* it had a limit of its own, once */
    bool may_be_pooled; /* its memory may be part of a talloc_pool */
    unsigned refusals;  /* how often the destructor still refuses */
    uint32_t above;     /* bits: the slots of its parents, references among them */
    unsigned id;        /* a number of its own */
};

extern struct slot slots[SLOTS];
extern void *base;
extern bool has_pools, has_limits, has_tracking; /* what the program has */
extern bool pools_are_small;                     /* they may be full */

/* Random numbers. */
uint64_t next_random(void);
size_t below(size_t bound);

/* The slot of a chunk, or -1; what the trace calls a chunk. */
int slot_of(const void *chunk);
const char *label(const void *chunk);

/* Adds to the trace; addresses must not be in it. */
void trace(const char *format, ...) __attribute__((format(printf, 1, 2)));
void trace_text(const char *text); /* with the addresses made the same */

/* Traces the name of a chunk that talloc_realloc has changed: the old, or the new. */
void trace_new_name(const struct slot *slot, size_t old_size, const char *old, const char *new);

/* Fills the memory of a raw chunk with what its id says. */
void fill(const struct slot *slot);

/* Takes a new chunk on in an empty slot; NULL is traced as a failed call. */
void take(int slot, void *chunk, enum kind kind);

/* Whether `parent` is `chunk` or below it, by parents or references; slots. */
bool is_below(int parent, int chunk);

/* One random call. */
void random_call(void);

#endif
