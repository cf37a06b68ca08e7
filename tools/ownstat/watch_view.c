/*
 * tools/ownstat/watch_view.c - which lines `ownstat watch' shows: the tree of the newest report,
 * less what is closed.
 */
#include <string.h>

#include "watch.h"

/* What is less deep is open at first. */
static const size_t open_depth = 1;

static uint64_t key_of(const struct view *view, size_t number)
{
    const struct node *node = &view->tree->nodes[number];
    switch (view->sort) {
    case SORT_OWN:
        return node->bytes;
    case SORT_BLOCKS:
        return node->total_blocks;
    case SORT_GROWTH:
        /* Less than before is less than the same. */
        return node->total_bytes - view_base_total(view, number) + ((uint64_t)1 << 63);
    default:
        return node->total_bytes;
    }
}

uint64_t view_base_total(const struct view *view, size_t node)
{
    size_t base = view->at_base[node];
    return base == NONE ? 0 : view->base_tree->nodes[base].total_bytes;
}

/* Makes the rows; the node that is selected stays so. */
static void list_rows(struct view *view, size_t selected_node)
{
    struct tree *tree = view->tree;
    view->row_count = 0;
    for (size_t node = tree->first_root; node != NONE;
         node = tree_next(tree, node, !view->is_open[node])) {
        if (node == selected_node)
            view->selected = view->row_count;
        view->rows[view->row_count++] = node;
    }
    if (view->selected >= view->row_count)
        view->selected = view->row_count > 0 ? view->row_count - 1 : 0;
}

static size_t selected_node(const struct view *view)
{
    return view->row_count > 0 ? view->rows[view->selected] : NONE;
}

static void sort_and_list(struct view *view, size_t selected)
{
    for (size_t i = 0; i < view->tree->count; i++)
        view->tree->nodes[i].key = key_of(view, i);
    tree_sort(view->tree);
    list_rows(view, selected);
}

void view_update(struct view *view)
{
    sort_and_list(view, selected_node(view));
}

/* What is open, and which node is selected, from the tree before. Returns the selected node. */
static size_t take_over(struct view *view, const struct tree *before, const bool *was_open,
                        size_t was_selected)
{
    const struct tree *tree = view->tree;
    size_t *match = before ? tree_match(tree, before) : NULL;
    size_t selected = NONE;
    for (size_t i = 0; i < tree->count; i++) {
        bool is_known = match && match[i] != NONE;
        view->is_open[i] = is_known ? was_open[match[i]] : tree->nodes[i].depth < open_depth;
        if (is_known && match[i] == was_selected)
            selected = i;
    }
    return selected;
}

void view_take(struct view *view, struct report *report)
{
    struct report *old_report = view->report;
    const struct tree *old_tree = view->tree;
    const bool *was_open = view->is_open;
    size_t was_selected = old_report ? selected_node(view) : NONE;

    view->report = report;
    view->tree = tree_make(report, view->naming);
    own_pool *memory = view->tree->memory;
    view->is_open = own_alloc(memory, view->tree->count + 1, sizeof *view->is_open);
    view->rows = own_alloc(memory, view->tree->count + 1, sizeof *view->rows);
    if (view->base_report && !report_same_process(report, view->base_report)) {
        if (view->base_report != old_report)
            own_decref(view->base_report->memory);
        view->base_report = NULL;
    }
    if (!view->base_report) {
        view->base_report = report;
        view->base_tree = view->tree;
    }
    view->at_base = tree_match(view->tree, view->base_tree);
    sort_and_list(view, take_over(view, old_tree, was_open, was_selected));
    if (old_report && old_report != view->base_report)
        own_decref(old_report->memory);
}

void view_set_base(struct view *view)
{
    if (view->base_report != view->report)
        own_decref(view->base_report->memory);
    view->base_report = view->report;
    view->base_tree = view->tree;
    view->at_base = tree_match(view->tree, view->base_tree);
    view_update(view);
}

void view_release(struct view *view)
{
    if (view->base_report != view->report)
        own_decref(view->base_report->memory);
    own_decref(view->report->memory);
}

void view_open(struct view *view, bool is_open)
{
    size_t node = selected_node(view);
    if (node == NONE || view->is_open[node] == is_open)
        return;
    view->is_open[node] = is_open;
    list_rows(view, node);
}

void view_select_parent(struct view *view)
{
    size_t node = selected_node(view);
    if (node != NONE && view->tree->nodes[node].parent != NONE)
        list_rows(view, view->tree->nodes[node].parent);
}

bool view_search(struct view *view, const char *text)
{
    const struct tree *tree = view->tree;
    size_t begin = selected_node(view);
    size_t node = begin;
    if (begin == NONE)
        return false;
    do {
        node = tree_next(tree, node, false);
        if (node == NONE)
            node = tree->first_root;
        if (strcasestr(tree_text(tree, node), text)) {
            for (size_t above = tree->nodes[node].parent; above != NONE;
                 above = tree->nodes[above].parent)
                view->is_open[above] = true;
            list_rows(view, node);
            return true;
        }
    } while (node != begin);
    return false;
}
