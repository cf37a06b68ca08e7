/*
 * model/listing.c - the model: calls that visit what a pool owns.
 *
 * B is how many visits end the call: 0, none. The value of a visitor that ends it is 7.
 */
#include "calls.h"

enum { ENDS = 7 };

bool choose_children(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_kind(world, POOL);
    op->b = (int8_t)(pick(world, 4) == 3 ? 1 + pick(world, 3) : 0);
    return op->a != NOBODY;
}

/* A visit, and whether it ends the call. */
static bool visit(struct world *world, int subject, int *left)
{
    event(world, VISITED, subject);
    return --*left == 0;
}

/* The newest entry of a kind that came before a time; -1: there is none. */
static int entry_before(const struct node *pool, enum entry_kind kind, uint32_t stamp)
{
    int at = pool->entries - 1;

    while (at >= 0 && (pool->entry[at].kind != kind || pool->entry[at].stamp >= stamp))
        at--;
    return at;
}

/* What comes meanwhile is not visited; the pool is held. */
struct outcome perform_children(struct world *world, const struct op *op)
{
    struct node *pool = &world->node[op->a];
    bool ended = false;
    int left = op->b;

    take(world, op->a);
    uint32_t stamp = world->stamp;
    for (int at; !ended && (at = entry_before(pool, CHILD, stamp)) >= 0;) {
        int child = pool->entry[at].subject;
        bool held = pool->shared; /* other threads may drop it */
        stamp = pool->entry[at].stamp;
        if (held)
            take(world, child);
        ended = visit(world, child, &left);
        if (held)
            release(world, child);
    }
    release(world, op->a);
    return done(ended ? ENDS : 0);
}

bool choose_deferred(struct world *world, struct op *op)
{
    return choose_children(world, op);
}

static bool visit_aside(struct world *world, struct node *pool, enum phase phase, int *left)
{
    uint32_t stamp = world->stamp;
    bool ended = false;

    for (;;) {
        int at = pool->aside[phase] - 1;
        while (at >= 0 && pool->call_stamp[phase][at] >= stamp)
            at--;
        if (at < 0 || ended)
            return ended;
        stamp = pool->call_stamp[phase][at];
        ended = visit(world, pool->call[phase][at], left);
    }
}

struct outcome perform_deferred(struct world *world, const struct op *op)
{
    struct node *pool = &world->node[op->a];
    int left = op->b;

    take(world, op->a);
    bool ended = visit_aside(world, pool, FIRST, &left);
    uint32_t stamp = world->stamp;
    for (int at; !ended && (at = entry_before(pool, CALL, stamp)) >= 0;) {
        stamp = pool->entry[at].stamp;
        ended = visit(world, pool->entry[at].subject, &left);
    }
    ended = ended || visit_aside(world, pool, LAST, &left);
    release(world, op->a);
    return done(ended ? ENDS : 0);
}

/* A visitor of a walk must not change who owns what: these do nothing. */
static bool visit_quietly(struct world *world, int subject, int *left)
{
    int reactions = world->reactions;

    world->reactions = 0;
    bool ended = visit(world, subject, left);
    world->reactions = reactions;
    return ended;
}

static bool walk(struct world *world, int pool, int *left)
{
    const struct node *self = &world->node[pool];
    bool ended = visit_quietly(world, pool, left);

    for (int i = 0; !ended && i < self->entries; i++) {
        if (self->entry[i].kind == CHILD)
            ended = walk(world, self->entry[i].subject, left);
        else if (self->entry[i].kind == HELD)
            ended = visit_quietly(world, self->entry[i].subject, left);
    }
    return ended;
}

bool choose_walk(struct world *world, struct op *op)
{
    return choose_children(world, op);
}

struct outcome perform_walk(struct world *world, const struct op *op)
{
    int left = op->b;

    return done(walk(world, op->a, &left) ? ENDS : 0);
}

bool choose_holders(struct world *world, struct op *op)
{
    if (!choose_children(world, op))
        return false;
    op->c = op->b;
    op->b = (int8_t)pick_node(world);
    return true;
}

static bool each_holder(struct world *world, int pool, int object, int *left)
{
    const struct node *self = &world->node[pool];
    bool ended = false;

    if (find_entry(self, HELD, object) >= 0 || find_entry(self, CHILD, object) >= 0)
        ended = visit_quietly(world, pool, left);
    for (int i = 0; !ended && i < self->entries; i++)
        if (self->entry[i].kind == CHILD)
            ended = each_holder(world, self->entry[i].subject, object, left);
    return ended;
}

struct outcome perform_holders(struct world *world, const struct op *op)
{
    int left = op->c;

    return done(each_holder(world, op->a, op->b, &left) ? ENDS : 0);
}
