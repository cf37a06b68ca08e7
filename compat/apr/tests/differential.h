/*
 * differential.h - the world of one random program: its pools, the cleanups in them, the blocks,
 * and the trace of what it saw.
 *
 * What the library does is learned from cleanups alone: each pool has a mark, a cleanup that is
 * registered before all others and so runs last, and says that the pool has gone. No address is in
 * a trace, only numbers that were given in order.
 */
#ifndef DIFFERENTIAL_H
#define DIFFERENTIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef APR_TESTS_REAL
#include <apr_allocator.h>
#include <apr_general.h>
#include <apr_pools.h>
#include <apr_strings.h>
#else
#include <own/compat/apr_pools.h>
#endif

#define POOLS_MAX 20
#define ITEMS_MAX 4000 /* a program makes fewer: each call makes at most a few */
#define BLOCKS_MAX 400

struct pool {
    apr_pool_t *handle;
    int name;       /* in order of creation; 0: none is there */
    int parent;     /* index; -1 for a root */
    bool unmanaged; /* has no parent at all */
    bool clearing;
    unsigned clears;
};

/* What is done by a cleanup. */
enum action {
    NOTHING,
    ALLOCATE,
    REGISTER,
    KILL,
    RUN,
    USE_SUBPOOL,
    DESTROY_OTHER,
    CLEAR_OTHER,
    GET_DATA,
    ACTIONS,
};

/* Data of cleanups, of one pool only; it may be registered more than once. */
struct item {
    int name;
    int pool;      /* index */
    int pool_name; /* which tells whether it is still that pool */
    bool pre;
    enum action action;
};

struct block {
    unsigned char *at;
    size_t size;
    int pool, pool_name;
    unsigned clears; /* of the pool when it was made */
};

struct world {
    uint64_t random;
    uint64_t hash; /* of the trace */
    bool shown;    /* print the trace too */
    struct pool pools[POOLS_MAX];
    int names; /* of pools, so far */
    struct item items[ITEMS_MAX];
    int items_count;
    struct block blocks[BLOCKS_MAX];
    int blocks_count;
    int running[ITEMS_MAX]; /* pools whose cleanups are running, one within the other */
    int running_count;
    int out; /* where a forked process writes its trace, or -1 */
};

extern struct world world;

/* The functions that serve as cleanups: all do the same. Child cleanups only say so. */
#define CLEANUPS 3
extern apr_status_t (*const cleanups[CLEANUPS])(void *data);
#define CHILD_CLEANUPS 2
extern apr_status_t (*const child_cleanups[CHILD_CLEANUPS])(void *data);

/* A line of the trace. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Less than `bound`, which is over 0. */
unsigned below(unsigned bound);

/* Ends the process: the driver itself is wrong, or there is no memory. */
#define must(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            broken(__FILE__, __LINE__, #condition);                                                \
    } while (0)
void broken(const char *file, int line, const char *condition) __attribute__((noreturn));

/* An index of a pool that is there, or -1; of those that no running cleanup is in or below. */
int any_pool(void);
int any_idle_pool(void);

/* An index where a pool can be put, or -1. */
int free_place(void);

/* Puts it there, with its mark. */
void enter_pool(int place, apr_pool_t *handle, int parent, bool unmanaged);

void clear_pool(int pool);
void destroy_pool(int pool);

/* What the pool's name in the trace is: 0 for none, -1 for the one above all roots. */
int name_of(const apr_pool_t *handle);

/* New data for a cleanup of that pool; one that the pool had already, or NULL. */
struct item *new_item(int pool, bool pre, bool may_act);
struct item *any_item(int pool, bool idle_only);

/* Remembers a block, and fills it; checks all blocks of a pool, and says how many there are. */
void enter_block(int pool, void *at, size_t size);
void check_blocks(int pool);

/* An abort function, or NULL; which one a pool has, -1 for none. */
apr_abortfunc_t any_abort(void);
int abort_name(int pool);

/* Calls of a random program, each in one pool; `what` chooses among calls that are alike. */
void set_data(int pool);
void get_data(int pool);
void allocate(int pool, bool zeroed);
void allocate_too_much(int pool);
#define COPIES 6
void copy_text(int pool, unsigned what);
void print(int pool);
#define QUESTIONS 8
void ask(int pool, unsigned what);
#define PROPERTIES 3
void set_property(int pool, unsigned what);
void use_nodes(int pool);
void initialize_again(void);

#endif
