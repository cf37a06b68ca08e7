/*
 * report/report.h - the room report: what a tree of pools has, written in four formats; the roots
 * of the process, and its numbers.
 *
 *   report.c   own_report, own_report_fd: who looks, and who writes
 *   output.c   where the text goes: a FILE or a descriptor
 *   look.c     what is seen of a pool, and of a reference that a pool holds
 *   gather.c   all of a tree, in arrays: what was seen, whose child, totals
 *   stream.c   the formats while a tree is walked, without memory
 *   json.c     JSON; sites.c: where bytes were allocated
 *   folded.c   stacks of names
 *   text.c     the tree for the terminal; line.c: its lines
 *   dot.c      the graph; nodes.c: its nodes; cycles.c: what is red in it
 *   roots.c    the roots of the process: own_roots
 *   metrics.c  own_metrics
 *
 * A report is made in one of two ways. With memory (own_report) a walk gathers what there is, and
 * then it is written: so the parts of a report agree, pools can be sorted, and code of users is not
 * called while the tree is walked. Without (own_report_fd) it is written while walks go on, one for
 * each part of the report.
 *
 * Equations (gather_validate checks them in debug builds):
 *
 *   parent  of a gathered pool comes before it
 *   total   = its own numbers + the totals of its children
 *
 * Nothing else in the library calls this room. Threads: those of own_pool_walk.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "pool/pool.h"

#include <own/report.h>

#include <stdio.h>

/* Where text goes. */
struct output {
    FILE *file; /* NULL: fd */
    int fd;
    int error; /* the errno of the first failure; what follows is left out */
    size_t used;
    char bytes[512];
};

void output_begin(struct output *output, FILE *file, int fd);
void output_text(struct output *output, const char *text);
void output_bytes(struct output *output, const char *text, size_t size);
void output_number(struct output *output, uint64_t number);
/* At least `width` wide, with blanks in front. */
void output_aligned(struct output *output, uint64_t number, unsigned width);
void output_blanks(struct output *output, size_t count);
/* 0x and the address. */
void output_address(struct output *output, const void *address);
/* Text of users, in a JSON string's or a DOT string's quotes; and for people, without quotes:
   control characters are blanks. What is not UTF-8 becomes U+FFFD. */
void output_json_string(struct output *output, const char *text);
void output_dot_string(struct output *output, const char *text);
void output_plain(struct output *output, const char *text);
/* A name in a stack of names: `;` becomes `:`. */
void output_frame(struct output *output, const char *text);
/* Returns 0, or -1 with errno. */
int output_end(struct output *output);

/* What is seen of a pool. */
struct pool_seen {
    const own_pool *pool;   /* its address only; it may be gone by now */
    const own_pool *parent; /* the same; NULL: none, or not asked for */
    const char *name;
    const char *site; /* NULL: not known */
    bool shared;
    bool apart;        /* another thread's */
    bool child;        /* of a pool, though that may not be asked for */
    size_t references; /* SIZE_MAX: immortal */
    size_t limit;      /* 0: none that could refuse */
    own_usage usage;
};

/* What is seen of a reference that a pool holds. */
struct hold_seen {
    const own_pool *pool;
    const own_object *object; /* its address */
    const char *type;
    const char *name; /* of a pool that is held; else NULL */
    size_t references;
    size_t size;
    bool weak;                /* a weak reference, to: */
    const own_object *target; /* its address; NULL: it has gone */
};

/* look.c: texts are borrowed from what was seen, valid while that is visited. */
void look_at_pool(const struct walked *walked, struct pool_seen *seen);
void look_at_hold(const struct walked *walked, struct hold_seen *seen);
/* The pool's own name, in a pool that may be another thread's. */
const char *look_at_name(const own_pool *pool, bool apart);

/* roots.c: visits the pools that have no parent, and those below no other that is visited: of a
   pool of the call, itself. Returns what ended it, or 0. */
int roots_each(own_pool *only, int (*visit)(own_pool *pool, void *arg), void *arg);

/* A pool among those that are gathered. */
#define NOBODY UINT32_MAX
struct gathered {
    struct pool_seen seen; /* its texts are copies */
    uint32_t parent;       /* NOBODY: none */
    uint32_t depth;
    size_t total_bytes;
    size_t total_reserved;
    size_t total_blocks;
    size_t pools; /* itself, and all below */
};

/* A reference that a gathered pool holds. */
struct gathered_hold {
    struct hold_seen seen; /* its texts are copies */
    uint32_t pool;
};

/* A reference from an object that is not a pool: a field, an item. */
struct link_seen {
    const own_object *from;
    const own_object *to;
};

/* An array that grows. */
struct growing {
    char *items;
    size_t count;
    size_t room; /* bytes */
};

struct gathering {
    const own_pool *root; /* NULL: all roots */
    struct growing pools; /* struct gathered */
    struct growing holds; /* struct gathered_hold */
    struct growing links; /* struct link_seen: of held objects that are confined */
    struct growing path;  /* uint32_t: the pools above, by depth */
    struct texts *texts;  /* of names */
};

static inline struct gathered *gathered_at(const struct gathering *gathering, size_t i)
{
    return (struct gathered *)(void *)gathering->pools.items + i;
}

static inline struct gathered_hold *hold_at(const struct gathering *gathering, size_t i)
{
    return (struct gathered_hold *)(void *)gathering->holds.items + i;
}

static inline struct link_seen *link_at(const struct gathering *gathering, size_t i)
{
    return (struct link_seen *)(void *)gathering->links.items + i;
}

/* gather.c: all of a pool's tree, or of all roots. False: ENOMEM. To be freed in both cases. */
bool gather(struct gathering *gathering, own_pool *root);
void gather_free(struct gathering *gathering);
/* Room for one item more, of `size` bytes. NULL: ENOMEM. */
void *growing_add(struct growing *growing, size_t size);
void growing_free(struct growing *growing);
/* `count` items of `size` bytes, for the caller to fill. NULL: ENOMEM. */
void *growing_make(struct growing *growing, size_t count, size_t size);
/* Room for `count` items, of which there is none yet: growing_add finds it. False: ENOMEM. */
bool growing_reserve(struct growing *growing, size_t count, size_t size);

/* The writers of what was gathered. False: ENOMEM. */
bool json_write(struct output *output, const struct gathering *gathering);
bool folded_write(struct output *output, const struct gathering *gathering);
bool dot_write(struct output *output, const struct gathering *gathering);
bool text_write(struct output *output, const struct gathering *gathering, int depth, size_t count);

/* line.c: the lines of the tree. */
#define TEXT_COLUMNS 50
void text_head(struct output *output);
void text_columns(struct output *output, size_t total, size_t own, size_t reserved, size_t blocks);
/* The same where totals are not known. */
void text_head_without_total(struct output *output);
void text_columns_without_total(struct output *output, size_t own, size_t reserved, size_t blocks);
/* `count` references to objects of one type, which have so many bytes. */
void text_hold(struct output *output, const struct hold_seen *seen, size_t count, size_t bytes,
               size_t depth);

/* json.c: the pieces of which a report is made. */
void json_begin(struct output *output, const own_pool *root);
void json_pool(struct output *output, const struct pool_seen *seen, bool first);
void json_between(struct output *output);
void json_hold(struct output *output, const struct hold_seen *seen, bool first);
void json_stacks(struct output *output);
void json_sites(struct output *output);
void json_stack(struct output *output, uint32_t stack, bool first);
void json_site(struct output *output, const struct site *site, size_t number, bool first);
void json_end(struct output *output);

/* sites.c: the stacks and sites of what was gathered. */
struct sites {
    struct growing sites;  /* struct site */
    struct growing stacks; /* uint32_t, in order */
    struct growing first;  /* uint32_t, by pool, and one more: where its sites begin */
    struct growing some;   /* struct site: room for all */
};
/* False: ENOMEM. To be freed in both cases. */
bool sites_gather(struct sites *sites, const struct gathering *gathering);
void sites_free(struct sites *sites);
void sites_write(struct output *output, const struct sites *sites);
/* For the tree: adds the sites of a pool, by its number, to some; then writes those with the most
   bytes, and there are none any more. */
void sites_pick(struct sites *sites, uint32_t pool);
void sites_put_picked(struct output *output, struct sites *sites, size_t depth);

/* folded.c: names of more levels are left out: such pools count at the last one. */
#define FOLDED_DEPTH 256
/* The line of a pool at that depth; `names` are those of the pools above and its own. */
void folded_line(struct output *output, const char *const *names, size_t depth, size_t bytes);

/* dot.c: the pieces of the graph. */
void dot_begin(struct output *output);
void dot_pool(struct output *output, const struct pool_seen *seen, size_t total, bool red);
void dot_object(struct output *output, const struct hold_seen *seen, bool red);
void dot_edge(struct output *output, const void *from, const void *to, const char *style, bool red);
void dot_end(struct output *output);

/* nodes.c: the graph of what was gathered. Its nodes are the pools, by number, and behind these the
   objects that they hold, each once. */
enum edge_kind { EDGE_CHILD, EDGE_HOLD, EDGE_LINK, EDGE_WEAK };
struct edge {
    uint32_t from;
    uint32_t to;
    enum edge_kind kind;
};
struct graph {
    const struct gathering *gathering;
    size_t pools;
    size_t count;         /* of nodes */
    struct growing known; /* struct known: nodes by address */
    struct growing holds; /* uint32_t: of each object, a hold of it */
    struct growing edges; /* struct edge, those of one node side by side, in the order of nodes */
    struct growing first; /* uint32_t, by node, and one more: where its edges begin */
    struct growing group; /* uint32_t, by node: see cycles.c */
};

static inline const struct edge *edge_at(const struct graph *graph, size_t i)
{
    return (const struct edge *)(const void *)graph->edges.items + i;
}

/* False: ENOMEM. To be freed in both cases. */
bool graph_make(struct graph *graph, const struct gathering *gathering);
void graph_free(struct graph *graph);

/* cycles.c: fills `group`: two nodes have the same number where references lead from each to the
   other. Weak ones do not count. False: ENOMEM. */
bool cycles_find(struct graph *graph);

/* stream.c: writes a report without memory. */
void stream_write(struct output *output, own_pool *root, own_report_format format);

#endif
