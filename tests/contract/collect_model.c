/*
 * collect_model.c - random graphs of objects, which die by counting and in collections, beside a
 * model that knows by naive reachability what must die, what is called, and in which order.
 *
 * The model does each step first, and so says what calls are due. Then the library does it.
 */
#include "harness.h"

enum { MOST = 200, MOST_SLOTS = 12 };
enum kind { LEAF, ONE, TWO, THREE, TAILED, LIST, POOL, ARRAY, KINDS };

/* What a finalizer does: makes objects and drops them; stores a reference, which the test has then,
   to its object or to one that it reaches; has a pool of the test hold that. */
enum deed { NOTHING, CREATE, STORE, HOLD, DEEDS };

/* What an object owns, in the order in which it took it on: a reference, or a deferred call. */
enum what { EMPTY, REFERENCE, FIRST, MIDST, LAST };
struct slot {
    enum what what;
    bool due;        /* the call */
    struct node *to; /* of a call: the pool */
};

struct node {
    void *object;
    enum kind kind;
    enum deed deed;
    struct node *stored;    /* by the finalizer */
    bool finalizes, rearms; /* whether a finalizer is still to run; and will be again */
    bool due, alive;
    size_t marked;                  /* the last time */
    bool looked_at, garbage, group; /* by the collection of this step, which finds a group */
    size_t outside;                 /* references that the test has */
    size_t count, now; /* all references: after the step; as far as the step has come */
    size_t slots;
    struct slot slot[MOST_SLOTS];
    own_weakref *ref;
    enum { WATCHING, DUE, CALLED } state; /* of ref */
};

static struct node nodes[MOST + 1];
static size_t count, scraps, marks;
static own_pool *refuge;
static bool bare; /* collections call nothing */
static struct random source;
static enum phase { COUNTING, WEAK, FINAL, RELEASE } phase; /* those of a collection, in order */
static void enter(enum phase next)
{
    expect(phase <= next);
    phase = phase ? next : COUNTING;
}

#define below(bound) random_below(&source, (bound))

struct thing {
    own_object header;
    size_t number;
    own_object *a, *b, *c; /* and the tail */
};

static own_type types[2][LIST] = {{
    {.refs = NULL},
    {.refs = OWN_REFS(struct thing, a)},
    {OWN_FIELDS(struct thing, a, b)},
    {OWN_FIELDS(struct thing, a, b, c)},
    {OWN_FIELDS(struct thing, a, b, c), .tail_refs = true},
}};

static own_object **field(const struct node *node, size_t i)
{
    return &((struct thing *)node->object)->a + i;
}

static void each_reference(const struct node *node, void (*visit)(struct node *to))
{
    for (size_t i = 0; i < node->slots; i++) {
        if (node->slot[i].what == REFERENCE)
            visit(node->slot[i].to);
    }
}

/* What the object has is what the model has. */
static void expect_whole(struct node *node)
{
    size_t references = 0, calls = 0;
    for (size_t i = 0; i < node->slots; i++) {
        const struct slot *slot = &node->slot[i];
        const void *to = slot->what == REFERENCE ? slot->to->object : NULL;
        if (node->kind <= TAILED)
            expect((void *)*field(node, i) == to);
        else if (node->kind == LIST)
            expect(own_list_get(node->object, i) == to);
        references += slot->what == REFERENCE;
        calls += slot->what > REFERENCE;
    }
    expect(node->kind != LIST || own_list_size(node->object) == node->slots);
    if (node->kind != POOL)
        return;
    own_usage usage = usage_of(node->object);
    expect(usage.held + usage.children == references && usage.deferred == calls);
}

static void finalize(void *self)
{
    struct node *node = &nodes[((struct thing *)self)->number];
    enter(node->group ? FINAL : RELEASE);
    expect(node->object == self && node->due && node->state != DUE);
    expect(own_refcount(self) == (node->group ? node->now + 1 : 0));
    node->due = false;
    expect_whole(node);
    each_reference(node, expect_whole);
    expect(phase == COUNTING || own_collect() == 0);
    own_rearm(node->rearms ? self : NULL);
    if (node->deed == CREATE) { /* what dies at once, and a cycle that is garbage from now on */
        struct thing *made[] = {own_new(NULL, &types[0][ONE]), own_new(NULL, &types[0][TWO])};
        made[0]->a = &made[0]->header;
        made[1]->b = own_incref(self);
        own_decref(made[1]);
    }
    if (node->deed >= STORE)
        expect(node->deed == STORE ? own_incref(node->stored->object) != NULL
                                   : own_hold(refuge, node->stored->object) == 0);
    node->stored->now += node->deed >= STORE;
}

/* Calls that come before this one have been made, and finalizers of what only the pool had. */
static void call(void *arg)
{
    struct slot *slot = arg;
    enter(slot->what == FIRST ? FINAL : RELEASE);
    expect(slot->due);
    for (struct slot *other = slot->to->slot; other < slot->to->slot + slot->to->slots; other++) {
        enum what what = other->what == REFERENCE ? MIDST : other->what;
        if (what > slot->what || (what == slot->what && other <= slot))
            continue;
        expect(other->what <= REFERENCE && (!other->to || other->to->now > 1 || !other->to->due));
    }
    *slot = (struct slot){.what = EMPTY};
}

/* None of what is to die is within reach any more. */
static void died(own_weakref *ref, void *arg)
{
    struct node *node = arg;
    enter(node->group ? WEAK : RELEASE);
    expect(ref == node->ref && node->state == DUE && !own_weakref_get(ref));
    node->state = CALLED;
    for (size_t i = 0; node->group && i < count; i++)
        expect(!nodes[i].group || !own_weakref_get(nodes[i].ref));
}

/* The model's part. Here the last reference has gone, or only a cycle keeps the object. */
static void begin_death(struct node *node)
{
    node->state = node->ref && node->state == WATCHING ? DUE : node->state;
    for (size_t i = 0; i < node->slots; i++)
        node->slot[i].due |= node->slot[i].what == FIRST;
    if (!node->finalizes)
        return;
    node->due = true;
    node->finalizes = node->rearms;
    scraps += node->deed == CREATE;
    node->stored->outside += node->deed >= STORE;
    node->stored->count += node->deed >= STORE;
}

static void lose(struct node *node);

static void end(struct node *node)
{
    node->alive = false;
    for (size_t i = 0; i < node->slots; i++)
        node->slot[i].due |= node->slot[i].what > REFERENCE;
    each_reference(node, lose);
}

static void lose(struct node *node)
{
    if (--node->count > 0 || node->garbage)
        return;
    begin_death(node);
    if (node->count == 0)
        end(node);
}

static void mark(struct node *node)
{
    if (node->marked == marks)
        return;
    node->marked = marks;
    each_reference(node, mark);
}

/* All is garbage but what the test, and what is not looked at, reaches; returns how much. */
static size_t find_garbage(void)
{
    size_t found = 0;
    marks++;
    for (size_t i = 0; i < count; i++) {
        if (nodes[i].alive && (nodes[i].outside || !nodes[i].looked_at))
            mark(&nodes[i]);
    }
    for (struct node *node = nodes; node < nodes + count; node++)
        found += node->garbage = node->alive && node->kind != LEAF && node->marked != marks;
    return found;
}

/* Begins a step, of which own_collect, or own_pool_collect, may be part. */
static void begin(struct node *pool)
{
    marks++;
    if (pool)
        mark(pool);
    for (size_t i = 0; i < count; i++) {
        nodes[i].now = nodes[i].count;
        nodes[i].group = false;
        nodes[i].looked_at = !pool || nodes[i].marked == marks;
    }
}

static void verify(void)
{
    for (struct node *node = nodes; node < nodes + count; node++) {
        OWN_SCOPED void *got = own_weakref_get(node->ref);
        expect(got == (node->ref && node->state == WATCHING ? node->object : NULL));
        expect(!node->due && node->state != DUE && !(node->alive && node->garbage));
        for (size_t i = 0; i < node->slots; i++)
            expect(!node->slot[i].due);
        expect(!node->alive || own_refcount(node->object) == node->count + (got != NULL));
        if (node->alive)
            expect_whole(node);
    }
}

static int visit(void *const *objects, size_t number, const char *chain, void *others)
{
    expect(*chain);
    for (size_t i = 0; i < number; i++) {
        size_t j = 0;
        while (j < count && !(nodes[j].garbage && nodes[j].object == objects[i]))
            j++;
        *(size_t *)others += j == count;
        nodes[j].garbage = false;
    }
    return 0;
}

/* Garbage is told, each object once, and dies, but for what finalizers bring back to life. */
static void collect(struct node *pool)
{
    own_collect_statistics before, after;
    size_t others = pool ? 0 : scraps, looked_at = others + (pool ? 0 : 1); /* refuge */
    begin(pool);
    size_t found = find_garbage() + others, told = 0;
    if (!pool && below(2)) {
        expect(own_collect_find(visit, &told) == 0 && told == others);
        verify();
        find_garbage();
    }
    scraps -= others;
    for (size_t i = 0; i < count; i++) {
        looked_at += nodes[i].looked_at && nodes[i].alive && nodes[i].kind != LEAF;
        if ((nodes[i].group = nodes[i].garbage))
            begin_death(&nodes[i]);
    }
    size_t gone = find_garbage() + others;
    for (size_t i = 0; i < count; i++) {
        if (nodes[i].garbage)
            end(&nodes[i]);
    }
    own_collect_stats(&before);
    phase = WEAK;
    expect_keeps_errno((pool ? own_pool_collect(pool->object) : own_collect()) == gone);
    phase = COUNTING;
    own_collect_stats(&after);
    expect(after.examined == before.examined + looked_at);
    expect(after.resurrected == before.resurrected + found - gone);
    verify();
}

/* The test releases its references, but to one object in so many; with 0 all. */
static void drop(size_t kept)
{
    begin(NULL);
    for (struct node *node = nodes; node < nodes + count; node++) {
        size_t dropped = kept && below(kept) == 0 ? 0 : node->outside;
        node->outside -= dropped;
        for (size_t i = 0; i < dropped; i++)
            lose(node);
        for (; dropped > 0; dropped--)
            own_decref(own_drop(refuge, node->object) < 0 ? node->object : NULL);
    }
    verify();
}

/* Makes weak references to some objects, and releases those that were called. */
static void watch(void)
{
    for (struct node *node = nodes; node < nodes + count; node++) {
        if (node->state == CALLED)
            OWN_CLEAR(node->ref);
        node->state = WATCHING;
        if (node->alive && !node->ref && !bare && below(4) == 0)
            expect((node->ref = own_weakref_new(NULL, node->object, died, node)) != NULL);
    }
}

static void note(struct node *from, size_t i, struct node *to)
{
    if (i == from->slots)
        from->slots++;
    else if (from->slot[i].to)
        from->slot[i].to->count--;
    from->slot[i] = (struct slot){.what = REFERENCE, .to = to};
    to->count++;
}

static void refer(struct node *from, struct node *to)
{
    size_t i = from->kind <= TAILED ? below(from->slots + 1) : from->slots;
    if (from->kind == ARRAY || i == (from->kind <= TAILED ? from->slots : MOST_SLOTS))
        return;
    if (from->kind == POOL && below(2)) {
        int (*const ways[])(own_pool *, void (*)(void *), void *) = {
            [FIRST] = own_defer_first, [MIDST] = own_defer, [LAST] = own_defer_last};
        struct slot *slot = &from->slot[from->slots++];
        *slot = (struct slot){.what = (enum what)(FIRST + below(3)), .to = from};
        expect(ways[slot->what](from->object, call, slot) == 0);
        return;
    }
    if (from->kind == POOL)
        expect(own_hold(from->object, to->object) == 0);
    else if (from->kind == LIST)
        expect(own_list_append(from->object, to->object) == 0);
    else
        OWN_SET(*field(from, i), own_incref(to->object));
    if (i == 0)
        from->stored = below(2) ? to : from;
    note(from, i, to);
}

static void make(void)
{
    static double items[2];
    struct node *node = &nodes[count], *owner = &nodes[below(count + 1)];
    struct node *held = &nodes[below(count + 1)];
    *node = (struct node){
        .kind = (enum kind)below(KINDS), .deed = (enum deed)below(DEEDS), .stored = node};
    own_pool *pool = owner->kind == POOL && owner->slots < MOST_SLOTS ? owner->object : NULL;
    if ((bare && node->kind == POOL) || (node->kind == ARRAY && held->kind == ARRAY))
        node->kind = LIST;
    if (node->kind == LIST) {
        node->object = own_list_new(pool);
    } else if (node->kind == POOL) {
        node->object = own_pool_create(pool, &(own_pool_options){.limit = below(2) << 30});
    } else if (node->kind == ARRAY) {
        node->object = own_array_wrap(pool, "d", OWN_C_ORDER, OWN_SHAPE(2), items, held->object);
        note(node, 0, held);
    } else {
        node->slots = node->kind < TAILED ? node->kind : THREE + below(MOST_SLOTS - THREE);
        size_t tail = node->kind == TAILED ? node->slots - THREE : 0;
        node->finalizes = !bare && below(2);
        node->rearms = below(4) == 0;
        node->object = own_new_sized(pool, &types[node->finalizes][node->kind],
                                     sizeof(struct thing) + tail * sizeof(void *));
        ((struct thing *)node->object)->number = count;
    }
    expect((node->alive = node->object != NULL));
    node->outside = node->count = pool ? 0 : 1;
    if (pool)
        note(owner, owner->slots, node);
}

static void run(uint64_t seed)
{
    random_seed(&source, seed);
    size_t size = 1 + below(below(4) ? 16 : MOST), edges = size * (1 + below(8)) / 3;
    bare = below(8) == 0;
    for (count = 0; count < size; count++)
        make();
    for (; edges > 0; edges--) {
        size_t from = below(size);
        refer(&nodes[from], &nodes[below(2) ? below(size) : (from + below(8)) % size]);
    }
    for (size_t rounds = 1 + below(3); rounds > 0; rounds--) {
        struct node *pool = &nodes[below(count)];
        watch();
        drop(1 + below(40));
        collect(pool->alive && pool->kind == POOL ? pool : NULL);
    }
    for (size_t i = 0; i < size; i++)
        nodes[i].deed = NOTHING;
    drop(0);
    collect(NULL);
    for (size_t i = 0; i < size; i++)
        expect(!nodes[i].alive);
    watch();
}

START_TEST(random_graphs_are_collected_as_a_model_says)
{
    refuge = new_root();
    for (enum kind kind = LEAF; kind < LIST; kind++) {
        types[0][kind].size = sizeof(struct thing);
        types[1][kind] = types[0][kind];
        types[1][kind].finalize = finalize;
    }
    for (uint64_t seed = scaled(100000); seed > 0; seed--)
        run(seed);
    own_decref(refuge);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("collect_model");
    tcase_add_test(add_case(suite, "model"), random_graphs_are_collected_as_a_model_says);
    return run_suite(suite);
}
