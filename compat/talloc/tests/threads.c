/*
 * threads.c - trees of contexts in several threads: each its own, and trees that are handed on.
 */
#include "world.h"

#include <pthread.h>

#define THREADS 4

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *handed; /* under the lock: a tree that no thread uses */

static void *grow(struct random *random, size_t blocks)
{
    char *root = (char *)talloc_pool(NULL, random_below(random, 2) ? 500 : 0), *last = root;

    for (size_t i = 0; i < blocks; i++) {
        char *text = talloc_asprintf(random_below(random, 2) ? root : last, "%zu", i);
        expect(text != NULL);
        last = talloc_strdup_append(text, "and more");
        if (random_below(random, 4) == 0 && last != root)
            talloc_reference(root, last);
    }
    return root;
}

static void *work(void *arg)
{
    struct random random = {0};
    size_t rounds = scaled(2000);

    random.state = (uint64_t)(uintptr_t)arg * 77 + 1;
    for (size_t i = 0; i < rounds; i++) {
        void *mine = grow(&random, 1 + random_below(&random, 20)), *theirs;
        pthread_mutex_lock(&lock);
        theirs = handed;
        handed = mine;
        pthread_mutex_unlock(&lock);
        if (theirs) {
            expect(talloc_strdup(theirs, "in another thread") != NULL);
            expect(talloc_total_blocks(theirs) > 1);
            talloc_free(theirs);
        }
    }
    return NULL;
}

START_TEST(trees_are_made_handed_on_and_freed_in_threads)
{
    pthread_t threads[THREADS];

    for (size_t i = 0; i < THREADS; i++)
        expect(pthread_create(&threads[i], NULL, work, (void *)(i + 1)) == 0);
    for (size_t i = 0; i < THREADS; i++)
        expect(pthread_join(threads[i], NULL) == 0);
    expect(talloc_free(handed) == 0);
    handed = NULL;
}
END_TEST

static void *make(void *arg)
{
    *(char **)arg = talloc_strdup(letter(NULL, "r"), "made by a thread that is gone");
    return NULL;
}

START_TEST(tree_outlives_the_thread_that_made_it)
{
    for (int i = 0; i < 100; i++) {
        char *text = NULL;
        in_thread(make, &text);
        expect_text(text, "made by a thread that is gone");
        text = talloc_strdup_append(text, " by now");
        talloc_free(talloc_parent(text));
        expect_events("r");
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("talloc: threads");
    TCase *tcase = add_case(suite, "threads");

    tcase_add_test(tcase, trees_are_made_handed_on_and_freed_in_threads);
    tcase_add_test(tcase, tree_outlives_the_thread_that_made_it);
    return run_suite(suite);
}
