/*
 * tools/ownstat/compare.c - reports of one program beside one another.
 */
#include "compare.h"

#include <string.h>

#include "source.h"
#include "text.h"

static struct row *add_row(struct comparison *comparison, struct rows *rows)
{
    rows->all =
        memory_grow(comparison->memory, rows->all, rows->count, &rows->room, sizeof *rows->all);
    struct row *row = &rows->all[rows->count++];
    *row = (struct row){.amounts =
                            own_alloc(comparison->memory, comparison->count, sizeof *row->amounts)};
    return row;
}

/*
 * The rows of paths, from the last report to the first: a node that a later tree has too is in that
 * one's row already. Returns the numbers of the rows of the first tree's nodes.
 */
static size_t *add_paths(struct comparison *comparison)
{
    size_t *later_row_of = NULL;
    for (size_t report = comparison->count; report-- > 0;) {
        const struct tree *tree = comparison->trees[report];
        const struct tree *later =
            report + 1 < comparison->count ? comparison->trees[report + 1] : NULL;
        size_t *row_of = own_alloc_raw(tree->memory, tree->count + 1, sizeof *row_of);
        size_t *match = later ? tree_match(tree, later) : NULL;
        for (size_t i = 0; i < tree->count; i++) {
            const struct node *node = &tree->nodes[i];
            if (match && match[i] != NONE) {
                row_of[i] = later_row_of[match[i]];
            } else {
                struct row *row = add_row(comparison, &comparison->paths);
                row->seen = report;
                row->number = i;
                row_of[i] = comparison->paths.count - 1;
            }
            comparison->paths.all[row_of[i]].amounts[report] =
                (struct amount){node->bytes, node->blocks, node->pools};
        }
        later_row_of = row_of;
    }
    return later_row_of;
}

/* How many pools are in the first report and, with the same id, name and path, in the last. */
static void count_same(struct comparison *comparison, const size_t *first_row_of)
{
    size_t last = comparison->count - 1;
    const struct tree *tree = comparison->trees[last], *first = comparison->trees[0];
    if (!comparison->same_process)
        return;
    for (size_t i = 0; i < comparison->paths.count; i++) {
        struct row *row = &comparison->paths.all[i];
        if (row->seen != last)
            continue;
        for (size_t pool = tree->nodes[row->number].first_member; pool != NONE;
             pool = tree->next_member[pool]) {
            size_t there = report_same_pool(tree->report, pool, first->report);
            row->same += there != NONE && first_row_of[first->node_of[there]] == i;
        }
    }
}

static void add_stacks(struct comparison *comparison)
{
    struct names keys;
    names_begin(&keys, comparison->memory);
    for (size_t report = comparison->count; report-- > 0;) {
        const struct stack_sums *sums = comparison->sums[report];
        for (size_t i = 0; i < sums->keys.count; i++) {
            size_t known = keys.count;
            size_t number = names_add(&keys, sums->keys.texts[i]);
            if (number == known) {
                struct row *row = add_row(comparison, &comparison->stacks);
                row->seen = report;
                row->number = sums->all[i].stack;
            }
            comparison->stacks.all[number].amounts[report] =
                (struct amount){sums->all[i].bytes, sums->all[i].blocks, 0};
        }
    }
}

static void check_order(struct comparison *comparison)
{
    comparison->same_process = true;
    for (size_t i = 1; i < comparison->count; i++) {
        const struct report *before = comparison->reports[i - 1], *now = comparison->reports[i];
        if (!report_same_process(before, now)) {
            comparison->same_process = false;
            complain("note: %s and %s are of different processes: pools are compared by name only",
                     before->source, now->source);
        } else if (before->time > now->time) {
            complain("note: %s is older than %s, which comes before it", now->source,
                     before->source);
        }
    }
}

struct comparison *comparison_make(char **names, size_t count, enum naming naming, double timeout)
{
    own_pool *memory = memory_new(NULL, "comparison");
    struct comparison *comparison = own_alloc(memory, 1, sizeof *comparison);
    *comparison = (struct comparison){
        .memory = memory,
        .reports = own_alloc(memory, count, sizeof *comparison->reports),
        .trees = own_alloc(memory, count, sizeof *comparison->trees),
        .sums = own_alloc(memory, count, sizeof *comparison->sums),
        .places = own_alloc(memory, count, sizeof *comparison->places),
        .count = count,
    };
    for (size_t i = 0; i < count; i++) {
        struct report *report = source_must_read(names[i], &(struct reading){timeout});
        /* The comparison's pool has it from here on. */
        if (own_give(memory, report->memory) != 0)
            fail("out of memory");
        comparison->reports[i] = report;
        comparison->trees[i] = tree_make(report, naming);
        comparison->sums[i] = stack_sums_make(report);
    }
    check_order(comparison);
    count_same(comparison, add_paths(comparison));
    add_stacks(comparison);
    return comparison;
}

void comparison_put_path(FILE *out, const struct comparison *comparison, const struct row *row)
{
    const struct tree *tree = comparison->trees[row->seen];
    const struct node *node = &tree->nodes[row->number];
    put_visible(out, tree_path(tree, row->number));
    if (node->site != NONE) {
        const char *site = report_text(tree->report, node->site);
        if (strcmp(site, report_text(tree->report, tree->report->pools[node->first_member].name)) !=
            0) {
            fputs("  [", out);
            put_visible(out, site);
            fputc(']', out);
        }
    }
}

void comparison_put_stack(FILE *out, struct comparison *comparison, const struct row *row,
                          int indent)
{
    struct report *report = comparison->reports[row->seen];
    if (!comparison->places[row->seen])
        comparison->places[row->seen] = places_make(report, comparison->symbols);
    places_put_stack(out, report, comparison->places[row->seen], row->number, indent);
}

void comparison_put_head(FILE *out, const struct comparison *comparison)
{
    const struct report *last = comparison->reports[comparison->count - 1];
    const struct report *first = comparison->reports[0];
    put_visible(out, last->program);
    fprintf(out, "[%llu], %.1f s: ", (unsigned long long)last->process, last->time - first->time);
    char bytes[TEXT_ROOM], growth[TEXT_ROOM];
    fprintf(out, "%s in blocks (%s), ", text_bytes(bytes, last->total_bytes, comparison->exact),
            text_growth(growth, first->total_bytes, last->total_bytes, comparison->exact));
    fprintf(out, "%llu blocks (%s), ", (unsigned long long)last->total_blocks,
            text_count_growth(growth, first->total_blocks, last->total_blocks));
    fprintf(out, "%zu pools (%s)\n", last->pool_count,
            text_count_growth(growth, first->pool_count, last->pool_count));
}
