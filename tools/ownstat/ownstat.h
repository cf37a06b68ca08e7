/*
 * tools/ownstat/ownstat.h - what all parts of ownstat share: its commands, its exit statuses, its
 * memory, and what it says when something is wrong.
 */
#ifndef OWNSTAT_H
#define OWNSTAT_H

#include <own.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The exit statuses; ownstat.1 has them too. */
enum {
    STATUS_FINE = 0,
    STATUS_FOUND = 1, /* leaks has found something that grows */
    STATUS_USAGE = 2,
    STATUS_BAD = 3 /* what was to be read, run or written is wrong or missing */
};

/* No number of an item: an absent parent, say. */
#define NONE SIZE_MAX

/* Why something failed, as one line without a newline. */
struct problem {
    char text[600];
};

/* Writes why; returns false, so that a caller can pass both on at once. */
bool problem_set(struct problem *problem, const char *format, ...) OWN_PRINTF(2, 3);

/* Called before something is written to stderr, to leave the screen to it; NULL: nothing is. */
extern void (*before_complaints)(void);

/* A line on stderr, after the program's name. */
void complain(const char *format, ...) OWN_PRINTF(1, 2);
/* The same, and the program ends: with STATUS_BAD, or with STATUS_USAGE and a hint at --help. */
_Noreturn void fail(const char *format, ...) OWN_PRINTF(1, 2);
_Noreturn void fail_usage(const char *command, const char *format, ...) OWN_PRINTF(2, 3);
/* The end after getopt has complained. */
_Noreturn void fail_options(const char *command);

/*
 * A pool: owner NULL: a root, a new reference; else a child, borrowed. Never NULL: without memory
 * the program ends, and so it does in every call for a block of such a pool.
 */
own_pool *memory_new(own_pool *owner, const char *name);

/*
 * Makes room for one more item. array has *room items of `size` bytes each, of which `count` are in
 * use; the result has more than count, and is to be used from now on.
 */
void *memory_grow(own_pool *pool, void *array, size_t count, size_t *room, size_t size);

/* Ends the program with STATUS_BAD if what was written to `out` could not be; closes a file. */
void finish_output(FILE *out, const char *path);
/* Opens a file for writing, or stdout where path is NULL or "-". Ends the program on failure. */
FILE *open_output(const char *path);

/* The number in an argument of an option, else the program ends. */
uint64_t parse_number(const char *command, const char *option, const char *argument, uint64_t most);
double parse_seconds(const char *command, const char *option, const char *argument);
/* Prints a command's help and ends the program. */
_Noreturn void print_help(const char *text);

/* The commands: argv[0] is the name of the command. Each returns an exit status. */
int show_main(int argc, char **argv);
int top_main(int argc, char **argv);
int diff_main(int argc, char **argv);
int leaks_main(int argc, char **argv);
int save_main(int argc, char **argv);
int graph_main(int argc, char **argv);
int flame_main(int argc, char **argv);
int html_main(int argc, char **argv);
int watch_main(int argc, char **argv);

#endif
