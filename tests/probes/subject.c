/*
 * subject.c - a program that passes the library's probes, for probes.sh. It prints the arguments
 * that they are to have, a line each, after "expected:".
 */
#include <stdio.h>

#include <own.h>

#define SMALL 1000 /* bytes: a limit */
#define LARGE ((size_t)8 << 20)

struct pair {
    own_object header;
    own_object *other;
};

static const own_type pair_type = {
    .name = "pair",
    .size = sizeof(struct pair),
    .refs = OWN_REFS(struct pair, other),
};

static unsigned long number(const void *address)
{
    return (unsigned long)address;
}

static own_pool *new_pool(own_pool *owner, const char *name)
{
    own_pool *pool = own_pool_new_at(owner, name);
    printf("expected: pool_new %lu %lu %s\n", number(pool), number(owner), name);
    return pool;
}

static void drop(own_pool *pool, const char *name)
{
    printf("expected: pool_die %lu %s\n", number(pool), name);
    own_decref(pool);
}

/* The second time the pool is one that was kept ready, where the build keeps any. */
static void make_and_drop(const char *name)
{
    for (int i = 0; i < 3; i++)
        drop(new_pool(NULL, name), name);
}

static void rename_pool(void)
{
    own_pool *root = new_pool(NULL, "a root");
    own_pool *child = new_pool(root, "a child");

    own_pool_set_name_borrowed(child, "its new name");
    printf("expected: pool_name %lu its new name\n", number(child));
    if (own_pool_set_name(root, "root %d", 5) == 0)
        printf("expected: pool_name %lu root 5\n", number(root));
    printf("expected: cascade_begin %lu %s\n", number(root), own_typeof(root)->name);
    printf("expected: cascade_next %lu\n", number(child));
    printf("expected: pool_die %lu its new name\n", number(child));
    drop(root, "root 5");
    printf("expected: cascade_end\n");
}

static void meet_limit(void)
{
    own_pool *root = new_pool(NULL, "limited");
    own_usage usage;

    own_pool_usage(root, &usage);
    if (own_pool_set_limit(root, usage.reserved + SMALL) == 0 && !own_alloc(root, 1, 200000))
        printf("expected: limit_hit %lu %zu %zu\n", number(root), usage.reserved,
               usage.reserved + SMALL);
    drop(root, "limited");
}

/* Two objects that refer to each other. */
static void collect(void)
{
    struct pair *one = own_new(NULL, &pair_type), *two = own_new(NULL, &pair_type);

    one->other = &two->header;
    two->other = own_incref(&one->header);
    own_decref(one);
    printf("expected: collect_begin 0\n");
    printf("expected: collect_end 0 2\n");
    if (own_collect() != 2)
        printf("the cycle was not collected\n");
}

/* A block that has a chunk of its own, which comes from the system. */
static void take_large(void)
{
    own_pool *root = new_pool(NULL, "large");
    void *block = own_alloc(root, 1, LARGE);

    printf("expected: chunk_get %lu %zu 1\n", number(block), LARGE);
    printf("expected: chunk_put %lu %zu\n", number(block), LARGE);
    own_free(root, block);
    drop(root, "large");
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    make_and_drop("alone");
    rename_pool();
    meet_limit();
    collect();
    take_large();
    return 0;
}
