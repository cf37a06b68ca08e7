/*
 * allocator.c - where pools take their memory from: nodes, what is kept when they come back, owners
 * and the mutex.
 */
#include <unistd.h>

#include "subject.h"

static apr_allocator_t *new_allocator(void)
{
    apr_allocator_t *allocator = NULL;

    expect(apr_allocator_create(&allocator) == APR_SUCCESS && allocator != NULL);
    return allocator;
}

/* The head of a node: APR's macro mixes signs. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
static size_t head_size(void)
{
    return APR_MEMNODE_T_SIZE;
}
#pragma GCC diagnostic pop

/* A node whose room is full of a byte; as large as was asked for. */
static apr_memnode_t *new_node(apr_allocator_t *allocator, size_t size, int byte)
{
    apr_memnode_t *node = apr_allocator_alloc(allocator, size);

    expect(node != NULL && node->next == NULL);
    expect(node->first_avail == (char *)node + head_size());
    expect((size_t)(node->endp - node->first_avail) >= size);
    expect((uintptr_t)node->first_avail % 8 == 0);
    memset(node->first_avail, byte, size);
    return node;
}

START_TEST(nodes_have_the_room_that_was_asked_for)
{
    static const size_t sizes[] = {0, 1, 100, 4000, 4096, 8152, 8153, 8192, 20000, 1000000};
    apr_memnode_t *nodes[10];
    apr_allocator_t *allocator = new_allocator();

    for (size_t i = 0; i < 10; i++)
        nodes[i] = new_node(allocator, sizes[i], (int)i);
    for (size_t i = 0; i < 10; i++) {
        for (size_t j = 0; j < sizes[i]; j++)
            expect(nodes[i]->first_avail[j] == (char)i);
        apr_allocator_free(allocator, nodes[i]);
    }
    apr_allocator_destroy(allocator);
}
END_TEST

START_TEST(lists_of_nodes_come_back_and_are_used_again)
{
    apr_allocator_t *allocator = new_allocator();

    for (int round = 0; round < 5; round++) {
        apr_memnode_t *list = NULL;

        for (size_t i = 0; i < 50; i++) {
            apr_memnode_t *node = new_node(allocator, i * 500, round);

            node->first_avail += i; /* free to its user, and set right when it comes back */
            node->next = list;
            list = node;
        }
        apr_allocator_free(allocator, list);
    }
    apr_allocator_destroy(allocator);
}
END_TEST

START_TEST(kept_node_is_the_next_of_its_size)
{
    apr_allocator_t *allocator = new_allocator();
    apr_memnode_t *node = new_node(allocator, 20000, 'a');

    for (int round = 0; round < 3; round++) {
        apr_allocator_free(allocator, node);
        expect(new_node(allocator, 20000, 'b') == node);
    }
    apr_allocator_free(allocator, node);
    apr_allocator_destroy(allocator);
}
END_TEST

START_TEST(sizes_are_rounded_up_and_say_so)
{
    static const size_t sizes[] = {0, 1, 8151, 8152, 8153, 12000, 12248, 12249, 100000};
    apr_allocator_t *allocator = new_allocator();
    apr_memnode_t *list = NULL; /* not freed before the end: it might come back for another size */
    size_t last = 0;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t size = apr_allocator_align(allocator, sizes[i]);
        apr_memnode_t *node = new_node(allocator, sizes[i], 'a');

        expect(size >= sizes[i] + head_size() && size >= last && size % 4096 == 0);
        expect((size_t)(node->endp - (char *)node) == size);
        last = size;
        node->next = list;
        list = node;
    }
    apr_allocator_free(allocator, list);
    apr_allocator_destroy(allocator);
}
END_TEST

/* More than there is: the compilers cannot see it. */
static size_t too_much(void)
{
    static volatile size_t much = SIZE_MAX;

    return much;
}

START_TEST(sizes_that_overflow_are_refused)
{
    apr_allocator_t *allocator = new_allocator();

    for (size_t less = 0; less < head_size(); less++) {
        expect(apr_allocator_align(allocator, too_much() - less) == 0);
        expect(apr_allocator_alloc(allocator, too_much() - less) == NULL);
    }
    apr_allocator_destroy(allocator);
}
END_TEST

/* Bytes of the process that are in memory, or 0 where nothing tells. */
static size_t resident(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;

    if (!file)
        return 0;
    if (fscanf(file, "%*u %lu", &pages) != 1)
        pages = 0;
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

#define LARGE ((size_t)40 << 20) /* malloc takes nothing of that size from what it keeps */

/* What stays in memory of two large nodes that have come back. */
static size_t kept_of(apr_allocator_t *allocator)
{
    apr_memnode_t *one = new_node(allocator, LARGE, 'a'), *other = new_node(allocator, LARGE, 'b');
    size_t before = resident();

    one->next = other;
    apr_allocator_free(allocator, one);
    return 2 * LARGE + resident() - before;
}

static bool near(size_t size, size_t expected)
{
    return size - expected + LARGE / 4 < LARGE / 2; /* either side of zero */
}

START_TEST(what_comes_back_is_kept_up_to_the_limit)
{
    apr_allocator_t *allocator;

#ifdef THREAD_SANITIZED
    bool keeps_memory = true;
#else
    bool keeps_memory = memory_is_checked();
#endif
    if (resident() == 0 || keeps_memory) {
        fprintf(stderr, "not looked at: what is kept, which nothing tells, or a checker changes\n");
        return;
    }
    allocator = new_allocator();
    expect(near(kept_of(allocator), 2 * LARGE)); /* unlimited at first */
    expect(near(kept_of(allocator), 2 * LARGE));
    apr_allocator_destroy(allocator);

    allocator = new_allocator();
    apr_allocator_max_free_set(allocator, 1);
    expect(near(kept_of(allocator), 0));
    expect(near(kept_of(allocator), 0));
    apr_allocator_max_free_set(allocator, LARGE + LARGE / 2); /* one of the two */
    expect(near(kept_of(allocator), LARGE));
    apr_allocator_destroy(allocator);

    allocator = new_allocator();
    apr_allocator_max_free_set(allocator, 1);
    apr_allocator_max_free_set(allocator, APR_ALLOCATOR_MAX_FREE_UNLIMITED);
    expect(near(kept_of(allocator), 2 * LARGE));
    apr_allocator_destroy(allocator);
}
END_TEST

START_TEST(destroyed_allocator_keeps_nothing)
{
    size_t before;

    if (resident() == 0 || memory_is_checked())
        return;
    before = resident();
    for (int i = 0; i < 3; i++) {
        apr_allocator_t *allocator = new_allocator();

        expect(near(kept_of(allocator), 2 * LARGE));
        apr_allocator_destroy(allocator);
    }
    expect(near(LARGE + resident() - before, LARGE));
}
END_TEST

START_TEST(pools_take_from_the_allocator_that_they_are_given)
{
    apr_allocator_t *allocator = new_allocator();
    apr_pool_t *root = new_pool(NULL), *pool, *child, *other;

    expect(apr_pool_create_ex(&pool, root, NULL, allocator) == APR_SUCCESS);
    expect(apr_pool_parent_get(pool) == root);
    expect(apr_pool_allocator_get(pool) == allocator);
    expect(apr_pool_allocator_get(root) != allocator);
    child = new_pool(pool);
    expect(apr_pool_allocator_get(child) == allocator);
    expect(apr_pool_create_ex(&other, NULL, NULL, allocator) == APR_SUCCESS);
    log_death(pool, 'p');
    log_death(child, 'c');
    memset(apr_palloc(child, 100000), 'x', 100000);
    memset(apr_palloc(other, 100), 'x', 100);
    apr_pool_destroy(root);
    expect_events("cp");
    memset(apr_palloc(other, 100000), 'x', 100000);
    apr_pool_destroy(other);
    apr_allocator_destroy(allocator);
}
END_TEST

START_TEST(owner_takes_the_allocator_along)
{
    size_t before = 0;

    for (int i = 0; i < 4; i++) {
        apr_allocator_t *allocator = new_allocator();
        apr_pool_t *pool, *child;

        expect(apr_allocator_owner_get(allocator) == NULL);
        expect(apr_pool_create_ex(&pool, NULL, NULL, allocator) == APR_SUCCESS);
        expect(apr_allocator_owner_get(allocator) == NULL);
        apr_allocator_owner_set(allocator, pool);
        expect(apr_allocator_owner_get(allocator) == pool);
        child = new_pool(pool);
        memset(apr_palloc(child, LARGE), 'x', LARGE);
        apr_pool_destroy(child);
        apr_pool_clear(pool);
        expect(apr_allocator_owner_get(allocator) == pool);
        log_death(pool, 'p');
        apr_pool_destroy(pool);
        expect_events("p");
        if (i == 0)
            before = resident();
    }
    /* what the pools had is no longer kept */
    if (before > 0 && !memory_is_checked())
        expect(near(LARGE + resident() - before, LARGE));
}
END_TEST

START_TEST(owner_can_be_taken_away_again)
{
    apr_allocator_t *allocator = new_allocator();
    apr_pool_t *pool;

    expect(apr_pool_create_ex(&pool, NULL, NULL, allocator) == APR_SUCCESS);
    apr_allocator_owner_set(allocator, pool);
    apr_allocator_owner_set(allocator, NULL);
    expect(apr_allocator_owner_get(allocator) == NULL);
    apr_pool_destroy(pool);
    apr_allocator_free(allocator, new_node(allocator, 100, 'a'));
    apr_allocator_destroy(allocator);
}
END_TEST

START_TEST(mutex_is_the_one_that_was_set)
{
    apr_allocator_t *allocator = new_allocator();
    apr_pool_t *pool;
    apr_thread_mutex_t *mutex;

    expect(apr_allocator_mutex_get(allocator) == NULL);
    expect(apr_pool_create_ex(&pool, NULL, NULL, allocator) == APR_SUCCESS);
    apr_allocator_owner_set(allocator, pool);
    mutex = new_mutex(pool);
    apr_allocator_mutex_set(allocator, mutex);
    expect(apr_allocator_mutex_get(allocator) == mutex);
    memset(apr_palloc(new_pool(pool), 100000), 'x', 100000);
    apr_allocator_mutex_set(allocator, NULL);
    expect(apr_allocator_mutex_get(allocator) == NULL);
    apr_allocator_mutex_set(allocator, mutex);
    /* the cleanup of the mutex comes before the end of the allocator */
    apr_pool_destroy(pool);
}
END_TEST

START_TEST(allocator_of_roots_is_that_of_the_pool_above_them)
{
    apr_pool_t *pool = new_pool(NULL);
    apr_allocator_t *allocator = apr_pool_allocator_get(pool);

    expect(apr_allocator_owner_get(allocator) == apr_pool_parent_get(pool));
    expect(apr_pool_allocator_get(apr_pool_parent_get(pool)) == allocator);
#ifdef APR_TESTS_REAL
    expect(apr_allocator_mutex_get(allocator) != NULL);
#else
    /* here any thread may use it: it takes no lock of the program's */
    expect(apr_allocator_mutex_get(allocator) == NULL);
#endif
    apr_pool_destroy(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("allocator");
    TCase *nodes = add_apr_case(suite, "nodes");
    TCase *kept = add_apr_case(suite, "kept");
    TCase *pools = add_apr_case(suite, "pools");

    tcase_add_test(nodes, nodes_have_the_room_that_was_asked_for);
    tcase_add_test(nodes, lists_of_nodes_come_back_and_are_used_again);
    tcase_add_test(nodes, kept_node_is_the_next_of_its_size);
    tcase_add_test(nodes, sizes_are_rounded_up_and_say_so);
    tcase_add_test(nodes, sizes_that_overflow_are_refused);

    tcase_add_test(kept, what_comes_back_is_kept_up_to_the_limit);
    tcase_add_test(kept, destroyed_allocator_keeps_nothing);

    tcase_add_test(pools, pools_take_from_the_allocator_that_they_are_given);
    tcase_add_test(pools, owner_takes_the_allocator_along);
    tcase_add_test(pools, owner_can_be_taken_away_again);
    tcase_add_test(pools, mutex_is_the_one_that_was_set);
    tcase_add_test(pools, allocator_of_roots_is_that_of_the_pool_above_them);
    return run_suite(suite);
}
