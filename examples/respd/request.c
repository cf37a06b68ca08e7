/*
 * request.c - a request and its arguments.
 */
#include "request.h"

#include <errno.h>
#include <string.h>

#include "census.h"

struct request *request_new(struct connection *connection)
{
    own_pool *pool = census_pool(connection->pool, "request", sizeof(struct request) + 64, 0);
    struct request *request = pool ? own_alloc_raw(pool, 1, sizeof *request) : NULL;
    if (!request) {
        own_drop(connection->pool, pool);
        return NULL;
    }
    memset(request, 0, offsetof(struct request, first_arguments));
    request->pool = pool;
    request->connection = connection;
    request->arguments = request->first_arguments;
    request->argument_capacity = REQUEST_ARGUMENTS;
    request->buffers = request->first_buffers;
    request->buffer_capacity = REQUEST_BUFFERS;
    request->chunk = request->first_chunk;
    request->chunk_left = REQUEST_CHUNK;
    return request;
}

void request_drop(struct request *request)
{
    if (request == request->connection->refusal.spare)
        refusal_done(request->connection);
    else
        own_drop(request->connection->pool, request->pool);
}

static int grow_arguments(struct request *request)
{
    size_t capacity = request->argument_capacity * 2;
    struct string *old = request->arguments == request->first_arguments ? NULL : request->arguments;
    struct string *arguments = own_realloc(request->pool, old, capacity, sizeof *arguments);
    if (!arguments)
        return -1;
    if (!old)
        memcpy(arguments, request->first_arguments, sizeof request->first_arguments);
    request->arguments = arguments;
    request->argument_capacity = capacity;
    return 0;
}

int request_add(struct request *request, const char *bytes, size_t length)
{
    if (request->argument_count == request->argument_capacity && grow_arguments(request) != 0)
        return -1;
    struct string argument = {.length = length};
    if (length > TEXT_ABOVE) {
        argument.text = text_new(request->pool, bytes, length, length);
        argument.bytes = argument.text ? argument.text->bytes : NULL;
    } else {
        argument.bytes = own_memdup(request->pool, bytes, length);
    }
    if (!argument.bytes)
        return -1;
    request->arguments[request->argument_count++] = argument;
    return 0;
}

void request_fail(struct request *request)
{
    if (!request->failed)
        request->failed = errno ? errno : ENOMEM;
}
