/*
 * tools/ownstat/tree.h - the pools of a report, those of one name below one parent together: a tree
 * of names. A node is a path of names, such as server/connection/request.
 */
#ifndef OWNSTAT_TREE_H
#define OWNSTAT_TREE_H

#include "report.h"

enum naming {
    NAMES_EXACT,  /* pools of one name are together */
    NAMES_DIGITS, /* the same, with each run of digits in a name as `#' */
    NAMES_EACH    /* each pool is a node of its own */
};

struct node {
    size_t parent; /* NONE: none. Smaller than the node's own number */
    size_t name;   /* in the tree's names */
    size_t depth;  /* 0: no parent */
    /* Its pools, in the order of the report: the first, and tree->next_member. */
    size_t first_member, last_member;
    size_t site; /* where they were created, in the report's names; NONE: not known, or several */
    size_t pools;
    uint64_t references, blocks, bytes, reserved; /* of its pools; references may be IMMORTAL */
    uint64_t total_blocks, total_bytes, total_reserved;
    size_t total_pools;
    bool shared, apart; /* some of its pools are */
    /* By tree_sort. */
    uint64_t key;
    size_t first_child, next; /* NONE: none */
    size_t children;
};

struct tree {
    own_pool *memory; /* a child of the report's */
    const struct report *report;
    struct names names;
    struct node *nodes;
    size_t count, room;
    size_t *node_of;     /* by number of a pool */
    size_t *next_member; /* by number of a pool: the next of the same node; NONE: none */
    size_t first_root;   /* by tree_sort */
    size_t roots;
    size_t *table; /* nodes by parent and name */
    size_t table_size;
};

/* A child of the report's pool: lives as long as that, unless tree->memory is dropped before. */
struct tree *tree_make(struct report *report, enum naming naming);

const char *tree_text(const struct tree *tree, size_t node);

/* The node with this name below a node (NONE: among the roots); NONE: there is none. */
size_t tree_find(const struct tree *tree, size_t parent, const char *name);

/*
 * For each node of `tree`, the one of `other` with the same path; NONE: there is none. An array in
 * the tree's memory.
 */
size_t *tree_match(const struct tree *tree, const struct tree *other);

/* Makes lists of children: the largest key first, then by name. Keys are the caller's. */
void tree_sort(struct tree *tree);
/* The next node in the order of lists, parents first; `skip`: nothing below this one. */
size_t tree_next(const struct tree *tree, size_t node, bool skip);

/*
 * Writes a path, names with a `/' between two; of a deep one some of the first and of the last.
 * The result is in memory that the next call uses again.
 */
const char *tree_path(const struct tree *tree, size_t node);
/* The same for a pool of a report, with exact names. */
const char *pool_path(const struct report *report, size_t pool);

/* A copy of a name with each run of digits as `#'. */
void name_without_digits(const char *name, char *copy);

#endif
