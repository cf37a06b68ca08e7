/*
 * abort.c - the default misuse handler: a sentence on stderr, then abort. Check must fork for it.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

START_TEST(default_handler_aborts_on_release_of_a_pools_reference)
{
    own_decref(probe_new(new_root(), 'a'));
}
END_TEST

START_TEST(default_handler_aborts_on_second_release)
{
    struct probe *probe = probe_new(NULL, 'a');

    own_decref(probe);
    own_decref(probe);
}
END_TEST

START_TEST(default_handler_aborts_on_give_of_a_pools_reference)
{
    (void)own_give(new_root(), probe_new(new_root(), 'a'));
}
END_TEST

static void ignore(const char *sentence)
{
    (void)sentence;
}

START_TEST(handler_null_restores_the_default)
{
    own_set_misuse_handler(ignore);
    own_set_misuse_handler(NULL);
    own_decref(probe_new(new_root(), 'a'));
}
END_TEST

START_TEST(default_handler_writes_the_sentence_to_stderr)
{
    int ends[2], status;
    char text[1000];

    expect(pipe(ends) == 0);
    pid_t child = fork();
    expect(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        own_decref(own_new(own_pool_new_at(NULL, "larder"), &probe_type));
        _exit(0);
    }
    close(ends[1]);
    size_t length = 0;
    for (ssize_t got; (got = read(ends[0], text + length, sizeof text - 1 - length)) > 0;)
        length += (size_t)got;
    text[length] = '\0';
    close(ends[0]);
    expect(waitpid(child, &status, 0) == child);
    expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    expect(strstr(text, "own_decref") && strstr(text, "probe"));
    expect(length > 0 && text[length - 1] == '\n');
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("abort");
    TCase *aborts = add_case(suite, "aborts");

    tcase_add_test_raise_signal(aborts, default_handler_aborts_on_release_of_a_pools_reference,
                                SIGABRT);
    if (memory_is_checked())
        fprintf(stderr, "left out: a second release, which the memory checker would end\n");
    else
        tcase_add_test_raise_signal(aborts, default_handler_aborts_on_second_release, SIGABRT);
    tcase_add_test_raise_signal(aborts, default_handler_aborts_on_give_of_a_pools_reference,
                                SIGABRT);
    tcase_add_test_raise_signal(aborts, handler_null_restores_the_default, SIGABRT);
    tcase_add_test(aborts, default_handler_writes_the_sentence_to_stderr);
    return run_suite(suite);
}
