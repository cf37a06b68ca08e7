/*
 * pairs_objects.c - the calls on shared objects, lists and buffers, for pairs.c.
 */
#include "pairs.h"

static void toggle(void *object, bool only, void *arg)
{
    (void)object, (void)only, (void)arg;
}

static void free_with(void *memory, void *worker)
{
    expect(worker);
    free(memory);
}

static void call_own_new(struct worker *w)
{
    (void)w;
    drop_from_pool(own_new(world.pool, &thing_type));
}

static void call_own_new_sized(struct worker *w)
{
    (void)w;
    drop_from_pool(own_new_sized(world.pool, &thing_type, 300));
}

static void call_own_incref(struct worker *w)
{
    (void)w;
    expect(own_incref(world.probe) == world.probe);
    own_decref(world.probe);
}

static void call_own_decref(struct worker *w)
{
    (void)w;
    own_incref(world.pool);
    own_decref(world.pool);
}

static void call_own_decref_scoped(struct worker *w)
{
    (void)w;
    OWN_SCOPED void *reference = own_incref(world.list);
    expect(reference);
}

static void call_own_incref_slow(struct worker *w)
{
    (void)w;
    own_incref_slow(world.probe);
    own_decref(world.probe);
}

static void call_own_decref_slow(struct worker *w)
{
    (void)w;
    own_incref(world.probe);
    own_decref_slow(world.probe);
}

static void call_own_refcount(struct worker *w)
{
    (void)w;
    expect(own_refcount(world.probe) >= 2);
}

static void call_own_immortalize(struct worker *w)
{
    (void)w;
    own_immortalize(world.immortal);
    expect(own_refcount(world.immortal) == SIZE_MAX);
}

static void call_own_rearm(struct worker *w)
{
    (void)w;
    own_rearm(world.probe);
}

static void call_own_set_toggle(struct worker *w)
{
    (void)w;
    expect(own_set_toggle(world.probe, toggle, NULL) == -1 && errno == EPERM);
}

static void call_own_typeof(struct worker *w)
{
    (void)w;
    expect(own_typeof(world.probe) == &thing_type);
}

static void call_own_cast(struct worker *w)
{
    (void)w;
    expect(own_cast(world.probe, &thing_type) == world.probe);
}

static void call_own_weakref_new(struct worker *w)
{
    (void)w;
    own_weakref *ref = own_weakref_new(NULL, world.probe, NULL, NULL);

    void *object = own_weakref_get(ref);
    expect(object == world.probe);
    own_decref(object);
    own_decref(ref);
}

static void call_own_weakref_get(struct worker *w)
{
    (void)w;
    void *object = own_weakref_get(world.ref);

    expect(object == world.probe);
    own_decref(object);
}

static void call_own_weakref_type(struct worker *w)
{
    (void)w;
    expect(own_cast(world.ref, own_weakref_type()) == world.ref);
}

static void call_own_list_new(struct worker *w)
{
    (void)w;
    drop_from_pool(own_list_new(world.pool));
}

static void call_own_list_append(struct worker *w)
{
    (void)w;
    expect(own_list_append(world.list, world.probe) == -1 && errno == EPERM);
}

static void call_own_list_insert(struct worker *w)
{
    (void)w;
    expect(own_list_insert(world.list, 0, world.probe) == -1 && errno == EPERM);
}

static void call_own_list_get(struct worker *w)
{
    (void)w;
    expect(own_list_get(world.list, 1) == world.probe);
}

static void call_own_list_set(struct worker *w)
{
    (void)w;
    expect(own_list_set(world.list, 0, world.probe) == -1 && errno == EPERM);
}

static void call_own_list_remove(struct worker *w)
{
    (void)w;
    expect(own_list_remove(world.list, 0) == -1 && errno == EPERM);
}

static void call_own_list_clear(struct worker *w)
{
    (void)w;
    expect(own_list_clear(world.list) == -1 && errno == EPERM);
}

static void call_own_list_size(struct worker *w)
{
    (void)w;
    expect(own_list_size(world.list) == 3);
}

static void call_own_list_type(struct worker *w)
{
    (void)w;
    expect(own_cast(world.list, own_list_type()) == world.list);
}

static void call_own_buffer_new(struct worker *w)
{
    (void)w;
    drop_from_pool(own_buffer_new(world.pool, 3, 100));
}

static void call_own_buffer_new_raw(struct worker *w)
{
    (void)w;
    drop_from_pool(own_buffer_new_raw(world.pool, 3, 1000));
}

static void call_own_buffer_adopt(struct worker *w)
{
    (void)w;
    drop_from_pool(own_buffer_adopt(world.pool, malloc(30), 30, free));
}

static void call_own_buffer_adopt_with(struct worker *w)
{
    drop_from_pool(own_buffer_adopt_with(world.pool, malloc(30), 30, free_with, w));
}

static void call_own_buffer_data(struct worker *w)
{
    (void)w;
    expect(own_buffer_data(world.buffer) != NULL);
}

static void call_own_buffer_size(struct worker *w)
{
    (void)w;
    expect(own_buffer_size(world.buffer) == 3000);
}

static void call_own_buffer_type(struct worker *w)
{
    (void)w;
    expect(own_cast(world.buffer, own_buffer_type()) == world.buffer);
}

static const struct pair_row rows[] = {
    {"own_new", call_own_new, 0},
    {"own_new_sized", call_own_new_sized, 0},
    {"own_incref", call_own_incref, 0},
    {"own_decref", call_own_decref, 0},
    {"own_decref_scoped", call_own_decref_scoped, 0},
    {"own_incref_slow", call_own_incref_slow, 0},
    {"own_decref_slow", call_own_decref_slow, 0},
    {"own_refcount", call_own_refcount, 0},
    {"own_immortalize", call_own_immortalize, 0},
    {"own_rearm", call_own_rearm, 0},
    {"own_set_toggle", call_own_set_toggle, 0},
    {"own_typeof", call_own_typeof, 0},
    {"own_cast", call_own_cast, 0},
    {"own_weakref_new", call_own_weakref_new, 0},
    {"own_weakref_get", call_own_weakref_get, 0},
    {"own_weakref_type", call_own_weakref_type, 0},
    {"own_list_new", call_own_list_new, 0},
    {"own_list_append", call_own_list_append, 0},
    {"own_list_insert", call_own_list_insert, 0},
    {"own_list_get", call_own_list_get, 0},
    {"own_list_set", call_own_list_set, 0},
    {"own_list_remove", call_own_list_remove, 0},
    {"own_list_clear", call_own_list_clear, 0},
    {"own_list_size", call_own_list_size, 0},
    {"own_list_type", call_own_list_type, 0},
    {"own_buffer_new", call_own_buffer_new, 0},
    {"own_buffer_new_raw", call_own_buffer_new_raw, 0},
    {"own_buffer_adopt", call_own_buffer_adopt, 0},
    {"own_buffer_adopt_with", call_own_buffer_adopt_with, 0},
    {"own_buffer_data", call_own_buffer_data, 0},
    {"own_buffer_size", call_own_buffer_size, 0},
    {"own_buffer_type", call_own_buffer_type, 0},
};
const struct pair_rows pair_objects = {rows, sizeof rows / sizeof rows[0]};
