/*
 * collect.c - collections of the shapes that collect.py has, on a stack of 64 KiB.
 *
 *     make bench-collect
 *
 * Prints "sample SHAPE NANOSECONDS" for each round: the time of a collection for each object.
 */
#include <own.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define OBJECTS ((size_t)1000000)
#define ROUNDS 5

struct node {
    own_object object;
    struct node *first;
    struct node *second;
    struct node *parent;
};

static const own_type node_type = {
    .name = "node",
    .size = sizeof(struct node),
    OWN_FIELDS(struct node, first, second, parent),
};

static struct node *node_new(void)
{
    struct node *node = own_new(NULL, &node_type);
    if (!node) {
        perror("own_new");
        exit(1);
    }
    return node;
}

static void measure(const char *shape, size_t expected)
{
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    size_t gone = own_collect();
    clock_gettime(CLOCK_MONOTONIC, &after);
    if (gone != expected) {
        fprintf(stderr, "%s: %zu objects collected instead of %zu\n", shape, gone, expected);
        exit(1);
    }
    double nanoseconds =
        (double)(after.tv_sec - before.tv_sec) * 1e9 + (double)(after.tv_nsec - before.tv_nsec);
    printf("sample %s %.2f\n", shape, nanoseconds / (double)OBJECTS);
}

static void lose_ring(void)
{
    struct node *first = node_new();
    struct node *last = first;
    for (size_t i = 1; i < OBJECTS; i++)
        last = last->first = node_new();
    last->first = first;
}

static void lose_pairs(void)
{
    for (size_t i = 0; i < OBJECTS / 2; i++) {
        struct node *one = node_new();
        one->first = node_new();
        one->first->first = one;
    }
}

/* A tree in which each node refers to its parent; it is filled level by level, in an array. */
static void lose_tree(struct node **nodes)
{
    for (size_t i = 0; i < OBJECTS; i++) {
        nodes[i] = node_new();
        if (i == 0)
            continue;
        struct node *parent = nodes[(i - 1) / 2];
        *(i % 2 ? &parent->first : &parent->second) = nodes[i];
        nodes[i]->parent = own_incref(parent);
    }
    own_decref(nodes[0]);
}

/* A million that are used: the program has a reference to each, and each refers to the next. */
static void make_live(struct node **nodes)
{
    for (size_t i = 0; i < OBJECTS; i++) {
        nodes[i] = node_new();
        if (i > 0)
            nodes[i - 1]->first = own_incref(nodes[i]);
    }
}

/* The same, where a list has the references. */
static own_list *list_live(void)
{
    own_list *list = own_list_new(NULL);
    struct node *last = NULL;
    for (size_t i = 0; i < OBJECTS; i++) {
        struct node *node = node_new();
        if (!list || own_list_append(list, node) < 0)
            exit(1);
        if (last)
            last->first = own_incref(node);
        own_decref(node);
        last = node;
    }
    return list;
}

static void *run(void *arg)
{
    struct node **nodes = arg;
    for (int round = 0; round < ROUNDS; round++) {
        lose_ring();
        measure("ring", OBJECTS);
        lose_pairs();
        measure("pairs", OBJECTS);
        lose_tree(nodes);
        measure("tree", OBJECTS);
        make_live(nodes);
        measure("live", 0);
        for (size_t i = 0; i < OBJECTS; i++)
            own_decref(nodes[i]);
        own_list *live = list_live();
        measure("listed", 0);
        own_decref(live);
    }
    return NULL;
}

int main(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    struct node **nodes = malloc(OBJECTS * sizeof(struct node *));
    if (!nodes || pthread_attr_init(&attributes) != 0 ||
        pthread_attr_setstacksize(&attributes, (size_t)64 << 10) != 0 ||
        pthread_create(&thread, &attributes, run, nodes) != 0)
        return 1;
    pthread_join(thread, NULL);
    free(nodes);
    return 0;
}
