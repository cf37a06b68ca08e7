/*
 * nested.c - deaths that finalizers and deferred calls nest happen at once while there is stack,
 * and are put off where there is none.
 */
#include <pthread.h>
#include <signal.h>

#include "harness.h"

#define KIB ((size_t)1 << 10)

struct link {
    own_object header;
    own_object *next; /* released by the finalizer, not declared */
    size_t number;
};

static size_t finalized, nesting, deepest, late;

/* Releases the next, of number + 1, and sees whether that has died when own_decref returns. */
static void release_next(void *self)
{
    struct link *link = (struct link *)self;

    finalized++;
    nesting++;
    deepest = nesting > deepest ? nesting : deepest;
    own_object *next = link->next;
    link->next = NULL;
    if (next) {
        own_decref(next);
        late += finalized == link->number;
    }
    nesting--;
}

static const own_type link_type = {
    .name = "link", .size = sizeof(struct link), .finalize = release_next};

static void kill_chain(size_t count)
{
    own_object *first = NULL;

    finalized = nesting = deepest = late = 0;
    for (size_t number = count; number > 0; number--) {
        struct link *link = (struct link *)own_new(NULL, &link_type);
        expect(link != NULL);
        link->next = first;
        link->number = number;
        first = &link->header;
    }
    expect_keeps_errno((own_decref(first), true));
    expect(finalized == count && nesting == 0);
}

static void on_stack(size_t size, void *(*function)(void *))
{
    pthread_attr_t attributes;
    pthread_t thread;

    expect(pthread_attr_init(&attributes) == 0);
    expect(pthread_attr_setstacksize(&attributes, stack_size(size)) == 0);
    expect(pthread_create(&thread, &attributes, function, NULL) == 0);
    expect(pthread_join(thread, NULL) == 0);
    pthread_attr_destroy(&attributes);
}

static void *kill_thousand(void *unused)
{
    kill_chain(1000);
    expect(deepest == 1000 && late == 0);
    return unused;
}

START_TEST(thousand_nested_deaths_happen_at_once)
{
    on_stack(8192 * KIB, kill_thousand);
    kill_thousand(NULL);
}
END_TEST

static void *kill_more_than_fit(void *unused)
{
    kill_chain(scaled_nesting(100000));
    expect(deepest >= 32 && late > 0);
    return unused;
}

START_TEST(deaths_are_put_off_where_the_stack_ends)
{
    static const size_t sizes[] = {64, 96, 128, 256, 1024};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        on_stack((memory_is_checked() ? 512 : 0) * KIB + sizes[i] * KIB, kill_more_than_fit);
}
END_TEST

START_TEST(deaths_nest_only_so_deep_whatever_the_stack)
{
    kill_chain(30000);
    expect(deepest >= 32 && deepest <= 10001);
}
END_TEST

static bool was_on_other_stack;

static void run_on_other_stack(int number)
{
    (void)number;
    kill_more_than_fit(NULL);
    expect(deepest <= 33);
    was_on_other_stack = true;
}

/* On a stack that is not the thread's, whose end nobody knows: that of a signal's handler. */
START_TEST(deaths_on_another_stack_nest_as_deep_as_any_stack_bears)
{
    static char stack[128 << 10] __attribute__((aligned(16)));

    kill_thousand(NULL); /* the bounds of the thread's stack are known by now */
    expect(sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL) == 0);
    struct sigaction action = {.sa_handler = run_on_other_stack, .sa_flags = SA_ONSTACK};
    expect(sigaction(SIGUSR1, &action, NULL) == 0);
    expect(raise(SIGUSR1) == 0 && was_on_other_stack);
    kill_thousand(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nested");
    TCase *deaths = add_case(suite, "deaths");

    tcase_add_test(deaths, thousand_nested_deaths_happen_at_once);
    tcase_add_test(deaths, deaths_are_put_off_where_the_stack_ends);
    tcase_add_test(deaths, deaths_nest_only_so_deep_whatever_the_stack);
    if (memory_is_checked())
        fprintf(stderr, "left out: a stack that the memory checker does not know\n");
    else
        tcase_add_test(deaths, deaths_on_another_stack_nest_as_deep_as_any_stack_bears);
    return run_suite(suite);
}
