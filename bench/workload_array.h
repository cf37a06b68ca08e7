/*
 * workload_array.h - arrays: made, sliced, copied transposed, gone through.
 */
#ifndef WORKLOAD_ARRAY_H
#define WORKLOAD_ARRAY_H

#include "peer.h"

#define ARRAY_SIDE ((size_t)4096) /* of what is transposed */
#define ARRAY_LOOP_SIDE ((size_t)256)

#ifdef PEER_ARRAY_VIEWS

static void array_new_rounds(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        array *made = measure_must(peer_array_new(10));
        measure_use(made);
        peer_array_drop(made);
    }
}

static void array_new(void)
{
    measure_timing("array", 0, measure_rounds(array_new_rounds, 1));
}

static array *array_whole;

static void array_slice_rounds(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        array *part = measure_must(peer_array_slice(array_whole, 1, 9));
        measure_use(part);
        peer_array_drop(part);
    }
}

static void array_slice(void)
{
    array_whole = measure_must(peer_array_new(1000));
    measure_timing("slice", 0, measure_rounds(array_slice_rounds, 1));
}

#endif

#ifdef PEER_ARRAYS

static array *array_from;
static array *array_to;

static void array_transpose_rounds(size_t count)
{
    for (size_t i = 0; i < count; i++)
        peer_array_copy_transposed(array_to, array_from);
}

static void array_transpose(void)
{
    array_from = measure_must(peer_array_new_2(ARRAY_SIDE, ARRAY_SIDE));
    array_to = measure_must(peer_array_new_2(ARRAY_SIDE, ARRAY_SIDE));
    peer_array_scale(array_from, 1);
    peer_array_scale(array_to, 1);
    measure_timing("item", 0, measure_rounds(array_transpose_rounds, ARRAY_SIDE * ARRAY_SIDE));
}

/* By a number that leaves them what they are, and that the compiler does not know. */
static volatile float array_factor = 1;

static void array_loop_rounds(size_t count)
{
    for (size_t i = 0; i < count; i++)
        peer_array_scale(array_from, array_factor);
}

static void array_rows_rounds(size_t count)
{
    for (size_t i = 0; i < count; i++)
        peer_array_scale_rows(array_from, array_factor);
}

static void array_loop(void)
{
    const size_t items = ARRAY_LOOP_SIDE * ARRAY_LOOP_SIDE;
    array_from = measure_must(peer_array_new_2(ARRAY_LOOP_SIDE, ARRAY_LOOP_SIDE));
    measure_timing("item", 0, measure_rounds(array_loop_rounds, items));
    measure_timing("row-item", 0, measure_rounds(array_rows_rounds, items));
}

#endif

#endif
