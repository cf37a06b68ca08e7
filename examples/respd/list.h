/*
 * list.h - the value of a list: a deque of cells, in nodes, in a pool of its own.
 *
 * Both ends push and pop in O(1); a node that is emptied is freed.
 */
#ifndef RESPD_LIST_H
#define RESPD_LIST_H

#include <own.h>

#include "text.h"

struct list_node {
    struct list_node *previous, *next;
    uint32_t capacity;
    uint32_t begin, end; /* the cells in use */
    union cell cells[];
};

struct list {
    own_pool *pool; /* borrowed: it is the pool that this is a block of */
    struct list_node *first, *last;
    size_t count;
};

enum list_end { LIST_LEFT, LIST_RIGHT };

/* Creates an empty list in a pool of its own, a child of owner. NULL with errno as own_alloc. */
OWN_MUST_USE struct list *list_new(own_pool *owner);

/* Errors and giver as cell_fill; then the list is as it was. */
int list_push(struct list *list, enum list_end end, const struct string *string, own_pool *giver);

/* The cell at an end of a list that is not empty, borrowed; and its removal. */
union cell *list_at_end(struct list *list, enum list_end end);
void list_pop(struct list *list, enum list_end end);

/* A place in a list. */
struct list_place {
    struct list_node *node;
    uint32_t at;
};

/* The place of an index below the count. Cost: the nodes from the nearer end. */
struct list_place list_seek(const struct list *list, size_t index);

/* Puts a string in front of the cell at a place. Errors and giver as list_push. */
int list_insert(struct list *list, struct list_place place, const struct string *string,
                own_pool *giver);

/* Takes the cell at a place out. Afterwards no other place of the list is valid. */
void list_remove(struct list *list, struct list_place place);

/* The cell at a place, borrowed, and a step to the right; NULL at the end. */
const union cell *list_read(struct list_place *place);

/* The place before the first cell that list_read gives, or behind the last one for a step to the
   left. The list is not empty. */
struct list_place list_end_place(const struct list *list, enum list_end end);
const union cell *list_read_left(struct list_place *place);

#endif
