/*
 * tools/ownstat/show.c - `ownstat show': the tree of pools, for the terminal.
 */
#include <getopt.h>
#include <string.h>

#include "holders.h"
#include "places.h"
#include "source.h"
#include "text.h"

static const char help[] =
    "Usage: ownstat show [OPTION]... FILE|SOCKET|PID\n"
    "Prints the tree of pools. Pools of one name below one parent are one line.\n"
    "\n"
    "  -d, --depth=N          only N levels; 0: all (as without it)\n"
    "  -n, --count=N          at most N lines below one pool, the largest; 0: all (50)\n"
    "  -s, --sort=KEY         total, own, blocks, pools or name (total)\n"
    "  -b, --bytes            bytes in full, without units\n"
    "  -e, --each             each pool is a line, with its id\n"
    "  -g, --group-digits     request 1 and request 2 are both request #\n"
    "  -p, --places           then the places of allocation, where they were sampled\n"
    "      --no-symbols       do not run addr2line for these\n"
    "      --timeout=SECONDS  how long a monitor may say nothing (10)\n"
    "      --help             this text\n";

/* Deeper levels are not indented further: a chain of a million pools has as many lines. */
static const size_t deepest_indent = 40;

struct show {
    size_t depth, count;
    const char *sort;
    bool exact, places, no_symbols;
    enum naming naming;
    struct reading reading;
};

static uint64_t key_of(const struct show *show, const struct node *node)
{
    switch (show->sort[0]) {
    case 'o':
        return node->bytes;
    case 'b':
        return node->total_blocks;
    case 'p':
        return node->total_pools;
    case 'n':
        return 0;
    default:
        return node->total_bytes;
    }
}

static void put_indent(size_t depth)
{
    size_t levels = depth < deepest_indent ? depth : deepest_indent;
    printf("%*s", (int)(2 * levels), "");
    if (depth > deepest_indent)
        printf("(%zu) ", depth);
}

static void put_node(const struct show *show, const struct tree *tree, size_t number,
                     const struct holders *holders)
{
    const struct node *node = &tree->nodes[number];
    char total[TEXT_ROOM], own[TEXT_ROOM], references[TEXT_ROOM];
    printf("%11s %11s %10llu %8s  ", text_bytes(total, node->total_bytes, show->exact),
           text_bytes(own, node->bytes, show->exact), (unsigned long long)node->blocks,
           text_references(references, node->references));
    put_indent(node->depth);
    put_visible(stdout, tree_text(tree, number));
    if (node->pools > 1)
        printf(" x%zu", node->pools);
    if (show->naming == NAMES_EACH)
        printf(" 0x%llx", (unsigned long long)tree->report->pools[node->first_member].id);
    if (node->apart)
        printf("  [another thread's]");
    else if (node->shared)
        printf("  [shared]");
    if (node->first_member == node->last_member) {
        const struct pool *pool = &tree->report->pools[node->first_member];
        char limit[TEXT_ROOM];
        if (pool->has_limit && pool->limit != UINT64_MAX)
            printf("  [limit %s]", text_bytes(limit, pool->limit, show->exact));
    }
    holders_put(stdout, holders, tree, number, "  ");
    putchar('\n');
}

/* What is left out below a pool, in one line. Returns where the tree goes on. */
static void put_rest(const struct show *show, const struct tree *tree, size_t from)
{
    uint64_t bytes = 0, own = 0, blocks = 0;
    size_t lines = 0;
    char total_text[TEXT_ROOM], own_text[TEXT_ROOM];
    for (size_t node = from; node != NONE; node = tree->nodes[node].next) {
        bytes = add_up_to_most(bytes, tree->nodes[node].total_bytes);
        own = add_up_to_most(own, tree->nodes[node].bytes);
        blocks = add_up_to_most(blocks, tree->nodes[node].blocks);
        lines++;
    }
    printf("%11s %11s %10llu %8s  ", text_bytes(total_text, bytes, show->exact),
           text_bytes(own_text, own, show->exact), (unsigned long long)blocks, "");
    put_indent(tree->nodes[from].depth);
    printf("... and %zu more\n", lines);
}

static void put_tree(const struct show *show, struct tree *tree, const struct holders *holders)
{
    /* For each level above the node at hand: how many lines it has below its pool so far. */
    size_t *lines = own_alloc(tree->memory, tree->count + 1, sizeof *lines);
    printf("%11s %11s %10s %8s  NAME\n", "TOTAL", "OWN", "BLOCKS", "REFS");
    for (size_t node = tree->first_root; node != NONE;) {
        const struct node *here = &tree->nodes[node];
        bool has_room = show->count == 0 || lines[here->depth] < show->count;
        if (!has_room) {
            put_rest(show, tree, node);
            if (here->parent == NONE)
                return;
            node = tree_next(tree, here->parent, true);
            continue;
        }
        put_node(show, tree, node, holders);
        lines[here->depth]++;
        lines[here->depth + 1] = 0;
        node = tree_next(tree, node, show->depth != 0 && here->depth + 1 >= show->depth);
    }
}

static void check_sort(const char *argument)
{
    static const char *const keys[] = {"total", "own", "blocks", "pools", "name"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(argument, keys[i]) == 0)
            return;
    fail_usage("show", "--sort: there is no key `%s'", argument);
}

static void read_options(struct show *show, int argc, char **argv)
{
    static const struct option options[] = {
        {"depth", required_argument, NULL, 'd'},
        {"count", required_argument, NULL, 'n'},
        {"sort", required_argument, NULL, 's'},
        {"bytes", no_argument, NULL, 'b'},
        {"each", no_argument, NULL, 'e'},
        {"group-digits", no_argument, NULL, 'g'},
        {"places", no_argument, NULL, 'p'},
        {"no-symbols", no_argument, NULL, 'S'},
        {"timeout", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "d:n:s:begp", options, NULL)) != -1)
        switch (option) {
        case 'd':
            show->depth = parse_number("show", "depth", optarg, SIZE_MAX);
            break;
        case 'n':
            show->count = parse_number("show", "count", optarg, SIZE_MAX);
            break;
        case 's':
            check_sort(optarg);
            show->sort = optarg;
            break;
        case 'b':
            show->exact = true;
            break;
        case 'e':
            show->naming = NAMES_EACH;
            break;
        case 'g':
            show->naming = NAMES_DIGITS;
            break;
        case 'p':
            show->places = true;
            break;
        case 'S':
            show->no_symbols = true;
            break;
        case 't':
            show->reading.timeout = parse_seconds("show", "timeout", optarg);
            break;
        case 'h':
            print_help(help);
        default:
            fail_options("show");
        }
    if (argc - optind != 1)
        fail_usage("show", "one FILE, SOCKET or PID is expected");
}

int show_main(int argc, char **argv)
{
    struct show show = {.count = 50, .sort = "total", .reading = {default_timeout}};
    read_options(&show, argc, argv);
    struct report *report = source_must_read(argv[optind], &show.reading);
    struct tree *tree = tree_make(report, show.naming);
    for (size_t i = 0; i < tree->count; i++)
        tree->nodes[i].key = key_of(&show, &tree->nodes[i]);
    tree_sort(tree);
    struct holders holders = holders_make(report);
    put_headline(stdout, report, show.exact);
    put_tree(&show, tree, &holders);
    if (show.places)
        places_put_table(stdout, report, !show.no_symbols, show.count, show.exact);
    finish_output(stdout, NULL);
    own_decref(report->memory);
    return STATUS_FINE;
}
