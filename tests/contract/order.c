/*
 * order.c - the order of tear-down, compared with the naive model of model.h on random graphs.
 *
 * The model performs each operation first, then the library does; its finalizers, deferred calls
 * and calls of weak references must come exactly as the model has logged them, and afterwards both
 * must be in the same state.
 */
#include "model.h"

struct thing {
    own_object header;
    own_object *fields[field_count];
    int id;
};

static struct model model;
static void *things[node_capacity]; /* the library's objects, by the model's number */
static int thing_count;
static int events_seen;
static int calls[call_count];
static int numbers[node_capacity]; /* each its own index */
static char names[node_capacity][8];

static void perform(const struct operation *operation);

static void happened(int kind, int subject)
{
    expect(events_seen < model.event_count);
    const struct event *event = &model.events[events_seen++];

    expect((int)event->kind == kind && event->subject == subject);
    perform(&event->reaction);
}

static void finalize_thing(void *self)
{
    happened(finalized, ((struct thing *)self)->id);
}

static void deferred_call(void *arg)
{
    happened(called, *(int *)arg);
}

static void weak_call(own_weakref *ref, void *arg)
{
    int id = *(int *)arg;

    expect(things[id] == ref && own_weakref_get(ref) == NULL);
    happened(told, id);
}

static const size_t thing_refs[] = {offsetof(struct thing, fields[0]),
                                    offsetof(struct thing, fields[1]),
                                    offsetof(struct thing, fields[2]), OWN_REFS_END};
static const own_type plain_type = {
    .name = "plain", .size = sizeof(struct thing), .refs = thing_refs};
static const own_type finalized_type = {.name = "finalized",
                                        .size = sizeof(struct thing),
                                        .refs = thing_refs,
                                        .finalize = finalize_thing};

static void *thing_at(int node)
{
    return node == nobody ? NULL : things[node];
}

static void create(const struct operation *operation)
{
    int id = thing_count++;
    own_pool *owner = (own_pool *)thing_at(operation->a);

    if (operation->kind == new_pool) {
        things[id] = own_pool_new_at(owner, names[id]);
        expect(things[id] != NULL);
        expect(own_alloc((own_pool *)things[id], 1, 100) != NULL);
    } else if (operation->kind == new_weak) {
        things[id] = own_weakref_new(owner, things[operation->b], operation->c ? weak_call : NULL,
                                     &numbers[id]);
        expect(things[id] != NULL);
    } else {
        struct thing *thing =
            (struct thing *)own_new(owner, operation->b ? &finalized_type : &plain_type);
        things[id] = thing;
        expect(thing != NULL);
        thing->id = id;
    }
}

static int perform_fallible(const struct operation *operation)
{
    own_pool *pool = (own_pool *)things[operation->a];

    switch ((int)operation->kind) {
    case hold:
        return own_hold(pool, things[operation->b]);
    case give:
        return own_give(pool, things[operation->b]);
    case drop:
        return own_drop(pool, things[operation->b]);
    case move:
        return own_move(pool, (own_pool *)things[operation->b], things[operation->c]);
    case defer:
        return own_defer(pool, deferred_call, &calls[operation->b]);
    default:
        return own_undefer(pool, deferred_call, &calls[operation->b]);
    }
}

static void perform(const struct operation *operation)
{
    switch (operation->kind) {
    case nothing:
    case operation_kinds:
        return;
    case new_pool:
    case new_object:
    case new_weak:
        create(operation);
        return;
    case get:
        expect(own_weakref_get((own_weakref *)things[operation->a]) == thing_at(operation->b));
        return;
    case take:
        expect(own_incref(things[operation->a]) == things[operation->a]);
        return;
    case release:
        own_decref(things[operation->a]);
        return;
    case clear:
        own_pool_clear((own_pool *)things[operation->a]);
        return;
    case set: {
        struct thing *thing = (struct thing *)things[operation->a];
        OWN_SET(thing->fields[operation->b], own_incref(thing_at(operation->c)));
        return;
    }
    default:
        if (operation->error)
            expect_error(perform_fallible(operation) == -1, operation->error);
        else
            expect(perform_fallible(operation) == 0);
    }
}

/* The model's walk, as nodes and depths in the order of visits. */
struct walk {
    int nodes[4096], depths[4096];
    int length, at;
};

static void model_walk(struct walk *walk, int node, int depth)
{
    const struct node *self = &model.nodes[node];

    expect(walk->length < 4096);
    walk->nodes[walk->length] = node;
    walk->depths[walk->length++] = depth;
    for (int i = 0; i < self->entry_count; i++) {
        if (self->entries[i].kind == child) {
            model_walk(walk, self->entries[i].subject, depth + 1);
        } else if (self->entries[i].kind == held) {
            expect(walk->length < 4096);
            walk->nodes[walk->length] = self->entries[i].subject;
            walk->depths[walk->length++] = depth + 1;
        }
    }
}

static int compare_visit(void *object, int depth, void *arg)
{
    struct walk *walk = (struct walk *)arg;

    expect(walk->at < walk->length && object == things[walk->nodes[walk->at]]);
    expect(depth == walk->depths[walk->at]);
    walk->at++;
    return 0;
}

static void compare_pool(int node)
{
    static struct walk walk;
    const struct node *self = &model.nodes[node];
    own_pool *pool = (own_pool *)things[node];
    size_t counts[3] = {0, 0, 0};

    for (int i = 0; i < self->entry_count; i++)
        counts[self->entries[i].kind]++;
    own_usage usage = usage_of(pool);
    expect(usage.held == counts[held] && usage.children == counts[child]);
    expect(usage.deferred == counts[deferred]);
    expect(own_pool_parent(pool) == thing_at(self->parent));
    expect(strcmp(own_pool_name(pool), names[node]) == 0);
    if (self->parent != nobody)
        return;
    walk.length = walk.at = 0;
    model_walk(&walk, node, 0);
    expect(own_pool_walk(pool, compare_visit, &walk) == 0 && walk.at == walk.length);
}

static void compare_weak(int node)
{
    void *got = own_weakref_get((own_weakref *)things[node]);

    expect(got == thing_at(model.nodes[node].target));
    own_decref(got);
}

static void compare(void)
{
    expect(events_seen == model.event_count && thing_count == model.node_count);
    for (int i = 0; i < model.node_count; i++) {
        const struct node *node = &model.nodes[i];
        if (node->state == dead)
            continue;
        expect(node->state == alive);
        expect(own_refcount(things[i]) == (size_t)node->references);
        if (node->is_pool)
            compare_pool(i);
        else if (node->is_weak)
            compare_weak(i);
        else
            expect(((struct thing *)things[i])->id == i);
    }
}

static void step(struct operation operation)
{
    model_apply(&model, &operation);
    events_seen = 0;
    perform(&operation);
    compare();
}

/* Releases all of the test's references, in random order. */
static void release_all(void)
{
    for (;;) {
        int candidates[node_capacity], count = 0;
        for (int i = 0; i < model.node_count; i++)
            if (model.nodes[i].state != dead && model.nodes[i].callers > 0)
                candidates[count++] = i;
        if (count == 0)
            break;
        int node = candidates[random_below(&model.random, (size_t)count)];
        step((struct operation){.kind = release, .a = node});
    }
    for (int i = 0; i < model.node_count; i++)
        expect(model.nodes[i].state == dead);
}

static void run(uint64_t seed, bool reacts)
{
    thing_count = 0;
    model_start(&model, seed, reacts);
    for (size_t steps = 20 + random_below(&model.random, 150); steps > 0; steps--)
        step(model_choose(&model));
    model.reacts = false;
    release_all();
}

static void prepare(void)
{
    for (int i = 0; i < call_count; i++)
        calls[i] = i;
    for (int i = 0; i < node_capacity; i++)
        numbers[i] = i;
    for (int i = 0; i < node_capacity; i++)
        snprintf(names[i], sizeof names[i], "%d", i);
}

START_TEST(random_graphs_are_torn_down_as_by_recursion)
{
    size_t graphs = scaled(4000);

    prepare();
    for (uint64_t seed = 1; seed <= graphs; seed++)
        run(seed, false);
}
END_TEST

START_TEST(random_graphs_whose_callbacks_change_them_are_torn_down_as_by_recursion)
{
    size_t graphs = scaled(4000);

    prepare();
    for (uint64_t seed = 100001; seed <= 100000 + graphs; seed++)
        run(seed, true);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("order");
    TCase *order = add_case(suite, "order");

    tcase_add_test(order, random_graphs_are_torn_down_as_by_recursion);
    tcase_add_test(order, random_graphs_whose_callbacks_change_them_are_torn_down_as_by_recursion);
    return run_suite(suite);
}
