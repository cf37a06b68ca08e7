/*
 * tools/ownstat/report.h - a report of own/report.h, read and checked.
 *
 * Pools, holds and the like are numbered from 0 in the order of the file, so a parent has a smaller
 * number than its children. Texts are numbers in `names`. All sums stop at UINT64_MAX.
 */
#ifndef OWNSTAT_REPORT_H
#define OWNSTAT_REPORT_H

#include "names.h"
#include "ownstat.h"

/* What a count of references is where the report says null. */
#define IMMORTAL UINT64_MAX

struct pool {
    uint64_t id;
    uint64_t parent_id; /* 0: none */
    size_t parent;      /* NONE: none */
    size_t name;
    size_t site; /* where it was created; NONE: not known */
    uint64_t references, blocks, bytes, reserved, peak, children, held, deferred;
    uint64_t limit; /* of its own, if has_limit */
    bool has_limit, shared, apart;
    /* With all below it. */
    uint64_t total_blocks, total_bytes, total_reserved;
    size_t total_pools;
};

struct hold {
    size_t pool; /* the holder */
    size_t held; /* the pool that is held; NONE: an object that is none of the report's pools */
    uint64_t pool_id, object, references;
    size_t type;
    size_t name; /* of a pool that is held; NONE: not said */
    uint64_t size;
    uint64_t to; /* of a weak reference; 0: its object has gone */
    bool is_weak;
};

struct frame {
    size_t module;
    uint64_t offset;
    size_t function; /* NONE: not known */
};

/* frames[first] and the `count` - 1 after it, the innermost first. */
struct stack {
    size_t first, count;
};

struct site {
    size_t pool, stack;
    uint64_t pool_id, blocks, bytes;
};

struct report {
    own_pool *memory; /* the report is in it too */
    const char *source;
    struct names names;
    const char *library, *program;
    uint64_t process;
    double time;
    uint64_t sampling;
    uint64_t root; /* 0: all roots */

    struct pool *pools;
    struct hold *holds;
    struct frame *frames;
    struct stack *stacks;
    struct site *sites;
    size_t pool_count, hold_count, frame_count, stack_count, site_count;
    size_t pool_room, hold_room, frame_room, stack_room, site_room;

    size_t *by_id; /* a table of numbers of pools; NONE: empty */
    size_t by_id_size;

    /* Sums over all roots. */
    uint64_t total_blocks, total_bytes, total_reserved;

    /* The JSON itself, as it was read, and in it the bytes of the value of `stacks`. */
    const char *text;
    size_t length, stacks_begin, stacks_end;
};

/*
 * Reads JSON. The result lives as long as its pool, result->memory, which is the caller's. NULL: it
 * is not a report, and problem says why.
 *
 * memory  stolen, also on failure.
 * source  what errors call it; borrowed: it must live as long as the report, as in `memory`.
 * text    the same.
 */
struct report *report_parse(own_pool *memory, const char *source, const char *text, size_t length,
                            struct problem *problem);

/* The second half of report_parse: parents, holders and totals, from the ids that were read. */
bool report_link(struct report *report, struct problem *problem);

/* The number of the pool with an id; NONE: there is none. */
size_t report_find(const struct report *report, uint64_t id);

const char *report_text(const struct report *report, size_t name);

/* Whether two reports are of one run of one program. */
bool report_same_process(const struct report *one, const struct report *other);
/* The number in `other` of the same pool: the same id and the same name. NONE: there is none. */
size_t report_same_pool(const struct report *report, size_t pool, const struct report *other);

uint64_t add_up_to_most(uint64_t a, uint64_t b);

#endif
