/*
 * pool/walk.c - own_pool_walk, own_holders; and pool_walk, which tells more.
 *
 * In a pool that several threads use, the place of a walk is known to the guard of the part that it
 * is in: an entry that leaves the ledger moves the place on. What is visited, and the pools on the
 * way down to it, are held by references of the walk's own. So code of users runs with nothing
 * entered, and nothing is visited twice, or left out, because of what others drop.
 *
 * A confined pool has its place in the ledger of its parent, and needs no memory for the way up.
 * What is confined below a shared pool is not looked into: its thread may be in it.
 */
#include "pool/pool.h"

#include <own/contents.h>

#include <errno.h>

/* A pool on the way down, and the place in it. */
struct level {
    struct walker walker; /* in the list of the part's guard */
    struct part *part;
    own_pool *pool; /* a reference, but for the topmost */
    bool at_child;  /* the object that was found last is one */
};

#define LEVELS 16
struct levels {
    struct levels *above;
    struct level level[LEVELS];
};

struct walk {
    int (*visit)(const struct walked *walked, void *arg);
    const own_object *sought; /* own_holders: pools are visited that hold it, and nothing else */
    int (*visit_holder)(own_pool *holder, void *arg);
    void *arg;
    bool still;            /* nobody else is in the library: nothing is another thread's */
    struct levels *levels; /* the lowest ones */
    size_t count;          /* of all that are in use */
    struct levels few;     /* need no memory */
};

static struct level *lowest(const struct walk *walk)
{
    return &walk->levels->level[(walk->count - 1) % LEVELS];
}

/* Whether a pool holds an object, or is its parent. */
static bool holds(own_pool *pool, const own_object *object)
{
    for (struct part *part = &pool->part; part; part = part_next(&pool->part, part)) {
        pool_enter_part(part);
        bool found = (object_is_pool(object) &&
                      __atomic_load_n(&as_pool(object)->entry.owner, __ATOMIC_RELAXED) == part) ||
                     ledger_find(&part->ledger, part_account(part), KIND_REFERENCE, object, NULL);
        pool_leave(part);
        if (found)
            return true;
    }
    return false;
}

/* Visits what a pool has, or the pool of the call itself. True: if the walk goes through it, what
   it owns is next. */
static bool visit_object(const struct walk *walk, const struct walked *walked, int *ended)
{
    if (walk->sought) {
        own_pool *pool = walked->child ? as_pool(walked->object) : NULL;
        if (pool && !walked->apart && holds(pool, walk->sought))
            *ended = walk->visit_holder(pool, walk->arg);
        return !*ended;
    }
    *ended = walk->visit(walked, walk->arg);
    if (*ended != OWN_WALK_SKIP)
        return !*ended;
    *ended = 0;
    return false;
}

/* The walk comes to a part. */
static void come(struct level *level, struct part *part)
{
    struct guard *guard = part_guard(part); /* a confined one has none, and stays as it is */
    pool_enter_part(part);
    level->part = part;
    level->walker = (struct walker){.at = ledger_oldest(&part->ledger)};
    if (guard) {
        level->walker.next = guard->walkers;
        guard->walkers = &level->walker;
    }
    pool_leave(part);
}

/* It is no longer in a part, which is entered. */
static void go(struct level *level)
{
    struct guard *guard = part_guard(level->part);
    if (!guard)
        return;
    struct walker **link = &guard->walkers;
    while (*link != &level->walker)
        link = &(*link)->next;
    *link = level->walker.next;
}

/* False: ENOMEM. */
static bool go_down(struct walk *walk, own_pool *pool)
{
    size_t granted;
    if (walk->count && walk->count % LEVELS == 0) {
        struct levels *levels = chunk_get(sizeof(*levels), &granted);
        if (!levels)
            return false;
        levels->above = walk->levels;
        walk->levels = levels;
    }
    walk->count++;
    lowest(walk)->pool = pool;
    come(lowest(walk), &pool->part);
    return true;
}

/* The lowest level is in no part any more. */
static void go_up(struct walk *walk)
{
    own_pool *pool = lowest(walk)->pool;
    if (--walk->count == 0)
        return;
    if (walk->count % LEVELS == 0) {
        struct levels *levels = walk->levels;
        walk->levels = levels->above;
        chunk_put(levels, sizeof(*levels));
    }
    own_decref(pool);
}

/* A new reference to the next object in a part. NULL: there is none, and the walk has left it. */
static own_object *next_in_part(struct level *level)
{
    struct part *part = level->part;
    own_object *object = NULL;
    pool_enter_part(part);
    for (struct entry *entry; !object && (entry = level->walker.at);) {
        level->walker.at = ledger_newer(&part->ledger, entry);
        object = own_incref(entry_object(entry));
        level->at_child = entry_is_child(entry);
    }
    if (!object)
        go(level);
    pool_leave(part);
    return object;
}

static own_object *next_object(struct level *level)
{
    for (;;) {
        own_object *object = next_in_part(level);
        struct part *next = object ? NULL : part_next(&level->pool->part, level->part);
        if (!next)
            return object;
        come(level, next);
    }
}

/* Walks in a pool that several threads use, which has been visited. */
static int walk_shared(struct walk *walk, own_pool *pool, int depth)
{
    int ended = 0;
    walk->levels = &walk->few;
    (void)go_down(walk, pool);
    while (walk->count) {
        own_object *object = ended ? NULL : next_object(lowest(walk));
        if (!object) {
            if (ended) {
                struct level *level = lowest(walk);
                pool_enter_part(level->part);
                go(level);
                pool_leave(level->part);
            }
            go_up(walk);
            continue;
        }
        bool child = lowest(walk)->at_child;
        const struct walked walked = {
            .object = object,
            .owner = lowest(walk)->pool,
            .depth = depth + (int)walk->count,
            .child = child,
            .kept = true,
            .apart = child && !walk->still && !pool_parts(as_pool(object)),
        };
        bool down = visit_object(walk, &walked, &ended);
        if (down && child && !walked.apart) {
            if (go_down(walk, as_pool(object)))
                continue;
            ended = fail_with(ENOMEM);
        }
        own_decref(object);
    }
    return ended;
}

static int walk_confined(struct walk *walk, own_pool *root)
{
    int ended = 0;
    int depth = 0;
    own_pool *pool = root; /* that which is walked in */
    struct entry *entry = ledger_oldest(&pool->part.ledger);
    while (!ended) {
        if (!entry) {
            if (pool == root)
                return 0;
            const struct entry *walked = &pool->entry;
            pool = tree_parent(pool);
            entry = ledger_newer(&pool->part.ledger, walked);
            depth--;
            continue;
        }
        own_object *object = entry_object(entry);
        const struct walked walked = {
            .object = object, .owner = pool, .depth = depth + 1, .child = entry_is_child(entry)};
        bool down = object && visit_object(walk, &walked, &ended);
        own_pool *child = down && walked.child ? entry_child(entry) : NULL;
        if (!child) {
            entry = ledger_newer(&pool->part.ledger, entry);
        } else if (pool_parts(child)) {
            ended = walk_shared(walk, child, depth + 1);
            entry = ledger_newer(&pool->part.ledger, entry);
        } else {
            pool = child;
            entry = ledger_oldest(&pool->part.ledger);
            depth++;
        }
    }
    return ended;
}

static int walk_from(struct walk *walk, own_pool *pool)
{
    int ended = 0;
    const struct walked walked = {.object = &pool->object, .child = true};
    walk->count = 0;
    if (!visit_object(walk, &walked, &ended))
        return ended;
    return pool_parts(pool) ? walk_shared(walk, pool, 0) : walk_confined(walk, pool);
}

int pool_walk(own_pool *pool, bool still, int (*visit)(const struct walked *walked, void *arg),
              void *arg)
{
    struct walk walk; /* `few` is large, and not to be zeroed */
    walk.still = still;
    walk.visit = visit;
    walk.sought = NULL;
    walk.arg = arg;
    return walk_from(&walk, pool);
}

/* What own_pool_walk was given. */
struct simple {
    int (*visit)(void *object, int depth, void *arg);
    void *arg;
};

static int visit_simple(const struct walked *walked, void *arg)
{
    const struct simple *simple = arg;
    return simple->visit(walked->object, walked->depth, simple->arg);
}

int own_pool_walk(own_pool *pool, int (*visit)(void *object, int depth, void *arg), void *arg)
{
    struct simple simple = {visit, arg};
    if (!visit || !pool_check(pool, "own_pool_walk"))
        return fail_with(EINVAL);
    return pool_walk(pool, false, visit_simple, &simple);
}

int own_holders(void *object, own_pool *root, int (*visit)(own_pool *holder, void *arg), void *arg)
{
    if (!object || !visit || !pool_check(root, "own_holders") ||
        !object_check(object, "own_holders", pool_name(root))) {
        errno = EINVAL;
        return -1;
    }
    struct walk walk;
    walk.still = false;
    walk.sought = object;
    walk.visit_holder = visit;
    walk.arg = arg;
    return walk_from(&walk, root);
}
