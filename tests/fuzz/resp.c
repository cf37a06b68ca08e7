/*
 * fuzz/resp.c - what a client of respd sends: requests and inline commands, in pieces.
 */
#include "target.h"

#include <own.h>

#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "parser.h"
#include "request.h"

enum { LIMIT = 1 << 22 };

/* The connection's limit is reached long before memory ends: nothing is refused for the system. */
struct request *refusal_take(struct connection *connection)
{
    (void)connection;
    abort();
}

void refusal_done(struct connection *connection)
{
    (void)connection;
    abort();
}

static void read_numbers(const struct request *request)
{
    for (size_t i = 0; i < request->argument_count; i++) {
        const struct string *argument = &request->arguments[i];
        int64_t number;
        char text[NUMBER_MAX];
        if (number_parse(argument->bytes, argument->length, &number)) {
            size_t length = number_format(number, text);
            MUST(length == argument->length);
            MUST(memcmp(text, argument->bytes, length) == 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const own_pool_options options = {.name = "connection", .limit = LIMIT};
    struct server server = {.options.client_limit = LIMIT};
    struct connection connection = {.pool = own_pool_create(NULL, &options), .server = &server};
    const char *error = NULL;

    MUST(connection.pool && parser_init(&connection) == 0);
    /* The first byte says in pieces of how many bytes it comes. */
    size_t piece = size ? 1 + (size_t)bytes[0] : 1;
    for (size_t at = 1; at < size && !error; at += piece) {
        size_t length = size - at < piece ? size - at : piece;
        if (parser_feed(&connection, (const char *)bytes + at, length) != 0)
            break;
        for (struct request *request; (request = parser_next(&connection, &error));) {
            read_numbers(request);
            request_drop(request);
        }
    }
    parser_free(&connection);
    own_decref(connection.pool);
    return 0;
}
