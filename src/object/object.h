/*
 * object/object.h - the room object: the count, what pools hold, and the death of objects.
 *
 * Equations, for an object that is neither immortal nor saturated:
 *
 *   count      = references outside of pools + (held > 0)
 *   held       = references that pools hold, in the upper bits of `state`
 *   refcount   = references outside of pools + held
 *   alive      : count > 0 (or < 0 where shared)
 *   being finalized, or a pool being torn down: alive, DYING set, and one of the references outside
 *              of pools is the library's own guard
 *   releasing its fields, or waiting to die: count <= OWN_COUNT_DEAD (see dying.h)
 *
 * So all references that pools hold are one step of the count. A decref by a caller without
 * a reference finds count = 1 and held > 0, which is misuse, at no cost to any other decref.
 *
 * The chunk of an object begins with it. Only a sized object, one that is larger than its type, has
 * a record of its size in front of it.
 *
 * Memory that is not an object is recognised by its header: state & STATE_PATTERN = STATE_OBJECT in
 * every object whose count is not a dead one, and its type is the address of an own_type.
 *
 * Threads: those of the object.
 */
#ifndef OBJECT_OBJECT_H
#define OBJECT_OBJECT_H

#include "base/base.h"
#include "chunk/tally.h"
#include "object/count.h"

#include <own/object.h>

/* The low bits of own_object.state; the rest counts what pools hold. */
#define STATE_FINALIZED ((uint32_t)1) /* the finalizer has run; own_rearm ends that */
#define STATE_WEAK ((uint32_t)2)      /* may have weak references */
#define STATE_SIZED ((uint32_t)4)     /* a struct sized lies in front of it */
#define STATE_DYING ((uint32_t)8)     /* the last reference went; the guard keeps it whole */
#define STATE_CLASS ((uint32_t)16)    /* the type is an object_class */
#define STATE_PATTERN                                                                              \
    ((uint32_t)0xe0) /* of these bits, objects that are not dead have STATE_OBJECT */
#define STATE_OBJECT ((uint32_t)0xa0) /* neither zeros, nor ASCII, nor a small negative number */
#define STATE_FLAGS ((uint32_t)0xff)
/* For own_share, while it looks for all that is reachable. */
#define STATE_FOUND ((uint32_t)0x100)
/* Flags that do not matter to the release of the last reference. */
#define STATE_RELEASABLE (STATE_FINALIZED | STATE_WEAK | STATE_CLASS | STATE_FOUND | STATE_SIZED)
#define STATE_HELD_ONE ((uint32_t)1 << 9)
#define STATE_HELD_MAX (UINT32_MAX >> 9) /* held so often, an object is never released again */

/* What a sized object has in front of it. The chunk room leaves the first 16 bytes of a chunk that
   was put back as they are, and writes to the next 16; the header of the object is behind them, so
   that a dead one can still be recognised. */
struct sized {
    size_t size; /* of the object */
    /* While it dies: the references of the tail that are still to be released. */
    FIELD_ALIGNED(8) size_t tail;
    FIELD_ALIGNED(16) unsigned char guard[16]; /* with OWN_CHECK=guard */
};

/* checked.c: an object has been made, and is about to be dead, so that those that are alive can be
   listed. */
void object_add(const own_object *object);
static inline void object_made(const own_object *object)
{
    if (check_lists_objects())
        object_add(object);
}
static inline void object_gone(const own_object *object)
{
    if (check_lists_objects())
        check_remove_object(object);
}

/* How many bytes a sized object takes. */
static inline size_t sized_whole(size_t size)
{
    size_t behind = OWN_UNLIKELY(check_words() & CHECK_GUARD) ? sizeof((struct sized){0}.guard) : 0;
    return sizeof(struct sized) + size + behind;
}
/* checked.c: a sized object has been made; it is dead, but for its memory. */
void sized_begin(struct sized *sized);
void sized_end(struct sized *sized);

static inline struct sized *object_sized(const own_object *object)
{
    return (struct sized *)(uintptr_t)object - 1;
}

/*
 * A type of the library's own, whose objects die in steps of their own. They are whole and counted
 * while they do, and may be brought back to life by whoever takes a reference meanwhile.
 */
struct object_class {
    /* Its size is 0, so that object_new refuses it: other code makes these objects. */
    own_type type;
    /* The references that an object has beside the fields of the type, and how many. NULL: there
       are none, or they are a pool's. */
    own_object *const *(*items)(const own_object *self, size_t *count);
    /* Releases the references of a living object, so that a cycle is cut. NULL: of each cycle that
       it is in, another object can be emptied; or it is a pool. */
    void (*empty)(own_object *self);
    /* Does the next piece of dying. Returns an object whose last reference that released, NULL when
       there is nothing left to do. It may run code of users. */
    own_object *(*step)(own_object *self);
    /* The offset of a field in which a dying object keeps the one that waits for it. */
    size_t waiting;
    /* Frees all memory; nobody has a reference. */
    void (*free)(own_object *self);
    /* Does that where it is the only step of dying. False: there are others. */
    bool (*free_bare)(own_object *self);
    /* A dying object got a reference after all: it lives on. */
    void (*revive)(own_object *self);
    /* Writes what misuse sentences call the object. */
    void (*describe)(const own_object *self, char *text, size_t size);
};

static inline int32_t object_count(const own_object *object)
{
    return __atomic_load_n(&object->count, __ATOMIC_RELAXED);
}

static inline uint32_t object_state(const own_object *object)
{
    return __atomic_load_n(&object->state, __ATOMIC_RELAXED);
}

/* Whether count and state may be changed by several threads at once: shared, or immortal. */
static inline bool object_is_met(const own_object *object)
{
    return object_count(object) <= 0;
}

/* Sets and clears flags. */
static inline void object_mark(own_object *object, uint32_t flags)
{
    if (OWN_UNLIKELY(object_is_met(object)))
        __atomic_fetch_or(&object->state, flags, __ATOMIC_RELAXED);
    else
        object->state |= flags;
}

static inline void object_unmark(own_object *object, uint32_t flags)
{
    if (OWN_UNLIKELY(object_is_met(object)))
        __atomic_fetch_and(&object->state, ~flags, __ATOMIC_RELEASE);
    else
        object->state &= ~flags;
}

static inline uint32_t object_held(const own_object *object)
{
    return object_state(object) / STATE_HELD_ONE;
}

static inline bool object_is_dying(const own_object *object)
{
    return __atomic_load_n(&object->state, __ATOMIC_ACQUIRE) & STATE_DYING;
}

/* Whether a dying object lives on: somebody took a reference beside the library's guard. */
static inline bool object_is_revived(const own_object *object)
{
    int32_t count = __atomic_load_n(&object->count, __ATOMIC_ACQUIRE);
    return count != 1 && count != -1;
}

static inline bool object_is_dead(const own_object *object)
{
    return object_count(object) <= OWN_COUNT_DEAD;
}

/* Whether memory that is not dead looks like an object. Its type is not read. */
static inline bool object_has_header(const own_object *object)
{
    return (object_state(object) & STATE_PATTERN) == STATE_OBJECT && object->type &&
           (uintptr_t)object->type % _Alignof(own_type) == 0;
}

/* shared.c: the functions below for shared and immortal objects. */
enum shared_release {
    SHARED_RELEASED,
    SHARED_WAS_LAST,     /* the caller now calls object_die */
    SHARED_IS_NOT_YOURS, /* the only reference is held by a pool, or is that of the tear-down */
    SHARED_IS_DEAD
};
void shared_hold(own_object *object);
void shared_give(own_object *object);
bool shared_unhold(own_object *object);
enum shared_release shared_release(own_object *object);
/* A new reference, under the lock of the weak references. False: the last one has gone. */
bool shared_try_incref(own_object *object);
/* The references that the count stands for, and the state at that moment. */
size_t shared_references(const own_object *object, uint32_t *state);

/* A zeroed object with one reference, which is new, of a type without refs. NULL: errno is EINVAL
   or ENOMEM. */
own_object *object_new(const own_type *type);
/* The same for a type with refs, whose objects are tracked. */
own_object *object_new_with_refs(const own_type *type);
/* The same for an object with a tail, if `size` is more than that of the type. Among EINVAL are
   then a size below that, and a tail that does not fit .tail_refs. */
own_object *object_new_sized(const own_type *type, size_t size);

/*
 * Tracking: an object that may be part of a cycle is found by a collection. Its chunk is not over
 * CHUNK_MAX. Pools are found by their labels; they are not tracked. object_tracked counts what the
 * thread has tracked, less what it has untracked.
 */
extern __thread ptrdiff_t object_tracked;
/* When it is object_collect_at, the thread collects by object_collect, where code of users may run:
   before such an object is made, or a pool that was not ready. The room cycle sets both. */
extern __thread ptrdiff_t object_collect_at;
extern void (*object_collect)(void); /* atomic */
static inline void object_collect_if_due(void)
{
    if (OWN_UNLIKELY(object_tracked >= object_collect_at))
        __atomic_load_n(&object_collect, __ATOMIC_RELAXED)();
}

static inline void object_track(const own_object *object)
{
    tally_track(object);
    object_tracked++;
}

static inline void object_untrack(const own_object *object)
{
    tally_untrack(object);
    object_tracked--;
}

/* How many references the tail of a plain object owns. */
static inline size_t object_tail(const own_object *object)
{
    const own_type *type = object->type;
    if (OWN_LIKELY(!type->tail_refs || !(object_state(object) & STATE_SIZED)))
        return 0;
    return (object_sized(object)->size - type->size) / sizeof(own_object *);
}

/* What the field at an offset refers to; may be NULL. */
static inline own_object *object_reference_at(const own_object *object, size_t offset)
{
    const void *field = (const char *)object + offset;
    return *(own_object *const __attribute__((may_alias)) *)field;
}

/* Takes it out of the field. */
static inline own_object *object_empty_field(own_object *object, size_t offset)
{
    void *field = (char *)object + offset;
    own_object *value = *(own_object *__attribute__((may_alias)) *)field;
    *(own_object *__attribute__((may_alias)) *)field = NULL;
    return value;
}

/* The references of the tail, or those of the class, and how many; a pool has none of these. Those
   of a tail may be NULL. */
static inline own_object *const *object_items(const own_object *object, size_t *count)
{
    const own_type *type = object->type;
    *count = 0;
    if (OWN_UNLIKELY(object_state(object) & STATE_CLASS)) {
        const struct object_class *class = (const void *)type;
        return class->items ? class->items(object, count) : NULL;
    }
    *count = object_tail(object);
    return (own_object *const *)(const void *)((const char *)object + type->size);
}

/* Visits what the fields, the tail or the class of an object refer to, NULL left out, until an
   answer is false. */
bool object_each(const own_object *object, bool (*visit)(own_object *object, void *arg), void *arg);

/* Whether that is an object, and alive. False: it has been reported as a misuse of that call, for
   that pool if there is one. */
bool object_refuse(const own_object *object, const char *call, const char *pool)
    __attribute__((cold));
static inline bool object_check(const own_object *object, const char *call, const char *pool)
{
    return OWN_LIKELY(!object_is_dead(object) && object_has_header(object)) ||
           object_refuse(object, call, pool);
}

/* Fails with EINVAL because a pool does not hold that. What is neither an object nor a dead one is
   reported. Returns -1. */
int object_not_held(const own_object *object, const char *call);

/* Whether there is a reference outside of pools. False: reported in the same way. */
bool object_check_caller(const own_object *object, const char *call, const char *pool);

/* A pool takes a reference. */
void object_hold(own_object *object);

/* A pool takes over the caller's reference. */
void object_give(own_object *object);

/* A pool releases one. True: it was the last; the caller now calls object_die, or is in a step. */
OWN_MUST_USE bool object_unhold(own_object *object);

/* A reference outside of pools is released. True: as object_unhold. Misuse is reported. */
OWN_MUST_USE bool object_release(own_object *object, const char *call);

/*
 * Where an object may have a toggle, the caller of object_hold, object_give and object_unhold calls
 * object_tell (toggle.h) when nothing is half done. object_release tells it itself.
 */

/* The last reference has been released: the object dies, and what dies with it. Keeps errno. Where
   tear-downs nest too deep, it is put off. */
void object_die(own_object *object);
/* The same, but never put off: for what must have died before something else goes on. */
void object_die_now(own_object *object);

/* Frees a tracked object that is not of a class, as it is. */
void object_free_plain(own_object *object);

/* What a misuse sentence calls an object. Returns text. */
#define OBJECT_TEXT 160
const char *object_describe(const own_object *object, char text[OBJECT_TEXT]);

#endif
