/*
 * faults_foreign.c - adopting, and the calls on pools with an allocator, where the first, second,
 * third ... request for memory fails, of the library or of the allocator: nothing has changed then.
 */
#include "harness.h"
#include "pool/pool.h"

#define SIZE ((size_t)1000)

/* An allocator whose n-th request from now, and all after it, fail. */
static struct {
    long fails_after; /* 0: never */
    size_t live;
} source;

static void *source_alloc(void *ctx, size_t size)
{
    expect(ctx == &source);
    if (source.fails_after && --source.fails_after <= 0) {
        source.fails_after = 1;
        return NULL;
    }
    source.live++;
    return malloc(size);
}

static void source_free(void *ctx, void *memory)
{
    expect(ctx == &source);
    source.live--;
    free(memory);
}

struct world {
    own_pool *root;
    own_pool *plain;   /* its children: one has adopted something, */
    own_pool *private; /* the other has an allocator */
    char *adopted, *block, *fresh;
};

static void build(struct world *world, size_t more)
{
    const own_allocator allocator = {.alloc = source_alloc, .free = source_free, .ctx = &source};
    own_pool_options options = {.allocator = &allocator};

    world->root = new_root();
    world->plain = own_pool_new(world->root);
    world->private = own_pool_create(world->root, &options);
    world->adopted = (char *)malloc(SIZE);
    world->fresh = (char *)malloc(SIZE);
    expect(world->plain && world->private && world->adopted && world->fresh);
    memset(world->adopted, 1, SIZE);
    for (size_t i = 0; i < more; i++) {
        expect(own_adopt(world->plain, malloc(1), 1, free) == 0);
        expect(own_alloc(world->private, 1, 1) != NULL);
    }
    expect(own_adopt(world->plain, world->adopted, SIZE, free) == 0);
    world->block = (char *)own_alloc(world->private, 1, SIZE);
    expect(world->block != NULL);
    memset(world->block, 1, SIZE);
}

static bool adopt(struct world *world)
{
    if (own_adopt(world->plain, world->fresh, SIZE, free) < 0)
        return false;
    world->fresh = NULL;
    return true;
}

static void free_with(void *memory, void *ctx)
{
    expect(ctx == &source);
    free(memory);
}

static bool adopt_with(struct world *world)
{
    if (own_adopt_with(world->plain, world->fresh, SIZE, free_with, &source) < 0)
        return false;
    world->fresh = NULL;
    return true;
}

static bool adopt_in_private(struct world *world)
{
    if (own_adopt(world->private, world->fresh, SIZE, free) < 0)
        return false;
    world->fresh = NULL;
    return true;
}

static bool alloc(struct world *world)
{
    return own_alloc(world->private, 1, SIZE) != NULL;
}

static bool alloc_aligned(struct world *world)
{
    return own_alloc_aligned(world->private, 16, 1, SIZE) != NULL;
}

static bool print(struct world *world)
{
    return own_asprintf(world->private, "%0100d", 5) != NULL;
}

static bool create(struct world *world)
{
    const own_allocator allocator = {.alloc = source_alloc, .free = source_free, .ctx = &source};
    own_pool_options options = {.allocator = &allocator, .limit = 100000};

    return own_pool_create(world->root, &options) != NULL;
}

static bool resized(char **block, char *result)
{
    *block = result ? result : *block;
    return result != NULL;
}

static bool grow_adopted(struct world *world)
{
    return resized(&world->adopted, (char *)own_realloc(world->plain, world->adopted, 300, SIZE));
}

static bool shrink_private(struct world *world)
{
    return resized(&world->block, (char *)own_realloc(world->private, world->block, 1, SIZE / 2));
}

static bool grow_private(struct world *world)
{
    return resized(&world->block, (char *)own_realloc(world->private, world->block, 2, SIZE));
}

static bool append(struct world *world)
{
    memset(world->block, 'x', 10);
    world->block[10] = '\0';
    bool success =
        resized(&world->block, own_asprintf_append(world->private, world->block, "%02000d", 1));
    memset(world->block, 1, 11);
    return success;
}

static const struct call {
    const char *name;
    bool (*function)(struct world *world);
    bool asks_allocator;
} calls[] = {
    {"own_adopt", adopt, false},
    {"own_adopt, with an allocator", adopt_in_private, false},
    {"own_adopt_with", adopt_with, false},
    {"own_alloc", alloc, true},
    {"own_alloc_aligned", alloc_aligned, true},
    {"own_asprintf", print, true},
    {"own_pool_create", create, false},
    {"own_realloc of an adopted block", grow_adopted, false},
    {"own_realloc to less, which cannot fail", shrink_private, false},
    {"own_realloc to more", grow_private, true},
    {"own_asprintf_append", append, true},
};
#define CALLS (sizeof(calls) / sizeof(calls[0]))

struct snapshot {
    own_usage root, plain, private;
    size_t live_bytes, live;
};

static void take_snapshot(struct snapshot *snapshot, const struct world *world)
{
    memset(snapshot, 0, sizeof *snapshot);
    own_pool_total(world->root, &snapshot->root);
    own_pool_usage(world->plain, &snapshot->plain);
    own_pool_usage(world->private, &snapshot->private);
    snapshot->private.peak = snapshot->root.peak = 0; /* a try may have raised it */
    snapshot->live_bytes = chunk_live_bytes();
    snapshot->live = source.live;
    expect(own_block_size(world->plain, world->adopted) == SIZE);
    expect(own_block_size(world->private, world->block) == SIZE);
    for (size_t i = 0; i < SIZE; i++)
        expect(world->adopted[i] == 1 && world->block[i] == 1);
}

/* Returns whether the call succeeded. */
static bool try_call(const struct call *call, size_t more, long n, bool of_allocator)
{
    struct snapshot before, after;
    struct world world;
    size_t live = chunk_live_bytes();

    build(&world, more);
    take_snapshot(&before, &world);
    if (of_allocator)
        source.fails_after = n;
    else
        chunk_fail_after(n);
    errno = 0;
    bool success = call->function(&world);
    int error = errno;
    source.fails_after = 0;
    chunk_fail_after(0);
    if (!success) {
        if (error != ENOMEM)
            ck_abort_msg("%s fails with errno %d at request %ld", call->name, error, n);
        take_snapshot(&after, &world);
        if (memcmp(&before, &after, sizeof before) != 0)
            ck_abort_msg("%s has changed something, failing at request %ld", call->name, n);
        expect(call->function(&world));
    }
    pool_validate(world.plain);
    pool_validate(world.private);
    chunk_fail_after(1); /* death needs no memory */
    own_decref(world.root);
    chunk_fail_after(0);
    free(world.fresh);
    if (chunk_live_bytes() != live || source.live != 0)
        ck_abort_msg("%s leaks, failing at request %ld", call->name, n);
    return success;
}

START_TEST(failed_call_changes_nothing_and_leaks_nothing)
{
    /* Few and many blocks: without and with a hash, which may fail to be made or to grow. */
    for (size_t more = 0; more < 80; more = more * 2 + 7) {
        long n = 1;
        while (!try_call(&calls[_i], more, n, false))
            expect(++n < 100);
        n = 1;
        while (!try_call(&calls[_i], more, n, true))
            expect(++n < 100);
        expect((n > 1) == calls[_i].asks_allocator);
    }
}
END_TEST

START_TEST(leaving_needs_no_memory)
{
    struct world world;

    build(&world, 20);
    chunk_fail_after(1);
    source.fails_after = 1;
    expect(own_disown(world.plain, world.adopted) == 0);
    expect(own_free(world.private, world.block) == 0);
    own_pool_clear(world.plain);
    own_pool_clear(world.private);
    chunk_fail_after(0);
    source.fails_after = 0;
    own_decref(world.root);
    free(world.adopted);
    free(world.fresh);
}
END_TEST

/* Where there never is memory for a hash, the books are right all the same. */
START_TEST(books_hold_without_a_hash)
{
    const own_allocator allocator = {.alloc = source_alloc, .free = source_free, .ctx = &source};
    own_pool_options options = {.allocator = &allocator};
    own_pool *pool = own_pool_create(NULL, &options);
    void *blocks[100], *adopted[100];

    for (int i = 0; i < 100; i++) {
        adopted[i] = malloc((size_t)i + 1);
        chunk_fail_after(2); /* the record can be had, no more */
        blocks[i] = own_alloc(pool, 1, (size_t)i + 1);
        chunk_fail_after(2);
        expect(blocks[i] && own_adopt(pool, adopted[i], (size_t)i + 1, free) == 0);
        chunk_fail_after(0);
        pool_validate(pool);
    }
    expect(usage_of(pool).blocks == 200 && usage_of(pool).bytes == 100 * 101);
    for (int i = 0; i < 100; i += 3) {
        expect(own_block_size(pool, blocks[i]) == (size_t)i + 1);
        expect(own_free(pool, blocks[i]) == 0 && own_free(pool, adopted[i]) == 0);
        pool_validate(pool);
    }
    own_decref(pool);
    expect(source.live == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults_foreign");
    TCase *faults = add_case(suite, "faults");

    tcase_add_loop_test(faults, failed_call_changes_nothing_and_leaks_nothing, 0, CALLS);
    tcase_add_test(faults, leaving_needs_no_memory);
    tcase_add_test(faults, books_hold_without_a_hash);
    return run_suite(suite);
}
