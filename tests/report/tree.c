/*
 * tree.c - writes reports of a tree that has everything, into a folder: tree.text, tree.json,
 * tree.dot, tree.folded, and the same with .fd; tree.metrics; and tree.total, what own_pool_total
 * says.
 */
#include <own.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct session {
    own_object object;
    own_pool *pool;
    struct session *peer;
};

static const own_type session_type = {.name = "session \"a\"",
                                      .size = sizeof(struct session),
                                      OWN_FIELDS(struct session, pool, peer)};

static void need(bool done, const char *what)
{
    if (done)
        return;
    perror(what);
    exit(1);
}

static own_pool *make_connection(own_pool *server, own_pool *cache, int number)
{
    own_pool *pool = own_pool_create(server, &(own_pool_options){.name = "connection"});
    own_pool *request = own_pool_new(pool);
    struct session *session = own_new(pool, &session_type);
    need(pool && request && session, "connection");
    need(own_pool_set_name(request, "request %d; \xc3\xa9 \xff\x01\\\"", number) == 0, "name");
    need(own_alloc(pool, 1, 100 * (size_t)number) && own_alloc(request, 3, 100), "block");
    if (number % 10 == 0)
        session->pool = own_incref(pool);
    need(own_weakref_new(pool, session, NULL, NULL) && own_list_new(pool), "object");
    need(own_buffer_new(request, 1, 1000) != NULL, "buffer");
    need(number % 5 || own_hold(cache, pool) == 0, "hold");
    return pool;
}

static FILE *open_file(const char *folder, const char *ending)
{
    char name[500];
    snprintf(name, sizeof name, "%s/tree.%s", folder, ending);
    FILE *file = fopen(name, "w");
    need(file != NULL, name);
    return file;
}

static void write_all(const char *folder, own_pool *root)
{
    static const char *const endings[] = {"text", "json", "dot", "folded"};
    static const char *const endings_fd[] = {"text.fd", "json.fd", "dot.fd", "folded.fd"};
    own_usage total;
    for (unsigned format = OWN_REPORT_TEXT; format <= OWN_REPORT_FOLDED; format++) {
        FILE *file = open_file(folder, endings[format]);
        need(own_report(file, root, (own_report_format)format) == 0, "own_report");
        need(fclose(file) == 0, "close");
        file = open_file(folder, endings_fd[format]);
        need(own_report_fd(fileno(file), root, (own_report_format)format) == 0, "own_report_fd");
        need(fclose(file) == 0, "close");
    }
    FILE *file = open_file(folder, "metrics");
    need(own_metrics(file) == 0 && fclose(file) == 0, "own_metrics");
    own_pool_total(root, &total);
    file = open_file(folder, "total");
    fprintf(file, "%zu %zu %zu %zu %zu\n", total.pools, total.blocks, total.bytes, total.reserved,
            total.held);
    need(fclose(file) == 0, "close");
}

int main(int count, char **arguments)
{
    if (count != 2) {
        fprintf(stderr, "usage: tree FOLDER\n");
        return 2;
    }
    own_pool *server =
        own_pool_create(NULL, &(own_pool_options){.name = "server", .limit = 1 << 30});
    own_pool *cache = own_pool_create(server, &(own_pool_options){.name = "cache"});
    need(server && cache, "pool");
    for (int i = 1; i <= 100; i++)
        make_connection(server, cache, i);
    own_immortalize(make_connection(server, cache, 101));
    write_all(arguments[1], server);
    own_decref(server);
    own_collect();
    return 0;
}
