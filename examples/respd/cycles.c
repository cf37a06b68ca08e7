/*
 * cycles.c - OWN CYCLES, OWN COLLECT, OWN LEAK: pools that keep each other alive.
 *
 * These commands have every worker's turn (worker.h), so the world holds still, as own_collect asks
 * for.
 */
#include "commands.h"

struct chains {
    struct request *request;
    size_t count;
};

static int reply_chain(void *const *objects, size_t count, const char *chain, void *arg)
{
    struct chains *chains = arg;
    char *line = own_asprintf(chains->request->pool, "%zu objects: %s", count, chain);
    (void)objects;
    if (!line)
        return -1;
    reply_word(chains->request, line);
    chains->count++;
    return 0;
}

void reply_cycles(struct request *request)
{
    struct chains chains = {.request = request};
    uint32_t array = reply_array_begin(request);
    if (own_collect_find(reply_chain, &chains) != 0)
        request_fail(request);
    else
        reply_array_end(request, array, chains.count);
}

void reply_collect(struct request *request)
{
    reply_integer(request, (int64_t)own_collect());
}

/* For tests: a mistake that programs make. A pool holds its own parent, and both are lost. */
void reply_leak(struct request *request)
{
    OWN_SCOPED own_pool *parent = own_pool_new(NULL);
    own_pool *child = parent ? own_pool_new(parent) : NULL;
    if (!child) {
        request_fail(request);
        return;
    }
    own_pool_set_name_borrowed(parent, "session");
    own_pool_set_name_borrowed(child, "transaction");
    if (own_hold(child, parent) < 0)
        request_fail(request);
    else
        reply_ok(request);
}
