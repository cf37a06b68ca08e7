/*
 * options.c - what a pool is made with and told: the user pointer, borrowed names, and options of
 * programs that are older or newer than the library.
 */
#include "harness.h"

#include <pthread.h>

START_TEST(the_user_pointer_survives_clear)
{
    int mine = 0;
    int other = 0;
    own_pool *pool = own_pool_create(NULL, &(own_pool_options){.user = &mine, .name = "mine"});

    expect(own_pool_user(pool) == &mine);
    expect(own_alloc(pool, 1, 100));
    own_pool_clear(pool);
    expect(own_pool_user(pool) == &mine);
    own_pool_set_user(pool, &other);
    expect(own_share(pool) == 0 && own_pool_user(pool) == &other);
    own_pool_set_user(pool, NULL);
    expect(!own_pool_user(pool) && !own_pool_user(NULL));
    own_decref(pool);
}
END_TEST

static void look_at_user(void *arg)
{
    own_pool *pool = arg;
    log_event(*(const char *)own_pool_user(pool));
}

START_TEST(the_user_pointer_is_there_until_the_last_call)
{
    static char letter = 'u';
    own_pool *pool = own_pool_create(NULL, &(own_pool_options){.user = &letter});

    expect(own_defer(pool, look_at_user, pool) == 0);
    own_decref(pool);
    expect_events("u");
}
END_TEST

/* Pools that die are used again, and a new one knows nothing of the one before. */
START_TEST(a_new_pool_has_no_user_pointer)
{
    own_pool *parent = own_pool_new(NULL);

    for (int i = 0; i < 100; i++) {
        own_pool *child = own_pool_new(parent);
        own_pool *root = own_pool_new(NULL);
        expect(!own_pool_user(child) && !own_pool_user(root));
        own_pool_set_user(child, &i);
        own_pool_set_user(root, &i);
        expect(own_drop(parent, child) == 0);
        own_decref(root);
    }
    own_decref(parent);
}
END_TEST

START_TEST(a_dead_pool_has_no_user_pointer)
{
    own_pool *pool = own_pool_new(NULL);

    own_decref(pool);
    if (memory_is_checked())
        return;
    record_misuses();
    expect(!own_pool_user(pool));
    expect_misuse("own_pool_user", "dead");
    own_pool_set_user(pool, &pool);
    expect_misuse("own_pool_set_user", "dead");
    restore_misuses();
}
END_TEST

START_TEST(a_borrowed_name_is_not_copied)
{
    static const char name[] = "borrowed";
    own_usage before;
    own_usage after;
    own_pool *pool = own_pool_new(NULL);

    own_pool_usage(pool, &before);
    own_pool_set_name_borrowed(pool, name);
    own_pool_usage(pool, &after);
    expect(own_pool_name(pool) == name && after.reserved == before.reserved);
    own_pool_set_name_borrowed(pool, NULL);
    expect(own_pool_name(pool) == name);
    expect(own_pool_set_name(pool, "%s copied", own_pool_name(pool)) == 0);
    expect(strcmp(own_pool_name(pool), "borrowed copied") == 0);
    const char *copied = own_pool_name(pool);
    own_pool_set_name_borrowed(pool, name);
    expect(own_pool_name(pool) == name && strcmp(copied, "borrowed copied") == 0);
    expect(own_pool_set_name(pool, "again") == 0 && strcmp(own_pool_name(pool), "again") == 0);
    own_decref(pool);
}
END_TEST

static const char *const names[] = {"first", "second", "third and last"};

static void *rename_often(void *arg)
{
    for (size_t i = 0; i < scaled(20000) + 100; i++)
        own_pool_set_name_borrowed(arg, names[i % 3]);
    return NULL;
}

START_TEST(a_shared_pool_is_renamed_while_others_read)
{
    pthread_t thread;
    own_pool *pool = own_pool_new(NULL);

    expect(own_pool_set_name(pool, "%s", names[0]) == 0 && own_share(pool) == 0);
    expect(pthread_create(&thread, NULL, rename_often, pool) == 0);
    for (size_t i = 0; i < scaled(20000) + 100; i++) {
        const char *name = own_pool_name(pool);
        expect(strcmp(name, names[0]) == 0 || name == names[1] || name == names[2]);
    }
    pthread_join(thread, NULL);
    own_decref(pool);
}
END_TEST

/* The struct of a program that was compiled with a later version of the headers. */
struct later_options {
    own_pool_options options;
    void *more;
};

struct later_allocator {
    own_allocator allocator;
    void *more;
};

static uint64_t sizes(size_t options, size_t allocator)
{
    return (uint64_t)options | (uint64_t)allocator << 16;
}

START_TEST(later_options_are_taken_where_they_say_nothing_new)
{
    int mine = 0;
    struct later_options later = {.options = {.user = &mine}};
    uint64_t both = sizes(sizeof(later), sizeof(own_allocator));
    own_pool *pool = own_pool_create_sized(NULL, &later.options, both, "later");

    expect(pool && own_pool_user(pool) == &mine && strcmp(own_pool_name(pool), "later") == 0);
    own_decref(pool);
    later.more = &mine;
    expect_error(!own_pool_create_sized(NULL, &later.options, both, "later"), EINVAL);
}
END_TEST

START_TEST(a_later_allocator_is_taken_where_it_says_nothing_new)
{
    static const own_allocator *plain;
    struct later_allocator later = {.more = NULL};
    own_pool_options options = {.allocator = &later.allocator};
    uint64_t both = sizes(sizeof(options), sizeof(later));

    plain = OWN_ALLOCATOR(malloc, free);
    later.allocator = *plain;
    own_pool *pool = own_pool_create_sized(NULL, &options, both, "later");
    expect(pool && own_alloc(pool, 1, 10));
    own_decref(pool);
    later.more = &later;
    expect_error(!own_pool_create_sized(NULL, &options, both, "later"), EINVAL);
}
END_TEST

START_TEST(earlier_options_end_before_what_is_new)
{
    own_pool_options options = {.limit = 4096};

    memset(&options.user, 0xa5, sizeof(options.user)); /* not the program's */
    own_pool *pool =
        own_pool_create_sized(NULL, &options, sizes(offsetof(own_pool_options, user), 0), "old");
    expect(pool && !own_pool_user(pool));
    expect_error(!own_alloc(pool, 1, 10000), EDQUOT);
    own_decref(pool);
}
END_TEST

START_TEST(the_functions_behind_the_macros_take_options)
{
    int mine = 0;
    own_pool_options options = {.user = &mine};
    own_pool *pool = (own_pool_create)(NULL, &options);
    own_pool *child = own_pool_create_at(pool, &options, "there");

    expect(own_pool_user(pool) == &mine && own_pool_user(child) == &mine);
    expect(strcmp(own_pool_name(child), "there") == 0);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("options");
    TCase *user = add_case(suite, "user pointer");
    TCase *name = add_case(suite, "borrowed name");
    TCase *sized = add_case(suite, "sizes of options");

    tcase_add_test(user, the_user_pointer_survives_clear);
    tcase_add_test(user, the_user_pointer_is_there_until_the_last_call);
    tcase_add_test(user, a_new_pool_has_no_user_pointer);
    tcase_add_test(user, a_dead_pool_has_no_user_pointer);
    tcase_add_test(name, a_borrowed_name_is_not_copied);
    tcase_add_test(name, a_shared_pool_is_renamed_while_others_read);
    tcase_add_test(sized, later_options_are_taken_where_they_say_nothing_new);
    tcase_add_test(sized, a_later_allocator_is_taken_where_it_says_nothing_new);
    tcase_add_test(sized, earlier_options_end_before_what_is_new);
    tcase_add_test(sized, the_functions_behind_the_macros_take_options);
    return run_suite(suite);
}
