/*
 * chunks.c - pools whose memory comes from functions of the user: what these are asked for, and
 * that all of it is put back.
 */
#include "harness.h"

#include <pthread.h>

#define UNIT ((size_t)64 << 10)
#define MIB ((size_t)1 << 20)

/* Counts what get was asked for and put got back. Memory is dirty. */
struct bank {
    pthread_mutex_t lock;
    size_t gets, puts, bytes;
    size_t fail_from; /* the number of the first get that fails; 0: none does */
    size_t offset;    /* of what it returns, from a multiple of 64 KiB */
    struct {
        char *memory;
        size_t size;
    } given[4096];
    size_t count;
};

static void *bank_get(void *ctx, size_t size, size_t alignment)
{
    struct bank *bank = ctx;
    void *memory = NULL;
    pthread_mutex_lock(&bank->lock);
    bank->gets++;
    expect(size > 0 && size % UNIT == 0 && alignment == UNIT);
    if (!bank->fail_from || bank->gets < bank->fail_from) {
        expect(posix_memalign(&memory, alignment, size + UNIT) == 0);
        memset(memory, 0xa5, size);
        memory = (char *)memory + bank->offset;
        expect(bank->count < sizeof bank->given / sizeof bank->given[0]);
        bank->given[bank->count].memory = memory;
        bank->given[bank->count++].size = size;
        bank->bytes += size;
    }
    pthread_mutex_unlock(&bank->lock);
    errno = E2BIG; /* nobody must see that */
    return memory;
}

static void bank_put(void *ctx, void *memory, size_t size)
{
    struct bank *bank = ctx;
    size_t i = 0;
    pthread_mutex_lock(&bank->lock);
    bank->puts++;
    while (i < bank->count && bank->given[i].memory != memory)
        i++;
    expect(i < bank->count && bank->given[i].size == size);
    bank->given[i] = bank->given[--bank->count];
    bank->bytes -= size;
    memset(memory, 0x5a, size);
    free((char *)memory - bank->offset);
    pthread_mutex_unlock(&bank->lock);
    errno = E2BIG;
}

static struct bank bank = {.lock = PTHREAD_MUTEX_INITIALIZER};
static const own_chunks of_bank = {bank_get, bank_put, &bank};

static void begin(void)
{
    bank.gets = bank.puts = bank.bytes = bank.count = bank.fail_from = bank.offset = 0;
}

static void expect_all_back(void)
{
    expect(bank.count == 0 && bank.bytes == 0);
}

static bool is_of_bank(const void *address)
{
    for (size_t i = 0; i < bank.count; i++) {
        const char *memory = bank.given[i].memory;
        if ((const char *)address >= memory && (const char *)address < memory + bank.given[i].size)
            return true;
    }
    return false;
}

static own_pool *create(own_pool *owner)
{
    return own_pool_create(owner, &(own_pool_options){.chunks = &of_bank, .name = "of the bank"});
}

static void nothing(void *arg)
{
    (void)arg;
}

START_TEST(a_pool_and_all_below_it_come_from_there)
{
    begin();
    own_pool *pool = create(NULL);
    expect(pool && is_of_bank(pool) && bank.gets == 1);
    own_pool *child = own_pool_new(pool);
    own_pool *grandchild = own_pool_create(child, &(own_pool_options){.reserve = 200000});
    expect(is_of_bank(child) && is_of_bank(grandchild));
    for (size_t size = 1; size < 5 * MIB; size = size * 3 / 2 + 1) {
        char *block = own_alloc(child, 1, size);
        expect(block && is_of_bank(block) && is_of_bank(block + size - 1));
        for (size_t i = 0; i < size; i++)
            expect(block[i] == 0);
    }
    for (int i = 0; i < 1000; i++)
        expect(own_defer(grandchild, nothing, &bank) == 0);
    expect(own_pool_set_name(child, "%0100d", 7) == 0 && is_of_bank(own_pool_name(child)));
    /* Objects may outlive the pool. */
    own_buffer *buffer = own_buffer_new(child, 100, 1);
    expect(!is_of_bank(buffer) && !is_of_bank(own_buffer_data(buffer)));
    expect(own_incref(buffer) != NULL);
    own_decref(pool);
    expect_all_back();
    expect(bank.gets == bank.puts);
    memset(own_buffer_data(buffer), 1, 100);
    own_decref(buffer);
}
END_TEST

START_TEST(memory_that_is_free_is_put_back)
{
    begin();
    own_pool *pool = create(NULL);
    size_t before = bank.bytes;
    void *block = own_alloc(pool, 1, 3 * MIB);
    expect(bank.bytes >= before + 3 * MIB);
    expect(own_free(pool, block) == 0 && bank.bytes < before + MIB);
    own_pool *child = own_pool_new(pool);
    for (int i = 0; i < 3000; i++)
        expect(own_alloc(child, 1, 1000) != NULL);
    expect(bank.bytes > 3000000);
    own_drop(pool, child);
    own_trim();
    expect(bank.bytes < before + MIB);
    own_pool_clear(pool);
    own_trim();
    expect(bank.bytes <= before + UNIT);
    own_decref(pool);
    expect_all_back();
}
END_TEST

START_TEST(blocks_grow_by_copy)
{
    begin();
    own_pool *pool = create(NULL);
    char *block = own_alloc(pool, 1, 100);
    memset(block, 7, 100);
    for (size_t size = 100; size < 8 * MIB; size *= 3) {
        block = own_realloc(pool, block, 3 * size, 1);
        expect(block && is_of_bank(block) && own_block_size(pool, block) >= 3 * size);
        for (size_t i = 0; i < 3 * size; i++)
            expect(block[i] == (i < size ? 7 : 0));
        memset(block, 7, 3 * size);
    }
    for (size_t size = 6 * MIB; size > 50; size /= 3) {
        block = own_realloc(pool, block, size, 1);
        expect(block && is_of_bank(block));
        for (size_t i = 0; i < size; i++)
            expect(block[i] == 7);
    }
    expect(bank.bytes < MIB);
    own_decref(pool);
    expect_all_back();
}
END_TEST

/* Much of what a pool can do. False: something failed with ENOMEM, and may be tried again. */
static bool work(own_pool *pool)
{
    own_pool *child = own_pool_new(pool);
    if (!child)
        return false;
    for (int i = 0; i < 40; i++) {
        if (!own_alloc(child, 1, (size_t)1 << (i % 18)) ||
            own_defer(child, nothing, &bank.given[i]) < 0)
            return false;
    }
    void *block = own_alloc(child, 1, 2 * MIB);
    if (!block || !(block = own_realloc(child, block, 4 * MIB, 1)))
        return false;
    own_pool *other = own_pool_create(pool, &(own_pool_options){.limit = 10 * MIB});
    if (!other || own_move(pool, other, child) < 0)
        return false;
    if (!own_alloc(child, 3, 100000) || own_share(child) < 0 || !own_alloc(child, 3, 100000))
        return false;
    return own_pool_set_limit(pool, 20 * MIB) == 0;
}

START_TEST(every_get_may_fail)
{
    bool done = false;
    for (size_t n = 1; !done; n++) {
        begin();
        bank.fail_from = n;
        own_pool *pool = create(NULL);
        if (!pool) {
            expect(errno == ENOMEM && n == 1);
            continue;
        }
        done = work(pool);
        expect(done || errno == ENOMEM);
        bank.fail_from = 0;
        expect(work(pool));
        own_decref(pool);
        expect_all_back();
        expect(n < 200);
    }
}
END_TEST

START_TEST(wrong_addresses_are_told)
{
    begin();
    own_pool *pool = create(NULL);
    record_misuses();
    bank.offset = 4096;
    expect_error(own_alloc(pool, 1, MIB) == NULL, EINVAL);
    expect_misuse("own_chunks", "no multiple of 64 KiB");
    expect_error(create(NULL) == NULL, EINVAL);
    expect_misuse("own_chunks", "no multiple of 64 KiB");
    bank.offset = 0;
    expect(own_alloc(pool, 1, MIB) != NULL);
    restore_misuses();
    own_decref(pool);
    expect_all_back();
}
END_TEST

START_TEST(options_are_checked)
{
    own_chunks without_get = {NULL, bank_put, &bank};
    own_chunks without_put = {bank_get, NULL, &bank};
    own_pool_options options = {.chunks = &without_get};

    expect_error(own_pool_create(NULL, &options) == NULL, EINVAL);
    options.chunks = &without_put;
    expect_error(own_pool_create(NULL, &options) == NULL, EINVAL);
}
END_TEST

START_TEST(pools_keep_their_chunks_where_they_go)
{
    begin();
    own_pool *root = new_root();
    own_pool *pool = create(root);
    own_pool *child = own_pool_new(pool);
    expect(own_move(pool, root, child) == 0 && own_pool_parent(child) == root);
    expect(is_of_bank(own_alloc(child, 1, 5000)) && is_of_bank(own_pool_new(child)));
    own_pool *plain = own_pool_new(root);
    expect(own_move(root, pool, plain) == 0);
    expect(!is_of_bank(own_alloc(plain, 1, 5000)) && !is_of_bank(own_pool_new(plain)));
    expect(own_hold(root, child) == 0);
    own_drop(root, pool);
    expect(bank.bytes > 0 && own_alloc(child, 1, 200000) != NULL);
    own_decref(root);
    expect_all_back();
}
END_TEST

START_TEST(limits_count_them_as_others)
{
    begin();
    own_pool *first = own_pool_create(NULL, &(own_pool_options){.limit = 4 * MIB});
    own_pool *second = own_pool_create(NULL, &(own_pool_options){.limit = MIB / 2});
    own_pool *pool = create(first);
    own_pool *child = own_pool_new(pool);
    own_pool *limited = own_pool_create(pool, &(own_pool_options){.limit = MIB});
    expect(own_pool_limited_by(child) == first && own_pool_limited_by(limited) == limited);
    expect_error(own_alloc(child, 5, MIB) == NULL, EDQUOT);
    expect_error(own_alloc(limited, 2, MIB) == NULL, EDQUOT);
    expect(own_alloc(child, 1, MIB) && own_alloc(limited, MIB / 2, 1));
    /* The child alone gets another limit; then what is left. */
    expect_error(own_move(pool, second, child) == -1, EDQUOT);
    own_pool_clear(child);
    expect(own_alloc(child, 1, 100000) && own_move(pool, second, child) == 0);
    expect(own_pool_limited_by(child) == second && own_pool_limited_by(pool) == first);
    expect_error(own_alloc(child, 1, MIB / 2) == NULL, EDQUOT);
    expect(own_pool_set_limit(pool, 3 * MIB) == 0 && own_pool_set_limit(child, MIB / 4) == 0);
    expect_error(own_alloc(child, 1, MIB / 4) == NULL, EDQUOT);
    expect(own_pool_limited_by(pool) == pool);
    expect(is_of_bank(own_pool_new(pool)) && is_of_bank(own_pool_new(child)));
    /* A buffer goes on counting against a limit that lived under the bank. */
    own_buffer *buffer = own_buffer_new(limited, 100000, 1);
    own_incref(buffer);
    own_decref(first);
    own_decref(second);
    expect_all_back();
    own_decref(buffer);
}
END_TEST

START_TEST(a_child_that_is_let_go_keeps_its_limits)
{
    begin();
    own_pool *first = own_pool_create(NULL, &(own_pool_options){.limit = MIB});
    own_pool *pool = create(first);
    own_pool *child = own_incref(own_pool_new(pool));
    own_pool *other = own_incref(create(first));
    own_drop(first, other); /* all users of its chunks go with it: it leaves the limits */
    expect(own_pool_limited_by(other) == NULL && own_alloc(other, 2, MIB));
    own_drop(pool, child);
    expect(own_pool_limited_by(child) == first);
    expect_error(own_alloc(child, 2, MIB) == NULL, EDQUOT);
    own_decref(first);
    expect(own_alloc(child, 1, 1000) != NULL);
    own_decref(child);
    own_decref(other);
    expect_all_back();
}
END_TEST

static void *use_shared(void *arg)
{
    own_pool *pool = arg;
    void *blocks[50];
    for (int round = 0; round < 60; round++) {
        own_pool *child = own_pool_create(pool, &(own_pool_options){.flags = OWN_POOL_CONFINED});
        own_pool *second = own_pool_new(pool);
        expect(child && second);
        for (int i = 0; i < 50; i++) {
            blocks[i] = own_alloc(pool, 1, (size_t)(i * 97 % 3000 + 1));
            expect(blocks[i] && own_alloc(child, 1, 600) && own_alloc(second, 1, 100));
        }
        expect(own_alloc(child, 1, 70000) && own_alloc(second, 1, 70000));
        for (int i = 0; i < 50; i++)
            expect(own_free(pool, blocks[i]) == 0);
        own_drop(pool, child);
        own_drop(pool, second);
    }
    return NULL;
}

START_TEST(threads_share_them)
{
    pthread_t threads[4];
    begin();
    own_pool *root = create(NULL);
    expect(own_share(root) == 0);
    for (int i = 0; i < 4; i++)
        expect(pthread_create(&threads[i], NULL, use_shared, root) == 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    own_decref(root);
    expect_all_back();
}
END_TEST

START_TEST(many_sizes_in_random_order)
{
    static void *blocks[300];
    static unsigned char bytes[300];
    static size_t sizes[300];
    uint32_t random = 1;
    begin();
    own_pool *root = create(NULL);
    own_pool *pools[3] = {root, own_pool_new(root), own_pool_new(root)};
    for (int step = 0; step < 6000; step++) {
        random = random * 1664525 + 1013904223;
        size_t i = (random >> 8) % 300;
        size_t size = (random >> 16) % 97 ? (random >> 12) % 900 : (random >> 12) % 90000;
        own_pool *pool = pools[i % 3];
        if (blocks[i]) {
            const unsigned char *at = blocks[i];
            for (size_t k = 0; k < sizes[i]; k++)
                expect(at[k] == bytes[i]);
            expect(own_free(pool, blocks[i]) == 0);
            blocks[i] = NULL;
            continue;
        }
        blocks[i] = own_alloc_raw(pool, 1, size);
        expect(blocks[i] && (size == 0 || is_of_bank(blocks[i])));
        bytes[i] = (unsigned char)step;
        sizes[i] = size;
        memset(blocks[i], bytes[i], size);
    }
    own_decref(root);
    expect_all_back();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("chunks");
    TCase *where = add_case(suite, "where");
    TCase *limits = add_case(suite, "limits");

    tcase_add_test(where, a_pool_and_all_below_it_come_from_there);
    tcase_add_test(where, memory_that_is_free_is_put_back);
    tcase_add_test(where, blocks_grow_by_copy);
    tcase_add_test(where, every_get_may_fail);
    tcase_add_test(where, wrong_addresses_are_told);
    tcase_add_test(where, options_are_checked);
    tcase_add_test(where, pools_keep_their_chunks_where_they_go);
    tcase_add_test(limits, limits_count_them_as_others);
    tcase_add_test(limits, a_child_that_is_let_go_keeps_its_limits);
    tcase_add_test(where, threads_share_them);
    tcase_add_test(where, many_sizes_in_random_order);
    return run_suite(suite);
}
