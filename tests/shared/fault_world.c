/*
 * fault_world.c - building the world of faults.c, and taking pictures of it.
 */
#include "fault_world.h"

#include "chunk/chunk.h"

const own_type thing_type = {.name = "thing", .size = 200};
char call_argument;

void do_nothing(void *arg)
{
    expect(arg == &call_argument);
}

/* Fills what memory a pool has already. */
static void exhaust(own_pool *pool)
{
    chunk_fail_after(1);
    for (size_t size = 4096; size >= 16; size /= 2)
        while (own_alloc(pool, 1, size))
            ;
    chunk_fail_after(0);
}

void build(struct world *world)
{
    memset(world, 0, sizeof *world);
    world->root = own_pool_new_at(NULL, "root");
    expect(own_pool_set_limit(world->root, 64 * MIB) == 0);
    world->pool = own_pool_new_at(world->root, "pool");
    world->child = own_pool_new_at(world->pool, "child");
    world->other = own_pool_new_at(NULL, "other");
    world->fresh = own_pool_new_at(NULL, "fresh");
    for (int i = 0; i < 5; i++)
        expect(own_pool_new_at(own_pool_new_at(world->other, "a"), "b") != NULL);
    world->probe = own_new(NULL, &thing_type);
    world->ref = own_weakref_new(NULL, world->probe, NULL, NULL);
    world->held = own_new(world->pool, &thing_type);
    expect(world->probe && world->ref && own_hold(world->pool, world->held) == 0);
    expect(own_defer(world->pool, do_nothing, &call_argument) == 0);
    world->text = own_strdup(world->pool, "text");
    world->large = own_alloc(world->pool, 1, 100000);
    world->huge = own_alloc(world->pool, 1, 3 * MIB);
    expect(world->text && world->large && world->huge);
    exhaust(world->child);
    exhaust(world->pool);
}

void destroy(struct world *world)
{
    own_decref(world->result);
    own_decref(world->probe);
    own_decref(world->ref);
    own_decref(world->root);
    own_decref(world->other);
    own_decref(world->fresh);
}

static int take_visit(void *object, int depth, void *arg)
{
    struct snapshot *snapshot = arg;
    own_pool *pool = own_cast(object, own_pool_type());

    expect(snapshot->visit_count < 256);
    snapshot->visits[snapshot->visit_count].object = object;
    snapshot->visits[snapshot->visit_count].depth = depth;
    snapshot->visits[snapshot->visit_count].references = own_refcount(object);
    snapshot->visits[snapshot->visit_count].name = pool ? own_pool_name(pool) : NULL;
    snapshot->visit_count++;
    return 0;
}

void take_snapshot(struct snapshot *snapshot, const struct world *world)
{
    own_pool *const pools[] = {world->root, world->other, world->fresh, world->pool, world->child};

    memset(snapshot, 0, sizeof *snapshot);
    for (int i = 0; i < 5; i++)
        own_pool_usage(pools[i], &snapshot->usages[i]);
    for (int i = 0; i < 3; i++) {
        own_pool_total(pools[i], &snapshot->totals[i]);
        expect(own_pool_walk(pools[i], take_visit, snapshot) == 0);
    }
    snapshot->probe_references = own_refcount(world->probe);
    memcpy(snapshot->text, world->text, 5);
    snapshot->text_size = own_block_size(world->pool, world->text);
    snapshot->large_size = own_block_size(world->pool, world->large);
    snapshot->huge_size = own_block_size(world->pool, world->huge);
    snapshot->live_bytes = chunk_live_bytes();
}

const char *find_change(const struct snapshot *before, const struct snapshot *after)
{
    for (int i = 0; i < 5; i++) {
        own_usage one = before->usages[i], two = after->usages[i];
        if (one.reserved != two.reserved)
            return "the memory reserved";
        if (one.peak != two.peak)
            return "the peak";
        if (memcmp(&one, &two, sizeof one) != 0)
            return "what a pool owns";
    }
    return before->live_bytes != after->live_bytes      ? "the memory in use"
           : memcmp(before, after, sizeof *before) != 0 ? "something"
                                                        : NULL;
}

bool fault_try(const struct call *call, long n, bool has_no_trace)
{
    static struct snapshot before, after;
    struct world world;
    size_t live = chunk_live_bytes();

    build(&world);
    take_snapshot(&before, &world);
    chunk_fail_after(n);
    errno = 0;
    bool success = call->function(&world);
    int error = errno;
    chunk_fail_after(0);
    if (success) {
        expect(error == 0);
    } else {
        if (error != ENOMEM)
            ck_abort_msg("%s fails with errno %d at request %ld", call->name, error, n);
        take_snapshot(&after, &world);
        const char *change = find_change(&before, &after);
        if (has_no_trace && change)
            ck_abort_msg("%s has changed %s, failing at request %ld", call->name, change, n);
        if (!call->function(&world))
            ck_abort_msg("%s fails with memory, after failing at request %ld", call->name, n);
    }
    chunk_fail_after(1); /* death needs no memory */
    destroy(&world);
    chunk_fail_after(0);
    if (chunk_live_bytes() != live)
        ck_abort_msg("%s leaks %zd bytes, failing at request %ld", call->name,
                     (ssize_t)(chunk_live_bytes() - live), n);
    return success;
}
