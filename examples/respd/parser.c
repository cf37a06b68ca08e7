/*
 * parser.c - from bytes to requests: hiredis' reader, fed with commands instead of replies.
 */
#include "parser.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hiredis/hiredis.h>
#include <hiredis/sds.h>

#include "number.h"
#include "request.h"

/* The buffer is freed when it is empty and larger. */
#define READER_KEEPS ((size_t)64 << 10)
#define BUFFER_STEP ((size_t)16 << 10) /* what is counted of it is a multiple of this */

static const char limit_error[] = PARSER_LIMIT_ERROR;
static const char count_error[] = PARSER_COUNT_ERROR;
static const char bulk_error[] = PARSER_LENGTH_ERROR;

/* hiredis 1.0 counts the elements of an array with size_t, and allocates its stack. */
#if HIREDIS_MAJOR >= 1
typedef size_t element_count;
#define READER_TASK(reader) ((reader)->task[(reader)->ridx])
#else
typedef int element_count;
#define READER_TASK(reader) (&(reader)->rstack[(reader)->ridx])
#endif

/* Callbacks of hiredis. NULL makes it stop with an error; why is in the connection's complaint. */

static struct connection *task_connection(const redisReadTask *task)
{
    return task->privdata;
}

static void *refuse(const redisReadTask *task, const char *error, char byte)
{
    struct connection *connection = task_connection(task);
    connection->complaint = error;
    connection->complaint_byte = byte;
    return NULL;
}

/* After a failed allocation: the spare request takes the place of the one that arrives. false: the
   connection's limit is the reason. */
static bool refuse_arriving(struct connection *connection)
{
    if (errno == EDQUOT)
        return false;
    if (connection->arriving)
        request_drop(connection->arriving);
    connection->arriving = refusal_take(connection);
    return true;
}

static void *on_array(const redisReadTask *task, element_count count)
{
    struct connection *connection = task_connection(task);
    if (task->parent)
        return refuse(task, NULL, '*');
    if (count > ARGUMENTS_MAX)
        return refuse(task, count_error, 0);
    connection->arriving = request_new(connection);
    return connection->arriving || refuse_arriving(connection) ? connection->arriving
                                                               : refuse(task, limit_error, 0);
}

static void *on_string(const redisReadTask *task, char *bytes, size_t length)
{
    struct connection *connection = task_connection(task);
    if (task->type != REDIS_REPLY_STRING)
        return refuse(task, NULL, task->type == REDIS_REPLY_ERROR ? '-' : '+');
    if (length > (size_t)BULK_MAX)
        return refuse(task, bulk_error, 0);
    if (connection->arriving != connection->refusal.spare &&
        request_add(connection->arriving, bytes, length) != 0 && !refuse_arriving(connection))
        return refuse(task, limit_error, 0);
    return connection->arriving;
}

static void *on_integer(const redisReadTask *task, long long number)
{
    (void)number;
    return refuse(task, NULL, ':');
}

static void *on_nil(const redisReadTask *task)
{
    if (task->parent)
        return refuse(task, bulk_error, 0);
    return task_connection(task); /* "*-1": nothing, as an array of none */
}

/* No freeObject: a request belongs to its connection's pool, and goes with it. */
static redisReplyObjectFunctions functions = {
    .createString = on_string,
    .createArray = on_array,
    .createInteger = on_integer,
    .createNil = on_nil,
};

int parser_init(struct connection *connection)
{
    connection->reader = redisReaderCreateWithFunctions(&functions);
    if (!connection->reader)
        return -1;
    connection->reader->privdata = connection;
    connection->reader->maxbuf = 0; /* see shrink */
    return 0;
}

void parser_free(struct connection *connection)
{
    if (connection->reader)
        redisReaderFree(connection->reader);
    connection->reader = NULL;
}

/*
 * hiredis allocates with functions that are the same for the whole process, so its buffer is no
 * pool's. It is memory of the connection all the same, and taken off the limit of its pool: in
 * steps, so that the limit changes where much is read, and not with each request.
 */
static void count_buffer(struct connection *connection, size_t bytes)
{
    size_t counted = bytes - bytes % BUFFER_STEP;
    if (counted == connection->buffer_counted)
        return;
    connection->buffer_counted = counted;
    parser_limit(connection);
}

void parser_limit(struct connection *connection)
{
    size_t limit = connection->server->options.client_limit;
    size_t counted = connection->buffer_counted;
    /* Cannot fail: the pool has a limit already. 0 would be none. */
    (void)own_pool_set_limit(connection->pool, counted < limit ? limit - counted : 1);
}

/* hiredis would do so too, and abort where there is no memory. */
static void shrink(redisReader *reader)
{
    sds buffer = sdsRemoveFreeSpace(reader->buf);
    if (buffer)
        reader->buf = buffer;
}

int parser_reserve(struct connection *connection, size_t length)
{
    redisReader *reader = connection->reader;
    if (reader->len == 0 && sdsavail(reader->buf) > READER_KEEPS)
        shrink(reader);
    sds buffer = sdsMakeRoomFor(reader->buf, length);
    if (!buffer)
        return -1;
    reader->buf = buffer;
    return 0;
}

int parser_feed(struct connection *connection, const char *bytes, size_t length)
{
    redisReader *reader = connection->reader;
    if (reader->len + length > connection->server->options.client_limit)
        return -1;
    count_buffer(connection, reader->len + length);
    return redisReaderFeed(reader, bytes, length) == REDIS_OK ? 0 : -1;
}

size_t parser_give_up(struct connection *connection, const char **rest, size_t *arguments,
                      enum skip_state *state)
{
    redisReader *reader = connection->reader;
    *arguments = 0;
    *state = SKIP_START;
    if (reader->ridx >= 0) {
        const redisReadTask *task = READER_TASK(reader);
        bool has_mark = task->type >= 0;
        if (task->parent) {
            *arguments = (size_t)(task->parent->elements - task->idx);
            *state = has_mark ? SKIP_LENGTH : SKIP_MARK;
        } else if (has_mark) {
            *state = SKIP_COUNT;
        }
    }
    if (connection->arriving)
        request_drop(connection->arriving);
    connection->arriving = NULL;
    *rest = reader->buf + reader->pos;
    return reader->len - reader->pos;
}

void parser_clear(struct connection *connection)
{
    redisReader *reader = connection->reader;
    reader->ridx = -1;
    reader->reply = NULL;
    reader->pos = reader->len = 0;
    sdsclear(reader->buf);
    shrink(reader);
    count_buffer(connection, 0);
}

size_t connection_buffered(const struct connection *connection)
{
    return connection->reader->len - connection->reader->pos;
}

size_t connection_buffer_left(const struct connection *connection)
{
    return sdsavail(connection->reader->buf);
}

/* Errors */

/* The byte in `Protocol error, got "x" as reply type byte`, which may be escaped. */
static char quoted_byte(const char *message)
{
    const char *quoted = strchr(message, '"');
    unsigned byte;
    if (!quoted)
        return '?';
    if (quoted[1] != '\\')
        return quoted[1];
    switch (quoted[2]) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'a':
        return '\a';
    case 'b':
        return '\b';
    case 'x':
        return sscanf(quoted + 3, "%2x", &byte) == 1 ? (char)byte : '?';
    default:
        return quoted[2];
    }
}

static const char *expected_bulk(struct connection *connection, char byte)
{
    /* It goes where the farewell will be, which copies it. */
    if (byte == '\r' || byte == '\n' || byte == '\0')
        byte = ' ';
    snprintf(connection->farewell, sizeof connection->farewell,
             "ERR Protocol error: expected '$', got '%c'", byte);
    return connection->farewell;
}

/* What hiredis and the callbacks refused, as Redis words it. */
static const char *describe(struct connection *connection)
{
    redisReader *reader = connection->reader;
    const char *message = reader->errstr;
    if (reader->err == REDIS_ERR_OOM) {
        if (connection->complaint_byte)
            return expected_bulk(connection, connection->complaint_byte);
        return connection->complaint ? connection->complaint : limit_error;
    }
    if (strstr(message, "type byte"))
        return expected_bulk(connection, quoted_byte(message));
    if (strstr(message, "ulti-bulk"))
        return count_error;
    if (strstr(message, "nteger"))
        return expected_bulk(connection, ':');
    return bulk_error;
}

/*
 * hiredis waits for the end of whatever has begun. Whether it is worth waiting for is seen here:
 * a line that is too long, a string that is too large, or what cannot be part of a command.
 */
static const char *examine_rest(struct connection *connection)
{
    redisReader *reader = connection->reader;
    size_t rest = reader->len - reader->pos;
    if (reader->ridx < 0 || rest == 0)
        return NULL;

    const redisReadTask *task = READER_TASK(reader);
    const char *line = reader->buf + reader->pos;
    if (task->type < 0)
        return NULL;
    if (reader->ridx == 0) {
        if (rest > LINE_MAX_LENGTH)
            return "ERR Protocol error: too big mbulk count string";
        return NULL;
    }
    if (task->type != REDIS_REPLY_STRING)
        return expected_bulk(connection, line[-1]);

    const char *end = memchr(line, '\r', rest < LINE_MAX_LENGTH ? rest : LINE_MAX_LENGTH);
    int64_t length;
    if (!end)
        return rest > LINE_MAX_LENGTH ? "ERR Protocol error: too big bulk count string" : NULL;
    if (!number_parse(line, (size_t)(end - line), &length) || length < 0 || length > BULK_MAX)
        return bulk_error;
    if ((size_t)length > connection->server->options.client_limit)
        return limit_error;
    return NULL;
}

/* Inline commands: a line of words, for people with netcat. */
static struct request *next_inline(struct connection *connection, const char **error)
{
    redisReader *reader = connection->reader;
    const char *line = reader->buf + reader->pos;
    size_t rest = reader->len - reader->pos;
    const char *end = memchr(line, '\n', rest);
    if (!end || (size_t)(end - line) > LINE_MAX_LENGTH) {
        if (rest > LINE_MAX_LENGTH)
            *error = "ERR Protocol error: too big inline request";
        return NULL;
    }
    size_t length = (size_t)(end - line);
    reader->pos += length + 1; /* the reader's fields are public: this line was not for it */
    if (length > 0 && line[length - 1] == '\r')
        length--;

    connection->arriving = request_new(connection);
    if (connection->arriving && inline_split(connection->arriving, line, length, error) == 0)
        return connection->arriving;
    if (!*error && !refuse_arriving(connection))
        *error = limit_error;
    return *error ? NULL : connection->arriving;
}

/* Whether the reader is between two commands; it may have looked for the next one already. */
static bool is_between(const redisReader *reader)
{
    return reader->ridx < 0 || (reader->ridx == 0 && READER_TASK(reader)->type < 0);
}

static struct request *next_any(struct connection *connection, const char **error)
{
    redisReader *reader = connection->reader;
    if (reader->pos < reader->len && is_between(reader) && reader->buf[reader->pos] != '*')
        return next_inline(connection, error);

    void *object = NULL;
    if (redisReaderGetReply(reader, &object) != REDIS_OK) {
        *error = describe(connection);
        return NULL;
    }
    if (!object)
        *error = examine_rest(connection);
    return object;
}

struct request *parser_next(struct connection *connection, const char **error)
{
    void *object;
    *error = NULL;
    while ((object = next_any(connection, error))) {
        count_buffer(connection, connection->reader->len);
        if (object == connection) /* the nil of on_nil */
            continue;
        struct request *request = connection->arriving;
        connection->arriving = NULL;
        if (request->argument_count > 0 || request == connection->refusal.spare)
            return request;
        request_drop(request); /* an empty line, or "*0" */
    }
    return NULL;
}
