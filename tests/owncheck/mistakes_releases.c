/*
 * tests/owncheck/mistakes_releases.c - references that are released twice, objects that are used
 * after their last release.
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
void node_put(OWN_STEALS struct node *node);
int node_look(struct node *node);

void twice(void)
{
    own_pool *pool = own_pool_new(NULL);
    own_decref(pool);
    own_decref(pool); /* twice */
}

void twice_on_one_path(void)
{
    struct node *node = own_new(NULL, &node_type);
    if (!node)
        return;
    node->value = 1;
    if (condition())
        own_decref(node);
    own_decref(node); /* twice */
}

int given_and_released(own_pool *owner)
{
    struct node *node = own_new(NULL, &node_type);
    if (!node || own_give(owner, node) != 0) {
        own_decref(node);
        return -1;
    }
    own_decref(node); /* twice */
    return 0;
}

void stolen_and_released(void)
{
    struct node *node = own_new(NULL, &node_type);
    if (!node)
        return;
    node_put(node);
    own_decref(node); /* twice */
}

void released_and_given(own_pool *owner)
{
    own_pool *child = own_pool_new(NULL);
    if (!child)
        return;
    own_decref(child);
    if (own_give_child(owner, child) != 0) /* twice */
        return;
}

void used_by_the_library(void)
{
    own_pool *pool = own_pool_new(NULL);
    if (!pool)
        return;
    own_decref(pool);
    own_pool_clear(pool); /* used */
}

void used_as_owner(void)
{
    own_pool *pool = own_pool_new(NULL);
    if (!pool)
        return;
    own_alloc(pool, 1, 1);
    own_decref(pool);
    own_pool *child = own_pool_new(pool); /* used */
    own_pool_clear(child);
}

int used_field(void)
{
    struct node *node = own_new(NULL, &node_type);
    if (!node)
        return -1;
    node->value = 2;
    own_decref(node);
    return node->value; /* used */
}

int used_field_after_two(void)
{
    struct node *node = own_new(NULL, &node_type);
    if (!node)
        return -1;
    own_incref(node);
    own_decref(node);
    node->value = 3;
    own_decref(node);
    return node->value; /* used */
}

int used_by_another_file(void)
{
    struct node *node = own_new(NULL, &node_type);
    if (!node)
        return -1;
    own_decref(node);
    return node_look(node); /* used */
}

const char *name_of_a_dead_pool(void)
{
    own_pool *pool = own_pool_new(NULL);
    if (!pool)
        return NULL;
    own_decref(pool);
    return own_pool_name(pool); /* used */
}

static void let_go(own_pool *pool)
{
    own_decref(pool);
}

void used_after_a_function_of_this_file(void)
{
    own_pool *pool = own_pool_new(NULL);
    if (!pool)
        return;
    let_go(pool);
    own_usage usage;
    own_pool_usage(pool, &usage); /* used */
}

void twice_after_another_file_saw_it(void)
{
    struct node *node = own_new(NULL, &node_type);
    if (!node)
        return;
    node_look(node);
    own_decref(node);
    own_decref(node); /* twice */
}
