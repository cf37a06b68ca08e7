/*
 * tree.c - pools as such: creation, parents and ancestors, clear and destroy, unmanaged pools,
 * initialization and termination.
 */
#include "subject.h"

static int abort_one(int status)
{
    return status;
}

static int abort_two(int status)
{
    return status;
}

START_TEST(pool_has_the_parent_that_it_was_given)
{
    apr_pool_t *root = new_pool(NULL), *child = new_pool(root), *grandchild = new_pool(child);

    expect(apr_pool_parent_get(child) == root);
    expect(apr_pool_parent_get(grandchild) == child);
    apr_pool_destroy(root);
}
END_TEST

START_TEST(roots_share_the_one_pool_above_them)
{
    apr_pool_t *one = new_pool(NULL), *other = new_pool(NULL);
    apr_pool_t *above = apr_pool_parent_get(one);

    expect(above != NULL && above == apr_pool_parent_get(other));
    expect(apr_pool_parent_get(above) == NULL);
    expect(apr_pool_is_ancestor(above, new_pool(one)));
    apr_pool_destroy(one);
    apr_pool_destroy(other);
}
END_TEST

START_TEST(ancestors_are_the_pool_itself_and_those_above)
{
    apr_pool_t *root = new_pool(NULL), *left = new_pool(root), *right = new_pool(root);
    apr_pool_t *below = new_pool(left), *other = new_pool(NULL);

    expect(apr_pool_is_ancestor(root, root));
    expect(apr_pool_is_ancestor(root, left) && apr_pool_is_ancestor(root, below));
    expect(apr_pool_is_ancestor(left, below) && !apr_pool_is_ancestor(right, below));
    expect(!apr_pool_is_ancestor(below, left) && !apr_pool_is_ancestor(left, root));
    expect(!apr_pool_is_ancestor(left, right) && !apr_pool_is_ancestor(other, below));
    expect(apr_pool_is_ancestor(NULL, root) && apr_pool_is_ancestor(NULL, NULL));
    expect(!apr_pool_is_ancestor(root, NULL));
    apr_pool_destroy(root);
    apr_pool_destroy(other);
}
END_TEST

START_TEST(pool_inherits_allocator_and_abort_function)
{
    apr_pool_t *root = new_pool(NULL), *child, *grandchild, *other;

    expect(apr_pool_abort_get(root) == NULL);
    apr_pool_abort_set(abort_one, root);
    child = new_pool(root);
    expect(apr_pool_abort_get(child) == abort_one);
    expect(apr_pool_allocator_get(child) == apr_pool_allocator_get(root));
    expect(apr_pool_create_ex(&grandchild, child, abort_two, NULL) == APR_SUCCESS);
    expect(apr_pool_abort_get(grandchild) == abort_two);
    expect(apr_pool_abort_get(child) == abort_one);
    /* what was inherited is a copy */
    apr_pool_abort_set(NULL, root);
    expect(apr_pool_abort_get(child) == abort_one && apr_pool_abort_get(root) == NULL);
    other = new_pool(NULL);
    expect(apr_pool_allocator_get(other) == apr_pool_allocator_get(root));
    apr_pool_destroy(root);
    apr_pool_destroy(other);
}
END_TEST

/* a tree of three levels: the root has a and b, a has c and d */
static apr_pool_t *new_tree(void)
{
    apr_pool_t *root = new_pool(NULL), *a = new_pool(root), *c = new_pool(a);
    apr_pool_t *d = new_pool(a), *b = new_pool(root);

    log_death(root, 'r');
    log_death(a, 'a');
    log_death(c, 'c');
    log_death(d, 'd');
    log_death(b, 'b');
    return root;
}

START_TEST(subpools_die_first_newest_first_each_with_all_below_it)
{
    apr_pool_destroy(new_tree());
    expect_events("bdcar");
}
END_TEST

START_TEST(clear_destroys_what_is_below)
{
    apr_pool_t *root = new_tree();

    apr_pool_clear(root);
    expect_events("bdcar");
    apr_pool_clear(root);
    apr_pool_destroy(root);
    expect_events("");
}
END_TEST

START_TEST(cleared_pool_is_as_new_in_its_place)
{
    apr_pool_t *root = new_pool(NULL), *pool = new_pool(root), *child;
    apr_allocator_t *allocator = apr_pool_allocator_get(pool);
    void *data = root;

    apr_pool_abort_set(abort_one, pool);
    log_death(root, 'r');
    expect(apr_pool_userdata_set(root, "key", NULL, pool) == APR_SUCCESS);
    for (int round = 0; round < 3; round++) {
        apr_pool_clear(pool);
        expect(apr_pool_parent_get(pool) == root && apr_pool_is_ancestor(root, pool));
        expect(apr_pool_allocator_get(pool) == allocator);
        expect(apr_pool_abort_get(pool) == abort_one);
        expect(apr_pool_userdata_get(&data, "key", pool) == APR_SUCCESS && data == NULL);
        memset(apr_palloc(pool, 20000), round, 20000);
        child = new_pool(pool);
        expect(apr_pool_abort_get(child) == abort_one);
        log_death(pool, 'p');
        log_death(child, 'c');
    }
    apr_pool_destroy(root);
    expect_events("cp"
                  "cp"
                  "cp"
                  "r");
}
END_TEST

START_TEST(destroyed_pool_leaves_its_parent)
{
    apr_pool_t *root = new_pool(NULL), *pools[3];

    for (int i = 0; i < 3; i++) {
        pools[i] = new_pool(root);
        log_death(pools[i], "abc"[i]);
    }
    apr_pool_destroy(pools[1]);
    expect_events("b");
    apr_pool_destroy(pools[2]);
    expect_events("c");
    log_death(new_pool(root), 'd');
    apr_pool_destroy(root);
    expect_events("da");
}
END_TEST

START_TEST(many_children_die_newest_first)
{
    const size_t count = scaled(10000);
    apr_pool_t *root = new_pool(NULL);

    for (size_t i = 0; i < count; i++)
        expect(apr_palloc(new_pool(root), 10) != NULL);
    log_death(new_pool(root), 'z');
    apr_pool_destroy(root);
    expect_events("z");
}
END_TEST

START_TEST(deep_trees_die_whole)
{
#ifdef APR_TESTS_REAL
    const size_t depth = 1000; /* each level is a call within the one above it */
#else
    const size_t depth = scaled_nesting(200000);
#endif
    apr_pool_t *root = new_pool(NULL), *pool = root;

    log_death(root, 'a');
    for (size_t i = 0; i < depth; i++)
        pool = new_pool(pool);
    expect(apr_pool_is_ancestor(root, pool));
    log_death(pool, 'z');
    apr_pool_clear(root);
    expect_events("za");
    apr_pool_destroy(root);
}
END_TEST

START_TEST(unmanaged_pool_has_no_parent)
{
    apr_pool_t *pool = NULL, *child, *managed = new_pool(NULL);

    expect(apr_pool_create_unmanaged(&pool) == APR_SUCCESS && pool != NULL);
    expect(apr_pool_parent_get(pool) == NULL && apr_pool_abort_get(pool) == NULL);
    expect(!apr_pool_is_ancestor(apr_pool_parent_get(managed), pool));
    /* it owns an allocator of its own */
    expect(apr_allocator_owner_get(apr_pool_allocator_get(pool)) == pool);
    expect(apr_pool_allocator_get(pool) != apr_pool_allocator_get(managed));
    child = new_pool(pool);
    expect(apr_pool_parent_get(child) == pool && apr_pool_is_ancestor(pool, child));
    expect(apr_pool_allocator_get(child) == apr_pool_allocator_get(pool));
    log_death(pool, 'u');
    log_death(child, 'c');
    apr_pool_destroy(pool);
    expect_events("cu");
    apr_pool_destroy(managed);
}
END_TEST

START_TEST(unmanaged_pool_takes_an_allocator_and_an_abort_function)
{
    apr_allocator_t *allocator;
    apr_pool_t *pool, *old_name;

    expect(apr_allocator_create(&allocator) == APR_SUCCESS);
    expect(apr_pool_create_unmanaged_ex(&pool, abort_one, allocator) == APR_SUCCESS);
    expect(apr_pool_allocator_get(pool) == allocator && apr_pool_abort_get(pool) == abort_one);
    expect(apr_allocator_owner_get(allocator) == NULL);
    expect(apr_pool_create_core_ex(&old_name, abort_two, allocator) == APR_SUCCESS);
    expect(apr_pool_parent_get(old_name) == NULL && apr_pool_abort_get(old_name) == abort_two);
    apr_pool_destroy(old_name);
    expect(apr_pool_create_core(&old_name) == APR_SUCCESS);
    expect(apr_pool_parent_get(old_name) == NULL);
    apr_pool_destroy(old_name);
    log_death(pool, 'p');
    apr_pool_destroy(pool);
    expect_events("p");
    apr_allocator_destroy(allocator);
}
END_TEST

START_TEST(termination_destroys_all_but_the_unmanaged)
{
    apr_pool_t *unmanaged, *one, *other;

    expect(apr_initialize() == APR_SUCCESS); /* the second time: see add_apr_case */
    expect(apr_pool_create_unmanaged(&unmanaged) == APR_SUCCESS);
    one = new_pool(NULL);
    other = new_pool(NULL);
    log_death(one, 'o');
    log_death(other, 'p');
    log_death(new_pool(one), 'c');
    log_death(unmanaged, 'u');
    apr_terminate();
    expect_events("");
    apr_terminate();
    expect_events("pco");
    /* what begins now is new */
    expect(apr_initialize() == APR_SUCCESS);
    expect(apr_palloc(new_pool(NULL), 100) != NULL);
    expect(apr_palloc(unmanaged, 100) != NULL);
    apr_pool_destroy(unmanaged);
    expect_events("u");
}
END_TEST

START_TEST(initializations_of_pools_are_counted)
{
    apr_pool_t *pool = new_pool(NULL);

    log_death(pool, 'p');
    expect(apr_pool_initialize() == APR_SUCCESS && apr_pool_initialize() == APR_SUCCESS);
    apr_pool_terminate();
    apr_pool_terminate();
    expect_events("");
    apr_pool_destroy(pool);
    expect_events("p");
}
END_TEST

START_TEST(pools_alone_can_be_terminated)
{
    apr_pool_t *pool = new_pool(NULL);

    log_death(pool, 'p');
    log_death(new_pool(pool), 'c');
    apr_pool_terminate();
    expect_events("cp");
    apr_pool_terminate();
#ifdef APR_TESTS_REAL
    expect(apr_pool_create_unmanaged(&pool) == APR_ENOPOOL && pool == NULL);
#else
    /* here nothing needs to be initialized first */
    expect(apr_pool_create_unmanaged(&pool) == APR_SUCCESS);
    apr_pool_destroy(pool);
#endif
    expect(apr_pool_initialize() == APR_SUCCESS);
    log_death(new_pool(NULL), 'q');
    apr_pool_terminate();
    expect_events("q");
    expect(apr_pool_initialize() == APR_SUCCESS);
}
END_TEST

/* an opaque type as APR has them, and the call that tells its pool */
typedef struct apr_thing_t apr_thing_t;
struct apr_thing_t {
    int other;
    apr_pool_t *pool;
};
APR_POOL_DECLARE_ACCESSOR(thing);
APR_POOL_IMPLEMENT_ACCESSOR(thing)

START_TEST(accessors_are_declared_and_implemented)
{
    apr_pool_t *pool = new_pool(NULL);
    apr_thing_t thing = {1, pool};

    expect(apr_thing_pool_get(&thing) == pool);
    apr_pool_destroy(pool);
}
END_TEST

#if APR_POOL_DEBUG != 0
#error "APR_POOL_DEBUG is 0 where it was not defined"
#endif

START_TEST(promises_to_debugging_are_empty_without_it)
{
    apr_pool_t *pool = new_pool(NULL);
    int evaluated = 0;

    (void)evaluated;
    apr_pool_join((evaluated++, pool), pool);
    apr_pool_lock((evaluated++, pool), 1);
    expect(evaluated == 0);
    apr_pool_destroy(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tree");
    TCase *tree = add_apr_case(suite, "tree");
    TCase *unmanaged = add_apr_case(suite, "unmanaged");
    TCase *library = add_apr_case(suite, "library");

    tcase_add_test(tree, pool_has_the_parent_that_it_was_given);
    tcase_add_test(tree, roots_share_the_one_pool_above_them);
    tcase_add_test(tree, ancestors_are_the_pool_itself_and_those_above);
    tcase_add_test(tree, pool_inherits_allocator_and_abort_function);
    tcase_add_test(tree, subpools_die_first_newest_first_each_with_all_below_it);
    tcase_add_test(tree, clear_destroys_what_is_below);
    tcase_add_test(tree, cleared_pool_is_as_new_in_its_place);
    tcase_add_test(tree, destroyed_pool_leaves_its_parent);
    tcase_add_test(tree, many_children_die_newest_first);
    tcase_add_test(tree, deep_trees_die_whole);
    tcase_add_test(tree, promises_to_debugging_are_empty_without_it);
    tcase_add_test(tree, accessors_are_declared_and_implemented);

    tcase_add_test(unmanaged, unmanaged_pool_has_no_parent);
    tcase_add_test(unmanaged, unmanaged_pool_takes_an_allocator_and_an_abort_function);

    tcase_add_test(library, termination_destroys_all_but_the_unmanaged);
    tcase_add_test(library, initializations_of_pools_are_counted);
    tcase_add_test(library, pools_alone_can_be_terminated);
    return run_suite(suite);
}
