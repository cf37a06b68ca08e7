/*
 * checked_right.c - OWN_CHECK: what stays as it is in checked pools, and the other words. Check
 * must fork: the environment is read once in a process.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checked.h"

START_TEST(sizes_are_exact)
{
    void *block = own_alloc(larder, 1, sizes[_i]);
    expect(block && own_contains(larder, block) && own_pool_of(block) == larder);
    expect_keeps_errno(own_block_size(larder, block) == sizes[_i]);
    own_usage usage = usage_of(larder);
    expect(usage.blocks == 1 && usage.bytes == sizes[_i] && usage.reserved >= sizes[_i]);
    expect(own_free(larder, block) == 0);
    expect(usage_of(larder).blocks == 0);
}
END_TEST

START_TEST(limits_are_kept)
{
    expect(own_pool_set_limit(larder, 100000) == 0);
    while (own_alloc(larder, 1, 1000))
        continue;
    expect(errno == EDQUOT);
    expect(usage_of(larder).reserved <= 100000 && usage_of(larder).blocks > 80);
    /* Smaller where it is, as there is no room beside it. */
    own_pool_clear(larder);
    volatile char *block = block_of(larder, 90000);
    block[49999] = 7;
    expect(own_realloc(larder, plain(block), 1, 50000) == plain(block));
    expect(own_block_size(larder, plain(block)) == 50000 && block[49999] == 7);
    block[50000] = 1;
    expect(own_free(larder, plain(block)) == 0);
    expect_misuse("past the end", "(50000 bytes)");
    expect_error(own_pool_create(larder, &(own_pool_options){.reserve = 200000}) == NULL, EDQUOT);
}
END_TEST

static void *memory_get(void *ctx, size_t size, size_t alignment)
{
    (void)ctx;
    return aligned_alloc(alignment, size);
}

static void memory_put(void *ctx, void *memory, size_t size)
{
    (void)ctx;
    (void)size;
    free(memory);
}

START_TEST(pools_with_own_chunks_are_exact)
{
    static const own_chunks chunks = {.get = memory_get, .put = memory_put};
    own_pool *pool =
        own_pool_create(larder, &(own_pool_options){.name = "cave", .chunks = &chunks});
    own_pool *below = named(pool, "below");
    volatile char *block = block_of(below, 100);
    expect(own_block_size(below, plain(block)) == 100);
    expect(own_pool_check(below) == 0);
    block[111] = 0;
    expect(own_free(below, plain(block)) == 0);
    expect_misuse("past the end", "'below'");
}
END_TEST

static int find_object(void *object, void *arg)
{
    return object == arg;
}

START_TEST(objects_are_found_that_refer_to_nothing)
{
    void *thing = own_new(NULL, &thing_type);
    void *held = own_new(larder, &thing_type);
    expect(thing && held);
    expect(own_roots(find_object, thing) == 1 && own_roots(find_object, larder) == 1);
    expect(own_roots(find_object, held) == 0);
    own_decref(thing);
    expect(own_roots(find_object, thing) == 0);
}
END_TEST

/* Random calls, none of which is wrong. */
START_TEST(what_is_right_is_not_told)
{
    struct random random;
    char *blocks[64] = {NULL};
    size_t lengths[64] = {0};
    random_seed(&random, (uint64_t)_i);
    for (size_t i = 0; i < scaled(50000); i++) {
        size_t at = random_below(&random, 64);
        size_t size = random_below(&random, random_below(&random, 50) ? 1000 : 200000);
        for (size_t k = 0; k < lengths[at]; k += 97)
            expect(blocks[at][k] == (char)at);
        if (random_below(&random, 3) == 0) {
            expect(own_free(larder, blocks[at]) == 0);
            blocks[at] = NULL;
            size = 0;
        } else {
            blocks[at] = own_realloc_raw(larder, blocks[at], 1, size);
            expect(blocks[at] != NULL);
        }
        if (size)
            memset(blocks[at], (int)at, size);
        lengths[at] = size;
        expect(misuses == 0);
    }
}
END_TEST

/* Ends in the usual way where nothing minds, so that make coverage counts what has run. */
static void on_abort(int number)
{
    if (!memory_is_checked())
        exit(1);
    signal(number, SIG_DFL);
    raise(number);
}

/* What a program with these words writes to stderr until it has ended. */
static void run_with(const char *words, void (*program)(void), char *text, size_t room)
{
    int ends[2];
    int status;
    expect(pipe(ends) == 0);
    pid_t child = fork();
    expect(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        setenv("OWN_CHECK", words, 1);
        restore_misuses();
        signal(SIGABRT, on_abort);
        program();
        exit(0);
    }
    close(ends[1]);
    size_t length = 0;
    for (ssize_t got; (got = read(ends[0], text + length, room - 1 - length)) > 0;)
        length += (size_t)got;
    text[length] = '\0';
    close(ends[0]);
    expect(waitpid(child, &status, 0) == child);
}

static own_pool *kept;

static void leave_alive(void)
{
    kept = named(NULL, "kept");
    (void)named(kept, "below");
    for (volatile int i = 0; i < 3; i++) /* from one place: the loop is not unrolled */
        expect(own_new(kept, &thing_type) != NULL);
    void *last = own_new(NULL, &thing_type);
    own_decref(last);
    own_immortalize(own_new(NULL, &probe_type));
    own_decref(named(NULL, "gone"));
}

START_TEST(leaks_are_listed)
{
    char text[10000];
    run_with("leak,site", leave_alive, text, sizeof(text));
    expect(strstr(text, "alive at exit: 1 x pool 'kept'"));
    expect(strstr(text, "alive at exit: 1 x pool 'below' (child of 'kept')"));
    expect(strstr(text, "alive at exit: 3 x thing"));
    expect(!strstr(text, "gone") && !strstr(text, "probe"));
    run_with("guard", leave_alive, text, sizeof(text));
    expect(*text == '\0');
}
END_TEST

static void leave_damaged(void)
{
    kept = named(NULL, "kept");
    ((volatile char *)own_new(kept, &thing_type))[sizeof(struct thing)] = 1;
    block_of(kept, SIZE)[SIZE] = 1;
}

START_TEST(damage_is_found_at_exit)
{
    char text[10000];
    run_with("guard,continue", leave_damaged, text, sizeof(text));
    expect(strstr(text, "past the end of thing") && strstr(text, "past the end of block"));
    expect(!strstr(text, "made in"));
    run_with("guard,continue,site", leave_damaged, text, sizeof(text));
#ifdef __GLIBC__ /* others may give no stacks */
    const char *made = strstr(text, "made in ");
    expect(made && strstr(made, " < ") && strstr(made, " < ") < strchr(made, '\n'));
#endif
}
END_TEST

static void write_behind(void)
{
    own_pool *pool = named(NULL, "larder");
    volatile char *block = block_of(pool, SIZE);
    block[SIZE] = 1;
    fprintf(stderr, "%d.", own_free(pool, plain(block)));
    own_decref(pool);
}

static void free_block(void)
{
    own_pool *pool = named(NULL, "larder");
    fprintf(stderr, "%d.", own_free(pool, plain(block_of(pool, SIZE))));
    own_decref(pool);
}

static void write_behind_to_the_end(void)
{
    block_of(named(NULL, "larder"), SIZE)[SIZE] = 1;
}

/* A dead object that nothing has been made of since. */
static void look_at_dead_object(void)
{
    static const own_type wide_type = {.name = "wide", .size = 400};
    volatile char *object = own_new(NULL, &wide_type);
    expect(object && object[300] == 0);
    own_decref(plain(object));
    fputs(object[200] == '\xdd' && object[300] == '\xdd' ? "filled." : "kept.", stderr);
}

START_TEST(words_say_what_is_done)
{
    char text[1000];
    run_with("guard,continue", write_behind, text, sizeof(text));
    expect(strstr(text, "past the end") && strstr(text, "0."));
    run_with("guard", write_behind, text, sizeof(text));
    expect(strstr(text, "past the end") && !strstr(text, "0."));
    run_with("guard", write_behind_to_the_end, text, sizeof(text));
    expect(strstr(text, "past the end"));
    run_with(",quarantine,,magic,", free_block, text, sizeof(text));
    expect(strstr(text, "unknown word") && strstr(text, "magic") && strstr(text, "0."));
    run_with("continue", free_block, text, sizeof(text));
    expect(strcmp(text, "0.") == 0);
    run_with("", free_block, text, sizeof(text));
    expect(strcmp(text, "0.") == 0);
    if (memory_is_checked())
        return; /* it may not be looked at */
    run_with("fill", look_at_dead_object, text, sizeof(text));
    expect(strcmp(text, "filled.") == 0);
    run_with("guard", look_at_dead_object, text, sizeof(text));
    expect(strcmp(text, "kept.") == 0);
}
END_TEST

/* Whether memory that was given back to malloc can still be looked at, and is as it was. A tool
   that has a malloc of its own would end the program, or has written there. */
static bool freed_memory_is_kept(void)
{
#ifdef THREAD_SANITIZED
    return false;
#else
    return !memory_is_checked();
#endif
}

static void use_malloc(void)
{
    own_pool *pool = named(NULL, "larder");
    own_pool *below = named(pool, "below");
    for (size_t i = 0; i < SIZES; i++) {
        char *block = own_alloc(below, 1, sizes[i]);
        expect(block && own_block_size(below, block) == sizes[i] && own_pool_of(block) == below);
    }
    for (int kind = 0; kind < 2; kind++) { /* a block, and one that is a chunk of its own */
        size_t size = (size_t)2 << 20;
        char *block = own_alloc(kind ? pool : below, 1, size);
        expect(block && memset(block, 7, size));
        expect((block = own_realloc(kind ? pool : below, block, 1, 3 * size)) != NULL);
        expect(block[size - 1] == 7 && block[size] == 0 && block[3 * size - 1] == 0);
        expect((block = own_realloc(kind ? pool : below, block, 1, size / 2 + 5)) != NULL);
        expect(block[0] == 7 && block[size / 2 + 4] == 7 && own_pool_of(block));
    }
    own_list *list = own_list_new(pool);
    for (int i = 0; i < 100; i++) {
        void *thing = own_new(NULL, &probe_type);
        expect(thing && list && own_list_append(list, thing) == 0);
        own_decref(thing);
    }
    own_buffer *buffer = own_buffer_new(pool, 1, (size_t)2 << 20);
    expect(buffer && own_buffer_resize(buffer, 1, (size_t)5 << 20) == 0);
    expect(((char *)own_buffer_data(buffer))[((size_t)5 << 20) - 1] == 0);
    expect(own_array_new(pool, "d", OWN_C_ORDER, OWN_SHAPE(20, 30)) != NULL);
    expect(own_collect() == 0);
    expect(own_roots(find_object, pool) == 1 && own_roots(find_object, below) == 0);
    own_decref(pool);
    fputs("done.", stderr);
    if (freed_memory_is_kept())
        (void)!own_alloc(pool, 1, 1);
}

START_TEST(all_can_come_from_malloc)
{
    char text[1000];
    run_with("malloc,leak", use_malloc, text, sizeof(text));
    expect(strstr(text, "done.") && !strstr(text, "alive at exit"));
    expect(!freed_memory_is_kept() || strstr(text, "own_alloc: pool"));
}
END_TEST

int main(void)
{
    setenv("OWN_CHECK", "guard,fill,quarantine", 1);
    Suite *suite = suite_create("checked_right");
    TCase *right = add_case(suite, "right");
    TCase *words = add_case(suite, "words");

    tcase_add_checked_fixture(right, begin, end);
    tcase_add_loop_test(right, sizes_are_exact, 0, SIZES);
    tcase_add_test(right, limits_are_kept);
    tcase_add_test(right, objects_are_found_that_refer_to_nothing);
    tcase_add_test(right, pools_with_own_chunks_are_exact);
    tcase_add_loop_test(right, what_is_right_is_not_told, 1, 5);
    tcase_add_test(words, leaks_are_listed);
    tcase_add_test(words, damage_is_found_at_exit);
    tcase_add_test(words, words_say_what_is_done);
    tcase_add_test(words, all_can_come_from_malloc);
    return run_suite(suite);
}
