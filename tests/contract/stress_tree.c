/*
 * stress_tree.c - threads that allocate, free, create, drop, move, hold, give, defer and clear at
 * random in one shared tree, while some of them go through all of it.
 *
 * Threads meet at pools and objects that places hold. Half of the places have pools that nobody
 * clears: blocks of these are filled with a pattern, and looked at again before they are freed. A
 * pool that may be cleared goes from thread to thread: one at a time is in it.
 */
#include "stress.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct thing {
    own_object header;
    own_object *other;
};

static struct tally things, calls, adopted;

static void thing_ends(void *self)
{
    expect(own_typeof(self) != NULL);
    tally_ended(&things);
}

static const own_type thing_type = {
    .name = "thing",
    .size = sizeof(struct thing),
    .refs = OWN_REFS(struct thing, other),
    .finalize = thing_ends,
};

static void deferred(void *arg)
{
    expect(arg == &calls);
    tally_ended(&calls);
}

static void free_adopted(void *memory)
{
    tally_ended(&adopted);
    free(memory);
}

/* A place owns a reference to a pool or an object, or has NULL. */
struct place {
    pthread_mutex_t lock;
    void *object;
};

static struct {
    own_pool *root;
    own_pool *shelf; /* pools are given to it, and dropped; it may hold them beside their parent */
    struct place kept[SCALE_MAX];  /* pools that are not cleared */
    struct place wild[SCALE_MAX];  /* pools that are, by the thread that has taken one out */
    struct place plain[SCALE_MAX]; /* things */
} tree;

/* A new reference to what is there. */
static void *take(struct worker *worker, struct place *places)
{
    struct place *place = &places[below(worker, knobs.scale)];

    pthread_mutex_lock(&place->lock);
    void *object = own_incref(place->object);
    pthread_mutex_unlock(&place->lock);
    return object;
}

/* Puts a reference there, which is stolen, and releases what was there. */
static void put(struct worker *worker, struct place *places, void *object)
{
    struct place *place = &places[below(worker, knobs.scale)];

    pthread_mutex_lock(&place->lock);
    void *old = place->object;
    place->object = object;
    pthread_mutex_unlock(&place->lock);
    own_decref(old);
}

/* The reference itself; nobody else has one but the pool's parent. */
static void *take_out(struct worker *worker)
{
    struct place *place = &tree.wild[below(worker, knobs.scale)];

    pthread_mutex_lock(&place->lock);
    void *object = place->object;
    place->object = NULL;
    pthread_mutex_unlock(&place->lock);
    return object;
}

/* A pool of either half, and where it is put back. */
static own_pool *take_pool(struct worker *worker, struct place **places)
{
    *places = below(worker, 2) ? tree.kept : tree.wild;
    return *places == tree.kept ? take(worker, tree.kept) : take_out(worker);
}

static void put_back(struct worker *worker, struct place *places, own_pool *pool)
{
    if (places == tree.kept)
        own_decref(pool);
    else if (pool)
        put(worker, tree.wild, pool);
}

/* A block that a thread keeps, with the pool that it is of. */
struct kept_block {
    own_pool *pool;
    unsigned char *bytes;
    size_t size;
    unsigned char value;
};

static size_t some_size(struct worker *worker)
{
    size_t kind = below(worker, 100);

    return kind < 80 ? 1 + below(worker, 200) : kind < 99 ? 1 + below(worker, 8000) : 300000;
}

static void verify(const struct kept_block *block)
{
    for (size_t i = 0; i<block->size; i += block->size> 1000 ? 97 : 1)
        expect(block->bytes[i] == block->value);
    expect(own_block_size(block->pool, block->bytes) >= block->size);
}

static void allocate(struct worker *worker, struct kept_block *block)
{
    own_pool *pool = take(worker, tree.kept);
    size_t size = some_size(worker);

    if (!pool)
        return;
    unsigned char *bytes = own_alloc(pool, 1, size);
    expect(bytes != NULL && bytes[0] == 0 && bytes[size - 1] == 0);
    *block = (struct kept_block){pool, bytes, size, (unsigned char)below(worker, 256)};
    memset(bytes, block->value, size);
}

static void resize(struct worker *worker, struct kept_block *block)
{
    size_t size = some_size(worker);
    unsigned char *bytes = own_realloc(block->pool, block->bytes, 1, size);

    expect(bytes != NULL && bytes[0] == block->value);
    expect(size <= block->size || bytes[size - 1] == 0);
    memset(bytes, block->value, size);
    block->bytes = bytes;
    block->size = size;
}

static void release(struct kept_block *block)
{
    verify(block);
    expect(own_free(block->pool, block->bytes) == 0);
    own_decref(block->pool);
    block->pool = NULL;
}

static void use_block(struct worker *worker, struct kept_block *block)
{
    if (!block->pool) {
        allocate(worker, block);
        return;
    }
    verify(block);
    if (below(worker, 3) == 0)
        resize(worker, block);
    else
        release(block);
}

/* A shared pool without a parent. */
static own_pool *new_pool(void)
{
    own_pool *pool = own_pool_new(NULL);

    expect(pool != NULL && own_share(pool) == 0);
    return pool;
}

static void grow_tree(struct worker *worker)
{
    own_pool *parent = take(worker, tree.kept);
    own_pool *pool;

    if (parent && below(worker, 2)) {
        pool = own_pool_new(parent); /* nobody drops what nobody knows */
        expect(pool != NULL && own_is_shared(pool));
        put(worker, tree.kept, own_incref(pool));
    } else if (parent) {
        pool = new_pool();
        own_incref(pool);
        expect(own_give(parent, pool) == 0);
        put(worker, below(worker, 2) ? tree.kept : tree.wild, pool);
    }
    own_decref(parent);
}

static void change_tree(struct worker *worker)
{
    struct place *places;
    own_pool *pool = take_pool(worker, &places), *to = take(worker, tree.kept);
    own_pool *parent = own_pool_parent(pool);

    /* The parent may be gone by now, but these two stay. All references that the tree holds to
       pools are those of parents, so that there are no cycles. */
    if (pool && to) {
        (void)own_pool_is_ancestor(pool, to);
        if (parent == tree.root && below(worker, 2))
            (void)own_move(parent, to, pool);
        else if (parent == tree.root)
            (void)own_drop(parent, pool);
        else if (parent == tree.shelf || below(worker, 2))
            (void)own_drop(tree.shelf, pool);
        else if (own_move(to, tree.root, pool) < 0)
            expect(own_give(tree.shelf, own_incref(pool)) == 0);
    }
    put_back(worker, places, pool);
    own_decref(to);
}

static void use_things(struct worker *worker)
{
    struct place *places;
    own_pool *pool = take_pool(worker, &places);
    struct thing *thing = take(worker, tree.plain);

    if (!thing) {
        thing = own_new(NULL, &thing_type);
        expect(thing != NULL);
        tally_made(&things);
        thing->other = take(worker, tree.plain); /* older: no cycle */
        expect(own_share(thing) == 0);
        put(worker, tree.plain, own_incref(thing));
    }
    if (pool && below(worker, 3) == 0) {
        expect(own_new(pool, &thing_type) != NULL);
        tally_made(&things);
    } else if (pool && below(worker, 2)) {
        expect(own_hold(pool, thing) == 0);
    } else if (pool && below(worker, 2)) {
        expect(own_give(pool, own_incref(thing)) == 0);
    } else if (pool) {
        (void)own_drop(pool, thing);
        (void)own_move(pool, tree.root, thing);
    }
    if (below(worker, 8) == 0)
        put(worker, tree.plain, NULL);
    own_decref(thing);
    put_back(worker, places, pool);
}

static void use_calls(struct worker *worker)
{
    struct place *places;
    own_pool *pool = take_pool(worker, &places);
    void *memory;

    if (!pool)
        return;
    switch (below(worker, 3)) {
    case 0:
        expect(own_defer(pool, deferred, &calls) == 0);
        tally_made(&calls);
        break;
    case 1:
        if (own_undefer(pool, deferred, &calls) == 0)
            tally_ended(&calls);
        break;
    default:
        memory = malloc(100);
        expect(memory && own_adopt(pool, memory, 100, free_adopted) == 0);
        tally_made(&adopted);
    }
    put_back(worker, places, pool);
}

static void use_wild(struct worker *worker)
{
    own_pool *pool = take_out(worker);
    own_usage usage;

    if (pool) {
        for (int i = 0; i < 8; i++) {
            expect(own_alloc(pool, 1, some_size(worker)) != NULL);
            expect(own_pool_new(pool) != NULL);
        }
        own_pool_usage(pool, &usage);
        expect(usage.pools == 1 && usage.bytes >= usage.blocks * 16);
        if (below(worker, 4) == 0)
            own_pool_clear(pool);
    }
    put_back(worker, tree.wild, pool);
}

static int look(void *object, int depth, void *arg)
{
    struct worker *worker = (struct worker *)arg;

    expect(depth >= 0 && own_refcount(object) > 0 && own_is_shared(object));
    return below(worker, 1000) == 0;
}

/* What an empty pool takes. */
#define POOL_LEAST (sizeof(void *) == 8 ? 256 : 192)

/* From a pool, or from all of them. */
static void go_through(struct worker *worker)
{
    own_pool *pool = below(worker, 8) ? take(worker, tree.kept) : own_incref(tree.root);
    own_usage usage;

    if (pool && below(worker, 2)) {
        own_pool_total(pool, &usage);
        expect(usage.pools == usage.children + 1 && usage.reserved >= usage.pools * POOL_LEAST);
    } else if (pool) {
        expect(own_pool_walk(pool, look, worker) >= 0);
    }
    own_decref(pool);
}

static void run(struct worker *worker)
{
    struct kept_block *blocks = calloc(knobs.scale, sizeof(*blocks));

    expect(blocks != NULL);
    for (size_t step = 0; step < knobs.steps; step++) {
        size_t kind = below(worker, 100);
        if (kind < 70)
            use_block(worker, &blocks[below(worker, knobs.scale)]);
        else if (kind < 75)
            grow_tree(worker);
        else if (kind < 82)
            change_tree(worker);
        else if (kind < 90)
            use_things(worker);
        else if (kind < 95)
            use_calls(worker);
        else if (kind < 96)
            go_through(worker);
        else if (kind < 99)
            use_wild(worker);
        else
            put(worker, below(worker, 2) ? tree.kept : tree.wild, NULL);
    }
    for (size_t i = 0; i < knobs.scale; i++) {
        if (blocks[i].pool)
            release(&blocks[i]);
    }
    free(blocks);
}

void stress_tree(void)
{
    struct place *const all[] = {tree.kept, tree.wild, tree.plain};

    tree.root = own_pool_new(NULL);
    tree.shelf = own_pool_new(NULL);
    expect(tree.root && own_share(tree.root) == 0 && tree.shelf && own_share(tree.shelf) == 0);
    for (size_t i = 0; i < knobs.scale; i++) {
        for (size_t j = 0; j < 3; j++)
            pthread_mutex_init(&all[j][i].lock, NULL);
        all[i % 2][i].object = own_pool_new(tree.root);
        expect(own_incref(all[i % 2][i].object) != NULL);
    }
    run_threads(run, NULL);
    for (size_t i = 0; i < knobs.scale; i++) {
        for (size_t j = 0; j < 3; j++) {
            OWN_CLEAR(all[j][i].object);
            pthread_mutex_destroy(&all[j][i].lock);
        }
    }
    own_decref(tree.shelf);
    own_decref(tree.root);
    expect(things.made == things.ended && calls.made == calls.ended);
    expect(adopted.made == adopted.ended);
}
