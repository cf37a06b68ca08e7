/*
 * cycle/find.c - own_collect_find: the groups that a collection would reclaim.
 *
 * Garbage gets numbers, which its tallies have while references are followed. A group is what
 * references connect, found by union and find (Tarjan 1975). Each object of garbage is referred to
 * by another one of its group; so who goes from an object to one that refers to it, and so on,
 * comes round in the end, and that is the chain.
 */
#include "cycle/cycle.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NONE UINT32_MAX
#define CHAIN_TEXT 4096
#define CHAIN_FIRST 12 /* references of a long chain that are told, at its beginning and its end */
#define CHAIN_LAST 4

struct groups {
    size_t count;
    own_object **objects; /* by number */
    void **ordered;       /* those of one group side by side */
    uint32_t *from;       /* an object that refers to this one */
    uint32_t *group;      /* towards the number of the object that stands for the group */
    uint32_t *next;       /* the place for the next object of a group; then: whether it was seen */
    uint32_t *path;       /* of a chain, against its direction */
};

#define BYTES_EACH (2 * sizeof(void *) + 4 * sizeof(uint32_t))

static uint32_t group_of(const struct groups *groups, uint32_t number)
{
    uint32_t *group = groups->group;
    while (group[number] != number) {
        group[number] = group[group[number]];
        number = group[number];
    }
    return number;
}

struct follow {
    struct groups *groups;
    struct analysis *analysis;
    uint32_t number;
};

static void follow_one(void *arg, own_object *to)
{
    const struct follow *follow = arg;
    struct groups *groups = follow->groups;
    const uint32_t *tally = cycle_tally(follow->analysis, to);
    if (!tally || *tally < TALLY_FOUND)
        return;
    uint32_t number = *tally & TALLY_COUNTER;
    if (groups->from[number] == NONE)
        groups->from[number] = follow->number;
    uint32_t one = group_of(groups, follow->number);
    uint32_t other = group_of(groups, number);
    groups->group[one < other ? other : one] = one < other ? one : other;
}

static own_object *take(struct garbage *garbage)
{
    return chain_take(garbage->pools.first ? &garbage->pools : &garbage->others);
}

/* Under the lock: numbers the garbage and follows its references. False: ENOMEM. */
static bool number(struct groups *groups, struct analysis *analysis)
{
    size_t granted;
    size_t count = analysis->count;
    void *memory = count < TALLY_COUNTER ? chunk_get(count * BYTES_EACH, &granted) : NULL;
    if (!memory) {
        while (take(&analysis->garbage))
            continue;
        return false;
    }
    groups->count = count;
    groups->objects = memory;
    groups->ordered = (void **)(groups->objects + count);
    groups->from = (uint32_t *)(groups->ordered + count);
    groups->group = groups->from + count;
    groups->next = groups->group + count;
    groups->path = groups->next + count;
    for (uint32_t i = 0; i < count; i++) {
        groups->objects[i] = take(&analysis->garbage);
        groups->from[i] = NONE;
        groups->group[i] = i;
    }
    for (uint32_t i = 0; i < count; i++)
        *tally_of_object(groups->objects[i]) = TALLY_FOUND | i;
    for (uint32_t i = 0; i < count; i++) {
        struct follow follow = {.groups = groups, .analysis = analysis, .number = i};
        cycle_each(groups->objects[i], follow_one, &follow);
    }
    for (uint32_t i = 0; i < count; i++)
        *tally_of_object(groups->objects[i]) = cycle_tally_at_rest(groups->objects[i]);
    return true;
}

/* Puts the objects of each group side by side, groups in the order of their first objects. */
static void order(struct groups *groups)
{
    uint32_t *next = groups->next;
    size_t place = 0;
    memset(next, 0, groups->count * sizeof(*next));
    for (uint32_t i = 0; i < groups->count; i++)
        next[group_of(groups, i)]++;
    for (uint32_t i = 0; i < groups->count; i++) {
        size_t size = next[i];
        next[i] = (uint32_t)place;
        place += size;
    }
    for (uint32_t i = 0; i < groups->count; i++)
        groups->ordered[next[group_of(groups, i)]++] = groups->objects[i];
}

struct text {
    char *at;
    size_t room;
};

static void __attribute__((format(printf, 2, 3))) put(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text->at, text->room, format, arguments);
    va_end(arguments);
    size_t used = length < 0 ? 0 : min_size((size_t)length, text->room - 1);
    text->at += used;
    text->room -= used;
}

static const char *name_of(const own_object *object)
{
    return object->type->name ? object->type->name : "object";
}

/* The name of a field, by its place in refs. */
static void put_field(struct text *text, const own_object *from, size_t field)
{
    const char *at = from->type->fields;
    for (size_t i = 0; at && i < field; i++) {
        at = strchr(at, ',');
        at += at != NULL;
    }
    if (!at) {
        put(text, "%.50s+%zu", name_of(from), from->type->refs[field]);
        return;
    }
    at += strspn(at, " \t\n");
    put(text, "%.50s.%.*s", name_of(from), (int)min_size(strcspn(at, ", \t\n"), 50), at);
}

static void put_object(struct text *text, const own_object *object)
{
    if (object_is_pool(object))
        put(text, "pool '%.50s'", pool_name(as_pool(object)));
    else
        put(text, "%.50s", name_of(object));
}

static void put_reference(struct text *text, const own_object *from, const own_object *to)
{
    const own_type *type = from->type;
    if (object_is_pool(from)) {
        bool child = object_is_pool(to) && tree_parent(as_pool(to)) == as_pool(from);
        put_object(text, from);
        put(text, child ? " owns " : " holds ");
        put_object(text, to);
        return;
    }
    size_t fields = 0;
    for (; type->refs && type->refs[fields] != OWN_REFS_END; fields++) {
        if (object_reference_at(from, type->refs[fields]) == to) {
            put_field(text, from, fields);
            return;
        }
    }
    size_t count;
    own_object *const *items = object_items(from, &count);
    size_t at = 0;
    while (at < count && items[at] != to)
        at++;
    put(text, "%.50s[%zu]", name_of(from), at);
}

/* Writes the chain that is found from an object of a group. */
static void write_chain(struct groups *groups, uint32_t from, char *chain)
{
    struct text text = {.at = chain, .room = CHAIN_TEXT};
    uint32_t *seen = groups->next;
    size_t length = 0;
    *chain = '\0';
    while (from != NONE && seen[from] != NONE) {
        seen[from] = NONE;
        from = groups->from[from];
    }
    if (from == NONE)
        return;
    uint32_t at = from;
    do {
        groups->path[length++] = at;
        at = groups->from[at];
    } while (at != from);
    for (size_t i = length; i-- > 0;) {
        if (length > CHAIN_FIRST + CHAIN_LAST && i == length - CHAIN_FIRST - 1) {
            put(&text, " -> ... %zu more ...", length - CHAIN_FIRST - CHAIN_LAST);
            i = CHAIN_LAST;
            continue;
        }
        put(&text, "%s", i == length - 1 ? "" : " -> ");
        put_reference(&text, groups->objects[groups->path[i]],
                      groups->objects[groups->path[i ? i - 1 : length - 1]]);
    }
}

static int tell(struct groups *groups,
                int (*visit)(void *const *objects, size_t count, const char *chain, void *arg),
                void *arg)
{
    char chain[CHAIN_TEXT];
    size_t begin = 0;
    int ended = 0;
    for (uint32_t i = 0; i < groups->count && !ended; i++) {
        if (groups->group[i] != i)
            continue;
        size_t end = groups->next[i];
        write_chain(groups, i, chain);
        ended = visit(groups->ordered + begin, end - begin, chain, arg);
        begin = end;
    }
    return ended;
}

int own_collect_find(int (*visit)(void *const *objects, size_t count, const char *chain, void *arg),
                     void *arg)
{
    struct groups groups;
    struct analysis analysis;
    if (!visit)
        return fail_with(EINVAL);
    if (!cycle_begin())
        return fail_with(EBUSY);
    cycle_analyse(&analysis, SCOPE_ALL, NULL, NULL);
    bool any = analysis.count;
    if (any && analysis.bare)
        cycle_list_bare(&analysis);
    bool numbered = any && number(&groups, &analysis);
    cycle_unlock();
    int ended = any && !numbered ? fail_with(ENOMEM) : 0;
    if (numbered) {
        order(&groups);
        ended = tell(&groups, visit, arg);
        int saved = errno;
        chunk_put(groups.objects, groups.count * BYTES_EACH);
        errno = saved;
    }
    cycle_end();
    return ended;
}
