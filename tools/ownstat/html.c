/*
 * tools/ownstat/html.c - `ownstat html': one or two reports in a page that needs nothing else.
 *
 * The page is a template, which has two lines of script elements that hold `null'. A report goes in
 * the place of each, as it is, but that no `<' is left in it, which might end the element; and that
 * its stacks get what addr2line says: `function', and `source', which is file:line.
 */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "page.h"
#include "places.h"
#include "source.h"
#include "text.h"

static const char help[] =
    "Usage: ownstat html -o OUTPUT [OPTION]... REPORT [OLD]\n"
    "Writes one HTML page that shows a report, and what has changed since an old one. REPORT and\n"
    "OLD are each a FILE, SOCKET or PID. The page needs no other file and no network.\n"
    "\n"
    "  -o, --output=FILE      where to; `-': to stdout\n"
    "      --no-symbols       do not run addr2line for places\n"
    "      --timeout=SECONDS  how long a monitor may say nothing (10)\n"
    "      --help             this text\n"
    "\n"
    "The environment variable OWNSTAT_PAGE may name another template of the page.\n";

static const char *const places_of_reports[] = {
    "<script type=\"application/json\" id=\"own-report\">null</script>",
    "<script type=\"application/json\" id=\"own-report-old\">null</script>",
};

static void put_safely(FILE *out, const char *text, size_t length)
{
    while (length > 0) {
        const char *bracket = memchr(text, '<', length);
        size_t before = bracket ? (size_t)(bracket - text) : length;
        fwrite(text, 1, before, out);
        text += before;
        length -= before;
        if (bracket) {
            fputs("\\u003c", out);
            text++;
            length--;
        }
    }
}

static void put_place(FILE *out, const struct place *place)
{
    fputs("{\"module\":", out);
    put_json_string(out, place->module);
    fprintf(out, ",\"offset\":\"0x%llx\"", (unsigned long long)place->offset);
    if (place->function) {
        fputs(",\"function\":", out);
        put_json_string(out, place->function);
    }
    if (place->file) {
        char line[TEXT_ROOM];
        own_pool *memory = memory_new(NULL, "source");
        snprintf(line, sizeof line, ":%u", place->line);
        fputs(",\"source\":", out);
        put_json_string(out, own_asprintf(memory, "%s%s", place->file, line));
        own_decref(memory);
    }
    fputc('}', out);
}

/* All stacks, with a frame for each inlined call too. */
static void put_stacks(FILE *out, const struct report *report, const struct places *places)
{
    fputc('[', out);
    for (size_t i = 0; i < report->stack_count; i++) {
        const struct stack *stack = &report->stacks[i];
        size_t begin = places->first[stack->first];
        size_t end = places->first[stack->first + stack->count];
        fputs(i == 0 ? "\n[" : ",\n[", out);
        for (size_t j = begin; j < end; j++) {
            if (j > begin)
                fputc(',', out);
            put_place(out, &places->all[j]);
        }
        fputc(']', out);
    }
    fputc(']', out);
}

static void put_report(FILE *out, struct report *report, bool symbols)
{
    if (!report) {
        fputs("null", out);
        return;
    }
    if (report->stack_count == 0 || !symbols) {
        put_safely(out, report->text, report->length);
        return;
    }
    put_safely(out, report->text, report->stacks_begin);
    put_stacks(out, report, places_make(report, true));
    put_safely(out, report->text + report->stacks_end, report->length - report->stacks_end);
}

/* The place of `null' in the page's line for a report. */
static const char *find_place(const char *page, const char *path, size_t which)
{
    const char *found = strstr(page, places_of_reports[which]);
    if (!found)
        fail("%s: it is no template: it has no line %s", path, places_of_reports[which]);
    if (strstr(found + 1, places_of_reports[which]))
        fail("%s: it has the line %s twice", path, places_of_reports[which]);
    return strstr(found, "null");
}

/* Where reports go in a page: the newer one, and the old one. */
struct gaps {
    const char *at[2];
};

static void put_page(FILE *out, const char *page, const struct gaps *gaps,
                     struct report *const *reports, bool symbols)
{
    size_t first = gaps->at[0] < gaps->at[1] ? 0 : 1;
    for (size_t i = 0; i < 2; i++) {
        size_t which = i == 0 ? first : 1 - first;
        fwrite(page, 1, (size_t)(gaps->at[which] - page), out);
        put_report(out, reports[which], symbols);
        page = gaps->at[which] + strlen("null");
    }
    fputs(page, out);
}

int html_main(int argc, char **argv)
{
    static const struct option options[] = {
        {"output", required_argument, NULL, 'o'},
        {"no-symbols", no_argument, NULL, 'S'},
        {"timeout", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct reading reading = {default_timeout};
    struct report *reports[2] = {NULL, NULL};
    bool symbols = true;
    const char *output = NULL;
    int option;
    while ((option = getopt_long(argc, argv, "o:", options, NULL)) != -1)
        switch (option) {
        case 'o':
            output = optarg;
            break;
        case 'S':
            symbols = false;
            break;
        case 't':
            reading.timeout = parse_seconds("html", "timeout", optarg);
            break;
        case 'h':
            print_help(help);
        default:
            fail_options("html");
        }
    if (!output)
        fail_usage("html", "-o OUTPUT is missing");
    if (argc - optind != 1 && argc - optind != 2)
        fail_usage("html", "one report or two are expected: REPORT [OLD]");
    own_pool *memory = memory_new(NULL, "page");
    char *path = page_find(memory);
    char *page = page_read(memory, path);
    struct gaps gaps = {{find_place(page, path, 0), find_place(page, path, 1)}};
    for (int i = optind; i < argc; i++)
        reports[i - optind] = source_must_read(argv[i], &reading);
    FILE *out = open_output(output);
    put_page(out, page, &gaps, reports, symbols);
    finish_output(out, output);
    for (size_t i = 0; i < 2; i++)
        if (reports[i])
            own_decref(reports[i]->memory);
    own_decref(memory);
    return STATUS_FINE;
}
