/*
 * tools/ownstat/holders.c - who holds a pool besides its parent.
 */
#include "holders.h"

#include <stdlib.h>

#include "text.h"

/* So many names of holders are written; of the others the number. */
static const size_t most_names = 3;

struct holders holders_make(const struct report *report)
{
    struct holders holders = {
        .report = report,
        .first = own_alloc(report->memory, report->pool_count + 2, sizeof *holders.first),
        .holds = own_alloc_raw(report->memory, report->hold_count + 1, sizeof *holders.holds),
    };
    /* Counted one place further up, so that filling moves them to where they belong. */
    size_t *next = holders.first + 1;
    for (size_t i = 0; i < report->hold_count; i++)
        if (report->holds[i].held != NONE && report->holds[i].held + 1 < report->pool_count)
            next[report->holds[i].held + 1]++;
    for (size_t i = 1; i < report->pool_count; i++)
        next[i] += next[i - 1];
    for (size_t i = 0; i < report->hold_count; i++)
        if (report->holds[i].held != NONE)
            holders.holds[next[report->holds[i].held]++] = i;
    return holders;
}

static int compare_names(const void *a, const void *b)
{
    size_t one = *(const size_t *)a, other = *(const size_t *)b;
    return one < other ? -1 : one > other;
}

/* The names of the holders of all pools of a node, sorted; how many is returned. */
static size_t list_names(const struct holders *holders, const struct tree *tree, size_t node,
                         size_t **names)
{
    const struct report *report = holders->report;
    size_t count = 0, room = 0;
    for (size_t pool = tree->nodes[node].first_member; pool != NONE; pool = tree->next_member[pool])
        for (size_t i = holders->first[pool]; i < holders->first[pool + 1]; i++) {
            *names = memory_grow(report->memory, *names, count, &room, sizeof **names);
            (*names)[count++] = report->pools[report->holds[holders->holds[i]].pool].name;
        }
    if (count > 0)
        qsort(*names, count, sizeof **names, compare_names);
    return count;
}

static void put_one(FILE *out, bool *is_first, const char *before, const char *name, size_t number)
{
    fputs(*is_first ? before : ", ", out);
    if (*is_first)
        fputs("held by ", out);
    *is_first = false;
    put_visible(out, name);
    if (number > 1)
        fprintf(out, " x%zu", number);
}

void holders_put(FILE *out, const struct holders *holders, const struct tree *tree, size_t node,
                 const char *before)
{
    const struct report *report = holders->report;
    const struct node *here = &tree->nodes[node];
    size_t *names = NULL;
    size_t count = list_names(holders, tree, node, &names);
    size_t written = 0, left_out = 0;
    bool is_first = true;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && names[end] == names[i];)
            end++;
        if (written++ < most_names)
            put_one(out, &is_first, before, report_text(report, names[i]), end - i);
        else
            left_out += end - i;
    }
    if (left_out > 0)
        fprintf(out, " and %zu more", left_out);
    own_free(report->memory, names);
    /* A parent holds one of each; a root is somebody's anyway, as it is there. */
    uint64_t known = add_up_to_most(here->pools, count);
    if (here->references != IMMORTAL && here->references > known) {
        uint64_t others = here->references - known;
        put_one(out, &is_first, before, "the program", others);
    }
}
