/*
 * source.c - sources: chunks of all classes from lots and from get, checked against a record of
 * what is in use.
 */
#include "chunk/source.h"
#include "harness.h"

#define MIB ((size_t)1 << 20)

static _Alignas(1 << 16) char region[8 * MIB];
static size_t units; /* that get has handed out */
static bool refuse;

static void *get(void *ctx, size_t size, size_t alignment)
{
    own_chunks *fixed = ctx;
    void *memory = refuse ? NULL : fixed->get(fixed->ctx, size, alignment);
    units += memory ? size / CHUNK_UNIT : 0;
    return memory;
}

static void put(void *ctx, void *memory, size_t size)
{
    own_chunks *fixed = ctx;
    units -= size / CHUNK_UNIT;
    fixed->put(fixed->ctx, memory, size);
}

/* Gets and puts chunks in random order, each full of a byte of its own. */
static void exercise(struct source *source, uint32_t random)
{
    static struct {
        unsigned char *at;
        size_t size;
        unsigned char byte;
    } in_use[200];

    for (int step = 0; step < 8000; step++) {
        random = random * 1664525 + 1013904223;
        size_t i = (random >> 8) % 200;
        size_t granted;
        if (in_use[i].at) {
            for (size_t k = 0; k < in_use[i].size; k++)
                expect(in_use[i].at[k] == in_use[i].byte);
            expect(source_put(source, in_use[i].at, in_use[i].size) >= in_use[i].size);
            in_use[i].at = NULL;
            continue;
        }
        size_t size = (size_t)1 << (random >> 16) % ((random >> 24) % 20 ? 11 : 18);
        size += (random >> 12) % size;
        unsigned char *at = source_get(source, size, &granted);
        if (!at) {
            expect(errno == ENOMEM);
            continue;
        }
        expect(granted == chunk_round(size) && (uintptr_t)at % GRANULE == 0);
        expect(granted < CHUNK_UNIT || (uintptr_t)at % CHUNK_UNIT == 0);
        in_use[i].at = at;
        in_use[i].size = size;
        in_use[i].byte = (unsigned char)step;
        memset(at, in_use[i].byte, size);
        if (step % 100 == 0)
            lots_validate(&source->lots);
    }
    for (size_t i = 0; i < 200; i++) {
        if (in_use[i].at)
            source_put(source, in_use[i].at, in_use[i].size);
        in_use[i].at = NULL;
    }
}

START_TEST(chunks_of_units)
{
    own_chunks fixed = own_chunks_fixed(region, sizeof region);
    const own_chunks chunks = {get, put, &fixed};
    struct source *source = source_make(&chunks);

    for (uint32_t seed = 1; seed < 4; seed++) {
        exercise(source, seed);
        expect(source->live == 1 && units == 1); /* the home is left */
    }
    source_release(source);
    expect(units == 0);
}
END_TEST

START_TEST(chunks_of_a_region)
{
    const own_chunks chunks = own_chunks_fixed(region + 50000, 2 * MIB);
    struct source *source = source_make(&chunks);

    for (uint32_t seed = 1; seed < 4; seed++) {
        size_t granted;
        exercise(source, seed);
        void *most = source_get(source, MIB + 13 * CHUNK_UNIT, &granted); /* one free run */
        expect(most != NULL);
        source_put(source, most, MIB + 13 * CHUNK_UNIT);
    }
    source_release(source);
}
END_TEST

START_TEST(last_chunk_ends_a_source)
{
    own_chunks fixed = own_chunks_fixed(region, sizeof region);
    const own_chunks chunks = {get, put, &fixed};
    struct source *source = source_make(&chunks);
    size_t granted;
    void *small = source_get(source, 40, &granted);

    source_release(source);
    expect(granted == 48 && units == 1);
    refuse = true;
    expect_error(source_get(source, 3 * MIB, &granted) == NULL, ENOMEM);
    expect_error(source_get(source, PTRDIFF_MAX, &granted) == NULL, ENOMEM);
    expect_error(source_make(&chunks) == NULL, ENOMEM);
    refuse = false;
    expect_keeps_errno(source_put(source, small, 40) == 48);
    expect(units == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("source");
    TCase *chunks = add_case(suite, "chunks");

    tcase_add_test(chunks, chunks_of_units);
    tcase_add_test(chunks, chunks_of_a_region);
    tcase_add_test(chunks, last_chunk_ends_a_source);
    return run_suite(suite);
}
