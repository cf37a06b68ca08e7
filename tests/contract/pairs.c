/*
 * pairs.c - every pair of public calls on the same shared pools, objects, weak references, lists,
 * buffers and arrays, by two threads at once; then mixes of calls by four and eight threads. Each
 * call has the result that it has alone, and after each pair everything is as it was.
 *
 * The rows are in pairs_*.c; what no thread may call beside others is in `forbidden' here, with the
 * words of the header that say so. A public call that is in neither fails the test.
 *
 *     OWN_PAIRS_ROUNDS    how often each pair is called (5; where steps are slow, fewer, and not
 *                         every pair)
 */
#include "pairs.h"
#include "public.h"

#include <pthread.h>

#define ROUNDS 5
#define SPINS 30000
#define SAMPLE 20
#define MIXES 400
#define MIX_CALLS 60
#define THREADS_MOST 8

/* Calls that are not made beside others at all, and the words that forbid it. */
static const struct {
    const char *name, *header, *words;
} forbidden[] = {
    {"own_collect", "collect.h", "Threads: the world holds still"},
    {"own_collect_find", "collect.h", "Threads: as own_collect."},
    {"own_roots", "report.h", "Threads: the world holds still: until it returns no other thread"},
    {"own_metrics", "report.h", "Threads: as own_roots."},
    {"own_monitor_serve", "monitor.h", "while the call runs, no other thread uses the library"},
    {"own_buffer_resize", "buffer.h", "resize the buffer, need a lock of yours"},
    {"own_array_resize", "array.h", "resize the array, need your lock"},
    {"own_bump", "block.h", "The next block, which fits"}, /* none does in a shared pool */
};
#define FORBIDDEN (sizeof forbidden / sizeof forbidden[0])

/* What must be the same after each pair. */
struct books {
    size_t pools, blocks, children, held, deferred, references[7];
};

static void look(struct books *books)
{
    void *const objects[] = {world.root, world.pool,   world.other, world.probe,
                             world.list, world.buffer, world.array};
    own_usage total = total_of(world.root);

    if (world.handed)
        expect(own_free(world.pool, world.handed) == 0);
    world.handed = NULL;
    total = total_of(world.root);
    memset(books, 0, sizeof *books);
    books->pools = total.pools;
    books->blocks = total.blocks;
    books->children = total.children;
    books->held = total.held;
    books->deferred = total.deferred;
    for (int i = 0; i < 7; i++)
        books->references[i] = own_refcount(objects[i]);
}

/* What the threads do next: each one of some rows, so often. NULL: end. */
static struct {
    pthread_barrier_t begin, end;
    const struct pair_row *rows[THREADS_MOST];
    size_t count; /* rows; with two, each thread has one of them */
    size_t calls;
    size_t threads;
    size_t running; /* threads that have woken up for it; atomic */
} task;

/* Waits a little for the other thread: it may take longer to wake up than the calls take. */
static void meet(void)
{
    __atomic_add_fetch(&task.running, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < SPINS && task.threads == 2; i++)
        if (__atomic_load_n(&task.running, __ATOMIC_RELAXED) == 2)
            break;
}

static void *work(void *arg)
{
    struct worker worker = {.number = (size_t)(uintptr_t)arg};
    struct random random = {.state = worker.number + 1};

    worker.out = fopen("/dev/null", "w");
    expect(worker.out != NULL);
    for (;;) {
        pthread_barrier_wait(&task.begin);
        if (task.count == 0)
            break;
        meet();
        for (size_t i = 0; i < task.calls; i++) {
            worker.random = (size_t)random_next(&random);
            size_t which = task.count == 2 ? worker.number % 2 : random_below(&random, task.count);
            task.rows[which]->call(&worker);
        }
        pthread_barrier_wait(&task.end);
    }
    fclose(worker.out);
    return NULL;
}

static void begin_threads(pthread_t *threads, size_t count)
{
    task.threads = count;
    expect(pthread_barrier_init(&task.begin, NULL, (unsigned)count + 1) == 0);
    expect(pthread_barrier_init(&task.end, NULL, (unsigned)count + 1) == 0);
    for (size_t i = 0; i < count; i++)
        expect(pthread_create(&threads[i], NULL, work, (void *)(uintptr_t)i) == 0);
}

static void run_task(void)
{
    task.running = 0;
    pthread_barrier_wait(&task.begin);
    if (task.count)
        pthread_barrier_wait(&task.end);
}

static void end_threads(pthread_t *threads)
{
    task.count = 0;
    run_task();
    for (size_t i = 0; i < task.threads; i++)
        expect(pthread_join(threads[i], NULL) == 0);
    pthread_barrier_destroy(&task.begin);
    pthread_barrier_destroy(&task.end);
}

static void expect_same(const struct books *before)
{
    struct books after;

    look(&after);
    if (memcmp(before, &after, sizeof after) == 0)
        return;
    for (size_t i = 0; i < task.count; i++)
        fprintf(stderr, "%s ", task.rows[i]->name);
    ck_abort_msg("these calls, at once, leave something behind");
}

static size_t rounds(void)
{
    const char *wanted = getenv("OWN_PAIRS_ROUNDS");
    size_t count = wanted ? (size_t)strtoul(wanted, NULL, 10) : scaled(ROUNDS);

    return count < 1 ? 1 : count;
}

/* Where steps are slow, and the number of rounds is not given: one of several pairs. */
static bool is_in_sample(size_t i, size_t j)
{
    size_t take = getenv("OWN_PAIRS_ROUNDS") ? SAMPLE : scaled(SAMPLE);

    return (i * 7 + j * 3) % SAMPLE < (take < 1 ? 1 : take);
}

START_TEST(two_threads_make_each_pair_of_calls)
{
    pthread_t threads[2];
    struct books before;
    size_t rows = count_rows(), pairs = 0, left_out = 0;

    make_world();
    look(&before);
    begin_threads(threads, 2);
    task.count = 2;
    task.calls = rounds();
    for (size_t i = 0; i < rows; i++)
        for (size_t j = i; j < rows; j++) {
            task.rows[0] = row_at(i);
            task.rows[1] = row_at(j);
            bool meet = may_meet(task.rows[0], task.rows[1]);
            left_out += !meet;
            if (!meet || !is_in_sample(i, j))
                continue;
            run_task();
            expect_same(&before);
            pairs++;
        }
    end_threads(threads);
    end_world();
    printf("%zu pairs, %zu times each; %zu that the headers forbid\n", pairs, task.calls, left_out);
    expect(pairs > 10);
}
END_TEST

/* A call that may meet itself and all others of the mix. */
static void add_to_mix(const struct pair_row *row)
{
    bool fits = may_meet(row, row);

    for (size_t i = 0; fits && i < task.count; i++)
        fits = may_meet(row, task.rows[i]);
    if (fits)
        task.rows[task.count++] = row;
}

START_TEST(more_threads_make_mixes_of_calls)
{
    size_t count = _i == 0 ? 4 : THREADS_MOST, mixes = scaled(MIXES);
    pthread_t threads[THREADS_MOST];
    struct random random;
    struct books before;

    random_seed(&random, (uint64_t)_i + 1);
    make_world();
    look(&before);
    begin_threads(threads, count);
    task.calls = MIX_CALLS * rounds() / ROUNDS + 1;
    for (size_t i = 0; i < mixes; i++) {
        for (task.count = 0; task.count < THREADS_MOST;)
            add_to_mix(row_at(random_below(&random, count_rows())));
        run_task();
        expect_same(&before);
    }
    end_threads(threads);
    end_world();
}
END_TEST

static bool is_known(const char *name)
{
    for (size_t i = 0; i < count_rows(); i++)
        if (strcmp(row_at(i)->name, name) == 0)
            return true;
    for (size_t i = 0; i < FORBIDDEN; i++)
        if (strcmp(forbidden[i].name, name) == 0)
            return true;
    return false;
}

START_TEST(no_public_call_is_missing)
{
    const char *names[500];
    size_t count = 0;

    for (size_t i = 0; i < count_rows(); i++)
        names[count++] = row_at(i)->name;
    for (size_t i = 0; i < FORBIDDEN; i++)
        names[count++] = forbidden[i].name;
    expect_all_public(is_known, names, count);
}
END_TEST

START_TEST(headers_forbid_what_is_left_out)
{
    if (!header_says(forbidden[_i].header, forbidden[_i].words))
        ck_abort_msg("own/%s does not say: %s", forbidden[_i].header, forbidden[_i].words);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pairs");
    TCase *calls = add_case(suite, "calls");

    tcase_add_test(calls, no_public_call_is_missing);
    tcase_add_loop_test(calls, headers_forbid_what_is_left_out, 0, FORBIDDEN);
    tcase_add_test(calls, two_threads_make_each_pair_of_calls);
    tcase_add_loop_test(calls, more_threads_make_mixes_of_calls, 0, 2);
    return run_suite(suite);
}
