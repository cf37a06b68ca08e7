/*
 * tests/owncheck/idioms_objects.c - correct programs: weak references, lists, buffers, arrays and
 * objects of the program's own types. own-check must say nothing. Each function is one idiom.
 */
#include <own.h>
#include <stdbool.h>
#include <stdlib.h>

struct node {
    own_object object;
    struct node *left;
    struct node *right;
    own_weakref *parent;
    int value;
};
static const own_type node_type = {
    .name = "node",
    .size = sizeof(struct node),
    .refs = OWN_REFS(struct node, left, right, parent),
};

/* 41: a weak reference is asked, and what it gave is released */
int asked(own_weakref *weakref)
{
    struct node *node = own_weakref_get(weakref);
    if (!node)
        return -1;
    int value = node->value;
    own_decref(node);
    return value;
}

/* 42: a weak reference is made, used and dropped */
int weak(own_pool *pool, struct node *node)
{
    own_weakref *owned = own_weakref_new(pool, node, NULL, NULL);
    own_weakref *ours = own_weakref_new(NULL, node, NULL, NULL);
    int result = owned && ours ? 0 : -1;
    own_decref(ours);
    if (owned)
        own_drop(pool, owned);
    return result;
}

/* 43: a tree whose nodes own their children, and know their parents weakly */
int tree(struct node *parent, int value)
{
    struct node *node = own_new(NULL, &node_type);
    if (!node)
        return -1;
    node->value = value;
    node->parent = own_weakref_new(NULL, parent, NULL, NULL);
    if (!node->parent) {
        own_decref(node);
        return -1;
    }
    if (value < parent->value)
        OWN_SET(parent->left, node);
    else
        OWN_SET(parent->right, node);
    return 0;
}

/* 44: a list has a reference of its own to each item */
int listed(own_list *list)
{
    struct node *node = own_new(NULL, &node_type);
    if (!node)
        return -1;
    int result = own_list_append(list, node);
    own_decref(node);
    return result;
}

int listed_and_used(own_list *list)
{
    struct node *node = own_new(NULL, &node_type);
    if (!node)
        return -1;
    if (own_list_insert(list, 0, node) != 0) {
        own_decref(node);
        return -1;
    }
    own_decref(node);
    node->value = 1; /* as long as it stays in the list */
    return 0;
}

/* 45: an item is kept beyond the list */
int last_item(own_list *list)
{
    size_t size = own_list_size(list);
    if (size == 0)
        return -1;
    struct node *node = own_incref(own_list_get(list, size - 1));
    own_list_remove(list, size - 1);
    int value = node->value;
    own_decref(node);
    return value;
}

/* 46: a list without an owner is filled, and given away */
int filled(own_pool *pool, struct node *const *nodes, size_t count)
{
    own_list *list = own_list_new(NULL);
    if (!list)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (own_list_append(list, nodes[i]) != 0) {
            own_decref(list);
            return -1;
        }
    }
    if (own_give(pool, list) != 0) {
        own_decref(list);
        return -1;
    }
    return (int)own_list_size(list);
}

/* 47: buffers, and arrays that lie in them */
int view(own_pool *pool)
{
    own_buffer *buffer = own_buffer_new(NULL, 6, sizeof(double));
    if (!buffer)
        return -1;
    own_array *array =
        own_array_wrap(pool, "d", OWN_C_ORDER, OWN_SHAPE(2, 3), own_buffer_data(buffer), buffer);
    own_decref(buffer); /* the array has its own */
    return array ? own_array_ndim(array) : -1;
}

/* 48: a chain of views, of which only the last is wanted */
OWN_RETURNS_NEW own_array *corner(own_array *array)
{
    own_array *rows = own_array_slice(NULL, array, 0, 0, 2, 1);
    if (!rows)
        return NULL;
    own_array *both = own_array_slice(NULL, rows, 1, 0, 2, 1);
    own_decref(rows);
    return both;
}

/* 49: memory of malloc becomes a buffer; where that fails it is still ours */
OWN_RETURNS_NEW own_buffer *adopted(size_t size)
{
    void *memory = malloc(size);
    if (!memory)
        return NULL;
    own_buffer *buffer = own_buffer_adopt(NULL, memory, size, free);
    if (!buffer)
        free(memory);
    return buffer;
}

/* 50: arrays in one pool, of which one outlives it */
OWN_RETURNS_NEW own_array *result_only(const own_array *from)
{
    own_pool *scratch = own_pool_new(NULL);
    if (!scratch)
        return NULL;
    own_array *one = own_array_copy(scratch, from, OWN_C_ORDER);
    own_array *two = one ? own_array_copy(scratch, one, OWN_F_ORDER) : NULL;
    own_array *result = own_incref(two);
    own_decref(scratch);
    return result;
}

/* 51: a cast gives the same object */
int cast(own_pool *pool, void *anything)
{
    struct node *node = own_cast(anything, &node_type);
    if (!node)
        return -1;
    if (own_hold(pool, node) != 0)
        return -1;
    return node->value;
}

OWN_RETURNS_NEW struct node *cast_of_a_new_one(own_weakref *weakref)
{
    void *object = own_weakref_get(weakref);
    struct node *node = own_cast(object, &node_type);
    if (!node)
        own_decref(object);
    return node;
}

/* 52: a finalizer brings its object back to life */
static own_list *idle;

void node_comes_back(void *self)
{
    struct node *node = self;
    node->value = 0;
    own_rearm(node);
    own_list_append(idle, node);
}

/* 53: a toggle releases the reference that it keeps */
static void toggled(void *object, bool only, void *arg)
{
    (void)arg;
    if (only)
        own_decref(object);
    else
        own_incref(object);
}

int toggle(struct node *node)
{
    return own_set_toggle(node, toggled, NULL);
}

/* 54: a visitor drops what it visits */
static int drop_child(own_pool *child, void *arg)
{
    return own_drop(arg, child);
}

int drop_children(own_pool *pool)
{
    return own_pool_children(pool, drop_child, pool);
}

/* 55: two references, released in two places */
int two(void)
{
    struct node *node = own_new(NULL, &node_type);
    if (!node)
        return -1;
    struct node *other = own_incref(node);
    node->value = 1;
    own_decref(node);
    int value = other->value;
    own_decref(other);
    return value;
}

/* 56: objects of different sizes */
int sized(own_pool *pool, size_t count)
{
    struct node *node = own_new_sized(NULL, &node_type, sizeof(struct node) + count);
    if (!node)
        return -1;
    if (own_refcount(node) != 1 || own_is_shared(node))
        abort();
    if (own_give(pool, node) == 0)
        return 0;
    own_decref(node);
    return -1;
}
