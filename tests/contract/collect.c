/*
 * collect.c - own_collect and its like: what is found, in which order it goes, what comes back to
 * life, what is never touched; chains; the threshold; depth. A model is in collect_model.c.
 */
#include <pthread.h>

#include "harness.h"

struct node {
    own_object object;
    struct node *next;
    own_object *other;
};

static const own_type node_type = {
    .name = "node",
    .size = sizeof(struct node),
    OWN_FIELDS(struct node, next, other),
};

/* The header of an object, in pointers. */
#define HEADER (sizeof(own_object) / sizeof(void *))

static const own_type row_type = {.name = "row", .size = sizeof(own_object), .tail_refs = true};

static struct node *node_new(own_pool *owner)
{
    struct node *node = own_new(owner, &node_type);
    expect(node != NULL);
    return node;
}

/* Two probes that refer to each other, to which nobody else does. */
static void lose_pair(char one, char other)
{
    struct probe *a = probe_new(NULL, one);
    struct probe *b = probe_new(NULL, other);
    a->first = own_incref(b);
    b->third = own_incref(a);
    own_decref(a);
    own_decref(b);
}

START_TEST(cycles_go_and_what_is_used_stays)
{
    struct node *kept = node_new(NULL);
    kept->next = own_incref(kept);
    struct node *lost = node_new(NULL);
    lost->next = lost;
    own_list *list = own_list_new(NULL);
    expect(own_list_append(list, list) == 0 && own_list_append(list, kept) == 0);
    own_decref(list);
    void **row = own_new_sized(NULL, &row_type, sizeof(own_object) + 2 * sizeof(void *));
    row[HEADER] = own_incref(kept);
    row[HEADER + 1] = row;
    expect(own_refcount(kept) == 4);
    expect_keeps_errno(own_collect() == 3);
    expect(own_refcount(kept) == 2 && own_collect() == 0);
    OWN_CLEAR(kept->next);
    own_decref(kept);
}
END_TEST

START_TEST(pools_are_part_of_cycles)
{
    static char letters[] = "abc";
    own_pool *parent = new_root();
    own_pool *child = own_pool_new(parent);
    own_pool *held = own_pool_new(NULL);
    expect(own_hold(child, parent) == 0 && own_give_reference(parent, held) == 0);
    expect(own_hold(held, child) == 0);
    probe_new(child, 'p');
    for (int i = 0; i < 3; i++)
        expect(own_defer(child, log_call, &letters[i]) == 0);
    expect(own_collect() == 0);
    own_decref(parent);
    expect_events("");
    expect(own_collect() == 4);
    expect_events("pcba"); /* finalizers come before all else */
}
END_TEST

/* An object refers to the pool that holds it; the array shows memory of an object that has it. */
START_TEST(a_field_and_an_array_close_cycles)
{
    own_pool *pool = new_root();
    struct node *session = node_new(pool);
    session->other = own_incref(pool);
    struct node *memory = node_new(NULL);
    memory->other = (own_object *)own_array_create(
        NULL,
        &(own_array_options){
            .format = "i", .ndim = 1, .shape = (size_t[]){1}, .data = memory, .base = memory});
    expect(memory->other && own_refcount(memory) == 2);
    own_decref(pool);
    own_decref(memory);
    expect(own_collect() == 4 && own_collect() == 0);
}
END_TEST

static void log_died(own_weakref *ref, void *arg)
{
    expect(!own_weakref_get(ref));
    log_call(arg);
}

START_TEST(weak_references_come_before_finalizers)
{
    static char letters[] = "wf";
    own_pool *pool = new_root();
    struct probe *probe = probe_new(pool, 'p');
    own_weakref *ref = own_weakref_new(NULL, probe, log_died, &letters[0]);
    probe->first = own_incref(pool);
    expect(own_defer_first(pool, log_call, &letters[1]) == 0);
    own_decref(pool);
    expect(own_collect() == 2);
    expect_events("wpf");
    expect(!own_weakref_get(ref));
    own_decref(ref);
}
END_TEST

static void *saved;

static void save_self(struct probe *self)
{
    saved = own_incref(self);
}

START_TEST(what_a_finalizer_saves_stays_with_all_it_reaches)
{
    struct probe *a = probe_new(NULL, 'a');
    struct probe *b = probe_new(NULL, 'b');
    a->first = own_incref(b);
    b->first = own_incref(a);
    a->then = save_self;
    own_decref(a);
    own_decref(b);
    lose_pair('x', 'y');
    own_collect_statistics before, after;
    own_collect_stats(&before);
    expect(own_collect() == 2);
    own_collect_stats(&after);
    expect(saved == a && own_refcount(a) == 2 && own_refcount(b) == 1 && a->first);
    expect(after.collections == before.collections + 1);
    expect(after.resurrected == before.resurrected + 2);
    expect(after.reclaimed == before.reclaimed + 2 && after.examined >= before.examined + 4);
    expect(after.nanoseconds > before.nanoseconds && after.longest > 0);
    expect(own_collect() == 0);
    own_decref(saved);
    expect(own_collect() == 2); /* not finalized again */
    own_collect_stats(&after);
}
END_TEST

static void collect_inside(struct probe *self)
{
    (void)self;
    lose_pair('i', 'j');
    expect(own_collect() == 0 && own_pool_collect(self->context) == 0);
    expect_error(own_collect_find(NULL, NULL) == -1, EINVAL);
}

START_TEST(a_collection_inside_a_collection_does_nothing)
{
    own_pool *pool = new_root();
    struct probe *probe = probe_new(NULL, 'p');
    probe->first = (own_object *)probe;
    probe->then = collect_inside;
    probe->context = pool;
    expect(own_collect() == 1 && own_collect() == 2);
    own_decref(pool);
}
END_TEST

START_TEST(a_pool_collects_what_is_below_it)
{
    own_pool *server = new_root();
    own_pool *pool = new_root();
    struct probe *probe = probe_new(pool, 'p');
    probe->second = own_incref(pool);
    lose_pair('x', 'y');
    expect(own_pool_collect(pool) == 0 && own_pool_collect(server) == 0);
    own_decref(pool); /* only the probe that it holds has a reference */
    expect(own_pool_collect(pool) == 2);
    expect_events("p");

    /* A weak reference leads to a group that nothing else leads to. */
    struct probe *a = probe_new(NULL, 'a');
    a->first = (own_object *)a;
    expect(own_weakref_new(server, a, NULL, NULL) != NULL);
    expect(own_pool_collect(server) == 1);
    expect_events("a");
    expect(own_pool_collect(NULL) == 0 && own_share(server) == 0 && own_pool_collect(server) == 0);
    own_decref(server);
    expect(own_collect() == 2);
}
END_TEST

struct told {
    unsigned groups;
    size_t objects;
    char chain[300];
};

static int tell(void *const *objects, size_t count, const char *chain, void *arg)
{
    struct told *told = arg;
    told->groups++;
    told->objects += count;
    expect(objects[0] && strlen(chain) < sizeof(told->chain));
    strcpy(told->chain, chain);
    return told->objects == 1000 ? 17 : 0;
}

START_TEST(groups_are_told_with_a_chain)
{
    struct told told = {.groups = 0};
    own_pool *pool = new_root();
    own_pool_set_name(pool, "conn");
    struct node *session = node_new(pool);
    session->other = own_incref(pool);
    session->next = node_new(NULL); /* hangs on the cycle */
    expect(own_collect_find(tell, &told) == 0 && told.groups == 0);
    own_decref(pool);
    expect_keeps_errno(own_collect_find(tell, &told) == 0);
    expect(told.groups == 1 && told.objects == 3 && own_refcount(session) == 1);
    expect(!strcmp(told.chain, "node.other -> pool 'conn' holds node") ||
           !strcmp(told.chain, "pool 'conn' holds node -> node.other"));
    expect(own_collect() == 3);

    struct node *first = node_new(NULL), *last = first;
    for (int i = 1; i < 1000; i++)
        last = last->next = node_new(NULL);
    last->next = first;
    told = (struct told){.groups = 0};
    expect(own_collect_find(tell, &told) == 17 && told.objects == 1000);
    expect(strstr(told.chain, " -> ... 984 more ... -> node.next") != NULL);
    lose_pair('x', 'y');
    told = (struct told){.groups = 0};
    expect(own_collect_find(tell, &told) == 17 || told.groups == 2);
    expect(own_collect() == 1002);
    expect_error(own_collect_find(NULL, NULL) == -1, EINVAL);
}
END_TEST

START_TEST(shared_objects_go_too)
{
    own_pool *parent = new_root();
    own_pool *child = own_pool_new(parent);
    expect(own_share(parent) == 0 && own_hold(child, parent) == 0);
    struct node *a = node_new(NULL);
    a->next = node_new(NULL);
    a->next->next = own_incref(a);
    expect(own_share(a) == 0);
    expect(own_collect() == 0);
    own_decref(parent);
    own_decref(a);
    expect(own_collect() == 4);
}
END_TEST

START_TEST(what_never_dies_keeps_what_it_refers_to)
{
    struct node *a = node_new(NULL);
    a->next = node_new(NULL);
    a->next->next = own_incref(a);
    own_decref(a);
    own_immortalize(a);
    expect(own_collect() == 0 && own_refcount(a->next) == 1);
}
END_TEST

START_TEST(a_thread_collects_by_itself)
{
    own_collect_statistics before, after;
    own_collect_stats(&before);
    expect(own_set_collect_threshold(100) == 0);
    for (int i = 0; i < 1000; i++) {
        struct node *lost = node_new(NULL);
        lost->next = lost;
    }
    own_collect_stats(&after);
    expect(after.collections >= before.collections + 9);
    expect(after.reclaimed >= before.reclaimed + 900);
    expect(own_set_collect_threshold(0) == 0);
    size_t left = own_collect();
    expect(left <= 101);
    for (int i = 0; i < 1000; i++)
        own_decref(node_new(NULL));
    own_collect_stats(&before);
    expect(before.collections == after.collections + 1);
}
END_TEST

static void count_toggles(void *object, bool only, void *arg)
{
    (void)object;
    (void)only;
    ++*(unsigned *)arg;
}

START_TEST(a_toggle_ends_without_a_call)
{
    unsigned toggles = 0;
    struct node *node = node_new(NULL);
    node->next = own_incref(node);
    expect(own_set_toggle(node, count_toggles, &toggles) == 0);
    own_decref(node);
    expect(toggles == 1 && own_collect() == 1 && toggles == 1);
}
END_TEST

static void *collect_deep(void *arg)
{
    size_t count = *(size_t *)arg;
    struct node *first = node_new(NULL), *last = first;
    own_list *list = own_list_new(NULL);
    for (size_t i = 1; i < count; i++) {
        last = last->next = node_new(NULL);
        last->other = own_incref(list);
        expect(own_list_append(list, first) == 0);
    }
    last->next = first;
    own_incref(first);
    own_decref(list);
    own_decref(first); /* the reference of the ring is left */
    expect(own_collect() == count + 1);
    return NULL;
}

START_TEST(a_million_objects_go_on_a_small_stack)
{
    pthread_t thread;
    pthread_attr_t attributes;
    size_t count = scaled(1000000);
    expect(pthread_attr_init(&attributes) == 0);
    size_t size = memory_is_checked() ? (size_t)512 << 10 : (size_t)64 << 10;
    expect(pthread_attr_setstacksize(&attributes, stack_size(size)) == 0);
    expect(pthread_create(&thread, &attributes, collect_deep, &count) == 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
}
END_TEST

static void *collect_below(void *arg)
{
    for (size_t i = 0; i < *(size_t *)arg; i++) {
        own_pool *pool = own_pool_new(NULL);
        struct node *node = node_new(pool);
        node->other = own_incref(pool);
        own_decref(pool);
        expect(own_pool_collect(pool) == 2);
    }
    return NULL;
}

START_TEST(threads_collect_below_pools_of_their_own)
{
    pthread_t threads[3];
    size_t rounds = scaled(30000);
    for (int i = 0; i < 3; i++)
        expect(pthread_create(&threads[i], NULL, collect_below, &rounds) == 0);
    collect_below(&rounds);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("collect");
    TCase *groups = add_case(suite, "groups");
    TCase *order = add_case(suite, "order");
    TCase *large = add_case(suite, "large");

    tcase_add_test(groups, cycles_go_and_what_is_used_stays);
    tcase_add_test(groups, pools_are_part_of_cycles);
    tcase_add_test(groups, a_field_and_an_array_close_cycles);
    tcase_add_test(groups, a_pool_collects_what_is_below_it);
    tcase_add_test(groups, groups_are_told_with_a_chain);
    tcase_add_test(groups, shared_objects_go_too);
    tcase_add_test(groups, what_never_dies_keeps_what_it_refers_to);
    tcase_add_test(order, weak_references_come_before_finalizers);
    tcase_add_test(order, what_a_finalizer_saves_stays_with_all_it_reaches);
    tcase_add_test(order, a_collection_inside_a_collection_does_nothing);
    tcase_add_test(order, a_toggle_ends_without_a_call);
    tcase_add_test(order, a_thread_collects_by_itself);
    tcase_add_test(large, a_million_objects_go_on_a_small_stack);
    tcase_add_test(large, threads_collect_below_pools_of_their_own);
    return run_suite(suite);
}
