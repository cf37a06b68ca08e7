/*
 * pool/contents.c - listings of the entries of one kind: own_pool_children, own_pool_deferred, and
 * the foreign blocks for own_pool_blocks.
 *
 * The place of a listing is an entry of the ledger itself, a bookmark. So whatever happens to the
 * entries around it, it stays where it is, and code of users runs with nothing entered. A listing
 * has a bookmark in each part, and goes on with the newest entry that is older than one of them.
 * Bookmarks go from the newest entry to the oldest, so what is added meanwhile is not found. Where
 * the ledger is emptied the bookmarks are taken out too (release.c), and nothing more is found.
 */
#include "pool/pool.h"

#include <own/contents.h>

#define FEW 4 /* bookmarks need no memory */

struct bookmark {
    struct node node; /* its entry is in the ledger while that has an owner */
    struct part *part;
    struct ledger *ledger;
};

struct listing {
    own_pool *pool;
    enum kind kind;
    struct ledger *only; /* NULL: those of all parts */
    struct bookmark *bookmarks;
    size_t count;
    struct bookmark few[FEW];
};

static void set_owner(struct entry *entry, struct part *part)
{
    __atomic_store_n(&entry->owner, part, __ATOMIC_RELAXED);
}

static void take_out(struct bookmark *bookmark)
{
    struct entry *entry = &bookmark->node.entry;
    part_leaves(bookmark->part, entry, bookmark->ledger->newest);
    ring_leave(bookmark->ledger, entry);
}

/* Puts the bookmark next to an entry, on its older or its newer side. */
static void put_beside(struct bookmark *bookmark, struct entry *beside, bool older)
{
    struct entry *entry = &bookmark->node.entry;
    if (entry->owner)
        take_out(bookmark);
    entry->stamp = entry_time(beside) << KIND_BITS | KIND_BOOKMARK;
    if (older)
        ring_enter_before(entry, beside);
    else if (beside == bookmark->ledger->newest)
        ring_enter(bookmark->ledger, entry);
    else
        ring_enter_before(entry, beside->newer);
    set_owner(entry, bookmark->part);
}

/* The entry of the listing that is the next older one, beside which the bookmark is then. NULL:
   there is none, and the bookmark is not in the ledger any more. */
static struct entry *next_in_part(struct bookmark *bookmark, enum kind kind)
{
    struct entry *at = &bookmark->node.entry;
    const struct ledger *ledger = bookmark->ledger;
    if (!at->owner)
        return NULL;
    struct entry *entry = ledger_older(ledger, at);
    if (entry && entry_kind(entry) == kind)
        return entry;
    while (entry && entry_kind(entry) != kind)
        entry = ledger_older(ledger, entry);
    if (entry)
        put_beside(bookmark, entry, false);
    else
        take_out(bookmark);
    return entry;
}

/* The bookmark that has the newest entry of all. NULL: there is none. */
static struct bookmark *find_newest(const struct listing *listing, uint64_t *time)
{
    struct bookmark *newest = NULL;
    for (size_t i = 0; i < listing->count; i++) {
        struct bookmark *bookmark = &listing->bookmarks[i];
        pool_enter_part(bookmark->part);
        const struct entry *entry = next_in_part(bookmark, listing->kind);
        if (entry && (!newest || entry_time(entry) > *time)) {
            newest = bookmark;
            *time = entry_time(entry);
        }
        pool_leave(bookmark->part);
    }
    return newest;
}

/* Tells what an entry is, which the bookmark is moved past. */
static struct listed pass(struct bookmark *bookmark, struct entry *entry)
{
    put_beside(bookmark, entry, true);
    if (entry_is_child(entry)) {
        own_pool *child = entry_child(entry);
        bool shared = part_guard(bookmark->part); /* others may drop it */
        return (struct listed){.object = child, .reference = shared ? own_incref(child) : NULL};
    }
    const struct node *node = entry_node(entry);
    size_t size = entry_kind(entry) >= KIND_ADOPTED ? node_foreign(node)->size : 0;
    return (struct listed){.object = node->object, .call = node->call, .size = size};
}

static bool next(const struct listing *listing, struct listed *listed)
{
    uint64_t time;
    struct bookmark *newest;
    while ((newest = find_newest(listing, &time))) {
        pool_enter_part(newest->part);
        struct entry *entry = next_in_part(newest, listing->kind);
        bool found = entry && entry_time(entry) == time; /* else it was taken meanwhile */
        if (found)
            *listed = pass(newest, entry);
        pool_leave(newest->part);
        if (found)
            return true;
    }
    return false;
}

/* A bookmark that was the newest entry and was taken out has nothing to release. */
static void nothing(void *unused)
{
    (void)unused;
}

static void begin_in(struct bookmark *bookmark, struct part *part, struct ledger *ledger)
{
    *bookmark = (struct bookmark){.node.call = nothing, .part = part, .ledger = ledger};
    pool_enter_part(part);
    if (ledger->newest)
        put_beside(bookmark, ledger->newest, false);
    pool_leave(part);
}

static void end(const struct listing *listing)
{
    for (size_t i = 0; i < listing->count; i++) {
        struct bookmark *bookmark = &listing->bookmarks[i];
        pool_enter_part(bookmark->part);
        if (bookmark->node.entry.owner)
            take_out(bookmark);
        pool_leave(bookmark->part);
    }
    if (listing->bookmarks != listing->few)
        chunk_put(listing->bookmarks, listing->count * sizeof(struct bookmark));
}

/* Begins in each part. *all is false if there are more parts by now. False: ENOMEM. */
static bool begin_in_parts(struct listing *listing, bool *all)
{
    size_t granted;
    struct part *first = &listing->pool->part;
    struct part *part = first;
    while ((part = part_next(first, part)))
        listing->count++;
    if (listing->count > FEW)
        listing->bookmarks = chunk_get(listing->count * sizeof(struct bookmark), &granted);
    if (!listing->bookmarks)
        return false;
    part = first;
    for (size_t i = 0; i < listing->count; i++, part = part_next(first, part))
        begin_in(&listing->bookmarks[i], part, &part->ledger);
    *all = !part;
    return true;
}

/* False: ENOMEM. */
static bool begin(struct listing *listing)
{
    for (bool all = false;;) {
        listing->bookmarks = listing->few;
        listing->count = 1;
        if (listing->only) {
            begin_in(listing->bookmarks, &listing->pool->part, listing->only);
            return true;
        }
        if (!begin_in_parts(listing, &all))
            return false;
        if (all)
            return true;
        end(listing); /* a part that has come may be anywhere among the others */
    }
}

int pool_list(own_pool *pool, enum kind kind, struct ledger *only,
              int (*visit)(const struct listed *listed, void *arg), void *arg)
{
    struct listed listed;
    struct listing listing = {.pool = pool, .kind = kind, .only = only};
    int ended = 0;
    if (!begin(&listing))
        return -1;
    while (!ended && next(&listing, &listed)) {
        ended = visit(&listed, arg);
        if (listed.reference)
            own_decref(listed.reference);
    }
    end(&listing);
    return ended;
}

struct visit_child {
    int (*visit)(own_pool *child, void *arg);
    void *arg;
};

static int visit_child(const struct listed *listed, void *arg)
{
    const struct visit_child *to = arg;
    return to->visit(listed->object, to->arg);
}

int own_pool_children(own_pool *pool, int (*visit)(own_pool *child, void *arg), void *arg)
{
    if (!visit || !pool_check(pool, "own_pool_children"))
        return fail_with(EINVAL);
    struct visit_child to = {.visit = visit, .arg = arg};
    object_hold(&pool->object);
    int ended = pool_list(pool, KIND_CHILD, NULL, visit_child, &to);
    if (object_unhold(&pool->object))
        object_die(&pool->object);
    return ended;
}

struct visit_call {
    int (*visit)(void (*call)(void *), void *arg, void *context);
    void *context;
};

static int visit_call(const struct listed *listed, void *arg)
{
    const struct visit_call *to = arg;
    return to->visit(listed->call, listed->object, to->context);
}

static int list_aside(own_pool *pool, enum phase phase, struct visit_call *to)
{
    if (OWN_LIKELY(!side_has_calls(pool, phase)))
        return 0;
    return pool_list(pool, KIND_CALL, &pool_side(pool)->calls[phase], visit_call, to);
}

int own_pool_deferred(own_pool *pool,
                      int (*visit)(void (*call)(void *arg), void *arg, void *context),
                      void *context)
{
    if (!visit || !pool_check(pool, "own_pool_deferred"))
        return fail_with(EINVAL);
    struct visit_call to = {.visit = visit, .context = context};
    object_hold(&pool->object);
    int ended = list_aside(pool, CALLS_FIRST, &to);
    if (!ended)
        ended = pool_list(pool, KIND_CALL, NULL, visit_call, &to);
    if (!ended)
        ended = list_aside(pool, CALLS_LAST, &to);
    if (object_unhold(&pool->object))
        object_die(&pool->object);
    return ended;
}
