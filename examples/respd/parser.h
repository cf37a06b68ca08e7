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

/* Gives a connection its reader. -1: no memory. */
int parser_init(struct connection *connection);
void parser_free(struct connection *connection);

/* Takes what was read. -1: the connection's limit, or no memory. */
int parser_feed(struct connection *connection, const char *bytes, size_t length);

/*
 * The next complete request, borrowed from the connection's pool. NULL: more must be read first;
 * or, where *error is set, the request is malformed: *error is the reply, and the connection must
 * end.
 */
struct request *parser_next(struct connection *connection, const char **error);

/* Inline commands, in inline.c: splits a line into arguments. -1 with *error set. */
int inline_split(struct request *request, const char *line, size_t length, const char **error);

#endif
