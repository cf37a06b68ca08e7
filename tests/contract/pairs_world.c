/*
 * pairs_world.c - making and ending the shared things of pairs.h, and finding rows.
 */
#include "pairs.h"

struct world world;

static void thing_ends(void *self)
{
    expect(own_typeof(self) != NULL);
}

const own_type thing_type = {
    .name = "thing",
    .size = sizeof(struct thing),
    .refs = OWN_REFS(struct thing, other),
    .finalize = thing_ends,
};

void drop_from_pool(void *object)
{
    expect(object && own_is_shared(object));
    expect(own_drop(world.pool, object) == 0);
}

static void call_at_end(void *ended)
{
    *(bool *)ended = true;
}

static bool has_ended;

void make_world(void)
{
    static char regions[2][1 << 17]; /* a child process must not use that of its parent */
    static int worlds;
    static const size_t shape[] = {20, 30};

    memset(&world, 0, sizeof world);
    has_ended = false;
    world.root = own_pool_new_at(NULL, "root");
    expect(own_pool_set_limit(world.root, LIMIT) == 0);
    world.pool = own_pool_new_at(world.root, "pool");
    world.other = own_pool_new_at(world.root, "other");
    for (int i = 0; i < 2; i++)
        expect(own_pool_new_at(world.pool, "child") != NULL);
    expect(own_defer(world.pool, call_at_end, &has_ended) == 0);
    world.text = own_strdup(world.pool, "text");
    world.probe = own_new(NULL, &thing_type);
    world.ref = own_weakref_new(NULL, world.probe, NULL, NULL);
    world.list = own_list_new(NULL);
    expect(world.text && world.probe && world.ref && world.list);
    for (int i = 0; i < 3; i++)
        expect(own_list_append(world.list, world.probe) == 0);
    world.buffer = own_buffer_new(NULL, 30, 100);
    world.array = own_array_new(NULL, "d", OWN_C_ORDER, 2, shape);
    world.immortal = own_new(NULL, &thing_type);
    expect(own_hold(world.pool, world.probe) == 0 && own_share(world.root) == 0);
    expect(own_share(world.list) == 0 && own_share(world.buffer) == 0);
    expect(own_share(world.array) == 0 && own_share(world.immortal) == 0);
    world.chunks = own_chunks_fixed(regions[worlds], sizeof regions[0]);
    worlds = 1;
}

void end_world(void)
{
    own_decref(world.list);
    own_decref(world.buffer);
    own_decref(world.array);
    own_decref(world.root);
    expect(has_ended);
    own_decref(world.probe);
    expect(!own_weakref_get(world.ref));
    own_decref(world.ref);
}

static const struct pair_rows *const tables[] = {&pair_pools, &pair_blocks, &pair_objects,
                                                 &pair_arrays};
#define TABLES (sizeof tables / sizeof tables[0])

size_t count_rows(void)
{
    size_t count = 0;

    for (size_t i = 0; i < TABLES; i++)
        count += tables[i]->count;
    return count;
}

const struct pair_row *row_at(size_t index)
{
    size_t table = 0;

    for (; index >= tables[table]->count; table++)
        index -= tables[table]->count;
    return &tables[table]->row[index];
}

bool may_meet(const struct pair_row *one, const struct pair_row *two)
{
    unsigned a = one->flags, b = two->flags;

    return !((a & BLOCKS && b & STILL) || (a & STILL && b & BLOCKS) ||
             (a & WRITES && b & (READS | WRITES)) || (b & WRITES && a & (READS | WRITES)));
}
