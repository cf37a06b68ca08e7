/*
 * exec.c - child cleanups: those that a forked process runs before it becomes another program.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "subject.h"

static int told = -1; /* where a child process writes its events */

static void tell(char event)
{
    expect(write(told, &event, 1) == 1);
}

static apr_status_t tell_child(void *data)
{
    tell((char)(*(const char *)data - 'a' + 'A'));
    return APR_SUCCESS;
}

static apr_status_t tell_other_child(void *data)
{
    tell(*(const char *)data);
    return APR_SUCCESS;
}

static void log_both(apr_pool_t *pool, char name)
{
    apr_pool_cleanup_register(pool, letter(name), log_cleanup, tell_child);
}

/* What is run in a child process, which calls `last` on data in the end; what it has told. */
static const char *told_by_child(void (*last)(void *data), void *data)
{
    static char text[200];
    size_t length = 0;
    ssize_t got;
    int ends[2], status;
    pid_t child;

    expect(pipe(ends) == 0);
    child = fork();
    expect(child >= 0);
    if (child == 0) {
        told = ends[1];
        apr_pool_cleanup_for_exec();
        if (last)
            last(data);
        _exit(0);
    }
    close(ends[1]);
    while ((got = read(ends[0], text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)got;
    close(ends[0]);
    text[length] = '\0';
    expect(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return text;
}

START_TEST(child_cleanups_run_from_the_roots_down)
{
    apr_pool_t *root = new_pool(NULL), *a = new_pool(root), *b = new_pool(root);

    log_both(root, 'r');
    log_both(root, 's');
    log_both(a, 'a');
    log_both(new_pool(a), 'x');
    log_both(b, 'b');
    log_both(b, 'c');
    ck_assert_str_eq(told_by_child(NULL, NULL), "SRCBAX");
    /* nothing of it was in this process */
    apr_pool_destroy(root);
    expect_events("cbxasr");
}
END_TEST

START_TEST(all_roots_are_seen_and_unmanaged_pools_are_not)
{
    apr_pool_t *one = new_pool(NULL), *other = new_pool(NULL), *unmanaged;

    expect(apr_pool_create_unmanaged(&unmanaged) == APR_SUCCESS);
    log_both(one, 'a');
    log_both(other, 'b');
    log_both(unmanaged, 'u');
    log_both(new_pool(unmanaged), 'v');
    log_death_first(one, 'p');
    ck_assert_str_eq(told_by_child(NULL, NULL), "BA");
    apr_pool_destroy(unmanaged);
    apr_pool_destroy(other);
    apr_pool_destroy(one);
    expect_events("vubpa");
}
END_TEST

static void destroy_after(void *data)
{
    void *found = NULL;

    /* memory and data of the pool are still there, its cleanups are not */
    if (apr_pool_userdata_get(&found, "text", data) == APR_SUCCESS && found &&
        strcmp(found, "whole") == 0 && apr_palloc(data, 10000) != NULL)
        tell('+');
    apr_pool_cleanup_for_exec();
    apr_pool_cleanup_register(data, letter('z'), tell_other_child, apr_pool_cleanup_null);
    apr_pool_destroy(data);
}

START_TEST(child_keeps_the_pools_and_loses_the_cleanups)
{
    apr_pool_t *pool = new_pool(NULL);

    expect(apr_pool_userdata_set(apr_pstrdup(pool, "whole"), "text", NULL, pool) == APR_SUCCESS);
    log_both(pool, 'a');
    apr_pool_cleanup_register(pool, letter('b'), tell_other_child, tell_child);
    ck_assert_str_eq(told_by_child(destroy_after, pool), "BA+z");
    apr_pool_cleanup_kill(pool, letter('b'), tell_other_child);
    apr_pool_destroy(pool);
    expect_events("a");
}
END_TEST

START_TEST(child_cleanup_of_the_newest_such_is_replaced)
{
    apr_pool_t *pool = new_pool(NULL);

    log_both(pool, 'a');
    log_both(pool, 'b');
    log_both(pool, 'a');
    log_both(pool, 'c');
    apr_pool_child_cleanup_set(pool, letter('a'), log_cleanup, tell_other_child);
    apr_pool_child_cleanup_set(pool, letter('c'), log_cleanup, apr_pool_cleanup_null);
    apr_pool_child_cleanup_set(pool, letter('z'), log_cleanup, tell_other_child);
    apr_pool_child_cleanup_set(pool, letter('b'), log_cleanup_too, tell_other_child);
    ck_assert_str_eq(told_by_child(NULL, NULL), "aBA");
    apr_pool_child_cleanup_set(pool, letter('a'), log_cleanup, tell_child);
    ck_assert_str_eq(told_by_child(NULL, NULL), "ABA");
    apr_pool_destroy(pool);
    expect_events("caba");
}
END_TEST

START_TEST(killed_and_run_ones_are_not_seen)
{
    apr_pool_t *pool = new_pool(NULL);

    log_both(pool, 'a');
    log_both(pool, 'b');
    log_both(pool, 'c');
    apr_pool_cleanup_kill(pool, letter('b'), log_cleanup);
    expect(apr_pool_cleanup_run(pool, letter('c'), log_cleanup) == APR_SUCCESS);
    ck_assert_str_eq(told_by_child(NULL, NULL), "A");
    apr_pool_clear(pool);
    ck_assert_str_eq(told_by_child(NULL, NULL), "");
    apr_pool_destroy(pool);
    expect_events("ca");
}
END_TEST

START_TEST(cleanup_of_data_is_a_child_cleanup_too)
{
    apr_pool_t *pool = new_pool(NULL);

    told = -1;
    expect(apr_pool_userdata_set(letter('d'), "d", tell_child, pool) == APR_SUCCESS);
    expect(apr_pool_userdata_setn(letter('e'), "e", tell_child, pool) == APR_SUCCESS);
    ck_assert_str_eq(told_by_child(NULL, NULL), "ED");
    apr_pool_cleanup_kill(pool, letter('d'), tell_child);
    apr_pool_cleanup_kill(pool, letter('e'), tell_child);
    apr_pool_destroy(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exec");
    TCase *exec = add_apr_case(suite, "exec");

    tcase_add_test(exec, child_cleanups_run_from_the_roots_down);
    tcase_add_test(exec, all_roots_are_seen_and_unmanaged_pools_are_not);
    tcase_add_test(exec, child_keeps_the_pools_and_loses_the_cleanups);
    tcase_add_test(exec, child_cleanup_of_the_newest_such_is_replaced);
    tcase_add_test(exec, killed_and_run_ones_are_not_seen);
    tcase_add_test(exec, cleanup_of_data_is_a_child_cleanup_too);
    return run_suite(suite);
}
