/*
 * parser.h - from bytes to requests: hiredis' reader, fed with commands instead of replies.
 *
 * The reader's callbacks put each argument straight into the pool of the request that arrives, so
 * a command that never ends goes with its connection's pool and needs no cleaning up.
 */
#ifndef RESPD_PARSER_H
#define RESPD_PARSER_H

#include <own.h>

#include "connection.h"

/* What Redis refuses, and we too. */
#define ARGUMENTS_MAX (1024 * 1024)
#define BULK_MAX ((int64_t)512 << 20)
#define LINE_MAX_LENGTH ((size_t)64 << 10)

#define PARSER_LIMIT_ERROR "ERR client exceeded its memory limit"
#define PARSER_COUNT_ERROR "ERR Protocol error: invalid multibulk length"
#define PARSER_LENGTH_ERROR "ERR Protocol error: invalid bulk length"

/* Gives a connection its reader. -1: no memory. */
int parser_init(struct connection *connection);
void parser_free(struct connection *connection);

/* Gives the connection's pool the limit of the server, less what the parser has. */
void parser_limit(struct connection *connection);

/* Makes room for what was read. -1: no memory; then nothing has changed. */
int parser_reserve(struct connection *connection, size_t length);

/* Takes what was read, for which there is room. -1: the connection's limit. */
int parser_feed(struct connection *connection, const char *bytes, size_t length);

/*
 * Drops the command that has not come completely. What of it cannot be told from the bytes that the
 * parser still has, *rest, is put into *arguments and *state: how many are to come, and what part
 * comes next. Returns how many bytes *rest has, which parser_clear forgets.
 */
size_t parser_give_up(struct connection *connection, const char **rest, size_t *arguments,
                      enum skip_state *state);
void parser_clear(struct connection *connection);

/*
 * The next complete request, borrowed from the connection's pool, or the spare one for a command
 * that there was no memory for. NULL: more must be read first;
 * or, where *error is set, the request is malformed: *error is the reply, and the connection must
 * end.
 */
struct request *parser_next(struct connection *connection, const char **error);

/*
 * Inline commands, in inline.c: splits a line into arguments. -1 with *error set; or with *error
 * NULL and errno as own_alloc.
 */
int inline_split(struct request *request, const char *line, size_t length, const char **error);

#endif
