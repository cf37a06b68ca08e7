/*
 * allocator.c - allocators: memory nodes, and those that were given back and are kept.
 *
 * A node that is not given back outlives its allocator, so nodes come from malloc.
 */
#include "record.h"

#include <pthread.h>
#include <stdlib.h>

#define PAGE_SHIFT 12
#define PAGE ((size_t)1 << PAGE_SHIFT)
#define NODE_LEAST (2 * PAGE)
#define LISTS 20 /* one for each size in pages; the last is for all that are larger */

struct apr_allocator_t {
    pthread_mutex_t mutex; /* for the four fields that follow */
    apr_memnode_t *kept[LISTS];
    size_t kept_bytes;
    size_t max_free; /* 0: there is no bound on kept_bytes */
    apr_pool_t *owner;
    apr_thread_mutex_t *remembered;
};

static apr_allocator_t of_all = {.mutex = PTHREAD_MUTEX_INITIALIZER};

apr_allocator_t *allocator_of_all(void)
{
    return &of_all;
}

static size_t node_size(const apr_memnode_t *node)
{
    return ((size_t)node->index + 1) << PAGE_SHIFT;
}

static apr_memnode_t **list_of(apr_allocator_t *allocator, size_t index)
{
    return &allocator->kept[index < LISTS ? index : LISTS - 1];
}

apr_status_t own_apr_allocator_create(apr_allocator_t **allocator)
{
    apr_allocator_t *made = calloc(1, sizeof(*made));
    *allocator = NULL;
    if (!made || pthread_mutex_init(&made->mutex, NULL) != 0) {
        free(made);
        return APR_ENOMEM;
    }
    *allocator = made;
    return APR_SUCCESS;
}

static void free_nodes(apr_memnode_t *node)
{
    while (node) {
        apr_memnode_t *next = node->next;
        free(node);
        node = next;
    }
}

void own_apr_allocator_destroy(apr_allocator_t *allocator)
{
    for (int list = 0; list < LISTS; list++)
        free_nodes(allocator->kept[list]);
    pthread_mutex_destroy(&allocator->mutex);
    free(allocator);
}

void allocator_pool_ends(apr_allocator_t *allocator, apr_pool_t *pool)
{
    if (OWN_UNLIKELY(allocator != &of_all && allocator->owner == pool))
        own_apr_allocator_destroy(allocator);
}

apr_size_t own_apr_allocator_align(apr_allocator_t *allocator, apr_size_t size)
{
    (void)allocator;
    if (size > SIZE_MAX - APR_MEMNODE_T_SIZE - PAGE)
        return 0;
    size_t whole = APR_ALIGN(size + APR_MEMNODE_T_SIZE, PAGE);
    return whole < NODE_LEAST ? NODE_LEAST : whole;
}

/* Takes a kept node of at least that size out of its list. NULL: there is none. */
static apr_memnode_t *take_kept(apr_allocator_t *allocator, size_t size)
{
    apr_memnode_t **place = list_of(allocator, (size >> PAGE_SHIFT) - 1);
    while (*place && node_size(*place) < size)
        place = &(*place)->next;
    apr_memnode_t *node = *place;
    if (node) {
        *place = node->next;
        allocator->kept_bytes -= node_size(node);
    }
    return node;
}

apr_memnode_t *own_apr_allocator_alloc(apr_allocator_t *allocator, apr_size_t size)
{
    size_t whole = own_apr_allocator_align(allocator, size);
    if (whole == 0 || (whole >> PAGE_SHIFT) - 1 > UINT32_MAX)
        return NULL;
    pthread_mutex_lock(&allocator->mutex);
    apr_memnode_t *node = take_kept(allocator, whole);
    pthread_mutex_unlock(&allocator->mutex);
    if (!node) {
        node = malloc(whole);
        if (!node)
            return NULL;
        node->index = (apr_uint32_t)((whole >> PAGE_SHIFT) - 1);
        node->endp = (char *)node + whole;
    }
    node->next = NULL;
    node->ref = NULL;
    node->free_index = 0;
    node->first_avail = (char *)node + APR_MEMNODE_T_SIZE;
    return node;
}

/* Whether an allocator keeps another node of that size. */
static bool has_room(const apr_allocator_t *allocator, size_t size)
{
    return allocator->max_free == APR_ALLOCATOR_MAX_FREE_UNLIMITED ||
           (allocator->kept_bytes <= allocator->max_free &&
            size <= allocator->max_free - allocator->kept_bytes);
}

void own_apr_allocator_free(apr_allocator_t *allocator, apr_memnode_t *nodes)
{
    apr_memnode_t *surplus = NULL;
    pthread_mutex_lock(&allocator->mutex);
    while (nodes) {
        apr_memnode_t *node = nodes, **list = &surplus;
        nodes = node->next;
        if (has_room(allocator, node_size(node))) {
            list = list_of(allocator, node->index);
            allocator->kept_bytes += node_size(node);
        }
        node->next = *list;
        *list = node;
    }
    pthread_mutex_unlock(&allocator->mutex);
    free_nodes(surplus);
}

void own_apr_allocator_owner_set(apr_allocator_t *allocator, apr_pool_t *pool)
{
    allocator->owner = pool;
}

apr_pool_t *own_apr_allocator_owner_get(apr_allocator_t *allocator)
{
    apr_pool_t *owner = allocator->owner;
    const struct record *top = allocator == &of_all ? top_record_known() : NULL;
    return !owner && top ? top->pool : owner;
}

/* Nodes that are kept already stay. */
void own_apr_allocator_max_free_set(apr_allocator_t *allocator, apr_size_t size)
{
    pthread_mutex_lock(&allocator->mutex);
    allocator->max_free = size;
    pthread_mutex_unlock(&allocator->mutex);
}

void own_apr_allocator_mutex_set(apr_allocator_t *allocator, apr_thread_mutex_t *mutex)
{
    allocator->remembered = mutex;
}

apr_thread_mutex_t *own_apr_allocator_mutex_get(apr_allocator_t *allocator)
{
    return allocator->remembered;
}
