/*
 * fork.c - a child process goes on using libown, whatever the threads that it does not have were
 * doing in the library when it was made.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#define BUSY_THREADS 3
#define FORKS 400         /* at full size */
#define FORKS_LEAST 5     /* under Valgrind */
#define CHILD_SECONDS 30U /* a child that takes longer hangs */

/* A sanitizer takes locks of its own where threads begin and end and memory is unmapped, which
   fork may leave taken for ever. */
static bool checker_has_locks(void)
{
#ifdef THREAD_SANITIZED
    return true;
#else
    return memory_is_checked();
#endif
}

/* Cycles, whose collection puts chunks back under a lock of its own. */
static void collect(void)
{
    own_pool *pool = new_root();
    own_list *list = own_list_new(pool);

    expect(list && own_list_append(list, list) == 0 && own_list_append(list, pool) == 0);
    own_decref(pool);
    expect(own_pool_collect(pool) == 2);
}

/* A little of everything: memory from caches, slabs and segments, and back. */
static void use_library(void)
{
    static const size_t sizes[] = {1, 500, 5000, 50000, 500000};
    own_pool *pool = new_root();
    own_pool *child = own_pool_new(pool);

    expect(child != NULL);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *block = own_alloc(child, 1, sizes[i]);
        expect(block != NULL && block[sizes[i] - 1] == 0);
        block[0] = block[sizes[i] - 1] = 'x';
        expect(i % 2 == 0 || own_free(child, block) == 0);
    }
    expect(own_hold(pool, child) == 0);
    own_decref(pool);
    collect();
    own_trim();
}

static void *use_library_once(void *unused)
{
    use_library();
    return unused;
}

/* Memory from the system and back, and a thread with whose end its cache goes back to the heap. */
static void use_system(void)
{
    own_pool *pool = new_root();
    pthread_t thread;

    expect(own_alloc(pool, 2, 1000000) != NULL);
    own_decref(pool);
    expect(pthread_create(&thread, NULL, use_library_once, NULL) == 0);
    expect(pthread_join(thread, NULL) == 0);
}

/* A shared pool that no thread is inside of, and a block in the memory of a thread that goes on. */
static own_pool *shared;
static char *of_thread;

static pthread_barrier_t started;
static atomic_bool stop;

/* Is in the heap most of the time. */
static void *keep_using_library(void *and_system)
{
    use_library();
    char *block = own_alloc(shared, 1, 1000);
    expect(block != NULL);
    __atomic_store_n(&of_thread, block, __ATOMIC_RELAXED); /* that of one of them */
    pthread_barrier_wait(&started);
    while (!atomic_load(&stop)) {
        if (and_system)
            use_system();
        use_library();
    }
    return NULL;
}

static void use_shared(void)
{
    expect(own_block_size(shared, of_thread) == 1008 && own_free(shared, of_thread) == 0);
    expect(own_free(shared, of_thread) == -1);
    expect(own_alloc(shared, 1, 500000) && own_pool_new(shared) != NULL);
    own_pool_clear(shared);
    own_decref(shared);
}

/* What a child does before it exits with 0; `inherited` is a pool from before it was made. */
static void live(own_pool *inherited, char *block)
{
    signal(SIGALRM, SIG_DFL); /* Check has a handler of its own */
    alarm(CHILD_SECONDS);
    expect(strcmp(block, "inherited") == 0);
    expect(own_free(inherited, block) == 0);
    expect(own_alloc(inherited, 1, 100000) != NULL);
    use_shared();
    use_library();
    use_system();
    own_decref(inherited);
    own_trim();
    _exit(0);
}

static void fork_once(own_pool *pool, char *block)
{
    int status;
    pid_t process = fork();

    expect(process >= 0);
    if (process == 0)
        live(pool, block);
    expect(waitpid(process, &status, 0) == process);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        ck_abort_msg("a child hangs");
    expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

START_TEST(a_child_made_while_threads_are_in_the_library_goes_on_using_it)
{
    pthread_t threads[BUSY_THREADS];
    own_pool *pool = new_root();
    char *block = own_strdup(pool, "inherited");
    shared = new_root();
    expect(own_share(shared) == 0);
    size_t forks = scaled(FORKS);
    void *and_system = checker_has_locks() ? NULL : &stop;

    expect(pthread_barrier_init(&started, NULL, BUSY_THREADS + 1) == 0);
    for (size_t i = 0; i < BUSY_THREADS; i++)
        expect(pthread_create(&threads[i], NULL, keep_using_library, i ? NULL : and_system) == 0);
    pthread_barrier_wait(&started);
    for (size_t i = 0; i < forks || i < FORKS_LEAST; i++)
        fork_once(pool, block);
    atomic_store(&stop, true);
    for (size_t i = 0; i < BUSY_THREADS; i++)
        expect(pthread_join(threads[i], NULL) == 0);
    expect(own_contains(pool, block) && strcmp(block, "inherited") == 0);
    pthread_barrier_destroy(&started);
    own_decref(shared);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fork");
    TCase *children = add_case(suite, "children");

    if (checker_has_locks())
        fprintf(stderr, "left out: threads that end and mappings that go while fork is called\n");
    tcase_add_test(children, a_child_made_while_threads_are_in_the_library_goes_on_using_it);
    return run_suite(suite);
}
