/*
 * info.c - INFO and MEMORY: what the server has and does, in numbers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "census.h"
#include "channels.h"
#include "commands.h"
#include "report.h"
#include "statistics.h"

/* What is asked for, and the memory before that took any. */
struct info {
    struct report report;
    const struct server *server;
    own_usage memory;
};

#define HUMAN_MAX 32

/* A size as people read it. */
static const char *human(size_t bytes, char text[HUMAN_MAX])
{
    static const char units[] = "KMGT";
    double size = (double)bytes;
    int unit = -1;
    for (; size >= 1024 && unit < 3; unit++)
        size /= 1024;
    if (unit < 0)
        snprintf(text, HUMAN_MAX, "%zuB", bytes);
    else
        snprintf(text, HUMAN_MAX, "%.2f%c", size, units[unit]);
    return text;
}

static void print_server(struct info *info)
{
    const struct server *server = info->server;
    int64_t now = worker_of(info->report.request)->now;
    int64_t uptime = (now - server->started) / 1000;
    struct utsname system = {0};
    uname(&system);
    report_add(&info->report,
               "redis_version:7.0.15\r\n"
               "redis_mode:standalone\r\n"
               "respd_libown_version:%s\r\n"
               "respd_threads:%u\r\n"
               "os:%s %s %s\r\n"
               "arch_bits:%zu\r\n"
               "multiplexing_api:libuv\r\n"
               "process_id:%ld\r\n"
               "run_id:%s\r\n"
               "tcp_port:%d\r\n"
               "server_time_usec:%lld\r\n"
               "uptime_in_seconds:%lld\r\n"
               "uptime_in_days:%lld\r\n"
               "config_file:\r\n",
               own_version(), server->options.threads, system.sysname, system.release,
               system.machine, sizeof(void *) * 8, (long)getpid(), server->run_id, server->port,
               (long long)now * 1000, (long long)uptime, (long long)uptime / 86400);
}

static void print_clients(struct info *info)
{
    size_t subscribers = 0;
    for (unsigned i = 0; i < info->server->options.threads; i++)
        for (const struct connection *connection = info->server->workers[i].first_connection;
             connection; connection = connection->next)
            subscribers += channels_of(connection) > 0;
    report_add(&info->report,
               "connected_clients:%zu\r\n"
               "cluster_connections:0\r\n"
               "maxclients:%zu\r\n"
               "blocked_clients:0\r\n"
               "tracking_clients:0\r\n"
               "pubsub_clients:%zu\r\n",
               __atomic_load_n(&info->server->connection_count, __ATOMIC_RELAXED),
               info->server->options.clients_max, subscribers);
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

static void print_memory(struct info *info)
{
    const own_usage *memory = &info->memory;
    size_t resident = resident_bytes(), limit = info->server->options.memory_limit;
    char used[HUMAN_MAX], rss[HUMAN_MAX], peak[HUMAN_MAX], max[HUMAN_MAX], system[HUMAN_MAX];
    report_add(&info->report,
               "used_memory:%zu\r\n"
               "used_memory_human:%s\r\n"
               "used_memory_reserved:%zu\r\n"
               "used_memory_rss:%zu\r\n"
               "used_memory_rss_human:%s\r\n"
               "used_memory_peak:%zu\r\n"
               "used_memory_peak_human:%s\r\n"
               "total_system_memory:%llu\r\n"
               "total_system_memory_human:%s\r\n"
               "maxmemory:%zu\r\n"
               "maxmemory_human:%s\r\n"
               "maxmemory_policy:noeviction\r\n"
               "mem_fragmentation_ratio:%.2f\r\n"
               "mem_allocator:libown\r\n",
               memory->bytes, human(memory->bytes, used), memory->reserved, resident,
               human(resident, rss), memory->peak, human(memory->peak, peak),
               (unsigned long long)uv_get_total_memory(),
               human((size_t)uv_get_total_memory(), system), limit, human(limit, max),
               (double)resident / (double)(memory->bytes > 0 ? memory->bytes : 1));
    report_add(&info->report,
               "mem_pools:%zu\r\n"
               "mem_blocks:%zu\r\n"
               "mem_held:%zu\r\n"
               "mem_pools_alive:%zu\r\n",
               memory->pools, memory->blocks, memory->held, census_alive());
}

/* What clients look for before they trust a server that has been started again. */
static void print_persistence(struct info *info)
{
    report_add(&info->report, "loading:0\r\n"
                              "async_loading:0\r\n"
                              "rdb_bgsave_in_progress:0\r\n"
                              "rdb_last_bgsave_status:ok\r\n"
                              "aof_enabled:0\r\n"
                              "aof_rewrite_in_progress:0\r\n"
                              "aof_last_write_status:ok\r\n");
}

static void print_stats(struct info *info)
{
    const struct server *server = info->server;
    uint64_t hits = 0, misses = 0, expired = 0, processed = 0, received = 0, sent = 0;
    for (unsigned i = 0; i < server->options.threads; i++) {
        processed += server->workers[i].commands_processed;
        received += server->workers[i].bytes_received;
        sent += server->workers[i].bytes_sent;
    }
    for (size_t i = 0; i < DATABASES; i++) {
        hits += server->databases[i].hits;
        misses += server->databases[i].misses;
        expired += server->databases[i].expired;
    }
    report_add(&info->report,
               "total_connections_received:%llu\r\n"
               "total_commands_processed:%llu\r\n"
               "total_net_input_bytes:%llu\r\n"
               "total_net_output_bytes:%llu\r\n"
               "rejected_connections:%llu\r\n"
               "expired_keys:%llu\r\n"
               "evicted_keys:0\r\n"
               "keyspace_hits:%llu\r\n"
               "keyspace_misses:%llu\r\n"
               "total_error_replies:%llu\r\n",
               (unsigned long long)server->connections_accepted, (unsigned long long)processed,
               (unsigned long long)received, (unsigned long long)sent,
               (unsigned long long)server->connections_rejected, (unsigned long long)expired,
               (unsigned long long)hits, (unsigned long long)misses,
               (unsigned long long)statistics_errors(server));
}

static void print_replication(struct info *info)
{
    report_add(&info->report,
               "role:master\r\n"
               "connected_slaves:0\r\n"
               "master_replid:%s\r\n"
               "master_repl_offset:0\r\n",
               info->server->run_id);
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1000000;
}

static void print_cpu(struct info *info)
{
    struct rusage usage = {0};
    getrusage(RUSAGE_SELF, &usage);
    report_add(&info->report,
               "used_cpu_sys:%f\r\n"
               "used_cpu_user:%f\r\n"
               "used_cpu_sys_children:0.000000\r\n"
               "used_cpu_user_children:0.000000\r\n",
               seconds(usage.ru_stime), seconds(usage.ru_utime));
}

static void print_statistics(struct info *info)
{
    statistics_report(info->server, &info->report);
}

static void print_cluster(struct info *info)
{
    report_add(&info->report, "cluster_enabled:0\r\n");
}

static void print_keyspace(struct info *info)
{
    for (size_t i = 0; i < DATABASES; i++) {
        const struct database *database = &info->server->databases[i];
        if (database->keys.count > 0)
            report_add(&info->report, "db%zu:keys=%zu,expires=%u,avg_ttl=0\r\n", i,
                       database->keys.count, database->deadline_count);
    }
}

static const struct {
    const char *name; /* upper case: the word that asks for it */
    const char *title;
    void (*print)(struct info *info);
    bool is_special; /* only where it is asked for, or all is */
} sections[] = {
    {"SERVER", "Server", print_server, false},
    {"CLIENTS", "Clients", print_clients, false},
    {"MEMORY", "Memory", print_memory, false},
    {"PERSISTENCE", "Persistence", print_persistence, false},
    {"STATS", "Stats", print_stats, false},
    {"REPLICATION", "Replication", print_replication, false},
    {"CPU", "CPU", print_cpu, false},
    {"COMMANDSTATS", "Commandstats", print_statistics, true},
    {"CLUSTER", "Cluster", print_cluster, false},
    {"KEYSPACE", "Keyspace", print_keyspace, false},
};

static bool is_wanted(const struct request *request, size_t section)
{
    bool by_default = !sections[section].is_special;
    bool wanted = request->argument_count == 1 && by_default;
    for (size_t i = 1; i < request->argument_count && !wanted; i++) {
        const struct string *word = argument(request, i);
        wanted = string_is_word(word, sections[section].name) || string_is_word(word, "ALL") ||
                 string_is_word(word, "EVERYTHING") ||
                 (by_default && string_is_word(word, "DEFAULT"));
    }
    return wanted;
}

void command_info(struct request *request)
{
    struct info info = {.report = {.request = request}, .server = server_of(request)};
    info.memory = add_up(info.server->pool);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (is_wanted(request, i)) {
            /* A blank line is between sections only. */
            report_add(&info.report, "%s# %s\r\n", info.report.length > 0 ? "\r\n" : "",
                       sections[i].title);
            sections[i].print(&info);
        }
    report_reply(&info.report);
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

static void purge(struct request *request)
{
    server_trim();
    server_trim_others(worker_of(request));
    reply_ok(request);
}

void command_memory(struct request *request)
{
    static const struct subcommand subcommands[] = {
        {"PURGE", 2, purge},
        {"USAGE", -3, get_usage},
        {NULL, 0, NULL},
    };
    subcommand_run(request, subcommands);
}
