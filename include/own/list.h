/*
 * own/list.h - lists: references to any number of objects, in order.
 *
 * A list is an object (see object.h) that owns a reference to each of its items, as a list of
 * Python does. Items are any objects, the same one twice or the list itself among them; none is
 * NULL. No call steals: each takes a reference of its own to what it puts into the list, and the
 * caller keeps the one that it has.
 *
 * When a list dies, or is cleared, its references are released, the last one first. Lists of lists
 * of any depth die without recursion. Code that runs because an item dies may use the list, and
 * sees it as it is after the change.
 *
 * The memory of a list is not part of its owner's, and no limit counts it, as for any object. It is
 * 8 bytes an item, and up to as much again.
 *
 * Threads: a list is confined: one thread at a time uses it, any thread may. A list that becomes
 * shared (own_share), and with it all its items, is read by any number of threads at once, and
 * never changes again: what would change it fails with EPERM. So a list for a shared pool is made
 * without owner, filled, and then given to the pool.
 */
#ifndef OWN_LIST_H
#define OWN_LIST_H

#include <stddef.h>

#include <own/attributes.h>
#include <own/object.h>

OWN_BEGIN_DECLS

/* A list. Its fields are the library's. */
typedef struct own_list own_list;

/*
 * Creates an empty list.
 *
 * owner  a pool, which then holds the reference: the result is borrowed. NULL: the result is a new
 *        reference.
 *
 * Returns NULL with errno ENOMEM, EDQUOT (for the owner's record of it). Threads: those of owner.
 * Cost: O(1).
 */
OWN_API OWN_MUST_USE own_list *own_list_new(own_pool *owner);

/*
 * Puts a reference to an object into a list: behind all others; or in front of the one at `index`,
 * or behind all others where that is the size of the list.
 *
 * list  borrowed, not NULL.
 * item  borrowed, not NULL.
 *
 * Returns -1 with errno EINVAL (NULL, no list; a dead object, or what is no object, which is
 * a misuse), ERANGE (index is over the size of the list, as a negative number is), EPERM (a shared
 * list), ENOMEM. Threads: those of both. Cost: O(1) amortised; insert, the items behind index too.
 */
OWN_API int own_list_append(own_list *list, void *item);
OWN_API int own_list_insert(own_list *list, size_t index, void *item);

/*
 * The item at an index; borrowed: valid for as long as it stays in the list.
 *
 * Returns NULL with errno ERANGE (there is no such item), EINVAL (list is NULL). Threads: those of
 * list. Cost: O(1).
 */
OWN_API OWN_RETURNS_BORROWED void *own_list_get(const own_list *list, size_t index);

/*
 * Puts a reference to another object in the place of one, which is then released.
 *
 * item  borrowed, not NULL.
 *
 * Returns -1 with errno EINVAL, ERANGE (there is no item at index) or EPERM, as own_list_append.
 * Cost: O(1), and what dies.
 */
OWN_API int own_list_set(own_list *list, size_t index, void *item);

/*
 * Removes an item, whose reference is then released; those behind it move up. own_list_clear
 * removes all.
 *
 * Returns -1 with errno EINVAL, ERANGE or EPERM, as own_list_set. Cost: O(1) for the last one, else
 * the items behind index; and what dies.
 */
OWN_API int own_list_remove(own_list *list, size_t index);
OWN_API int own_list_clear(own_list *list);

/* The number of items; 0 for NULL. Threads: those of list. Cost: O(1). */
OWN_API size_t own_list_size(const own_list *list);

/* The type of all lists, for own_typeof and own_cast. Borrowed, lives for ever. Cost: O(1). */
OWN_API OWN_NEVER_NULL const own_type *own_list_type(void);

#ifdef OWN_ANALYZED /* see analyzer.h */
#define own_list_new(...) OWN_MADE(own_list_new, __VA_ARGS__)
#define own_list_append(list, item) OWN_HOLDS_(own_list_append(list, item), item, list)
#define own_list_insert(list, index, item)                                                         \
    OWN_HOLDS_(own_list_insert(list, index, item), item, list, index)
#define own_list_set(list, index, item)                                                            \
    OWN_HOLDS_(own_list_set(list, index, item), item, list, index)
#endif

OWN_END_DECLS

#endif
