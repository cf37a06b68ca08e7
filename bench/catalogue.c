/*
 * catalogue.c - the peers, the workloads, and what libown aims at.
 */
#include "bench.h"

#ifdef HAVE_TALLOC
#define TALLOC NULL
#else
#define TALLOC "talloc"
#endif
#ifdef HAVE_APR
#define APR NULL
#else
#define APR "apr-1"
#endif
#ifdef HAVE_MIMALLOC
#define MIMALLOC NULL
#else
#define MIMALLOC "mimalloc"
#endif
#ifdef HAVE_CYMEM
#define CYMEM NULL
#else
#define CYMEM "cymem, cython3 and python3-embed"
#endif
#ifdef HAVE_GOBJECT
#define GOBJECT NULL
#else
#define GOBJECT "gobject-2.0"
#endif

#ifdef HAVE_NUMPY
#define NUMPY NULL
#else
#define NUMPY "numpy"
#endif

const struct peer catalogue_peers[] = {
    {"own", NULL}, /* GOALS_OF */
    {"bump", NULL},
    {"apr", APR},
    {"mimalloc", MIMALLOC},
    {"malloc", NULL},
    {"talloc", TALLOC},
    {"talloc_pool", TALLOC},
    {"cymem", CYMEM},
    {"plain", NULL},
    {"atomic", NULL},
    {"g_rc_box", GOBJECT},
    {"g_atomic_rc_box", GOBJECT},
    {"gobject", GOBJECT},
    {"numpy", NUMPY},
    {NULL, NULL},
};

const struct workload catalogue_workloads[] = {
    {"call", "a call into a shared library, whatever it does there; each peer but bump pays for it",
     false},
    {"region-20", "a root pool, 20 blocks, all dropped", false},
    {"region-1000", "a root pool, 1,000 blocks, all dropped", false},
    {"region-100000", "a root pool, 100,000 blocks (13.6 MB), all dropped", false},
    {"region-20-zero", "a root pool, 20 zeroed blocks, all dropped", false},
    {"region-1000-zero", "a root pool, 1,000 zeroed blocks, all dropped", false},
    {"region-100000-zero", "a root pool, 100,000 zeroed blocks, all dropped", false},
    {"request", "a child of a long-lived pool, 20 blocks, all dropped", false},
    {"churn", "10,000 live blocks: a random one is freed, another allocated", false},
    {"lone",
     "the only block of a new root pool is freed and made again, and so beside another; by size",
     false},
    {"hold", "so many objects held by a new pool, one after another", false},
    {"hold-first", "the first object that a process holds", false},
    {"shared-request",
     "a child of a shared pool, 20 blocks, all dropped, by one thread; shared and confined", false},
    {"shared-free",
     "1,000 blocks of a shared pool are freed in random order; of cymem, of a pool over malloc",
     false},
    {"tree", "1,000,000 pools, eight below each, with a block of 64 bytes; then the root is freed",
     false},
    {"chain", "pools, each the child of the one before; then the root is freed", false},
    {"chain-deepest",
     "the deepest chain, of at most 1,000,000, whose root can be freed; by KiB of stack", true},
    {"adopt", "1,000,000 pieces of memory become blocks of a pool, are looked up, and freed",
     false},
    {"private", "1,000,000 blocks of a pool that has malloc for an allocator: the same", false},
    {"ref", "a reference taken and released, by one thread", false},
    {"ref-shared", "a reference taken and released, where threads share the object", false},
    {"weak", "a weak reference: its object got and released; made and ended", false},
    {"weak-shared", "the same, where threads share the objects", false},
    {"threads-blocks",
     "by one thread and by two: 1,000 live blocks each, all in one shared pool; one is freed, "
     "another "
     "allocated",
     false},
    {"threads-halves",
     "by one thread and by two: 1,000 blocks each in one shared pool are allocated; every other "
     "one "
     "is freed, then the rest; for one call",
     false},
    {"threads-requests",
     "by one thread and by two: a child of a shared pool, for one thread, with 20 blocks; all "
     "dropped",
     false},
    {"threads-ref", "by one thread and by two: a reference taken and released, of objects apart",
     false},
    {"threads-ref-same",
     "by one thread and by two: a reference taken and released, of the same objects", false},
    {"grow", "one block from 16 bytes to 64 MiB by eighths, the new part written", false},
    {"overhead", "1,000,000 live blocks of 32 bytes: resident memory of one", false},
    {"return", "resident memory left of 1 GiB in 64 pools when they are dropped", false},
    {"size", "a root pool, blocks of one size, all dropped; by size", false},
    {"pools", "so many root pools with a block: a random one is dropped and made again", false},
    {"scale-blocks", "so many live blocks: a random one is freed, another allocated", false},
    {"scale-chunks", "so many live blocks of 300 KiB: a random one is freed, another allocated",
     false},
    {"scale-children", "so many child pools: a random one is dropped and made again", false},
    {"scale-holds", "so many objects held: a random one is released and held again", false},
    {"scale-defers", "so many deferred calls: a random one is taken back and deferred again",
     false},
    {"array-new", "an array of 10 doubles, made and dropped", false},
    {"array-slice", "a slice of an array, made and dropped", false},
    {"array-transpose", "a transposed array of 4096 x 4096 floats, copied", false},
    {"array-loop", "a loop over 256 x 256 floats, by any strides and by rows of close items",
     false},
    {NULL, NULL, false},
};

const struct goal catalogue_goals[] = {
    {"region-20", "block", "apr", 0.8},
    {"region-20", "block", "bump", 1.5},
    {"region-1000", "block", "apr", 0.9},
    {"region-1000", "block", "bump", 2},
    {"region-100000", "block", "mimalloc", 1},
    {"region-100000", "block", "bump", 1.5},
    {"region-20-zero", "block", "bump", 1.2},
    {"region-1000-zero", "block", "bump", 1.2},
    {"region-100000-zero", "block", "bump", 1.2},
    {"request", "request", "apr", 0.75},
    {"churn", "replacement", "mimalloc", 1},
    {"tree", "build", "talloc", 0.5},
    {"tree", "free", "talloc", 0.5},
    {"tree", "peak", "talloc", 1},
    {"chain", "free", NULL, 30},
    {"adopt", "adopt", "cymem", 0.5},
    {"adopt", "look-up", "cymem", 1},
    {"adopt", "free", "cymem", 1},
    {"private", "alloc", "cymem", 1},
    {"ref", "pair", "plain", 1.1},
    {"ref-shared", "pair", "atomic", 1.1},
    {"weak", "get", "gobject", 1 / 3.0},
    {"weak", "make", "gobject", 1 / 3.0},
    {"weak-shared", "get", "gobject", 1 / 3.0},
    {"weak-shared", "make", "gobject", 1 / 3.0},
    {"threads-blocks", "two-of-one", NULL, 1 / 1.8},
    {"threads-blocks", "two", "mimalloc", 1},
    {"threads-blocks", "two", "malloc", 1},
    {"threads-blocks", "two", "talloc", 1},
    {"threads-halves", "two-of-one", NULL, 1 / 1.8},
    {"threads-halves", "two", "mimalloc", 1},
    {"threads-halves", "two", "malloc", 1},
    {"threads-halves", "two", "talloc", 1},
    {"threads-requests", "two-of-one", NULL, 1 / 1.8},
    {"threads-requests", "two", "mimalloc", 1},
    {"threads-requests", "two", "malloc", 1},
    {"threads-requests", "two", "talloc", 1},
    {"threads-requests", "two", "apr", 1},
    {"threads-ref", "two", "atomic", 1.1},
    {"threads-ref-same", "two", "atomic", 1.1},
    {"grow", "whole", "malloc", 1},
    {"overhead", "block", NULL, 33.5},
    {"return", "after-1-s", NULL, 66}, /* OWN_CACHE_LIMIT_DEFAULT, and 2 MiB */
    {"return", "after-trim", NULL, 2},
    {"array-new", "array", "numpy", 1},
    {"array-slice", "slice", "numpy", 1 / 3.0},
    {"array-transpose", "item", "numpy", 1.2},
    {"array-loop", "item", "plain", 1.1},
    {"array-loop", "row-item", "plain", 1.1},
    {NULL, NULL, NULL, 0},
};
