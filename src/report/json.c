/*
 * report/json.c - the JSON of own/report.h, piece by piece.
 */
#include "report/report.h"

#include <own/version.h>

#include <errno.h>
#include <time.h>
#include <unistd.h>

static void put_key(struct output *output, const char *key)
{
    output_text(output, ", \"");
    output_text(output, key);
    output_text(output, "\": ");
}

static void put_id(struct output *output, const void *address)
{
    output_text(output, "\"");
    output_address(output, address);
    output_text(output, "\"");
}

static void put_id_or_null(struct output *output, const void *address)
{
    if (address)
        put_id(output, address);
    else
        output_text(output, "null");
}

static void put_number(struct output *output, const char *key, uint64_t number)
{
    put_key(output, key);
    output_number(output, number);
}

static void put_references(struct output *output, size_t references)
{
    put_key(output, "references");
    if (references == SIZE_MAX)
        output_text(output, "null");
    else
        output_number(output, references);
}

static void put_time(struct output *output)
{
    struct timespec now = {.tv_sec = 0};
    clock_gettime(CLOCK_REALTIME, &now);
    output_number(output, (uint64_t)now.tv_sec);
    output_text(output, ".");
    for (long digit = 100000000; digit >= 1000000; digit /= 10)
        output_number(output, (uint64_t)(now.tv_nsec / digit % 10));
}

void json_begin(struct output *output, const own_pool *root)
{
    output_text(output, "{\"format\": \"own-report\", \"version\": 1, \"library\": ");
    output_json_string(output, own_version());
    output_text(output, ", \"program\": ");
    output_json_string(output, program_invocation_short_name);
    put_number(output, "process", (size_t)getpid());
    put_key(output, "time");
    put_time(output);
    put_number(output, "sampling", site_interval());
    put_key(output, "root");
    put_id_or_null(output, root);
    output_text(output, ",\n\"pools\": [");
}

static void begin_item(struct output *output, bool first)
{
    output_text(output, first ? "\n" : ",\n");
}

void json_pool(struct output *output, const struct pool_seen *seen, bool first)
{
    begin_item(output, first);
    output_text(output, "{\"id\": ");
    put_id(output, seen->pool);
    put_key(output, "parent");
    put_id_or_null(output, seen->parent);
    put_key(output, "name");
    output_json_string(output, seen->name);
    if (seen->site) {
        put_key(output, "site");
        output_json_string(output, seen->site);
    }
    put_key(output, "shared");
    output_text(output, seen->shared ? "true" : "false");
    if (seen->apart)
        output_text(output, ", \"apart\": true");
    put_references(output, seen->references);
    put_number(output, "blocks", seen->usage.blocks);
    put_number(output, "bytes", seen->usage.bytes);
    put_number(output, "reserved", seen->usage.reserved);
    put_number(output, "peak", seen->usage.peak);
    put_number(output, "children", seen->usage.children);
    put_number(output, "held", seen->usage.held);
    put_number(output, "deferred", seen->usage.deferred);
    if (seen->limit)
        put_number(output, "limit", seen->limit);
    output_text(output, "}");
}

void json_between(struct output *output)
{
    output_text(output, "\n],\n\"holds\": [");
}

void json_hold(struct output *output, const struct hold_seen *seen, bool first)
{
    begin_item(output, first);
    output_text(output, "{\"pool\": ");
    put_id(output, seen->pool);
    put_key(output, "object");
    put_id(output, seen->object);
    put_key(output, "type");
    output_json_string(output, seen->type);
    put_references(output, seen->references);
    if (seen->name) {
        put_key(output, "name");
        output_json_string(output, seen->name);
    } else {
        put_number(output, "size", seen->size);
    }
    if (seen->weak) {
        put_key(output, "to");
        put_id_or_null(output, seen->target);
    }
    output_text(output, "}");
}

void json_stacks(struct output *output)
{
    output_text(output, "\n],\n\"stacks\": [");
}

static void put_frame(struct output *output, const void *frame, bool first)
{
    struct site_place place;
    site_describe(frame, &place);
    output_text(output, first ? "{\"module\": " : ", {\"module\": ");
    output_json_string(output, place.module);
    put_key(output, "offset");
    put_id(output, (const void *)place.offset);
    if (place.function) {
        put_key(output, "function");
        output_json_string(output, place.function);
    }
    output_text(output, "}");
}

void json_stack(struct output *output, uint32_t stack, bool first)
{
    const void *frames[SITE_FRAMES];
    size_t count = site_frames(stack, frames, SITE_FRAMES);
    begin_item(output, first);
    output_text(output, "[");
    for (size_t i = 0; i < count && i < SITE_FRAMES; i++)
        put_frame(output, frames[i], i == 0);
    output_text(output, "]");
}

void json_site(struct output *output, const struct site *site, size_t number, bool first)
{
    begin_item(output, first);
    output_text(output, "{\"pool\": ");
    put_id(output, site->owner);
    put_number(output, "stack", number);
    put_number(output, "blocks", site->blocks);
    put_number(output, "bytes", site->bytes);
    output_text(output, "}");
}

void json_sites(struct output *output)
{
    output_text(output, "\n],\n\"sites\": [");
}

void json_end(struct output *output)
{
    output_text(output, "\n]}\n");
}

bool json_write(struct output *output, const struct gathering *gathering)
{
    struct sites sites;
    if (!sites_gather(&sites, gathering)) {
        sites_free(&sites);
        return false;
    }
    json_begin(output, gathering->root);
    for (size_t i = 0; i < gathering->pools.count; i++)
        json_pool(output, &gathered_at(gathering, i)->seen, i == 0);
    json_between(output);
    for (size_t i = 0; i < gathering->holds.count; i++)
        json_hold(output, &hold_at(gathering, i)->seen, i == 0);
    sites_write(output, &sites);
    sites_free(&sites);
    json_end(output);
    return true;
}
