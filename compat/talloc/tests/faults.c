/*
 * faults.c - calls of talloc that get no memory: under a limit that grows until the call succeeds,
 * and in a process that has none left. What fails changes nothing.
 */
#include "world.h"

#include <sys/resource.h>

static char *root, *text;
static void *context;

static bool name(void)
{
    return talloc_named(root, 10, "%s %d", "a name", 1) != NULL;
}

static bool copy(void)
{
    return talloc_memdup(root, "bytes", 5) != NULL;
}

static bool duplicate(void)
{
    return talloc_strndup(root, "a string", 3) != NULL;
}

static bool print(void)
{
    return talloc_asprintf(root, "%d", 100) != NULL;
}

static bool append(void)
{
    char *longer = talloc_strdup_append(text, "which is longer by far than what was there");

    text = longer ? longer : text;
    return longer != NULL;
}

static bool append_printed(void)
{
    char *longer = talloc_asprintf_append_buffer(text, "%500d", 1);

    text = longer ? longer : text;
    return longer != NULL;
}

static bool resize(void)
{
    void *moved = talloc_realloc_size(root, context, 3000);

    context = moved ? moved : context;
    return moved != NULL;
}

static bool refer(void)
{
    return talloc_reference(root, context) != NULL;
}

static bool pool(void)
{
    return talloc_pool(root, 300) != NULL;
}

static bool pooled(void)
{
    return talloc_pooled_object(root, int, 2, 10) != NULL;
}

static bool zeros(void)
{
    return talloc_zero_array(root, int, 10) != NULL;
}

/* The limit grows until the call succeeds; before that nothing changes. */
static void fail_until(bool (*call)(void))
{
    size_t limit = 1, failures = 0;

    root = (char *)talloc_named_const(NULL, 0, "root");
    text = talloc_strdup(root, "text");
    context = talloc_size(root, 20);
    expect(set_limit(root, limit) == 0);
    for (;; limit += 8) {
        size_t blocks = talloc_total_blocks(root), bytes = talloc_total_size(root);
        expect(set_limit(root, limit) == 0);
        if (call())
            break;
        failures++;
        expect(talloc_total_blocks(root) == blocks && talloc_total_size(root) == bytes);
        expect_text(text, "text");
        expect(talloc_get_size(context) == 20 && talloc_reference_count(context) == 0);
    }
    expect(failures > 30 && limit < 100000);
    talloc_free(root);
}

START_TEST(call_under_a_limit_changes_nothing_until_it_succeeds)
{
    static bool (*const calls[])(void) = {name,   copy,  duplicate, print,  append, append_printed,
                                          resize, refer, pool,      pooled, zeros};

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        fail_until(calls[i]);
}
END_TEST

START_TEST(addbuf_that_fails_leaves_NULL)
{
    root = (char *)talloc_named_const(NULL, 0, "root");
    text = talloc_strdup(root, "text");
    expect(set_limit(root, 1) == 0);
    talloc_asprintf_addbuf(&text, "%2000d", 1);
    expect(text == NULL);
    talloc_free(root);
}
END_TEST

static void use_all(void)
{
    struct rlimit all = {.rlim_cur = (rlim_t)256 << 20, .rlim_max = (rlim_t)256 << 20};
    size_t count = 0;

    root = (char *)talloc_new(NULL);
    expect(setrlimit(RLIMIT_AS, &all) == 0);
    while (talloc_size(root, 50000))
        count++;
    while (talloc_strdup(root, "small"))
        count++;
    expect(talloc_size(root, 50000) == NULL && talloc_total_blocks(root) == count + 1);
    expect(talloc_free(root) == 0);
    root = (char *)talloc_new(NULL);
    for (size_t i = 0; i < 1000; i++)
        expect(talloc_size(root, 50000) != NULL);
    talloc_free(root);
    printf("%s\n", count > 1000 ? "enough" : "too few");
}

START_TEST(process_without_memory_gets_NULL_and_goes_on)
{
    if (memory_is_checked())
        return; /* the checker needs address space without end */
#ifdef THREAD_SANITIZED
    return;
#endif
    expect(in_child(use_all) == 0);
    expect_text(output, "enough\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("talloc: faults");
    TCase *tcase = add_case(suite, "faults");

    tcase_add_test(tcase, call_under_a_limit_changes_nothing_until_it_succeeds);
    tcase_add_test(tcase, addbuf_that_fails_leaves_NULL);
    tcase_add_test(tcase, process_without_memory_gets_NULL_and_goes_on);
    return run_suite(suite);
}
