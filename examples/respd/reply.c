/*
 * reply.c - replies, gathered in pieces that are written with one call.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "number.h"
#include "request.h"

#define CHUNK_MAX ((size_t)64 << 10)

static int add_buffer(struct request *request, const char *bytes, size_t length)
{
    if (request->buffer_count == request->buffer_capacity) {
        uint32_t capacity = request->buffer_capacity * 2;
        uv_buf_t *old = request->buffers == request->first_buffers ? NULL : request->buffers;
        uv_buf_t *buffers = own_realloc(request->pool, old, capacity, sizeof *buffers);
        if (!buffers) {
            request_fail(request);
            return -1;
        }
        if (!old)
            memcpy(buffers, request->first_buffers, sizeof request->first_buffers);
        request->buffers = buffers;
        request->buffer_capacity = capacity;
    }
    request->buffers[request->buffer_count++] =
        (uv_buf_t){.base = (char *)(uintptr_t)bytes, .len = length};
    request->reply_size += length;
    return 0;
}

/* Room for a short piece, which is at the end of the reply then. NULL: failed. */
static char *add_piece(struct request *request, size_t length)
{
    if (request->failed)
        return NULL;
    if (length > request->chunk_left) {
        size_t size = request->reply_size * 2;
        size = size < REQUEST_CHUNK * 2 ? REQUEST_CHUNK * 2 : size > CHUNK_MAX ? CHUNK_MAX : size;
        size = size < length ? length : size;
        char *chunk = own_alloc_raw(request->pool, size, 1);
        if (!chunk) {
            request_fail(request);
            return NULL;
        }
        request->chunk = chunk;
        request->chunk_left = size;
    }
    uv_buf_t *last = request->buffer_count ? &request->buffers[request->buffer_count - 1] : NULL;
    if (last && last->base + last->len == request->chunk) {
        last->len += length;
        request->reply_size += length;
    } else if (add_buffer(request, request->chunk, length) != 0) {
        return NULL;
    }
    char *piece = request->chunk;
    request->chunk += length;
    request->chunk_left -= length;
    return piece;
}

static void add_bytes(struct request *request, const char *bytes, size_t length)
{
    char *piece = add_piece(request, length);
    if (piece)
        memcpy(piece, bytes, length);
}

/* A type byte, a number, and the end of the line. */
#define HEAD_MAX (1 + NUMBER_MAX + 2)

static size_t format_head(char *head, char type, int64_t number)
{
    head[0] = type;
    size_t length = 1 + number_format(number, head + 1);
    head[length++] = '\r';
    head[length++] = '\n';
    return length;
}

static void add_head(struct request *request, char type, int64_t number)
{
    char head[HEAD_MAX];
    add_bytes(request, head, format_head(head, type, number));
}

void reply_ok(struct request *request)
{
    add_bytes(request, "+OK\r\n", 5);
}

void reply_status(struct request *request, const char *status)
{
    size_t length = strlen(status);
    char *piece = add_piece(request, length + 3);
    if (piece) {
        piece[0] = '+';
        memcpy(piece + 1, status, length);
        memcpy(piece + 1 + length, "\r\n", 2);
    }
}

void reply_error(struct request *request, const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line + 1, sizeof line - 3, format, arguments);
    va_end(arguments);
    if (length < 0)
        length = 0;
    size_t size = 1 + ((size_t)length < sizeof line - 4 ? (size_t)length : sizeof line - 4);
    for (size_t i = 1; i < size; i++) /* what the client sent may be quoted: one line it stays */
        if (line[i] == '\r' || line[i] == '\n')
            line[i] = ' ';
    line[0] = '-';
    line[size++] = '\r';
    line[size++] = '\n';
    add_bytes(request, line, size);
}

void reply_integer(struct request *request, int64_t number)
{
    add_head(request, ':', number);
}

void reply_nil(struct request *request)
{
    add_bytes(request, "$-1\r\n", 5);
}

void reply_nil_array(struct request *request)
{
    add_bytes(request, "*-1\r\n", 5);
}

void reply_bytes(struct request *request, const char *bytes, size_t length)
{
    char head[HEAD_MAX];
    size_t head_length = format_head(head, '$', (int64_t)length);
    char *piece = add_piece(request, head_length + length + 2);
    if (piece) {
        memcpy(piece, head, head_length);
        memcpy(piece + head_length, bytes, length);
        memcpy(piece + head_length + length, "\r\n", 2);
    }
}

void reply_string(struct request *request, const struct string *string)
{
    if (!string->text || string->length <= TEXT_ABOVE) {
        reply_bytes(request, string->bytes, string->length);
        return;
    }
    /* Shown, not copied: from now on it lives at least as long as this request. */
    add_head(request, '$', (int64_t)string->length);
    if (request->failed)
        return;
    if (own_hold(request->pool, string->text->pool) != 0)
        request_fail(request);
    else if (add_buffer(request, string->bytes, string->length) == 0)
        add_bytes(request, "\r\n", 2);
}

void reply_object(struct request *request, void *object, const char *bytes, size_t length)
{
    if (request->failed)
        return;
    if (own_hold(request->pool, object) != 0)
        request_fail(request);
    else
        add_buffer(request, bytes, length);
}

void reply_word(struct request *request, const char *word)
{
    reply_bytes(request, word, strlen(word));
}

void reply_number(struct request *request, int64_t number)
{
    char digits[NUMBER_MAX];
    reply_bytes(request, digits, number_format(number, digits));
}

void reply_cell(struct request *request, const union cell *cell)
{
    char scratch[CELL_SCRATCH];
    struct string string = cell_look(cell, scratch);
    reply_string(request, &string);
}

void reply_array(struct request *request, size_t count)
{
    add_head(request, '*', (int64_t)count);
}

uint32_t reply_array_begin(struct request *request)
{
    /* A buffer of its own, empty until the count is known. */
    char *room = add_piece(request, HEAD_MAX);
    if (!room)
        return 0;
    uv_buf_t *last = &request->buffers[request->buffer_count - 1];
    last->len -= HEAD_MAX;
    request->reply_size -= HEAD_MAX;
    if (last->len > 0 && add_buffer(request, room, 0) != 0)
        return 0;
    return request->buffer_count - 1;
}

void reply_array_end(struct request *request, uint32_t array, size_t count)
{
    if (request->failed)
        return;
    uv_buf_t *buffer = &request->buffers[array];
    buffer->len = format_head(buffer->base, '*', (int64_t)count);
    request->reply_size += buffer->len;
}

void reply_wrong_type(struct request *request)
{
    reply_error(request, "WRONGTYPE Operation against a key holding the wrong kind of value");
}

void reply_syntax_error(struct request *request)
{
    reply_error(request, "ERR syntax error");
}

void reply_no_memory(struct request *request)
{
    reply_error(request, "%s", NO_MEMORY_ERROR);
}

void reply_not_integer(struct request *request)
{
    reply_error(request, "ERR value is not an integer or out of range");
}
