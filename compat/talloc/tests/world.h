/*
 * world.h - what the tests of talloc share beside the harness: destructors that are logged, the
 * messages of talloc, child processes.
 */
#ifndef TALLOC_TESTS_WORLD_H
#define TALLOC_TESTS_WORLD_H

#include "harness.h"

#include "included.h"

#define expect_text(text, expected) expect(strcmp((text), (expected)) == 0)

/* A zero-length context whose name is the letter and whose destructor logs it. */
char *letter(const void *parent, const char *name);
int log_letter(char *context); /* that destructor */

/* Logs the letter and refuses. */
int refuse_letter(char *context);

/* The messages that talloc has logged since messages_start, one after the other. */
extern char messages[2000];
void messages_start(void);
void messages_end(void);

/* What a report or the parents of a context look like; the text is valid until the next call. */
const char *printed(void (*print)(const void *context, FILE *file), const void *context);

/* Runs in a child process, which then exits with 0. Returns how it ended, as waitpid does; `output`
   is what it wrote to stdout and stderr. */
extern char output[8000];
int in_child(void (*run)(void));

#endif
