/*
 * tools/ownstat/leaks.c - `ownstat leaks': what has grown in each of three or more reports.
 */
#include <getopt.h>
#include <stdlib.h>

#include "compare.h"
#include "source.h"
#include "text.h"

static const char help[] =
    "Usage: ownstat leaks [OPTION]... FIRST SECOND THIRD...\n"
    "Prints what has grown from each report to the next, by path of names and, where that was\n"
    "sampled, by place of allocation: bytes, or blocks, or the number of pools.\n"
    "\n"
    "Each line counts what pools of that path have themselves, without those below. OLD is how "
    "many\n"
    "of them are in the first report too, with the same id and name: they have grown, others have\n"
    "come and stayed.\n"
    "\n"
    "  -n, --count=N          at most N lines in each part; 0: all (30)\n"
    "  -b, --bytes            bytes in full, without units\n"
    "  -e, --exact-names      request 1 and request 2 are two paths, not both request #\n"
    "      --least=BYTES      leave out what has grown by fewer bytes (0)\n"
    "      --no-symbols       do not run addr2line for places\n"
    "      --timeout=SECONDS  how long a monitor may say nothing (10)\n"
    "      --help             this text\n"
    "\n"
    "The exit status is 1 if it has found something, 0 if not.\n";

/* Of more reports, the numbers of the first and the last ones are written. */
enum { MOST_STEPS = 8 };

struct leaks {
    struct comparison *comparison;
    size_t count;
    uint64_t least;
    bool found;
};

typedef uint64_t gets_amount(const struct amount *amount);

static uint64_t get_bytes(const struct amount *amount)
{
    return amount->bytes;
}

static uint64_t get_blocks(const struct amount *amount)
{
    return amount->blocks;
}

static uint64_t get_pools(const struct amount *amount)
{
    return amount->pools;
}

/* Whether a number is larger in each report than in the one before. */
static bool grows(const struct row *row, size_t reports, gets_amount *get)
{
    for (size_t i = 1; i < reports; i++)
        if (get(&row->amounts[i]) <= get(&row->amounts[i - 1]))
            return false;
    return true;
}

static bool is_leak(const struct leaks *leaks, const struct row *row)
{
    size_t reports = leaks->comparison->count;
    uint64_t first = row->amounts[0].bytes, last = row->amounts[reports - 1].bytes;
    if (leaks->least > 0 && (last < first || last - first < leaks->least))
        return false;
    return grows(row, reports, get_bytes) || grows(row, reports, get_blocks) ||
           grows(row, reports, get_pools);
}

/* In the order of growth in bytes, of which there may be less than none; then in blocks. */
static int compare_rows(const void *a, const void *b, void *arg)
{
    const struct row *one = a, *other = b;
    size_t last = *(const size_t *)arg;
    /* The difference of two of these does not wrap where the numbers are those of memory. */
    int64_t bytes = (int64_t)(one->amounts[last].bytes - one->amounts[0].bytes);
    int64_t other_bytes = (int64_t)(other->amounts[last].bytes - other->amounts[0].bytes);
    if (bytes != other_bytes)
        return bytes > other_bytes ? -1 : 1;
    int64_t blocks = (int64_t)(one->amounts[last].blocks - one->amounts[0].blocks);
    int64_t other_blocks = (int64_t)(other->amounts[last].blocks - other->amounts[0].blocks);
    if (blocks != other_blocks)
        return blocks > other_blocks ? -1 : 1;
    return one->number < other->number ? -1 : one->number > other->number;
}

/* All numbers of one kind, if they are why this is a leak. */
static void put_steps(const struct leaks *leaks, const struct row *row, const char *what,
                      gets_amount *get, bool are_bytes)
{
    size_t reports = leaks->comparison->count;
    if (!grows(row, reports, get))
        return;
    printf("%36s%s: ", "", what);
    for (size_t i = 0; i < reports; i++) {
        char text[TEXT_ROOM];
        if (reports > MOST_STEPS && i == MOST_STEPS / 2) {
            printf(", ...");
            i = reports - MOST_STEPS / 2;
        }
        printf("%s%s", i == 0 ? "" : ", ",
               text_bytes(text, get(&row->amounts[i]), !are_bytes || leaks->comparison->exact));
    }
    putchar('\n');
}

static void put_row(const struct leaks *leaks, const struct row *row, bool is_path)
{
    struct comparison *comparison = leaks->comparison;
    const struct amount *first = &row->amounts[0], *last = &row->amounts[comparison->count - 1];
    char bytes[TEXT_ROOM], blocks[TEXT_ROOM], pools[TEXT_ROOM], old[TEXT_ROOM] = "?";
    printf("%11s %9s ", text_growth(bytes, first->bytes, last->bytes, comparison->exact),
           text_count_growth(blocks, first->blocks, last->blocks));
    if (comparison->same_process)
        text_count(old, row->same);
    if (is_path)
        printf("%7s %5s ", text_count_growth(pools, first->pools, last->pools), old);
    putchar(' ');
    if (is_path) {
        comparison_put_path(stdout, comparison, row);
        putchar('\n');
    } else {
        comparison_put_stack(stdout, comparison, row, 25);
    }
    put_steps(leaks, row, "bytes", get_bytes, true);
    put_steps(leaks, row, "blocks", get_blocks, false);
    if (is_path)
        put_steps(leaks, row, "pools", get_pools, false);
}

static void put_rows(struct leaks *leaks, struct rows *rows, bool is_path)
{
    size_t last = leaks->comparison->count - 1;
    size_t shown = 0, all = 0;
    if (rows->count > 0)
        qsort_r(rows->all, rows->count, sizeof *rows->all, compare_rows, &last);
    for (size_t i = 0; i < rows->count; i++) {
        if (!is_leak(leaks, &rows->all[i]))
            continue;
        if (all++ == 0 && is_path)
            printf("\nMore in each report, by path:\n%11s %9s %7s %5s  PATH\n", "GROWTH", "BLOCKS",
                   "POOLS", "OLD");
        else if (all == 1)
            printf("\nMore in each report, by place (estimated):\n%11s %9s  PLACE\n", "GROWTH",
                   "BLOCKS");
        if (leaks->count != 0 && shown == leaks->count)
            continue;
        shown++;
        put_row(leaks, &rows->all[i], is_path);
    }
    if (shown < all)
        printf("... and %zu more\n", all - shown);
    leaks->found |= all > 0;
}

int leaks_main(int argc, char **argv)
{
    static const struct option options[] = {
        {"count", required_argument, NULL, 'n'}, {"bytes", no_argument, NULL, 'b'},
        {"exact-names", no_argument, NULL, 'e'}, {"least", required_argument, NULL, 'l'},
        {"no-symbols", no_argument, NULL, 'S'},  {"timeout", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0},
    };
    struct leaks leaks = {.count = 30};
    bool exact = false, no_symbols = false;
    double timeout = default_timeout;
    enum naming naming = NAMES_DIGITS;
    int option;
    while ((option = getopt_long(argc, argv, "n:be", options, NULL)) != -1)
        switch (option) {
        case 'n':
            leaks.count = parse_number("leaks", "count", optarg, SIZE_MAX);
            break;
        case 'b':
            exact = true;
            break;
        case 'e':
            naming = NAMES_EXACT;
            break;
        case 'l':
            leaks.least = parse_number("leaks", "least", optarg, UINT64_MAX);
            break;
        case 'S':
            no_symbols = true;
            break;
        case 't':
            timeout = parse_seconds("leaks", "timeout", optarg);
            break;
        case 'h':
            print_help(help);
        default:
            fail_options("leaks");
        }
    if (argc - optind < 3)
        fail_usage("leaks", "three reports or more are expected, the oldest first");
    leaks.comparison = comparison_make(argv + optind, (size_t)(argc - optind), naming, timeout);
    leaks.comparison->exact = exact;
    leaks.comparison->symbols = !no_symbols;
    comparison_put_head(stdout, leaks.comparison);
    put_rows(&leaks, &leaks.comparison->paths, true);
    put_rows(&leaks, &leaks.comparison->stacks, false);
    if (!leaks.found)
        printf("\nNothing has grown in each report.\n");
    finish_output(stdout, NULL);
    own_decref(leaks.comparison->memory);
    return leaks.found ? STATUS_FOUND : STATUS_FINE;
}
