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

__thread ptrdiff_t cycle_due = PTRDIFF_MAX;
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

static void each_weak(const struct chain *chain, void (*what)(own_object *object))
{
    for (own_object *object = chain->first; object; object = chain_next(object)) {
        if (object_state(object) & STATE_WEAK)
            what(object);
    }
}

static void end_weak(const struct garbage *garbage)
{
    each_weak(&garbage->pools, weakref_clear);
    each_weak(&garbage->others, weakref_clear);
    each_weak(&garbage->pools, weakref_call);
    each_weak(&garbage->others, weakref_call);
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

static void let_go(own_object *object)
{
    if (object_unhold_and_tell(object))
        object_die(object);
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

/* A child that only its parent keeps dies where the parent releases it. What other children have is
   released after that of pools without a parent, which are first in the list from now on. */
static void let_children_go(struct chain *pools)
{
    struct chain rest = *pools;
    struct chain tops = {.first = NULL};
    *pools = tops;
    for (own_object *object; (object = chain_take(&rest));) {
        if (!tree_locked_parent(as_pool(object)))
            chain_put(&tops, object);
        else if (!is_only_child(object))
            chain_put(pools, object);
        else
            let_go(object);
    }
    for (own_object *object; (object = chain_take(&tops));)
        chain_put(pools, object);
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

/* An object that was finalized is not finalized again, rearmed or not. */
static void end_all(struct chain *chain)
{
    for (own_object *object; (object = chain_take(chain));) {
        if (object->type->finalize)
            object_mark(object, STATE_FINALIZED);
        let_go(object);
    }
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
    }
    size_t gone = garbage->pools.count + garbage->others.count;
    let_children_go(&garbage->pools);
    empty_all(garbage);
    cycle_debug_step(garbage);
    end_all(&garbage->pools);
    end_all(&garbage->others);
    cycle_debug_step(garbage);
    return gone;
}

static struct result collect(enum scope scope, own_pool *pool)
{
    struct result result = {.gone = 0};
    if (!cycle_begin())
        return result;
    int saved = errno;
    uint64_t began = now();
    struct analysis analysis;
    cycle_analyse(&analysis, scope, pool, NULL);
    if (analysis.count && analysis.bare)
        cycle_end_bare(&analysis);
    cycle_unlock();
    result.examined = analysis.examined;
    result.gone = analysis.bare ? analysis.count : reclaim(&analysis.garbage);
    result.revived = analysis.count - result.gone;
    note(&result, now() - began);
    cycle_end();
    errno = saved;
    return result;
}

size_t own_collect(void)
{
    return collect(SCOPE_ALL, NULL).gone;
}

size_t own_pool_collect(own_pool *pool)
{
    if (!pool_check(pool, "own_pool_collect") || own_is_shared(pool))
        return 0;
    return collect(SCOPE_BELOW, pool).gone;
}

void own_collect_stats(own_collect_statistics *to)
{
    cycle_lock();
    *to = statistics;
    cycle_unlock();
}

/* The next collection comes after so many objects. */
static void set_due(size_t objects)
{
    cycle_due =
        objects ? object_tracked + (ptrdiff_t)min_size(objects, PTRDIFF_MAX / 2) : PTRDIFF_MAX;
}

int own_set_collect_threshold(size_t objects)
{
    threshold = objects;
    set_due(objects);
    return 0;
}

void cycle_collect_due(void)
{
    if (collecting)
        return;
    const struct result result = collect(SCOPE_ALL, NULL);
    size_t kept = result.examined - result.gone;
    set_due(threshold < kept / 4 ? kept / 4 : threshold);
}
