/*
 * every_objects.c - the calls on objects, lists, buffers and cycles: see every.h.
 */
#include "every.h"

static void make_cycle(struct setting *s)
{
    s->cycle = own_list_new(NULL);
    expect(s->cycle && own_list_append(s->cycle, s->cycle) == 0);
    own_decref(s->cycle); /* that of the list itself is left */
}

static int visit_group(void *const *objects, size_t count, const char *chain, void *arg)
{
    (void)chain;
    for (size_t i = 0; i < count; i++)
        *(bool *)arg |= objects[i] != NULL;
    return 0;
}

static void toggle(void *object, bool only, void *arg)
{
    (void)object, (void)only, (void)arg;
}

static bool call_own_new(struct setting *s)
{
    return own_new(s->pool, &thing_type) != NULL;
}

static bool call_own_new_sized(struct setting *s)
{
    return (s->result = own_new_sized(NULL, &thing_type, 5000)) != NULL;
}

static bool call_own_incref(struct setting *s)
{
    own_decref(own_incref(s->probe));
    return true;
}

static bool call_own_decref(struct setting *s)
{
    OWN_CLEAR(s->loose);
    return true;
}

static bool call_own_decref_scoped(struct setting *s)
{
    OWN_SCOPED void *reference = own_incref(s->probe);

    return reference != NULL;
}

static bool call_own_incref_slow(struct setting *s)
{
    own_incref_slow(s->probe);
    own_decref(s->probe);
    return true;
}

static bool call_own_decref_slow(struct setting *s)
{
    own_incref(s->probe);
    own_decref_slow(s->probe);
    return true;
}

static bool call_own_refcount(struct setting *s)
{
    return own_refcount(s->held) == 2;
}

static bool call_own_immortalize(struct setting *s)
{
    (void)s;
    own_immortalize(NULL); /* the object would be there for ever */
    return true;
}

static bool call_own_rearm(struct setting *s)
{
    own_rearm(s->probe);
    return true;
}

static bool call_own_set_toggle(struct setting *s)
{
    return own_set_toggle(s->loose, toggle, NULL) == 0;
}

static bool call_own_typeof(struct setting *s)
{
    return own_typeof(s->probe) == &thing_type;
}

static bool call_own_cast(struct setting *s)
{
    return own_cast(s->probe, &thing_type) == s->probe;
}

static bool call_own_weakref_new(struct setting *s)
{
    return own_weakref_new(s->pool, s->held, NULL, NULL) != NULL;
}

static bool call_own_weakref_get(struct setting *s)
{
    void *object = own_weakref_get(s->ref);

    own_decref(object);
    return object == s->probe;
}

static bool call_own_weakref_type(struct setting *s)
{
    (void)s;
    return own_weakref_type()->name != NULL;
}

static bool call_own_list_new(struct setting *s)
{
    return own_list_new(s->pool) != NULL;
}

static bool call_own_list_append(struct setting *s)
{
    return own_list_append(s->list, s->probe) == 0;
}

static bool call_own_list_insert(struct setting *s)
{
    return own_list_insert(s->list, 1, s->probe) == 0;
}

static bool call_own_list_get(struct setting *s)
{
    return own_list_get(s->list, 0) == s->loose;
}

static bool call_own_list_set(struct setting *s)
{
    return own_list_set(s->list, 0, s->probe) == 0;
}

static bool call_own_list_remove(struct setting *s)
{
    return own_list_remove(s->list, 0) == 0;
}

static bool call_own_list_clear(struct setting *s)
{
    return own_list_clear(s->list) == 0;
}

static bool call_own_list_size(struct setting *s)
{
    return own_list_size(s->list) > 0;
}

static bool call_own_list_type(struct setting *s)
{
    (void)s;
    return own_list_type()->name != NULL;
}

static bool call_own_buffer_new(struct setting *s)
{
    return own_buffer_new(s->pool, 1, 100) != NULL;
}

static bool call_own_buffer_new_raw(struct setting *s)
{
    return (s->result = own_buffer_new_raw(NULL, 3, 1000)) != NULL;
}

static bool call_own_buffer_adopt(struct setting *s)
{
    if (!own_buffer_adopt(s->pool, s->memory, 5000, free))
        return false;
    s->memory = NULL;
    return true;
}

static bool call_own_buffer_adopt_with(struct setting *s)
{
    if (!own_buffer_adopt_with(s->other, s->memory, 5000, count_freed, s))
        return false;
    s->memory = NULL;
    return true;
}

static bool call_own_buffer_data(struct setting *s)
{
    return own_buffer_data(s->buffer) != NULL;
}

static bool call_own_buffer_size(struct setting *s)
{
    return own_buffer_size(s->buffer) == 3000;
}

static bool call_own_buffer_resize(struct setting *s)
{
    return own_buffer_resize(s->buffer, 20, 1000) == 0;
}

static bool call_own_buffer_type(struct setting *s)
{
    (void)s;
    return own_buffer_type()->name != NULL;
}

static bool call_own_collect(struct setting *s)
{
    s->cycle = NULL;
    return own_collect() >= 1;
}

static bool call_own_pool_collect(struct setting *s)
{
    return own_pool_collect(s->stray) == 0;
}

static bool call_own_collect_find(struct setting *s)
{
    (void)s;
    bool found = false;
    bool success = own_collect_find(visit_group, &found) == 0;

    return success && found;
}

static bool call_own_collect_stats(struct setting *s)
{
    (void)s;
    own_collect_statistics statistics;

    own_collect_stats(&statistics);
    return statistics.collections > 0;
}

static bool call_own_set_collect_threshold(struct setting *s)
{
    (void)s;
    return own_set_collect_threshold(0) == 0;
}

static const struct row rows[] = {
    NEEDS(own_new, .traces = 0),
    NEEDS(own_new_sized, .traces = 0),
    FREE(own_incref, .traces = 0),
    FREE(own_decref, .traces = 0),
    FREE(own_decref_scoped, .traces = 0),
    FREE(own_incref_slow, .traces = 0),
    FREE(own_decref_slow, .traces = 0),
    FREE(own_refcount, .traces = 0),
    FREE(own_immortalize, .traces = 0),
    FREE(own_rearm, .traces = 0),
    NEEDS(own_set_toggle, .traces = 0),
    FREE(own_typeof, .traces = 0),
    FREE(own_cast, .traces = 0),
    NEEDS(own_weakref_new, .traces = 0),
    FREE(own_weakref_get, .traces = 0),
    FREE(own_weakref_type, .traces = 0),
    NEEDS(own_list_new, .traces = 0),
    NEEDS(own_list_append, .traces = 0),
    NEEDS(own_list_insert, .traces = 0),
    FREE(own_list_get, .traces = 0),
    FREE(own_list_set, .traces = 0),
    FREE(own_list_remove, .traces = 0),
    FREE(own_list_clear, .traces = 0),
    FREE(own_list_size, .traces = 0),
    FREE(own_list_type, .traces = 0),
    NEEDS(own_buffer_new, .traces = 0),
    NEEDS(own_buffer_new_raw, .traces = 0),
    NEEDS(own_buffer_adopt, .traces = 0),
    NEEDS(own_buffer_adopt_with, .traces = 0),
    FREE(own_buffer_data, .traces = 0),
    FREE(own_buffer_size, .traces = 0),
    NEEDS(own_buffer_resize, .traces = 0),
    FREE(own_buffer_type, .traces = 0),
    FREE(own_collect, .prepare = make_cycle),
    FREE(own_pool_collect, .traces = 0),
    NEEDS(own_collect_find, .prepare = make_cycle),
    FREE(own_collect_stats, .traces = 0),
    FREE(own_set_collect_threshold, .traces = 0),
};
const struct rows object_rows = {rows, sizeof rows / sizeof rows[0]};
