/*
 * tools/ownstat/tree.c - the pools of a report as a tree of names.
 */
#include "tree.h"

#include <stdlib.h>
#include <string.h>

const char *tree_text(const struct tree *tree, size_t node)
{
    return tree->names.texts[tree->nodes[node].name];
}

void name_without_digits(const char *name, char *copy)
{
    while (*name) {
        size_t digits = strspn(name, "0123456789");
        *copy++ = digits ? '#' : *name;
        name += digits ? digits : 1;
    }
    *copy = '\0';
}

/*
 * The number in the tree's names of one of the report's. known: those that were asked for already,
 * NONE for the others; most names of a report are of no pool.
 */
static size_t name_in_tree(struct tree *tree, size_t name, enum naming naming, size_t *known)
{
    const char *text = tree->report->names.texts[name];
    if (known[name] != NONE)
        return known[name];
    if (naming == NAMES_DIGITS) {
        char *copy = own_alloc_raw(tree->memory, strlen(text) + 1, 1);
        name_without_digits(text, copy);
        known[name] = names_add(&tree->names, copy);
        own_free(tree->memory, copy);
    } else {
        known[name] = names_add(&tree->names, text);
    }
    return known[name];
}

static size_t place_of(const struct tree *tree, size_t parent, size_t name)
{
    size_t mask = tree->table_size - 1;
    size_t place = hash_pair(parent, name) & mask;
    for (;; place = (place + 1) & mask) {
        size_t node = tree->table[place];
        if (node == NONE || (tree->nodes[node].parent == parent && tree->nodes[node].name == name))
            return place;
    }
}

size_t tree_find(const struct tree *tree, size_t parent, const char *name)
{
    size_t number = names_find(&tree->names, name);
    return number == NONE ? NONE : tree->table[place_of(tree, parent, number)];
}

size_t *tree_match(const struct tree *tree, const struct tree *other)
{
    size_t *match = own_alloc_raw(tree->memory, tree->count + 1, sizeof *match);
    for (size_t i = 0; i < tree->count; i++) {
        size_t parent = tree->nodes[i].parent;
        size_t parent_match = parent == NONE ? NONE : match[parent];
        match[i] = parent != NONE && parent_match == NONE
                       ? NONE
                       : tree_find(other, parent_match, tree_text(tree, i));
    }
    return match;
}

static size_t add_node(struct tree *tree, size_t parent, size_t name, size_t pool)
{
    size_t number = tree->count;
    tree->nodes = memory_grow(tree->memory, tree->nodes, number, &tree->room, sizeof *tree->nodes);
    tree->nodes[number] = (struct node){
        .parent = parent,
        .name = name,
        .depth = parent == NONE ? 0 : tree->nodes[parent].depth + 1,
        .first_member = NONE,
        .last_member = NONE,
        .site = tree->report->pools[pool].site,
        .first_child = NONE,
        .next = NONE,
    };
    tree->count++;
    return number;
}

static void add_pool(struct tree *tree, struct node *node, size_t number)
{
    const struct pool *pool = &tree->report->pools[number];
    if (node->last_member == NONE)
        node->first_member = number;
    else
        tree->next_member[node->last_member] = number;
    node->last_member = number;
    tree->next_member[number] = NONE;
    if (node->site != pool->site)
        node->site = NONE;
    node->pools++;
    node->references = add_up_to_most(node->references, pool->references);
    node->blocks = add_up_to_most(node->blocks, pool->blocks);
    node->bytes = add_up_to_most(node->bytes, pool->bytes);
    node->reserved = add_up_to_most(node->reserved, pool->reserved);
    node->shared |= pool->shared;
    node->apart |= pool->apart;
}

static void add_totals(struct tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        struct node *node = &tree->nodes[i];
        node->total_blocks = node->blocks;
        node->total_bytes = node->bytes;
        node->total_reserved = node->reserved;
        node->total_pools = node->pools;
    }
    for (size_t i = tree->count; i-- > 0;) {
        const struct node *node = &tree->nodes[i];
        if (node->parent == NONE)
            continue;
        struct node *parent = &tree->nodes[node->parent];
        parent->total_blocks = add_up_to_most(parent->total_blocks, node->total_blocks);
        parent->total_bytes = add_up_to_most(parent->total_bytes, node->total_bytes);
        parent->total_reserved = add_up_to_most(parent->total_reserved, node->total_reserved);
        parent->total_pools += node->total_pools;
    }
}

struct tree *tree_make(struct report *report, enum naming naming)
{
    own_pool *memory = memory_new(report->memory, "tree");
    struct tree *tree = own_alloc(memory, 1, sizeof *tree);
    *tree = (struct tree){.memory = memory, .report = report, .first_root = NONE};
    names_begin(&tree->names, memory);
    size_t *known = own_alloc_raw(memory, report->names.count + 1, sizeof *known);
    for (size_t i = 0; i < report->names.count; i++)
        known[i] = NONE;
    tree->node_of = own_alloc_raw(memory, report->pool_count + 1, sizeof *tree->node_of);
    tree->next_member = own_alloc_raw(memory, report->pool_count + 1, sizeof *tree->next_member);
    tree->table_size = 16;
    while (tree->table_size < report->pool_count * 2)
        tree->table_size *= 2;
    tree->table = own_alloc_raw(memory, tree->table_size, sizeof *tree->table);
    for (size_t i = 0; i < tree->table_size; i++)
        tree->table[i] = NONE;

    for (size_t i = 0; i < report->pool_count; i++) {
        const struct pool *pool = &report->pools[i];
        size_t parent = pool->parent == NONE ? NONE : tree->node_of[pool->parent];
        size_t name = name_in_tree(tree, pool->name, naming, known);
        size_t node = NONE;
        size_t *place = &tree->table[place_of(tree, parent, name)];
        if (naming != NAMES_EACH)
            node = *place;
        if (node == NONE)
            node = add_node(tree, parent, name, i);
        if (*place == NONE)
            *place = node;
        tree->node_of[i] = node;
        add_pool(tree, &tree->nodes[node], i);
    }
    add_totals(tree);
    own_free(memory, known);
    return tree;
}

/* By parent (roots last), then as lists are. */
static int compare_nodes(const void *a, const void *b, void *arg)
{
    const struct tree *tree = arg;
    const struct node *one = &tree->nodes[*(const size_t *)a];
    const struct node *other = &tree->nodes[*(const size_t *)b];
    if (one->parent != other->parent)
        return one->parent < other->parent ? -1 : 1;
    if (one->key != other->key)
        return one->key > other->key ? -1 : 1;
    int order = strcmp(tree->names.texts[one->name], tree->names.texts[other->name]);
    if (order != 0)
        return order;
    return one < other ? -1 : one > other;
}

void tree_sort(struct tree *tree)
{
    size_t *order = own_alloc_raw(tree->memory, tree->count + 1, sizeof *order);
    for (size_t i = 0; i < tree->count; i++) {
        order[i] = i;
        tree->nodes[i].first_child = NONE;
        tree->nodes[i].children = 0;
    }
    qsort_r(order, tree->count, sizeof *order, compare_nodes, tree);
    tree->first_root = NONE;
    tree->roots = 0;
    for (size_t i = tree->count; i-- > 0;) {
        struct node *node = &tree->nodes[order[i]];
        struct node *parent = node->parent == NONE ? NULL : &tree->nodes[node->parent];
        size_t *list = parent ? &parent->first_child : &tree->first_root;
        node->next = *list;
        *list = order[i];
        ++*(parent ? &parent->children : &tree->roots);
    }
    own_free(tree->memory, order);
}

size_t tree_next(const struct tree *tree, size_t node, bool skip)
{
    if (!skip && tree->nodes[node].first_child != NONE)
        return tree->nodes[node].first_child;
    while (node != NONE && tree->nodes[node].next == NONE)
        node = tree->nodes[node].parent;
    return node == NONE ? NONE : tree->nodes[node].next;
}
