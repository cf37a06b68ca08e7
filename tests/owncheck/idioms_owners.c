/*
 * tests/owncheck/idioms_owners.c - correct programs: who owns what, pools that are made, given,
 * held and moved. own-check must say nothing. Each function is one idiom.
 */
#include <own.h>
#include <stdbool.h>
#include <stdlib.h>

struct node {
    own_object object;
    own_pool *pool;
    int value;
};
extern const own_type node_type;
bool condition(void);
int node_look(const struct node *node);

/* 1: a root, used and released */
int root(void)
{
    own_pool *pool = own_pool_new(NULL);
    if (!pool)
        return -1;
    char *name = own_strdup(pool, "name");
    int length = name ? (int)own_block_size(pool, name) : -1;
    own_decref(pool);
    return length;
}

/* 2: a child needs no release */
int child(own_pool *server)
{
    own_pool *request = own_pool_new(server);
    if (!request)
        return -1;
    return own_alloc(request, 1, 10) ? 0 : -1;
}

/* 3: a child is dropped where it is no longer needed */
int dropped(own_pool *server)
{
    own_pool *request = own_pool_create(server, &(own_pool_options){.name = "request"});
    if (!request)
        return -1;
    return own_drop(server, request);
}

/* 4: a child that is kept, outlives its parent, and is released */
int kept_child(void)
{
    own_pool *server = own_pool_new(NULL);
    if (!server)
        return -1;
    own_pool *request = own_pool_new(server);
    if (!request) {
        own_decref(server);
        return -1;
    }
    own_incref(request);
    own_decref(server);
    own_pool_clear(request);
    own_decref(request);
    return 0;
}

/* 5: an object is given to a pool; where that fails it is still ours */
int given(own_pool *server)
{
    struct node *node = own_new(NULL, &node_type);
    if (!node)
        return -1;
    if (own_give(server, node) != 0) {
        own_decref(node);
        return -1;
    }
    node->value = 1;
    return node_look(node);
}

/* 6: the same, with the test the other way round */
int given_if_it_works(own_pool *server, own_pool *child)
{
    own_incref(child);
    if (own_give_reference(server, child) == 0)
        return 0;
    own_decref(child);
    return -1;
}

/* 7: a root becomes a child and is used after that */
own_pool *becomes_a_child(own_pool *server)
{
    own_pool *pool = own_pool_new(NULL);
    if (!pool)
        return NULL;
    if (own_give_child(server, pool) < 0) {
        own_decref(pool);
        return NULL;
    }
    own_pool_set_name_borrowed(pool, "a child");
    return pool;
}

/* 8: a pool holds an object, so that it lives on after our release */
int held(own_pool *server)
{
    struct node *node = own_new(NULL, &node_type);
    if (!node)
        return -1;
    int result = own_hold(server, node);
    if (result == 0)
        node->value = 5;
    own_decref(node);
    return result;
}

int held_and_used(own_pool *server)
{
    struct node *node = own_new(NULL, &node_type);
    if (!node)
        return -1;
    if (own_hold(server, node) != 0) {
        own_decref(node);
        return -1;
    }
    own_decref(node);
    node->value = 6;
    return node_look(node);
}

/* 9: own_move moves the reference of a pool, and none of ours */
int moved(own_pool *from, own_pool *to)
{
    own_pool *child = own_pool_new(from);
    if (!child)
        return -1;
    if (own_move(from, to, child) != 0)
        return own_drop(from, child);
    own_pool_clear(child);
    return 0;
}

/* 10: the owner is what another constructor, or a call, returns */
int owner_is_a_call(own_pool *request)
{
    struct node *node = own_new(own_pool_parent(request), &node_type);
    return node ? node_look(node) : -1;
}

int owner_is_a_field(struct node *node)
{
    own_buffer *buffer = own_buffer_new(node->pool, 10, 10);
    return buffer ? 0 : -1;
}

/* 11: an owner that may be NULL: the reference is the caller's or the pool's */
struct node *owner_may_be_null(own_pool *owner, int value)
{
    struct node *node = own_new(owner, &node_type);
    if (!node)
        return NULL;
    node->value = value;
    if (value < 0) {
        if (owner)
            own_drop(owner, node);
        else
            own_decref(node);
        return NULL;
    }
    return node;
}

/* 12: with a NULL from a test, or from a variable, the reference is ours */
int owner_is_tested(own_pool *owner)
{
    if (!owner) {
        own_pool *pool = own_pool_new(owner);
        if (!pool)
            return -1;
        own_decref(pool);
        return 0;
    }
    return own_pool_new(owner) ? 0 : -1;
}

int owner_is_chosen(own_pool *server, bool alone)
{
    own_pool *owner = alone ? NULL : server;
    own_pool *pool = own_pool_new(owner);
    if (!pool)
        return -1;
    if (alone)
        own_decref(pool);
    return 0;
}

/* 13: pools are made and released in a loop */
int rounds(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        own_pool *round = own_pool_new(NULL);
        if (!round)
            return -1;
        if (!own_alloc(round, i, sizeof(int))) {
            own_decref(round);
            break;
        }
        own_decref(round);
    }
    return 0;
}

/* 14: one pool is cleared again and again */
int cleared(unsigned count)
{
    own_pool *round = own_pool_new(NULL);
    if (!round)
        return -1;
    while (count--) {
        if (!own_asprintf(round, "%u", count))
            break;
        own_pool_clear(round);
    }
    own_decref(round);
    return 0;
}

/* 15: a deferred call releases the reference */
static void release(void *object)
{
    own_decref(object);
}

int deferred(own_pool *pool)
{
    struct node *node = own_new(NULL, &node_type);
    if (!node)
        return -1;
    if (own_defer(pool, release, node) != 0) {
        own_decref(node);
        return -1;
    }
    return node_look(node);
}

/* 16: the function itself is what is deferred */
int deferred_decref(own_pool *pool, void *object)
{
    own_incref(object);
    if (own_defer_last(pool, own_decref, object) == 0)
        return 0;
    own_decref(object);
    return -1;
}

/* 17: memory that another library frees, with a reference as context */
static void free_with(void *memory, void *context)
{
    free(memory);
    own_decref(context);
}

int adopted(own_pool *pool, struct node *node)
{
    void *memory = malloc(10);
    if (!memory)
        return -1;
    own_incref(node);
    if (own_adopt_with(pool, memory, 10, free_with, node) != 0) {
        free(memory);
        own_decref(node);
        return -1;
    }
    return 0;
}

/* 18: the user pointer of a pool owns a reference */
void user_pointer(own_pool *pool, struct node *node)
{
    own_pool_set_user(pool, own_incref(node));
}

void user_pointer_ends(own_pool *pool)
{
    own_decref(own_pool_user(pool));
    own_pool_set_user(pool, NULL);
}

/* 19: a thread gets a pool of its own that it releases */
int shared(void)
{
    own_pool *pool = own_pool_new(NULL);
    if (!pool)
        return -1;
    int result = own_share(pool);
    own_decref(pool);
    return result;
}

/* 20: what is made immortal is released by nobody */
int immortal(void)
{
    struct node *node = own_new(NULL, &node_type);
    if (!node)
        return -1;
    own_immortalize(node);
    return node_look(node);
}
