/*
 * model.h - the rules of ownership in their simplest form: order.c compares the library with them.
 *
 * Counts are integers, tear-down is recursion, the ledger of a pool is an array. Operations change
 * the model and log which finalizers and deferred calls should run; each of these may react with an
 * operation of its own, which is logged with it, so that the library's callbacks can repeat it.
 *
 * Weak references are nodes that know a target; those of a node are found by looking at all nodes,
 * and the newest is that with the highest number.
 */
#ifndef SHARED_MODEL_H
#define SHARED_MODEL_H

#include "harness.h"

enum {
    node_capacity = 64,
    entry_capacity = 256,
    event_capacity = 4096,
    field_count = 3,
    call_count = 4,
    nobody = -1,
};

enum operation_kind {
    nothing,
    new_pool,   /* a: owner */
    new_object, /* a: owner, b: whether it has a finalizer */
    new_weak,   /* a: owner, b: target, c: whether it is called */
    get,        /* a: weak reference, b: the node that it gives, or nobody */
    take,       /* a: own_incref */
    release,    /* a: own_decref */
    hold,       /* a: pool, b: node */
    give,       /* a: pool, b: node */
    drop,       /* a: pool, b: node */
    move,       /* a: from, b: to, c: node */
    defer,      /* a: pool, b: call */
    undefer,    /* a: pool, b: call */
    clear,      /* a: pool */
    set,        /* a: object, b: field, c: node or nobody */
    operation_kinds,
};

struct operation {
    enum operation_kind kind;
    int a, b, c;
    int error; /* the errno that is expected; 0: success */
};

/* What a finalizer, a deferred call or that of a weak reference is expected to do after logging
   itself. */
struct event {
    enum { finalized, called, told } kind;
    int subject; /* a node, or a call */
    struct operation reaction;
};

enum node_state {
    alive,
    finalizing, /* its weak references are called, or its finalizer: whole, may be used */
    emptying,   /* a dying pool: may be used */
    unusable,   /* a dying object whose fields are being released */
    dead,
};

struct entry {
    enum { held, child, deferred } kind;
    int subject;
};

struct node {
    bool is_pool;
    enum node_state state;
    int references; /* all of them */
    int callers;    /* those of the test itself */
    int parent;
    bool has_finalizer;
    bool is_weak;
    bool has_call;
    bool is_waiting; /* it has been cleared and its turn to be called has not come */
    int target;      /* nobody: cleared */
    int fields[field_count];
    struct entry entries[entry_capacity];
    int entry_count;
};

struct model {
    struct random random;
    bool reacts;   /* whether finalizers and deferred calls do anything */
    int reactions; /* left for the current operation */
    int depth;     /* of reactions within reactions */
    int node_count;
    struct node nodes[node_capacity];
    struct event events[event_capacity];
    int event_count;
};

void model_start(struct model *model, uint64_t seed, bool reacts);

/* An operation that is allowed now; `nothing` where none was found. */
struct operation model_choose(struct model *model);

/* Applies an operation, and logs its events from the start of the log. */
void model_apply(struct model *model, struct operation *operation);

bool model_is_ancestor(const struct model *model, int ancestor, int pool);

#endif
