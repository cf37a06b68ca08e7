/*
 * tools/ownstat/graph.c - `ownstat graph': a drawing of pools and references, by Graphviz.
 */
#include "graph.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "cycles.h"
#include "run.h"
#include "source.h"

static const char help[] =
    "Usage: ownstat graph -o OUTPUT [OPTION]... FILE|SOCKET|PID\n"
    "Draws pools and references. The ending of OUTPUT says what is made: .dot, a text for "
    "Graphviz;\n"
    ".svg or .png, a drawing by its program dot, which must be installed.\n"
    "\n"
    "Parents have solid lines to their children, pools dashed ones to what they hold, and dotted\n"
    "ones to what they only have weak references to. Letters grow with bytes. Cycles are red.\n"
    "\n"
    "  -o, --output=FILE      where to; `-': .dot, to stdout\n"
    "  -n, --count=N          at most N pools: those in cycles, then the largest; 0: all (200)\n"
    "      --no-objects       only pools\n"
    "  -b, --bytes            bytes in full, without units\n"
    "      --timeout=SECONDS  how long a monitor may say nothing (10)\n"
    "      --help             this text\n";

/* The ending of a path: `svg'. NULL: it is none that we know. */
static const char *format_of(const char *path)
{
    static const char *const formats[] = {"dot", "svg", "png"};
    const char *ending = strrchr(path, '.');
    if (strcmp(path, "-") == 0)
        return formats[0];
    for (size_t i = 0; ending && i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(ending + 1, formats[i]) == 0)
            return formats[i];
    return NULL;
}

static void draw(const struct graph *graph, const char *format, const char *path)
{
    char type[16];
    struct problem problem;
    FILE *text = tmpfile();
    if (!text)
        fail("a temporary file: %s", strerror(errno));
    graph_write(text, graph);
    if (ferror(text))
        fail("a temporary file: %s", strerror(errno));
    snprintf(type, sizeof type, "-T%s", format);
    const char *const arguments[] = {"dot", type, "-o", path, NULL};
    switch (run_program(arguments, text, NULL, NULL, false, &problem)) {
    case RUN_MISSING:
        fail("dot (of Graphviz) is not installed; an output that ends in .dot needs none");
    case RUN_FAILED:
        fail("%s", problem.text);
    case RUN_DONE:
        break;
    }
    fclose(text);
}

int graph_main(int argc, char **argv)
{
    static const struct option options[] = {
        {"output", required_argument, NULL, 'o'},
        {"count", required_argument, NULL, 'n'},
        {"no-objects", no_argument, NULL, 'O'},
        {"bytes", no_argument, NULL, 'b'},
        {"timeout", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct graph graph = {.objects = true};
    struct reading reading = {default_timeout};
    size_t count = 200;
    const char *output = NULL;
    int option;
    while ((option = getopt_long(argc, argv, "o:n:b", options, NULL)) != -1)
        switch (option) {
        case 'o':
            output = optarg;
            break;
        case 'n':
            count = parse_number("graph", "count", optarg, SIZE_MAX);
            break;
        case 'O':
            graph.objects = false;
            break;
        case 'b':
            graph.exact = true;
            break;
        case 't':
            reading.timeout = parse_seconds("graph", "timeout", optarg);
            break;
        case 'h':
            print_help(help);
        default:
            fail_options("graph");
        }
    if (!output)
        fail_usage("graph", "-o OUTPUT is missing");
    const char *format = format_of(output);
    if (!format)
        fail_usage("graph", "%s: the name must end in .dot, .svg or .png", output);
    if (argc - optind != 1)
        fail_usage("graph", "one FILE, SOCKET or PID is expected");
    graph.report = source_must_read(argv[optind], &reading);
    graph.component = cycles_find(graph.report, &graph.cycles);
    graph_choose(&graph, count);
    if (graph.shown < graph.report->pool_count)
        complain("note: %zu of %zu pools are shown (see --count)", graph.shown,
                 graph.report->pool_count);
    if (strcmp(format, "dot") == 0) {
        FILE *out = open_output(output);
        graph_write(out, &graph);
        finish_output(out, output);
    } else {
        draw(&graph, format, output);
    }
    own_decref(graph.report->memory);
    return STATUS_FINE;
}
