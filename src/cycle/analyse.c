/*
 * cycle/analyse.c - which objects only the references of each other keep alive.
 *
 *   find     the objects to look at become a set
 *   count    the references to each of them, less those from others of them, in tallies
 *   sort     those with other references are live
 *   spread   so is what live ones refer to
 *   divide   the tallies of live ones are as they were; the rest, garbage, becomes two lists, or
 *            stays in the set where it can be freed without running code of users
 *
 * Live objects that are still to be looked into wait on a short stack, and where that is full, in
 * a set of their own (grey ones): nothing recurses, and nothing is allocated.
 */
#include "cycle/cycle.h"
#include "object/weakref.h"

#include <pthread.h>

/* It may be held for as long as an analysis takes. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void cycle_lock(void)
{
    pthread_mutex_lock(&lock);
}

void cycle_unlock(void)
{
    pthread_mutex_unlock(&lock);
}

/* Chunks are put back under the lock: fork takes it before the heap lock. */
__attribute__((constructor)) static void prepare_for_fork(void)
{
    chunk_prepare_for_fork();
    (void)pthread_atfork(cycle_lock, cycle_unlock, cycle_unlock);
}

void cycle_each_of_pool(own_pool *pool, reference_visitor *visit, void *arg)
{
    for (struct part *part = &pool->part; part; part = part_next(&pool->part, part)) {
        struct guard *guard = part_guard(part);
        if (guard)
            lock_take(&guard->lock);
        struct entry *entry = part->ledger.newest;
        for (; entry; entry = ledger_older(&part->ledger, entry)) {
            own_object *to = entry_object(entry);
            if (to)
                visit(arg, to);
        }
        if (guard)
            lock_release(&guard->lock);
    }
}

/* Whether an analysis looks into a confined object that has been reached, or into a pool. */
static bool can_be_garbage(const own_object *object)
{
    return object_count(object) > 0 && !object_is_dying(object);
}

static void find(const own_object *object, uint32_t *tally, uint32_t references)
{
    uint32_t pool = object_is_pool(object) ? TALLY_POOL : 0;
    *tally = TALLY_FOUND | TALLY_ZERO | tally_odd(object) | pool;
    *tally -= references;
    tally_add(SET_FOUND, object);
    tally_add(SET_GREY, object);
}

/* Finds an object that is reached by a reference, or with 0 by a weak one. */
static void reach(struct analysis *analysis, own_object *to, uint32_t references)
{
    uint32_t *tally = cycle_tally(analysis, to);
    if (tally && *tally >= TALLY_FOUND)
        *tally -= *tally & TALLY_COUNTER ? references : 0;
    else if (tally && can_be_garbage(to) && (*tally || object_is_pool(to)))
        find(to, tally, references);
    else
        analysis->strays = true;
}

/* The visitor of SCOPE_BELOW. */
static void count_below(void *arg, own_object *to)
{
    struct analysis *analysis = arg;
    reach(analysis, to, 1);
    while (OWN_UNLIKELY(to->type == &weakref_type) && object_count(to) > 0) {
        const own_weakref *ref = (const void *)to;
        uintptr_t target = weakref_target(ref);
        if (!target || target & WEAKREF_MARKS)
            return;
        to = (own_object *)target;
        reach(analysis, to, 0);
    }
}

/* The visitor of the others. */
static inline void count_known(void *arg, own_object *to)
{
    struct analysis *analysis = arg;
    uint32_t *tally = cycle_tally(analysis, to);
    if (OWN_LIKELY(tally && *tally >= analysis->least)) {
        *tally -= (*tally & TALLY_COUNTER) != 0;
        return;
    }
    analysis->strays = true;
}

/* Adds the references to an object. One that they do not fit is live, as one that is dead: what its
   fields still refer to is about to be released. */
static __attribute__((noinline)) void weigh_any(const own_object *object, uint32_t *tally,
                                                uint32_t ours)
{
    uint32_t held = object_held(object);
    size_t references = count_references(object_count(object));
    if (references - 1 >= TALLY_ZERO / 2 || held >= STATE_HELD_MAX - 1)
        *tally |= TALLY_LIVE;
    else
        *tally += (uint32_t)(references - (held > 0) + held - ours);
    if ((object_state(object) & (STATE_FLAGS & ~STATE_SIZED)) != STATE_OBJECT ||
        object->type->finalize || object_count(object) <= 0 ||
        object_count(object) >= OWN_COUNT_MAX)
        *tally |= TALLY_CALLS;
}

static inline void weigh(const struct analysis *analysis, const own_object *object, uint32_t *tally)
{
    uint32_t count = (uint32_t)object_count(object);
    uint32_t ours = analysis->scope == SCOPE_AGAIN;
    /* No pool holds it, and it has no flags. */
    if (OWN_LIKELY(object_state(object) == STATE_OBJECT && count - 1 < TALLY_ZERO / 2 &&
                   !object->type->finalize))
        *tally += count - ours;
    else
        weigh_any(object, tally, ours);
}

static inline void count_from(void *object, uint32_t *tally, void *arg)
{
    weigh(arg, object, tally);
    if (OWN_LIKELY(!object_is_dead(object)))
        cycle_each(object, count_known, arg);
}

static void find_pool(void *chunk, void *arg)
{
    own_object *object = chunk;
    (void)arg;
    if (object->type != &pool_class.type || object_is_dead(object))
        return;
    *tally_of_object(object) = TALLY_TRACKED | TALLY_ZERO | tally_odd(object) | TALLY_POOL;
    tally_add(SET_FOUND, object);
}

static inline void sort_one(void *object, uint32_t *tally, void *arg)
{
    struct analysis *analysis = arg;
    (void)object;
    analysis->examined++;
    if ((*tally & TALLY_COUNTER) != TALLY_ZERO)
        *tally |= TALLY_LIVE;
    if (*tally >= TALLY_LIVE)
        analysis->live++;
    else if (OWN_UNLIKELY(*tally & TALLY_CALLS))
        analysis->calls = true;
}

static void make_room(struct analysis *analysis, own_object *object);

static inline void spread_to(void *arg, own_object *to)
{
    struct analysis *analysis = arg;
    uint32_t *tally = cycle_tally(analysis, to);
    if (!tally || *tally < analysis->least || *tally >= TALLY_LIVE)
        return;
    *tally |= TALLY_LIVE;
    analysis->live++;
    if (OWN_UNLIKELY(analysis->waiting == STACK))
        make_room(analysis, to);
    else
        analysis->stack[analysis->waiting++] = to;
}

static inline void spread_from(void *object, uint32_t *tally, void *arg)
{
    if (*tally >= TALLY_LIVE && !object_is_dead(object))
        cycle_each(object, spread_to, arg);
}

/* Looks into those on the stack. */
static void empty_stack(struct analysis *analysis)
{
    while (analysis->waiting) {
        own_object *object = analysis->stack[--analysis->waiting];
        if (!object_is_dead(object))
            cycle_each(object, spread_to, analysis);
    }
}

/* The stack is full: what it has is looked into now, or where that is being done, the object waits
   in the set. */
static __attribute__((noinline)) void make_room(struct analysis *analysis, own_object *object)
{
    if (!analysis->emptying) {
        analysis->emptying = true;
        empty_stack(analysis);
        analysis->emptying = false;
        analysis->stack[analysis->waiting++] = object;
        return;
    }
    tally_add(SET_GREY, object);
}

static void spread(struct analysis *analysis)
{
    if (analysis->live == 0 || analysis->live == analysis->examined)
        return;
    tally_each(SET_FOUND, spread_from, analysis);
    analysis->emptying = true;
    own_object *object = NULL;
    do {
        if (object && !object_is_dead(object))
            cycle_each(object, spread_to, analysis);
        empty_stack(analysis);
    } while ((object = tally_take(SET_GREY)));
    analysis->emptying = false;
}

own_object *chain_take(struct chain *chain)
{
    own_object *object = chain->first;
    if (!object)
        return NULL;
    chain->first = chain_next(object);
    chain->count--;
    *tally_of_object(object) = cycle_tally_at_rest(object);
    return object;
}

/* Whether the release of a reference from garbage runs no code of users and no further release: it
   is not the last one, or that to an object that owns nothing. */
static inline void check_bare(void *arg, own_object *to)
{
    struct analysis *analysis = arg;
    const uint32_t *tally = cycle_tally(analysis, to);
    if (tally && *tally >= analysis->least && *tally < TALLY_LIVE)
        return; /* garbage itself */
    const own_type *type = to->type;
    bool plain = (object_state(to) & STATE_FLAGS) == STATE_OBJECT && !type->finalize;
    bool owns = (type->refs || type->tail_refs) && !(tally && *tally);
    if (!plain || owns || object_count(to) <= 0 || object_count(to) >= OWN_COUNT_MAX)
        analysis->bare = false;
}

static inline void rest(uint32_t *tally)
{
    *tally = *tally & TALLY_POOL ? 0 : TALLY_TRACKED | TALLY_ZERO | (*tally & TALLY_ODD);
}

static inline void divide_one(void *arg_object, uint32_t *tally, void *arg)
{
    struct analysis *analysis = arg;
    own_object *object = arg_object;
    if (*tally < TALLY_LIVE) {
        if (*tally & TALLY_CALLS)
            analysis->bare = false;
        else if (analysis->bare && analysis->strays)
            cycle_each(object, check_bare, analysis);
        return;
    }
    if (analysis->scope == SCOPE_AGAIN)
        chain_put(&analysis->revived, object);
    else
        rest(tally);
    tally_remove(SET_FOUND, object);
}

static inline void rest_one(void *object, uint32_t *tally, void *arg)
{
    (void)object;
    (void)arg;
    rest(tally);
}

static inline void list_one(void *object, uint32_t *tally, void *arg)
{
    struct analysis *analysis = arg;
    bool is_pool = *tally & TALLY_POOL;
    chain_put(is_pool ? &analysis->garbage.pools : &analysis->garbage.others, object);
}

static void list_garbage(struct analysis *analysis)
{
    tally_each(SET_FOUND, list_one, analysis);
    tally_forget(SET_FOUND);
}

static inline void release_bare(void *arg, own_object *to)
{
    if (cycle_tally(arg, to) && tally_contains(SET_FOUND, to))
        return;
    own_decref(to);
}

static inline void end_bare(void *object, uint32_t *tally, void *arg)
{
    const struct analysis *analysis = arg;
    (void)tally;
    if (analysis->strays || analysis->live)
        cycle_each(object, release_bare, arg);
    object_free_plain(object);
}

void cycle_list_bare(struct analysis *analysis)
{
    analysis->bare = false;
    list_garbage(analysis);
}

void cycle_end_bare(struct analysis *analysis)
{
    tally_each(SET_FOUND, end_bare, analysis);
    tally_forget(SET_FOUND);
}

static void count_all(struct analysis *analysis)
{
    analysis->least = TALLY_TRACKED;
    tally_add_tracked(SET_FOUND);
    tally_each_labelled(find_pool, NULL);
    tally_each(SET_FOUND, count_from, analysis);
}

static void find_chain(struct chain chain)
{
    own_object *next;
    for (own_object *object = chain.first; object; object = next) {
        next = chain_next(object);
        uint32_t pool = object_is_pool(object) ? TALLY_POOL : 0;
        *tally_of_object(object) = TALLY_FOUND | TALLY_ZERO | tally_odd(object) | pool;
        tally_add(SET_FOUND, object);
    }
}

static void count_again(struct analysis *analysis, const struct garbage *again)
{
    find_chain(again->pools);
    find_chain(again->others);
    tally_each(SET_FOUND, count_from, analysis);
}

void cycle_analyse(struct analysis *analysis, enum scope scope, own_pool *pool,
                   const struct garbage *again)
{
    *analysis = (struct analysis){.scope = scope, .least = TALLY_FOUND};
    if (scope == SCOPE_ALL) {
        count_all(analysis);
    } else if (scope == SCOPE_AGAIN) {
        count_again(analysis, again);
    } else {
        reach(analysis, &pool->object, 0);
        if (own_is_shared(pool)) /* it stays; what it owns is confined */
            cycle_each(&pool->object, count_below, analysis);
        for (own_object *object; (object = tally_take(SET_GREY));) {
            weigh(analysis, object, tally_of_object(object));
            cycle_each(object, count_below, analysis);
        }
    }
    tally_each(SET_FOUND, sort_one, analysis);
    spread(analysis);
    analysis->count = analysis->examined - analysis->live;
    analysis->bare = scope != SCOPE_AGAIN;
    if (!analysis->count && scope != SCOPE_AGAIN)
        tally_each(SET_FOUND, rest_one, analysis);
    else if (analysis->calls || analysis->live || analysis->strays)
        tally_each(SET_FOUND, divide_one, analysis);
    if (!analysis->count)
        tally_forget(SET_FOUND);
    else if (!analysis->bare)
        list_garbage(analysis);
}
