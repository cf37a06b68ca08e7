/*
 * stacks.c - numbers of stacks: equal for equal stacks, with frames that name the caller.
 *
 * This program is linked with the archive, so frames of the library are in its stacks too; here it
 * calls site_capture itself.
 */
#define _GNU_SOURCE /* dladdr */
#include "check/check.h"
#include "harness.h"
#include "site/site.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEPTHS 40

/* Calls itself, in a way that compilers leave alone; the stacks are DEPTHS different ones. */
static NOINLINE uint32_t capture_at(volatile size_t *depth)
{
    uint32_t stack;

    if (*depth == 0) {
        stack = site_capture();
        *depth = 0; /* so that this is no jump, which leaves no frame */
        return stack;
    }
    --*depth;
    stack = capture_at(depth);
    ++*depth;
    return stack;
}

static NOINLINE uint32_t capture_from_depth(size_t depth)
{
    volatile size_t left = depth;
    return capture_at(&left);
}

/* Captures at each of these depths, from one place. */
static NOINLINE void capture_from_depths(const size_t *depths, size_t count, uint32_t *stacks)
{
    for (volatile size_t i = 0; i < count; i++)
        stacks[i] = capture_from_depth(depths[i]);
}

#define CAPTURE(depths, stacks) capture_from_depths((depths), sizeof(stacks) / 4, (stacks))

static void prepare(void)
{
    expect_keeps_errno((site_prepare(), true));
    expect(site_prepare());
}

START_TEST(there_is_no_stack_before_site_prepare)
{
    const void *frame;

    expect(site_capture() == 0);
    expect(site_frames(0, &frame, 1) == 0);
    expect(site_bytes() == 0);
}
END_TEST

START_TEST(equal_stacks_have_one_number)
{
    uint32_t stacks[4];

    prepare();
    CAPTURE(((const size_t[]){1, 1, 2, 1}), stacks);
    expect(stacks[0] != 0 && stacks[0] == stacks[1] && stacks[0] == stacks[3]);
    expect(stacks[2] != 0 && stacks[2] != stacks[0]);
    size_t bytes = site_bytes();
    expect_keeps_errno(site_capture() != 0);
    expect(bytes > 0 && site_bytes() > bytes);
}
END_TEST

START_TEST(a_stack_that_was_seen_is_recognised)
{
    static const size_t depths[] = {3, 3, 3, 5, 3, 5, 5, 3};
    uint32_t stacks[8];

    prepare();
    size_t before = site_unwound();
    CAPTURE(depths, stacks);
    for (size_t i = 0; i < 8; i++)
        expect(stacks[i] && stacks[i] == stacks[depths[i] == 3 ? 0 : 3]);
#if defined(__x86_64__)
    expect(site_unwound() - before == 2);
#endif
    expect(site_unwound() > before);
}
END_TEST

START_TEST(the_innermost_frame_is_in_the_caller)
{
    const void *frames[SITE_FRAMES];
    struct site_place place;
    struct site_place main_program;
    char text[200];

    prepare();
    uint32_t stack = capture_from_depth(0);
    size_t count = site_frames(stack, frames, SITE_FRAMES);
    expect(count > 2 && count <= SITE_FRAMES);
    expect((uintptr_t)frames[0] - (uintptr_t)capture_at < 200);
    expect((uintptr_t)frames[1] - (uintptr_t)capture_from_depth < 200);

    errno = ERANGE;
    site_describe(frames[0], &place);
    site_describe((const void *)(uintptr_t)capture_at, &main_program);
    expect(errno == ERANGE);
    expect(strcmp(place.module, main_program.module) == 0);
    expect(access(place.module, X_OK) == 0);
    expect(place.offset - main_program.offset == (uintptr_t)frames[0] - (uintptr_t)capture_at);
    expect(site_print(text, sizeof(text), frames[0]) > 0);
    expect(strstr(text, place.module) && strstr(text, "+0x"));
}
END_TEST

START_TEST(functions_that_are_exported_have_their_names)
{
    struct site_place place;
    char text[200];

    /* One that no sanitizer has a version of its own of. */
    const char *inside = (const char *)(uintptr_t)getsubopt + 1;
    site_describe(inside, &place);
    expect(place.function && strcmp(place.function, "getsubopt") == 0 && place.from_start == 1);
    expect(strstr(place.module, "libc"));
    expect(site_print(text, sizeof(text), inside) > 0);
    expect(strncmp(text, "getsubopt+0x1 (/", 16) == 0);
    site_describe(NULL, &place);
    expect(place.module && !place.function && place.offset == 0);
}
END_TEST

START_TEST(of_long_stacks_the_innermost_frames_are_kept)
{
    const void *frames[SITE_FRAMES + 1] = {NULL};
    const void *first[2] = {NULL, &first};

    prepare();
    uint32_t stack = capture_from_depth(2 * SITE_FRAMES);
    expect(site_frames(stack, frames, SITE_FRAMES + 1) == SITE_FRAMES);
    expect(!frames[SITE_FRAMES]);
    for (size_t i = 0; i < SITE_FRAMES; i++)
        expect((uintptr_t)frames[i] - (uintptr_t)capture_at < 200);
    expect(site_frames(stack, first, 1) == SITE_FRAMES);
    expect(first[0] == frames[0] && first[1] == &first);
    size_t bytes = site_bytes();
    expect(capture_from_depth(2 * SITE_FRAMES + 1) == stack);
    expect(site_bytes() == bytes);
}
END_TEST

START_TEST(without_room_new_stacks_have_none)
{
    static const size_t depths[] = {1, 2, 3, 2, 4};
    uint32_t stacks[5];

    prepare();
    size_t bytes = site_bytes();
    site_limit(bytes + 8);
    CAPTURE(depths, stacks);
    for (size_t i = 0; i < 5; i++)
        expect(stacks[i] == 0);
    expect(site_bytes() == bytes);
    for (size_t room = bytes + 9; !stacks[0]; room++) {
        site_limit(room);
        CAPTURE(depths, stacks);
    }
    expect(stacks[0] && !stacks[1] && !stacks[2] && !stacks[3] && !stacks[4]);
    site_limit(SIZE_MAX / 2);
    CAPTURE(depths, stacks);
    for (size_t i = 0; i < 5; i++)
        expect(stacks[i] != 0);
    expect(stacks[1] == stacks[3]);
}
END_TEST

static uint32_t numbers[4][DEPTHS];

static NOINLINE void *capture_all(void *arg)
{
    uint32_t *to = arg;

    for (size_t i = 0; i < (steps_are_few() ? 5 : 100) * DEPTHS; i++) {
        size_t depth = i % DEPTHS;
        uint32_t stack = capture_from_depth(depth);
        expect(i < DEPTHS || to[depth] == stack);
        to[depth] = stack;
    }
    return NULL;
}

START_TEST(threads_get_the_same_numbers)
{
    pthread_t threads[4];

    for (size_t i = 0; i < 4; i++)
        memset(numbers[i], 0, sizeof(numbers[i]));
    prepare();
    for (size_t i = 0; i < 4; i++)
        expect(pthread_create(&threads[i], NULL, capture_all, numbers[i]) == 0);
    for (size_t i = 0; i < 4; i++)
        expect(pthread_join(threads[i], NULL) == 0);
    for (size_t depth = 0; depth < DEPTHS; depth++) {
        expect(numbers[0][depth] != 0);
        expect(depth == 0 || depth >= SITE_FRAMES || numbers[0][depth] != numbers[0][depth - 1]);
        for (size_t i = 1; i < 4; i++)
            expect(numbers[i][depth] == numbers[0][depth]);
    }
}
END_TEST

static int stop;

static void *capture_until_stopped(void *arg)
{
    for (size_t depth = 0; !__atomic_load_n(&stop, __ATOMIC_RELAXED); depth = (depth + 1) % 20)
        (void)capture_from_depth(depth);
    return arg;
}

/* Of glibc on i386, the lock that unwinding takes stays taken in a child. */
#ifdef __i386__
#define CHILDREN_UNWIND false
#else
#define CHILDREN_UNWIND true
#endif

START_TEST(a_child_process_goes_on)
{
    pthread_t thread;

    prepare();
    stop = 0;
    expect(pthread_create(&thread, NULL, capture_until_stopped, NULL) == 0);
    for (int i = 0; i < 20; i++) {
        int status;
        pid_t child = fork();
        expect(child >= 0);
        if (child == 0) {
            alarm(20); /* a lock that is never released */
            _exit(capture_from_depth(1 + (size_t)i) ? 0 : 1);
        }
        expect(waitpid(child, &status, 0) == child);
        expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    expect(pthread_join(thread, NULL) == 0);
}
END_TEST

/* The first byte of its file is where a module begins. */
START_TEST(offsets_are_those_in_the_file)
{
    const void *const addresses[] = {(void *)(uintptr_t)capture_at, (void *)(uintptr_t)strtol};

    for (int i = 0; i < 2; i++) {
        struct site_place place;
        Dl_info info;
        site_describe(addresses[i], &place);
        expect(dladdr(addresses[i], &info) && info.dli_fbase);
        /* Unless the program is at the addresses of its file. */
        uintptr_t offset = (uintptr_t)addresses[i] - (uintptr_t)info.dli_fbase;
        expect(place.offset == offset || place.offset == (uintptr_t)addresses[i]);
        expect(i == 0 || place.offset == offset);
        expect(place.function == NULL || place.from_start < 100);
    }
}
END_TEST

START_TEST(a_sentence_keeps_to_its_room)
{
    char text[120];
    prepare();
    uint32_t stack = capture_from_depth(5);

    for (size_t room = 40; room < 100; room++) {
        memset(text, 'x', sizeof(text));
        strcpy(text, "a block was written past the end"); /* 32 characters */
        check_add_site(text, room, "made in ", stack);
        size_t most = room - 33 < 10 ? room - 33 : 10; /* a name follows where there is room */
        expect(strlen(text) < room && strncmp(text + 32, "; made in ", most) == 0);
        for (size_t i = room; i < sizeof(text); i++)
            expect(text[i] == 'x');
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stacks");
    TCase *numbering = add_case(suite, "numbers");
    TCase *describing = add_case(suite, "frames");

    tcase_add_test(numbering, there_is_no_stack_before_site_prepare);
    if (!stacks_are_given()) {
        puts("left out here: all tests of stacks, which this system does not give");
        return run_suite(suite);
    }
    tcase_add_test(numbering, equal_stacks_have_one_number);
    tcase_add_test(numbering, a_stack_that_was_seen_is_recognised);
    tcase_add_test(numbering, of_long_stacks_the_innermost_frames_are_kept);
    tcase_add_test(numbering, without_room_new_stacks_have_none);
    tcase_add_test(numbering, threads_get_the_same_numbers);
    if (CHILDREN_UNWIND)
        tcase_add_test(numbering, a_child_process_goes_on);
    else
        puts("left out here: a_child_process_goes_on (see own_set_site_tracking)");
    tcase_add_test(describing, the_innermost_frame_is_in_the_caller);
    tcase_add_test(describing, functions_that_are_exported_have_their_names);
    tcase_add_test(describing, offsets_are_those_in_the_file);
    tcase_add_test(describing, a_sentence_keeps_to_its_room);
    return run_suite(suite);
}
