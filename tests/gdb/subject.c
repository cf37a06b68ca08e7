/*
 * subject.c - a program with something of everything, for gdb.sh. It stops in stop().
 */
#include <stdio.h>
#include <string.h>

#include <own.h>

struct session {
    own_object header;
    own_object *peer;
};

static const own_type session_type = {
    .name = "session",
    .size = sizeof(struct session),
    .refs = OWN_REFS(struct session, peer),
};

/* What gdb looks at. */
own_pool *root, *child, *grandchild, *shared, *other, *deep;
struct session *session, *lost, *immortal;
own_buffer *buffer;
own_array *array;
own_list *list;
own_weakref *weakref;
char *small, *freed, *newest, *large, *paged, *gone, *of_shared, *outside;

void stop(void);
void stop(void)
{
    printf("stopped\n");
}

static void make_confined(void)
{
    root = own_pool_new_at(NULL, "the root");
    child = own_pool_new_at(root, "a child");
    grandchild = own_pool_new_at(child, "a grandchild");
    small = own_strdup(child, "small");
    freed = own_alloc(child, 1, 100);
    own_free(child, freed);
    newest = own_alloc(child, 1, 3000);
    newest = own_alloc(grandchild, 1, 48);
    large = own_alloc(child, 1, 300000);
    session = own_new(child, &session_type);
    lost = own_new(NULL, &session_type);
    immortal = own_new(NULL, &session_type);
    own_immortalize(immortal);
    own_hold(root, session);
    for (int i = 0; i < 20000; i++)
        paged = own_alloc(root, 1, 32);
    gone = own_alloc(root, 1, 64);
    own_free(root, gone);
    deep = own_pool_new_at(NULL, "deep 0");
    own_pool *at = deep;
    for (int i = 0; i < 3000; i++)
        at = own_pool_new_at(at, "deeper");
}

int main(void)
{
    make_confined();
    shared = own_pool_new_at(NULL, "shared");
    own_share(shared);
    other = own_pool_new_at(shared, "other");
    of_shared = own_strdup(other, "of a shared pool");
    buffer = own_buffer_new(root, 3, 100);
    array = own_array_new(root, "d", OWN_C_ORDER, OWN_SHAPE(5, 7));
    list = own_list_new(root);
    own_list_append(list, session);
    weakref = own_weakref_new(root, session, NULL, NULL);
    outside = strdup("of malloc");
    stop();
    return 0;
}
