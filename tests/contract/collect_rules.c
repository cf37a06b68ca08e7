/*
 * collect_rules.c - what the header says of collections at their edges: weak references that are
 * made inside, what deferred calls save, when the next one comes, chains through tails.
 */
#include "harness.h"

#define TWO left, right
struct pair {
    own_object object;
    void *left, *right;
};

static const own_type row_type = {.name = "row", .size = 16, .tail_refs = true};
static const own_type pair_type = {
    .name = "pair", .size = sizeof(struct pair), OWN_FIELDS(struct pair, TWO)};
static const own_type bare_type = {
    .size = sizeof(struct pair),
    .refs = (const size_t[]){offsetof(struct pair, right), OWN_REFS_END}};

static own_weakref *made;
static void *saved;
static unsigned whole, gone;

static void make_weakref(struct probe *self)
{
    made = own_weakref_new(NULL, self->first, NULL, NULL);
    expect(made != NULL);
}

/* When a leaf of the group goes, the group is being emptied. */
static void look(void *leaf)
{
    (void)leaf;
    OWN_SCOPED void *got = own_weakref_get(made);
    if (got)
        whole++;
    else
        gone++;
}

static const own_type leaf_type = {.name = "leaf", .size = 16, .finalize = look};

START_TEST(what_is_emptied_is_not_got_by_new_weak_references)
{
    struct probe *a = probe_new(NULL, 'a');
    struct probe *b = probe_new(NULL, 'b');
    own_pool *pool = new_root();
    expect(own_new(pool, &leaf_type) != NULL);
    a->first = (own_object *)b;
    b->first = (own_object *)a;
    b->second = (own_object *)pool;
    a->then = make_weakref;
    expect(own_hold(pool, b) == 0);
    expect(own_collect() == 3 && whole == 0 && gone == 1);
    expect(!own_weakref_get(made));
    own_decref(made);
}
END_TEST

/* The flag of weak references outlives them. */
START_TEST(weak_references_that_have_gone_are_not_waited_for)
{
    struct probe *probe = probe_new(NULL, 'p');
    probe->first = (own_object *)probe;
    own_decref(own_weakref_new(NULL, probe, NULL, NULL));
    expect(own_collect() == 1);
    expect_events("p");
    own_pool *pool = new_root();
    expect(own_hold(pool, pool) == 0);
    own_decref(own_weakref_new(NULL, pool, NULL, NULL));
    own_decref(pool);
    expect(own_collect() == 1);
}
END_TEST

static void save(void *arg)
{
    saved = own_incref(arg);
}

START_TEST(what_a_deferred_call_saves_did_not_go)
{
    own_collect_statistics before, after;
    own_pool *pool = new_root();
    struct probe *probe = probe_new(pool, 'p');
    probe->first = own_incref(pool);
    expect(own_defer(pool, save, probe) == 0);
    own_decref(pool);
    own_collect_stats(&before);
    expect(own_collect() == 1);
    own_collect_stats(&after);
    expect(after.reclaimed == before.reclaimed + 1);
    expect(after.resurrected == before.resurrected + 1);
    expect(saved == probe && own_refcount(probe) == 1 && !probe->first); /* emptied */
    own_decref(saved);
    expect_events("p");
}
END_TEST

static size_t collections(void)
{
    own_collect_statistics now;
    own_collect_stats(&now);
    return now.collections;
}

static void lose(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct pair *pair = own_new(NULL, &pair_type);
        pair->left = pair;
    }
}

START_TEST(the_threshold_counts_from_the_last_collection)
{
    lose(5000);
    expect(own_set_collect_threshold(100) == 0);
    expect(own_collect() == 5000);
    size_t before = collections();
    lose(99);
    expect(collections() == before);
    lose(5);
    expect(collections() == before + 1);
    for (size_t i = 0; i < 5000; i++) {
        own_pool *pool = own_pool_create(NULL, &(own_pool_options){.reserve = 100});
        expect(own_hold(pool, pool) == 0);
        own_decref(pool);
    }
    expect(collections() > before + 10); /* pools that were not ready count */
    expect(own_set_collect_threshold(0) == 0);
    (void)own_collect();
    before = collections();
    lose(1000);
    expect(collections() == before && own_collect() == 1000);
}
END_TEST

START_TEST(weak_references_to_weak_references_lead_on)
{
    own_pool *pool = new_root();
    struct probe *probe = probe_new(NULL, 'p');
    own_weakref *ref = own_weakref_new(NULL, probe, NULL, NULL);
    expect(own_weakref_new(pool, ref, NULL, NULL) != NULL);
    probe->first = (own_object *)probe;
    expect(own_pool_collect(pool) == 1);
    own_decref(ref);
    own_decref(pool);
}
END_TEST

static int keep_chain(void *const *objects, size_t count, const char *chain, void *arg)
{
    expect(objects[0] && count == 1 && strlen(chain) < 100);
    strcpy(arg, chain);
    return 0;
}

START_TEST(chains_name_places)
{
    char chain[100];
    void **row = own_new_sized(NULL, &row_type, 16 + 10 * sizeof(void *));
    row[16 / sizeof(void *) + 7] = row;
    expect(own_collect_find(keep_chain, chain) == 0 && !strcmp(chain, "row[7]"));
    expect(own_collect() == 1);
    struct pair *pair = own_new(NULL, &pair_type);
    pair->right = pair;
    expect(own_collect_find(keep_chain, chain) == 0 && !strcmp(chain, "pair.right"));
    expect(own_collect() == 1);
    pair = own_new(NULL, &bare_type);
    pair->right = pair;
    expect(own_collect_find(keep_chain, chain) == 0 &&
           !strcmp(chain, sizeof(void *) == 8 ? "object+24" : "object+20"));
    expect(own_collect() == 1);
}
END_TEST

/* The memory of an array that is counted has its base behind a free function: that is not seen. */
START_TEST(a_counted_base_is_kept)
{
    struct probe *probe = probe_new(NULL, 'p');
    own_array *array = own_array_create(NULL, &(own_array_options){.format = "b",
                                                                   .ndim = 1,
                                                                   .shape = (size_t[]){1},
                                                                   .data = &probe->name,
                                                                   .base = probe,
                                                                   .counted = true});
    probe->first = (own_object *)array;
    own_decref(probe);
    expect(array && own_collect() == 0);
    OWN_CLEAR(probe->first);
    expect_events("p");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("collect_rules");
    TCase *rules = add_case(suite, "rules");

    tcase_add_test(rules, what_is_emptied_is_not_got_by_new_weak_references);
    tcase_add_test(rules, weak_references_that_have_gone_are_not_waited_for);
    tcase_add_test(rules, what_a_deferred_call_saves_did_not_go);
    tcase_add_test(rules, the_threshold_counts_from_the_last_collection);
    tcase_add_test(rules, weak_references_to_weak_references_lead_on);
    tcase_add_test(rules, chains_name_places);
    tcase_add_test(rules, a_counted_base_is_kept);
    return run_suite(suite);
}
