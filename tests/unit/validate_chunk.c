/*
 * validate_chunk.c - chunk_validate sees each equation of chunk.h that is broken.
 */
#include "breach.h"
#include "chunk/heap.h"

#define KIB ((size_t)1 << 10)

static void *chunk; /* in a slab that has free chunks too */

static void build(void)
{
    void *chunks[8];
    size_t granted;

    for (int i = 0; i < 8; i++)
        expect((chunks[i] = chunk_get(11 * KIB, &granted)) != NULL);
    chunk = chunks[0];
    for (int i = 1; i < 8; i++)
        chunk_put(chunks[i], granted);
    own_set_cache_limit(0);
    expect(segment_of(chunk)->slabs[unit_of(chunk)].free);
}

static void break_nothing(void)
{
}

static struct segment *segment(void)
{
    return segment_of(chunk);
}

static struct slab *slab(void)
{
    return &segment()->slabs[unit_of(chunk)];
}

static void head_free(void)
{
    segment()->free |= 1;
}

static void used_unit_dirty(void)
{
    segment()->dirty |= UINT64_C(1) << unit_of(chunk);
}

static void segments_wrong(void)
{
    heap.segments++;
}

static void dirty_wrong(void)
{
    heap.dirty_bytes += CHUNK_UNIT;
}

static void runs_wrong(void)
{
    heap.runs ^= UINT64_C(1) << 63;
}

static void slab_live_wrong(void)
{
    slab()->live++;
}

static void slab_is_empty(void)
{
    slab()->live = 0;
    slab()->carved = 0;
    slab()->free = NULL;
}

static void slab_chunk_elsewhere(void)
{
    slab()->free = (char *)segment() + (unit_of(chunk) + 1) * CHUNK_UNIT;
}

static void slab_in_wrong_list(void)
{
    slab()->class --;
}

static void tallies_free(void)
{
    segment()->free |= UINT64_C(1) << TALLY_UNITS;
}

static void free_chunk_labelled(void)
{
    chunk_label(slab()->free);
}

static void free_unit_labelled(void)
{
    chunk_label((char *)segment() + 50 * CHUNK_UNIT);
}

static void label_inside_a_chunk(void)
{
    chunk_label((char *)chunk + 1024);
}

static void got_chunk_labelled(void)
{
    chunk_label(chunk);
}

static const struct breach breaches[] = {
    {break_nothing, NULL},
    {head_free, "unit 0 is never free"},
    {used_unit_dirty, "dirty is a subset of free"},
    {segments_wrong, "every segment is in the lists of its longest runs"},
    {dirty_wrong, "dirty bytes = "},
    {runs_wrong, "runs says which lists are not empty"},
    {slab_live_wrong, "live + free list + never carved"},
    {slab_is_empty, "a slab with live = 0 does not exist"},
    {slab_chunk_elsewhere, "a slab's free chunks lie in its unit"},
    {slab_in_wrong_list, "in its class's list exactly where"},
    {tallies_free, "free are only units that are handed out"},
    {free_chunk_labelled, "only a chunk of a slab or of whole units has a label"},
    {free_unit_labelled, "only a chunk of a slab or of whole units has a label"},
    {label_inside_a_chunk, "only a chunk of a slab or of whole units has a label"},
    {got_chunk_labelled, NULL},
};
#define BREACHES (sizeof(breaches) / sizeof(breaches[0]))

static void validate(void)
{
    chunk_validate();
}

START_TEST(validator_names_the_equation)
{
    expect_breach(&breaches[_i], build, validate);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("validate_chunk");
    TCase *equations = add_case(suite, "equations");

    tcase_add_loop_test(equations, validator_names_the_equation, 0, BREACHES);
    return run_suite(suite);
}
