/*
 * every.h - the setting in which every public call is made, by the test of calls without memory
 * (faults_every.c): pools of each kind, and one of each thing that calls are made on.
 */
#ifndef UNIT_EVERY_H
#define UNIT_EVERY_H

#include "harness.h"

#define MIB ((size_t)1 << 20)

enum from { FROM_LIBRARY, FROM_ALLOCATOR, FROM_CHUNKS };

/* What the pools of a setting are. */
struct kind {
    const char *name;
    enum from from;
    bool is_shared;
    bool in_thread; /* the call is made by a thread that has not used the pools before */
};

struct setting {
    const struct kind *kind;
    own_pool *root; /* has a limit */
    own_pool *pool; /* its children; pool is as full as it can be without more memory */
    own_pool *other;
    own_pool *stray;  /* a confined pool without a parent, with a child */
    void *probe;      /* an object of the caller's; shared if the pools are */
    void *loose;      /* another; confined */
    void *held;       /* pool's, twice */
    own_weakref *ref; /* to probe */
    own_list *list;   /* confined, full: three times probe, and no room for a fourth */
    own_list *cycle;  /* NULL: none */
    own_buffer *buffer;
    own_array *array, *view; /* 20 x 30 doubles; its transposition */
    own_export exported;     /* of array */
    char *text, *large;      /* blocks of pool */
    char *adopted;           /* an adopted one */
    char *memory;            /* of malloc; NULL: adopted meanwhile */
    void *result;            /* a reference that the call returned */
    FILE *out;               /* for reports */
    char *written;
    size_t written_size;
};

extern const own_type thing_type;
extern char call_argument;

/* Finalizers, free functions, deferred and other calls that have been made. */
extern size_t callbacks;
void count_callback(void *arg);
void count_freed(void *memory, void *ctx);

/* What the pools' `failed` has been told since it was last set to 0. */
extern size_t told;

void make_setting(struct setting *setting, const struct kind *kind);
void end_setting(struct setting *setting);

/* The n-th request that an allocator or chunks get from the setting, and all after it unless
   `once', fail. 0: none. How many have failed. Blocks and chunks that are out. */
void source_fail(enum from from, long n, bool once);
long source_failures(void);
size_t source_live(void);

struct picture {
    own_usage usages[4], totals[2];
    size_t references[8];
    size_t sizes[7];
    uint64_t contents;
    size_t callbacks;
    const void *places[4];
    size_t live_bytes, source_live;
};

void take_picture(struct picture *picture, const struct setting *setting);

/* What differs; NULL: nothing. */
const char *compare_pictures(const struct picture *before, const struct picture *after,
                             unsigned traces);

/* What a call that has failed may leave, by its header. */
#define TRACE_MEMORY 1U /* the pools may have taken memory for later */

/* A public call: returns whether it succeeded. `prepare` may be NULL. */
struct row {
    const char *name;
    bool (*call)(struct setting *setting);
    void (*prepare)(struct setting *setting);
    bool needs; /* memory, in some kind of pool; else it never fails for want of it */
    unsigned traces;
};

/* Makes more levels below the pool than a walk of shared pools has room for without memory. */
void make_levels(struct setting *setting);

/* Rows of calls that need memory, and of those that do not. */
#define NEEDS(function, ...)                                                                       \
    {                                                                                              \
        .name = #function, .call = call_##function, .needs = true, __VA_ARGS__                     \
    }
#define FREE(function, ...)                                                                        \
    {                                                                                              \
        .name = #function, .call = call_##function, __VA_ARGS__                                    \
    }

struct rows {
    const struct row *row;
    size_t count;
};
extern const struct rows pool_rows, process_rows, block_rows, object_rows, array_rows;

#endif
