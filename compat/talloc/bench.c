/*
 * talloc/bench.c - what the calls of talloc cost, on libown-talloc and on libtalloc.
 *
 * Built once with own/compat/talloc.h and once with talloc.h; bench.sh runs both, again and again
 * in turn, and compares the medians.
 */
#if BENCH_OWN
#include <own/compat/talloc.h>
#else
#include <talloc.h>
#endif

#include "measure.h"

#define CHILDREN ((size_t)100)
#define CHUNKS ((size_t)200000)

static void *root;
static void *left;
static void *right;
static void *moved;

static void contexts(size_t count)
{
    for (size_t i = 0; i < count; i++)
        talloc_free(measure_must(talloc_new(root)));
}

static void chunks(size_t count)
{
    for (size_t i = 0; i < count; i++)
        talloc_free(measure_must(talloc_size(root, 100)));
}

static void cascades(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        void *parent = measure_must(talloc_new(root));
        for (size_t k = 0; k < CHILDREN; k++)
            measure_use(talloc_size(parent, 40));
        talloc_free(parent);
    }
}

static void steals(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        measure_use(talloc_steal(left, moved));
        measure_use(talloc_steal(right, moved));
    }
}

static void references(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        measure_use(talloc_reference(left, moved));
        talloc_unlink(left, moved);
    }
}

static void strings(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *text = talloc_strdup(root, "a string");
        text = talloc_asprintf_append(text, ", and a number: %zu", i);
        talloc_free(measure_must(text));
    }
}

static void resident(void)
{
    size_t before = rss_now();
    for (size_t i = 0; i < CHUNKS; i++) {
        char *chunk = measure_must(talloc_size(left, 40));
        chunk[0] = 1;
    }
    measure_sample("resident", 40, "B", (double)(rss_now() - before) / (double)CHUNKS);
}

int main(void)
{
    root = measure_must(talloc_new(NULL));
    left = measure_must(talloc_new(root));
    right = measure_must(talloc_new(root));
    moved = measure_must(talloc_size(right, 10));
    measure_timing("new+free", 0, measure_rounds(contexts, 1));
    measure_timing("chunk+free", 100, measure_rounds(chunks, 1));
    measure_timing("children", CHILDREN, measure_rounds(cascades, CHILDREN + 1));
    measure_timing("steal", 0, measure_rounds(steals, 2));
    measure_timing("reference+unlink", 0, measure_rounds(references, 1));
    measure_timing("strings", 0, measure_rounds(strings, 1));
    resident();
    return talloc_free(root);
}
