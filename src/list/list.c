/*
 * list/list.c - making lists, changing them, their death.
 *
 * A reference is released when the change that released it has been made: what runs then may use
 * the list, or end it.
 */
#include "list/list.h"
#include "chunk/chunk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ROOM_LEAST ((size_t)8)
#define AT_END SIZE_MAX

static const struct object_class list_class;

static own_list *as_list(own_object *object)
{
    return (own_list *)(void *)object; /* its first field */
}

static void debug_step(const own_list *list)
{
    if (OWN_DEBUG)
        list_validate(list);
}

own_list *own_list_new(own_pool *owner)
{
    struct constructor constructor;
    size_t granted;
    object_collect_if_due();
    if (!constructor_begin(owner, sizeof(own_list), &constructor))
        return NULL;
    own_list *list = chunk_get(sizeof(*list), &granted);
    if (list) {
        *list = (own_list){
            .object = {.count = 1, .state = STATE_OBJECT | STATE_CLASS, .type = &list_class.type}};
        object_made(&list->object);
        if (OWN_LIKELY(tally_most > 0)) /* else it lies in no segment */
            object_track(&list->object);
    }
    return constructor_end(&constructor, list);
}

/* Other room for the items, at least for `count`. False: ENOMEM. */
static bool set_room(own_list *list, size_t count)
{
    size_t granted = 0;
    own_object **items = NULL;
    if (count > PTRDIFF_MAX / sizeof(*items)) {
        errno = ENOMEM;
        return false;
    }
    if (count && !(items = chunk_get(count * sizeof(*items), &granted)))
        return false;
    if (list->count)
        memcpy(items, list->items, list->count * sizeof(*items));
    if (list->room)
        chunk_put(list->items, list->room * sizeof(*items));
    list->items = items;
    list->room = granted / sizeof(*items);
    return true;
}

/* Room for one more. False: ENOMEM. */
static bool make_room(own_list *list)
{
    if (list->count < list->room)
        return true;
    return set_room(list, list->room ? list->room * 2 : ROOM_LEAST);
}

/* A list that has become much smaller gives memory back, if it can. */
static void give_room(own_list *list)
{
    int saved = errno;
    if (list->count < list->room / 4 && list->room > 2 * ROOM_LEAST)
        (void)set_room(list, list->room / 2);
    errno = saved;
}

/* What is wrong with changing a list. 0: nothing. */
static int refuse(const own_list *list, const char *call)
{
    if (!list || !object_check(&list->object, call, NULL) || list->object.type != &list_class.type)
        return EINVAL;
    return object_count(&list->object) < 0 ? EPERM : 0;
}

static int refuse_item(const void *item, const char *call)
{
    return item && object_check(item, call, NULL) ? 0 : EINVAL;
}

/* Puts an item in front of the one at index, or AT_END. The arguments were right. */
static int insert(own_list *list, size_t index, void *item)
{
    own_incref(item); /* which may run code of users, that changes the list */
    int error = 0;
    if (index == AT_END)
        index = list->count;
    if (OWN_UNLIKELY(index > list->count))
        error = ERANGE;
    else if (OWN_UNLIKELY(!make_room(list)))
        error = errno;
    if (error) {
        own_decref(item);
        return fail_with(error);
    }
    own_object **place = list->items + index;
    memmove(place + 1, place, (list->count - index) * sizeof(*place));
    *place = item;
    list->count++;
    debug_step(list);
    return 0;
}

int own_list_append(own_list *list, void *item)
{
    int error = refuse(list, "own_list_append");
    if (!error)
        error = refuse_item(item, "own_list_append");
    return error ? fail_with(error) : insert(list, AT_END, item);
}

int own_list_insert(own_list *list, size_t index, void *item)
{
    int error = refuse(list, "own_list_insert");
    if (!error)
        error = refuse_item(item, "own_list_insert");
    if (!error && index > list->count)
        error = ERANGE;
    return error ? fail_with(error) : insert(list, index, item);
}

void *own_list_get(const own_list *list, size_t index)
{
    if (!list)
        return fail_pointer(EINVAL);
    return OWN_LIKELY(index < list->count) ? list->items[index] : fail_pointer(ERANGE);
}

int own_list_set(own_list *list, size_t index, void *item)
{
    int error = refuse(list, "own_list_set");
    if (!error)
        error = refuse_item(item, "own_list_set");
    if (!error && index >= list->count)
        error = ERANGE;
    if (error)
        return fail_with(error);
    own_incref(item); /* which may run code of users, that changes the list */
    own_object *old = item;
    if (OWN_LIKELY(index < list->count)) {
        old = list->items[index];
        list->items[index] = item;
        debug_step(list);
    } else {
        error = ERANGE;
    }
    own_decref(old);
    return error ? fail_with(error) : 0;
}

int own_list_remove(own_list *list, size_t index)
{
    int error = refuse(list, "own_list_remove");
    if (!error && index >= list->count)
        error = ERANGE;
    if (error)
        return fail_with(error);
    own_object **place = list->items + index;
    own_object *old = *place;
    list->count--;
    memmove(place, place + 1, (list->count - index) * sizeof(*place));
    give_room(list);
    debug_step(list);
    own_decref(old);
    return 0;
}

static void list_empty(own_object *object)
{
    own_list *list = as_list(object);
    own_object **items = list->items;
    size_t count = list->count;
    size_t room = list->room;
    list->items = NULL;
    list->count = 0;
    list->room = 0;
    debug_step(list);
    while (count)
        own_decref(items[--count]);
    if (room)
        chunk_put(items, room * sizeof(*items));
}

int own_list_clear(own_list *list)
{
    int error = refuse(list, "own_list_clear");
    if (error)
        return fail_with(error);
    list_empty(&list->object);
    return 0;
}

size_t own_list_size(const own_list *list)
{
    return list ? list->count : 0;
}

/* Whether nobody has a reference to a dying list, nor can get one. */
static bool is_alone(const own_list *list)
{
    bool revived = object_is_revived(&list->object);
    return !revived && !(object_state(&list->object) & STATE_WEAK);
}

static own_object *list_step(own_object *object)
{
    own_list *list = as_list(object);
    while (list->count && is_alone(list)) {
        own_object *last = list->items[--list->count];
        if (object_release(last, "the release of an item"))
            return last;
    }
    return NULL;
}

static void list_free(own_object *object)
{
    own_list *list = as_list(object);
    if (list->room)
        chunk_put(list->items, list->room * sizeof(*list->items));
    object_gone(&list->object);
    if (OWN_LIKELY(tally_most > 0))
        object_untrack(object);
    object->state = 0;
    __atomic_store_n(&object->count, OWN_COUNT_DEAD, __ATOMIC_RELAXED);
    chunk_put(list, sizeof(*list));
}

static bool list_free_bare(own_object *object)
{
    if (as_list(object)->count)
        return false;
    list_free(object);
    return true;
}

/* It has what has not been released yet. */
static void list_revive(own_object *object)
{
    debug_step(as_list(object));
}

static own_object *const *list_items(const own_object *object, size_t *count)
{
    const own_list *list = (const void *)object;
    *count = list->count;
    return list->items;
}

static void list_describe(const own_object *object, char *text, size_t size)
{
    const own_list *list = (const void *)object;
    snprintf(text, size, "list %p of %zu items", (const void *)list, list->count);
}

static const struct object_class list_class = {
    .type = {.name = "list"},
    .items = list_items,
    .empty = list_empty,
    .step = list_step,
    .waiting = offsetof(own_list, waiting),
    .free = list_free,
    .free_bare = list_free_bare,
    .revive = list_revive,
    .describe = list_describe,
};

const own_type *own_list_type(void)
{
    return &list_class.type;
}

static void check(const own_list *list, bool holds, const char *equation)
{
    require(holds, "list", list, equation);
}

void list_validate(const own_list *list)
{
    check(list, list->count <= list->room, "count <= room");
    check(list, !list->items == !list->room, "items = NULL exactly where room = 0");
    check(list, !list->count || (list->items[0] && list->items[list->count - 1]),
          "no item is NULL");
}
