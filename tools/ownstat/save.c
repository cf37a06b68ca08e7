/*
 * tools/ownstat/save.c - `ownstat save': asks a running program for its report, and keeps it.
 */
#include <getopt.h>
#include <stdlib.h>

#include "source.h"

static const char help[] =
    "Usage: ownstat save -o OUTPUT.json [OPTION]... SOCKET|PID\n"
    "Asks a running program for its report, and writes the JSON to a file, which diff, leaks and\n"
    "the other commands read later. Nothing is written if there is no whole report.\n"
    "\n"
    "  -o, --output=FILE      where to; `-': to stdout\n"
    "      --timeout=SECONDS  how long a monitor may say nothing (10)\n"
    "      --help             this text\n";

int save_main(int argc, char **argv)
{
    static const struct option options[] = {
        {"output", required_argument, NULL, 'o'},
        {"timeout", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct reading reading = {default_timeout};
    const char *output = NULL;
    int option;
    while ((option = getopt_long(argc, argv, "o:", options, NULL)) != -1)
        switch (option) {
        case 'o':
            output = optarg;
            break;
        case 't':
            reading.timeout = parse_seconds("save", "timeout", optarg);
            break;
        case 'h':
            print_help(help);
        default:
            fail_options("save");
        }
    if (argc - optind != 1)
        fail_usage("save", "one SOCKET or PID is expected");
    if (!output)
        fail_usage("save", "-o OUTPUT is missing");
    struct report *report = source_must_read(argv[optind], &reading);
    FILE *out = open_output(output);
    fwrite(report->text, 1, report->length, out);
    finish_output(out, output);
    own_decref(report->memory);
    return STATUS_FINE;
}
