/*
 * model/life.c - the model: how nodes live and die.
 */
#include "calls.h"
#include "world.h"

struct step *next_step(struct world *world)
{
    if (world->steps == SCRIPT - 2 * REACTIONS)
        world->overflowed = true;
    return &world->script[world->steps < SCRIPT - 1 ? world->steps++ : world->steps];
}

/* Writes down what is called, and what that does in its turn. */
void event(struct world *world, enum event kind, int subject)
{
    *next_step(world) = (struct step){.what = EVENT, .event = kind, .subject = subject};
    if (world->depth < DEPTH) {
        world->depth++;
        for (int more = pick(world, 8) - 4; more > 0 && world->reactions > 0; more -= 2) {
            world->reactions--;
            react(world);
        }
        world->depth--;
    }
    *next_step(world) = (struct step){.what = RETURN};
}

struct node *make_node(struct world *world, int to, int owner, enum kind kind)
{
    struct node *self = &world->node[to];

    *self = (struct node){.kind = (uint8_t)kind, .state = ALIVE, .references = 1};
    self->serial = world->serial++;
    self->parent = self->target = self->name = self->user = NOBODY;
    if (owner == NOBODY) {
        self->callers = 1;
        return self;
    }
    self->regional = kind == POOL && world->node[owner].regional;
    add_entry(world, owner, kind == POOL ? CHILD : HELD, to);
    if (kind == POOL)
        self->parent = owner;
    return self;
}

bool is_ancestor(const struct world *world, int ancestor, int pool)
{
    for (int above = world->node[pool].parent; above != NOBODY; above = world->node[above].parent)
        if (above == ancestor)
            return true;
    return false;
}

void take(struct world *world, int node)
{
    world->node[node].references++;
}

/* What the release of a pool's newest entry does; false: it has none. */
static bool release_newest(struct world *world, int pool)
{
    struct node *self = &world->node[pool];

    if (self->entries == 0)
        return false;
    const struct entry entry = self->entry[--self->entries];
    if (entry.kind == CALL) {
        event(world, CALLED, entry.subject);
    } else if (entry.kind == ADOPTED) {
        block_gone(world, entry.subject);
        event(world, FREED, entry.subject);
    } else {
        if (entry.kind == CHILD)
            world->node[entry.subject].parent = NOBODY;
        release(world, entry.subject);
    }
    return true;
}

/* The calls of own_defer_first come before all else, those of own_defer_last after it. */
void empty(struct world *world, int pool)
{
    struct node *self = &world->node[pool];

    for (;;) {
        if (self->aside[FIRST] > 0)
            event(world, CALLED_FIRST, self->call[FIRST][--self->aside[FIRST]]);
        else if (release_newest(world, pool))
            continue;
        else if (self->aside[LAST] > 0)
            event(world, CALLED_LAST, self->call[LAST][--self->aside[LAST]]);
        else
            return;
    }
}

static bool has_weak(const struct world *world, int node)
{
    for (int i = 0; i < NODES; i++)
        if (world->node[i].state && world->node[i].kind == WEAK && world->node[i].target == node)
            return true;
    return false;
}

/* The newest of those that were cleared together and wait for their call; NOBODY: there is none. */
static int next_waiting(const struct world *world, const uint64_t *cleared)
{
    int newest = NOBODY;

    for (int i = 0; i < NODES; i++) {
        const struct node *weak = &world->node[i];
        if (cleared[i] && weak->serial == cleared[i] && weak->waiting &&
            (newest == NOBODY || weak->serial > world->node[newest].serial))
            newest = i;
    }
    return newest;
}

/* Clears all weak references to a node, then calls them. */
void clear_weak(struct world *world, int node)
{
    uint64_t cleared[NODES] = {0};

    for (int i = 0; i < NODES; i++) {
        struct node *weak = &world->node[i];
        if (!weak->state || weak->kind != WEAK || weak->target != node)
            continue;
        weak->target = NOBODY;
        weak->waiting = true;
        cleared[i] = weak->serial;
    }
    for (int next; (next = next_waiting(world, cleared)) != NOBODY;) {
        struct node *weak = &world->node[next];
        weak->waiting = false;
        if (!weak->has_call || weak->state != ALIVE)
            continue;
        take(world, next); /* alive during the call */
        event(world, TOLD, next);
        release(world, next);
    }
}

/* Whether the node is still to die. */
static bool lose_weak(struct world *world, int node)
{
    if (!has_weak(world, node))
        return world->node[node].references == 0;
    do
        clear_weak(world, node);
    while (world->node[node].references == 0 && has_weak(world, node));
    return world->node[node].references == 0;
}

/* Releases one of the references of a list that is about to die, unless somebody can get at it. */
static bool release_item(struct world *world, int node)
{
    struct node *self = &world->node[node];

    if (self->items == 0 || self->references || has_weak(world, node))
        return false;
    release(world, self->item[--self->items]);
    return true;
}

/* The end of pools and lists, which may be used and saved until they have nothing any more. */
static void die_emptying(struct world *world, int node)
{
    struct node *self = &world->node[node];

    self->state = EMPTYING;
    bool dies = lose_weak(world, node);
    while (dies) {
        if (self->kind == POOL) {
            empty(world, node);
            while (self->references == 0 && release_private(world, node))
                empty(world, node);
        } else {
            while (release_item(world, node))
                continue;
        }
        dies = self->references == 0;
        if (!dies || !has_weak(world, node))
            break;
        dies = lose_weak(world, node);
    }
    if (dies && self->kind == POOL)
        blocks_gone(world, node);
    self->state = dies ? DEAD : ALIVE;
}

static void die(struct world *world, int node)
{
    struct node *self = &world->node[node];

    if (self->kind == POOL || self->kind == LIST) {
        die_emptying(world, node);
        return;
    }
    self->state = FINALIZING;
    bool dies = lose_weak(world, node);
    if (dies && self->armed) {
        self->armed = false;
        event(world, FINALIZED, node);
        dies = self->references == 0 && lose_weak(world, node);
    }
    if (!dies) {
        self->state = ALIVE;
        return;
    }
    self->state = UNUSABLE;
    self->target = NOBODY;
    self->waiting = false;
    for (int i = self->refs - 1; i >= 0; i--)
        if (self->ref[i] != NOBODY)
            release(world, self->ref[i]);
    if (self->kind == ARRAY)
        array_gone(world, node);
    if (self->kind == BUFFER && self->adopted)
        event(world, BUFFER_FREED, node);
    self->state = DEAD;
}

void release(struct world *world, int node)
{
    struct node *self = &world->node[node];

    if (--self->references == 0 && self->state == ALIVE)
        die(world, node);
}
