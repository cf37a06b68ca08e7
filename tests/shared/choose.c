/*
 * choose.c - the naive model: which random operations are allowed in its present state.
 *
 * References go only from a node to a newer one, so that no cycle keeps anything alive.
 */
#include "model.h"

static int pick(struct model *model, int bound)
{
    return (int)random_below(&model->random, (size_t)bound);
}

static bool usable(const struct node *node)
{
    return node->state == alive || node->state == finalizing || node->state == emptying;
}

/* A random usable node; nobody where the first tries found none. */
static int pick_node(struct model *model)
{
    for (int tries = 0; tries < 8 && model->node_count > 0; tries++) {
        int node = pick(model, model->node_count);
        if (usable(&model->nodes[node]))
            return node;
    }
    return nobody;
}

static int pick_pool(struct model *model)
{
    int node = pick_node(model);

    return node != nobody && model->nodes[node].is_pool ? node : nobody;
}

static int entries_of(const struct node *pool, int kind, int subject)
{
    int count = 0;

    for (int i = 0; i < pool->entry_count; i++)
        count += (int)pool->entries[i].kind == kind && pool->entries[i].subject == subject;
    return count;
}

static bool choose_new(struct model *model, struct operation *operation)
{
    if (model->node_count == node_capacity)
        return false;
    operation->a = pick(model, 3) ? pick_pool(model) : nobody;
    operation->b = pick(model, 4) != 0;
    return true;
}

static bool choose_new_weak(struct model *model, struct operation *operation)
{
    if (!choose_new(model, operation))
        return false;
    operation->b = pick_node(model);
    operation->c = pick(model, 8) != 0;
    return operation->b != nobody;
}

static bool choose_get(struct model *model, struct operation *operation)
{
    operation->a = pick_node(model);
    if (operation->a == nobody || !model->nodes[operation->a].is_weak)
        return false;
    operation->b = model->nodes[operation->a].target;
    return operation->b == nobody || model->nodes[operation->b].callers < 3;
}

static bool choose_give(struct model *model, struct operation *operation)
{
    int pool = operation->a = pick_pool(model), node = operation->b = pick_node(model);

    if (pool == nobody || node == nobody || model->nodes[node].callers == 0)
        return false;
    const struct node *self = &model->nodes[node];
    if (self->is_pool && self->parent == nobody) {
        bool loops = pool == node || model_is_ancestor(model, node, pool);
        if (loops && self->state == emptying)
            return false; /* two errors at once */
        operation->error = loops ? ELOOP : self->state == emptying ? EPERM : 0;
    }
    return operation->error || pool < node;
}

static bool choose_drop(struct model *model, struct operation *operation)
{
    int pool = operation->a = pick_pool(model);

    if (pool == nobody || model->nodes[pool].entry_count == 0)
        return false;
    const struct node *self = &model->nodes[pool];
    const struct entry *entry = &self->entries[pick(model, self->entry_count)];
    operation->b = entry->subject;
    return entry->kind != deferred && usable(&model->nodes[entry->subject]);
}

static bool choose_move(struct model *model, struct operation *operation)
{
    int to = pick_pool(model);

    if (to == nobody || !choose_drop(model, operation))
        return false;
    int node = operation->b;
    operation->b = to;
    operation->c = node;
    if (entries_of(&model->nodes[operation->a], held, node) == 0 &&
        (to == node || model_is_ancestor(model, node, to)))
        operation->error = ELOOP;
    return operation->error || to < node;
}

static bool choose_undefer(struct model *model, struct operation *operation)
{
    operation->a = pick_pool(model);
    operation->b = pick(model, call_count);
    if (operation->a == nobody)
        return false;
    if (entries_of(&model->nodes[operation->a], deferred, operation->b) == 0)
        operation->error = EINVAL;
    return true;
}

static bool choose_set(struct model *model, struct operation *operation)
{
    operation->a = pick_node(model);
    operation->b = pick(model, field_count);
    operation->c = pick(model, 4) ? pick_node(model) : nobody;
    if (operation->a == nobody || model->nodes[operation->a].is_pool ||
        model->nodes[operation->a].is_weak)
        return false;
    return operation->c == nobody || operation->a < operation->c;
}

static bool choose_operands(struct model *model, struct operation *operation)
{
    switch (operation->kind) {
    case new_pool:
    case new_object:
        return choose_new(model, operation);
    case new_weak:
        return choose_new_weak(model, operation);
    case get:
        return choose_get(model, operation);
    case take:
        operation->a = pick_node(model);
        return operation->a != nobody && model->nodes[operation->a].callers < 3;
    case release:
        operation->a = pick_node(model);
        return operation->a != nobody && model->nodes[operation->a].callers > 0;
    case hold:
        operation->a = pick_pool(model);
        operation->b = pick_node(model);
        return operation->a != nobody && operation->a < operation->b;
    case give:
        return choose_give(model, operation);
    case drop:
        return choose_drop(model, operation);
    case move:
        return choose_move(model, operation);
    case defer:
        operation->a = pick_pool(model);
        operation->b = pick(model, call_count);
        return operation->a != nobody;
    case undefer:
        return choose_undefer(model, operation);
    case clear:
        operation->a = pick_pool(model);
        return operation->a != nobody && pick(model, 4) == 0;
    case set:
        return choose_set(model, operation);
    case nothing:
    case operation_kinds:
        break;
    }
    return false;
}

struct operation model_choose(struct model *model)
{
    for (int tries = 0; tries < 20; tries++) {
        struct operation operation = {
            .kind = (enum operation_kind)(1 + pick(model, operation_kinds - 1))};
        if (choose_operands(model, &operation))
            return operation;
    }
    return (struct operation){.kind = nothing};
}
