/*
 * talloc/misuse.c - what is reported, to whom, and the magic by which live chunks are known.
 */
#include "config.h" /* for vasprintf */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include <own/compat/talloc.h>

#include "chunk.h"

uint32_t talloc_chunk_magic = 0x0e7a1100U & ~(uint32_t)FLAGS;
int talloc_chunk_fill = -1;

static void (*log_fn)(const char *message);
static void (*abort_fn)(const char *reason);

/* Before the first chunk: libraries that use this one are set up later. */
__attribute__((constructor)) static void set_up(void)
{
    const void *bytes = (const void *)getauxval(AT_RANDOM);
    uint32_t random;
    if (bytes) {
        memcpy(&random, bytes, sizeof(random));
        talloc_chunk_magic = (talloc_chunk_magic ^ random) & ~(uint32_t)FLAGS;
    }
    const char *fill = getenv("TALLOC_FREE_FILL");
    if (fill)
        talloc_chunk_fill = (int)(strtoul(fill, NULL, 0) & 255);
}

void talloc_log_write(const char *format, ...)
{
    if (!log_fn)
        return;
    char *message;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&message, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    log_fn(message);
    free(message);
}

static void write_stderr(const char *message)
{
    fputs(message, stderr);
}

void own_talloc_set_log_fn(void (*function)(const char *message))
{
    log_fn = function;
}

void own_talloc_set_log_stderr(void)
{
    log_fn = write_stderr;
}

void own_talloc_set_abort_fn(void (*function)(const char *reason))
{
    abort_fn = function;
}

void talloc_misuse(const char *reason)
{
    if (!log_fn && !abort_fn)
        log_fn = write_stderr;
    talloc_log_write("%s\n", reason);
    if (!abort_fn)
        abort();
    abort_fn(reason);
}

void talloc_chunk_bad(const struct chunk *chunk)
{
    bool is_freed = (chunk->word & CHUNK_CHECKED) == (talloc_chunk_magic | FLAG_FREE);
    if (is_freed && !log_fn && !abort_fn)
        log_fn = write_stderr;
    if (is_freed)
        talloc_log_write("talloc: access after free error - first free may be at %s\n",
                         chunk->name);
    talloc_misuse(is_freed ? "Bad talloc magic value - access after free"
                           : "Bad talloc magic value - unknown value");
    abort();
}

int own_talloc_version_major(void)
{
    return TALLOC_VERSION_MAJOR;
}

int own_talloc_version_minor(void)
{
    return TALLOC_VERSION_MINOR;
}

int own_talloc_test_get_magic(void)
{
    return (int)talloc_chunk_magic;
}
