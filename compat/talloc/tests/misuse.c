/*
 * misuse.c - what is no context, contexts that are freed already, and wrong types: the process is
 * aborted, or a function of the program's is told why. Each happens in a child process.
 */
#include "world.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void told(const char *reason)
{
    printf("told: %s\n", reason);
    fflush(stdout);
    _exit(3);
}

static void mistake_type(void)
{
    void *context = talloc_named_const(NULL, 4, "char");

    talloc_get_type_abort(context, int);
}

static void mistake_type_told(void)
{
    talloc_set_abort_fn(told);
    mistake_type();
}

static void mistake_NULL(void)
{
    talloc_set_abort_fn(told);
    talloc_get_type_abort((void *)NULL, int);
}

/* There, libtalloc still finds the header of what was freed. */
static char *in_a_pool(void)
{
    void *pool = talloc_pool(NULL, 1000);
    char *context = talloc_strdup(pool, "a");

    expect(talloc_strdup(pool, "newer") != NULL);
    return context;
}

static void free_twice(void)
{
    char *context = in_a_pool();

    talloc_set_log_stderr();
    talloc_set_abort_fn(told);
    talloc_free(context);
    talloc_free(context);
}

static void name_freed(void)
{
    char *context = in_a_pool();

    talloc_set_abort_fn(told);
    talloc_free(context);
    talloc_get_name(context);
}

static void free_what_is_none(void)
{
    static long long memory[100];

    talloc_set_abort_fn(told);
    talloc_free(&memory[50]);
}

static void allocate_in_what_is_none(void)
{
    static long long memory[100];

    talloc_set_log_stderr();
    if (talloc_size(&memory[50], 5))
        printf("allocated\n");
}

static void expect_told_by(void (*run)(void), const char *reason)
{
    int status = in_child(run);

    if (!WIFEXITED(status) || WEXITSTATUS(status) != 3 || !strstr(output, reason))
        ck_abort_msg("status %x, \"%s\" instead of \"%s\"", status, output, reason);
}

START_TEST(wrong_type_aborts)
{
    int status = in_child(mistake_type);

    expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}
END_TEST

START_TEST(wrong_type_is_told_with_place_and_both_names)
{
    expect_told_by(mistake_type_told, "misuse.c:");
    expect_told_by(mistake_type_told, ": Type mismatch: name[char] expected[int]\n");
    expect_told_by(mistake_NULL, ": Type mismatch: name[NULL] expected[int]\n");
}
END_TEST

START_TEST(second_free_is_told_with_the_place_of_the_first)
{
    if (memory_is_checked())
        return; /* the checker ends it first */
    expect_told_by(free_twice, "told: Bad talloc magic value - access after free\n");
    expect(strstr(output, "first free may be at ") && strstr(output, "misuse.c:"));
    expect_told_by(name_freed, "told: Bad talloc magic value - access after free\n");
}
END_TEST

START_TEST(what_is_no_context_is_told)
{
    expect_told_by(free_what_is_none, "told: Bad talloc magic value - unknown value\n");
    int status = in_child(allocate_in_what_is_none);
    expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    expect(strstr(output, "Bad talloc magic value - unknown value"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("talloc: misuse");
    TCase *tcase = add_case(suite, "misuse");

    tcase_add_test(tcase, wrong_type_aborts);
    tcase_add_test(tcase, wrong_type_is_told_with_place_and_both_names);
    tcase_add_test(tcase, second_free_is_told_with_the_place_of_the_first);
    tcase_add_test(tcase, what_is_no_context_is_told);
    return run_suite(suite);
}
