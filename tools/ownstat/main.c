/*
 * tools/ownstat/main.c - ownstat: shows what a program's pools have, from reports of own/report.h.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "ownstat.h"

static const char help_head[] =
    "Usage: ownstat COMMAND [OPTION]... FILE|SOCKET|PID...\n"
    "Shows what the pools of a program that uses libown have: from the JSON of own_report in a "
    "FILE\n"
    "(`-': stdin), or from a running program's monitor, by the path of its SOCKET or by its PID.\n"
    "\n";

static const char help_tail[] =
    "\n"
    "  --help, --version\n"
    "\n"
    "`ownstat COMMAND --help' explains one command, the manual page ownstat(1) all of them.\n"
    "Exit status: 0 success; 1 leaks has found something that grows; 2 wrong arguments; 3 a "
    "report\n"
    "could not be read or is not valid, or something could not be run or written.\n";

struct command {
    const char *name;
    int (*main)(int argc, char **argv);
    const char *what;
};

static const struct command commands[] = {
    {"show", show_main, "the tree of pools"},
    {"top", top_main, "the largest pools, as a table"},
    {"diff", diff_main, "what has grown from one report to another"},
    {"leaks", leaks_main, "what has grown in each of three or more reports"},
    {"save", save_main, "writes the report of a running program to a file"},
    {"graph", graph_main, "a drawing of pools and references, with cycles in red"},
    {"flame", flame_main, "flame graphs, for speedscope and others"},
    {"html", html_main, "a page to look around in"},
#if OWNSTAT_WATCH
    {"watch", watch_main, "the tree of a running program, live"},
#endif
};

_Noreturn static void print_usage(void)
{
    fputs(help_head, stdout);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        printf("  %-6s %s\n", commands[i].name, commands[i].what);
    print_help(help_tail);
}

_Noreturn static void print_version(void)
{
    printf("ownstat %s (libown %s)\n", OWN_VERSION, own_version());
    finish_output(stdout, NULL);
    exit(STATUS_FINE);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    /* Numbers in JSON have a point. */
    setlocale(LC_NUMERIC, "C");
    if (argc < 2)
        fail_usage(NULL, "a command is expected");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0)
        print_usage();
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
        print_version();
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(argv[1], commands[i].name) == 0) {
            char name[32];
            snprintf(name, sizeof name, "ownstat %s", commands[i].name);
            argv[1] = name;
            return commands[i].main(argc - 1, argv + 1);
        }
    if (strcmp(argv[1], "watch") == 0)
        fail("watch was left out of this build: configure has not found ncurses");
    fail_usage(NULL, "there is no command `%s'", argv[1]);
}
