/*
 * cycle/cycle.h - the room cycle: finding groups of objects that only their own references keep
 * alive, and reclaiming them; the calls of own/collect.h.
 *
 *   analyse.c   which objects of a set are in such groups
 *   collect.c   the phases of a collection, in which code of users runs
 *   find.c      own_collect_find: groups, and chains of references
 *   validate.c  the equations below
 *
 * An analysis looks at a set of objects, the found ones. To each tally (chunk/tally.h) it adds the
 * references that there are to the object, and takes off those that found objects have. An object
 * with others is live, and so is what live objects refer to. The rest are garbage. They become two
 * lists through their tallies; or are freed at once, where that runs no code of users.
 *
 * Equations, while a collection is between two phases:
 *
 *   sets      both are empty
 *   tally     of a tracked object: TALLY_TRACKED and TALLY_ZERO; of a pool: 0. But of an object in
 *             a list: a link to the next one, 0 at the end
 *   lists     their objects are alive, and held by the collection once it has begun to run code
 *
 * (cycle_validate checks them in debug builds.)
 *
 * Threads: an analysis is made under the collection lock, in which no code of users runs, and
 * nothing is allocated but by own_collect_find. Of several threads that collect below pools of
 * their own at once, each has its own lists. Locks of parts are taken inside, for what is shared.
 */
#ifndef CYCLE_CYCLE_H
#define CYCLE_CYCLE_H

#include "pool/pool.h"

#include <own/collect.h>

/* Which objects an analysis finds. */
enum scope {
    SCOPE_ALL,   /* all that are tracked, and pools */
    SCOPE_BELOW, /* what can be reached from one pool, if it is confined */
    SCOPE_AGAIN  /* a list of garbage, whose objects the collection holds */
};

/* A list through tallies: of garbage, or of objects that came back to life. */
struct chain {
    own_object *first;
    size_t count;
};

/* The lists of garbage: pools, and what is none. */
struct garbage {
    struct chain pools;
    struct chain others;
};

#define STACK 256

struct analysis {
    enum scope scope;
    uint32_t least;    /* the least tally of what is counted */
    uintptr_t segment; /* of the tally that was looked up last */
    size_t examined;
    size_t live;
    size_t waiting; /* live objects that are to be looked into; more than fit are in SET_GREY */
    bool calls;     /* what is not live by itself may run code of users when it ends */
    bool strays;    /* there are references to what is not found */
    bool emptying;  /* the stack is being looked into */
    own_object *stack[STACK];
    size_t count; /* of garbage */
    bool bare;    /* its end runs no code of users. It is in SET_FOUND, not in lists */
    struct garbage garbage;
    struct chain revived; /* with SCOPE_AGAIN: those that are live */
};

/* The collection lock. */
void cycle_lock(void);
void cycle_unlock(void);

/* Fills the analysis, under the lock. `pool`: with SCOPE_BELOW. `again`: with SCOPE_AGAIN. */
void cycle_analyse(struct analysis *analysis, enum scope scope, own_pool *pool,
                   const struct garbage *again);
/* Under the same lock, if the analysis says that it is bare: frees the garbage. Or makes lists of
   it after all. */
void cycle_end_bare(struct analysis *analysis);
void cycle_list_bare(struct analysis *analysis);

/* The tally of an object, if it lies in a segment. NULL: it does not, and is never garbage. */
static inline uint32_t *cycle_tally(struct analysis *analysis, const void *object)
{
    uintptr_t segment = tally_segment(object);
    if (OWN_UNLIKELY(segment != analysis->segment)) {
        if (!tally_is_segment(segment))
            return NULL;
        analysis->segment = segment;
    }
    return tally_of_object(object);
}

/* The tally of an object that no collection looks at. */
static inline uint32_t cycle_tally_at_rest(const own_object *object)
{
    return object_is_pool(object) ? 0 : TALLY_TRACKED | TALLY_ZERO | tally_odd(object);
}

/* Takes the first object out of a chain: its tally is as it is without a collection. */
own_object *chain_take(struct chain *chain);

/* Puts an object in front of the others. */
static inline void chain_put(struct chain *chain, own_object *object)
{
    *tally_of_object(object) = chain->first ? tally_link(chain->first) : 0;
    chain->first = object;
    chain->count++;
}

static inline own_object *chain_next(const own_object *object)
{
    uint32_t link = *tally_of_object(object);
    return link ? tally_linked(link) : NULL;
}

typedef void reference_visitor(void *arg, own_object *to);

/* analyse.c: visits what a pool refers to. */
void cycle_each_of_pool(own_pool *pool, reference_visitor *visit, void *arg);

/* Visits what an object refers to, NULL left out, as object_each does. It has a body of its own:
   with that of object_each, whose visits may end it, an analysis takes 4 % more instructions. */
static inline __attribute__((always_inline)) void cycle_each(const own_object *object,
                                                             reference_visitor *visit, void *arg)
{
    const own_type *type = object->type;
    own_object *to;
    for (const size_t *refs = type->refs; refs && *refs != OWN_REFS_END; refs++) {
        if ((to = object_reference_at(object, *refs)))
            visit(arg, to);
    }
    if (OWN_LIKELY(!(object_state(object) & (STATE_CLASS | STATE_SIZED))))
        return;
    if (object_is_pool(object)) {
        cycle_each_of_pool(as_pool(object), visit, arg);
        return;
    }
    size_t count;
    own_object *const *items = object_items(object, &count);
    for (size_t i = 0; i < count; i++) {
        if ((to = items[i]))
            visit(arg, to);
    }
}

/*
 * collect.c: a collection begins on this thread, which takes the collection lock. False: one is
 * under way on it, and nothing has been done. cycle_end comes after the lock has been released.
 */
bool cycle_begin(void);
void cycle_end(void);

/* Aborts with a sentence where an equation above does not hold. */
void cycle_validate(const struct garbage *garbage);
static inline void cycle_debug_step(const struct garbage *garbage)
{
    if (OWN_DEBUG)
        cycle_validate(garbage);
}

#endif
