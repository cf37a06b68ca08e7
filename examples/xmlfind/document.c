/*
 * document.c - one document, read as far as it takes.
 *
 * A document is a pool. Everything that it takes is in there: the parser's state, the inflater's,
 * the text found so far, the open file. However it ends, at the end of the file, at the first text
 * that was wanted, at an error, at its limit, own_drop is all that is done about it.
 */
#include "document.h"
#include "hooks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PART ((size_t)16 << 10) /* is read, inflated and parsed at a time */

struct document {
    own_pool *pool;
    const struct search *search;
    const char *path;
    FILE *file;
    z_stream *inflater; /* NULL: it is not compressed */
    XML_Parser parser;
    char *text; /* of the element that is open */
    size_t length;
    size_t depth; /* of elements of that name that are open */
    bool is_done; /* nothing more is wanted of it */
    int error;    /* an errno, of a handler */
};

static void start_element(void *user, const char *name, const char **attributes)
{
    struct document *document = user;
    (void)attributes;
    if (strcmp(name, document->search->element) == 0 && document->depth++ == 0)
        document->length = 0;
}

static void stop(struct document *document, int error)
{
    document->is_done = true;
    document->error = error;
    XML_StopParser(document->parser, XML_FALSE);
}

static void end_element(void *user, const char *name)
{
    struct document *document = user;
    if (document->is_done || strcmp(name, document->search->element) != 0 || --document->depth > 0)
        return;
    printf("%.*s\n", (int)document->length, document->text ? document->text : "");
    if (document->search->only_first)
        stop(document, 0);
}

static void add_text(void *user, const char *text, int length)
{
    struct document *document = user;
    size_t needed = document->length + (size_t)length;
    if (document->is_done || document->depth == 0)
        return;
    size_t room = document->text ? own_block_size(document->pool, document->text) : 0;
    if (needed > room) {
        char *larger = own_realloc(document->pool, document->text, 2, needed);
        if (!larger) {
            stop(document, errno);
            return;
        }
        document->text = larger;
    }
    memcpy(document->text + document->length, text, (size_t)length);
    document->length = needed;
}

static bool fail(const struct document *document, const char *why)
{
    fprintf(stderr, "xmlfind: %s: %s\n", document->path, why);
    return false;
}

/* For want of memory; expat and zlib do not say whether it was the machine's or the limit's. */
static bool fail_for_memory(const struct document *document, int error)
{
    if (error != EDQUOT)
        return fail(document, strerror(error));
    fprintf(stderr, "xmlfind: %s: takes more than %zu bytes of memory\n", document->path,
            document->search->limit);
    return false;
}

static bool parse(struct document *document, const char *text, size_t size, bool is_last)
{
    errno = 0;
    if (hooks_parse(document->pool, document->parser, text, size, is_last) == XML_STATUS_OK)
        return true;
    enum XML_Error error = XML_GetErrorCode(document->parser);
    if (document->error || error == XML_ERROR_NO_MEMORY)
        return fail_for_memory(document, document->error ? document->error : errno);
    if (document->is_done)
        return true;
    fprintf(stderr, "xmlfind: %s:%lu: %s\n", document->path,
            (unsigned long)XML_GetCurrentLineNumber(document->parser), XML_ErrorString(error));
    return false;
}

/* Parses what a part of a compressed file becomes. */
static bool inflate_and_parse(struct document *document, char *part, size_t size, bool is_last)
{
    z_stream *inflater = document->inflater;
    char text[PART];
    int status;
    inflater->next_in = (unsigned char *)part;
    inflater->avail_in = (unsigned)size;
    do {
        inflater->next_out = (unsigned char *)text;
        inflater->avail_out = sizeof text;
        errno = 0;
        status = inflate(inflater, Z_NO_FLUSH);
        if (status == Z_MEM_ERROR)
            return fail_for_memory(document, errno);
        if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
            return fail(document, inflater->msg ? inflater->msg : "is damaged");
        size_t got = sizeof text - inflater->avail_out;
        if (!parse(document, text, got, status == Z_STREAM_END))
            return false;
    } while (!document->is_done && status != Z_STREAM_END && inflater->avail_out == 0);
    document->is_done |= status == Z_STREAM_END;
    return document->is_done || !is_last || fail(document, "ends too soon");
}

static bool read_all(struct document *document)
{
    char part[PART];
    while (!document->is_done) {
        size_t size = fread(part, 1, sizeof part, document->file);
        bool is_last = size < sizeof part;
        if (ferror(document->file))
            return fail(document, strerror(errno));
        if (!(document->inflater ? inflate_and_parse(document, part, size, is_last)
                                 : parse(document, part, size, is_last)))
            return false;
        document->is_done |= is_last;
    }
    return true;
}

static bool is_compressed(FILE *file)
{
    int first = getc(file);
    int second = getc(file);
    rewind(file);
    return first == 0x1f && second == 0x8b;
}

static void close_file(void *file)
{
    fclose(file);
}

/* From here on the path, which is malloc's, and the file are the document's. */
static bool open_file(struct document *document, const char *name)
{
    char *path = realpath(name, NULL);
    if (!path)
        return fail(document, strerror(errno));
    if (own_adopt(document->pool, path, strlen(path) + 1, free) < 0) {
        fail_for_memory(document, errno);
        free(path);
        return false;
    }
    document->path = path;
    document->file = fopen(path, "r");
    if (!document->file)
        return fail(document, strerror(errno));
    if (own_defer(document->pool, close_file, document->file) < 0) {
        fclose(document->file);
        return fail_for_memory(document, errno);
    }
    return true;
}

static bool prepare(struct document *document)
{
    errno = 0;
    document->parser = hooks_parser_new(document->pool);
    if (!document->parser)
        return fail_for_memory(document, errno);
    XML_SetUserData(document->parser, document);
    XML_SetElementHandler(document->parser, start_element, end_element);
    XML_SetCharacterDataHandler(document->parser, add_text);
    if (is_compressed(document->file)) {
        document->inflater = hooks_inflate_new(document->pool);
        if (!document->inflater)
            return fail_for_memory(document, errno);
    }
    return true;
}

bool document_search(own_pool *owner, const struct search *search, const char *name)
{
    const own_pool_options options = {
        .name = "document",
        .limit = search->limit,
        .allocator = search->uses_malloc ? OWN_ALLOCATOR(malloc, free) : NULL,
    };
    struct document document = {.search = search, .path = name};
    document.pool = own_pool_create(owner, &options);
    if (!document.pool)
        return fail_for_memory(&document, errno);
    bool success = open_file(&document, name) && prepare(&document) && read_all(&document);
    if (search->says_usage) {
        own_usage usage;
        own_pool_usage(document.pool, &usage);
        fprintf(stderr, "%s: %zu blocks, %zu bytes, at most %zu\n", name, usage.blocks, usage.bytes,
                usage.peak);
    }
    own_drop(owner, document.pool);
    return success;
}
