/*
 * model/world.h - the model: what libown's headers promise, in its simplest form.
 *
 * Counts are integers, tear-down is recursion, what a pool owns is an array, and what refers to a
 * node is found by looking at all nodes. A call changes the model first, which writes down what the
 * library has to do: the calls of finalizers, deferred calls and so on, in order, what these do in
 * their turn, and what each call returns. real.c then has the library do it and compares.
 */
#ifndef MODEL_WORLD_H
#define MODEL_WORLD_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "choices.h"

enum {
    NODES = 48,
    BLOCKS = 96,
    ENTRIES = 48,
    ASIDE = 6,
    FIELDS = 3,
    TAIL = 3,
    REFS = FIELDS + TAIL,
    ITEMS = 12,
    CALLS = 4, /* different arguments of deferred calls */
    SCRIPT = 1 << 14,
    REACTIONS = 20,
    DEPTH = 5,
    NOBODY = -1,
};

enum kind { POOL, OBJECT, WEAK, LIST, BUFFER, ARRAY };

enum state {
    DEAD, /* or never made */
    ALIVE,
    FINALIZING, /* its weak references are called, or its finalizer: whole, may be used */
    EMPTYING,   /* a dying pool: may be used */
    UNUSABLE,   /* a dying object whose references are being released */
};

enum entry_kind { HELD, CHILD, CALL, ADOPTED };
struct entry {
    uint8_t kind;
    int8_t subject; /* a node, the number of a call, or a block */
    uint32_t stamp; /* when it came */
};

enum phase { FIRST, LAST, PHASES };

struct node {
    uint8_t kind, state;
    uint64_t serial; /* later ones are newer */
    bool shared;
    int references; /* all of them */
    int callers;    /* those of the driver itself */
    int parent;

    /* objects */
    bool finalizes; /* its type has a finalizer */
    bool armed;     /* and it is still to run */
    bool tailed;
    int refs; /* how many it has, those of the tail behind those of the type */
    int8_t ref[REFS];

    /* weak references */
    bool has_call, waiting; /* it has been cleared and its turn to be called has not come */
    int target;             /* NOBODY: cleared */

    /* lists */
    int items;
    int8_t item[ITEMS];

    /* arrays of bytes, of up to two axes */
    bool readonly, given_f; /* in Fortran's order, at first */
    bool view;
    int memory; /* which of the world's */
    int axes, start;
    int length[2], stride[2];

    /* buffers */
    size_t size;
    bool adopted, busy; /* busy: its memory is being replaced */

    /* pools */
    bool exact, private; /* private: it has an allocator */
    bool regional;       /* its memory comes from own_chunks_fixed */
    int entries, aside[PHASES];
    struct entry entry[ENTRIES];
    int8_t call[PHASES][ASIDE];
    uint32_t call_stamp[PHASES][ASIDE];
    size_t limit, bytes, peak, peak_most;
    int blocks;
    int user;
    int name;
};

enum block_kind { OWN, FOREIGN, PRIVATE }; /* of the pool; adopted; from the pool's allocator */

struct block {
    bool live, busy; /* busy: its address is about to change, so that nobody knows it */
    uint8_t kind;
    int pool;
    uint64_t serial;
    size_t size; /* as own_block_size answers it */
};

/* What arrays lie in. */
enum { MEMORIES = 24, AREA = 64 };
struct memory {
    int arrays; /* that lie in it; 0: there is none */
    int size;
    uint8_t byte[AREA];
};

struct op {
    uint8_t call;
    int8_t a, b, c, to; /* to: the node or the block that the call makes */
    size_t size, other;
};

struct outcome {
    int error;
    intptr_t value;
};

enum event { FINALIZED, CALLED, CALLED_FIRST, CALLED_LAST, TOLD, FREED, VISITED, BUFFER_FREED };

struct step {
    enum { BEGIN, END, EVENT, RETURN } what;
    struct op op;           /* of BEGIN and END */
    struct outcome outcome; /* of END */
    enum event event;
    int subject;
};

struct world {
    struct choices choices;
    uint64_t serial;
    uint32_t stamp;
    uint32_t enabled; /* groups of calls */
    int reactions;    /* left for the top-level call */
    int depth;        /* of reactions within reactions */
    int busy;         /* callbacks that may not end any pool now */
    bool tight;       /* there has been a limit that may refuse what needs memory */
    bool may_refuse;  /* this call may */
    bool overflowed;  /* the script was too short, which ends the world */
    int steps;        /* in the script */
    size_t calls;     /* performed, reactions included */
    struct node node[NODES];
    struct block block[BLOCKS];
    struct memory memory[MEMORIES];
    struct step script[SCRIPT];
};

/* The first wrong answer that a test of the tester puts into the model; see main.c. */
extern int model_wrong;

void world_begin(struct world *world, const struct slice *slice);

/* Chooses a top-level call and performs it: the script is then what the library has to do. False:
   none was found, or the script is not whole. */
bool world_step(struct world *world, const struct slice *slice);

/* As world_step, with the call given. */
void world_perform(struct world *world, const struct op *op);

/* choose.c and the files of calls */
static inline bool usable(const struct node *node)
{
    return node->state == ALIVE || node->state == FINALIZING || node->state == EMPTYING;
}
static inline int pick(struct world *world, int bound)
{
    return choose(&world->choices, bound);
}
int pick_node(struct world *world); /* a usable one; NOBODY: there is none */
int pick_kind(struct world *world, enum kind kind);
int pick_owner(struct world *world); /* a pool, or NOBODY */
int pick_owned(struct world *world, const struct node *pool, unsigned kinds); /* of entries */
int free_node(struct world *world); /* a place for a new one, or NOBODY */
int free_block(struct world *world);

/* life.c */
void event(struct world *world, enum event kind, int subject);
void take(struct world *world, int node);
void release(struct world *world, int node);
void empty(struct world *world, int pool);
void clear_weak(struct world *world, int node);
bool is_ancestor(const struct world *world, int ancestor, int pool);
struct node *make_node(struct world *world, int to, int owner, enum kind kind);

/* ledger.c */
bool has_room(const struct node *pool); /* for some more entries */
void add_entry(struct world *world, int pool, enum entry_kind kind, int subject);
int find_entry(const struct node *pool, enum entry_kind kind, int subject); /* -1: none */
void cut_entry(struct node *pool, int at);
void cut_call(struct node *pool, enum phase phase, int at);
int holds_of_pools(const struct world *world, int node);

/* arrays.c */
void array_gone(struct world *world, int node);

/* sharing.c */
void share(struct world *world, int node);

/* memory.c */
size_t rounded_size(const struct node *pool, size_t size);
void make_block(struct world *world, int block, int pool, enum block_kind kind, size_t size);
void make_own(struct world *world, int block, int pool, size_t asked);
void count_both(struct node *pool, size_t more);
void give_back(struct world *world, int block);
void block_gone(struct world *world, int block);
bool release_private(struct world *world, int pool); /* the newest; false: there is none */
void blocks_gone(struct world *world, int pool);

#endif
