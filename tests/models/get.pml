/*
 * get.pml - own_weakref_get against the last own_decref.
 *
 * Two threads release the two references of an object, two others get it through a weak reference
 * each, use it and release that: weakref_get_shared (object/weaktable.c) against shared_release and
 * become_guard (object/shared.c).
 *
 * mutants:
 *   GET_WITHOUT_LOCK    the get counts without the lock of the table
 *   SPLIT_COUNT         a release reads the count and writes it, without an exchange
 *   ONLY_BUT_WEAK      the only reference is released without an exchange, weak references or not
 *   GUARD_BEFORE_CLEAR  the count is the guard's before the weak references are cleared
 */
#define COUNT_FIRST (-2)
#define STATE_FIRST STATE_WEAK
#define REFS_FIRST LINKED
#define FINALIZE skip
#include "weakref.pml"

active [2] proctype owner()
{
    LOCALS;
    decref()
}

active [2] proctype getter()
{
    LOCALS;
    get(_pid - 2);
    if
    :: got -> got = false; touch(); decref()
    :: else
    fi
}

active proctype check()
{
    timeout;
    assert(freed && deaths == 1 && count == DEAD);
    assert(calls[0] == 1 && calls[1] == 1);
    assert(!shard)
}
