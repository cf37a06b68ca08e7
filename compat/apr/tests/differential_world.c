/*
 * differential_world.c - what happens in a random program without being asked for: cleanups run,
 * and pools go; see differential.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "differential.h"

struct world world;

void broken(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, condition);
    abort();
}

void say(const char *format, ...)
{
    char line[4000];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    must(length >= 0 && (size_t)length < sizeof line - 1);
    line[length++] = '\n';
    if (world.out >= 0) {
        must(write(world.out, line, (size_t)length) == length);
        return;
    }
    for (int i = 0; i < length; i++)
        world.hash = (world.hash ^ (unsigned char)line[i]) * UINT64_C(0x100000001b3); /* FNV-1a */
    if (world.shown)
        fwrite(line, 1, (size_t)length, stdout);
}

unsigned below(unsigned bound)
{
    uint64_t x = world.random;

    x ^= x << 13; /* xorshift64 */
    x ^= x >> 7;
    x ^= x << 17;
    world.random = x;
    return (unsigned)((x >> 20) % bound);
}

static bool is_below(int pool, int above)
{
    while (pool >= 0 && pool != above)
        pool = world.pools[pool].parent;
    return pool == above;
}

static bool is_busy(int pool)
{
    for (int i = 0; i < world.running_count; i++)
        if (is_below(world.running[i], pool))
            return true;
    return false;
}

static int any_of(bool idle)
{
    int found[POOLS_MAX];
    unsigned count = 0;

    for (int i = 0; i < POOLS_MAX; i++)
        if (world.pools[i].name && !(idle && is_busy(i)))
            found[count++] = i;
    return count == 0 ? -1 : found[below(count)];
}

int any_pool(void)
{
    return any_of(false);
}

int any_idle_pool(void)
{
    return any_of(true);
}

int free_place(void)
{
    for (int i = 0; i < POOLS_MAX; i++)
        if (!world.pools[i].name)
            return i;
    return -1;
}

/* The mark: the last cleanup of its pool. */
static apr_status_t say_gone(void *data)
{
    struct pool *pool = data;

    say(pool->clearing ? "  cleared %d" : "  gone %d", pool->name);
    if (!pool->clearing)
        pool->name = 0;
    return APR_SUCCESS;
}

static void mark(int pool)
{
    apr_pool_cleanup_register(world.pools[pool].handle, &world.pools[pool], say_gone,
                              apr_pool_cleanup_null);
}

void enter_pool(int place, apr_pool_t *handle, int parent, bool unmanaged)
{
    must(handle != NULL && !world.pools[place].name);
    world.pools[place] = (struct pool){
        .handle = handle,
        .name = ++world.names,
        .parent = parent,
        .unmanaged = unmanaged,
    };
    mark(place);
}

void clear_pool(int pool)
{
    world.pools[pool].clearing = true;
    if (below(4) == 0)
        apr_pool_clear_debug(world.pools[pool].handle, APR_POOL__FILE_LINE__);
    else
        apr_pool_clear(world.pools[pool].handle);
    world.pools[pool].clearing = false;
    world.pools[pool].clears++;
    mark(pool);
}

void destroy_pool(int pool)
{
    if (below(4) == 0)
        apr_pool_destroy_debug(world.pools[pool].handle, APR_POOL__FILE_LINE__);
    else
        apr_pool_destroy(world.pools[pool].handle);
    must(!world.pools[pool].name);
}

int name_of(const apr_pool_t *handle)
{
    if (!handle)
        return 0;
    for (int i = 0; i < POOLS_MAX; i++)
        if (world.pools[i].name && world.pools[i].handle == handle)
            return world.pools[i].name;
    return -1;
}

struct item *new_item(int pool, bool pre, bool may_act)
{
    struct item *item = &world.items[world.items_count];

    must(world.items_count < ITEMS_MAX);
    *item = (struct item){
        .name = ++world.items_count,
        .pool = pool,
        .pool_name = world.pools[pool].name,
        .pre = pre,
        .action = may_act && below(2) ? (enum action)below(ACTIONS) : NOTHING,
    };
    return item;
}

struct item *any_item(int pool, bool idle_only)
{
    struct item *found = NULL;
    unsigned count = 0;

    for (int i = 0; i < world.items_count; i++) {
        struct item *item = &world.items[i];

        if (item->pool_name == world.pools[pool].name && (!idle_only || item->action == NOTHING) &&
            below(++count) == 0)
            found = item;
    }
    return found;
}

void enter_block(int pool, void *at, size_t size)
{
    must(at != NULL && (uintptr_t)at % 8 == 0);
    memset(at, world.blocks_count % 255 + 1, size);
    if (world.blocks_count < BLOCKS_MAX)
        world.blocks[world.blocks_count++] = (struct block){
            at, size, pool, world.pools[pool].name, world.pools[pool].clears,
        };
}

void check_blocks(int pool)
{
    int whole = 0, damaged = 0;

    for (int i = 0; i < world.blocks_count; i++) {
        const struct block *block = &world.blocks[i];
        size_t same = 0;

        if (block->pool_name != world.pools[pool].name || block->clears != world.pools[pool].clears)
            continue;
        while (same < block->size && block->at[same] == i % 255 + 1)
            same++;
        if (same == block->size)
            whole++;
        else
            damaged++;
    }
    say("  blocks of %d: %d whole, %d damaged", world.pools[pool].name, whole, damaged);
}

/* A subpool that a cleanup makes, and destroys as it should. */
static apr_status_t say_subpool(void *data)
{
    say("  subpool of %d goes", world.pools[*(int *)data].name);
    return APR_SUCCESS;
}

static void use_subpool(int pool)
{
    apr_pool_t *child = NULL;

    must(apr_pool_create(&child, world.pools[pool].handle) == APR_SUCCESS);
    say("  subpool: parent %d", name_of(apr_pool_parent_get(child)));
    memset(apr_palloc(child, 3000), 's', 3000);
    apr_pool_cleanup_register(child, &pool, say_subpool, apr_pool_cleanup_null);
    apr_pool_destroy(child);
}

static void act(const struct item *item)
{
    apr_pool_t *handle = world.pools[item->pool].handle;
    void *data = NULL;
    struct item *other;
    int pool;

    switch (item->action) {
    case NOTHING:
    case ACTIONS:
        break;
    case ALLOCATE:
        enter_block(item->pool, apr_palloc(handle, 40), 40);
        say("  %s", apr_psprintf(handle, "printed by %d", item->name));
        check_blocks(item->pool);
        break;
    case REGISTER:
        other = new_item(item->pool, item->pre && below(2), false);
        say("  registers %d", other->name);
        if (other->pre)
            apr_pool_pre_cleanup_register(handle, other, cleanups[0]);
        else
            apr_pool_cleanup_register(handle, other, cleanups[0], child_cleanups[0]);
        break;
    case KILL:
        other = any_item(item->pool, false);
        say("  kills %d", other->name);
        apr_pool_cleanup_kill(handle, other, cleanups[below(CLEANUPS)]);
        break;
    case RUN:
        other = any_item(item->pool, true);
        if (other)
            apr_pool_cleanup_run(handle, other, cleanups[below(CLEANUPS)]);
        break;
    case USE_SUBPOOL:
        use_subpool(item->pool);
        break;
    case DESTROY_OTHER:
        pool = any_idle_pool();
        say("  destroys %d", pool < 0 ? 0 : world.pools[pool].name);
        if (pool >= 0)
            destroy_pool(pool);
        break;
    case CLEAR_OTHER:
        pool = any_idle_pool();
        say("  clears %d", pool < 0 ? 0 : world.pools[pool].name);
        if (pool >= 0)
            clear_pool(pool);
        break;
    case GET_DATA:
        must(apr_pool_userdata_get(&data, "key 1", handle) == APR_SUCCESS);
        say("  data: %d", data ? ((const struct item *)data)->name : 0);
        break;
    }
}

static apr_status_t run_item(int function, void *data)
{
    const struct item *item = data;

    say("  cleanup %d with %d of %d", function, item->name, world.pools[item->pool].name);
    if (world.out >= 0) /* in a forked process cleanups only say that they are called */
        return APR_SUCCESS;
    must(world.running_count < ITEMS_MAX);
    world.running[world.running_count++] = item->pool;
    act(item);
    world.running_count--;
    return item->name % 100;
}

static apr_status_t cleanup_0(void *data)
{
    return run_item(0, data);
}

static apr_status_t cleanup_1(void *data)
{
    return run_item(1, data);
}

static apr_status_t cleanup_2(void *data)
{
    return run_item(2, data);
}

apr_status_t (*const cleanups[CLEANUPS])(void *data) = {cleanup_0, cleanup_1, cleanup_2};

static apr_status_t child_cleanup_0(void *data)
{
    say("  child cleanup 0 with %d", ((const struct item *)data)->name);
    return APR_SUCCESS;
}

static apr_status_t child_cleanup_1(void *data)
{
    say("  child cleanup 1 with %d", ((const struct item *)data)->name);
    return APR_SUCCESS;
}

apr_status_t (*const child_cleanups[CHILD_CLEANUPS])(void *data) = {child_cleanup_0,
                                                                    child_cleanup_1};
