/*
 * every_pools.c - the calls on pools: see every.h.
 */
#include "every.h"

#include <pthread.h>

static int visit_pool(own_pool *child, void *arg)
{
    (void)child;
    ++*(size_t *)arg;
    return 0;
}

static int visit_object(void *object, int depth, void *arg)
{
    (void)object, (void)depth;
    ++*(size_t *)arg;
    return 0;
}

static int visit_call(void (*call)(void *arg), void *arg, void *context)
{
    expect(call == count_callback && arg == &call_argument);
    ++*(size_t *)context;
    return 0;
}

#define PARTS 6 /* more than own_pool_children has room for without memory */

static pthread_barrier_t all_there;

static void *use_part(void *setting)
{
    struct setting *s = setting;
    expect(own_alloc(s->pool, 1, 10) != NULL);
    pthread_barrier_wait(&all_there);
    return NULL;
}

static void make_parts(struct setting *s)
{
    pthread_t threads[PARTS];

    if (!s->kind->is_shared)
        return;
    expect(pthread_barrier_init(&all_there, NULL, PARTS) == 0);
    for (int i = 0; i < PARTS; i++)
        expect(pthread_create(&threads[i], NULL, use_part, s) == 0);
    for (int i = 0; i < PARTS; i++)
        expect(pthread_join(threads[i], NULL) == 0);
    pthread_barrier_destroy(&all_there);
}

void make_levels(struct setting *s)
{
    own_pool *pool = s->pool;

    for (int i = 0; i < 40; i++)
        expect((pool = own_pool_new_at(pool, "level")) != NULL);
}

/* Pools that are not s's, where a shared pool refuses. */
static own_pool *confined(struct setting *s)
{
    return s->kind->is_shared ? s->stray : s->pool;
}

static bool walks(int result, const size_t *visited)
{
    expect(result < 0 || *visited > 0);
    return result == 0;
}

static void fill_stray(struct setting *s)
{
    for (int i = 0; i < 3; i++)
        expect(own_hold(s->stray, s->loose) == 0 && own_pool_new_at(s->stray, "child") != NULL);
    expect(own_weakref_new(s->stray, s->loose, NULL, NULL) != NULL);
}

static bool call_own_defer(struct setting *s)
{
    return own_defer(s->pool, count_callback, &call_argument) == 0;
}

static bool call_own_defer_first(struct setting *s)
{
    return own_defer_first(s->pool, count_callback, &call_argument) == 0;
}

static bool call_own_defer_last(struct setting *s)
{
    return own_defer_last(s->pool, count_callback, &call_argument) == 0;
}

static bool call_own_undefer(struct setting *s)
{
    return own_undefer(s->pool, count_callback, &call_argument) == 0;
}

static bool call_own_hold(struct setting *s)
{
    return own_hold(s->pool, s->probe) == 0;
}

static bool call_own_drop(struct setting *s)
{
    return own_drop(s->pool, s->held) == 0;
}

static bool call_own_give(struct setting *s)
{
    own_incref(s->probe);
    if (own_give(s->pool, s->probe) == 0)
        return true;
    own_decref(s->probe);
    return false;
}

static bool call_own_give_reference(struct setting *s)
{
    own_incref(s->stray);
    if (own_give_reference(s->pool, s->stray) == 0)
        return true;
    own_decref(s->stray);
    return false;
}

static bool call_own_give_child(struct setting *s)
{
    own_incref(s->stray);
    if (own_give_child(s->pool, s->stray) == 0)
        return true;
    own_decref(s->stray);
    return false;
}

static bool call_own_move(struct setting *s)
{
    return own_move(s->pool, s->other, s->held) == 0;
}

static bool call_own_share(struct setting *s)
{
    return own_share(s->stray) == 0;
}

static bool call_own_is_shared(struct setting *s)
{
    return own_is_shared(s->pool) == s->kind->is_shared;
}

static bool call_own_pool_new(struct setting *s)
{
    return own_pool_new(s->pool) != NULL;
}

static bool call_own_pool_new_at(struct setting *s)
{
    return (s->result = own_pool_new_at(NULL, "root")) != NULL;
}

static bool call_own_pool_create(struct setting *s)
{
    own_pool_options options = {.reserve = 5000000, .limit = 7000000};

    return own_pool_create(s->pool, &options) != NULL;
}

static bool call_own_pool_create_at(struct setting *s)
{
    own_pool_options options = {.flags = OWN_POOL_EXACT};

    return own_pool_create_at(s->pool, &options, "exact") != NULL;
}

static bool call_own_pool_create_sized(struct setting *s)
{
    own_pool_options options = {.user = s};

    s->result = own_pool_create_sized(NULL, &options, OWN_OPTION_SIZES, "sized");
    return s->result != NULL;
}

static bool call_own_pool_clear(struct setting *s)
{
    own_pool_clear(s->other);
    return true;
}

static bool call_own_pool_type(struct setting *s)
{
    (void)s;
    return own_pool_type()->name != NULL;
}

static bool call_own_pool_parent(struct setting *s)
{
    return own_pool_parent(s->pool) == s->root;
}

static bool call_own_pool_is_ancestor(struct setting *s)
{
    return own_pool_is_ancestor(s->root, s->pool);
}

static bool call_own_pool_name(struct setting *s)
{
    return strcmp(own_pool_name(s->root), "root") == 0;
}

static bool call_own_pool_set_name(struct setting *s)
{
    return own_pool_set_name(confined(s), "%s%0200d", "long", 1) == 0;
}

static bool call_own_pool_set_name_borrowed(struct setting *s)
{
    own_pool_set_name_borrowed(s->pool, "another");
    return true;
}

static bool call_own_pool_user(struct setting *s)
{
    return !own_pool_user(s->pool);
}

static bool call_own_pool_set_user(struct setting *s)
{
    own_pool_set_user(s->pool, s);
    return own_pool_user(s->pool) == s;
}

static bool call_own_pool_set_limit(struct setting *s)
{
    return own_pool_set_limit(confined(s), 10 * MIB) == 0;
}

static bool call_own_pool_limited_by(struct setting *s)
{
    return own_pool_limited_by(s->pool) == s->root;
}

static bool call_own_pool_usage(struct setting *s)
{
    own_usage usage;

    own_pool_usage(s->pool, &usage);
    return usage.pools == 1 && usage.held == 2;
}

static bool call_own_pool_total(struct setting *s)
{
    own_usage usage;

    own_pool_total(s->root, &usage);
    return usage.pools == 3;
}

static bool call_own_pool_walk(struct setting *s)
{
    size_t visited = 0;

    return walks(own_pool_walk(s->root, visit_object, &visited), &visited);
}

static bool call_own_holders(struct setting *s)
{
    size_t visited = 0;

    return walks(own_holders(s->held, s->root, visit_pool, &visited), &visited);
}

static bool call_own_pool_children(struct setting *s)
{
    size_t visited = 0;

    return own_pool_children(s->pool, visit_pool, &visited) == 0;
}

static bool call_own_pool_deferred(struct setting *s)
{
    size_t visited = 0;

    return walks(own_pool_deferred(s->pool, visit_call, &visited), &visited);
}

static const struct row rows[] = {
    NEEDS(own_defer, .traces = 0),
    NEEDS(own_defer_first, .traces = 0),
    NEEDS(own_defer_last, .traces = 0),
    FREE(own_undefer, .traces = 0),
    NEEDS(own_hold, .traces = 0),
    FREE(own_drop, .traces = 0),
    NEEDS(own_give, .traces = 0),
    NEEDS(own_give_reference, .traces = 0),
    NEEDS(own_give_child, .traces = 0),
    NEEDS(own_move, .traces = 0),
    NEEDS(own_share, .prepare = fill_stray),
    FREE(own_is_shared, .traces = 0),
    NEEDS(own_pool_new, .traces = 0),
    NEEDS(own_pool_new_at, .traces = 0),
    NEEDS(own_pool_create, .traces = 0),
    NEEDS(own_pool_create_at, .traces = 0),
    NEEDS(own_pool_create_sized, .traces = 0),
    FREE(own_pool_clear, .traces = 0),
    FREE(own_pool_type, .traces = 0),
    FREE(own_pool_parent, .traces = 0),
    FREE(own_pool_is_ancestor, .traces = 0),
    FREE(own_pool_name, .traces = 0),
    NEEDS(own_pool_set_name, .traces = 0),
    FREE(own_pool_set_name_borrowed, .traces = 0),
    FREE(own_pool_user, .traces = 0),
    FREE(own_pool_set_user, .traces = 0),
    NEEDS(own_pool_set_limit, .traces = 0),
    FREE(own_pool_limited_by, .traces = 0),
    FREE(own_pool_usage, .traces = 0),
    FREE(own_pool_total, .traces = 0),
    NEEDS(own_pool_walk, .prepare = make_levels),
    NEEDS(own_holders, .prepare = make_levels, .traces = TRACE_MEMORY),
    NEEDS(own_pool_children, .prepare = make_parts),
    NEEDS(own_pool_deferred, .prepare = make_parts),
};
const struct rows pool_rows = {rows, sizeof rows / sizeof rows[0]};
