/*
 * report/roots.c - the roots of the process.
 */
#include "report/report.h"

#include <errno.h>

int roots_each(own_pool *only, int (*visit)(own_pool *pool, void *arg), void *arg)
{
    return only ? visit(only, arg) : pool_each_root(visit, arg);
}

struct all {
    int (*visit)(void *object, void *arg);
    void *arg;
};

static int visit_pool(own_pool *pool, void *arg)
{
    const struct all *all = arg;
    return all->visit(pool, all->arg);
}

static int visit_tracked(void *object, void *arg)
{
    const struct all *all = arg;
    if (object_is_dead(object) || object_is_dying(object) || object_held(object))
        return 0;
    return all->visit(object, all->arg);
}

struct listed_object {
    struct all *all;
    int ended;
};

static void visit_listed(void *object, void *arg)
{
    struct listed_object *listed = arg;
    if (!listed->ended && !object_is_pool(object))
        listed->ended = visit_tracked(object, listed->all);
}

int own_roots(int (*visit)(void *object, void *arg), void *arg)
{
    struct all all = {visit, arg};
    if (!visit)
        return fail_with(EINVAL);
    int ended = pool_each_root(visit_pool, &all);
    struct listed_object listed = {&all, ended};
    if (check_lists_objects()) /* also objects that refer to nothing */
        check_each_object(visit_listed, &listed);
    else if (!ended)
        tally_each_tracked(visit_tracked, &all, &listed.ended);
    return listed.ended;
}
