/*
 * pool/find.c - the pool that has the memory at an address.
 *
 * Big extents, units of pages and large blocks are claimed in the unit map by their memory. First
 * chunks and small extents have a label (chunk/chunk.h), and nothing else has: so what such a chunk
 * begins with is the library's, a pool or the header of an extent. From that, the list of small
 * extents leads to the first one, which lies in the pool.
 */
#include "pool/pool.h"

_Static_assert(sizeof(own_object) == LABELLED_BEGIN && sizeof(struct extent) == LABELLED_BEGIN,
               "what a labelled chunk begins with is read as a whole");

_Static_assert(offsetof(struct exact, pool) == 0 &&
                   offsetof(struct exact, kind) == offsetof(own_object, type) &&
                   offsetof(struct exact, memory) == offsetof(own_pool, part.memory) &&
                   offsetof(struct exact, first) <= offsetof(own_pool, first),
               "an exact memory is told from a pool by the word where the type would be");

static bool is_exact(const struct exact *exact)
{
    return __atomic_load_n(&exact->kind, __ATOMIC_RELAXED) == &exact_kind;
}

/* The pool, whose first extent that is, or that of its exact memory. In a pool, what is looked at
   is a field that has no such value. */
static own_pool *of_first(struct extent *first)
{
    char *at = (char *)first;
    const struct exact *exact = (const void *)(at - offsetof(struct exact, first));
    return is_exact(exact) ? exact->pool : (own_pool *)(void *)(at - offsetof(own_pool, first));
}

static own_pool *of_labelled(const void *address)
{
    own_object begin;
    void *chunk = chunk_labelled_at(address, &begin);
    if (!chunk)
        return NULL;
    /* In an extent the granules are there, of which a small one has too few for an address. */
    if (begin.type == &pool_class.type)
        return object_is_dead(&begin) ? NULL : chunk; /* another thread may keep a dead one ready */
    if ((const void *)begin.type == &exact_kind)
        return ((struct exact *)chunk)->pool;
    return of_first(extent_oldest(chunk));
}

static own_pool *of_memory(const struct memory *memory)
{
    if (memory->outside)
        return pool_home((const struct part *)(const void *)memory); /* its first field */
    const char *at = (const char *)memory - offsetof(struct exact, memory);
    const struct exact *exact = (const void *)at;
    return is_exact(exact) ? exact->pool : (own_pool *)(uintptr_t)at;
}

own_pool *pool_at(const void *address)
{
    const struct memory *owner = chunk_owner(address);
    own_pool *pool = owner ? of_memory(owner) : of_labelled(address);
    return pool && !object_is_dead(&pool->object) ? pool : NULL;
}

struct roots {
    int (*visit)(own_pool *pool, void *arg);
    void *arg;
    int ended;
};

static void visit_if_root(struct roots *roots, own_pool *pool)
{
    const own_object *object = &pool->object;
    if (!roots->ended && !object_is_dead(object) && !object_is_dying(object) && !tree_parent(pool))
        roots->ended = roots->visit(pool, roots->arg);
}

/* Or an object of any other type. */
static void visit_labelled(void *chunk, void *arg)
{
    if (object_is_pool(chunk))
        visit_if_root(arg, chunk);
}

/* Large first chunks are claimed; those that lie in a segment have a label too. */
static void visit_claimed(const void *owner, claim_value value, void *arg)
{
    own_pool *pool = of_memory(owner);
    if (value == claim_of(&pool->first) && !tally_is_segment(tally_segment(pool)))
        visit_if_root(arg, pool);
}

/* So are large ones of a source; the others have neither. */
static void visit_first(const void *first, void *arg)
{
    own_pool *pool = (own_pool *)(uintptr_t)first;
    if (chunk_claimed_by(&pool->first, &pool->part.memory) != claim_of(&pool->first))
        visit_if_root(arg, pool);
}

int pool_each_root(int (*visit)(own_pool *pool, void *arg), void *arg)
{
    struct roots roots = {visit, arg, 0};
    if (check_uses_malloc()) { /* nothing has a label, but all are recorded */
        check_each_object(visit_labelled, &roots);
        return roots.ended;
    }
    tally_each_labelled(visit_labelled, &roots);
    chunk_each_claim(visit_claimed, &roots);
    source_each(visit_first, &roots);
    return roots.ended;
}
