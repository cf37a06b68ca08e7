/*
 * report/metrics.c - own_metrics: the numbers of the process, in the text format of Prometheus.
 */
#include "report/report.h"

#include <own/collect.h>

#include <errno.h>
#include <inttypes.h>

struct sum {
    size_t roots;
    own_usage total;
};

static int add_pool(const struct walked *walked, void *arg)
{
    struct sum *sum = arg;
    own_usage usage;
    if (!walked->child)
        return 0;
    own_pool_usage(as_pool(walked->object), &usage);
    sum->total.pools++;
    sum->total.blocks += usage.blocks;
    sum->total.bytes += usage.bytes;
    sum->total.reserved += usage.reserved;
    return 0;
}

static int add_root(own_pool *root, void *arg)
{
    struct sum *sum = arg;
    sum->roots++;
    return pool_walk(root, true, add_pool, sum);
}

/* A metric with its head; `scale` digits of the number are behind the point. */
static void put(struct output *output, const char *name, const char *type, const char *help,
                uint64_t number, unsigned scale)
{
    const char *const head[] = {"# HELP ", name, " ",  help, "\n# TYPE ", name,
                                " ",       type, "\n", name, " "};
    uint64_t unit = 1;
    for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++)
        output_text(output, head[i]);
    for (unsigned i = 0; i < scale; i++)
        unit *= 10;
    output_number(output, number / unit);
    if (scale)
        output_text(output, ".");
    for (unsigned i = 0; i < scale; i++) {
        unit /= 10;
        output_number(output, number / unit % 10);
    }
    output_text(output, "\n");
}

int own_metrics(FILE *out)
{
    struct output output;
    struct sum sum = {.roots = 0};
    own_collect_statistics collected;
    if (!out)
        return fail_with(EINVAL);
    int saved = errno;
    errno = 0;
    if (pool_each_root(add_root, &sum))
        return -1;
    own_collect_stats(&collected);
    const struct chunk_numbers chunks = chunk_count();
    output_begin(&output, out, -1);
    put(&output, "own_roots", "gauge", "Pools without a parent.", sum.roots, 0);
    put(&output, "own_pools", "gauge", "Live pools.", sum.total.pools, 0);
    put(&output, "own_blocks", "gauge", "Live blocks.", sum.total.blocks, 0);
    put(&output, "own_bytes", "gauge", "Bytes in live blocks.", sum.total.bytes, 0);
    put(&output, "own_reserved_bytes", "gauge", "Memory taken for pools and what is in them.",
        sum.total.reserved, 0);
    put(&output, "own_memory_bytes", "gauge", "Memory taken from the system and not given back.",
        chunks.out + chunks.dirty, 0);
    put(&output, "own_cache_bytes", "gauge", "Free memory that the library keeps.",
        chunks.cached + chunks.dirty, 0);
    put(&output, "own_limit_hits_total", "counter", "Times that a limit refused memory.",
        limit_hits(), 0);
    put(&output, "own_pool_deaths_total", "counter", "Pools that have died.", chunks.deaths, 0);
    put(&output, "own_collections_total", "counter", "Collections of cycles.",
        collected.collections, 0);
    put(&output, "own_collected_objects_total", "counter", "Objects reclaimed by collections.",
        collected.reclaimed, 0);
    put(&output, "own_collection_seconds_total", "counter", "Time spent in collections.",
        collected.nanoseconds, 9);
    int result = output_end(&output);
    if (!result)
        errno = saved;
    return result;
}
