/*
 * faults_monitor.c - a monitor without memory: opening one fails and leaves nothing, a client is
 * told so, and both succeed when they are tried again.
 *
 * The record of a monitor is a chunk; an answer is memory of malloc, which this program replaces.
 */
#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asker.h"
#include "chunk/chunk.h"

#define NO_MEMORY "error: out of memory\n"

/* Whether this program's malloc is the one that libc calls: only where nobody else replaces it. */
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(THREAD_SANITIZED)
#define REPLACES_MALLOC 1
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#undef REPLACES_MALLOC
#endif
#endif

static long fail_after; /* the n-th request from now, and all after it, fail; 0: none */
static size_t requests;
static size_t taken; /* what was got and not freed */

#ifdef REPLACES_MALLOC
static bool is_to_fail(void)
{
    requests++;
    if (fail_after > 1) {
        fail_after--;
        return false;
    }
    if (fail_after == 1)
        errno = ENOMEM;
    return fail_after == 1;
}

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void __libc_free(void *memory);

static void *counted(void *memory)
{
    taken += memory != NULL;
    return memory;
}

void *malloc(size_t size)
{
    return is_to_fail() ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return is_to_fail() ? NULL : counted(__libc_calloc(count, size));
}

void free(void *memory)
{
    taken -= memory != NULL;
    __libc_free(memory);
}

void *realloc(void *memory, size_t size)
{
    if (is_to_fail())
        return NULL;
    return memory ? __libc_realloc(memory, size) : counted(__libc_realloc(NULL, size));
}
#endif

static size_t count_descriptors(void)
{
    size_t count = 0;
    DIR *descriptors = opendir("/proc/self/fd");

    expect(descriptors != NULL);
    while (readdir(descriptors))
        count++;
    closedir(descriptors);
    return count;
}

START_TEST(a_monitor_needs_one_chunk)
{
    size_t live = chunk_live_bytes(), descriptors = count_descriptors();

    chunk_fail_after(1);
    expect_error(own_monitor_open(place) == -1, ENOMEM);
    chunk_fail_after(0);
    expect(chunk_live_bytes() == live && count_descriptors() == descriptors);
    expect_error(try_connect(place) == -1, ENOENT);

    int monitor = own_monitor_open(place);
    expect(monitor >= 0);
    int client = connect_to(place);
    send_line(client, "folded");
    chunk_fail_after(1); /* all else that is done needs none */
    serve(monitor);
    expect(own_monitor_close(monitor) == 0);
    chunk_fail_after(0);
    struct received received = {.size = 0};
    receive(client, &received);
    expect(received.ended);
    free(received.bytes);
    close(client);
    expect(chunk_live_bytes() == live && count_descriptors() == descriptors);
}
END_TEST

/* The answer is larger than one request for memory. */
START_TEST(a_client_is_told_that_there_is_no_memory)
{
    int monitor = own_monitor_open(place);
    own_pool *root = new_with_long_name(100000);
    size_t before = requests, failures = 0;
    bool whole = false;

    expect(monitor >= 0);
    free(ask(monitor, place, "folded"));
    if (requests == before) {
        fprintf(stderr, "skipped: something else replaces malloc here\n");
        whole = true;
        failures = 3;
    }
    for (long n = 1; !whole; n++) {
        struct received received = {.size = 0};
        int client = connect_to(place);
        expect(n < 1000);
        serve(monitor);
        send_line(client, "folded");
        fail_after = n;
        expect(own_monitor_serve(monitor) == 0);
        fail_after = 0;
        finish(monitor, client, &received);
        whole = strcmp(received.bytes, NO_MEMORY) != 0;
        failures += !whole;
        expect(!whole || received.size > 100000);
        free(received.bytes);
    }
    expect(failures >= 3);
    expect(own_monitor_close(monitor) == 0);
    own_decref(root);
}
END_TEST

/* By a child process that closes the monitor, and when the client has gone. */
START_TEST(answers_that_are_not_taken_are_freed)
{
    own_pool *root = new_with_long_name((size_t)1 << 20); /* more than a socket takes */
    int monitor = own_monitor_open(place);
    size_t before = taken;
    int status;

    expect(monitor >= 0);
    int client = connect_to(place);
    send_line(client, "folded");
    serve(monitor);
    if (taken == before)
        fprintf(stderr, "skipped: something else replaces malloc here\n");
    pid_t child = fork();
    if (child == 0)
        _exit(own_monitor_close(monitor) == 0 && taken == before ? 0 : 1);
    expect(child > 0 && waitpid(child, &status, 0) == child);
    expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(client);
    serve(monitor);
    expect(taken == before);
    expect(own_monitor_close(monitor) == 0);
    own_decref(root);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults_monitor");
    TCase *faults = add_case(suite, "faults");

    tcase_add_checked_fixture(faults, make_place, leave_place);
    tcase_add_test(faults, a_monitor_needs_one_chunk);
    tcase_add_test(faults, a_client_is_told_that_there_is_no_memory);
    tcase_add_test(faults, answers_that_are_not_taken_are_freed);
    return run_suite(suite);
}
