/*
 * adopt_with.c - memory from elsewhere whose free function gets a context, as blocks and as
 * buffers; foreign blocks that become smaller where there is no room; buffers that are not zeroed.
 */
#include "harness.h"

/* A device that counts what it has given out, and logs its name when it gets something back. */
struct device {
    char name;
    size_t out;
    void *last;
};

static void *device_get(struct device *device, size_t size)
{
    void *memory = malloc(size);

    expect(memory != NULL);
    memset(memory, device->name, size);
    device->out++;
    return memory;
}

static void device_put(void *memory, void *ctx)
{
    struct device *device = (struct device *)ctx;

    device->out--;
    device->last = memory;
    log_event(device->name);
    free(memory);
    errno = EIO;
}

static struct device a = {.name = 'a'}, b = {.name = 'b'};

START_TEST(a_block_goes_back_with_its_context)
{
    own_pool *pool = new_root();
    own_usage before = usage_of(pool);
    char *first = (char *)device_get(&a, 100), *second = (char *)device_get(&b, 50);

    expect_keeps_errno(own_adopt_with(pool, first, 100, device_put, &a) == 0);
    expect_keeps_errno(own_adopt_with(pool, second, 50, device_put, &b) == 0);
    own_usage usage = usage_of(pool);
    expect(usage.blocks == 2 && usage.bytes == 150);
    expect(usage.reserved == before.reserved + 150 + 2 * (sizeof(void *) == 8 ? 80 : 48));
    expect(own_contains(pool, first) && own_block_size(pool, second) == 50);
    expect_error(own_adopt_with(pool, first, 100, device_put, &b) == -1, EINVAL);
    expect_error(own_adopt(pool, first, 100, free) == -1, EINVAL);
    expect_keeps_errno(own_free(pool, first) == 0);
    expect_events("a");
    expect(a.out == 0 && a.last == first);
    char *grown = (char *)own_realloc(pool, second, 1, 80);
    expect(grown != NULL && grown != second);
    expect(grown[0] == 'b' && grown[49] == 'b' && grown[50] == 0 && grown[79] == 0);
    expect_events("b");
    expect(b.out == 0 && own_free(pool, grown) == 0);
    expect(usage_of(pool).blocks == 0);
    own_decref(pool);
    expect_events("");
}
END_TEST

START_TEST(all_go_in_reverse_order_with_the_pool)
{
    for (int clear = 0; clear < 2; clear++) {
        own_pool *pool = new_root();
        expect(own_adopt_with(pool, device_get(&a, 1), 1, device_put, &a) == 0);
        probe_new(pool, 'p');
        adopt_named(pool, 'm', 10);
        expect(own_adopt_with(pool, device_get(&b, 0 + 1), 0, device_put, &b) == 0);
        expect(own_adopt_with(pool, device_get(&a, 7), 7, device_put, &a) == 0);
        if (clear)
            own_pool_clear(pool);
        else
            own_incref(pool), own_decref(pool), own_decref(pool);
        expect_events("abmpa");
        expect(a.out == 0 && b.out == 0);
        if (clear) {
            expect(usage_of(pool).blocks == 0);
            own_decref(pool);
        }
    }
}
END_TEST

START_TEST(a_disowned_block_is_the_callers)
{
    own_pool *pool = new_root();
    char *memory = (char *)device_get(&a, 10);
    own_usage before = usage_of(pool);

    expect(own_adopt_with(pool, memory, 10, device_put, &a) == 0);
    expect(own_disown(pool, memory) == 0);
    own_usage after = usage_of(pool);
    expect(before.reserved == after.reserved && after.blocks == 0);
    own_decref(pool);
    expect(a.out == 1);
    device_put(memory, &a);
    expect_events("a");
}
END_TEST

START_TEST(wrong_arguments_are_refused)
{
    own_pool *pool = new_root();
    void *memory = malloc(10);
    own_usage before = usage_of(pool);

    expect_error(own_adopt_with(NULL, memory, 10, device_put, &a) == -1, EINVAL);
    expect_error(own_adopt_with(pool, NULL, 10, device_put, &a) == -1, EINVAL);
    expect_error(own_adopt_with(pool, memory, 10, NULL, &a) == -1, EINVAL);
    expect_error(own_adopt_with(pool, memory, SIZE_MAX, device_put, &a) == -1, EINVAL);
    expect_error(own_adopt_with(pool, pool, 16, device_put, &a) == -1, EINVAL);
    expect_error(own_buffer_adopt_with(pool, memory, 10, NULL, &a) == NULL, EINVAL);
    expect_error(own_buffer_adopt_with(pool, NULL, 10, device_put, &a) == NULL, EINVAL);
    expect_error(own_buffer_adopt_with(pool, memory, SIZE_MAX, device_put, &a) == NULL, EINVAL);
    expect(own_pool_set_limit(pool, before.reserved + 100) == 0);
    expect_error(own_adopt_with(pool, memory, 1000, device_put, &a) == -1, EDQUOT);
    expect_error(own_buffer_adopt_with(pool, memory, 1000, device_put, &a) == NULL, EDQUOT);
    expect(own_pool_set_limit(pool, 0) == 0);
    own_usage after = usage_of(pool);
    expect(before.reserved == after.reserved && before.blocks == after.blocks);
    own_decref(pool);
    free(memory);
    expect_events("");
}
END_TEST

/* Enough of all kinds that the ledger has a record, and then buckets. */
START_TEST(many_with_and_without_are_found_again)
{
    enum { MANY = 300 };
    own_pool *pool = new_root();
    own_usage before = usage_of(pool);
    void *blocks[MANY];

    for (int i = 0; i < MANY; i++) {
        blocks[i] = device_get(&a, 16);
        if (i % 3)
            expect(own_adopt_with(pool, blocks[i], 16, device_put, &a) == 0);
        else
            expect(own_adopt(pool, blocks[i], 16, free) == 0);
    }
    for (int i = 0; i < MANY; i++) {
        void *block = blocks[i * 7 % MANY];
        expect(own_contains(pool, block) && own_free(pool, block) == 0);
        expect_events(i * 7 % MANY % 3 ? "a" : "");
    }
    own_usage after = usage_of(pool);
    expect(before.reserved == after.reserved && after.blocks == 0);
    a.out = 0;
    own_decref(pool);
}
END_TEST

START_TEST(a_buffer_gives_its_memory_back_with_its_context)
{
    own_pool *pool = new_root();
    char *memory = (char *)device_get(&a, 100);
    own_buffer *buffer = own_buffer_adopt_with(pool, memory, 100, device_put, &a);

    expect(buffer != NULL && own_buffer_data(buffer) == memory && own_buffer_size(buffer) == 100);
    expect_keeps_errno(own_buffer_resize(buffer, 1, 100) == 0);
    expect_events("");
    expect_keeps_errno(own_drop(pool, buffer) == 0);
    expect_events("a");
    expect(a.last == memory);

    /* where what is behind the header is needed for the data itself */
    static const size_t sizes[] = {0, 1, 16, 17, 200, 5000, 2 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        memory = (char *)device_get(&b, 100);
        buffer = own_buffer_adopt_with(NULL, memory, 100, device_put, &b);
        expect(buffer != NULL);
        expect_keeps_errno(own_buffer_resize(buffer, 1, sizes[i]) == 0);
        expect_events("b");
        expect(b.last == memory && own_buffer_size(buffer) == sizes[i]);
        const char *data = (const char *)own_buffer_data(buffer);
        for (size_t at = 0; at < sizes[i]; at++)
            expect(data[at] == (at < 100 ? 'b' : 0));
        own_decref(buffer);
        expect_events("");
    }
    /* NULL has a context that wants to be freed */
    b.out++;
    buffer = own_buffer_adopt_with(NULL, NULL, 0, device_put, &b);
    expect(buffer != NULL && own_buffer_data(buffer) == NULL);
    own_decref(buffer);
    expect_events("b");
    own_decref(pool);
    expect(a.out == 0 && b.out == 0);
}
END_TEST

static own_buffer *saved;

static void save_buffer(void *memory, void *ctx)
{
    own_incref(saved);
    device_put(memory, ctx);
}

START_TEST(a_buffer_that_is_saved_is_empty)
{
    saved = own_buffer_adopt_with(NULL, device_get(&a, 10), 10, save_buffer, &a);
    expect(saved != NULL);
    own_decref(saved);
    expect_events("a");
    expect(own_refcount(saved) == 1 && own_buffer_size(saved) == 0);
    expect(own_buffer_resize(saved, 1, 50) == 0);
    expect(((char *)own_buffer_data(saved))[49] == 0);
    own_decref(saved);
    expect_events("");
}
END_TEST

START_TEST(a_raw_buffer_is_as_any_but_for_its_bytes)
{
    static const size_t sizes[] = {0, 1, 448, 449, 70000, 2 << 20};
    own_pool *pool = new_root();

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        own_buffer *buffer = own_buffer_new_raw(pool, sizes[i], 1);
        expect(buffer != NULL && own_buffer_size(buffer) == sizes[i]);
        expect((uintptr_t)own_buffer_data(buffer) % 16 == 0);
        if (sizes[i])
            memset(own_buffer_data(buffer), 0x77, sizes[i]);
        expect(own_buffer_resize(buffer, sizes[i] + 1000, 1) == 0);
        const char *data = (const char *)own_buffer_data(buffer);
        for (size_t at = 0; at < sizes[i] + 1000; at++)
            expect(data[at] == (at < sizes[i] ? 0x77 : 0));
        expect(own_drop(pool, buffer) == 0);
    }
    expect_error(own_buffer_new_raw(NULL, SIZE_MAX, 2) == NULL, EOVERFLOW);
    expect_error(own_buffer_new_raw(pool, SIZE_MAX / 2 + 1, 1) == NULL, ENOMEM);
    expect(own_pool_set_limit(pool, 10000) == 0);
    expect_error(own_buffer_new_raw(pool, 20000, 1) == NULL, EDQUOT);
    own_decref(pool);
}
END_TEST

/* Blocks of somebody else's that become smaller under a limit that is full. */

static void *heap_alloc(void *ctx, size_t size)
{
    (void)ctx;
    return malloc(size);
}

static void heap_free(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

static void shrink_and_grow(own_pool *pool, char *block)
{
    own_usage before = usage_of(pool);

    memset(block, 0x55, 1000);
    expect(own_pool_set_limit(pool, before.reserved) == 0);
    expect_error(own_realloc(pool, block, 1, 2000) == NULL, EDQUOT);
    expect_keeps_errno(own_realloc(pool, block, 10, 30) == block);
    expect(own_block_size(pool, block) == 300 && own_contains(pool, block));
    own_usage less = usage_of(pool);
    expect(less.bytes == before.bytes - 700 && less.reserved == before.reserved - 700);
    expect(less.blocks == before.blocks);
    expect(own_pool_set_limit(pool, less.reserved) == 0);
    expect_keeps_errno(own_realloc_raw(pool, block, 1, 0) == block);
    expect(own_block_size(pool, block) == 0);
    expect(own_pool_set_limit(pool, less.reserved - 300) == 0);
    expect_keeps_errno(own_realloc(pool, block, 1, 0) == block);
    expect(own_pool_set_limit(pool, 0) == 0);
    char *grown = (char *)own_realloc(pool, block, 1, 1000);
    expect(grown != NULL);
    for (int i = 0; i < 1000; i++)
        expect(grown[i] == 0);
    memset(grown, 0x55, 1000);
}

START_TEST(becoming_smaller_never_fails)
{
    own_allocator allocator = {.alloc = heap_alloc, .free = heap_free};
    own_pool_options options = {.allocator = _i == 3 ? &allocator : NULL};
    own_pool *pool = own_pool_create(NULL, &options);
    /* a pool that has no free room of its own */
    own_pool *full = _i == 3 ? own_incref(pool) : own_pool_new(pool);
    char *block;

    expect(pool && full);
    if (_i != 3) {
        size_t reserved = usage_of(full).reserved;
        while (usage_of(full).reserved == reserved)
            expect(own_alloc(full, 1, 16) != NULL);
        reserved = usage_of(full).reserved;
        expect(own_pool_set_limit(full, reserved + 200) == 0);
        while (own_alloc(full, 1, 16))
            continue;
        expect(own_pool_set_limit(full, 0) == 0);
    }
    if (_i == 1)
        expect(own_share(pool) == 0);
    if (_i == 3) {
        block = (char *)own_alloc(full, 1, 1000);
    } else {
        block = (char *)device_get(&a, 1000);
        expect((_i == 2 ? own_adopt(full, block, 1000, log_and_free)
                        : own_adopt_with(full, block, 1000, device_put, &a)) == 0);
    }
    shrink_and_grow(full, block);
    /* what was adopted has gone to its free function when it grew */
    expect_events(_i == 3 ? "" : _i == 2 ? "U" : "a");
    if (_i == 3)
        own_decref(full);
    own_decref(pool);
    expect_events("");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("adopt_with");
    TCase *blocks = add_case(suite, "blocks");
    TCase *buffers = add_case(suite, "buffers");
    TCase *smaller = add_case(suite, "smaller");

    tcase_add_test(blocks, a_block_goes_back_with_its_context);
    tcase_add_test(blocks, all_go_in_reverse_order_with_the_pool);
    tcase_add_test(blocks, a_disowned_block_is_the_callers);
    tcase_add_test(blocks, wrong_arguments_are_refused);
    tcase_add_test(blocks, many_with_and_without_are_found_again);
    tcase_add_test(buffers, a_buffer_gives_its_memory_back_with_its_context);
    tcase_add_test(buffers, a_buffer_that_is_saved_is_empty);
    tcase_add_test(buffers, a_raw_buffer_is_as_any_but_for_its_bytes);
    tcase_add_loop_test(smaller, becoming_smaller_never_fails, 0, 4);
    return run_suite(suite);
}
