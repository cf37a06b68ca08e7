/*
 * ready.c - pools that are kept whole when they die and made again: whatever a pool was and did,
 * the next one in its place is as if it was new; and one that is dead and kept is told as a dead
 * one.
 */
#include "harness.h"
#include "pool/pool.h"

#define KIB ((size_t)1 << 10)

/* Several of a size are kept, so that one that was spoiled comes again. */
#define POOLS 6

static const own_type thing_type = {.name = "thing", .size = sizeof(own_object)};

static void do_nothing(void *unused)
{
    (void)unused;
}

static void fill_block(own_pool *pool, size_t size)
{
    char *block = own_alloc_raw(pool, 1, size);

    expect(block != NULL);
    memset(block, 0xa5, size);
}

static void use_little(own_pool *pool)
{
    fill_block(pool, 20);
}

static void use_up(own_pool *pool)
{
    while (own_bump_fits(pool, 16))
        fill_block(pool, 16);
    fill_block(pool, 16);
}

static void use_nothing(own_pool *pool)
{
    (void)pool;
}

static void free_some(own_pool *pool)
{
    void *first = own_alloc(pool, 1, 16), *second = own_alloc(pool, 1, 16);

    fill_block(pool, 16);
    expect(own_free(pool, first) == 0);
    expect(second && own_block_size(pool, second) == 16);
}

static void settle(own_pool *pool)
{
    fill_block(pool, 24);
    expect(own_contains(pool, own_alloc(pool, 1, 16)));
}

static void grow(own_pool *pool)
{
    for (int i = 0; i < 40; i++)
        fill_block(pool, 100);
}

static void have_large(own_pool *pool)
{
    fill_block(pool, 300 * KIB);
}

static void have_children(own_pool *pool)
{
    for (int i = 0; i < 3; i++) {
        own_pool *child = own_pool_new(pool);
        expect(child != NULL);
        use_up(child);
    }
}

static void lose_children(own_pool *pool)
{
    for (int i = 0; i < 20; i++) {
        own_pool *child = own_pool_new(pool);
        use_up(child);
        expect(own_drop(pool, child) == 0);
    }
    expect(pool->part.ledger.typical != 0);
}

static void have_things(own_pool *pool)
{
    expect(own_new(pool, &thing_type) && own_defer(pool, do_nothing, NULL) == 0);
}

static void lose_things(own_pool *pool)
{
    void *thing = own_new(pool, &thing_type);

    expect(own_drop(pool, thing) == 0 && own_defer(pool, do_nothing, NULL) == 0);
    expect(own_undefer(pool, do_nothing, NULL) == 0);
}

static void have_name(own_pool *pool)
{
    /* A pool that several threads use keeps its name. */
    expect(own_pool_set_name(pool, "%s", "a name of its own") == (pool_parts(pool) ? -1 : 0));
}

static void have_limit(own_pool *pool)
{
    expect(own_pool_set_limit(pool, 100 * KIB) == (pool_parts(pool) ? -1 : 0));
    use_little(pool);
}

static void adopt(own_pool *pool)
{
    expect(own_adopt(pool, malloc(10), 10, free) == 0);
}

static void adopt_and_lose(own_pool *pool)
{
    void *memory = malloc(10);

    expect(own_adopt(pool, memory, 10, free) == 0 && own_free(pool, memory) == 0);
}

static void be_shared(own_pool *pool)
{
    expect(own_share(pool) == 0);
    use_little(pool);
}

static void be_cleared(own_pool *pool)
{
    use_up(pool);
    own_pool_clear(pool);
    use_little(pool);
}

static void (*const uses[])(own_pool *pool) = {
    use_nothing, use_little,    use_up,         free_some,   settle,      grow,
    have_large,  lose_children, have_children,  have_things, lose_things, have_name,
    have_limit,  adopt,         adopt_and_lose, be_shared,   be_cleared,
};
#define USES ((int)(sizeof(uses) / sizeof(uses[0])))

/* As it would be had its memory come from the system. */
static void expect_new(own_pool *pool, const own_pool *parent, const char *name)
{
    own_usage usage = usage_of(pool);

    expect(usage.pools == 1 && usage.blocks == 0 && usage.bytes == 0 && usage.peak == 0);
    expect(usage.children == 0 && usage.held == 0 && usage.deferred == 0);
    expect(usage.reserved == chunk_round(usage.reserved));
    expect(pool_flags(pool) == (parent ? 0 : POOL_ROOT) && pool->part.ledger.typical == 0);
    expect(strcmp(own_pool_name(pool), name) == 0);
    expect(own_pool_parent(pool) == parent && own_refcount(pool) == 1);
    expect(own_is_shared(pool) == (parent && own_is_shared(parent)));
    expect(!pool_parts(pool) == !own_is_shared(pool));
    expect(!own_pool_limited_by(pool) || parent);
    expect(own_pool_limited_by(pool) == (parent ? own_pool_limited_by(parent) : NULL));
    expect(!pool->part.memory.stock && pool->part.memory.extent == &pool->first);
    pool_validate(pool);
    /* All that there is of its first chunk are blocks, and zero. */
    size_t room = (size_t)pool->first.granules << GRANULE_SHIFT;
    for (size_t used = 0; used + 100 < room / 2; used += 48) {
        const char *block = own_alloc(pool, 1, 40);
        for (size_t i = 0; i < own_block_size(pool, block); i++)
            expect(block[i] == 0);
        expect(own_contains(pool, block));
    }
    pool_validate(pool);
}

/* Uses some, which die, and looks at those that come next. */
static void die_and_be_born(void (*use)(own_pool *pool), own_pool *parent, own_pool *next_parent)
{
    own_pool *pools[POOLS];

    for (int i = 0; i < POOLS; i++) {
        pools[i] = own_pool_new_at(parent, "before");
        expect(pools[i] != NULL);
        use(pools[i]);
    }
    for (int i = 0; i < POOLS; i++) {
        if (parent)
            expect(own_drop(parent, pools[i]) == 0);
        else
            own_decref(pools[i]);
    }
    for (int i = 0; i < POOLS; i++) {
        pools[i] = own_pool_new_at(next_parent, "after");
        expect(pools[i] != NULL);
        expect_new(pools[i], next_parent, "after");
    }
    for (int i = 0; i < POOLS; i++) {
        if (next_parent)
            expect(own_drop(next_parent, pools[i]) == 0);
        else
            own_decref(pools[i]);
    }
}

START_TEST(next_pool_is_as_if_it_was_new)
{
    size_t before = chunk_live_bytes();
    own_pool *parent = new_root(), *other = new_root(), *shared = new_root();

    expect(own_share(shared) == 0);
    /* Under Valgrind, enough that each use meets what each other has left. */
    const int rounds = steps_are_few() ? 5 : 20;
    for (int round = 0; round < rounds; round++) {
        die_and_be_born(uses[_i], NULL, NULL);
        die_and_be_born(uses[_i], parent, parent);
        die_and_be_born(uses[_i], NULL, parent);
        die_and_be_born(uses[_i], parent, other);
        die_and_be_born(uses[_i], parent, NULL);
        die_and_be_born(uses[_i], shared, shared);
        die_and_be_born(uses[_i], shared, parent);
        die_and_be_born(uses[_i], parent, shared);
        die_and_be_born(uses[_i], shared, NULL);
        die_and_be_born(uses[_i], NULL, shared);
    }
    own_decref(shared);
    own_decref(parent);
    own_decref(other);
    expect(chunk_live_bytes() == before);
    chunk_validate();
}
END_TEST

/* A pool under a limit is not made of one that nobody paid for. */
START_TEST(pool_under_a_limit_is_counted)
{
    own_pool *limited = own_pool_create(NULL, &(own_pool_options){.limit = 2 * KIB});
    const size_t fit = 2 * KIB / usage_of(limited).reserved;
    size_t made = 0;

    for (int i = 0; i < 20; i++)
        own_decref(own_pool_new(NULL));
    while (own_pool_new(limited))
        made++;
    expect(errno == EDQUOT && made + 2 >= fit && made + 1 <= fit);
    own_decref(limited);
}
END_TEST

START_TEST(plain_pool_is_kept_whole)
{
    own_pool *parent = new_root(), *pool = own_pool_new(parent);

    expect(own_drop(parent, pool) == 0); /* it is learned first */
    pool = own_pool_new(parent);
    use_little(pool);
    expect(own_drop(parent, pool) == 0);
    own_pool *again = own_pool_new(parent);
    expect(!POOL_READY || again == pool);
    own_decref(parent);
}
END_TEST

/* One of which other threads may know is kept whole too, with the record of its parts in it. */
START_TEST(plain_shared_pool_is_kept_whole)
{
    own_pool *parent = new_root(), *pool;

    expect(own_share(parent) == 0);
    for (int i = 0; i < 3; i++) { /* how large it has to be is learned first */
        pool = own_pool_new(parent);
        use_little(pool);
        expect(own_drop(parent, pool) == 0);
    }
    pool = own_pool_new(parent);
    expect(pool_parts(pool)->is_inside);
    use_little(pool);
    own_incref(pool);
    expect(own_drop(parent, pool) == 0);
    own_decref(pool);
    own_pool *again = own_pool_new(parent);
    expect(!POOL_READY || again == pool);
    expect_new(again, parent, own_pool_name(again));
    own_decref(parent);
}
END_TEST

/* What roots needed is learned of those that outgrow their first chunk, until one does not. */
START_TEST(root_grows_once)
{
    own_usage born, used;

    for (int i = 0; i < 6; i++) {
        own_pool *pool = new_root();
        own_pool_usage(pool, &born);
        for (int block = 0; block < 20; block++)
            expect(own_alloc_raw(pool, 1, 40) != NULL);
        own_pool_usage(pool, &used);
        own_decref(pool);
    }
    expect(!POOL_READY || born.reserved == used.reserved);
}
END_TEST

START_TEST(dead_pool_is_told)
{
    own_pool *pool = own_pool_new_at(NULL, "larder");

    use_little(pool);
    own_decref(pool);
    if (memory_is_checked())
        return;
    record_misuses();
    expect(!own_alloc(pool, 1, 16) && misuses == 1);
    expect(!own_alloc_raw(pool, 1, 16) && misuses == 2);
    expect(!own_pool_new(pool) && misuses == 3);
    expect(own_free(pool, (char *)pool + 192) == -1 && misuses == 4);
    expect(own_defer(pool, do_nothing, NULL) == -1 && misuses == 5);
    expect(own_pool_set_name(pool, "%s", "name") == -1 && misuses == 6);
    own_pool_clear(pool);
    expect(misuses == 7);
    own_decref(pool);
    expect(misuses == 8);
    expect(own_share(pool) == -1 && misuses == 9);
    restore_misuses();
    own_pool *next = own_pool_new_at(NULL, "next"); /* nothing of that has changed it */
    expect_new(next, NULL, "next");
    own_decref(next);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ready");
    TCase *ready = add_case(suite, "ready");

    tcase_add_loop_test(ready, next_pool_is_as_if_it_was_new, 0, USES);
    tcase_add_test(ready, pool_under_a_limit_is_counted);
    tcase_add_test(ready, plain_pool_is_kept_whole);
    tcase_add_test(ready, plain_shared_pool_is_kept_whole);
    tcase_add_test(ready, root_grows_once);
    tcase_add_test(ready, dead_pool_is_told);
    return run_suite(suite);
}
