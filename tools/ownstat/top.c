/*
 * tools/ownstat/top.c - `ownstat top': the largest pools, as a flat table.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"
#include "text.h"

static const char help[] =
    "Usage: ownstat top [OPTION]... FILE|SOCKET|PID\n"
    "Prints the largest pools as a flat table, and ends.\n"
    "\n"
    "  -s, --sort=KEY         bytes, blocks, total, total-blocks, pools, reserved, unused, peak,\n"
    "                         references, children, held or deferred (bytes)\n"
    "  -n, --count=N          at most N pools; 0: all (20)\n"
    "  -b, --bytes            bytes in full, without units\n"
    "      --timeout=SECONDS  how long a monitor may say nothing (10)\n"
    "      --help             this text\n";

/* What may be shown of a pool, and sorted by. */
enum kind { BYTES, COUNT, REFERENCES };

struct column {
    const char *name, *title;
    enum kind kind;
    uint64_t (*get)(const struct pool *pool);
    bool always; /* it is shown, whatever the table is sorted by */
};

#define GETTER(name, value)                                                                        \
    static uint64_t get_##name(const struct pool *pool)                                            \
    {                                                                                              \
        return value;                                                                              \
    }
GETTER(bytes, pool->bytes)
GETTER(blocks, pool->blocks)
GETTER(total, pool->total_bytes)
GETTER(total_blocks, pool->total_blocks)
GETTER(pools, pool->total_pools)
GETTER(reserved, pool->reserved)
GETTER(unused, pool->reserved > pool->bytes ? pool->reserved - pool->bytes : 0)
GETTER(peak, pool->peak)
GETTER(references, pool->references)
GETTER(children, pool->children)
GETTER(held, pool->held)
GETTER(deferred, pool->deferred)

static const struct column columns[] = {
    {"bytes", "BYTES", BYTES, get_bytes, true},
    {"blocks", "BLOCKS", COUNT, get_blocks, true},
    {"total", "TOTAL", BYTES, get_total, true},
    {"total-blocks", "ALL BLOCKS", COUNT, get_total_blocks, false},
    {"pools", "POOLS", COUNT, get_pools, false},
    {"reserved", "RESERVED", BYTES, get_reserved, true},
    {"unused", "UNUSED", BYTES, get_unused, false},
    {"peak", "PEAK", BYTES, get_peak, true},
    {"references", "REFS", REFERENCES, get_references, true},
    {"children", "CHILDREN", COUNT, get_children, false},
    {"held", "HELD", COUNT, get_held, false},
    {"deferred", "DEFERRED", COUNT, get_deferred, false},
};
static const size_t column_count = sizeof columns / sizeof columns[0];

struct top {
    const struct column *sort;
    size_t count;
    bool exact;
    struct reading reading;
    const struct report *report;
};

static int compare_pools(const void *a, const void *b, void *arg)
{
    const struct top *top = arg;
    size_t one = *(const size_t *)a, other = *(const size_t *)b;
    uint64_t key = top->sort->get(&top->report->pools[one]);
    uint64_t other_key = top->sort->get(&top->report->pools[other]);
    if (key != other_key)
        return key > other_key ? -1 : 1;
    return one < other ? -1 : 1;
}

static int width_of(const struct column *column)
{
    return column->kind == BYTES ? 11 : 10;
}

static void put_pool(const struct top *top, size_t number)
{
    const struct pool *pool = &top->report->pools[number];
    for (size_t i = 0; i < column_count; i++) {
        const struct column *column = &columns[i];
        char text[TEXT_ROOM];
        if (!column->always && column != top->sort)
            continue;
        uint64_t value = column->get(pool);
        if (column->kind == REFERENCES)
            text_references(text, value);
        else
            text_bytes(text, value, top->exact || column->kind == COUNT);
        printf("%*s ", width_of(column), text);
    }
    putchar(' ');
    put_visible(stdout, pool_path(top->report, number));
    putchar('\n');
}

static void put_table(const struct top *top)
{
    const struct report *report = top->report;
    size_t *order = own_alloc_raw(report->memory, report->pool_count + 1, sizeof *order);
    for (size_t i = 0; i < report->pool_count; i++)
        order[i] = i;
    qsort_r(order, report->pool_count, sizeof *order, compare_pools, (void *)(uintptr_t)top);
    for (size_t i = 0; i < column_count; i++)
        if (columns[i].always || &columns[i] == top->sort)
            printf("%*s ", width_of(&columns[i]), columns[i].title);
    puts(" POOL");
    size_t shown =
        top->count == 0 || top->count > report->pool_count ? report->pool_count : top->count;
    for (size_t i = 0; i < shown; i++)
        put_pool(top, order[i]);
    if (shown < report->pool_count)
        printf("... and %zu more\n", report->pool_count - shown);
}

static const struct column *find_column(const char *name)
{
    for (size_t i = 0; i < column_count; i++)
        if (strcmp(columns[i].name, name) == 0)
            return &columns[i];
    fail_usage("top", "--sort: there is no key `%s'", name);
}

int top_main(int argc, char **argv)
{
    static const struct option options[] = {
        {"sort", required_argument, NULL, 's'}, {"count", required_argument, NULL, 'n'},
        {"bytes", no_argument, NULL, 'b'},      {"timeout", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},       {NULL, 0, NULL, 0},
    };
    struct top top = {.sort = &columns[0], .count = 20, .reading = {default_timeout}};
    int option;
    while ((option = getopt_long(argc, argv, "s:n:b", options, NULL)) != -1)
        switch (option) {
        case 's':
            top.sort = find_column(optarg);
            break;
        case 'n':
            top.count = parse_number("top", "count", optarg, SIZE_MAX);
            break;
        case 'b':
            top.exact = true;
            break;
        case 't':
            top.reading.timeout = parse_seconds("top", "timeout", optarg);
            break;
        case 'h':
            print_help(help);
        default:
            fail_options("top");
        }
    if (argc - optind != 1)
        fail_usage("top", "one FILE, SOCKET or PID is expected");
    struct report *report = source_must_read(argv[optind], &top.reading);
    top.report = report;
    put_headline(stdout, report, top.exact);
    put_table(&top);
    finish_output(stdout, NULL);
    own_decref(report->memory);
    return STATUS_FINE;
}
