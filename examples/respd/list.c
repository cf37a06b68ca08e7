/*
 * list.c - the value of a list: a deque of cells, in nodes, in a pool of its own.
 */
#include "list.h"

#include <string.h>

#include "census.h"

#define NODE_CELLS_FIRST 4 /* of the only node of a short list */
#define NODE_CELLS 64

struct list *list_new(own_pool *owner)
{
    own_pool *pool = census_pool(owner, "list", 0, 0);
    if (!pool)
        return NULL;
    struct list *list = OWN_ALLOC(pool, struct list);
    if (!list) {
        own_drop(owner, pool);
        return NULL;
    }
    list->pool = pool;
    return list;
}

static struct list_node *node_add(struct list *list, enum list_end end)
{
    uint32_t capacity = list->count ? NODE_CELLS : NODE_CELLS_FIRST;
    struct list_node *node =
        own_alloc_raw(list->pool, 1, sizeof *node + capacity * sizeof(union cell));
    if (!node)
        return NULL;
    *node = (struct list_node){.capacity = capacity};
    if (end == LIST_LEFT) {
        node->begin = node->end = capacity;
        node->next = list->first;
        *(list->first ? &list->first->previous : &list->last) = node;
        list->first = node;
    } else {
        node->previous = list->last;
        *(list->last ? &list->last->next : &list->first) = node;
        list->last = node;
    }
    return node;
}

static void node_remove(struct list *list, struct list_node *node)
{
    *(node->previous ? &node->previous->next : &list->first) = node->next;
    *(node->next ? &node->next->previous : &list->last) = node->previous;
    own_free(list->pool, node);
}

int list_push(struct list *list, enum list_end end, const struct string *string, own_pool *giver)
{
    struct list_node *node = end == LIST_LEFT ? list->first : list->last;
    bool full = !node || (end == LIST_LEFT ? node->begin == 0 : node->end == node->capacity);
    struct list_node *fresh = NULL;
    if (full)
        node = fresh = node_add(list, end);
    if (!node)
        return -1;
    union cell *cell = &node->cells[end == LIST_LEFT ? node->begin - 1 : node->end];
    if (cell_fill(list->pool, cell, string, giver) != 0) {
        if (fresh)
            node_remove(list, fresh);
        return -1;
    }
    if (end == LIST_LEFT)
        node->begin--;
    else
        node->end++;
    list->count++;
    return 0;
}

union cell *list_at_end(struct list *list, enum list_end end)
{
    return end == LIST_LEFT ? &list->first->cells[list->first->begin]
                            : &list->last->cells[list->last->end - 1];
}

void list_pop(struct list *list, enum list_end end)
{
    struct list_node *node = end == LIST_LEFT ? list->first : list->last;
    cell_clear(list->pool, list_at_end(list, end));
    if (end == LIST_LEFT)
        node->begin++;
    else
        node->end--;
    list->count--;
    if (node->begin == node->end)
        node_remove(list, node);
}

/* Splits a full node: the cells from its middle on go to a new node behind it. */
static int node_split(struct list *list, struct list_node *node)
{
    struct list_node *fresh =
        own_alloc_raw(list->pool, 1, sizeof *node + NODE_CELLS * sizeof(union cell));
    if (!fresh)
        return -1;
    uint32_t middle = node->begin + (node->end - node->begin) / 2;
    *fresh = (struct list_node){.previous = node, .next = node->next, .capacity = NODE_CELLS};
    fresh->end = node->end - middle;
    memcpy(fresh->cells, &node->cells[middle], fresh->end * sizeof(union cell));
    node->end = middle;
    *(node->next ? &node->next->previous : &list->last) = fresh;
    node->next = fresh;
    return 0;
}

int list_insert(struct list *list, struct list_place place, const struct string *string,
                own_pool *giver)
{
    union cell cell = {0};
    struct list_node *node = place.node;
    if (cell_fill(list->pool, &cell, string, giver) != 0)
        return -1;
    if (node->begin == 0 && node->end == node->capacity) {
        if (node_split(list, node) != 0) {
            cell_clear(list->pool, &cell);
            return -1;
        }
        if (place.at > node->end) {
            place = (struct list_place){node->next, place.at - node->end};
            node = place.node;
        }
    }
    if (node->end < node->capacity) {
        memmove(&node->cells[place.at + 1], &node->cells[place.at],
                (node->end - place.at) * sizeof cell);
        node->end++;
    } else {
        memmove(&node->cells[node->begin - 1], &node->cells[node->begin],
                (place.at - node->begin) * sizeof cell);
        node->begin--;
        place.at--;
    }
    node->cells[place.at] = cell;
    list->count++;
    return 0;
}

void list_remove(struct list *list, struct list_place place)
{
    struct list_node *node = place.node;
    cell_clear(list->pool, &node->cells[place.at]);
    node->end--;
    memmove(&node->cells[place.at], &node->cells[place.at + 1],
            (node->end - place.at) * sizeof(union cell));
    list->count--;
    if (node->begin == node->end)
        node_remove(list, node);
}

struct list_place list_seek(const struct list *list, size_t index)
{
    struct list_node *node;
    if (index < list->count / 2) {
        node = list->first;
        while (index >= node->end - node->begin) {
            index -= node->end - node->begin;
            node = node->next;
        }
        return (struct list_place){node, node->begin + (uint32_t)index};
    }
    size_t from_right = list->count - index; /* 1 is the last */
    node = list->last;
    while (from_right > node->end - node->begin) {
        from_right -= node->end - node->begin;
        node = node->previous;
    }
    return (struct list_place){node, node->end - (uint32_t)from_right};
}

const union cell *list_read(struct list_place *place)
{
    if (place->node && place->at == place->node->end) {
        place->node = place->node->next;
        place->at = place->node ? place->node->begin : 0;
    }
    return place->node ? &place->node->cells[place->at++] : NULL;
}

struct list_place list_end_place(const struct list *list, enum list_end end)
{
    return end == LIST_LEFT ? (struct list_place){list->first, list->first->begin}
                            : (struct list_place){list->last, list->last->end};
}

const union cell *list_read_left(struct list_place *place)
{
    if (place->node && place->at == place->node->begin) {
        place->node = place->node->previous;
        place->at = place->node ? place->node->end : 0;
    }
    return place->node ? &place->node->cells[--place->at] : NULL;
}
