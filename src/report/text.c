/*
 * report/text.c - the tree for the terminal.
 *
 * Pools that have the same name and whose parents are on one line are on one line. So a line stands
 * for a group of pools, and its children are those of all of them. The groups of the levels on the
 * way down lie one behind the other, and so do their pools. A pool is in one group at a time: no
 * more room is needed than for all pools at once.
 */
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

struct group {
    uint32_t begin; /* of its pools in `order` */
    uint32_t count;
    size_t bytes; /* totals, but for `own` and `blocks` */
    size_t own;
    size_t reserved;
    size_t blocks;
    size_t pools;
};

/* The groups of one parent's children. */
struct level {
    size_t begin; /* in `groups` */
    size_t next;
    size_t end;
    size_t shown;
};

struct tree {
    struct output *output;
    const struct gathering *gathering;
    struct growing first_child; /* uint32_t, by pool, and one more: in `child` */
    struct growing child;       /* uint32_t */
    struct growing first_hold;  /* uint32_t, by pool, and one more: in `hold` */
    struct growing hold;        /* uint32_t */
    struct growing held;        /* uint32_t: holds, by the address of their object */
    struct growing order;       /* uint32_t: the pools of the groups */
    struct growing lines;       /* uint32_t: the holds of one group */
    struct growing groups;      /* struct group */
    struct growing levels;      /* struct level */
    struct sites sites;
    size_t depth;
    size_t count;
};

static uint32_t *numbers(const struct growing *growing)
{
    return (uint32_t *)(void *)growing->items;
}

static struct group *group_at(const struct tree *tree, size_t i)
{
    return (struct group *)(void *)tree->groups.items + i;
}

static struct level *lowest(const struct tree *tree)
{
    return (struct level *)(void *)tree->levels.items + tree->levels.count - 1;
}

static const struct gathered *pool_at_place(const struct tree *tree, uint32_t place)
{
    return gathered_at(tree->gathering, numbers(&tree->order)[place]);
}

static uint32_t parent_of(const struct gathering *gathering, size_t i)
{
    return gathered_at(gathering, i)->parent;
}

static uint32_t holder_of(const struct gathering *gathering, size_t i)
{
    return hold_at(gathering, i)->pool;
}

/* Sorts `count` items into `sorted` by their pool, where `first` says for each where they begin. */
static bool sort_by_pool(const struct gathering *gathering, size_t count,
                         uint32_t (*pool_of)(const struct gathering *gathering, size_t i),
                         struct growing *first, struct growing *sorted)
{
    size_t pools = gathering->pools.count;
    uint32_t *begins = growing_make(first, pools + 1, sizeof(*begins));
    uint32_t *items = growing_make(sorted, count, sizeof(*items));
    if (!begins || !items)
        return false;
    memset(begins, 0, (pools + 1) * sizeof(*begins));
    for (size_t i = 0; i < count; i++) {
        if (pool_of(gathering, i) != NOBODY)
            begins[pool_of(gathering, i)]++;
    }
    for (size_t i = 1; i <= pools; i++)
        begins[i] += begins[i - 1];
    for (size_t i = count; i-- > 0;) { /* from behind, so that each begins where its first is */
        if (pool_of(gathering, i) != NOBODY)
            items[--begins[pool_of(gathering, i)]] = (uint32_t)i;
    }
    return true;
}

static int compare(uint64_t one, uint64_t other)
{
    return one < other ? -1 : one > other;
}

static int by_name(const void *one, const void *other, void *arg)
{
    const struct gathering *gathering = arg;
    uint32_t a = *(const uint32_t *)one;
    uint32_t b = *(const uint32_t *)other;
    const char *name = gathered_at(gathering, a)->seen.name;
    int names = strcmp(name, gathered_at(gathering, b)->seen.name);
    return names ? names : compare(a, b);
}

static int by_object(const void *one, const void *other, void *arg)
{
    const struct gathering *gathering = arg;
    uint32_t a = *(const uint32_t *)one;
    uint32_t b = *(const uint32_t *)other;
    int objects = compare((uintptr_t)hold_at(gathering, a)->seen.object,
                          (uintptr_t)hold_at(gathering, b)->seen.object);
    return objects ? objects : compare(a, b);
}

static int by_type(const void *one, const void *other, void *arg)
{
    const struct gathering *gathering = arg;
    const struct hold_seen *a = &hold_at(gathering, *(const uint32_t *)one)->seen;
    const struct hold_seen *b = &hold_at(gathering, *(const uint32_t *)other)->seen;
    int types = strcmp(a->type, b->type);
    return types ? types : strcmp(a->name ? a->name : "", b->name ? b->name : "");
}

static int by_size(const void *one, const void *other)
{
    const struct group *a = one;
    const struct group *b = other;
    int sizes = compare(b->bytes, a->bytes);
    if (!sizes)
        sizes = compare(b->reserved, a->reserved);
    return sizes ? sizes : compare(a->begin, b->begin);
}

/* Makes groups of the pools that were put behind the others, the largest first. */
static void make_groups(struct tree *tree, size_t begin)
{
    size_t first_group = tree->groups.count;
    uint32_t *order = numbers(&tree->order);
    struct group *group = NULL;
    const char *name = NULL;
    qsort_r(order + begin, tree->order.count - begin, sizeof(*order), by_name,
            (void *)(uintptr_t)tree->gathering);
    for (size_t i = begin; i < tree->order.count; i++) {
        const struct gathered *pool = pool_at_place(tree, (uint32_t)i);
        if (!group || strcmp(name, pool->seen.name) != 0) {
            group = growing_add(&tree->groups, sizeof(*group));
            *group = (struct group){.begin = (uint32_t)i};
            name = pool->seen.name;
        }
        group->count++;
        group->bytes += pool->total_bytes;
        group->own += pool->seen.usage.bytes;
        group->reserved += pool->total_reserved;
        group->blocks += pool->seen.usage.blocks;
        group->pools += pool->pools;
    }
    size_t count = tree->groups.count - first_group;
    struct level *level = growing_add(&tree->levels, sizeof(*level));
    *level = (struct level){.begin = first_group, .next = first_group, .end = first_group + count};
    if (count)
        qsort(group_at(tree, first_group), count, sizeof(*group), by_size);
}

static void put_limit(const struct tree *tree, const struct group *group)
{
    const struct pool_seen *seen = &pool_at_place(tree, group->begin)->seen;
    if (group->count > 1)
        return;
    if (seen->limit) {
        output_text(tree->output, ", limit ");
        output_number(tree->output, seen->limit);
    }
    output_text(tree->output, seen->apart ? ", another thread's" : seen->shared ? ", shared" : "");
}

/* Where the references to an object begin in `held`. */
static size_t find_held(const struct tree *tree, const void *object)
{
    const uint32_t *held = numbers(&tree->held);
    size_t low = 0;
    size_t high = tree->held.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((uintptr_t)hold_at(tree->gathering, held[middle])->seen.object < (uintptr_t)object)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

#define HOLDERS_SHOWN 3
/* Who holds a pool but its parent. */
static void put_holders(const struct tree *tree, const struct group *group)
{
    const struct pool_seen *seen = &pool_at_place(tree, group->begin)->seen;
    size_t holders = 0;
    if (group->count > 1)
        return;
    for (size_t i = find_held(tree, seen->pool); i < tree->held.count; i++, holders++) {
        const struct gathered_hold *hold = hold_at(tree->gathering, numbers(&tree->held)[i]);
        if ((const void *)hold->seen.object != (const void *)seen->pool)
            break;
        if (holders >= HOLDERS_SHOWN)
            continue;
        output_text(tree->output, holders ? ", '" : ", held by '");
        output_plain(tree->output, gathered_at(tree->gathering, hold->pool)->seen.name);
        output_text(tree->output, "'");
    }
    if (holders > HOLDERS_SHOWN) {
        output_text(tree->output, " and ");
        output_number(tree->output, holders - HOLDERS_SHOWN);
        output_text(tree->output, " more");
    }
    size_t known = holders + seen->child;
    if (seen->references == SIZE_MAX)
        output_text(tree->output, ", immortal");
    else if (seen->references > known && seen->references - known > !seen->child) {
        output_text(tree->output, ", references from elsewhere: ");
        output_number(tree->output, seen->references - known);
    }
}

static void put_group(const struct tree *tree, const struct group *group, size_t depth)
{
    text_columns(tree->output, group->bytes, group->own, group->reserved, group->blocks);
    output_blanks(tree->output, 2 * depth);
    output_plain(tree->output, pool_at_place(tree, group->begin)->seen.name);
    if (group->count > 1) {
        output_text(tree->output, " (");
        output_number(tree->output, group->count);
        output_text(tree->output, " pools)");
    }
    put_limit(tree, group);
    put_holders(tree, group);
    output_text(tree->output, "\n");
}

static void put_more(const struct tree *tree, size_t depth, const char *what, size_t number)
{
    output_blanks(tree->output, TEXT_COLUMNS + 2 * depth);
    output_text(tree->output, "... ");
    output_number(tree->output, number);
    output_text(tree->output, what);
    output_text(tree->output, "\n");
}

/* What the pools of a group hold, by type. */
static void put_holds(struct tree *tree, const struct group *group, size_t depth)
{
    const uint32_t *first = numbers(&tree->first_hold);
    size_t shown = 0;
    tree->lines.count = 0;
    for (uint32_t i = 0; i < group->count; i++) {
        uint32_t pool = numbers(&tree->order)[group->begin + i];
        for (uint32_t at = first[pool]; at < first[pool + 1]; at++) {
            uint32_t *line = growing_add(&tree->lines, sizeof(*line));
            *line = numbers(&tree->hold)[at];
        }
    }
    uint32_t *lines = numbers(&tree->lines);
    if (tree->lines.count)
        qsort_r(lines, tree->lines.count, sizeof(*lines), by_type,
                (void *)(uintptr_t)tree->gathering);
    for (size_t i = 0, next; i < tree->lines.count; i = next, shown++) {
        const struct hold_seen *seen = &hold_at(tree->gathering, lines[i])->seen;
        size_t bytes = 0;
        for (next = i; next < tree->lines.count &&
                       !by_type(&lines[i], &lines[next], (void *)(uintptr_t)tree->gathering);
             next++)
            bytes += hold_at(tree->gathering, lines[next])->seen.size;
        if (shown < tree->count)
            text_hold(tree->output, seen, next - i, bytes, depth);
    }
    if (shown > tree->count)
        put_more(tree, depth, " more kinds of objects are held", shown - tree->count);
}

/* Goes down to the children of a group. */
static void go_down(struct tree *tree, struct group group)
{
    const uint32_t *first = numbers(&tree->first_child);
    size_t begin = tree->order.count;
    for (uint32_t i = 0; i < group.count; i++) {
        uint32_t pool = numbers(&tree->order)[group.begin + i];
        for (uint32_t at = first[pool]; at < first[pool + 1]; at++) {
            uint32_t *place = growing_add(&tree->order, sizeof(*place));
            *place = numbers(&tree->child)[at];
        }
    }
    make_groups(tree, begin);
}

/* The groups of the lowest level have been written. */
static void go_up(struct tree *tree)
{
    const struct level *level = lowest(tree);
    size_t pools = 0;
    size_t lines = level->end - level->begin;
    for (size_t i = level->begin; i < level->end; i++)
        pools += group_at(tree, i)->count;
    if (lines > tree->count)
        put_more(tree, tree->levels.count - 1, " more names", lines - tree->count);
    tree->order.count -= pools;
    tree->groups.count = level->begin;
    tree->levels.count--;
}

static void write_groups(struct tree *tree)
{
    while (tree->levels.count) {
        struct level *level = lowest(tree);
        size_t depth = tree->levels.count - 1;
        size_t most = depth || !tree->gathering->root ? tree->count : SIZE_MAX;
        if (level->next == level->end || level->shown == most) {
            go_up(tree);
            continue;
        }
        struct group group = *group_at(tree, level->next++);
        level->shown++;
        put_group(tree, &group, depth);
        put_holds(tree, &group, depth + 1);
        for (uint32_t i = 0; i < group.count; i++)
            sites_pick(&tree->sites, numbers(&tree->order)[group.begin + i]);
        sites_put_picked(tree->output, &tree->sites, depth + 1);
        if (group.pools == group.count)
            continue;
        if (depth == tree->depth)
            put_more(tree, depth + 1, " pools below", group.pools - group.count);
        else
            go_down(tree, group);
    }
}

/* All the room that is needed, so that nothing fails once something is written. False: ENOMEM. */
static bool make_room(struct tree *tree)
{
    const struct gathering *gathering = tree->gathering;
    size_t pools = gathering->pools.count;
    size_t holds = gathering->holds.count;
    size_t levels = 2;
    for (size_t i = 0; i < pools; i++)
        levels = max_size(levels, gathered_at(gathering, i)->depth + 2);
    return sites_gather(&tree->sites, gathering) &&
           growing_make(&tree->held, holds, sizeof(uint32_t)) &&
           growing_reserve(&tree->order, pools, sizeof(uint32_t)) &&
           growing_reserve(&tree->lines, holds, sizeof(uint32_t)) &&
           growing_reserve(&tree->groups, pools, sizeof(struct group)) &&
           growing_reserve(&tree->levels, levels, sizeof(struct level)) &&
           sort_by_pool(gathering, pools, parent_of, &tree->first_child, &tree->child) &&
           sort_by_pool(gathering, holds, holder_of, &tree->first_hold, &tree->hold);
}

static void write_all(struct tree *tree)
{
    const struct gathering *gathering = tree->gathering;
    size_t holds = gathering->holds.count;
    uint32_t *held = numbers(&tree->held);
    for (size_t i = 0; i < holds; i++)
        held[i] = (uint32_t)i;
    if (holds)
        qsort_r(held, holds, sizeof(*held), by_object, (void *)(uintptr_t)gathering);
    for (size_t i = 0; i < gathering->pools.count; i++) {
        if (gathered_at(gathering, i)->parent == NOBODY)
            *(uint32_t *)growing_add(&tree->order, sizeof(uint32_t)) = (uint32_t)i;
    }
    text_head(tree->output);
    make_groups(tree, 0);
    write_groups(tree);
}

bool text_write(struct output *output, const struct gathering *gathering, int depth, size_t count)
{
    struct tree tree = {.output = output, .gathering = gathering, .count = count};
    tree.depth = depth < 0 ? SIZE_MAX : (size_t)depth;
    bool done = make_room(&tree);
    if (done)
        write_all(&tree);
    struct growing *all[] = {&tree.first_child, &tree.child,  &tree.first_hold,
                             &tree.hold,        &tree.held,   &tree.order,
                             &tree.lines,       &tree.groups, &tree.levels};
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        growing_free(all[i]);
    sites_free(&tree.sites);
    return done;
}
