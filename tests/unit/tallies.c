/*
 * tallies.c - sets of objects, links to objects, the scan for what is tracked and labelled; and
 * that collections need no memory.
 */
#include "chunk/heap.h"
#include "harness.h"
#include "object/object.h"

#define MANY 3000

static const own_type type = {.name = "thing", .size = 48, .refs = (size_t[]){16, OWN_REFS_END}};

static own_object *objects[MANY];

static void make_objects(void)
{
    for (size_t i = 0; i < MANY; i++) {
        objects[i] = own_new(NULL, &type);
        expect(objects[i] != NULL);
    }
}

static void end_objects(void)
{
    for (size_t i = 0; i < MANY; i++)
        own_decref(objects[i]);
}

START_TEST(links_lead_to_their_objects)
{
    make_objects();
    for (size_t i = 0; i < MANY; i++) {
        uint32_t link = tally_link(objects[i]);
        expect(link != 0 && tally_linked(link) == objects[i]);
        expect(tally_is_segment(tally_segment(objects[i])));
        expect(*tally_of_object(objects[i]) ==
               (TALLY_TRACKED | TALLY_ZERO | tally_odd(objects[i])));
        expect((uintptr_t)objects[i] / TALLY_BYTES == ((uintptr_t)objects[i] + 16) / TALLY_BYTES ||
               tally_odd(objects[i]));
    }
    uint32_t *tally = tally_of_object(objects[0]);
    void *kept = own_new(NULL, &type); /* its segment stays */
    end_objects();
    expect(*tally == 0);
    own_decref(kept);
    expect(!tally_is_segment(0) && !tally_is_segment(tally_segment(&type)));
}
END_TEST

static void count_one(void *object, uint32_t *tally, void *arg)
{
    expect(tally == tally_of_object(object));
    ++*(size_t *)arg;
}

static size_t count(enum set set)
{
    size_t found = 0;
    tally_each(set, count_one, &found);
    return found;
}

START_TEST(a_set_gives_each_object_once)
{
    make_objects();
    for (size_t i = 0; i < MANY; i += 2) {
        tally_add(SET_GREY, objects[i]);
        tally_add(SET_GREY, objects[i]); /* which changes nothing */
    }
    expect(count(SET_GREY) == MANY / 2 && count(SET_FOUND) == 0);
    for (size_t i = 0; i < MANY; i++)
        expect(tally_contains(SET_GREY, objects[i]) == (i % 2 == 0));
    for (size_t i = 0; i < MANY / 2; i++) {
        own_object *taken = tally_take(SET_GREY);
        expect(taken->type == &type && !tally_contains(SET_GREY, taken));
        tally_add(SET_FOUND, taken);
    }
    expect(!tally_take(SET_GREY) && count(SET_FOUND) == MANY / 2);
    tally_remove(SET_FOUND, objects[0]);
    expect(count(SET_FOUND) == MANY / 2 - 1);
    tally_forget(SET_FOUND);
    expect(count(SET_FOUND) == 0 && !tally_first_segment(SET_FOUND));
    end_objects();
}
END_TEST

START_TEST(a_scan_finds_what_is_tracked)
{
    make_objects();
    tally_add_tracked(SET_FOUND);
    expect(count(SET_FOUND) == MANY);
    tally_forget(SET_FOUND);
    end_objects();
    tally_add_tracked(SET_FOUND);
    expect(count(SET_FOUND) == 0 && !tally_first_segment(SET_FOUND));
}
END_TEST

struct sought {
    void *pools[4];
    unsigned found;
};

static void look_for(void *chunk, void *arg)
{
    struct sought *sought = arg;
    for (unsigned i = 0; i < 4; i++)
        sought->found |= (unsigned)(chunk == sought->pools[i]) << i;
}

START_TEST(labelled_chunks_of_all_sizes_are_visited)
{
    struct sought sought = {.found = 0};
    static const size_t reserves[4] = {0, 1000, (size_t)30 << 10, (size_t)400 << 10};
    for (int i = 0; i < 4; i++) {
        sought.pools[i] = own_pool_create(NULL, &(own_pool_options){.reserve = reserves[i]});
        expect(sought.pools[i] != NULL);
    }
    tally_each_labelled(look_for, &sought);
    expect(sought.found == 15);
    sought.found = 0;
    own_decref(sought.pools[3]);
    tally_each_labelled(look_for, &sought);
    expect(sought.found == 7);
    for (int i = 0; i < 3; i++)
        own_decref(sought.pools[i]);
}
END_TEST

static int count_told(void *const *told, size_t number, const char *chain, void *arg)
{
    expect(told[0] && *chain);
    *(size_t *)arg += number;
    return 0;
}

static void lose_cycles(void)
{
    own_list *list = own_list_new(NULL);
    own_pool *pool = own_pool_new(NULL), *child = own_pool_new(pool);
    expect(own_list_append(list, list) == 0 && own_list_append(list, child) == 0);
    expect(own_hold(child, pool) == 0 && own_hold(pool, list) == 0);
    expect(own_weakref_new(pool, list, NULL, NULL) != NULL);
    own_decref(pool);
    own_decref(list);
}

/* Wherever memory is out, own_collect_find says so and has touched nothing; own_collect works. */
START_TEST(collections_need_no_memory)
{
    long failing = 1;
    for (bool done = false; !done; failing++) {
        size_t told = 0;
        lose_cycles();
        chunk_fail_after(failing);
        errno = 0;
        int result = own_collect_find(count_told, &told);
        chunk_fail_after(0);
        done = result == 0;
        expect(done ? told == 3 : result == -1 && errno == ENOMEM && told == 0);
        chunk_fail_after(1);
        expect_keeps_errno(own_collect() == 3);
        chunk_fail_after(0);
        expect(own_collect() == 0);
    }
    expect(failing > 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tallies");
    TCase *tallies = add_case(suite, "tallies");

    tcase_add_test(tallies, links_lead_to_their_objects);
    tcase_add_test(tallies, a_set_gives_each_object_once);
    tcase_add_test(tallies, a_scan_finds_what_is_tracked);
    tcase_add_test(tallies, labelled_chunks_of_all_sizes_are_visited);
    tcase_add_test(tallies, collections_need_no_memory);
    return run_suite(suite);
}
