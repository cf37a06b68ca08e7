/*
 * cycle/collect.c - own_collect, own_pool_collect: the phases of a collection, the threshold, and
 * the statistics.
 *
 * Once code of users may run, each object of the groups is held by the collection. So none dies
 * while the list has it, whatever that code does.
 */
#include "cycle/cycle.h"
#include "object/toggle.h"
#include "object/weakref.h"

#include <errno.h>
#include <time.h>

/* A collection runs on this thread. */
static __thread bool collecting;

static __thread size_t threshold;

static own_collect_statistics statistics;

bool cycle_begin(void)
{
    if (collecting)
        return false;
    collecting = true;
    cycle_lock();
    return true;
}

void cycle_end(void)
{
    collecting = false;
}

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static bool has_finalizer(const own_object *object)
{
    return object->type->finalize && !(object_state(object) & STATE_FINALIZED);
}

/* Holds the objects of a list. Returns whether code of users will run before they are emptied. */
static bool hold(const struct chain *chain)
{
    bool calls = false;
    for (own_object *object = chain->first; object; object = chain_next(object)) {
        if (OWN_UNLIKELY(object_is_toggled(object)))
            toggle_end(object);
        object_hold(object);
        calls |= object_state(object) & STATE_WEAK || has_finalizer(object) ||
                 (object_is_pool(object) && as_pool(object)->side);
    }
    return calls;
}

static bool each_weak(const struct chain *chain, void (*what)(own_object *object))
{
    bool any = false;
    for (own_object *object = chain->first; object; object = chain_next(object)) {
        if (object_state(object) & STATE_WEAK) {
            what(object);
            any = true;
        }
    }
    return any;
}

/* Returns whether there were any. */
static bool end_weak(const struct garbage *garbage)
{
    bool any = each_weak(&garbage->pools, weakref_clear);
    any |= each_weak(&garbage->others, weakref_clear);
    if (any) {
        each_weak(&garbage->pools, weakref_call);
        each_weak(&garbage->others, weakref_call);
    }
    return any;
}

static void finalize(const struct garbage *garbage)
{
    own_object *object;
    for (object = garbage->others.first; object; object = chain_next(object)) {
        if (has_finalizer(object)) {
            object_mark(object, STATE_FINALIZED);
            object->type->finalize(object);
        }
    }
    for (object = garbage->pools.first; object; object = chain_next(object)) {
        if (as_pool(object)->side)
            pool_call_first(as_pool(object));
    }
}

/* Returns whether that was the end of it. */
static bool let_go(own_object *object)
{
    bool last = object_unhold_and_tell(object);
    if (last)
        object_die(object);
    return last;
}

/* What came back to life is taken out of the garbage, and is the collection's no more. */
static void keep_revived(struct garbage *garbage)
{
    struct analysis again;
    cycle_lock();
    cycle_analyse(&again, SCOPE_AGAIN, NULL, garbage);
    *garbage = again.garbage;
    cycle_unlock();
    for (own_object *object; (object = chain_take(&again.revived));)
        let_go(object);
}

static bool is_only_child(const own_object *object)
{
    return tree_locked_parent(as_pool(object)) && object_held(object) == 2 &&
           count_references(object_count(object)) == 1;
}

/* A child that only its parent keeps dies where the parent releases it; returns how many. What
   other children have is released after that of pools without a parent, which are first in the list
   from now on. */
static size_t let_children_go(struct chain *pools)
{
    size_t gone = 0;
    struct chain rest = *pools;
    struct chain tops = {.first = NULL};
    *pools = tops;
    for (own_object *object; (object = chain_take(&rest));) {
        if (!tree_locked_parent(as_pool(object)))
            chain_put(&tops, object);
        else if (!is_only_child(object))
            chain_put(pools, object);
        else if (!let_go(object))
            gone++; /* with its parent */
    }
    for (own_object *object; (object = chain_take(&tops));)
        chain_put(pools, object);
    return gone;
}

/* Releases what an object refers to, in the order of a death. */
static void empty(own_object *object)
{
    const own_type *type = object->type;
    if (object_state(object) & STATE_CLASS) {
        const struct object_class *class = (const void *)type;
        if (class->empty)
            class->empty(object);
        return;
    }
    for (size_t i = object_tail(object); i-- > 0;)
        own_decref(object_empty_field(object, type->size + i * sizeof(own_object *)));
    size_t fields = 0;
    while (type->refs && type->refs[fields] != OWN_REFS_END)
        fields++;
    while (fields > 0)
        own_decref(object_empty_field(object, type->refs[--fields]));
}

static void empty_all(const struct garbage *garbage)
{
    own_object *object;
    for (object = garbage->pools.first; object; object = chain_next(object))
        pool_release_all(as_pool(object));
    for (object = garbage->others.first; object; object = chain_next(object))
        empty(object);
}

/* Ends what has not been emptied: arrays, whose base may be any object of a list. Returns how many
   went. */
static size_t end_arrays(struct chain *chain)
{
    struct chain all = *chain;
    size_t gone = 0;
    *chain = (struct chain){.first = NULL};
    for (own_object *object; (object = chain_take(&all));) {
        const struct object_class *class = (const void *)object->type;
        if (object_state(object) & STATE_CLASS && !class->empty)
            gone += let_go(object);
        else
            chain_put(chain, object);
    }
    return gone;
}

/* Returns how many went: those that a deferred call has saved live on, empty. An object that was
   finalized is not finalized again, rearmed or not. */
static size_t end_all(struct chain *chain)
{
    size_t gone = 0;
    for (own_object *object; (object = chain_take(chain));) {
        if (object->type->finalize)
            object_mark(object, STATE_FINALIZED);
        gone += let_go(object);
    }
    return gone;
}

/* What one collection did. */
struct result {
    size_t examined;
    size_t gone;
    size_t revived;
};

static void note(const struct result *result, uint64_t took)
{
    cycle_lock();
    statistics.collections++;
    statistics.examined += result->examined;
    statistics.reclaimed += result->gone;
    statistics.resurrected += result->revived;
    statistics.nanoseconds += took;
    if (took > statistics.longest)
        statistics.longest = took;
    cycle_unlock();
}

/* Ends the garbage in lists; returns how many objects that were. */
static size_t reclaim(struct garbage *garbage)
{
    bool calls = hold(&garbage->pools);
    calls |= hold(&garbage->others);
    cycle_debug_step(garbage);
    if (calls) {
        end_weak(garbage);
        cycle_debug_step(garbage);
        finalize(garbage);
        cycle_debug_step(garbage);
        keep_revived(garbage);
        cycle_debug_step(garbage);
        /* Nothing that is going to be emptied can be got by weak references that were made now. */
        while (end_weak(garbage))
            keep_revived(garbage);
    }
    size_t gone = let_children_go(&garbage->pools);
    empty_all(garbage);
    cycle_debug_step(garbage);
    gone += end_arrays(&garbage->others);
    gone += end_all(&garbage->pools);
    gone += end_all(&garbage->others);
    cycle_debug_step(garbage);
    return gone;
}

static struct result collect(enum scope scope, own_pool *pool)
{
    struct result result = {.gone = 0};
    if (!cycle_begin())
        return result;
    int saved = errno;
    probe_1(collect_begin, pool);
    uint64_t began = now();
    struct analysis analysis;
    cycle_analyse(&analysis, scope, pool, NULL);
    if (analysis.count && analysis.bare)
        cycle_end_bare(&analysis);
    cycle_unlock();
    result.examined = analysis.examined;
    result.gone = analysis.bare ? analysis.count : reclaim(&analysis.garbage);
    result.revived = analysis.count - result.gone;
    uint64_t took = now() - began;
    note(&result, took);
    probe_4(collect_end, pool, result.examined, result.gone, took);
    cycle_end();
    errno = saved;
    return result;
}

/* The next collection comes after so many objects. */
static void set_due(size_t objects)
{
    object_collect_at =
        objects ? object_tracked + (ptrdiff_t)min_size(objects, PTRDIFF_MAX / 2) : PTRDIFF_MAX;
}

size_t own_collect(void)
{
    const struct result result = collect(SCOPE_ALL, NULL);
    size_t kept = result.examined - result.gone;
    if (threshold && !collecting)
        set_due(threshold < kept / 4 ? kept / 4 : threshold);
    return result.gone;
}

size_t own_pool_collect(own_pool *pool)
{
    if (!pool_check(pool, "own_pool_collect") || pool_parts(pool))
        return 0;
    return collect(SCOPE_BELOW, pool).gone;
}

void own_collect_stats(own_collect_statistics *to)
{
    cycle_lock();
    *to = statistics;
    cycle_unlock();
}

static void collect_due(void)
{
    (void)own_collect();
}

int own_set_collect_threshold(size_t objects)
{
    __atomic_store_n(&object_collect, collect_due, __ATOMIC_RELAXED);
    threshold = objects;
    set_due(objects);
    return 0;
}
