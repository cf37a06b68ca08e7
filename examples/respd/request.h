/*
 * request.h - a request: its arguments, and its reply, in a pool of its own.
 *
 * The pool is a child of the connection's, and is dropped when the reply is written. It holds what
 * the reply shows without copying, so that no command can pull it away before.
 */
#ifndef RESPD_REQUEST_H
#define RESPD_REQUEST_H

#include <uv.h>

#include <own.h>

#include "connection.h"
#include "text.h"

#define REQUEST_ARGUMENTS 6 /* that fit without another block */
#define REQUEST_BUFFERS 4
#define REQUEST_CHUNK 128

struct request {
    own_pool *pool; /* borrowed: it is the pool that this is a block of */
    struct connection *connection;
    struct request *next;

    struct string *arguments;
    size_t argument_count, argument_capacity;

    uv_buf_t *buffers; /* the reply, in pieces: chunks of this pool, and texts that it holds */
    uint32_t buffer_count, buffer_capacity;
    uint32_t buffers_written;
    char *chunk; /* where the next short piece goes */
    size_t chunk_left;
    size_t reply_size;
    size_t weight; /* while the reply waits to be written, see connection.c */
    int failed;    /* errno where there was no memory for all of it; 0: it is whole */

    struct string first_arguments[REQUEST_ARGUMENTS];
    uv_buf_t first_buffers[REQUEST_BUFFERS];
    char first_chunk[REQUEST_CHUNK];
};

/* Creates a request without arguments. NULL with errno as own_alloc. */
OWN_MUST_USE struct request *request_new(struct connection *connection);
void request_drop(struct request *request);

/* Adds an argument; a long one becomes a text. -1 with errno as own_alloc. */
int request_add(struct request *request, const char *bytes, size_t length);

/* Marks the reply as failed, with errno as own_alloc left it. */
void request_fail(struct request *request);

/* What the reply is then, where the limit of the connection is not the reason. */
#define NO_MEMORY_ERROR "OOM command not allowed when used memory > 'maxmemory'."

/*
 * The pieces of a reply. Short strings are copied, texts are held. Where there is no room the
 * request is `failed`, and all of these do nothing.
 */
void reply_ok(struct request *request);
void reply_status(struct request *request, const char *status);
void reply_error(struct request *request, const char *format, ...) OWN_PRINTF(2, 3);
void reply_integer(struct request *request, int64_t number);
void reply_nil(struct request *request);
void reply_nil_array(struct request *request);
void reply_string(struct request *request, const struct string *string);
void reply_bytes(struct request *request, const char *bytes, size_t length);
void reply_word(struct request *request, const char *word);
void reply_number(struct request *request, int64_t number); /* as a string */
void reply_cell(struct request *request, const union cell *cell);

/* Bytes of an object, which is held as texts are. */
void reply_object(struct request *request, void *object, const char *bytes, size_t length);

void reply_array(struct request *request, size_t count);

/* An array whose count is known at its end. */
uint32_t reply_array_begin(struct request *request);
void reply_array_end(struct request *request, uint32_t array, size_t count);

/* Errors that many commands give. */
void reply_wrong_type(struct request *request);
void reply_syntax_error(struct request *request);
void reply_no_memory(struct request *request);
void reply_not_integer(struct request *request);

#endif
