/*
 * list.c - lists: what they hold in which order, their death and its depth, changes from code that
 * runs because an item dies, sharing, misuse. A model is in list_model.c.
 */
#include <pthread.h>

#include "harness.h"

static own_list *list;

static own_list *list_of(own_pool *owner, const char *names)
{
    own_list *made = own_list_new(owner);

    expect(made != NULL);
    for (; *names; names++) {
        struct probe *probe = probe_new(NULL, *names);
        expect_keeps_errno(own_list_append(made, probe) == 0);
        expect(own_refcount(probe) == 2);
        own_decref(probe);
    }
    return made;
}

static void expect_names(const own_list *of, const char *names)
{
    expect(own_list_size(of) == strlen(names));
    for (size_t i = 0; names[i]; i++)
        expect(((const struct probe *)own_list_get(of, i))->name == names[i]);
    expect_error(own_list_get(of, strlen(names)) == NULL, ERANGE);
}

static void insert(own_list *into, size_t index, char name)
{
    struct probe *probe = probe_new(NULL, name);

    expect_keeps_errno(own_list_insert(into, index, probe) == 0);
    own_decref(probe);
}

START_TEST(items_are_put_got_and_removed)
{
    list = list_of(NULL, "abc");
    expect(own_typeof(list) == own_list_type() && own_refcount(list) == 1);
    expect_names(list, "abc");
    insert(list, 0, 'A');
    insert(list, 4, 'Z');
    insert(list, 2, 'm');
    expect_names(list, "AambcZ");
    expect_keeps_errno(own_list_remove(list, 2) == 0);
    expect_keeps_errno(own_list_remove(list, 0) == 0);
    expect_keeps_errno(own_list_remove(list, 3) == 0);
    expect_events("mAZ");
    expect_names(list, "abc");
    struct probe *probe = probe_new(NULL, 'x');
    expect_keeps_errno(own_list_set(list, 1, probe) == 0);
    expect_events("b");
    expect(own_refcount(probe) == 2);
    expect(own_list_set(list, 1, probe) == 0 && own_refcount(probe) == 2); /* itself */
    expect(own_list_set(list, 2, probe) == 0 && own_list_append(list, probe) == 0);
    expect_events("c");
    expect(own_refcount(probe) == 4);
    expect_names(list, "axxx");
    expect_keeps_errno(own_list_clear(list) == 0);
    expect_events("a");
    expect(own_refcount(probe) == 1 && own_list_size(list) == 0);
    expect(own_list_clear(list) == 0);
    expect(own_list_append(list, probe) == 0);
    own_decref(probe);
    expect_names(list, "x");
    own_decref(list);
    expect_events("x");
}
END_TEST

START_TEST(a_death_releases_the_last_item_first)
{
    own_pool *pool = new_root();

    list = list_of(pool, "abcdefghijklmnopq");
    struct probe *kept = own_incref(own_list_get(list, 3));
    expect(own_refcount(list) == 1);
    own_decref(pool);
    expect_events("qponmlkjihgfecba");
    own_decref(kept);
    expect_events("d");
    own_decref(list_of(NULL, ""));
}
END_TEST

START_TEST(wrong_arguments_are_refused)
{
    struct probe *probe = probe_new(NULL, 'p');
    own_object *header = &probe->header;

    list = list_of(NULL, "ab");
    expect_error(own_list_append(NULL, probe) == -1, EINVAL);
    expect_error(own_list_append(list, NULL) == -1, EINVAL);
    expect_error(own_list_append((own_list *)(void *)header, probe) == -1, EINVAL);
    expect_error(own_list_insert(NULL, 0, probe) == -1, EINVAL);
    expect_error(own_list_insert(list, 0, NULL) == -1, EINVAL);
    expect_error(own_list_insert(list, 3, probe) == -1, ERANGE);
    expect_error(own_list_insert(list, (size_t)-1, probe) == -1, ERANGE);
    expect_error(own_list_set(NULL, 0, probe) == -1, EINVAL);
    expect_error(own_list_set(list, 0, NULL) == -1, EINVAL);
    expect_error(own_list_set(list, 2, probe) == -1, ERANGE);
    expect_error(own_list_set(list, (size_t)-1, probe) == -1, ERANGE);
    expect_error(own_list_remove(NULL, 0) == -1, EINVAL);
    expect_error(own_list_remove(list, 2) == -1, ERANGE);
    expect_error(own_list_remove(list, (size_t)-1) == -1, ERANGE);
    expect_error(own_list_clear(NULL) == -1, EINVAL);
    expect_error(own_list_clear((own_list *)(void *)header) == -1, EINVAL);
    expect_error(own_list_get(NULL, 0) == NULL, EINVAL);
    expect_error(own_list_get(list, (size_t)-1) == NULL, ERANGE);
    expect(own_list_size(NULL) == 0);
    expect_error(own_new(NULL, own_list_type()) == NULL, EINVAL);
    expect_names(list, "ab");
    expect(own_refcount(probe) == 1);
    own_decref(probe);
    record_misuses();
    if (!memory_is_checked()) {
        expect_told(own_list_append(list, probe) == -1, "own_list_append", "probe");
        expect_told(own_list_insert(list, 0, probe) == -1, "own_list_insert", "probe");
        expect_told(own_list_set(list, 0, probe) == -1, "own_list_set", "probe");
    }
    static uint64_t zeros[4];
    expect_told(own_list_append(list, zeros) == -1, "own_list_append", "not an object");
    own_list *dead = list;
    own_decref(list);
    expect_events("pba");
    probe = probe_new(NULL, 'q');
    if (!memory_is_checked()) {
        expect_told(own_list_append(dead, probe) == -1, "own_list_append", "list");
        expect_told(own_list_clear(dead) == -1, "own_list_clear", "list");
    }
    restore_misuses();
    own_decref(probe);
    expect_events("q");
}
END_TEST

/* Code that runs because an item dies. */

static void change_list(struct probe *self)
{
    const char *names = self->context;

    expect_names(list, names);
    if (self->name == 'L')
        return;
    insert(list, 0, 'n');
    insert(list, own_list_size(list), 'o');
    expect(own_list_remove(list, 1) == 0);
}

static void arm(own_list *of, size_t index, const char *expected)
{
    struct probe *probe = own_list_get(of, index);

    probe->then = change_list;
    probe->context = (void *)(uintptr_t)expected;
}

START_TEST(what_dies_may_use_the_list)
{
    list = list_of(NULL, "abc");
    arm(list, 1, "ac");
    expect(own_list_remove(list, 1) == 0);
    expect_events("ba");
    expect_names(list, "nco");

    arm(list, 0, "xco");
    struct probe *probe = probe_new(NULL, 'x');
    expect(own_list_set(list, 0, probe) == 0);
    own_decref(probe);
    expect_events("nx");
    expect_names(list, "ncoo");

    arm(list, 3, "");
    ((struct probe *)own_list_get(list, 3))->name = 'L'; /* looks only */
    arm(list, 0, "");
    ((struct probe *)own_list_get(list, 0))->name = 'L';
    expect(own_list_clear(list) == 0);
    expect_events("LocL");
    expect(own_list_size(list) == 0);
    own_decref(list);
    expect_events("");
}
END_TEST

static void end_list(struct probe *self)
{
    (void)self;
    own_decref(list);
}

START_TEST(what_dies_may_end_the_list)
{
    for (int way = 0; way < 3; way++) {
        list = list_of(NULL, "abc");
        ((struct probe *)own_list_get(list, 2))->then = end_list;
        struct probe *probe = probe_new(NULL, 'x');
        if (way == 0)
            expect(own_list_remove(list, 2) == 0);
        else if (way == 1)
            expect(own_list_set(list, 2, probe) == 0);
        else
            expect(own_list_clear(list) == 0);
        own_decref(probe);
        expect_events("cbax");
    }
}
END_TEST

static void save_list(struct probe *self)
{
    (void)self;
    own_incref(list);
}

static void append_to_list(struct probe *self)
{
    (void)self;
    insert(list, own_list_size(list), 'y');
}

START_TEST(a_dying_list_may_be_changed_and_saved)
{
    list = list_of(NULL, "abcd");
    ((struct probe *)own_list_get(list, 2))->then = save_list;
    ((struct probe *)own_list_get(list, 3))->then = append_to_list;
    own_decref(list);
    expect_events("dyc");
    expect_names(list, "ab"); /* it has what was not released yet */
    expect(own_refcount(list) == 1);
    insert(list, 2, 'e');
    own_decref(list);
    expect_events("eba");
}
END_TEST

START_TEST(weak_references_know_of_its_death)
{
    list = list_of(NULL, "a");
    own_weakref *ref = own_weakref_new(NULL, list, NULL, NULL);
    expect(own_weakref_get(ref) == list);
    own_decref(list);
    own_decref(list);
    expect_events("a");
    expect(own_weakref_get(ref) == NULL);
    own_decref(ref);
}
END_TEST

static size_t length;

static void *kill_chain(void *last)
{
    own_list *outer = NULL;

    for (size_t i = 0; i < length; i++) {
        own_list *next = own_list_new(NULL);
        expect(next != NULL);
        if (i % 3 == 0)
            expect(own_list_append(next, last) == 0);
        if (outer) {
            expect(own_list_append(next, outer) == 0);
            own_decref(outer);
        }
        outer = next;
    }
    if (length % 2)
        expect(own_share(outer) == 0);
    own_decref(outer);
    return NULL;
}

/* Confined (even) and shared (odd). */
START_TEST(lists_of_lists_a_million_deep_die_on_a_small_stack)
{
    size_t size = memory_is_checked() ? (size_t)512 << 10 : (size_t)64 << 10;
    pthread_attr_t attributes;
    pthread_t thread;

    length = scaled(1000000) / 2 * 2 + (size_t)_i;
    struct probe *last = probe_new(NULL, 'z');
    expect(pthread_attr_init(&attributes) == 0);
    expect(pthread_attr_setstacksize(&attributes, stack_size(size)) == 0);
    expect(pthread_create(&thread, &attributes, kill_chain, last) == 0);
    expect(pthread_join(thread, NULL) == 0);
    pthread_attr_destroy(&attributes);
    expect(own_refcount(last) == 1);
    own_decref(last);
    expect_events("z");
}
END_TEST

static void *read_list(void *shared)
{
    size_t seen = 0;

    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < own_list_size(shared); i++) {
            struct probe *probe = own_incref(own_list_get(shared, i));
            seen += probe->name == 'a' + (char)i;
            own_decref(probe);
        }
    }
    expect(seen == 200 * own_list_size(shared));
    own_decref(shared);
    return NULL;
}

START_TEST(a_shared_list_is_read_only)
{
    own_pool *pool = new_root();
    pthread_t threads[4];

    list = list_of(NULL, "abcdefgh");
    struct probe *probe = own_list_get(list, 7);
    expect_keeps_errno(own_share(list) == 0);
    expect(own_is_shared(list) && own_is_shared(probe));
    expect_error(own_list_append(list, probe) == -1, EPERM);
    expect_error(own_list_insert(list, 0, probe) == -1, EPERM);
    expect_error(own_list_set(list, 0, probe) == -1, EPERM);
    expect_error(own_list_remove(list, 0) == -1, EPERM);
    expect_error(own_list_clear(list) == -1, EPERM);
    expect_names(list, "abcdefgh");
    expect(own_refcount(probe) == 1);
    for (int i = 0; i < 4; i++) {
        own_incref(list);
        expect(pthread_create(&threads[i], NULL, read_list, list) == 0);
    }
    own_decref(list);
    for (int i = 0; i < 4; i++)
        expect(pthread_join(threads[i], NULL) == 0);
    expect_events("hgfedcba");

    expect(own_share(pool) == 0);
    list = own_list_new(pool);
    expect(list != NULL && own_is_shared(list));
    probe = probe_new(NULL, 'p');
    expect_error(own_list_append(list, probe) == -1, EPERM);
    own_decref(probe);
    own_decref(pool);
    expect_events("p");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("list");
    TCase *items = add_case(suite, "items");
    TCase *deaths = add_case(suite, "deaths");
    TCase *shared = add_case(suite, "shared");

    tcase_add_test(items, items_are_put_got_and_removed);
    tcase_add_test(items, wrong_arguments_are_refused);
    tcase_add_test(deaths, a_death_releases_the_last_item_first);
    tcase_add_test(deaths, what_dies_may_use_the_list);
    tcase_add_test(deaths, what_dies_may_end_the_list);
    tcase_add_test(deaths, a_dying_list_may_be_changed_and_saved);
    tcase_add_test(deaths, weak_references_know_of_its_death);
    tcase_add_loop_test(deaths, lists_of_lists_a_million_deep_die_on_a_small_stack, 0, 2);
    tcase_add_test(shared, a_shared_list_is_read_only);
    return run_suite(suite);
}
