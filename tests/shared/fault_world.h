/*
 * fault_world.h - the world that the calls of faults.c find: pools, objects and blocks, and
 * pictures of it that show a change.
 */
#ifndef SHARED_FAULT_WORLD_H
#define SHARED_FAULT_WORLD_H

#include "harness.h"

#define MIB ((size_t)1 << 20)

/* Every kind of thing, in small numbers. */
struct world {
    own_pool *root;  /* has a limit */
    own_pool *pool;  /* root's child */
    own_pool *child; /* pool's child, as full as it can be without more memory */
    own_pool *other; /* a root without a limit, with children */
    own_pool *fresh; /* a root with nothing in it */
    void *probe;     /* the caller's */
    void *ref;       /* a weak reference to it, the caller's */
    void *held;      /* pool's, twice */
    char *text;      /* a block of pool, and larger ones */
    char *large, *huge;
    void *result; /* a new reference that the call returned, if any */
};

extern const own_type thing_type;

/* The deferred call that world's pool has, and its argument. */
void do_nothing(void *arg);
extern char call_argument;

void build(struct world *world);
void destroy(struct world *world);

/* All that can be seen of a world. */
struct snapshot {
    own_usage usages[5], totals[3];
    struct {
        void *object;
        int depth;
        size_t references;
        const char *name;
    } visits[256];
    size_t visit_count;
    size_t probe_references;
    char text[8];
    size_t text_size, large_size, huge_size;
    size_t live_bytes;
};

void take_snapshot(struct snapshot *snapshot, const struct world *world);

/* What differs between two snapshots; NULL: nothing. */
const char *find_change(const struct snapshot *before, const struct snapshot *after);

/* A call of the library. Returns whether it succeeded, and puts its result where destroy finds
   it. */
#define CALL(function)                                                                             \
    {                                                                                              \
#function, function                                                                        \
    }
struct call {
    const char *name;
    bool (*function)(struct world *world);
};

/* Makes the call with the n-th request for memory failing: a failed call has errno ENOMEM, has
   changed nothing if it has no trace, and succeeds when it is made again; nothing leaks. Returns
   whether it succeeded at once. */
bool fault_try(const struct call *call, long n, bool has_no_trace);

#endif
