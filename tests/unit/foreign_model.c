/*
 * foreign_model.c - the naive model of foreign.c, and what really happened beside it.
 */
#include "foreign_model.h"

#define ROOM_MOST (SIZE_MAX / 4) /* stands for no limit */

struct item items[ITEMS];
struct member members[POOLS];
bool source_fails;

/* What was released, as it happened and as the model says. */
static uint32_t happened[ITEMS], expected[ITEMS];
static size_t happened_count, expected_count;

/* The number of memory that the allocator gave, before it is a block. */
static const uint32_t no_block = UINT32_MAX;

void log_release(const void *memory)
{
    uint32_t number;

    memcpy(&number, memory, sizeof number);
    if (number == no_block)
        return;
    expect(happened_count < ITEMS);
    happened[happened_count++] = number;
}

void free_adopted(void *memory)
{
    log_release(memory);
    free(memory);
}

static void *source_alloc(void *ctx, size_t size)
{
    expect(ctx == &source_fails);
    void *memory = source_fails ? NULL : malloc(size);
    return memory ? memcpy(memory, &no_block, sizeof no_block) : NULL;
}

static void source_free(void *ctx, void *memory)
{
    expect(ctx == &source_fails);
    log_release(memory);
    free(memory);
}

const own_allocator source = {.alloc = source_alloc, .free = source_free, .ctx = &source_fails};

void compare_releases(void)
{
    expect(happened_count == expected_count);
    expect(memcmp(happened, expected, happened_count * sizeof *happened) == 0);
    happened_count = expected_count = 0;
}

void model_release_old(size_t index)
{
    expect(expected_count < ITEMS);
    if (items[index].kind != ORDINARY)
        expected[expected_count++] = (uint32_t)index;
}

void model_release(size_t index)
{
    model_release_old(index);
    items[index].kind = NOTHING;
}

static bool goes_last(const struct item *item)
{
    return item->kind == PRIVATE || item->kind == ORDINARY;
}

/* Releases what a pool has, newest first, of the kinds that go first or of those that go last. */
static void clear_kinds(size_t pool, bool last)
{
    for (;;) {
        size_t item = ITEMS, child = POOLS, newest = 0;
        for (size_t i = 0; i < ITEMS; i++) {
            if (items[i].kind && items[i].pool == pool && goes_last(&items[i]) == last &&
                items[i].turn > newest) {
                newest = items[i].turn;
                item = i;
            }
        }
        for (size_t i = 1; !last && i < POOLS; i++) {
            if (members[i].pool && members[i].parent == pool && members[i].turn > newest) {
                newest = members[i].turn;
                child = i;
            }
        }
        if (child < POOLS) {
            model_clear(child);
            members[child].pool = NULL;
        } else if (item < ITEMS) {
            model_release(item);
        } else {
            return;
        }
    }
}

void model_clear(size_t pool)
{
    clear_kinds(pool, false);
    clear_kinds(pool, true);
}

size_t block_size(const struct item *item)
{
    return item->kind == ORDINARY ? (item->size + 15) / 16 * 16 : item->size;
}

void check_member(size_t index)
{
    const struct member *member = &members[index];
    own_usage usage = usage_of(member->pool), found = {.pools = 1};
    size_t room = ROOM_MOST;

    for (size_t i = 0; i < ITEMS; i++) {
        if (!items[i].kind || items[i].pool != index)
            continue;
        if (items[i].kind == DEFERRED) {
            found.deferred++;
            continue;
        }
        found.blocks++;
        found.bytes += block_size(&items[i]);
    }
    for (size_t i = 1; i < POOLS; i++)
        found.children += members[i].pool && members[i].parent == index;
    expect(usage.blocks == found.blocks && usage.bytes == found.bytes);
    expect(usage.deferred == found.deferred && usage.children == found.children);
    for (size_t at = index;; at = members[at].parent) {
        if (members[at].limit) {
            size_t used = total_of(members[at].pool).reserved, limit = members[at].limit;
            room = min_size(room, limit > used ? limit - used : 0);
        }
        if (at == 0)
            break;
    }
    expect(min_size(limit_room(pool_limit(member->pool)), ROOM_MOST) == room);
    pool_validate(member->pool);
}
