/*
 * model/ledger.c - the model: what a pool owns, an array in the order of time.
 */
#include "world.h"

/* Reactions and moves may add some: a pool that has less room left is not asked to take more. */
bool has_room(const struct node *pool)
{
    return pool->entries < ENTRIES;
}

/* What a shared pool takes on becomes shared. */
void add_entry(struct world *world, int pool, enum entry_kind kind, int subject)
{
    struct node *self = &world->node[pool];

    self->entry[self->entries++] = (struct entry){(uint8_t)kind, (int8_t)subject, world->stamp++};
    if (self->shared && (kind == HELD || kind == CHILD))
        share(world, subject);
}

int find_entry(const struct node *pool, enum entry_kind kind, int subject)
{
    for (int i = pool->entries - 1; i >= 0; i--)
        if (pool->entry[i].kind == kind && pool->entry[i].subject == subject)
            return i;
    return -1;
}

void cut_entry(struct node *pool, int at)
{
    pool->entries--;
    memmove(&pool->entry[at], &pool->entry[at + 1],
            (size_t)(pool->entries - at) * sizeof pool->entry[0]);
}

void cut_call(struct node *pool, enum phase phase, int at)
{
    int after = --pool->aside[phase] - at;

    memmove(&pool->call[phase][at], &pool->call[phase][at + 1], (size_t)after);
    memmove(&pool->call_stamp[phase][at], &pool->call_stamp[phase][at + 1],
            (size_t)after * sizeof pool->call_stamp[0][0]);
}

int holds_of_pools(const struct world *world, int node)
{
    int holds = 0;

    for (int i = 0; i < NODES; i++) {
        const struct node *pool = &world->node[i];
        if (!pool->state || pool->kind != POOL)
            continue;
        for (int at = 0; at < pool->entries; at++)
            holds += pool->entry[at].subject == node &&
                     (pool->entry[at].kind == HELD || pool->entry[at].kind == CHILD);
    }
    return holds;
}
