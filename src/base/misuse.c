/*
 * base/misuse.c - the report of a misuse, in one sentence.
 */
#include "base/base.h"

#include <own/misuse.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void write_and_abort(const char *sentence)
{
    fprintf(stderr, "libown: %s\n", sentence);
    abort();
}

static void (*misuse_handler)(const char *) = write_and_abort;

void own_set_misuse_handler(void (*handler)(const char *sentence))
{
    __atomic_store_n(&misuse_handler, handler ? handler : write_and_abort, __ATOMIC_RELEASE);
}

bool misuse_is_handled(void)
{
    return __atomic_load_n(&misuse_handler, __ATOMIC_ACQUIRE) != write_and_abort;
}

void misuse(const char *format, ...)
{
    char sentence[1100];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    __atomic_load_n(&misuse_handler, __ATOMIC_ACQUIRE)(sentence);
}
