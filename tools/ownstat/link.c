/*
 * tools/ownstat/link.c - finds the pools that ids in a report name, and adds up what pools have
 * with all below them.
 */
#include <string.h>

#include "report.h"

uint64_t add_up_to_most(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

const char *report_text(const struct report *report, size_t name)
{
    return report->names.texts[name];
}

static size_t place_of(const struct report *report, uint64_t id)
{
    size_t mask = report->by_id_size - 1;
    size_t place = hash_pair(id, 0) & mask;
    while (report->by_id[place] != NONE && report->pools[report->by_id[place]].id != id)
        place = (place + 1) & mask;
    return place;
}

size_t report_find(const struct report *report, uint64_t id)
{
    return report->by_id[place_of(report, id)];
}

bool report_same_process(const struct report *one, const struct report *other)
{
    return one->process == other->process && strcmp(one->program, other->program) == 0;
}

size_t report_same_pool(const struct report *report, size_t pool, const struct report *other)
{
    const struct pool *here = &report->pools[pool];
    size_t there = report_find(other, here->id);
    if (there == NONE ||
        strcmp(report_text(report, here->name), report_text(other, other->pools[there].name)) != 0)
        return NONE;
    return there;
}

/* `source: array[index]', and for pools the name, for what is wrong with an id. */
static bool wrong(const struct report *report, struct problem *problem, const char *array,
                  size_t index, const char *what, uint64_t id)
{
    return problem_set(problem, "%s: %s[%zu]: %s 0x%llx", report->source, array, index, what,
                       (unsigned long long)id);
}

static bool enter_pools(struct report *report, struct problem *problem)
{
    report->by_id_size = 16;
    while (report->by_id_size < report->pool_count * 2)
        report->by_id_size *= 2;
    report->by_id = own_alloc_raw(report->memory, report->by_id_size, sizeof *report->by_id);
    for (size_t i = 0; i < report->by_id_size; i++)
        report->by_id[i] = NONE;
    for (size_t i = 0; i < report->pool_count; i++) {
        size_t place = place_of(report, report->pools[i].id);
        if (report->by_id[place] != NONE)
            return wrong(report, problem, "pools", i, "there is another pool with the id",
                         report->pools[i].id);
        report->by_id[place] = i;
    }
    return true;
}

/* A parent that comes after its child: in a cycle, or merely in the wrong order. */
static bool wrong_parent(const struct report *report, size_t pool, struct problem *problem)
{
    uint64_t id = report->pools[pool].parent_id;
    size_t above = report_find(report, id);
    /* Each step goes to another pool, unless there is a cycle: which may be one further up. */
    for (size_t steps = 0; above != NONE && above != pool && steps < report->pool_count; steps++)
        above = report_find(report, report->pools[above].parent_id);
    return wrong(
        report, problem, "pools", pool,
        above == NONE ? "it comes before its parent" : "a cycle of parents, with the parent", id);
}

static bool link_parents(struct report *report, struct problem *problem)
{
    for (size_t i = 0; i < report->pool_count; i++) {
        struct pool *pool = &report->pools[i];
        if (pool->parent_id == 0)
            continue;
        pool->parent = report_find(report, pool->parent_id);
        if (pool->parent == NONE)
            return wrong(report, problem, "pools", i, "there is no pool with the id of its parent,",
                         pool->parent_id);
        if (pool->parent >= i)
            return wrong_parent(report, i, problem);
    }
    if (report->root != 0) {
        size_t root = report_find(report, report->root);
        if (root == NONE)
            return problem_set(problem, "%s: \"root\": there is no pool with the id 0x%llx",
                               report->source, (unsigned long long)report->root);
        if (report->pools[root].parent != NONE)
            return problem_set(problem, "%s: \"root\": the pool 0x%llx has a parent",
                               report->source, (unsigned long long)report->root);
    }
    return true;
}

static bool link_others(struct report *report, struct problem *problem)
{
    for (size_t i = 0; i < report->hold_count; i++) {
        struct hold *hold = &report->holds[i];
        hold->pool = report_find(report, hold->pool_id);
        if (hold->pool == NONE)
            return wrong(report, problem, "holds", i, "there is no pool with the id",
                         hold->pool_id);
        hold->held = report_find(report, hold->object);
    }
    for (size_t i = 0; i < report->site_count; i++) {
        struct site *site = &report->sites[i];
        site->pool = report_find(report, site->pool_id);
        if (site->pool == NONE)
            return wrong(report, problem, "sites", i, "there is no pool with the id",
                         site->pool_id);
        if (site->stack >= report->stack_count)
            return problem_set(problem, "%s: sites[%zu]: there is no stack with the number %zu",
                               report->source, i, site->stack);
    }
    return true;
}

static void add_totals(struct report *report)
{
    for (size_t i = 0; i < report->pool_count; i++) {
        struct pool *pool = &report->pools[i];
        pool->total_blocks = pool->blocks;
        pool->total_bytes = pool->bytes;
        pool->total_reserved = pool->reserved;
        pool->total_pools = 1;
    }
    for (size_t i = report->pool_count; i-- > 0;) {
        const struct pool *pool = &report->pools[i];
        bool is_root = pool->parent == NONE;
        struct pool *parent = is_root ? NULL : &report->pools[pool->parent];
        uint64_t *blocks = is_root ? &report->total_blocks : &parent->total_blocks;
        uint64_t *bytes = is_root ? &report->total_bytes : &parent->total_bytes;
        uint64_t *reserved = is_root ? &report->total_reserved : &parent->total_reserved;
        *blocks = add_up_to_most(*blocks, pool->total_blocks);
        *bytes = add_up_to_most(*bytes, pool->total_bytes);
        *reserved = add_up_to_most(*reserved, pool->total_reserved);
        if (parent)
            parent->total_pools += pool->total_pools;
    }
}

bool report_link(struct report *report, struct problem *problem)
{
    if (!enter_pools(report, problem) || !link_parents(report, problem) ||
        !link_others(report, problem))
        return false;
    add_totals(report);
    return true;
}
