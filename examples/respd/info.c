/*
 * info.c - INFO and MEMORY: what the server has and does, in numbers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "census.h"
#include "commands.h"

/* A section of INFO, printed to the end of a string of the request's pool. NULL: no room. */
typedef char *print_section(struct request *request, char *text);

static char *print_server(struct request *request, char *text)
{
    const struct server *server = server_of(request);
    return own_asprintf_append(request->pool, text,
                               "# Server\r\n"
                               "redis_version:7.0.0\r\n"
                               "redis_mode:standalone\r\n"
                               "respd_libown_version:%s\r\n"
                               "respd_threads:%u\r\n"
                               "process_id:%ld\r\n"
                               "tcp_port:%d\r\n\r\n",
                               own_version(), server->options.threads, (long)getpid(),
                               server->port);
}

static char *print_clients(struct request *request, char *text)
{
    return own_asprintf_append(
        request->pool, text,
        "# Clients\r\n"
        "connected_clients:%zu\r\n"
        "maxclients:%zu\r\n\r\n",
        __atomic_load_n(&server_of(request)->connection_count, __ATOMIC_RELAXED),
        server_of(request)->options.clients_max);
}

static size_t resident_bytes(void)
{
    char line[128] = "";
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && !fgets(line, sizeof line, file))
        line[0] = '\0';
    if (file)
        fclose(file);
    const char *second = strchr(line, ' ');
    return second ? strtoul(second, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE) : 0;
}

/* Adds a pool right below the server's, and all below that. */
static int add_child(void *object, int depth, void *arg)
{
    own_usage *total = arg;
    own_usage usage;
    own_pool *pool = depth == 1 ? own_cast(object, own_pool_type()) : NULL;
    if (!pool)
        return 0;
    own_pool_total(pool, &usage);
    total->pools += usage.pools;
    total->blocks += usage.blocks;
    total->bytes += usage.bytes;
    total->reserved += usage.reserved;
    total->peak += usage.peak;
    total->held += usage.held;
    return 0;
}

/* own_pool_total would not look into confined pools below a shared one, since their threads may be
   in them; here all workers have given their turn up. */
static own_usage add_up(own_pool *server)
{
    own_usage total;
    if (own_is_shared(server)) {
        own_pool_usage(server, &total);
        (void)own_pool_walk(server, add_child, &total); /* cannot fail: one level needs no memory */
    } else {
        own_pool_total(server, &total);
    }
    return total;
}

static char *print_memory(struct request *request, char *text)
{
    const own_usage total = add_up(server_of(request)->pool);
    return own_asprintf_append(request->pool, text,
                               "# Memory\r\n"
                               "used_memory:%zu\r\n"
                               "used_memory_reserved:%zu\r\n"
                               "used_memory_peak:%zu\r\n"
                               "used_memory_rss:%zu\r\n"
                               "maxmemory:%zu\r\n"
                               "maxmemory_policy:noeviction\r\n"
                               "mem_pools:%zu\r\n"
                               "mem_blocks:%zu\r\n"
                               "mem_held:%zu\r\n"
                               "mem_pools_alive:%zu\r\n\r\n",
                               total.bytes, total.reserved, total.peak, resident_bytes(),
                               server_of(request)->options.memory_limit, total.pools, total.blocks,
                               total.held, census_alive());
}

static char *print_stats(struct request *request, char *text)
{
    const struct server *server = server_of(request);
    uint64_t hits = 0, misses = 0, expired = 0, processed = 0;
    for (unsigned i = 0; i < server->options.threads; i++)
        processed += server->workers[i].commands_processed;
    for (size_t i = 0; i < DATABASES; i++) {
        hits += server->databases[i].hits;
        misses += server->databases[i].misses;
        expired += server->databases[i].expired;
    }
    return own_asprintf_append(request->pool, text,
                               "# Stats\r\n"
                               "total_connections_received:%llu\r\n"
                               "rejected_connections:%llu\r\n"
                               "total_commands_processed:%llu\r\n"
                               "expired_keys:%llu\r\n"
                               "keyspace_hits:%llu\r\n"
                               "keyspace_misses:%llu\r\n\r\n",
                               (unsigned long long)server->connections_received,
                               (unsigned long long)server->connections_rejected,
                               (unsigned long long)processed, (unsigned long long)expired,
                               (unsigned long long)hits, (unsigned long long)misses);
}

static char *print_keyspace(struct request *request, char *text)
{
    text = own_asprintf_append(request->pool, text, "# Keyspace\r\n");
    for (size_t i = 0; i < DATABASES && text; i++) {
        const struct database *database = &server_of(request)->databases[i];
        if (database->keys.count > 0)
            text =
                own_asprintf_append(request->pool, text, "db%zu:keys=%zu,expires=%u,avg_ttl=0\r\n",
                                    i, database->keys.count, database->deadline_count);
    }
    return text;
}

static const struct {
    const char *name;
    print_section *print;
} sections[] = {
    {"SERVER", print_server}, {"CLIENTS", print_clients},   {"MEMORY", print_memory},
    {"STATS", print_stats},   {"KEYSPACE", print_keyspace},
};

static bool is_wanted(const struct request *request, const char *name)
{
    bool wanted = request->argument_count == 1;
    for (size_t i = 1; i < request->argument_count && !wanted; i++) {
        const struct string *word = argument(request, i);
        wanted = string_is_word(word, name) || string_is_word(word, "ALL") ||
                 string_is_word(word, "EVERYTHING") || string_is_word(word, "DEFAULT");
    }
    return wanted;
}

void command_info(struct request *request)
{
    char *text = own_strdup(request->pool, "");
    for (size_t i = 0; i < sizeof sections / sizeof *sections && text; i++)
        if (is_wanted(request, sections[i].name))
            text = sections[i].print(request, text);
    if (!text) {
        request_fail(request);
        return;
    }
    size_t length = strlen(text);
    if (length >= 4 && strcmp(text + length - 4, "\r\n\r\n") == 0)
        length -= 2; /* a blank line is between sections only */
    reply_bytes(request, text, length);
}

static void get_usage(struct request *request)
{
    size_t count = request->argument_count;
    if (count != 3 && !(count == 5 && string_is_word(argument(request, 3), "SAMPLES"))) {
        reply_syntax_error(request);
        return;
    }
    const struct entry *entry = database_find(database_of(request), argument(request, 2));
    if (entry)
        reply_integer(request, (int64_t)database_memory(database_of(request), entry));
    else
        reply_nil(request);
}

void command_memory(struct request *request)
{
    static const struct subcommand subcommands[] = {
        {"USAGE", -3, get_usage},
        {NULL, 0, NULL},
    };
    subcommand_run(request, subcommands);
}
