/*
 * object/toggle.h - the calls that follow a count between one and more: own_set_toggle.
 *
 * The count of an object with a toggle is above OWN_COUNT_TOGGLED, where no inline code counts. Its
 * toggle is found by its address, in a table, when the count comes to one or leaves it. A toggle
 * remembers what it was last told, so that whoever has changed the count may tell it later, when
 * nothing is half done: the call is made where there is news.
 *
 * Equations:
 *
 *   count > OWN_COUNT_TOGGLED => the object is in the table, confined, and not dying
 *   the table has buckets exactly where it has entries
 *
 * Threads: the table is under one lock, held for one step, never while code of a user runs, and
 * taken before the heap lock. The toggles are those of their objects' threads.
 */
#ifndef OBJECT_TOGGLE_H
#define OBJECT_TOGGLE_H

#include "object/object.h"

static inline bool object_is_toggled(const own_object *object)
{
    return object_count(object) > OWN_COUNT_TOGGLED;
}

/* Tells the toggle of such an object, if its count has come to one or left it. Runs code of users,
   which may release what keeps the object alive. Keeps errno. */
void toggle_tell(own_object *object);
/* The object loses its toggle, and has the same references on the ordinary line. */
void toggle_end(own_object *object);

/* While a lock is held, nothing is told on this thread. */
void toggle_hush(bool quiet);

/* The same as toggle_tell for any object that the caller has a reference to. */
static inline void object_tell(own_object *object)
{
    if (OWN_UNLIKELY(object_is_toggled(object)))
        toggle_tell(object);
}

/* object_unhold, and toggle_tell where it was not the last. Nothing is half done. */
OWN_MUST_USE static inline bool object_unhold_and_tell(own_object *object)
{
    bool toggled = object_is_toggled(object); /* afterwards a shared one may be gone */
    if (object_unhold(object))
        return true;
    if (OWN_UNLIKELY(toggled))
        toggle_tell(object);
    return false;
}

/* For fork. */
void toggle_lock_table(void);
void toggle_unlock_table(void);

#endif
