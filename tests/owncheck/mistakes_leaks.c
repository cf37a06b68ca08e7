/*
 * tests/owncheck/mistakes_leaks.c - references that are never released, on one path at least.
 */
#include <own.h>
#include <stdbool.h>

struct node {
    own_object object;
    struct node *next;
    int value;
};
extern const own_type node_type;
bool condition(void);
OWN_RETURNS_NEW struct node *node_make(int value);
void look_at(const struct node *node);

void never_released(void)
{
    own_pool *pool = own_pool_new(NULL);
    own_pool_clear(pool);
} /* leak */

int error_path(void)
{
    own_pool *pool = own_pool_new(NULL);
    if (!pool)
        return -1;
    void *block = own_alloc(pool, 1, 10);
    if (!block)
        return -1; /* leak */
    own_decref(pool);
    return 0;
}

int not_given(own_pool *owner)
{
    own_list *list = own_list_new(NULL);
    if (!list)
        return -1;
    if (own_give(owner, list) != 0) /* leak */
        return -1;
    return 0;
}

/* A pool that holds an object has a reference of its own: that of the caller stays. */
int held_is_not_given(own_pool *owner)
{
    own_buffer *buffer = own_buffer_new(NULL, 1, 100);
    if (!buffer)
        return -1;
    return own_hold(owner, buffer); /* leak */
}

void one_incref_too_many(own_pool *owner)
{
    struct node *node = own_new(owner, &node_type);
    if (!node)
        return;
    own_incref(node);
    if (condition())
        return; /* leak */
    own_decref(node);
}

void two_references(void)
{
    struct node *node = own_new(NULL, &node_type);
    if (!node)
        return;
    own_incref(node);
    own_decref(node); /* leak */
}

int from_a_weak_reference(own_weakref *weakref)
{
    struct node *node = own_weakref_get(weakref);
    if (!node)
        return 0;
    return node->value; /* leak */
}

int from_another_file(void)
{
    struct node *node = node_make(1);
    look_at(node);
    return 0; /* leak */
}

void overwritten(own_pool *owner)
{
    own_array *array = own_array_new(NULL, "d", OWN_C_ORDER, OWN_SHAPE(2, 3));
    if (!array)
        return;
    array = own_array_new(owner, "d", OWN_C_ORDER, OWN_SHAPE(4));
    own_array_count(array); /* leak */
}

/* The owner is NULL on all paths, though it is a variable. */
void owner_is_null(void)
{
    own_pool *owner = NULL;
    own_weakref *weakref = own_weakref_new(owner, own_pool_new(owner), NULL, NULL); /* leak */
    own_decref(weakref);
}

void in_a_loop(void)
{
    for (int i = 0; i < 3; i++) { /* leak */
        own_pool *pool = own_pool_create(NULL, &(own_pool_options){.name = "round"});
        if (!pool)
            break;
        if (condition())
            continue;
        own_decref(pool);
    }
}

static own_pool *make(void)
{
    return own_pool_new(NULL);
}

void by_a_function_of_this_file(void)
{
    own_pool *pool = make();
    own_pool_clear(pool);
} /* leak */

/* A function that says that it takes a reference over has to release it. */
void not_taken(OWN_STEALS struct node *node)
{
    look_at(node);
} /* leak */

/* A caller in this file does not take all paths through a function. */
static int too_many(int count)
{
    own_pool *pool = own_pool_new(NULL);
    if (!pool)
        return -1;
    if (count > 3)
        return 1; /* leak */
    own_decref(pool);
    return 0;
}

int not_that_many(void)
{
    return too_many(1);
}
