/*
 * faults_every.c - every public call, where any one request for memory fails, or all from one on:
 * of the library, of the allocator of the pool, of its chunks; in confined and in shared pools, by
 * a thread that has used them and by a new one. A failed call returns what its header says, with
 * errno ENOMEM, has changed nothing, succeeds when it is made again, and leaks nothing.
 *
 * The rows of every_*.c are checked against src/libown.map: a public call that is in none
 * of them fails the test, as does one that is said to need memory and never fails.
 */
#include "asker.h"
#include "chunk/chunk.h"
#include "every.h"
#include "public.h"

#include <pthread.h>

static const struct kind kinds[] = {
    {"confined", FROM_LIBRARY, false, false},
    {"confined, with an allocator", FROM_ALLOCATOR, false, false},
    {"confined, with chunks", FROM_CHUNKS, false, false},
    {"shared", FROM_LIBRARY, true, false},
    {"shared, with an allocator", FROM_ALLOCATOR, true, false},
    {"shared, with chunks", FROM_CHUNKS, true, false},
    {"shared, in a new thread", FROM_LIBRARY, true, true},
    {"shared, with an allocator, in a new thread", FROM_ALLOCATOR, true, true},
    {"shared, with chunks, in a new thread", FROM_CHUNKS, true, true},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static const struct rows *const tables[] = {&pool_rows, &process_rows, &block_rows, &object_rows,
                                            &array_rows};
#define TABLES (sizeof tables / sizeof tables[0])

static const struct row *row_at(size_t index)
{
    size_t table = 0;

    for (; index >= tables[table]->count; table++)
        index -= tables[table]->count;
    return &tables[table]->row[index];
}

static size_t count_rows(void)
{
    size_t count = 0;

    for (size_t i = 0; i < TABLES; i++)
        count += tables[i]->count;
    return count;
}

/* Which request fails: the n-th; of whom; and all after it, or not. */
struct fault {
    enum from from;
    long n;
    bool once;
};

static void arm(const struct fault *fault)
{
    if (fault->from != FROM_LIBRARY)
        source_fail(fault->from, fault->n, fault->once);
    else if (fault->once)
        chunk_fail_once(fault->n);
    else
        chunk_fail_after(fault->n);
}

/* Returns how many requests have failed. */
static long disarm(const struct fault *fault)
{
    long failures = fault->from == FROM_LIBRARY ? chunk_failures() : source_failures();

    source_fail(fault->from, 0, false);
    chunk_fail_after(0);
    return failures;
}

struct attempt {
    const struct row *row;
    const struct fault *fault;
    struct setting setting;
    bool success;
    int error;
    long failures;
};

static void *make_call(void *arg)
{
    struct attempt *attempt = arg;

    arm(attempt->fault);
    errno = 0;
    attempt->success = attempt->row->call(&attempt->setting);
    attempt->error = errno;
    attempt->failures = disarm(attempt->fault);
    return NULL;
}

static void complain(const struct attempt *attempt, const char *what)
{
    static const char *const sources[] = {"library", "allocator", "chunks"};

    ck_abort_msg("%s (%s, request %ld of the %s%s) %s", attempt->row->name,
                 attempt->setting.kind->name, attempt->fault->n, sources[attempt->fault->from],
                 attempt->fault->once ? " alone" : "", what);
}

static void look_after_failure(struct attempt *attempt, const struct picture *before)
{
    struct setting *setting = &attempt->setting;
    unsigned traces = attempt->row->traces;
    struct picture after;

    if (attempt->error != ENOMEM)
        complain(attempt, strerror(attempt->error));
    if (setting->kind->in_thread) /* its part of the pool, which stays */
        traces |= TRACE_MEMORY;
    take_picture(&after, setting);
    const char *change = compare_pictures(before, &after, traces);
    if (change) {
        fprintf(stderr, "it has changed %s\n", change);
        complain(attempt, "changes something");
    }
    if (told > 1)
        complain(attempt, "tells twice that it failed");
    if (!attempt->row->call(setting))
        complain(attempt, "fails again with memory");
}

/* Returns whether a request has failed in the call. */
static bool try_call(const struct row *row, const struct kind *kind, const struct fault *fault)
{
    struct attempt attempt = {.row = row, .fault = fault};
    struct picture before;
    size_t live = chunk_live_bytes();

    make_setting(&attempt.setting, kind);
    if (row->prepare)
        row->prepare(&attempt.setting);
    take_picture(&before, &attempt.setting);
    if (kind->in_thread)
        in_thread(make_call, &attempt);
    else
        make_call(&attempt);
    if (!attempt.success && !row->needs)
        complain(&attempt, "fails, though it needs no memory");
    if (!attempt.success && attempt.failures == 0)
        complain(&attempt, "fails with memory");
    if (attempt.success && attempt.error != 0 && attempt.failures == 0)
        complain(&attempt, "sets errno");
    if (!attempt.success)
        look_after_failure(&attempt, &before);
    chunk_fail_after(1); /* death needs no memory */
    end_setting(&attempt.setting);
    chunk_fail_after(0);
    if (chunk_live_bytes() != live || source_live() != 0) {
        fprintf(stderr, "%zd bytes, %zu pieces\n", (ssize_t)(chunk_live_bytes() - live),
                source_live());
        complain(&attempt, "leaks");
    }
    return attempt.failures > 0;
}

/* Returns at how many positions of requests the call has been tried. */
static size_t try_positions(const struct row *row, const struct kind *kind)
{
    size_t positions = 0;

    for (int once = 0; once < 2; once++)
        for (int of = 0; of < (kind->from == FROM_LIBRARY ? 1 : 2); of++) {
            struct fault fault = {of == 0 ? FROM_LIBRARY : kind->from, 1, once};
            for (; try_call(row, kind, &fault); fault.n++) {
                positions++;
                expect(fault.n < 1000);
            }
        }
    return positions;
}

START_TEST(a_call_without_memory_changes_nothing)
{
    const struct row *row = row_at((size_t)_i);
    size_t positions = 0, count = scaled(KINDS);

    if (count < 1) /* where steps are slow, another kind for each call */
        count = 1;
    for (size_t i = 0; i < count; i++)
        positions += try_positions(row, &kinds[((size_t)_i + i) % KINDS]);
    printf("%-36s %4zu positions\n", row->name, positions);
    fflush(stdout);
    if (row->needs && positions == 0 && count == KINDS)
        ck_abort_msg("%s was to need memory", row->name);
}
END_TEST

static bool has_row(const char *name)
{
    for (size_t i = 0; i < count_rows(); i++)
        if (strcmp(row_at(i)->name, name) == 0)
            return true;
    return false;
}

START_TEST(no_public_call_is_missing)
{
    const char *names[500];
    size_t count = count_rows();

    expect(count <= 500);
    for (size_t i = 0; i < count; i++)
        names[i] = row_at(i)->name;
    expect_all_public(has_row, names, count);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults_every");
    TCase *faults = add_case(suite, "faults");

    tcase_add_checked_fixture(faults, make_place, leave_place);
    tcase_add_test(faults, no_public_call_is_missing);
    tcase_add_loop_test(faults, a_call_without_memory_changes_nothing, 0, (int)count_rows());
    return run_suite(suite);
}
