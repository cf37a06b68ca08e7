/*
 * foreign.c - adopted memory, private and ordinary blocks, deferred calls and child pools in random
 * trees with limits, where memory fails now and then; against a naive model that knows what must be
 * released when, and what counts where (foreign_model.c).
 */
#include "foreign_model.h"

static size_t turns, failures, quota_errors;
static size_t index_before; /* of the pool that a call may fail for */

/* What the two ledgers of a pool have: a search may index them, also for a call that fails then. */
static size_t index_bytes(const own_pool *pool)
{
    size_t bytes = ledger_bytes(&pool->part.ledger);
    return pool_flags(pool) & POOL_PRIVATE ? bytes + private_bytes(pool) : bytes;
}

/* A call that may have failed for want of memory or by a limit: then nothing has changed. */
static bool check_result(bool success, const struct member *member, const own_usage *before)
{
    own_usage after = usage_of(member->pool);

    chunk_fail_after(0);
    source_fails = false;
    if (success)
        return true;
    expect(errno == ENOMEM || errno == EDQUOT);
    failures++;
    quota_errors += errno == EDQUOT;
    /* Holes may have been joined on the way, so that a limit leaves room for what failed. */
    expect(after.blocks == before->blocks && after.bytes == before->bytes);
    expect(after.held == before->held && after.deferred == before->deferred);
    size_t indexed = index_bytes(member->pool) - index_before;
    expect(after.reserved <= before->reserved + indexed && after.peak == before->peak);
    compare_releases();
    return false;
}

static void let_fail(const struct member *member, struct random *random)
{
    index_before = index_bytes(member->pool);
    if (random_below(random, 6) == 0)
        chunk_fail_after((long)random_below(random, 3) + 1);
    source_fails = random_below(random, 6) == 0;
}

static size_t random_size(struct random *random)
{
    size_t most = random_below(random, 10) == 0 ? 400000 : random_below(random, 3) ? 200 : 5000;

    return sizeof(uint32_t) + random_below(random, most);
}

/* Fills a block with its number and a pattern. */
static void mark(size_t index)
{
    struct item *item = &items[index];
    uint32_t number = (uint32_t)index;

    memset(item->memory, (int)index & 0xff, item->size);
    memcpy(item->memory, &number, sizeof number);
}

static void new_block(size_t index, struct random *random)
{
    struct item *item = &items[index];
    const struct member *member = &members[item->pool];
    own_usage before = usage_of(member->pool);

    item->size = random_size(random);
    let_fail(member, random);
    item->memory = (unsigned char *)own_alloc(member->pool, 1, item->size);
    if (!check_result(item->memory != NULL, member, &before))
        return;
    expect(item->memory[0] == 0 && item->memory[item->size - 1] == 0);
    item->kind = member->is_private ? PRIVATE : ORDINARY;
    mark(index);
}

static void new_adopted(size_t index, struct random *random)
{
    struct item *item = &items[index];
    const struct member *member = &members[item->pool];
    own_usage before = usage_of(member->pool);

    item->size = random_size(random);
    item->memory = (unsigned char *)malloc(item->size);
    mark(index);
    let_fail(member, random);
    bool success = own_adopt(member->pool, item->memory, item->size, free_adopted) == 0;
    if (check_result(success, member, &before))
        item->kind = ADOPTED;
    else
        free(item->memory);
}

static uint32_t numbers[ITEMS];

static void new_deferred(size_t index, struct random *random)
{
    const struct member *member = &members[items[index].pool];
    own_usage before = usage_of(member->pool);

    numbers[index] = (uint32_t)index;
    let_fail(member, random);
    bool success = own_defer(member->pool, (void (*)(void *))log_release, &numbers[index]) == 0;
    if (check_result(success, member, &before))
        items[index].kind = DEFERRED;
}

static void new_item(size_t index, struct random *random)
{
    items[index].pool = random_below(random, POOLS);
    items[index].turn = ++turns;
    if (!members[items[index].pool].pool)
        return;
    switch (random_below(random, 5)) {
    case 0:
        new_deferred(index, random);
        break;
    case 1:
    case 2:
        new_adopted(index, random);
        break;
    default:
        new_block(index, random);
    }
}

static void check_block(size_t index, const unsigned char *memory, size_t size)
{
    uint32_t number;

    memcpy(&number, memory, sizeof number);
    expect(number == index);
    for (size_t i = sizeof number; i < size; i += i < 100 ? 1 : 1009)
        expect(memory[i] == (index & 0xff));
}

static void resize(size_t index, struct random *random)
{
    struct item *item = &items[index];
    const struct member *member = &members[item->pool];
    own_usage before = usage_of(member->pool);
    size_t size = random_below(random, 8) ? random_size(random) : item->size;

    let_fail(member, random);
    unsigned char *block = (unsigned char *)own_realloc(member->pool, item->memory, 1, size);
    if (!check_result(block != NULL, member, &before)) {
        check_block(index, item->memory, item->size);
        return;
    }
    check_block(index, block, min_size(item->size, size));
    /* A foreign block stays where it is only if it becomes smaller, and there is no room. */
    expect(item->kind == ORDINARY || block != item->memory || size <= item->size);
    if (item->kind != ORDINARY && block != item->memory) {
        model_release_old(index);
        item->turn = ++turns;
        item->kind = member->is_private ? PRIVATE : ORDINARY;
    }
    for (size_t i = item->size; i < size; i += 509)
        expect(block[i] == 0);
    item->memory = block;
    item->size = size;
    mark(index);
}

static void disown(size_t index)
{
    struct item *item = &items[index];
    own_pool *pool = members[item->pool].pool;

    if (item->kind != ADOPTED) {
        expect_error(own_disown(pool, item->memory) == -1, EINVAL);
        return;
    }
    expect_keeps_errno(own_disown(pool, item->memory) == 0);
    free(item->memory);
    item->kind = NOTHING;
}

static void use_item(size_t index, struct random *random)
{
    struct item *item = &items[index];
    own_pool *pool = members[item->pool].pool;
    own_pool *other = members[random_below(random, POOLS)].pool;

    if (item->kind == DEFERRED) {
        if (random_below(random, 4))
            return;
        item->kind = NOTHING;
        expect(own_undefer(pool, (void (*)(void *))log_release, &numbers[index]) == 0);
        return;
    }
    check_block(index, item->memory, item->size);
    expect(own_contains(pool, item->memory));
    expect(own_block_size(pool, item->memory) == block_size(item));
    expect_error(own_adopt(pool, item->memory, item->size, free_adopted) == -1, EINVAL);
    if (other && other != pool) {
        expect_error(own_free(other, item->memory) == -1, EINVAL);
        expect_error(own_disown(other, item->memory) == -1, EINVAL);
    }
    switch (random_below(random, 4)) {
    case 0:
        expect_keeps_errno(own_free(pool, item->memory) == 0);
        model_release(index);
        break;
    case 1:
        disown(index);
        break;
    default:
        resize(index, random);
    }
}

static void new_member(size_t index, struct random *random)
{
    size_t parent = random_below(random, POOLS);
    struct member *member = &members[index];

    if (!members[parent].pool)
        return;
    *member = (struct member){.parent = parent, .turn = ++turns};
    member->is_private = random_below(random, 2);
    member->limit = random_below(random, 3) ? 0 : 2000 + random_below(random, 500000);
    own_pool_options options = {
        .limit = member->limit,
        .reserve = random_below(random, 4) ? 0 : 1000,
        .allocator = member->is_private ? &source : NULL,
    };
    own_usage before = usage_of(members[parent].pool);
    index_before = index_bytes(members[parent].pool);
    if (random_below(random, 6) == 0)
        chunk_fail_after((long)random_below(random, 3) + 1);
    member->pool = own_pool_create(members[parent].pool, &options);
    check_result(member->pool != NULL, &members[parent], &before);
}

static bool is_below(size_t index, size_t top)
{
    while (index != top && index != 0)
        index = members[index].parent;
    return index == top;
}

static void use_member(size_t index, struct random *random)
{
    struct member *member = &members[index];
    size_t to = random_below(random, POOLS);
    own_pool *parent = members[member->parent].pool;

    switch (random_below(random, 8)) {
    case 0:
        own_pool_clear(member->pool);
        model_clear(index);
        break;
    case 1:
        expect(own_drop(parent, member->pool) == 0);
        model_clear(index);
        member->pool = NULL;
        break;
    case 2:
        member->limit = random_below(random, 2) ? 0 : 2000 + random_below(random, 500000);
        expect(own_pool_set_limit(member->pool, member->limit) == 0);
        break;
    default:
        if (!members[to].pool)
            break;
        if (is_below(to, index)) {
            expect_error(own_move(parent, members[to].pool, member->pool) == -1, ELOOP);
        } else if (own_move(parent, members[to].pool, member->pool) == 0) {
            member->parent = to;
            member->turn = ++turns;
        } else {
            expect(errno == EDQUOT);
            quota_errors++;
        }
    }
}

static void step(struct random *random)
{
    size_t item = random_below(random, ITEMS), pool = 1 + random_below(random, POOLS - 1);

    if (random_below(random, 12))
        items[item].kind ? use_item(item, random) : new_item(item, random);
    else
        members[pool].pool ? use_member(pool, random) : new_member(pool, random);
    compare_releases();
}

START_TEST(all_happens_as_in_a_naive_model)
{
    struct random random;
    size_t live = chunk_live_bytes();

    random_seed(&random, 7000 + (uint64_t)_i);
    memset(items, 0, sizeof items);
    memset(members, 0, sizeof members);
    failures = quota_errors = 0;
    members[0].pool = new_root();
    for (size_t i = scaled(12000); i > 0; i--) {
        step(&random);
        if (i % 16 == 0) {
            for (size_t pool = 0; pool < POOLS; pool++) {
                if (members[pool].pool)
                    check_member(pool);
            }
        }
    }
    if (scaled(100) == 100)
        expect(failures > 100 && quota_errors > 100);
    own_decref(members[0].pool);
    model_clear(0);
    compare_releases();
    expect(chunk_live_bytes() == live);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("foreign");
    TCase *model = add_case(suite, "model");

    tcase_add_loop_test(model, all_happens_as_in_a_naive_model, 0, 6);
    return run_suite(suite);
}
