/*
 * share.c - own_share, and what comes into shared pools, with the first, second, third ... request
 * for memory failing until the call succeeds: a failed call has changed nothing, also not what is
 * shared.
 */
#include "chunk/chunk.h"
#include "fault_world.h"

#define OBJECTS 100

/* Everything that a call may share. */
struct graph {
    struct world world;
    void *objects[OBJECTS];
    size_t count;
};

static void *known(struct graph *graph, void *object)
{
    expect(object && graph->count < OBJECTS);
    return graph->objects[graph->count++] = object;
}

static void build_graph(struct graph *graph)
{
    struct probe *last = NULL;

    graph->count = 0;
    build(&graph->world);
    own_pool *other = known(graph, graph->world.other);
    expect(own_share(graph->world.fresh) == 0);
    for (int i = 0; i < 10; i++) {
        own_pool *child = known(graph, own_pool_new(other));
        struct probe *probe = known(graph, probe_new(child, 'a'));
        probe->first = own_incref(last);
        last = probe;
    }
    for (int i = 0; i < 60; i++) /* more than there is room for at first */
        known(graph, own_pool_new(other));
    known(graph, own_weakref_new(other, last, NULL, NULL));
}

static bool all_are_shared(const struct graph *graph, bool shared)
{
    for (size_t i = 0; i < graph->count; i++) {
        if (own_is_shared(graph->objects[i]) != shared)
            return false;
    }
    return true;
}

static bool share_all(struct world *world)
{
    return own_share(world->other) == 0;
}

static bool hold_it(struct world *world)
{
    return own_hold(world->fresh, world->other) == 0;
}

static bool give_it(struct world *world)
{
    if (own_give(world->fresh, world->other) < 0)
        return false;
    own_incref(world->other); /* for destroy */
    return true;
}

static bool move_it(struct world *world)
{
    bool moved = own_move(world->root, world->fresh, world->other) == 0;

    if (moved)
        own_incref(world->other);
    return moved;
}

static bool make_child(struct world *world)
{
    return own_pool_new(world->fresh) != NULL;
}

static bool make_confined_child(struct world *world)
{
    own_pool_options options = {.flags = OWN_POOL_CONFINED, .limit = 100000};

    return own_pool_create(world->fresh, &options) != NULL;
}

static bool make_object(struct world *world)
{
    return own_new(world->fresh, &thing_type) != NULL;
}

static bool make_weak(struct world *world)
{
    return own_weakref_new(world->fresh, world->fresh, NULL, NULL) != NULL;
}

static bool defer(struct world *world)
{
    return own_defer(world->fresh, do_nothing, &call_argument) == 0;
}

static bool alloc_large(struct world *world)
{
    return own_alloc(world->fresh, 1, 300000) != NULL;
}

static const struct {
    const char *name;
    bool (*call)(struct world *world);
    bool shares; /* all of the graph */
    bool from_root;
} cases[] = {
    {"own_share", share_all, true, false},
    {"own_hold", hold_it, true, false},
    {"own_give", give_it, true, false},
    {"own_move", move_it, true, true},
    {"own_pool_new", make_child, false, false},
    {"own_pool_create", make_confined_child, false, false},
    {"own_new", make_object, false, false},
    {"own_weakref_new", make_weak, false, false},
    {"own_defer", defer, false, false},
    {"own_alloc", alloc_large, false, false},
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

START_TEST(failed_call_has_changed_nothing)
{
    static struct snapshot before, after;
    static struct graph graph;
    bool succeeded = false;

    for (long nth = 1; !succeeded; nth++) {
        expect(nth < 1000);
        build_graph(&graph);
        if (cases[_i].from_root) {
            expect(own_give(graph.world.root, own_incref(graph.world.other)) == 0);
        }
        take_snapshot(&before, &graph.world);
        chunk_fail_after(nth);
        errno = 0;
        succeeded = cases[_i].call(&graph.world);
        int error = errno;
        chunk_fail_after(0);
        take_snapshot(&after, &graph.world);
        expect(all_are_shared(&graph, succeeded && cases[_i].shares));
        if (!succeeded) {
            const char *change = find_change(&before, &after);
            if (error != ENOMEM || change)
                ck_abort_msg("%s, request %ld: errno %d, changed: %s", cases[_i].name, nth, error,
                             change);
            expect(cases[_i].call(&graph.world)); /* with memory */
            expect(all_are_shared(&graph, cases[_i].shares));
        }
        destroy(&graph.world);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("share");
    TCase *faults = add_case(suite, "faults");

    tcase_add_loop_test(faults, failed_call_has_changed_nothing, 0, (int)CASES);
    return run_suite(suite);
}
