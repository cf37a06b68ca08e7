/*
 * object/teardown.c - the death of objects, without recursion.
 *
 * Before all else a dying object loses its weak references, and before its finalizer or first step,
 * what they call runs.
 *
 * A dying object may release others, which die in turn before it goes on: the order of recursion.
 * Here the objects that wait are a stack threaded through themselves; plain objects keep the link
 * in their header (dying.h), objects of a class where they like.
 *
 * Only code of users nests: a finalizer or a deferred call that releases something starts a
 * tear-down inside this one. NEST_SURE such levels are always allowed, and NEST_MAX if there is
 * stack for them. Deeper, the object is put on a list of the thread, and the outermost level tears
 * it down, as CPython's trashcan does, so that no stack overflows because of the user's data.
 */
#include "base/stack.h"
#include "chunk/chunk.h"
#include "object/dying.h"
#include "object/weakref.h"

#include <errno.h>

#define NEST_SURE 32
#define NEST_MAX 10000

static __thread unsigned nesting;
static __thread own_object *put_off;

static const struct object_class *class_of_object(const own_object *object)
{
    return (const void *)object->type;
}

/* The link of an object of a class. */
static own_object **class_link(own_object *object)
{
    return (own_object **)(void *)((char *)object + class_of_object(object)->waiting);
}

/* Somebody took a reference to a dying object: it lives on, without the guard. */
static void live_on(own_object *object)
{
    object_unmark(object, STATE_DYING);
    /* Of a shared object, what was taken may have been released again by now. */
    if (object_release(object, "the end of a tear-down"))
        object_die(object);
}

/* Nobody has a reference to a dying object. If it has no weak references and is none that the death
   of its object may find in a ring, only this thread can reach it. */
static void mark(own_object *object, uint32_t flag)
{
    uint32_t state = object_state(object);
    if (OWN_LIKELY(!(state & STATE_WEAK) && object->type != &weakref_type))
        __atomic_store_n(&object->state, state | flag, __ATOMIC_RELAXED);
    else
        object_mark(object, flag);
}

/* A dying object loses the weak references that it had when its last reference went. */
static void lose_weak(own_object *object)
{
    weakref_clear(object);
    weakref_call(object);
}

/* Whether nobody has a reference to a dying object, nor can get one: it loses the weak references
   that were made to it meanwhile, unless somebody has taken a reference. Of a shared object others
   may take and release one at any time, and make weak references while they have it. So the count
   is read first, and the flag, which nobody else removes, after it. */
static bool is_alone(own_object *object)
{
    while (!object_is_revived(object)) {
        if (OWN_LIKELY(!(object_state(object) & STATE_WEAK)))
            return true;
        weakref_call(object);
    }
    return false;
}

static unsigned count_fields(const own_type *type)
{
    unsigned fields = 0;
    if (type->refs) {
        while (fields < DYING_FIELD_MAX && type->refs[fields] != OWN_REFS_END)
            fields++;
    }
    return fields;
}

/* A plain object loses its weak references, then its finalizer runs, where there is one left to
   run. False: the object lives on. */
static bool finalize(own_object *object)
{
    const own_type *type = object->type;
    mark(object, STATE_DYING);
    if (OWN_UNLIKELY(object_state(object) & STATE_WEAK))
        lose_weak(object);
    bool alone = is_alone(object);
    if (alone && type->finalize && !(object_state(object) & STATE_FINALIZED)) {
        mark(object, STATE_FINALIZED);
        int saved = errno;
        type->finalize(object);
        errno = saved;
        alone = is_alone(object);
    }
    if (!alone)
        live_on(object);
    return alone;
}

/* The same for an object of a class, whose steps come later. */
static bool prepare(own_object *object)
{
    mark(object, STATE_DYING);
    if (OWN_LIKELY(!(object_state(object) & STATE_WEAK)))
        return true;
    lose_weak(object);
    if (is_alone(object))
        return true;
    class_of_object(object)->revive(object);
    live_on(object);
    return false;
}

static void free_plain(own_object *object)
{
    size_t size = object->type->size;
    if (OWN_DEBUG)
        object_gone(object);
    object->state = 0;
    __atomic_store_n(&object->count, OWN_COUNT_DEAD, __ATOMIC_RELAXED);
    chunk_put(object, size);
}

static void free_sized(own_object *object)
{
    struct sized *sized = object_sized(object);
    object->state = 0;
    __atomic_store_n(&object->count, OWN_COUNT_DEAD, __ATOMIC_RELAXED);
    sized_end(sized);
}

static __attribute__((noinline)) bool die_bare_sized(own_object *object)
{
    const own_type *type = object->type;
    if (type->finalize || type->refs || type->tail_refs)
        return false;
    free_sized(object);
    return true;
}

void object_free_plain(own_object *object)
{
    bool sized = object_state(object) & STATE_SIZED;
    object_untrack(object);
    (OWN_UNLIKELY(sized) ? free_sized : free_plain)(object);
}

/* Most objects own nothing that has to be released, and nobody is told: they go at once, whoever
   waits. */
static bool die_bare(own_object *object)
{
    uint32_t flags = object_state(object) & STATE_FLAGS;
    if (flags == (STATE_OBJECT | STATE_CLASS))
        return class_of_object(object)->free_bare(object);
    if (flags != STATE_OBJECT)
        return flags == (STATE_OBJECT | STATE_SIZED) && die_bare_sized(object);
    if (object->type->finalize || object->type->refs)
        return false;
    free_plain(object);
    return true;
}

/* The tail is released before the fields, and both are found as too many fields are. */
static __attribute__((noinline)) unsigned begin_tail(own_object *object)
{
    object_sized(object)->tail = object_tail(object);
    return object_sized(object)->tail ? DYING_FIELD_MAX : count_fields(object->type);
}

/* Puts an object on the stack above `waiting`. False: what ran meanwhile brought it back to
   life. */
static bool begin(own_object *object, own_object *waiting)
{
    if (object_state(object) & STATE_CLASS) {
        if (!prepare(object))
            return false;
        *class_link(object) = waiting;
        return true;
    }
    if (!finalize(object))
        return false;
    uint32_t flags = object_state(object) & DYING_FLAGS;
    unsigned fields =
        OWN_UNLIKELY(flags & STATE_SIZED) ? begin_tail(object) : count_fields(object->type);
    dying_store(object, (struct dying){
                            .waiting = waiting,
                            .field = fields,
                            .flags = flags,
                        });
    return true;
}

/* The last reference of the tail that is not empty. */
static own_object *empty_tail(own_object *object)
{
    struct sized *sized = object_sized(object);
    own_object *value = NULL;
    while (!value && sized->tail)
        value = object_empty_field(object, object->type->size + --sized->tail * sizeof(value));
    return value;
}

/* Where there are too many fields to number: the last that is not empty. The tail is behind all. */
static own_object *empty_last_field(own_object *object)
{
    const size_t *refs = object->type->refs;
    size_t last = OWN_REFS_END;
    own_object *value = NULL;
    if (dying_load(object).flags & STATE_SIZED)
        value = empty_tail(object);
    if (value)
        return value;
    for (; refs && *refs != OWN_REFS_END; refs++) {
        void *field = (char *)object + *refs;
        if (*(own_object *__attribute__((may_alias)) *)field)
            last = *refs;
    }
    return last == OWN_REFS_END ? NULL : object_empty_field(object, last);
}

/* The step of a plain object: releases the tail from its end, then fields, the last declared first,
   until something dies. */
static own_object *release_fields(own_object *object)
{
    for (;;) {
        struct dying dying = dying_load(object);
        own_object *value;
        if (dying.field == DYING_FIELD_MAX) {
            value = empty_last_field(object);
            if (!value)
                return NULL;
        } else {
            if (dying.field == 0)
                return NULL;
            dying.field--;
            value = object_empty_field(object, object->type->refs[dying.field]);
            dying_store(object, dying);
        }
        if (value && object_release(value, "the release of a field"))
            return value;
    }
}

static __attribute__((noinline)) void end_sized(own_object *object)
{
    const own_type *type = object->type;
    size_t whole = sized_whole(object_sized(object)->size);
    if ((type->refs || type->tail_refs) && whole <= tally_most)
        object_untrack(object);
    free_sized(object);
}

/* Ends the death of the object on top; returns the one below. Or the same, where calls of weak
   references that were made meanwhile may have brought more to do. */
static own_object *end(own_object *object)
{
    if (object_is_dead(object)) {
        struct dying dying = dying_load(object);
        if (OWN_UNLIKELY(dying.flags & STATE_SIZED)) {
            end_sized(object);
            return dying.waiting;
        }
        if (object->type->refs && object->type->size <= CHUNK_MAX)
            object_untrack(object);
        free_plain(object);
        return dying.waiting;
    }
    bool revived = object_is_revived(object); /* the count first, as in is_alone */
    if (OWN_UNLIKELY(object_state(object) & STATE_WEAK) && !revived) {
        /* All of them, also those that the calls make: what it owns then dies after that. */
        if (is_alone(object))
            return object;
        revived = true;
    }
    own_object *waiting = *class_link(object);
    if (!revived) {
        class_of_object(object)->free(object);
    } else {
        class_of_object(object)->revive(object);
        live_on(object);
    }
    return waiting;
}

static void tear_down(own_object *top)
{
    if (!begin(top, NULL))
        return;
    while (top) {
        own_object *next =
            object_is_dead(top) ? release_fields(top) : class_of_object(top)->step(top);
        if (!next) {
            top = end(top);
            continue;
        }
        probe_1(cascade_next, next);
        if (!die_bare(next) && begin(next, top))
            top = next;
    }
}

/* Keeps the object, whole but for its header, for the outermost level. It is dead to its weak
   references, which are called then. */
static void put_off_death(own_object *object)
{
    if (OWN_UNLIKELY(object_state(object) & STATE_WEAK))
        weakref_clear(object);
    if (object_state(object) & STATE_CLASS) {
        object_mark(object, STATE_DYING);
        *class_link(object) = put_off;
    } else {
        dying_store(object, (struct dying){
                                .waiting = put_off,
                                .field = object_count(object) < 0,
                                .flags = object_state(object) & DYING_FLAGS,
                            });
    }
    put_off = object;
}

static own_object *take_put_off(void)
{
    own_object *object = put_off;
    if (!object_is_dead(object)) {
        put_off = *class_link(object);
        return object;
    }
    struct dying dying = dying_load(object);
    put_off = dying.waiting;
    object->state = STATE_OBJECT | dying.flags;
    object->count = dying.field ? -1 : 1; /* here: whether it is shared */
    return object;
}

/* Whether a tear-down may begin inside those that are under way. */
static bool may_nest(void)
{
    return OWN_LIKELY(nesting < NEST_SURE) || (nesting < NEST_MAX && stack_has_room());
}

/* A weak reference leaves its ring before its death is put off. Until then the thread on which its
   object dies may find it there and take a reference: it lives on, or dies when that one goes. */
static bool is_taken(own_object *object)
{
    if (OWN_LIKELY(object->type != &weakref_type))
        return false;
    weakref_finalize(object);
    return object_is_revived(object);
}

void object_die(own_object *object)
{
    if (die_bare(object))
        return;
    if (may_nest() || is_taken(object))
        object_die_now(object);
    else
        put_off_death(object);
}

void object_die_now(own_object *object)
{
    probe_2(cascade_begin, object, object->type);
    nesting++;
    tear_down(object);
    while (nesting == 1 && put_off)
        tear_down(take_put_off());
    nesting--;
    probe_0(cascade_end);
}
