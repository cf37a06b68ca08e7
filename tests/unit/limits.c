/*
 * limits.c - limits at random places of random trees, against a naive model that adds up what each
 * limit must count, and says of each call whether it must fail.
 */
#include "extent/free.h"
#include "harness.h"
#include "large/large.h"
#include "pool/pool.h"

#define KIB ((size_t)1 << 10)
#define POOLS 24
#define ROOM_MOST (SIZE_MAX / 4) /* stands for no limit */

/* A pool as the model knows it. Of what lives, references that the test has are counted too. */
struct member {
    own_pool *pool; /* NULL: there is none */
    struct member *parent;
    size_t limit; /* 0: none */
    bool limited; /* has had a limit, which counts for what a move changes */
    bool mine;    /* the test has a reference */
    size_t most;  /* at least so much its own limit has counted at once */
};

static struct member members[POOLS];
static size_t quota_errors;

/* What a member and all below it have, found by asking every pool for its parents. */
static bool is_in(const struct member *member, const struct member *top)
{
    while (member && member != top)
        member = member->parent;
    return member != NULL;
}

static size_t used_by(const struct member *top)
{
    size_t used = 0;

    for (size_t i = 0; i < POOLS; i++) {
        if (members[i].pool && is_in(&members[i], top))
            used += usage_of(members[i].pool).reserved;
    }
    return used;
}

static size_t room_of(const struct member *member)
{
    size_t room = ROOM_MOST;

    for (; member; member = member->parent) {
        if (member->limit) {
            size_t used = used_by(member);
            room = min_size(room, member->limit > used ? member->limit - used : 0);
        }
    }
    return room;
}

/* Whether one more name of that size may be had: it is a chunk of its own. */
static void probe_name(const struct member *member, size_t chunk, bool fits)
{
    own_usage before = usage_of(member->pool);

    if (fits) {
        expect(own_pool_set_name(member->pool, "%*s", (int)chunk - 1, "") == 0);
        expect(strlen(own_pool_name(member->pool)) == chunk - 1);
    } else {
        expect_error(own_pool_set_name(member->pool, "%*s", (int)chunk - 1, "") == -1, EDQUOT);
        own_usage after = usage_of(member->pool);
        expect(memcmp(&before, &after, sizeof(after)) == 0);
        quota_errors++;
    }
}

/* The first copy of a name takes a side record too. False: there is no room for both. */
static bool has_name(const struct member *member)
{
    size_t both = chunk_round(sizeof(struct side)) + chunk_round(2);

    if (member->pool->side)
        return true;
    bool fits = room_of(member) >= both;
    expect((own_pool_set_name(member->pool, "n") == 0) == fits);
    return fits;
}

/* The largest chunk that fits, and the next one; the name is then a short one again. */
static void probe(const struct member *member)
{
    if (!has_name(member))
        return;
    size_t room = room_of(member);

    if (room >= 128 && room < 60 * KIB) {
        size_t fits = chunk_round_down(room);
        probe_name(member, chunk_round(fits + 1), false);
        probe_name(member, fits, true);
        room = room_of(member);
    } else if (room < 32) {
        probe_name(member, 32, false);
    }
    if (room >= 32)
        probe_name(member, 32, true);
}

/* What the limit has counted at the end of each step is known exactly, and the mark is not below
   that; within a step it may rise further, where memory comes and goes. */
static void check_most(struct member *member, const own_usage *total)
{
    if (!member->limited)
        return;
    member->most = max_size(member->most, total->reserved);
    expect(total->peak >= member->most);
    member->most = total->peak;
}

static void check_all(void)
{
    for (size_t i = 0; i < POOLS; i++) {
        const struct member *member = &members[i];
        if (!member->pool)
            continue;
        expect(own_pool_parent(member->pool) == (member->parent ? member->parent->pool : NULL));
        size_t room = limit_room(pool_limit(member->pool));
        if (min_size(room, ROOM_MOST) != room_of(member))
            ck_abort_msg("pool %zu: room %zu, expected %zu", i, room, room_of(member));
        own_usage total = total_of(member->pool);
        expect(total.reserved == used_by(member));
        check_most(&members[i], &total);
    }
}

/* The member dies, with all below it that the test has no reference to; the others become roots. */
static void model_dies(struct member *dead)
{
    for (size_t i = 0; i < POOLS; i++) {
        struct member *member = &members[i];
        if (!member->pool || member->parent != dead)
            continue;
        member->parent = NULL;
        if (!member->mine)
            model_dies(member);
    }
    *dead = (struct member){.pool = NULL};
}

static void try_create(struct member *member, struct member *parent, struct random *random)
{
    own_pool_options options = {.limit = 0};
    size_t room = room_of(parent);

    if (random_below(random, 4) == 0)
        options.limit = 300 + random_below(random, 20 * KIB);
    if (random_below(random, 4) == 0)
        options.reserve = random_below(random, 4 * KIB);
    errno = ERANGE;
    own_pool *pool = own_pool_create(parent ? parent->pool : NULL, &options);
    if (pool) {
        expect(errno == ERANGE);
        *member = (struct member){.pool = pool, .parent = parent, .mine = !parent};
        member->limit = options.limit;
        member->limited = options.limit != 0;
        expect(usage_of(pool).reserved <= room);
        if (options.limit)
            expect(usage_of(pool).reserved <= options.limit);
    } else {
        expect(errno == EDQUOT);
        size_t least = FIRST_CHUNK_LEAST;
        if (options.reserve)
            least = chunk_round(offsetof(own_pool, first) + memory_first_size(options.reserve));
        expect(least > min_size(room, options.limit ? options.limit : ROOM_MOST));
        quota_errors++;
    }
}

static struct member *nearest_limited(struct member *member)
{
    while (member && !member->limited)
        member = member->parent;
    return member;
}

/* Whether a subtree may come below another parent. Where no limit changes nothing is asked. */
static bool may_come(struct member *member, struct member *to)
{
    if (nearest_limited(member->parent) == nearest_limited(to))
        return true;
    size_t brings = used_by(member);
    for (struct member *above = to; above; above = above->parent) {
        if (is_in(member, above))
            return true; /* it has counted there all along */
        if (above->limit && used_by(above) + brings > above->limit)
            return false;
    }
    return true;
}

static void try_give_or_move(struct member *member, struct member *to)
{
    int expected = 0;
    struct member *from = member->parent;

    if (!from && !member->mine)
        return;
    if (is_in(to, member))
        expected = ELOOP;
    else if (!may_come(member, to))
        expected = EDQUOT;
    errno = 0;
    int result =
        from ? own_move(from->pool, to->pool, member->pool) : own_give(to->pool, member->pool);
    expect(errno == expected && result == (expected ? -1 : 0));
    quota_errors += expected == EDQUOT;
    if (expected)
        return;
    member->parent = to;
    if (!from)
        member->mine = false;
}

static void drop(struct member *member)
{
    if (!member->parent)
        return;
    expect(own_drop(member->parent->pool, member->pool) == 0);
    member->parent = NULL;
    if (!member->mine)
        model_dies(member);
}

static void change_reference(struct member *member)
{
    if (!member->mine) {
        own_incref(member->pool);
        member->mine = true;
    } else {
        own_decref(member->pool);
        member->mine = false;
        if (!member->parent)
            model_dies(member);
    }
}

/* All below it goes; what the test has a reference to becomes a root. */
static void clear(struct member *member)
{
    own_pool_clear(member->pool);
    for (size_t i = 0; i < POOLS; i++) {
        struct member *child = &members[i];
        if (!child->pool || child->parent != member)
            continue;
        child->parent = NULL;
        if (!child->mine)
            model_dies(child);
    }
}

static void set_limit(struct member *member, struct random *random)
{
    static const size_t limits[] = {0, 100, 1 * KIB, 4 * KIB, 16 * KIB, 256 * KIB};
    size_t limit = limits[random_below(random, 6)];

    if (limit && random_below(random, 2))
        limit = used_by(member) + random_below(random, 2 * KIB);
    expect(own_pool_set_limit(member->pool, limit) == 0);
    member->limit = limit;
    member->limited |= limit != 0;
}

/* A large block has a chunk and a record, the first of them also a stock, whose sizes are known: it
   fits exactly where the model says so. */
static void try_large(struct member *member, struct random *random)
{
    size_t size = round_up(LARGE_OVER + 1 + random_below(random, 200 * KIB), GRANULE);
    size_t cost = chunk_round(size) + chunk_round(sizeof(struct large));
    if (!has_stock(&member->pool->part.memory))
        cost += chunk_round(sizeof(struct stock));
    bool fits = cost <= room_of(member);
    void *block = own_alloc_raw(member->pool, 1, size);

    expect(!block == !fits);
    if (block)
        expect(own_free(member->pool, block) == 0);
}

static void try_blocks(struct member *member, struct random *random)
{
    size_t room = room_of(member);
    size_t before = usage_of(member->pool).reserved;

    for (size_t i = random_below(random, 20); i > 0; i--) {
        void *block = own_alloc(member->pool, 1, random_below(random, 2 * KIB));
        if (block && random_below(random, 3) == 0)
            expect(own_free(member->pool, block) == 0);
    }
    size_t after = usage_of(member->pool).reserved;
    expect(after <= before || after - before <= room);
}

static void step(struct random *random)
{
    struct member *member = &members[random_below(random, POOLS)];
    struct member *other = &members[random_below(random, POOLS)];

    if (!member->pool) {
        if (other->pool || random_below(random, 8) == 0)
            try_create(member, other->pool ? other : NULL, random);
        return;
    }
    switch (random_below(random, 16)) {
    case 0:
    case 1:
        set_limit(member, random);
        break;
    case 2:
    case 3:
    case 4:
    case 5:
        if (other->pool)
            try_give_or_move(member, other);
        break;
    case 6:
        drop(member);
        break;
    case 7:
    case 8:
        change_reference(member);
        break;
    case 9:
        if (random_below(random, 4) == 0)
            clear(member);
        break;
    case 10:
        try_large(member, random);
        break;
    case 11:
    case 12:
        probe(member);
        break;
    default:
        try_blocks(member, random);
    }
}

START_TEST(limits_count_what_the_model_counts)
{
    struct random random;
    size_t before = chunk_live_bytes();

    random_seed(&random, 81 + (uint64_t)_i);
    memset(members, 0, sizeof(members));
    quota_errors = 0;
    for (size_t i = 0; i < scaled(15000); i++) {
        step(&random);
        check_all();
    }
    if (scaled(100) == 100)
        expect(quota_errors > 100);
    for (size_t i = 0; i < POOLS; i++) {
        if (members[i].pool)
            pool_validate(members[i].pool);
    }
    for (size_t i = 0; i < POOLS; i++) {
        if (members[i].pool && members[i].mine)
            change_reference(&members[i]);
        check_all();
    }
    for (size_t i = 0; i < POOLS; i++)
        expect(!members[i].pool);
    expect(chunk_live_bytes() == before);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("limits");
    TCase *limits = add_case(suite, "limits");

    tcase_add_loop_test(limits, limits_count_what_the_model_counts, 0, 8);
    return run_suite(suite);
}
