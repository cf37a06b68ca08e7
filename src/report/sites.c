/*
 * report/sites.c - where bytes were allocated, as far as it was sampled.
 */
#include "report/report.h"

#include <stdlib.h>

static bool gather_sites(struct sites *sites, const struct gathering *gathering)
{
    uint32_t *first = growing_make(&sites->first, gathering->pools.count + 1, sizeof(*first));
    if (!first)
        return false;
    for (size_t i = 0; i < gathering->pools.count; i++) {
        struct site found;
        uint32_t place = 0;
        first[i] = (uint32_t)sites->sites.count;
        while (site_next(gathered_at(gathering, i)->seen.pool, &place, &found)) {
            struct site *site = growing_add(&sites->sites, sizeof(*site));
            if (!site)
                return false;
            *site = found;
        }
    }
    first[gathering->pools.count] = (uint32_t)sites->sites.count;
    return growing_reserve(&sites->some, sites->sites.count, sizeof(struct site));
}

static const struct site *site_at(const struct sites *sites, size_t i)
{
    return (const struct site *)(const void *)sites->sites.items + i;
}

static int compare_stacks(const void *a, const void *b)
{
    uint32_t first = *(const uint32_t *)a;
    uint32_t second = *(const uint32_t *)b;
    return (first > second) - (first < second);
}

/* The stacks of all sites, each once, in order. */
static bool gather_stacks(struct sites *sites)
{
    size_t count = 0;
    size_t all = sites->sites.count;
    uint32_t *stack = all ? growing_make(&sites->stacks, all, sizeof(*stack)) : NULL;
    if (!stack)
        return !all;
    for (size_t i = 0; i < all; i++)
        stack[i] = site_at(sites, i)->stack;
    qsort(stack, all, sizeof(*stack), compare_stacks);
    for (size_t i = 0; i < all; i++) {
        if (count == 0 || stack[count - 1] != stack[i])
            stack[count++] = stack[i];
    }
    sites->stacks.count = count;
    return true;
}

bool sites_gather(struct sites *sites, const struct gathering *gathering)
{
    *sites = (struct sites){.sites = {.items = NULL}};
    return gather_sites(sites, gathering) && gather_stacks(sites);
}

void sites_free(struct sites *sites)
{
    growing_free(&sites->first);
    growing_free(&sites->some);
    growing_free(&sites->stacks);
    growing_free(&sites->sites);
}

void sites_write(struct output *output, const struct sites *sites)
{
    const uint32_t *stack = (const void *)sites->stacks.items;
    json_stacks(output);
    for (size_t i = 0; i < sites->stacks.count; i++)
        json_stack(output, stack[i], i == 0);
    json_sites(output);
    for (size_t i = 0; i < sites->sites.count; i++) {
        const struct site *site = site_at(sites, i);
        const uint32_t *at =
            bsearch(&site->stack, stack, sites->stacks.count, sizeof(*stack), compare_stacks);
        json_site(output, site, (size_t)(at - stack), i == 0);
    }
}

void sites_pick(struct sites *sites, uint32_t pool)
{
    const uint32_t *first = (const void *)sites->first.items;
    for (uint32_t i = first[pool]; i < first[pool + 1]; i++)
        *(struct site *)growing_add(&sites->some, sizeof(struct site)) = *site_at(sites, i);
}

/* The call that allocated. NULL: it is not known. */
static const void *innermost(const struct site *site)
{
    const void *frame;
    return site_frames(site->stack, &frame, 1) ? frame : NULL;
}

static int by_call(const void *a, const void *b)
{
    uintptr_t one = (uintptr_t)innermost(a);
    uintptr_t other = (uintptr_t)innermost(b);
    return (one > other) - (one < other);
}

static int by_bytes(const void *a, const void *b)
{
    const struct site *one = a;
    const struct site *other = b;
    return (one->bytes < other->bytes) - (one->bytes > other->bytes);
}

/* Adds up the sites of one call. Returns how many calls there are. */
static size_t join(struct site *some, size_t count)
{
    size_t joined = 0;
    for (size_t i = 0; i < count; i++) {
        if (joined && innermost(&some[joined - 1]) == innermost(&some[i])) {
            some[joined - 1].blocks += some[i].blocks;
            some[joined - 1].bytes += some[i].bytes;
        } else {
            some[joined++] = some[i];
        }
    }
    return joined;
}

#define PICKED_SHOWN 3

void sites_put_picked(struct output *output, struct sites *sites, size_t depth)
{
    struct site *some = (struct site *)(void *)sites->some.items;
    size_t count = sites->some.count;
    sites->some.count = 0;
    if (!count)
        return;
    qsort(some, count, sizeof(*some), by_call);
    count = join(some, count);
    qsort(some, count, sizeof(*some), by_bytes);
    for (size_t i = 0; i < count && i < PICKED_SHOWN; i++) {
        char text[400] = "?";
        if (innermost(&some[i]))
            (void)site_print(text, sizeof(text), innermost(&some[i]));
        output_blanks(output, TEXT_COLUMNS + 2 * depth);
        output_text(output, "about ");
        output_number(output, some[i].bytes);
        output_text(output, " bytes from ");
        output_plain(output, text);
        output_text(output, "\n");
    }
}
