/*
 * view_model.c - views of views: slices, axes, shapes, broadcasting, beside a simple model that has
 * the address of every item in a list; and all slices of short axes, beside their definition.
 */
#include "harness.h"

#define ITEMS_MOST 4000
#define DIMENSIONS_MOST 8

/* All items of an array, the last index fastest. */
struct model {
    int ndim;
    size_t shape[DIMENSIONS_MOST];
    size_t count;
    char *items[ITEMS_MOST];
};

static size_t count_of(int ndim, const size_t *shape)
{
    size_t count = 1;

    for (int i = 0; i < ndim; i++)
        count *= shape[i];
    return count;
}

static void index_of(const struct model *model, size_t number, ptrdiff_t *index)
{
    for (int i = model->ndim - 1; i >= 0; i--) {
        index[i] = (ptrdiff_t)(number % model->shape[i]);
        number /= model->shape[i];
    }
}

static char *item_at(const struct model *model, const ptrdiff_t *index)
{
    size_t number = 0;

    for (int i = 0; i < model->ndim; i++)
        number = number * model->shape[i] + (size_t)index[i];
    return model->items[number];
}

static void expect_model(const own_array *array, const struct model *model)
{
    ptrdiff_t index[DIMENSIONS_MOST];

    expect(own_array_ndim(array) == model->ndim);
    for (int i = 0; i < model->ndim; i++)
        expect(own_array_shape(array)[i] == model->shape[i]);
    expect(own_array_count(array) == model->count);
    for (size_t number = 0; number < model->count; number++) {
        index_of(model, number, index);
        expect(own_array_at(array, index) == model->items[number]);
    }
}

/* Fills a model of that shape with the items that `from` has where `source` maps an index to. */
static void map_items(struct model *model, int ndim, const size_t *shape, const struct model *from,
                      void (*source)(const ptrdiff_t *index, ptrdiff_t *in_source, const void *how),
                      const void *how)
{
    ptrdiff_t index[DIMENSIONS_MOST];
    ptrdiff_t in_source[DIMENSIONS_MOST];

    model->ndim = ndim;
    memcpy(model->shape, shape, (size_t)ndim * sizeof *shape);
    model->count = count_of(ndim, shape);
    expect(model->count <= ITEMS_MOST);
    for (size_t number = 0; number < model->count; number++) {
        index_of(model, number, index);
        source(index, in_source, how);
        model->items[number] = item_at(from, in_source);
    }
}

struct slice {
    int ndim, axis;
    ptrdiff_t first, step;
};

static void slice_source(const ptrdiff_t *index, ptrdiff_t *in_source, const void *how)
{
    const struct slice *slice = (const struct slice *)how;

    memcpy(in_source, index, (size_t)slice->ndim * sizeof *index);
    in_source[slice->axis] = slice->first + index[slice->axis] * slice->step;
}

static void index_source(const ptrdiff_t *index, ptrdiff_t *in_source, const void *how)
{
    const struct slice *slice = (const struct slice *)how;

    for (int i = 0; i < slice->ndim; i++)
        in_source[i] = i == slice->axis ? slice->first : *index++;
}

static void permute_source(const ptrdiff_t *index, ptrdiff_t *in_source, const void *how)
{
    const int *axes = (const int *)how;

    for (int i = 0; axes[i] >= 0; i++)
        in_source[axes[i]] = index[i];
}

static void broadcast_source(const ptrdiff_t *index, ptrdiff_t *in_source, const void *how)
{
    const struct model *from = *(const struct model *const *)how;
    int before = (int)((const ptrdiff_t *)how)[1];

    for (int i = 0; i < from->ndim; i++)
        in_source[i] = from->shape[i] == 1 ? 0 : index[before + i];
}

/* Python's slices by their definition: every index from start that has not reached stop. */
static size_t slice_by_hand(ptrdiff_t length, ptrdiff_t start, ptrdiff_t stop, ptrdiff_t step,
                            ptrdiff_t *first)
{
    size_t count = 0;
    bool begun = false;

    if (step == OWN_ABSENT)
        step = 1;
    if (start == OWN_ABSENT)
        start = step > 0 ? 0 : length - 1;
    else if (start < 0)
        start += length;
    if (stop == OWN_ABSENT)
        stop = step > 0 ? length : -1;
    else if (stop < 0)
        stop = stop + length < 0 ? -1 : stop + length;
    if (start < 0 && step < 0)
        return 0;
    if (start < 0)
        start = 0;
    if (start >= length && step < 0)
        start = length - 1;
    for (ptrdiff_t i = start; i >= 0 && i < length && (step > 0 ? i < stop : i > stop); i += step) {
        if (!begun)
            *first = i;
        begun = true;
        count++;
    }
    return count;
}

static ptrdiff_t random_bound(struct random *random, size_t length)
{
    if (random_below(random, 5) == 0)
        return OWN_ABSENT;
    return (ptrdiff_t)random_below(random, 2 * length + 7) - (ptrdiff_t)length - 3;
}

/* Each takes a random view of an array, and makes the model of it. NULL: it was refused, rightly.
   */
static own_array *take_slice(struct random *random, own_array *array, const struct model *from,
                             struct model *model)
{
    int axis = (int)random_below(random, (size_t)from->ndim);
    size_t shape[DIMENSIONS_MOST];
    size_t length = from->shape[axis];
    ptrdiff_t start = random_bound(random, length), stop = random_bound(random, length);
    ptrdiff_t step = random_bound(random, length);
    struct slice slice = {.ndim = from->ndim, .axis = axis, .step = step == OWN_ABSENT ? 1 : step};
    int named = random_below(random, 2) ? axis : axis - from->ndim;

    if (step == 0) {
        expect_error(!own_array_slice(NULL, array, named, start, stop, step), EINVAL);
        return NULL;
    }
    memcpy(shape, from->shape, sizeof shape);
    shape[axis] = slice_by_hand((ptrdiff_t)length, start, stop, step, &slice.first);
    map_items(model, from->ndim, shape, from, slice_source, &slice);
    return own_array_slice(NULL, array, named, start, stop, step);
}

static own_array *take_index(struct random *random, own_array *array, const struct model *from,
                             struct model *model)
{
    int axis = (int)random_below(random, (size_t)from->ndim);
    ptrdiff_t length = (ptrdiff_t)from->shape[axis];
    ptrdiff_t at = (ptrdiff_t)random_below(random, 2 * (size_t)length + 2) - length - 1;
    struct slice slice = {.ndim = from->ndim, .axis = axis, .first = at < 0 ? at + length : at};
    size_t shape[DIMENSIONS_MOST];

    if (at < -length || at >= length) {
        expect_error(!own_array_index(NULL, array, axis, at), EINVAL);
        return NULL;
    }
    for (int i = 0, to = 0; i < from->ndim; i++)
        if (i != axis)
            shape[to++] = from->shape[i];
    map_items(model, from->ndim - 1, shape, from, index_source, &slice);
    return own_array_index(NULL, array, axis - from->ndim, at);
}

static own_array *take_permutation(struct random *random, own_array *array,
                                   const struct model *from, struct model *model)
{
    int axes[DIMENSIONS_MOST + 1];
    size_t shape[DIMENSIONS_MOST];
    bool transposes = random_below(random, 2);

    for (int i = 0; i < from->ndim; i++) {
        int other = transposes ? 0 : (int)random_below(random, (size_t)i + 1);
        if (transposes) {
            axes[i] = from->ndim - 1 - i;
        } else {
            axes[i] = axes[other];
            axes[other] = i;
        }
    }
    axes[from->ndim] = -1;
    for (int i = 0; i < from->ndim; i++)
        shape[i] = from->shape[axes[i]];
    map_items(model, from->ndim, shape, from, permute_source, axes);
    return transposes ? own_array_transpose(NULL, array) : own_array_permute(NULL, array, axes);
}

static own_array *take_reshape(struct random *random, own_array *array, const struct model *from,
                               struct model *model)
{
    size_t left = from->count;
    size_t unknown = random_below(random, 10);
    size_t asked[DIMENSIONS_MOST];

    *model = *from;
    for (model->ndim = 0; model->ndim < DIMENSIONS_MOST - 1 && left > 1; model->ndim++) {
        size_t length = 1 + random_below(random, 12);
        if (left % length != 0)
            length = left % 2 == 0 ? 2 : 1;
        model->shape[model->ndim] = length;
        left /= length;
    }
    model->shape[model->ndim++] = left;
    memcpy(asked, model->shape, sizeof asked);
    if (from->count > 0 && unknown < (size_t)model->ndim)
        asked[unknown] = SIZE_MAX;
    own_array *view = own_array_reshape(NULL, array, model->ndim, asked);
    if (!view) {
        /* Not possible as a view: always possible as one of a copy. */
        own_array *copy = own_array_copy(NULL, array, OWN_C_ORDER);
        own_array *of_copy = own_array_reshape(NULL, copy, model->ndim, asked);
        expect(of_copy && !own_array_is_contiguous(array, OWN_C_ORDER));
        own_decref(copy);
        own_decref(of_copy);
    }
    return view;
}

static own_array *take_broadcast(struct random *random, own_array *array, const struct model *from,
                                 struct model *model)
{
    size_t shape[DIMENSIONS_MOST];
    int before = from->ndim < DIMENSIONS_MOST ? (int)random_below(random, 2) : 0;
    struct {
        const struct model *from;
        ptrdiff_t before;
    } how = {from, before};

    shape[0] = 2;
    for (int i = 0; i < from->ndim; i++)
        shape[before + i] = from->shape[i] == 1 ? random_below(random, 3) : from->shape[i];
    if (count_of(before + from->ndim, shape) > ITEMS_MOST)
        return NULL;
    map_items(model, before + from->ndim, shape, from, broadcast_source, &how);
    own_array *view = own_array_broadcast(NULL, array, before + from->ndim, shape);
    expect(own_array_is_readonly(view));
    return view;
}

typedef own_array *take(struct random *, own_array *, const struct model *, struct model *);

static take *const takes[] = {take_slice,       take_index,   take_permutation,
                              take_permutation, take_reshape, take_broadcast};

static own_array *random_array(struct random *random, struct model *model)
{
    own_order order = random_below(random, 2) ? OWN_F_ORDER : OWN_C_ORDER;

    model->ndim = (int)random_below(random, 5);
    for (int i = 0; i < model->ndim; i++)
        model->shape[i] = random_below(random, 12) == 0 ? 0 : 1 + random_below(random, 6);
    model->count = count_of(model->ndim, model->shape);
    own_array *array = own_array_new(NULL, "h", order, model->ndim, model->shape);
    for (size_t number = 0; number < model->count; number++) {
        size_t at = 0, left = number, unit = 1;
        ptrdiff_t index[DIMENSIONS_MOST];
        index_of(model, left, index);
        for (int i = 0; i < model->ndim; i++) {
            int axis = order == OWN_F_ORDER ? i : model->ndim - 1 - i;
            at += (size_t)index[axis] * unit;
            unit *= model->shape[axis];
        }
        model->items[number] = (char *)own_array_data(array) + at * sizeof(short);
    }
    return array;
}

START_TEST(random_views_are_what_a_naive_model_says)
{
    static struct model models[2];
    struct random random;
    size_t made = 0;

    random_seed(&random, 11 + (uint64_t)_i);
    for (size_t round = 0; round < scaled(5000); round++) {
        struct model *now = &models[0], *next = &models[1];
        own_array *array = random_array(&random, now);
        void *buffer = own_array_base(array);
        expect_model(array, now);
        for (size_t depth = random_below(&random, 6); depth > 0; depth--) {
            take *one = takes[random_below(&random, sizeof takes / sizeof *takes)];
            if (now->ndim == 0 && (one == take_slice || one == take_index))
                continue;
            own_array *view = one(&random, array, now, next);
            if (!view)
                continue;
            made++;
            own_decref(array);
            array = view;
            expect_model(array, next);
            expect(own_array_base(array) == buffer && own_refcount(buffer) == 1);
            struct model *other = now;
            now = next;
            next = other;
        }
        own_decref(array);
    }
    expect(made > scaled(3000));
}
END_TEST

START_TEST(every_slice_of_short_axes)
{
    for (size_t length = 0; length <= 4; length++) {
        own_array *array = own_array_new(NULL, "b", OWN_C_ORDER, OWN_SHAPE(length));
        char *data = (char *)own_array_data(array);
        for (ptrdiff_t start = -7; start <= 6; start++) {
            for (ptrdiff_t stop = -7; stop <= 6; stop++) {
                for (ptrdiff_t step = -6; step <= 6; step++) {
                    ptrdiff_t from = start == -7 ? OWN_ABSENT : start;
                    ptrdiff_t to = stop == -7 ? OWN_ABSENT : stop;
                    ptrdiff_t first = 0;
                    if (step == 0)
                        continue;
                    size_t count = slice_by_hand((ptrdiff_t)length, from, to, step, &first);
                    own_array *view = own_array_slice(NULL, array, 0, from, to, step);
                    expect(own_array_count(view) == count);
                    for (ptrdiff_t i = 0; i < (ptrdiff_t)count; i++)
                        expect(own_array_at(view, &i) == data + first + i * step);
                    own_decref(view);
                }
            }
        }
        own_decref(array);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("view_model");
    TCase *test_case = add_case(suite, "views");

    tcase_add_loop_test(test_case, random_views_are_what_a_naive_model_says, 0, 2);
    tcase_add_test(test_case, every_slice_of_short_axes);
    return run_suite(suite);
}
