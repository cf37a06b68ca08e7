/*
 * list/list.h - the room list: references to any number of objects, in order.
 *
 * A list is a header, and a chunk apart from it that has its items.
 *
 * Equations (list_validate checks them):
 *
 *   count <= room
 *   items = NULL exactly where room = 0; else a chunk of room * sizeof(*items) bytes
 *   items[0] to items[count - 1] are not NULL, and each is a reference of the list's
 *
 * A shared list does not change. One that dies releases its items from the end; if code of users
 * brings it back to life meanwhile, it keeps the rest.
 *
 * Nothing else in the library looks inside. Threads: those of the list.
 */
#ifndef LIST_LIST_H
#define LIST_LIST_H

#include "ownership/ownership.h"

#include <own/list.h>

struct own_list {
    own_object object;
    own_object **items;
    size_t count;
    size_t room;
    own_object *waiting; /* dying */
};

/* Aborts with a sentence where an equation above does not hold. */
void list_validate(const own_list *list);

#endif
