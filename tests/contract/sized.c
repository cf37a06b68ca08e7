/*
 * sized.c - objects that are larger than their type, and tails that own references: sizes, the
 * order of death, depth, sharing, misuse.
 */
#include <pthread.h>

#include "harness.h"

struct text {
    own_object header;
    size_t length;
    char bytes[];
};

static const own_type text_type = {.name = "text", .size = sizeof(struct text)};

static void log_text(void *self)
{
    const struct text *text = (const struct text *)self;

    for (size_t i = 0; i < text->length; i++)
        expect(text->bytes[i] == (char)i);
    log_event('t');
}

static const own_type logged_text_type = {
    .name = "logged text", .size = sizeof(struct text), .finalize = log_text};

/* Two declared fields, then as many references as wanted. */
struct node {
    own_object header;
    own_object *first;
    own_object *second;
    own_object *tail[];
};

static void log_node(void *self)
{
    (void)self;
    log_event('n');
}

static const own_type node_type = {
    .name = "node",
    .size = sizeof(struct node),
    .refs = OWN_REFS(struct node, first, second),
    .finalize = log_node,
    .tail_refs = true,
};

/* The same without a finalizer: nothing is seen of its death but what it releases. */
static const own_type quiet_type = {
    .name = "quiet node",
    .size = sizeof(struct node),
    .refs = OWN_REFS(struct node, first, second),
    .tail_refs = true,
};

/* Nothing is declared but the tail. */
static const own_type bare_type = {
    .name = "bare node", .size = sizeof(own_object), .tail_refs = true};

static struct node *node_new(own_pool *owner, const own_type *type, size_t tail)
{
    struct node *node =
        (struct node *)own_new_sized(owner, type, sizeof *node + tail * sizeof node->tail[0]);

    expect(node != NULL);
    return node;
}

START_TEST(an_object_has_the_size_asked_for_zeroed)
{
    static const size_t tails[] = {0, 1, 7, 8, 9, 100, 4000, 5000, 65536, 1 << 20, 3 << 20};
    const own_type *types[] = {&text_type, &logged_text_type};

    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        const own_type *type = types[i % 2];
        /* the second one is most often where the first was */
        for (int again = 0; again < 2; again++) {
            struct text *text = (struct text *)own_new_sized(NULL, type, sizeof *text + tails[i]);
            expect(text != NULL && (uintptr_t)text % 16 == 0);
            expect(own_typeof(text) == type && own_cast(text, type) == text);
            expect(own_refcount(text) == 1 && text->length == 0);
            for (size_t at = 0; at < tails[i]; at++) {
                expect(text->bytes[at] == 0);
                text->bytes[at] = (char)at;
            }
            text->length = tails[i];
            own_decref(text);
            expect_events(type == &text_type ? "" : "t");
        }
    }
}
END_TEST

START_TEST(wrong_sizes_are_refused)
{
    enum { half = sizeof(void *) / 2 };
    static const own_type uneven = {
        .name = "uneven", .size = sizeof(own_object) + half, .tail_refs = true};
    own_pool *pool = new_root();
    own_usage before = usage_of(pool);
    own_pool *owners[] = {NULL, pool};

    for (int i = 0; i < 2; i++) {
        own_pool *owner = owners[i];
        expect_error(own_new_sized(owner, NULL, 100) == NULL, EINVAL);
        expect_error(own_new_sized(owner, own_pool_type(), 1000) == NULL, EINVAL);
        expect_error(own_new_sized(owner, &text_type, sizeof(struct text) - 1) == NULL, EINVAL);
        expect_error(own_new_sized(owner, &text_type, 0) == NULL, EINVAL);
        expect_error(own_new_sized(owner, &node_type, sizeof(struct node) + half) == NULL, EINVAL);
        expect_error(own_new_sized(owner, &uneven, uneven.size) == NULL, EINVAL);
        expect_error(own_new_sized(owner, &uneven, sizeof(own_object) + 16) == NULL, EINVAL);
        expect_error(own_new_sized(owner, &text_type, SIZE_MAX) == NULL, ENOMEM);
        expect_error(own_new_sized(owner, &text_type, SIZE_MAX - 31) == NULL, ENOMEM);
        expect_error(own_new_sized(owner, &text_type, PTRDIFF_MAX) == NULL, ENOMEM);
        expect_error(own_new_sized(owner, &text_type, (size_t)PTRDIFF_MAX + 1) == NULL, ENOMEM);
    }
    own_usage after = usage_of(pool);
    expect(memcmp(&before, &after, sizeof before) == 0);
    own_decref(pool);
}
END_TEST

START_TEST(the_owner_holds_it)
{
    own_pool *pool = new_root();
    struct node *node = node_new(pool, &node_type, 3);

    expect(own_refcount(node) == 1);
    node->tail[2] = &probe_new(NULL, 'c')->header;
    expect(own_drop(pool, node) == 0);
    expect_events("nc");
    node = node_new(pool, &node_type, 1);
    node->tail[0] = &probe_new(NULL, 'd')->header;
    own_incref(node);
    own_decref(pool);
    expect_events("");
    expect(own_refcount(node) == 1);
    own_decref(node);
    expect_events("nd");
}
END_TEST

START_TEST(the_tail_goes_before_the_fields_the_last_one_first)
{
    const own_type *types[] = {&node_type, &quiet_type};
    struct node *node = node_new(NULL, types[_i], 4);

    node->first = &probe_new(NULL, '1')->header;
    node->second = &probe_new(NULL, '2')->header;
    node->tail[0] = &probe_new(NULL, 'a')->header;
    node->tail[1] = &probe_new(NULL, 'b')->header;
    struct probe *inner = probe_new(NULL, 'd');
    inner->first = &probe_new(NULL, 'e')->header;
    node->tail[3] = &inner->header;
    own_decref(node);
    expect_events(types[_i] == &node_type ? "ndeba21" : "deba21");
}
END_TEST

START_TEST(a_type_without_a_tail_has_none_to_release)
{
    struct node *node = (struct node *)own_new(NULL, &node_type);

    expect(node != NULL);
    node->second = &probe_new(NULL, '2')->header;
    own_decref(node);
    expect_events("n2");
    own_object *bare = (own_object *)own_new_sized(NULL, &bare_type, sizeof(own_object));
    expect(bare != NULL);
    own_decref(bare);
    own_object **pair = (own_object **)own_new_sized(NULL, &bare_type,
                                                     sizeof(own_object) + 2 * sizeof(own_object *));
    expect(pair != NULL);
    const size_t header = sizeof(own_object) / sizeof(own_object *);
    pair[header] = &probe_new(NULL, 'x')->header;
    pair[header + 1] = &probe_new(NULL, 'y')->header;
    own_decref(pair);
    expect_events("yx");
}
END_TEST

static void *kept;

static void keep(struct probe *self)
{
    kept = own_incref(self->context);
}

/* What keeps the node alive is released by the node's own tail: too late. */
START_TEST(an_equal_reference_twice_in_a_tail_is_released_twice)
{
    struct node *node = node_new(NULL, &quiet_type, 1000);
    struct probe *probe = probe_new(NULL, 'p');

    for (int i = 0; i < 1000; i += 3)
        node->tail[i] = (own_object *)own_incref(probe);
    expect(own_refcount(probe) == 335);
    own_decref(node);
    expect(own_refcount(probe) == 1);
    own_decref(probe);
    expect_events("p");
}
END_TEST

START_TEST(weak_references_and_resurrection_are_as_ever)
{
    struct node *node = node_new(NULL, &quiet_type, 2);
    own_weakref *ref = own_weakref_new(NULL, node, NULL, NULL);
    struct probe *probe = probe_new(NULL, 'p');

    expect(ref != NULL && own_weakref_get(ref) == node);
    own_decref(node);
    probe->then = keep;
    probe->context = probe;
    node->tail[1] = &probe->header;
    own_decref(node);
    expect_events("p"); /* which has kept itself */
    expect(own_weakref_get(ref) == NULL);
    expect(kept == probe && own_refcount(probe) == 1);
    own_decref(probe);
    own_decref(ref);
}
END_TEST

static size_t length;

static void *kill_chain(void *last)
{
    struct node *head = NULL;

    for (size_t i = 0; i < length; i++) {
        struct node *node = node_new(NULL, &quiet_type, 1 + i % 3);
        if (i % 5 == 4)
            node->first = &head->header;
        else
            node->tail[i % (1 + i % 3)] = (own_object *)(void *)head;
        if (i == 0)
            node->second = (own_object *)last;
        head = node;
    }
    if (head && length % 2)
        expect(own_share(head) == 0);
    own_decref(head);
    return NULL;
}

/* Through tails and fields, confined (even) and shared (odd). */
START_TEST(a_chain_of_a_million_dies_on_a_small_stack)
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
    expect_events("z");
}
END_TEST

START_TEST(own_share_goes_through_tails)
{
    struct node *node = node_new(NULL, &quiet_type, 100);
    struct node *below = node_new(NULL, &quiet_type, 20);
    struct probe *probe = probe_new(NULL, 'p');

    below->tail[19] = (own_object *)own_incref(probe);
    node->tail[50] = &below->header;
    expect_keeps_errno(own_share(node) == 0);
    expect(own_is_shared(node) && own_is_shared(below) && own_is_shared(probe));
    own_decref(node);
    expect(own_refcount(probe) == 1);
    own_decref(probe);
    expect_events("p");

    /* what lies behind the type is not looked at where it is no tail of references */
    struct text *text = (struct text *)own_new_sized(NULL, &text_type, sizeof *text + 64);
    expect(text != NULL);
    memset(text->bytes, 0x5a, 64);
    expect(own_share(text) == 0);
    own_decref(text);
}
END_TEST

static void *release(void *node)
{
    for (int i = 0; i < 1000; i++) {
        own_incref(node);
        own_decref(node);
    }
    own_decref(node);
    return NULL;
}

START_TEST(threads_release_a_shared_one)
{
    for (int round = 0; round < 20; round++) {
        struct node *node = node_new(NULL, &quiet_type, 10);
        pthread_t threads[4];
        for (int i = 0; i < 10; i++)
            node->tail[i] = &probe_new(NULL, (char)('0' + i))->header;
        expect(own_share(node) == 0);
        for (int i = 0; i < 4; i++) {
            own_incref(node);
            expect(pthread_create(&threads[i], NULL, release, node) == 0);
        }
        own_decref(node);
        for (int i = 0; i < 4; i++)
            expect(pthread_join(threads[i], NULL) == 0);
        expect_events("9876543210");
    }
}
END_TEST

static void die_here(void)
{
    struct node *node = node_new(NULL, &node_type, 2);

    node->first = &probe_new(NULL, '1')->header;
    node->tail[0] = &probe_new(NULL, 'a')->header;
    node->tail[1] = &probe_new(NULL, 'b')->header;
    own_decref(node);
    expect_events("");
}

START_TEST(a_death_that_is_put_off_is_the_same)
{
    at_nesting_limit(die_here);
    expect_events("nba1");
}
END_TEST

START_TEST(a_dead_one_is_recognised)
{
    if (memory_is_checked())
        return; /* who reads it is told so */
    const own_type *types[] = {&text_type, &node_type};
    void *object = own_new_sized(NULL, types[_i], 200);
    expect(object != NULL);
    record_misuses();
    own_decref(object);
    expect_events(types[_i] == &node_type ? "n" : "");
    own_decref(object);
    expect_misuse("own_decref", types[_i]->name);
    own_incref(object);
    expect_misuse("own_incref", types[_i]->name);
    restore_misuses();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sized");
    TCase *sizes = add_case(suite, "sizes");
    TCase *deaths = add_case(suite, "deaths");
    TCase *shared = add_case(suite, "shared");

    tcase_add_test(sizes, an_object_has_the_size_asked_for_zeroed);
    tcase_add_test(sizes, wrong_sizes_are_refused);
    tcase_add_test(sizes, the_owner_holds_it);
    tcase_add_loop_test(deaths, the_tail_goes_before_the_fields_the_last_one_first, 0, 2);
    tcase_add_test(deaths, a_type_without_a_tail_has_none_to_release);
    tcase_add_test(deaths, an_equal_reference_twice_in_a_tail_is_released_twice);
    tcase_add_test(deaths, weak_references_and_resurrection_are_as_ever);
    tcase_add_loop_test(deaths, a_chain_of_a_million_dies_on_a_small_stack, 0, 2);
    tcase_add_test(deaths, a_death_that_is_put_off_is_the_same);
    tcase_add_loop_test(deaths, a_dead_one_is_recognised, 0, 2);
    tcase_add_test(shared, own_share_goes_through_tails);
    tcase_add_test(shared, threads_release_a_shared_one);
    return run_suite(suite);
}
