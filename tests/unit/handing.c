/*
 * handing.c - pools that one thread makes and fills and another destroys: however many there were,
 * no more memory is in use, and none that was taken grows with them.
 */
#include "chunk/chunk.h"

#include "harness.h"

#define PER_ROUND 200

struct stage {
    own_pool *server; /* NULL: roots are handed over */
    own_pool *pools[PER_ROUND];
    uint64_t seed;
};

static const own_type held_type = {.name = "held", .size = 100};

/* Half of the pools under a server are for one thread at a time. */
static own_pool *make_one(const struct stage *stage, size_t number)
{
    own_pool_options options = {.flags = number % 2 ? OWN_POOL_CONFINED : 0};

    return stage->server ? own_pool_create(stage->server, &options) : own_pool_new(NULL);
}

static void *make_and_fill(void *arg)
{
    struct stage *stage = (struct stage *)arg;
    struct random random = {stage->seed};

    for (size_t i = 0; i < PER_ROUND; i++) {
        own_pool *pool = stage->pools[i] = make_one(stage, i);
        expect(pool && own_strdup(own_pool_new(pool), "below"));
        for (size_t blocks = random_below(&random, 100); blocks > 0; blocks--)
            expect(own_alloc(pool, 1, 1 + random_below(&random, blocks % 8 ? 200 : 40000)) != NULL);
        expect(own_hold(pool, own_new(pool, &held_type)) == 0);
    }
    return NULL;
}

static void *destroy(void *arg)
{
    struct stage *stage = (struct stage *)arg;

    for (size_t i = 0; i < PER_ROUND; i++) {
        if (stage->server)
            expect(own_drop(stage->server, stage->pools[i]) == 0);
        else
            own_decref(stage->pools[i]);
    }
    return NULL;
}

START_TEST(handed_over_pools_leave_nothing)
{
    static struct stage stage;
    size_t live = 0, reserved = 0, rounds = scaled(200) + 10;

    stage.server = _i ? new_root() : NULL;
    expect(!_i || own_share(stage.server) == 0);
    for (size_t round = 0; round < rounds; round++) {
        stage.seed = round % 5; /* of the same sizes every five rounds */
        in_thread(make_and_fill, &stage);
        in_thread(destroy, &stage);
        if (round == 4) {
            live = chunk_live_bytes();
            reserved = stage.server ? usage_of(stage.server).reserved : 0;
        }
    }
    expect(chunk_live_bytes() == live);
    expect(!stage.server || usage_of(stage.server).reserved == reserved);
    own_decref(stage.server);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("handing over");
    TCase *pools = add_case(suite, "pools");

    tcase_add_loop_test(pools, handed_over_pools_leave_nothing, 0, 2);
    return run_suite(suite);
}
