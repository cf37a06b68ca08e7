/*
 * differential_calls.c - the calls of a random program that do not change the tree of pools, nor
 * cleanups; see differential.h.
 */
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

#include "differential.h"

static const char *const keys[] = {"key 0", "key 1", "key 2", "key 3", "key 4", ""};
#define KEYS (sizeof keys / sizeof *keys)

static int abort_0(int status)
{
    say("  abort 0: %d", status == APR_ENOMEM);
    return 0;
}

static int abort_1(int status)
{
    say("  abort 1: %d", status == APR_ENOMEM);
    return 0;
}

static const apr_abortfunc_t aborts[] = {NULL, abort_0, abort_1};

apr_abortfunc_t any_abort(void)
{
    return aborts[below(3)];
}

int abort_name(int pool)
{
    apr_abortfunc_t abort = apr_pool_abort_get(world.pools[pool].handle);

    return abort == abort_0 ? 0 : abort == abort_1 ? 1 : -1;
}

/* Mostly small, some large. */
static size_t any_size(void)
{
    unsigned kind = below(100);

    if (kind == 0)
        return below(100000);
    return kind < 8 ? below(10000) : below(150);
}

/* Calls about data under keys */
void set_data(int pool)
{
    const char *key = keys[below(KEYS)];
    struct item *item = below(5) == 0 ? NULL : new_item(pool, false, true);
    unsigned function = below(CLEANUPS + 1);
    apr_status_t (*cleanup)(void *) = item && function < CLEANUPS ? cleanups[function] : NULL;
    apr_pool_t *handle = world.pools[pool].handle;
    char copy[20];
    apr_status_t status;

    if (below(2)) {
        snprintf(copy, sizeof copy, "%s", key);
        status = apr_pool_userdata_set(item, copy, cleanup, handle);
        memset(copy, 'x', sizeof copy);
    } else {
        status = apr_pool_userdata_setn(item, key, cleanup, handle);
    }
    say("set \"%s\" of %d to %d: %d", key, world.pools[pool].name, item ? item->name : 0, status);
}

void get_data(int pool)
{
    const char *key = keys[below(KEYS)];
    void *data = &data;
    apr_status_t status = apr_pool_userdata_get(&data, key, world.pools[pool].handle);

    say("get \"%s\" of %d: %d, %d", key, world.pools[pool].name, status,
        data ? ((const struct item *)data)->name : 0);
}

/* Calls that allocate */
void allocate(int pool, bool zeroed)
{
    size_t size = any_size(), others = 0;
    apr_pool_t *handle = world.pools[pool].handle;
    unsigned char *block = zeroed ? apr_pcalloc(handle, size) : apr_palloc(handle, size);

    must(block != NULL);
    for (size_t i = 0; zeroed && i < size; i++)
        others += block[i] != 0;
    say("allocate %zu from %d: %zu not zero", size, world.pools[pool].name, others);
    enter_block(pool, block, size);
}

void allocate_too_much(int pool)
{
    static volatile apr_size_t much = SIZE_MAX; /* the compilers cannot see it */
    apr_size_t size = much - below(8);

    say("allocate too much from %d", world.pools[pool].name);
    say("  %s", apr_palloc(world.pools[pool].handle, size) ? "a block" : "none");
}

void copy_text(int pool, unsigned what)
{
    apr_pool_t *handle = world.pools[pool].handle;
    char text[300];
    size_t length = below(sizeof text - 1);
    apr_size_t whole = 0;
    struct iovec parts[3] = {{text, length}, {text, 0}, {text, length / 2}};

    for (size_t i = 0; i < length; i++)
        text[i] = (char)('a' + (i + length) % 26);
    text[length] = '\0';
    switch (what) {
    case 0:
        say("strdup %s", apr_pstrdup(handle, text));
        break;
    case 1:
        say("strndup %s", apr_pstrndup(handle, text, below(sizeof text)));
        break;
    case 2:
        say("strmemdup %s", apr_pstrmemdup(handle, text, length / 2));
        break;
    case 3:
        say("memdup %s", (char *)apr_pmemdup(handle, text, length + 1));
        break;
    case 4:
        say("strcat %s", apr_pstrcat(handle, text, "-", text, "", text, NULL));
        break;
    default:
        say("strcatv %s", apr_pstrcatv(handle, parts, 3, &whole));
        say("  of %zu", (size_t)whole);
    }
}

void print(int pool)
{
    apr_pool_t *handle = world.pools[pool].handle;
    int number = (int)below(100000) - 50000;
    char *text = apr_psprintf(handle, "[%d|%5d|%-6d|%x|%u|%c|%5s|%.3s|%05d|%%|%ld]", number, number,
                              number, (unsigned)number, (unsigned)number, 'a' + number % 13 % 2,
                              "abc", "abcdef", number, number * 1000000L);
    size_t length = strlen(text);

    for (unsigned doublings = below(9); doublings > 0; doublings--)
        text = apr_psprintf(handle, "%s%s", text, text);
    say("print %.*s, %zu, end %s", (int)length, text, strlen(text), text + strlen(text) - 4);
}

/* Calls that ask */
void ask(int pool, unsigned what)
{
    apr_pool_t *handle = world.pools[pool].handle;
    int other = any_pool(), name = world.pools[pool].name;
    apr_allocator_t *allocator = apr_pool_allocator_get(handle);

    switch (what) {
    case 0:
        say("parent of %d: %d", name, name_of(apr_pool_parent_get(handle)));
        break;
    case 1:
        say("ancestor %d of %d: %d", world.pools[other].name, name,
            apr_pool_is_ancestor(world.pools[other].handle, handle) != 0);
        break;
    case 2:
        say("ancestor none of %d: %d", name, apr_pool_is_ancestor(NULL, handle) != 0);
        break;
    case 3:
        say("abort of %d: %d", name, abort_name(pool));
        break;
    case 4:
        say("owner of the allocator of %d: %d", name, name_of(apr_allocator_owner_get(allocator)));
        break;
    case 5:
        say("allocator of %d is that of %d: %d", name, world.pools[other].name,
            allocator == apr_pool_allocator_get(world.pools[other].handle));
        break;
    case 6:
        if (name_of(apr_allocator_owner_get(allocator)) >= 0) /* what roots have may differ */
            say("mutex of %d: %d", name, apr_allocator_mutex_get(allocator) != NULL);
        break;
    default:
        say("check %d", name);
        check_blocks(pool);
    }
}

void set_property(int pool, unsigned what)
{
    apr_pool_t *handle = world.pools[pool].handle;

    switch (what) {
    case 0:
        apr_pool_abort_set(any_abort(), handle);
        say("set abort of %d: %d", world.pools[pool].name, abort_name(pool));
        break;
    case 1:
        apr_pool_tag(handle, keys[below(KEYS)]);
        break;
    default:
        apr_allocator_max_free_set(apr_pool_allocator_get(handle), below(5) * 10000);
    }
}

/* Nodes of an allocator, straight from it and back. */
void use_nodes(int pool)
{
    apr_allocator_t *allocator = apr_pool_allocator_get(world.pools[pool].handle);
    size_t size = any_size();
    apr_memnode_t *one = apr_allocator_alloc(allocator, size);
    apr_memnode_t *other = apr_allocator_alloc(allocator, size / 2);

    must(one != NULL && other != NULL);
    memset(one->first_avail, 'n', size);
    memset(other->first_avail, 'm', size / 2);
    say("nodes of %zu: %d %d %d", size, (size_t)(one->endp - one->first_avail) >= size,
        one->next == NULL, one->first_avail[0] == 'n' || size == 0);
    one->next = other;
    apr_allocator_free(allocator, one);
}

/* The library is initialized once more, and terminated as often. */
void initialize_again(void)
{
    say("initialize: %d", apr_pool_initialize());
    apr_pool_terminate();
}
