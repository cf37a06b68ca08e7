/*
 * pool_of.c - own_pool_of: the pool of a live block, and NULL for any other address.
 */
#include <pthread.h>
#include <sys/mman.h>

#include "blocks.h"

static struct blocks blocks;
static struct random dice;

static void expect_nowhere(const void *address)
{
    expect_keeps_errno(own_pool_of(address) == NULL);
}

/* What is known says what each address of a range is; every step-th is asked about. */
static void expect_known(const char *from, size_t size, size_t step)
{
    for (size_t offset = 0; offset < size; offset += step) {
        const struct known_block *known = blocks_find(&blocks, from + offset);
        expect(own_pool_of(from + offset) == (known && !known->is_foreign ? known->pool : NULL));
    }
}

static void expect_all_known(void)
{
    for (size_t i = 0; i < blocks_capacity; i++) {
        const struct known_block *known = &blocks.known[i];
        if (!known->address)
            continue;
        expect(own_pool_of(known->address) == (known->is_foreign ? NULL : known->pool));
        expect_nowhere(known->address + 1);
        expect_nowhere(known->address + 8);
        expect_nowhere(known->address - 1);
        if (known->pool && known->size >= 32) {
            expect_nowhere(known->address + 16);
            expect_nowhere(known->address + (known->size / 2 & ~(size_t)15));
            expect_nowhere(known->address + (known->size - 1));
        }
    }
}

static void free_any(own_pool *pool)
{
    struct known_block *known = blocks_any(&blocks, &dice, pool);

    if (!known)
        return;
    char *address = known->address;
    expect(own_free(pool, address) == 0);
    blocks_remove(&blocks, address);
}

START_TEST(each_address_of_a_small_pool_is_known)
{
    own_pool *pool = new_root();

    for (size_t i = 0; i < 40; i++) {
        char *block = (char *)blocks_add(&blocks, pool, own_alloc(pool, 1, i * 5), false);
        expect_known((char *)pool, 300, 1); /* the pool itself, and its first blocks */
        expect_known(block - 300, 1200, 1);
        if (i % 3 == 2)
            free_any(pool);
        expect_known(block - 300, 1200, 1);
    }
    char *somewhere = blocks_any(&blocks, &dice, pool)->address;
    own_decref(pool);
    blocks_forget(&blocks, pool);
    expect_known(somewhere - 5000, 10000, 1);
}
END_TEST

/* Many small pools side by side, in chunks of many sizes, among objects. */
START_TEST(each_address_around_many_pools_is_known)
{
    enum { pools = 60 };
    own_pool *all[pools];
    char *low = (char *)UINTPTR_MAX, *high = NULL;

    random_seed(&dice, (uint64_t)_i);
    for (int i = 0; i < pools; i++) {
        all[i] = own_pool_create(NULL, &(own_pool_options){.limit = i % 4 ? 0 : 50000});
        expect(all[i] != NULL);
        for (size_t n = random_below(&dice, 60); n > 0; n--) {
            expect(own_buffer_new(all[i], 1, random_below(&dice, 4000)) != NULL || errno == EDQUOT);
            void *block = own_alloc(all[i], 1, random_below(&dice, 400));
            if (block)
                blocks_add(&blocks, all[i], block, false);
            if (n % 4 == 0)
                free_any(all[i]);
        }
    }
    for (size_t i = 0; i < blocks_capacity; i++) {
        char *address = blocks.known[i].address;
        low = address && address < low ? address : low;
        high = address > high ? address : high;
    }
    if (high - low < (64 << 20)) /* in one segment or a few */
        expect_known(low - 70000, (size_t)(high - low) + 140000, scaled(16) < 16 ? 80 : 16);
    expect_all_known();
    for (int i = 0; i < pools; i += 2) {
        own_decref(all[i]);
        blocks_forget(&blocks, all[i]);
    }
    expect_all_known();
    for (int i = 1; i < pools; i += 2) {
        own_decref(all[i]);
        blocks_forget(&blocks, all[i]);
    }
    expect_all_known();
    own_trim();
    expect_all_known();
}
END_TEST

/* Pools of all kinds live, grow, shrink and die at random. */
START_TEST(random_pools_are_told_apart)
{
    enum { pools = 12 };
    own_pool *all[pools] = {NULL};

    random_seed(&dice, (uint64_t)_i + 50);
    for (size_t step = 0; step < scaled(8000); step++) {
        size_t i = random_below(&dice, pools), chance = random_below(&dice, 1000);
        if (!all[i]) {
            own_pool_options options = {.flags = chance % 3 ? 0 : OWN_POOL_EXACT,
                                        .reserve = chance % 5 ? 0 : chance * 300,
                                        .limit = chance % 7 ? 0 : 3000000};
            all[i] = own_pool_create(NULL, &options);
            expect(all[i] != NULL);
            if (chance % 3 == 0)
                expect(own_share(all[i]) == 0);
        } else if (chance < 5) {
            own_decref(all[i]);
            blocks_forget(&blocks, all[i]);
            all[i] = NULL;
        } else if (chance < 8) {
            own_pool_clear(all[i]);
            blocks_forget(&blocks, all[i]);
        } else if (chance < 600) {
            (void)blocks_alloc(&blocks, &dice, all[i], true);
        } else {
            free_any(all[i]);
        }
        if (step % 500 == 0)
            expect_all_known();
        if (blocks.entries > blocks_capacity * 3 / 4)
            break;
    }
    expect_all_known();
    for (size_t i = 0; i < pools; i++) {
        if (all[i])
            own_decref(all[i]);
        blocks_forget(&blocks, all[i]);
    }
    expect_all_known();
}
END_TEST

START_TEST(freed_blocks_are_nowhere)
{
    static const size_t sizes[] = {1, 16, 100, 512, 513, 5000, 50000, 65536, 65537, 2000000};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        own_pool *pool = new_root();
        void *first = own_alloc(pool, 1, sizes[i]), *second = own_alloc(pool, 1, sizes[i]);
        expect(own_pool_of(first) == pool && own_pool_of(second) == pool);
        expect(own_free(pool, first) == 0 && own_pool_of(second) == pool);
        expect_nowhere(first);
        expect(own_free(pool, second) == 0);
        expect_nowhere(second);
        second = own_alloc(pool, 1, sizes[i]);
        expect(own_pool_of(second) == pool);
        own_decref(pool);
        expect_nowhere(first);
        expect_nowhere(second);
    }
}
END_TEST

static int static_data;

START_TEST(addresses_of_other_memory_are_nowhere)
{
    own_pool *pool = new_root();
    void *from_malloc = malloc(100);
    int on_stack = 0;
    const void *const others[] = {
        NULL,   from_malloc, &on_stack,       &static_data, "literal",
        stdout, pool,        own_pool_type(), &probe_type,  own_pool_name(pool)};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        expect_nowhere(others[i]);
    for (uintptr_t address = 1; address != 0; address <<= 1) {
        expect_nowhere((void *)address);
        expect_nowhere((void *)(address - 16));
        expect_nowhere((void *)(0 - address));
        expect_nowhere((void *)((uintptr_t)pool + address));
    }
    size_t size = (size_t)8 << 20;
    char *hole = (char *)mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    expect(hole != MAP_FAILED);
    for (size_t at = 0; at < size; at += 4096)
        expect_nowhere(hole + at);
    expect(munmap(hole, size) == 0);
    for (size_t at = 0; at < size; at += 4096)
        expect_nowhere(hole + at);
    own_decref(pool);
    free(from_malloc);
}
END_TEST

/* All that the library has beside blocks. */
START_TEST(objects_and_what_they_own_are_nowhere)
{
    own_pool *pool = new_root(), *child = own_pool_new(pool);

    for (size_t i = 0; i < 300; i++) {
        struct probe *probe = probe_new(pool, 'x');
        own_weakref *ref = own_weakref_new(pool, probe, NULL, NULL);
        own_buffer *buffer = own_buffer_new(pool, 1, i * 10);
        own_array *array = own_array_new(pool, "i", OWN_C_ORDER, OWN_SHAPE(i + 1));
        expect(ref && buffer && array && own_hold(child, probe) == 0);
        expect_nowhere(probe);
        expect_nowhere(ref);
        expect_nowhere(buffer);
        expect_nowhere(own_buffer_data(buffer));
        expect_nowhere(array);
        expect_nowhere(own_array_data(array));
    }
    expect(own_pool_set_name(pool, "%0500d", 1) == 0);
    expect_nowhere(own_pool_name(pool));
    own_pool_clear(pool);
    own_decref(pool);
}
END_TEST

/* Memory that says what a pool and an extent would say. */
START_TEST(imitations_are_not_believed)
{
    own_pool *pool = new_root(), *grown = new_root(), *owner = new_root();
    const size_t head = memory_is_checked() ? 16 : 250;
    char *block = (char *)own_alloc(pool, 1, 16);

    for (int i = 0; i < 30; i++) /* several small extents */
        expect(own_alloc(grown, 1, 200) != NULL);
    for (size_t size = 64; size <= 32768; size *= 2) {
        for (int kind = 0; kind < 3; kind++) {
            own_buffer *buffer = own_buffer_new(owner, 1, size);
            char *data = (char *)(kind == 0   ? own_buffer_data(buffer)
                                  : kind == 1 ? own_alloc(owner, 1, size)
                                              : malloc(size));
            size_t room = size < head ? size : head;
            memcpy(data, pool, room);
            for (size_t at = 0; at < size; at += 8) {
                if (own_pool_of(data + at) != (kind == 1 && at == 0 ? owner : NULL))
                    test_failed(__FILE__, __LINE__, "an imitation is not believed");
            }
            for (size_t at = 0; at + sizeof(void *) <= size; at += sizeof(void *))
                memcpy(data + at, &(void *){block}, sizeof(void *));
            expect(own_pool_of(data) == (kind == 1 ? owner : NULL));
            if (kind == 2)
                free(data);
        }
    }
    expect(own_pool_of(block) == pool);
    own_decref(owner);
    own_decref(grown);
    own_decref(pool);
}
END_TEST

START_TEST(foreign_blocks_are_in_no_pool)
{
    own_pool *pool = new_root(), *other = new_root();
    char *mine = (char *)own_alloc(other, 1, 100);

    char *adopted = adopt_named(pool, 'a', 100);
    expect_nowhere(adopted);
    expect(own_contains(pool, adopted));
    expect(own_adopt(pool, mine, 100, log_call) == 0); /* is still a block of the other */
    expect(own_pool_of(mine) == other);
    mine[0] = 'm';
    own_decref(pool);
    expect_events("ma");
    own_decref(other);
}
END_TEST

static void ask(void *arg)
{
    log_event(own_pool_of(*(void **)arg) ? 'y' : 'n');
}

START_TEST(dying_pool_still_has_its_blocks)
{
    own_pool *pool = new_root();
    static void *block;

    block = own_alloc(pool, 1, 100);
    expect(own_defer(pool, ask, &block) == 0);
    own_decref(pool);
    expect_events("y");
    expect_nowhere(block);
}
END_TEST

/* Chunks of dead pools become others' and go back to the system. */
START_TEST(memory_of_dead_pools_is_nowhere)
{
    enum { pools = 400 };
    void *old[pools][2];

    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < pools; i++) {
            own_pool *pool = new_root();
            old[i][0] = own_alloc(pool, 1, 50);
            for (int more = 0; more < i % 40; more++)
                old[i][1] = own_alloc(pool, 1, 500);
            if (i % 40 == 0)
                old[i][1] = pool;
            if (i % 3 == 0)
                expect(own_defer(pool, log_call, "!") == 0 &&
                       own_undefer(pool, log_call, "!") == 0);
            if (i % 5 == 0)
                expect(own_hold(pool, pool) == 0 && own_drop(pool, pool) == 0);
            own_decref(pool);
            expect_nowhere(old[i][0]);
        }
        if (round % 2)
            own_trim();
        for (int i = 0; i < pools; i++) {
            expect_nowhere(old[i][0]);
            expect_nowhere(old[i][1]);
        }
        own_pool *owner = new_root(); /* objects in the same chunks */
        for (int i = 0; i < pools; i++)
            expect(own_buffer_new(owner, 1, 200 + (size_t)i) != NULL);
        for (int i = 0; i < pools; i++)
            expect_nowhere(old[i][0]);
        own_decref(owner);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pool_of");
    TCase *blocks_case = add_case(suite, "blocks");
    TCase *others = add_case(suite, "others");

    tcase_add_test(blocks_case, each_address_of_a_small_pool_is_known);
    tcase_add_loop_test(blocks_case, each_address_around_many_pools_is_known, 0, 3);
    tcase_add_loop_test(blocks_case, random_pools_are_told_apart, 0, 4);
    tcase_add_test(blocks_case, freed_blocks_are_nowhere);
    tcase_add_test(others, addresses_of_other_memory_are_nowhere);
    tcase_add_test(others, objects_and_what_they_own_are_nowhere);
    tcase_add_test(others, imitations_are_not_believed);
    tcase_add_test(others, foreign_blocks_are_in_no_pool);
    tcase_add_test(others, dying_pool_still_has_its_blocks);
    tcase_add_test(others, memory_of_dead_pools_is_nowhere);
    return run_suite(suite);
}
