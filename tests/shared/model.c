/*
 * model.c - the naive model: what each operation does.
 */
#include "model.h"

static void perform(struct model *model, struct operation *operation);

void model_start(struct model *model, uint64_t seed, bool reacts)
{
    model->reacts = reacts;
    model->reactions = 0;
    model->depth = 0;
    model->node_count = 0;
    model->event_count = 0;
    random_seed(&model->random, seed);
}

bool model_is_ancestor(const struct model *model, int ancestor, int pool)
{
    for (int above = model->nodes[pool].parent; above != nobody; above = model->nodes[above].parent)
        if (above == ancestor)
            return true;
    return false;
}

static void log_and_react(struct model *model, int kind, int subject)
{
    expect(model->event_count < event_capacity);
    struct event *event = &model->events[model->event_count++];

    event->kind = kind == finalized ? finalized : kind == called ? called : told;
    event->subject = subject;
    event->reaction = (struct operation){.kind = nothing};
    if (!model->reacts || model->reactions == 0 || model->depth > 5)
        return;
    model->reactions--;
    model->depth++;
    event->reaction = model_choose(model);
    perform(model, &event->reaction);
    model->depth--;
}

static void release_node(struct model *model, int node);

/* Pops entries until none is left, those included that are added meanwhile. */
static void empty(struct model *model, int pool)
{
    struct node *self = &model->nodes[pool];

    while (self->entry_count > 0) {
        struct entry entry = self->entries[--self->entry_count];
        if (entry.kind == deferred) {
            log_and_react(model, called, entry.subject);
            continue;
        }
        if (entry.kind == child)
            model->nodes[entry.subject].parent = nobody;
        release_node(model, entry.subject);
    }
}

static bool has_weak(const struct model *model, int node)
{
    for (int i = 0; i < model->node_count; i++)
        if (model->nodes[i].is_weak && model->nodes[i].target == node)
            return true;
    return false;
}

/* Clears all weak references to a node, then calls them. */
static void clear_weak(struct model *model, int node)
{
    bool cleared[node_capacity] = {false};

    for (int i = 0; i < model->node_count; i++) {
        struct node *weak = &model->nodes[i];
        if (!weak->is_weak || weak->target != node)
            continue;
        weak->target = nobody;
        weak->is_waiting = cleared[i] = true;
    }
    for (int i = node_capacity - 1; i >= 0; i--) {
        struct node *weak = &model->nodes[i];
        if (!cleared[i] || !weak->is_waiting)
            continue;
        weak->is_waiting = false;
        if (!weak->has_call || weak->state != alive)
            continue;
        weak->references++; /* alive during the call */
        log_and_react(model, told, i);
        release_node(model, i);
    }
}

/* Whether the node is still to die. */
static bool lose_weak(struct model *model, int node)
{
    do
        clear_weak(model, node);
    while (model->nodes[node].references == 0 && has_weak(model, node));
    return model->nodes[node].references == 0;
}

static void die_as_pool(struct model *model, int node)
{
    struct node *self = &model->nodes[node];

    self->state = emptying;
    bool dies = lose_weak(model, node);
    while (dies) {
        empty(model, node);
        dies = self->references == 0;
        if (!dies || !has_weak(model, node))
            break;
        dies = lose_weak(model, node);
    }
    self->state = dies ? dead : alive;
}

static void die(struct model *model, int node)
{
    struct node *self = &model->nodes[node];

    if (self->is_pool) {
        die_as_pool(model, node);
        return;
    }
    self->state = finalizing;
    bool dies = lose_weak(model, node);
    if (dies && self->has_finalizer) {
        self->has_finalizer = false; /* once in its life */
        log_and_react(model, finalized, node);
        dies = self->references == 0 && lose_weak(model, node);
    }
    if (!dies) {
        self->state = alive;
        return;
    }
    self->state = unusable;
    self->target = nobody;
    self->is_waiting = false;
    for (int i = field_count - 1; i >= 0; i--)
        if (self->fields[i] != nobody)
            release_node(model, self->fields[i]);
    self->state = dead;
}

static void release_node(struct model *model, int node)
{
    struct node *self = &model->nodes[node];

    expect(self->references > 0 && self->state != dead);
    if (--self->references == 0 && self->state == alive)
        die(model, node);
}

static void add_entry(struct model *model, int pool, int kind, int subject)
{
    struct node *self = &model->nodes[pool];

    expect(self->entry_count < entry_capacity);
    struct entry *entry = &self->entries[self->entry_count++];
    entry->kind = kind == held ? held : kind == child ? child : deferred;
    entry->subject = subject;
}

static void add_node(struct model *model, int owner, bool is_pool, bool has_finalizer)
{
    int node = model->node_count++;
    struct node *self = &model->nodes[node];

    *self = (struct node){.is_pool = is_pool, .state = alive, .references = 1};
    self->parent = self->target = nobody;
    self->has_finalizer = has_finalizer;
    for (int i = 0; i < field_count; i++)
        self->fields[i] = nobody;
    if (owner == nobody) {
        self->callers = 1;
    } else {
        add_entry(model, owner, is_pool ? child : held, node);
        self->parent = is_pool ? owner : nobody;
    }
}

/* The newest entry of a pool; -1: there is none. */
static int find_entry(const struct node *pool, int kind, int subject)
{
    for (int i = pool->entry_count - 1; i >= 0; i--)
        if ((int)pool->entries[i].kind == kind && pool->entries[i].subject == subject)
            return i;
    return -1;
}

/* Takes an entry out: the newest plain hold, else the reference to a child. Returns its kind. */
static int take_entry(struct node *pool, int subject)
{
    int at = find_entry(pool, held, subject), kind = held;

    if (at < 0) {
        at = find_entry(pool, child, subject);
        kind = child;
    }
    expect(at >= 0);
    pool->entry_count--;
    memmove(&pool->entries[at], &pool->entries[at + 1],
            (size_t)(pool->entry_count - at) * sizeof pool->entries[0]);
    return kind;
}

static void perform_give(struct model *model, int pool, int node)
{
    struct node *self = &model->nodes[node];

    self->callers--;
    if (self->is_pool && self->parent == nobody) {
        self->parent = pool;
        add_entry(model, pool, child, node);
    } else {
        add_entry(model, pool, held, node);
    }
}

static void perform_drop(struct model *model, int pool, int node)
{
    if (take_entry(&model->nodes[pool], node) == child)
        model->nodes[node].parent = nobody;
    release_node(model, node);
}

static void perform_move(struct model *model, int from, int to, int node)
{
    int kind = take_entry(&model->nodes[from], node);

    if (kind == child)
        model->nodes[node].parent = to;
    add_entry(model, to, kind, node);
}

static void perform_clear(struct model *model, int pool)
{
    model->nodes[pool].references++; /* alive during the call */
    empty(model, pool);
    release_node(model, pool);
}

static void perform_set(struct model *model, int object, int field, int node)
{
    int old = model->nodes[object].fields[field];

    if (node != nobody)
        model->nodes[node].references++;
    model->nodes[object].fields[field] = node;
    if (old != nobody)
        release_node(model, old);
}

static void perform(struct model *model, struct operation *operation)
{
    int a = operation->a, b = operation->b;

    if (operation->error)
        return;
    switch (operation->kind) {
    case new_pool:
        add_node(model, a, true, false);
        break;
    case new_object:
        add_node(model, a, false, b);
        break;
    case new_weak: {
        struct node *weak = &model->nodes[model->node_count];
        add_node(model, a, false, false);
        weak->is_weak = true;
        weak->has_call = operation->c;
        weak->target = b;
        break;
    }
    case get:
        if (b == nobody)
            break;
        model->nodes[b].references++;
        model->nodes[b].callers++;
        break;
    case take:
        model->nodes[a].references++;
        model->nodes[a].callers++;
        break;
    case release:
        model->nodes[a].callers--;
        release_node(model, a);
        break;
    case hold:
        model->nodes[b].references++;
        add_entry(model, a, held, b);
        break;
    case give:
        perform_give(model, a, b);
        break;
    case drop:
        perform_drop(model, a, b);
        break;
    case move:
        perform_move(model, a, b, operation->c);
        break;
    case defer:
        add_entry(model, a, deferred, b);
        break;
    case undefer: {
        struct node *pool = &model->nodes[a];
        int at = find_entry(pool, deferred, b);
        pool->entry_count--;
        memmove(&pool->entries[at], &pool->entries[at + 1],
                (size_t)(pool->entry_count - at) * sizeof pool->entries[0]);
        break;
    }
    case clear:
        perform_clear(model, a);
        break;
    case set:
        perform_set(model, a, b, operation->c);
        break;
    case nothing:
    case operation_kinds:
        break;
    }
}

void model_apply(struct model *model, struct operation *operation)
{
    model->event_count = 0;
    model->reactions = 20;
    perform(model, operation);
}
