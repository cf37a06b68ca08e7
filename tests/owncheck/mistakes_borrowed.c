/*
 * tests/owncheck/mistakes_borrowed.c - borrowed references that are released, given away, or
 * returned as new ones; and new ones that are returned as borrowed ones.
 */
#include <own.h>

struct node {
    own_object object;
    own_pool *pool;
};
extern const own_type node_type;
OWN_RETURNS_BORROWED struct node *node_find(own_pool *server);
struct node *node_new(own_pool *owner, int value);
#ifdef OWN_ANALYZED
#define node_new(...) OWN_MADE(node_new, __VA_ARGS__)
#endif

void a_child(own_pool *server)
{
    own_pool *request = own_pool_new(server);
    if (!request)
        return;
    own_decref(request); /* borrowed */
}

void an_object_of_a_pool(void)
{
    own_pool *pool = own_pool_new(NULL);
    if (!pool)
        return;
    struct node *node = own_new(pool, &node_type);
    own_decref(node); /* borrowed */
    own_decref(pool);
}

void an_item(const own_list *list)
{
    void *item = own_list_get(list, 0);
    own_decref(item); /* borrowed */
}

void a_parent(const own_pool *pool)
{
    own_decref(own_pool_parent(pool)); /* borrowed */
}

void from_another_file(own_pool *server)
{
    struct node *node = node_find(server);
    if (node)
        own_decref(node); /* borrowed */
}

void a_block(own_pool *pool)
{
    own_decref(own_alloc(pool, 1, sizeof(struct node))); /* borrowed */
}

int given_away(own_pool *server, own_pool *other)
{
    own_buffer *buffer = own_buffer_new(server, 10, 10);
    if (!buffer)
        return -1;
    return own_give(other, buffer); /* borrowed */
}

void what_a_pool_was_given(own_pool *server)
{
    own_pool *child = own_pool_new(server);
    if (!child)
        return;
    own_incref(child);
    own_decref(child);
    own_decref(child); /* twice */
}

OWN_RETURNS_NEW own_pool *a_new_child(own_pool *server)
{
    own_pool *child = own_pool_new(server);
    return child; /* not new */
}

OWN_RETURNS_BORROWED own_pool *a_borrowed_root(void)
{
    own_pool *pool = own_pool_new(NULL);
    return pool; /* not borrowed */
}

/* A constructor of the program's own. */
void made_elsewhere(own_pool *server)
{
    own_decref(node_new(NULL, 1));
    own_decref(node_new(server, 2)); /* borrowed */
}

void made_elsewhere_without_owner(void)
{
    struct node *node = node_new(NULL, 3);
    own_refcount(node);
} /* leak */

struct node *(node_new)(own_pool *owner, int value)
{
    struct node *node = own_new(owner, &node_type);
    if (!node)
        return NULL;
    if (value > 3)
        own_decref(node); /* borrowed */
    return node;
}
