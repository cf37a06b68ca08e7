/*
 * tools/ownstat/diff.c - `ownstat diff': what has grown from one report to another.
 */
#include <getopt.h>
#include <stdlib.h>

#include "compare.h"
#include "source.h"
#include "text.h"

static const char help[] =
    "Usage: ownstat diff [OPTION]... OLD NEW\n"
    "Prints what has grown from one report to another of the same program, by path of names and,\n"
    "where that was sampled, by place of allocation; then what has shrunk.\n"
    "\n"
    "Each line counts what pools of that path have themselves, without those below. POOLS says "
    "how\n"
    "many have come and gone: a pool is the same one if its id and its name are.\n"
    "\n"
    "  -n, --count=N          at most N lines in each part; 0: all (30)\n"
    "  -b, --bytes            bytes in full, without units\n"
    "  -e, --exact-names      request 1 and request 2 are two paths, not both request #\n"
    "      --no-symbols       do not run addr2line for places\n"
    "      --timeout=SECONDS  how long a monitor may say nothing (10)\n"
    "      --help             this text\n";

static const size_t before = 0, now = 1;

/* More bytes first, then more blocks, then more pools; less comes last, the most of it first. */
static int compare_growth(uint64_t a_before, uint64_t a_now, uint64_t b_before, uint64_t b_now)
{
    bool a_shrinks = a_now < a_before, b_shrinks = b_now < b_before;
    if (a_shrinks != b_shrinks)
        return a_shrinks ? 1 : -1;
    uint64_t a = a_shrinks ? a_before - a_now : a_now - a_before;
    uint64_t b = b_shrinks ? b_before - b_now : b_now - b_before;
    return a > b ? -1 : a < b;
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *one = a, *other = b;
    int order = compare_growth(one->amounts[before].bytes, one->amounts[now].bytes,
                               other->amounts[before].bytes, other->amounts[now].bytes);
    if (order == 0)
        order = compare_growth(one->amounts[before].blocks, one->amounts[now].blocks,
                               other->amounts[before].blocks, other->amounts[now].blocks);
    if (order == 0)
        order = compare_growth(one->amounts[before].pools, one->amounts[now].pools,
                               other->amounts[before].pools, other->amounts[now].pools);
    if (order == 0 && one->seen != other->seen)
        order = one->seen > other->seen ? -1 : 1;
    if (order == 0)
        order = one->number < other->number ? -1 : one->number > other->number;
    return order;
}

/* 1: more than before; -1: less; 0: the same. The first number that differs decides. */
static int direction_of(const struct row *row)
{
    const struct amount *old = &row->amounts[before], *new = &row->amounts[now];
    if (old->bytes != new->bytes)
        return old->bytes < new->bytes ? 1 : -1;
    if (old->blocks != new->blocks)
        return old->blocks < new->blocks ? 1 : -1;
    return old->pools < new->pools ? 1 : old->pools > new->pools ? -1 : 0;
}

static void put_row(struct comparison *comparison, const struct row *row, bool is_path)
{
    const struct amount *old = &row->amounts[before], *new = &row->amounts[now];
    char growth[TEXT_ROOM], bytes[TEXT_ROOM], blocks[TEXT_ROOM], pools[2 * TEXT_ROOM] = "";
    if (is_path && comparison->same_process)
        snprintf(pools, sizeof pools, "+%zu-%zu", new->pools - row->same, old->pools - row->same);
    else if (is_path)
        text_count_growth(pools, old->pools, new->pools);
    bool is_new = is_path ? old->pools == 0 : old->blocks == 0 && old->bytes == 0;
    bool is_gone = is_path ? new->pools == 0 : new->blocks == 0 && new->bytes == 0;
    printf("%11s %11s %9s ", text_growth(growth, old->bytes, new->bytes, comparison->exact),
           text_bytes(bytes, new->bytes, comparison->exact),
           text_count_growth(blocks, old->blocks, new->blocks));
    if (is_path)
        printf("%9s ", pools);
    printf("%-4s  ", is_new ? "new" : is_gone ? "gone" : "");
    if (is_path) {
        comparison_put_path(stdout, comparison, row);
        putchar('\n');
    } else {
        comparison_put_stack(stdout, comparison, row, 42);
    }
}

/* Those that went in one direction, which are side by side. */
static void put_part(struct comparison *comparison, const struct rows *rows, int direction,
                     size_t count, bool is_path, const char *title)
{
    size_t shown = 0, all = 0;
    for (size_t i = 0; i < rows->count; i++) {
        if (direction_of(&rows->all[i]) != direction)
            continue;
        if (all++ == 0) {
            printf("\n%s:\n%11s %11s %9s ", title, "GROWTH", "NOW", "BLOCKS");
            if (is_path)
                printf("%9s ", "POOLS");
            printf("%-4s  %s\n", "", is_path ? "PATH" : "PLACE");
        }
        if (count != 0 && shown == count)
            continue;
        shown++;
        put_row(comparison, &rows->all[i], is_path);
    }
    if (shown < all)
        printf("... and %zu more\n", all - shown);
}

static void put_rows(struct comparison *comparison, struct rows *rows, size_t count, bool is_path)
{
    if (rows->count > 0)
        qsort(rows->all, rows->count, sizeof *rows->all, compare_rows);
    put_part(comparison, rows, 1, count, is_path,
             is_path ? "More than before, by path" : "More than before, by place (estimated)");
    put_part(comparison, rows, -1, count, is_path,
             is_path ? "Less than before, by path" : "Less than before, by place (estimated)");
}

int diff_main(int argc, char **argv)
{
    static const struct option options[] = {
        {"count", required_argument, NULL, 'n'},
        {"bytes", no_argument, NULL, 'b'},
        {"exact-names", no_argument, NULL, 'e'},
        {"no-symbols", no_argument, NULL, 'S'},
        {"timeout", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    size_t count = 30;
    bool exact = false, no_symbols = false;
    double timeout = default_timeout;
    enum naming naming = NAMES_DIGITS;
    int option;
    while ((option = getopt_long(argc, argv, "n:be", options, NULL)) != -1)
        switch (option) {
        case 'n':
            count = parse_number("diff", "count", optarg, SIZE_MAX);
            break;
        case 'b':
            exact = true;
            break;
        case 'e':
            naming = NAMES_EXACT;
            break;
        case 'S':
            no_symbols = true;
            break;
        case 't':
            timeout = parse_seconds("diff", "timeout", optarg);
            break;
        case 'h':
            print_help(help);
        default:
            fail_options("diff");
        }
    if (argc - optind != 2)
        fail_usage("diff", "two reports are expected: OLD and NEW");
    struct comparison *comparison = comparison_make(argv + optind, 2, naming, timeout);
    comparison->exact = exact;
    comparison->symbols = !no_symbols;
    comparison_put_head(stdout, comparison);
    put_rows(comparison, &comparison->paths, count, true);
    put_rows(comparison, &comparison->stacks, count, false);
    finish_output(stdout, NULL);
    own_decref(comparison->memory);
    return STATUS_FINE;
}
