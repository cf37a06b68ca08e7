/*
 * harness.c - the assertions, the log of events, the recorder of misuses and the random numbers of
 * the contract tests.
 */
#include "config.h" /* the kind of build: OWN_DEBUG */

#include "harness.h"

#include <sys/resource.h>

#ifdef HAVE_STACKS
#include <dlfcn.h>
#endif
#include <pthread.h>
#include <unistd.h>

#ifdef HAVE_VALGRIND_MEMCHECK_H
#include <valgrind/valgrind.h>
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SANITIZED 1
#endif

#ifdef THREAD_SANITIZED
/* Else it ends a child that starts a thread. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "die_after_fork=0";
}
#endif

static uint64_t current_seed;
static char events[4096];
static size_t events_length;

void test_failed(const char *file, int line, const char *condition)
{
    if (current_seed)
        ck_abort_msg("%s:%d: %s (seed %llu)", file, line, condition,
                     (unsigned long long)current_seed);
    ck_abort_msg("%s:%d: %s", file, line, condition);
}

void log_event(char event)
{
    expect(events_length + 1 < sizeof events);
    events[events_length++] = event;
    events[events_length] = '\0';
}

void log_call(void *arg)
{
    log_event(*(const char *)arg);
}

void expect_events_at(const char *file, int line, const char *expected)
{
    if (strcmp(events, expected) != 0)
        ck_abort_msg("%s:%d: events \"%s\", expected \"%s\"", file, line, events, expected);
    events_length = 0;
    events[0] = '\0';
}

unsigned misuses;
char misuse_sentence[1000];

static void record(const char *text)
{
    misuses++;
    snprintf(misuse_sentence, sizeof misuse_sentence, "%s", text);
}

void record_misuses(void)
{
    misuses = 0;
    misuse_sentence[0] = '\0';
    own_set_misuse_handler(record);
}

void restore_misuses(void)
{
    own_set_misuse_handler(NULL);
}

void expect_misuse_at(const char *file, int line, const char *call, const char *thing)
{
    if (misuses != 1)
        ck_abort_msg("%s:%d: %u misuses were told, not one", file, line, misuses);
    if (!strstr(misuse_sentence, call) || !strstr(misuse_sentence, thing) ||
        strchr(misuse_sentence, '\n'))
        ck_abort_msg("%s:%d: \"%s\" does not name %s and %s on one line", file, line,
                     misuse_sentence, call, thing);
    misuses = 0;
}

static void probe_finalize(void *self)
{
    struct probe *probe = (struct probe *)self;

    log_event(probe->name);
    if (probe->then)
        probe->then(probe);
}

const own_type probe_type = {
    .name = "probe",
    .size = sizeof(struct probe),
    .refs = OWN_REFS(struct probe, first, second, third),
    .finalize = probe_finalize,
};

struct probe *probe_new(own_pool *owner, char name)
{
    struct probe *probe = (struct probe *)own_new(owner, &probe_type);

    expect(probe != NULL);
    probe->name = name;
    return probe;
}

void log_and_free(void *memory)
{
    log_event(*(char *)memory);
    free(memory);
}

static size_t flags_down;

static void take_flag_down(void *flag)
{
    (void)flag;
    flags_down++;
}

static const own_type flag_type = {
    .name = "flag", .size = sizeof(own_object), .finalize = take_flag_down};

struct nested {
    own_object header;
    void (*action)(void);
};

/* Not in the frame of the caller but below: there is no room for a death either. */
static __attribute__((noinline)) void act_below(void (*action)(void))
{
    volatile char room[512];

    room[0] = 0;
    action();
    (void)room[0]; /* after the call, which thus is no jump */
}

static void nest_or_act(void *self);
static const own_type nested_type = {
    .name = "nested", .size = sizeof(struct nested), .finalize = nest_or_act};

/* Where one death does not nest, none does in the frames below. */
static void nest_deeper(void (*action)(void))
{
    size_t before = flags_down;

    own_decref(own_new(NULL, &flag_type));
    if (flags_down == before) {
        act_below(action);
        return;
    }
    struct nested *nested = (struct nested *)own_new(NULL, &nested_type);
    expect(nested != NULL);
    nested->action = action;
    own_decref(nested);
}

static void nest_or_act(void *self)
{
    nest_deeper(((struct nested *)self)->action);
}

void at_nesting_limit(void (*action)(void))
{
    nest_deeper(action);
}

char *adopt_named(own_pool *pool, char name, size_t size)
{
    char *memory = (char *)malloc(size);

    expect(memory != NULL);
    memset(memory, name, size);
    expect_keeps_errno(own_adopt(pool, memory, size, log_and_free) == 0);
    return memory;
}

own_pool *new_root(void)
{
    own_pool *pool = own_pool_new(NULL);

    expect(pool != NULL);
    return pool;
}

own_usage usage_of(const own_pool *pool)
{
    own_usage usage;

    own_pool_usage(pool, &usage);
    return usage;
}

own_usage total_of(const own_pool *pool)
{
    own_usage usage;

    own_pool_total(pool, &usage);
    return usage;
}

void random_seed(struct random *random, uint64_t seed)
{
    random->state = seed;
    current_seed = seed;
}

/* splitmix64 */
uint64_t random_next(struct random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

size_t random_below(struct random *random, size_t bound)
{
    return (size_t)(random_next(random) % bound);
}

/* Set by make check-valgrind; seen without it where its header was found. */
static bool under_valgrind(void)
{
#ifdef HAVE_VALGRIND_MEMCHECK_H
    if (RUNNING_ON_VALGRIND)
        return true;
#endif
    return getenv("OWN_UNDER_VALGRIND") != NULL;
}

size_t scaled(size_t count)
{
    const char *text = getenv("OWN_TEST_SCALE");
    unsigned long divisor = 1;

    if (text)
        divisor = strtoul(text, NULL, 10);
    else if (under_valgrind())
        divisor = 100;
#ifdef SANITIZED
    else
        divisor = 5;
#else
    else if (OWN_DEBUG)
        divisor = 10;
#endif
    if (divisor <= 1)
        return count;
    static bool told;
    if (!__atomic_exchange_n(&told, true, __ATOMIC_RELAXED))
        fprintf(stderr, "scaled down: one in %lu of the steps of long tests\n", divisor);
    return count / divisor;
}

bool steps_are_few(void)
{
    return scaled(100) <= 1;
}

size_t scaled_nesting(size_t count)
{
    size_t few = scaled(count);
    return few > MORE_THAN_NEST ? few : MORE_THAN_NEST;
}

void in_thread(void *(*run)(void *arg), void *arg)
{
    pthread_t thread;

    expect(pthread_create(&thread, NULL, run, arg) == 0 && pthread_join(thread, NULL) == 0);
}

size_t stack_size(size_t size)
{
    long least = sysconf(_SC_THREAD_STACK_MIN);

    return least > 0 && size < (size_t)least ? (size_t)least : size;
}

bool memory_is_checked(void)
{
#ifdef ADDRESS_SANITIZED
    return true;
#else
    return under_valgrind();
#endif
}

bool stacks_are_given(void)
{
#ifdef HAVE_STACKS
    return true;
#else
    return false;
#endif
}

bool modules_are_known(void)
{
#ifdef HAVE_STACKS
    static const char inside;
    Dl_info info;
    return dladdr(&inside, &info) != 0;
#else
    return false;
#endif
}

bool blocks_are_bumped(void)
{
#ifdef ADDRESS_SANITIZED
    return false;
#else
    return !OWN_DEBUG && !getenv("OWN_CHECK");
#endif
}

static void forget_events(void)
{
    events_length = 0;
    events[0] = '\0';
    current_seed = 0;
}

TCase *add_case(Suite *suite, const char *name)
{
    TCase *test_case = tcase_create(name);

    tcase_add_checked_fixture(test_case, forget_events, NULL);
    tcase_set_timeout(test_case, 300);
    suite_add_tcase(suite, test_case);
    return test_case;
}

int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    scaled(0); /* says so once, before there are children to say it again */

    /* Half of 32 bits of addresses could be had, which a system may then hand out at once. */
    const struct rlimit most = {.rlim_cur = IMPOSSIBLE, .rlim_max = RLIM_INFINITY};
    if (sizeof(void *) < 8)
        expect(setrlimit(RLIMIT_AS, &most) == 0);

    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

void end_process(int status)
{
#ifndef THREAD_SANITIZED
    if (!memory_is_checked())
        exit(status);
#endif
    _exit(status);
}
