/*
 * own/object.h - counted objects: the header, the count, types, and the macros that keep fields
 * safe.
 *
 * An object begins with an own_object. Its count is the number of references to it; at zero the
 * object dies at once: weak references to it are cleared (see weakref.h), its finalizer runs, then
 * a tail of references (tail_refs) and the reference fields that its type declares are released,
 * the last declared first, then its memory goes. What dies with it dies in the order that recursion
 * would give, but nothing recurses: a chain of any length dies on a small stack.
 *
 * References that pools hold (own_hold, own_give, a constructor's owner) are released by the pool.
 * All references that pools hold to one object add only one to its count; their number is kept
 * beside the count. If a program releases one reference too many, the count would fall below that
 * one, and the misuse is reported at once (see misuse.h). An object that pools hold 8,388,607 times
 * at once never dies.
 *
 * Memory that is not an object, a block for example, is recognised by its header and reported (see
 * misuse.h) by all calls here and in pool.h and weakref.h that take any object, except by
 * own_is_shared, own_typeof and own_cast, and where own_incref and own_decref count inline: in a
 * block that begins with the 32-bit number 5, own_decref makes it 4. A program compiled with
 * -DOWN_DEBUG=1 does not count inline. A block that happens to contain the bits of a header, as one
 * in eighty blocks of random bytes does, is taken for an object.
 *
 * The count is a number line in one 32-bit word:
 *
 *   INT32_MIN ...................... OWN_COUNT_DEAD      dying or dead: any use is a misuse
 *   OWN_COUNT_DEAD + 1 ............. OWN_COUNT_SHARED    shared, saturated or immortal: never dies
 *   OWN_COUNT_SHARED + 1 ............ -1                  shared: -n is n references
 *   0                                                     confined, immortal: never dies
 *   1 ............................... OWN_COUNT_MAX - 1   confined: n references
 *   OWN_COUNT_MAX ................... OWN_COUNT_TOGGLED   confined, saturated: never dies
 *   OWN_COUNT_TOGGLED + 1 ........... INT32_MAX           confined, with a toggle: n references
 *
 * Threads: a confined object, and all that it reaches, is used by one thread at a time, and may be
 * handed over by anything that synchronises. A shared one (own_share) is counted and used by any
 * number at once. Immortal objects may be counted by any thread. Two threads that count a confined
 * object at the same time are a data race; ThreadSanitizer reports it in programs that are compiled
 * with it (and link a library that is: --enable-sanitizer=thread).
 */
#ifndef OWN_OBJECT_H
#define OWN_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <own/attributes.h>

OWN_BEGIN_DECLS

/* A pool (pool.h); a type of objects (below). What is in a pool is the library's. */
typedef struct own_pool own_pool;
typedef struct own_type own_type;

/*
 * The header of every object: 16 bytes, first in the user's struct. Its fields are the library's;
 * they are here only so that counting can be inline.
 */
typedef struct own_object {
    int32_t count __attribute__((aligned(8))); /* the number line above */
    uint32_t state;                            /* flags, and how many references pools hold */
    const own_type *type;
} own_object;

/*
 * A type of objects. Usually static and const; it must outlive its last object.
 */
struct own_type {
    /* For reports and misuse sentences. */
    const char *name;
    /* Of the whole struct, header included: at least 16. That of pools, lists, buffers and arrays
       is 0: they are made by calls of their own. */
    size_t size;
    /* The offsets of the fields that own a reference, in the order of their declaration, ended by
       OWN_REFS_END; NULL: none. OWN_REFS builds it. */
    const size_t *refs;
    /* May be NULL. Called once in the object's life, when the last reference goes and before any
       field is released. The object is whole and may be used and counted. Where the finalizer
       leaves a reference to it somewhere, the object lives on (PEP 442); its next death is then
       without the finalizer, unless own_rearm is called. */
    void (*finalize)(void *self);
    /* Of an object that is larger than its type (own_new_sized): whether what lies behind `size`
       is pointers that own a reference each, or are NULL. At the death of the object they are
       released before the fields, the last one first. `size` is then a multiple of a pointer's. */
    bool tail_refs;
    /* The names of the fields in refs, in that order, with a comma between two: "pool, peer". For
       reports of cycles (collect.h); NULL: offsets are told there. OWN_FIELDS gives both. */
    const char *fields;
};

/* Ends a list of offsets. */
#define OWN_REFS_END SIZE_MAX

/*
 * Builds the refs of a type: OWN_REFS(struct session, pool, peer), up to 16 fields. Each field is
 * a pointer to an object, or NULL. For types at file scope.
 */
#ifdef __cplusplus
#define OWN_REFS(type, ...)                                                                        \
    ([]() -> const size_t * {                                                                      \
        static const size_t offsets[] = {OWN_OFFSETS_(type, __VA_ARGS__) OWN_REFS_END};            \
        return offsets;                                                                            \
    }())
#else
#define OWN_REFS(type, ...) ((const size_t[]){OWN_OFFSETS_(type, __VA_ARGS__) OWN_REFS_END})
#endif

/* Sets refs and fields in the initialiser of a type: OWN_FIELDS(struct session, pool, peer). C++
   wants members in their order: there, fields is written by itself, behind the others. */
#define OWN_FIELDS(type, ...) .refs = OWN_REFS(type, __VA_ARGS__), .fields = OWN_TEXT_(__VA_ARGS__)
#define OWN_TEXT_(...) #__VA_ARGS__

/*
 * Creates a zeroed object with one reference.
 *
 * owner   a pool, which then holds the reference: the result is borrowed. NULL: the result is a new
 *         reference.
 * type    borrowed, not NULL; must outlive the object. Not that of pools, lists, buffers or arrays;
 *         a weak reference made in this way refers to nothing.
 *
 * Returns NULL with errno EINVAL (no type, or a size below 16, as those four have), ENOMEM, EDQUOT
 * (the limit of owner or of a pool above it). The object's memory is not part of the owner's: it
 * may outlive it. Threads: those of owner. Cost: O(1), and zeroing.
 */
OWN_API OWN_MUST_USE void *own_new(own_pool *owner, const own_type *type);

/*
 * Creates an object with a tail: it is `size` bytes large, header and struct included, all zeroed.
 * No call tells the size of the tail later: keep it in the object if you need it.
 *
 * size  at least type->size; if that is all, the call is own_new. A tail costs 32 bytes more.
 *
 * Fails as own_new does, and with EINVAL: size is below type->size; or the type has tail_refs, and
 * type->size or size is not a multiple of a pointer's size. Threads: those of owner. Cost: O(1),
 * and zeroing.
 */
OWN_API OWN_MUST_USE void *own_new_sized(own_pool *owner, const own_type *type, size_t size);

/* The bounds of the number line at the head of this file. */
#define OWN_COUNT_MAX ((int32_t)1 << 30)
#define OWN_COUNT_TOGGLED (OWN_COUNT_MAX + ((int32_t)1 << 29))
#define OWN_COUNT_SHARED (-((int32_t)1 << 29))
#define OWN_COUNT_DEAD (-((int32_t)1 << 30) - 1)

/* What own_incref and own_decref do at an end of the number line, and for a shared count. */
OWN_API void own_incref_slow(own_object *object);
OWN_API void own_decref_slow(own_object *object);

/* The new count of a confined object. ThreadSanitizer sees a plain store, so that it reports two
   threads that count the object at the same time. */
#ifdef OWN_THREAD_SANITIZER
#define OWN_STORE_COUNT_(object, value) ((object)->count = (value))
#else
#define OWN_STORE_COUNT_(object, value)                                                            \
    __atomic_store_n(&(object)->count, (value), __ATOMIC_RELAXED)
#endif

/* Whether the inline functions count by themselves, or leave that to the functions that check. */
#if defined(OWN_DEBUG) && OWN_DEBUG
#define OWN_COUNTS_INLINE_ 0
#else
#define OWN_COUNTS_INLINE_ 1
#endif

/*
 * Takes a new reference.
 *
 * object  any object, or NULL (nothing happens).
 *
 * Returns object; the reference is the caller's, to be released exactly once. Saturates instead of
 * overflowing: an object that ever had OWN_COUNT_MAX references never dies. A dead object is
 * a misuse. Threads: those of object. Cost: a load, a test and a store, inline.
 */
OWN_API OWN_RETURNS_NEW inline void *own_incref(void *object)
{
    own_object *o = (own_object *)object;
    if (OWN_UNLIKELY(!o))
        return object;
    int32_t count = __atomic_load_n(&o->count, __ATOMIC_RELAXED);
    if (!OWN_COUNTS_INLINE_)
        own_incref_slow(o);
    else if (OWN_LIKELY(count > 0 && count < OWN_COUNT_MAX))
        OWN_STORE_COUNT_(o, count + 1);
    else if (OWN_LIKELY(count < 0 && count > OWN_COUNT_SHARED))
        __atomic_fetch_sub(&o->count, 1, __ATOMIC_RELAXED);
    else
        own_incref_slow(o);
    return object;
}

/*
 * Releases a reference of the caller's. With the last one the object dies before the call returns,
 * and with it all that only it kept alive.
 *
 * object  stolen; NULL is allowed (nothing happens).
 *
 * Releasing a reference that a pool holds (use own_drop), or one that was released before, is a
 * misuse. Finalizers and deferred calls run inside; they may use the library freely. If they
 * release the last reference to something, that dies inside them. Such deaths nest up to 10,000
 * deep, as long as an eighth of the thread's stack, and 32 KiB, is left; further ones are put off
 * to the end of the outermost call. On a stack whose bounds are not known (sigaltstack,
 * makecontext) they nest 32 deep. errno is kept. Threads: those of object. Cost: a load, a test and
 * a store, inline; a death costs what dies.
 */
OWN_API inline void own_decref(OWN_STEALS void *object)
{
    own_object *o = (own_object *)object;
    if (OWN_UNLIKELY(!o))
        return;
    int32_t count = __atomic_load_n(&o->count, __ATOMIC_RELAXED);
    if (!OWN_COUNTS_INLINE_)
        own_decref_slow(o);
    else if (OWN_LIKELY(count > 1 && count < OWN_COUNT_MAX))
        OWN_STORE_COUNT_(o, count - 1);
    else if (OWN_UNLIKELY(count >= -1 || count <= OWN_COUNT_SHARED) ||
             !__atomic_compare_exchange_n(&o->count, &count, count + 1, 0, __ATOMIC_RELEASE,
                                          __ATOMIC_RELAXED))
        own_decref_slow(o);
}

/*
 * The number of references to an object, those that pools hold included. While an object dies, the
 * library's own is not counted: 0, though finalizers and deferred calls may use it.
 *
 * object  borrowed; NULL gives 0.
 *
 * SIZE_MAX for an immortal or saturated object, 0 for a dead one. Cannot fail. Threads: those of
 * object. The answer for a shared object may be out of date at once. But if it is 1, and that
 * reference is the caller's, no other thread has one (weak references aside), and what others did
 * before they released theirs is visible: the caller may change the object in place. Cost: O(1).
 */
OWN_API size_t own_refcount(const void *object);

/*
 * Makes an object shared, for good: from then on any number of threads may count it, and use it, at
 * the same time. With it, all that it holds: what its fields refer to, what a pool owns, its
 * children (but see OWN_POOL_CONFINED), and so on; and the weak references to what becomes shared.
 *
 * object  borrowed, not NULL; confined to the calling thread until now, and all that it holds. One
 *         that is shared already stays so.
 *
 * A weak reference holds nothing: sharing it does not share its object. What a shared pool creates
 * or takes on later becomes shared by that. An object that is put into a field of a shared object
 * does not: share it first. The library does not protect the fields: use a lock of your own.
 *
 * Returns -1 with errno EINVAL (NULL, or a dead object, which is a misuse), EBUSY (something that
 * it reaches has a toggle, see own_set_toggle) or ENOMEM; then nothing has changed. Cost: O(all
 * that it holds), no recursion.
 */
OWN_API int own_share(void *object);

/*
 * Whether an object is shared: used by any number of threads at once. False for NULL, for a dead
 * one, and for an immortal one that was never shared. Threads: any that may use the object.
 * Cost: O(1).
 */
OWN_API bool own_is_shared(const void *object);

/*
 * Makes an object immortal: it is no longer counted and never dies, whoever releases it.
 *
 * object  borrowed, or NULL (nothing happens). What its fields refer to, and what a pool owns,
 *         stays alive with it, but is itself counted as before.
 *
 * Cannot be undone. A dead object is a misuse. Threads: those of object. Cost: O(1).
 */
OWN_API void own_immortalize(void *object);

/*
 * Lets the finalizer of an object run again, at its next death, though it has run.
 *
 * object  borrowed, or NULL (nothing happens). Its type may have no finalizer.
 *
 * It is called by the finalizer that brings its object back to life, or later by code that holds
 * the object. In this way an object can return to a list of free ones each time its last reference
 * is released, and never die. If the finalizer stores no reference to it, the object dies, rearmed
 * or not. A dead object is a misuse. Threads: those of object. Cost: O(1).
 */
OWN_API void own_rearm(void *object);

/*
 * Sets what is called when the last reference but one to an object has gone, and when there is
 * a second one again: a toggle. With it a language binding that has a reference to the object keeps
 * its own wrapper alive for exactly as long as others use the object.
 *
 * object  borrowed, not NULL, confined; not a weak reference, and not dying.
 * call    gets the object, borrowed; whether there is only one reference now; and arg. Called from
 *         the call that took or released a reference, once for each change. It may use the library
 *         freely, and release that one reference. It must not release what the running call of the
 *         library still uses, such as its arguments. errno is kept. NULL: removes the toggle.
 * arg     not looked at.
 *
 * The references that pools hold count as one here. Setting a toggle calls nothing, whatever the
 * count is at that moment. An object has one toggle; a second one replaces it. The toggle ends,
 * without a call, when the last reference goes, before the object's finalizer runs; or when the
 * object becomes immortal.
 *
 * Returns -1 with errno EINVAL (NULL; a dead object, which is a misuse; a dying one; a weak
 * reference), EPERM (shared, immortal, saturated, or over 536,870,911 references), ENOMEM. An
 * object that has a toggle cannot become shared: own_share of what reaches it fails with EBUSY, as
 * does what would put it into a shared pool. Threads: those of object. Cost: O(1) expected; for an
 * object with a toggle own_incref and own_decref are function calls, for all others nothing
 * changes.
 */
OWN_API int own_set_toggle(void *object, void (*call)(void *object, bool only, void *arg),
                           void *arg);

/*
 * The type of an object; borrowed. NULL for NULL. Threads: any that may use the object. Cost: O(1).
 */
OWN_API OWN_BORROWS const own_type *own_typeof(const void *object);

/*
 * The object if it is of that very type, else NULL. No count changes: the result is borrowed
 * wherever the argument was. NULL for NULL. Threads: any that may use the object. Cost: O(1).
 */
OWN_API void *own_cast(const void *object, const own_type *type);

/* For OWN_SCOPED: releases what the variable at that address refers to. */
OWN_API inline void own_decref_scoped(void *variable)
{
    own_decref(*(void *__attribute__((may_alias)) *)variable);
}

/*
 * Declares a variable that releases its reference at the end of its C scope:
 *
 *     OWN_SCOPED own_pool *pool = own_pool_new(NULL);
 *
 * Must be initialised. To pass the reference on, copy it and set the variable to NULL.
 */
#define OWN_SCOPED __attribute__((cleanup(own_decref_scoped)))

/*
 * Empties a field that owns a reference, then releases the reference. In this order, because the
 * release may run code that looks at the field. The argument is evaluated once.
 */
#define OWN_CLEAR(lvalue)                                                                          \
    do {                                                                                           \
        __typeof__(lvalue) *own_field_ = &(lvalue);                                                \
        __typeof__(lvalue) own_old_ = *own_field_;                                                 \
        *own_field_ = NULL;                                                                        \
        own_decref(own_old_);                                                                      \
    } while (0)

/*
 * Puts a reference into a field that owns one, then releases the old one. The new reference is
 * stolen; write OWN_SET(field, own_incref(x)) to keep yours. Arguments are evaluated once.
 */
#define OWN_SET(lvalue, new_reference)                                                             \
    do {                                                                                           \
        __typeof__(lvalue) *own_field_ = &(lvalue);                                                \
        __typeof__(lvalue) own_old_ = *own_field_;                                                 \
        *own_field_ = (__typeof__(lvalue))(new_reference);                                         \
        own_decref(own_old_);                                                                      \
    } while (0)

/* OWN_REFS's helpers: a comma-separated offset for each field. */
#define OWN_OFFSETS_(t, ...)                                                                       \
    OWN_PICK_(__VA_ARGS__, OWN_O16_, OWN_O15_, OWN_O14_, OWN_O13_, OWN_O12_, OWN_O11_, OWN_O10_,   \
              OWN_O9_, OWN_O8_, OWN_O7_, OWN_O6_, OWN_O5_, OWN_O4_, OWN_O3_, OWN_O2_, OWN_O1_, 0)  \
    (t, __VA_ARGS__)
#define OWN_PICK_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, pick, ...) pick
#define OWN_O1_(t, f) offsetof(t, f),
#define OWN_O2_(t, f, ...) offsetof(t, f), OWN_O1_(t, __VA_ARGS__)
#define OWN_O3_(t, f, ...) offsetof(t, f), OWN_O2_(t, __VA_ARGS__)
#define OWN_O4_(t, f, ...) offsetof(t, f), OWN_O3_(t, __VA_ARGS__)
#define OWN_O5_(t, f, ...) offsetof(t, f), OWN_O4_(t, __VA_ARGS__)
#define OWN_O6_(t, f, ...) offsetof(t, f), OWN_O5_(t, __VA_ARGS__)
#define OWN_O7_(t, f, ...) offsetof(t, f), OWN_O6_(t, __VA_ARGS__)
#define OWN_O8_(t, f, ...) offsetof(t, f), OWN_O7_(t, __VA_ARGS__)
#define OWN_O9_(t, f, ...) offsetof(t, f), OWN_O8_(t, __VA_ARGS__)
#define OWN_O10_(t, f, ...) offsetof(t, f), OWN_O9_(t, __VA_ARGS__)
#define OWN_O11_(t, f, ...) offsetof(t, f), OWN_O10_(t, __VA_ARGS__)
#define OWN_O12_(t, f, ...) offsetof(t, f), OWN_O11_(t, __VA_ARGS__)
#define OWN_O13_(t, f, ...) offsetof(t, f), OWN_O12_(t, __VA_ARGS__)
#define OWN_O14_(t, f, ...) offsetof(t, f), OWN_O13_(t, __VA_ARGS__)
#define OWN_O15_(t, f, ...) offsetof(t, f), OWN_O14_(t, __VA_ARGS__)
#define OWN_O16_(t, f, ...) offsetof(t, f), OWN_O15_(t, __VA_ARGS__)

#ifdef OWN_ANALYZED /* see analyzer.h */
#define own_incref(object) OWN_INCREF_(object)
#define own_decref(object) OWN_DECREF_(object)
#define own_new(...) OWN_MADE(own_new, __VA_ARGS__)
#define own_new_sized(...) OWN_MADE(own_new_sized, __VA_ARGS__)
#define own_cast(object, type) OWN_SAME_OR_NULL_(own_cast(object, type), object, type)
#define own_immortalize(object) OWN_PASSED_ON(object)
#define own_set_toggle(object, call, arg)                                                          \
    OWN_PASSES_ON_(own_set_toggle(object, call, arg), arg, object)
#endif

OWN_END_DECLS

#endif
