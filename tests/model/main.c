/*
 * model/main.c - runs worlds, and where both sides differ, shrinks the world and writes a program.
 *
 *     tests/model/model [--steps N] [--seed N] [--file BYTES] [--program FILE] [--wrong CALL]
 *
 * --wrong has the model answer wrongly: that must be found (wrong.c).
 */
#include "calls.h"
#include "real.h"
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { OTHERS = 10, FEW = 6 };

int model_wrong;
static uint64_t seed, steps = 300000;
static const char *file, *program = "model-found.c";
static struct recipe recipe;

void real_differs(const struct world *world, const char *what, long expected, long got)
{
    const struct op *op = real_op();

    (void)world;
    snprintf(run_told->sentence, sizeof run_told->sentence, "%s: %ld is due, not %ld, in %s", what,
             expected, got, op ? calls[op->call].text : "the end");
    _exit(DIFFERS);
}

static void parse(int count, char **arguments)
{
    for (int i = 1; i + 1 < count; i += 2) {
        const char *name = arguments[i], *value = arguments[i + 1];
        if (!strcmp(name, "--steps"))
            steps = strtoull(value, NULL, 0);
        else if (!strcmp(name, "--seed"))
            seed = strtoull(value, NULL, 0);
        else if (!strcmp(name, "--file"))
            file = value;
        else if (!strcmp(name, "--program"))
            program = value;
        else if (!strcmp(name, "--wrong"))
            for (int call = 0; call < CALL_KINDS; call++)
                model_wrong = !strcmp(calls[call].name, value) ? call + 1 : model_wrong;
    }
}

static void run_worlds(void)
{
    do {
        if (!file)
            recipe_from_seed(&recipe, run_told->seed);
        run_recipe(&recipe);
        run_told->seed++;
    } while (!file && run_told->calls < steps);
}

static void read_file(void)
{
    static uint8_t bytes[1 << 16];
    FILE *in = fopen(file, "rb");

    if (!in) {
        perror(file);
        exit(2);
    }
    size_t size = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    recipe_from_bytes(&recipe, bytes, size);
}

/* Where a world does not get small, another may. */
static size_t shrink_another(uint64_t from, size_t left)
{
    static struct recipe other;

    recipe_from_seed(&other, from);
    size_t got = shrink(&other);
    if (got == 0 || got >= left)
        return left;
    recipe = other;
    return got;
}

/* The world in which both differ, without the calls behind that. */
static void report(int status)
{
    uint64_t failed = run_told->seed;

    if (WIFSIGNALED(status))
        snprintf(run_told->sentence, sizeof run_told->sentence, "signal %d", WTERMSIG(status));
    printf("model: a difference in the world of --seed %llu: %s\n", (unsigned long long)failed,
           run_told->sentence);
    fflush(stdout);
    if (!file)
        recipe_from_seed(&recipe, failed);
    size_t left = shrink(&recipe);
    for (uint64_t more = 1; !file && more <= OTHERS && left > FEW; more++)
        left = shrink_another(mix(failed) + more, left);
    if (!left) {
        printf("model: not in that world alone: it needs those since --seed %llu\n",
               (unsigned long long)seed);
        return;
    }
    write_program(&recipe, program);
    printf("model: %zu calls are enough: %s: %s\n", left, program, run_told->sentence);
}

int main(int count, char **arguments)
{
    const char *scale = getenv("OWN_TEST_SCALE");
    struct timespec from, to;
    int status = 0;

    parse(count, arguments);
    /* Pools as programs have them, not those that sanitizers get (own/check.h). */
    setenv("OWN_CHECK", "none", 0);
    if (count == 1 && scale && atoi(scale) > 1)
        steps /= (uint64_t)atoi(scale);
    if (getenv("OWN_UNDER_VALGRIND"))
        steps /= 100;
    run_told = (struct told *)mmap(NULL, sizeof *run_told, PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (run_told == MAP_FAILED)
        return 2;
    run_told->seed = seed;
    if (file)
        read_file();
    clock_gettime(CLOCK_MONOTONIC, &from);
    pid_t child = fork();
    if (child == 0) {
        run_worlds();
        _exit(0);
    }
    while (child < 0 || waitpid(child, &status, 0) != child)
        if (child < 0)
            return 2;
    clock_gettime(CLOCK_MONOTONIC, &to);
    double seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    printf("model: seeds %llu to %llu: %llu calls, %.0f a second\n", (unsigned long long)seed,
           (unsigned long long)run_told->seed, (unsigned long long)run_told->calls,
           (double)run_told->calls / seconds);
    if (status == 0)
        return 0;
    report(status);
    return 1;
}
