/*
 * pairs_pools.c - the calls on one shared pool, and those of the whole process, for pairs.c.
 */
#include "pairs.h"

static void must_not_run(void *arg)
{
    (void)arg;
    expect(false); /* it was taken back */
}

static int visit_pool(own_pool *pool, void *arg)
{
    expect(own_cast(pool, own_pool_type()) && own_pool_name(pool)[0]);
    ++*(size_t *)arg;
    return 0;
}

static int visit_object(void *object, int depth, void *arg)
{
    expect(own_typeof(object) && depth >= 0 && depth < 6);
    ++*(size_t *)arg;
    return 0;
}

static int visit_call(void (*call)(void *arg), void *arg, void *context)
{
    (void)arg;
    expect(call);
    ++*(size_t *)context;
    return 0;
}

static void call_own_defer(struct worker *w)
{
    expect(own_defer(world.pool, must_not_run, w) == 0);
    expect(own_undefer(world.pool, must_not_run, w) == 0);
}

static void call_own_undefer(struct worker *w)
{
    (void)w;
    expect(own_undefer(world.pool, must_not_run, world.text) == -1 && errno == EINVAL);
}

static void call_own_defer_first(struct worker *w)
{
    expect(own_defer_first(world.pool, must_not_run, &w->random) == 0);
    expect(own_undefer(world.pool, must_not_run, &w->random) == 0);
}

static void call_own_defer_last(struct worker *w)
{
    expect(own_defer_last(world.pool, must_not_run, &w->number) == 0);
    expect(own_undefer(world.pool, must_not_run, &w->number) == 0);
}

static void call_own_hold(struct worker *w)
{
    (void)w;
    expect(own_hold(world.pool, world.probe) == 0);
    expect(own_drop(world.pool, world.probe) == 0);
}

static void call_own_drop(struct worker *w)
{
    (void)w;
    struct thing *thing = own_new(world.other, &thing_type);

    expect(thing && own_drop(world.other, thing) == 0);
}

static void call_own_give(struct worker *w)
{
    (void)w;
    expect(own_give(world.pool, own_incref(world.probe)) == 0);
    expect(own_drop(world.pool, world.probe) == 0);
}

static void call_own_give_reference(struct worker *w)
{
    (void)w;
    own_pool *given = own_pool_new(NULL);

    expect(given && own_give_reference(world.pool, given) == 0);
    expect(own_is_shared(given) && own_drop(world.pool, given) == 0);
}

static void call_own_give_child(struct worker *w)
{
    (void)w;
    own_pool *child = own_pool_new(NULL);

    expect(child && own_give_child(world.pool, child) == 0);
    expect(own_pool_parent(child) == world.pool && own_drop(world.pool, child) == 0);
}

static void call_own_move(struct worker *w)
{
    (void)w;
    own_pool *child = own_pool_new(world.pool);

    expect(child && own_move(world.pool, world.other, child) == 0);
    expect(own_hold(world.pool, world.probe) == 0);
    expect(own_move(world.pool, world.other, world.probe) == 0);
    expect(own_drop(world.other, world.probe) == 0 && own_drop(world.other, child) == 0);
}

static void call_own_share(struct worker *w)
{
    (void)w;
    expect(own_share(world.root) == 0);
}

static void call_own_is_shared(struct worker *w)
{
    (void)w;
    expect(own_is_shared(world.pool));
}

static void call_own_pool_new(struct worker *w)
{
    (void)w;
    own_pool *child = own_pool_new(world.pool);

    expect(child && own_alloc(child, 1, 100) && own_drop(world.pool, child) == 0);
}

static void call_own_pool_new_at(struct worker *w)
{
    (void)w;
    own_pool *root = own_pool_new_at(NULL, "of a thread");

    expect(root && own_hold(root, world.pool) == 0);
    own_decref(root);
}

static void call_own_pool_create(struct worker *w)
{
    (void)w;
    own_pool_options options = {.flags = OWN_POOL_CONFINED, .reserve = 3000};
    own_pool *child = own_pool_create(world.pool, &options);

    expect(child && own_alloc(child, 1, 2000) && own_drop(world.pool, child) == 0);
}

static void call_own_pool_create_at(struct worker *w)
{
    (void)w;
    own_pool_options options = {.flags = OWN_POOL_EXACT};
    own_pool *child = own_pool_create_at(world.other, &options, "exact");

    expect(child && own_alloc(child, 1, 3) && own_drop(world.other, child) == 0);
}

static void call_own_pool_create_sized(struct worker *w)
{
    (void)w;
    own_pool_options options = {.limit = 1000000};
    own_pool *child = own_pool_create_sized(world.root, &options, OWN_OPTION_SIZES, "limited");

    expect(child && own_drop(world.root, child) == 0);
}

static void call_own_pool_clear(struct worker *w)
{
    (void)w;
    own_pool *child = own_pool_new(world.pool); /* of the same pool: see its words */

    expect(child && own_hold(child, world.probe) == 0 && own_alloc(child, 1, 5000));
    own_pool_clear(child);
    expect(own_drop(world.pool, child) == 0);
}

static void call_own_pool_type(struct worker *w)
{
    (void)w;
    expect(own_pool_type() == own_typeof(world.pool));
}

static void call_own_pool_parent(struct worker *w)
{
    (void)w;
    expect(own_pool_parent(world.pool) == world.root);
}

static void call_own_pool_is_ancestor(struct worker *w)
{
    (void)w;
    expect(own_pool_is_ancestor(world.root, world.pool));
}

static void call_own_pool_name(struct worker *w)
{
    (void)w;
    expect(strlen(own_pool_name(world.pool)) == 4);
}

static void call_own_pool_set_name(struct worker *w)
{
    (void)w;
    expect(own_pool_set_name(world.pool, "%d", 1) == -1 && errno == EPERM);
}

static void call_own_pool_set_name_borrowed(struct worker *w)
{
    own_pool_set_name_borrowed(world.pool, w->number % 2 ? "pool" : "loop");
}

static void call_own_pool_user(struct worker *w)
{
    (void)w;
    expect(!own_pool_user(world.pool) || own_pool_user(world.pool) == &world);
}

static void call_own_pool_set_user(struct worker *w)
{
    (void)w;
    own_pool_set_user(world.pool, &world);
}

static void call_own_pool_set_limit(struct worker *w)
{
    (void)w;
    expect(own_pool_set_limit(world.root, LIMIT) == 0);
}

static void call_own_pool_limited_by(struct worker *w)
{
    (void)w;
    expect(own_pool_limited_by(world.pool) == world.root);
}

static void call_own_pool_usage(struct worker *w)
{
    (void)w;
    own_usage usage;

    own_pool_usage(world.pool, &usage);
    expect(usage.pools == 1 && usage.children >= 2 && usage.blocks >= 1);
}

static void call_own_pool_total(struct worker *w)
{
    (void)w;
    own_usage usage;

    own_pool_total(world.root, &usage);
    expect(usage.pools >= 5 && usage.reserved > 0 && usage.reserved < LIMIT);
}

static void call_own_pool_walk(struct worker *w)
{
    (void)w;
    size_t visited = 0;

    expect(own_pool_walk(world.root, visit_object, &visited) == 0 && visited >= 6);
}

static void call_own_holders(struct worker *w)
{
    (void)w;
    size_t holders = 0;

    expect(own_holders(world.probe, world.root, visit_pool, &holders) == 0 && holders >= 1);
}

static void call_own_pool_children(struct worker *w)
{
    (void)w;
    size_t children = 0;

    expect(own_pool_children(world.pool, visit_pool, &children) == 0 && children >= 2);
}

static void call_own_pool_deferred(struct worker *w)
{
    (void)w;
    size_t calls = 0;

    expect(own_pool_deferred(world.pool, visit_call, &calls) == 0 && calls >= 1);
}

static void call_own_trim(struct worker *w)
{
    (void)w;
    own_trim();
}

static void call_own_set_cache_limit(struct worker *w)
{
    (void)w;
    own_set_cache_limit(0);
    own_set_cache_limit(OWN_CACHE_LIMIT_DEFAULT);
}

static void call_own_report(struct worker *w)
{
    expect(own_report(w->out, world.root, OWN_REPORT_JSON) == 0);
}

static void call_own_report_tree(struct worker *w)
{
    expect(own_report_tree(w->out, world.root, -1, 10) == 0);
}

static void call_own_report_fd(struct worker *w)
{
    expect(own_report_fd(fileno(w->out), world.root, OWN_REPORT_TEXT) == 0);
}

static void call_own_set_site_tracking(struct worker *w)
{
    own_set_site_tracking(w->number % 2 ? 1 << 20 : 0);
    own_set_site_tracking(0);
}

static void call_own_pool_check(struct worker *w)
{
    (void)w;
    expect(own_pool_check(world.pool) == 0);
}

static void call_own_set_misuse_handler(struct worker *w)
{
    (void)w;
    own_set_misuse_handler(NULL);
}

static void call_own_version(struct worker *w)
{
    (void)w;
    expect(own_version() != NULL);
}

static void call_own_monitor_open(struct worker *w)
{
    (void)w;
    expect(own_monitor_open("") == -1 && errno == EINVAL);
}

static void call_own_monitor_close(struct worker *w)
{
    (void)w;
    expect(own_monitor_close(-1) == -1 && errno == EBADF);
}

static void call_own_pool_collect(struct worker *w)
{
    (void)w;
    expect(own_pool_collect(world.pool) == 0);
}

static void call_own_set_collect_threshold(struct worker *w)
{
    (void)w;
    expect(own_set_collect_threshold(0) == 0);
}

static void call_own_collect_stats(struct worker *w)
{
    (void)w;
    own_collect_statistics statistics;

    own_collect_stats(&statistics);
    expect(statistics.reclaimed == 0);
}

static const struct pair_row rows[] = {
    {"own_defer", call_own_defer, 0},
    {"own_undefer", call_own_undefer, 0},
    {"own_defer_first", call_own_defer_first, 0},
    {"own_defer_last", call_own_defer_last, 0},
    {"own_hold", call_own_hold, 0},
    {"own_drop", call_own_drop, 0},
    {"own_give", call_own_give, 0},
    {"own_give_reference", call_own_give_reference, 0},
    {"own_give_child", call_own_give_child, 0},
    {"own_move", call_own_move, 0},
    {"own_share", call_own_share, 0},
    {"own_is_shared", call_own_is_shared, 0},
    {"own_pool_new", call_own_pool_new, 0},
    {"own_pool_new_at", call_own_pool_new_at, 0},
    {"own_pool_create", call_own_pool_create, 0},
    {"own_pool_create_at", call_own_pool_create_at, 0},
    {"own_pool_create_sized", call_own_pool_create_sized, 0},
    {"own_pool_clear", call_own_pool_clear, 0},
    {"own_pool_type", call_own_pool_type, 0},
    {"own_pool_parent", call_own_pool_parent, 0},
    {"own_pool_is_ancestor", call_own_pool_is_ancestor, 0},
    {"own_pool_name", call_own_pool_name, 0},
    {"own_pool_set_name", call_own_pool_set_name, 0},
    {"own_pool_set_name_borrowed", call_own_pool_set_name_borrowed, 0},
    {"own_pool_user", call_own_pool_user, 0},
    {"own_pool_set_user", call_own_pool_set_user, 0},
    {"own_pool_set_limit", call_own_pool_set_limit, 0},
    {"own_pool_limited_by", call_own_pool_limited_by, 0},
    {"own_pool_usage", call_own_pool_usage, 0},
    {"own_pool_total", call_own_pool_total, 0},
    {"own_pool_walk", call_own_pool_walk, 0},
    {"own_holders", call_own_holders, 0},
    {"own_pool_children", call_own_pool_children, 0},
    {"own_pool_deferred", call_own_pool_deferred, 0},
    {"own_trim", call_own_trim, 0},
    {"own_set_cache_limit", call_own_set_cache_limit, 0},
    {"own_report", call_own_report, 0},
    {"own_report_tree", call_own_report_tree, 0},
    {"own_report_fd", call_own_report_fd, 0},
    {"own_set_site_tracking", call_own_set_site_tracking, 0},
    {"own_pool_check", call_own_pool_check, 0},
    {"own_set_misuse_handler", call_own_set_misuse_handler, 0},
    {"own_version", call_own_version, 0},
    {"own_monitor_open", call_own_monitor_open, 0},
    {"own_monitor_close", call_own_monitor_close, 0},
    {"own_pool_collect", call_own_pool_collect, 0},
    {"own_set_collect_threshold", call_own_set_collect_threshold, 0},
    {"own_collect_stats", call_own_collect_stats, 0},
};
const struct pair_rows pair_pools = {rows, sizeof rows / sizeof rows[0]};
