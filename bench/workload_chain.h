/*
 * workload_chain.h - pools, each the child of the one before; the root is freed.
 *
 *   chain            the time for a pool, at a depth and on a stack that the peer survives
 *   chain-deepest    on a stack of 64 KiB and of 8 MiB: the deepest chain that the peer survives
 */
#ifndef WORKLOAD_CHAIN_H
#define WORKLOAD_CHAIN_H

#include "peer.h"

#ifdef PEER_CHAIN_DEPTH

#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHAIN_MOST ((size_t)1000000)

struct chain {
    size_t depth;
    uint64_t build_time;
    uint64_t free_time;
};

static void *chain_live(void *argument)
{
    struct chain *chain = argument;
    uint64_t start = measure_now();
    pool *root = measure_must(peer_pool_new(1));
    pool *last = root;
    for (size_t i = 1; i < chain->depth; i++)
        last = measure_must(peer_child_new(last));
    chain->build_time = measure_now() - start;
    start = measure_now();
    peer_pool_drop(root);
    chain->free_time = measure_now() - start;
    return NULL;
}

/* Builds and frees a chain on a thread with a stack of that size. */
static void chain_on_stack(struct chain *chain, size_t stack_kib)
{
    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes) != 0 ||
        pthread_attr_setstacksize(&attributes, stack_kib << 10) != 0 ||
        pthread_create(&thread, &attributes, chain_live, chain) != 0) {
        measure_must(NULL);
        return;
    }
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
}

static void chain(void)
{
    struct chain chain = {.depth = PEER_CHAIN_DEPTH};
    if (measure_quick)
        chain.depth /= 10;
    chain_on_stack(&chain, PEER_CHAIN_STACK);
    measure_sample("build", 0, "ns", (double)chain.build_time / (double)chain.depth);
    measure_sample("free", 0, "ns", (double)chain.free_time / (double)chain.depth);
    measure_note("%s: %zu pools on %d KiB of stack", PEER_NAME, chain.depth, PEER_CHAIN_STACK);
}

/* In a child process, because it may crash. */
static bool chain_survives(size_t depth, size_t stack_kib)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        struct chain chain = {.depth = depth};
        chain_on_stack(&chain, stack_kib);
        _exit(0);
    }
    int status = -1;
    if (child > 0)
        waitpid(child, &status, 0);
    return status == 0;
}

static void chain_deepest_on(size_t stack_kib)
{
    size_t survived = 0;
    size_t crashed = CHAIN_MOST + 1;
    size_t depth = 1000;
    while (crashed - survived > survived / 50 && survived < CHAIN_MOST) {
        if (chain_survives(depth, stack_kib))
            survived = depth;
        else
            crashed = depth;
        if (crashed > CHAIN_MOST)
            depth = survived * 4 < CHAIN_MOST ? survived * 4 : CHAIN_MOST;
        else
            depth = survived + (crashed - survived) / 2;
    }
    measure_sample("survived", stack_kib, "pools", (double)survived);
}

static void chain_deepest(void)
{
    chain_deepest_on(64);
    chain_deepest_on(8192);
}

#endif

#endif
