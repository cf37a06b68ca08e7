/*
 * model/arrays.c - the model: arrays of bytes of up to two axes, and their views.
 *
 * Bounds are numbers that things.c turns into what Python calls start, stop and step: the model
 * reads them in the same way.
 */
#include "calls.h"

enum { ABSENT = 1000 };

static int bound(size_t number)
{
    return number % 256 == 255 ? ABSENT : (int)(number % 256) - 12;
}

void array_gone(struct world *world, int node)
{
    world->memory[world->node[node].memory].arrays--;
}

static int free_memory(const struct world *world)
{
    int memory = 0;

    while (memory < MEMORIES && world->memory[memory].arrays > 0)
        memory++;
    return memory < MEMORIES ? memory : NOBODY;
}

static void make_memory(struct world *world, struct node *self, int size)
{
    self->memory = free_memory(world);
    struct memory *memory = &world->memory[self->memory];
    *memory = (struct memory){.arrays = 1, .size = size};
}

bool choose_array_new(struct world *world, struct op *op)
{
    if (!choose_pool_new(world, op) || free_memory(world) == NOBODY)
        return false;
    op->b = (int8_t)pick(world, 2);
    op->size = (size_t)pick(world, 9);
    op->other = (size_t)pick(world, 9);
    return true;
}

/* The distances of an array that has its memory to itself. */
static void set_strides(struct node *self, bool fortran)
{
    self->stride[0] = fortran || self->axes < 2 ? 1 : self->length[1];
    self->stride[1] = fortran ? self->length[0] : 1;
}

struct outcome perform_array_new(struct world *world, const struct op *op)
{
    struct node *self = make_node(world, op->to, op->a, ARRAY);

    make_memory(world, self, (int)(op->size * op->other));
    self->axes = 2;
    self->length[0] = (int)op->size;
    self->length[1] = (int)op->other;
    self->given_f = op->b;
    set_strides(self, op->b);
    return done(op->to);
}

static bool choose_view(struct world *world, struct op *op)
{
    op->b = (int8_t)pick_kind(world, ARRAY);
    return op->b != NOBODY && choose_pool_new(world, op);
}

static struct node *make_view(struct world *world, const struct op *op)
{
    struct node *self = make_node(world, op->to, op->a, ARRAY);
    const struct node *from = &world->node[op->b];

    self->memory = from->memory;
    self->axes = from->axes;
    self->start = from->start;
    self->readonly = from->readonly;
    self->view = true;
    memcpy(self->length, from->length, sizeof self->length);
    memcpy(self->stride, from->stride, sizeof self->stride);
    world->memory[self->memory].arrays++;
    return self;
}

/* The axis is at times one that the array has not got. */
bool choose_array_slice(struct world *world, struct op *op)
{
    if (!choose_view(world, op))
        return false;
    op->c = (int8_t)(pick(world, 4) - 2);
    op->size = (size_t)(pick(world, 4) ? pick(world, 24) : 255);
    op->other = (size_t)(pick(world, 4) ? pick(world, 24) : 255) + 256 * (size_t)pick(world, 7);
    return true;
}

static int clamp(int value, int least, int most)
{
    return value < least ? least : value > most ? most : value;
}

/* By Python's rules. */
static int slice_bound(int given, int length, int step, bool is_stop)
{
    bool back = step < 0;

    if (given == ABSENT)
        return back == is_stop ? (back ? -1 : 0) : (back ? length - 1 : length);
    int value = given < 0 ? given + length : given;
    return back ? clamp(value, -1, length - 1) : clamp(value, 0, length);
}

struct outcome perform_array_slice(struct world *world, const struct op *op)
{
    const struct node *from = &world->node[op->b];
    int step = (int)(op->other / 256) - 3;
    int axis = op->c < 0 ? op->c + from->axes : op->c;

    if (axis < 0 || axis >= from->axes || step == 0)
        return fail(EINVAL);
    int length = from->length[axis];
    int start = slice_bound(bound(op->size), length, step, false);
    int stop = slice_bound(bound(op->other), length, step, true);
    int count = step > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step;
    struct node *self = make_view(world, op);
    self->length[axis] = count > 0 ? count : 0;
    if (count > 0)
        self->start += start * self->stride[axis];
    self->stride[axis] *= step;
    return done(op->to);
}

bool choose_array_index(struct world *world, struct op *op)
{
    return choose_array_slice(world, op) && bound(op->size) != ABSENT;
}

struct outcome perform_array_index(struct world *world, const struct op *op)
{
    const struct node *from = &world->node[op->b];
    int axis = op->c < 0 ? op->c + from->axes : op->c;
    int index = bound(op->size);

    if (axis < 0 || axis >= from->axes)
        return fail(EINVAL);
    index = index < 0 ? index + from->length[axis] : index;
    if (index < 0 || index >= from->length[axis])
        return fail(EINVAL);
    struct node *self = make_view(world, op);
    self->start += index * self->stride[axis];
    for (int i = axis; i + 1 < self->axes; i++) {
        self->length[i] = self->length[i + 1];
        self->stride[i] = self->stride[i + 1];
    }
    self->axes--;
    return done(op->to);
}

bool choose_array_transpose(struct world *world, struct op *op)
{
    return choose_view(world, op);
}

struct outcome perform_array_transpose(struct world *world, const struct op *op)
{
    struct node *self = make_view(world, op);
    const struct node from = *self;

    for (int i = 0; i < self->axes; i++) {
        self->length[i] = from.length[self->axes - 1 - i];
        self->stride[i] = from.stride[self->axes - 1 - i];
    }
    return done(op->to);
}

bool choose_array_readonly(struct world *world, struct op *op)
{
    return choose_view(world, op);
}

struct outcome perform_array_readonly(struct world *world, const struct op *op)
{
    make_view(world, op)->readonly = true;
    return done(op->to);
}

static int rows_of(const struct node *self)
{
    return self->axes > 0 ? self->length[0] : 1;
}

static int columns_of(const struct node *self)
{
    return self->axes > 1 ? self->length[1] : 1;
}

static uint8_t *item(struct world *world, const struct node *self, int row, int column)
{
    int at = self->start + (self->axes > 0 ? row * self->stride[0] : 0) +
             (self->axes > 1 ? column * self->stride[1] : 0);

    return &world->memory[self->memory].byte[at];
}

bool choose_array_copy(struct world *world, struct op *op)
{
    return choose_view(world, op) && free_memory(world) != NOBODY;
}

struct outcome perform_array_copy(struct world *world, const struct op *op)
{
    struct node *self = make_node(world, op->to, op->a, ARRAY);
    const struct node *from = &world->node[op->b];

    self->axes = from->axes;
    memcpy(self->length, from->length, sizeof self->length);
    make_memory(world, self, rows_of(self) * columns_of(self));
    set_strides(self, false);
    for (int i = 0; i < rows_of(self); i++)
        for (int j = 0; j < columns_of(self); j++)
            *item(world, self, i, j) = *item(world, from, i, j);
    return done(op->to);
}

bool choose_array_fill(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_kind(world, ARRAY);
    op->size = (size_t)pick(world, 256);
    return op->a != NOBODY;
}

struct outcome perform_array_fill(struct world *world, const struct op *op)
{
    const struct node *self = &world->node[op->a];

    if (self->readonly)
        return fail(EPERM);
    for (int i = 0; i < rows_of(self); i++)
        for (int j = 0; j < columns_of(self); j++)
            *item(world, self, i, j) = (uint8_t)op->size;
    return done(0);
}

bool choose_array_assign(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_kind(world, ARRAY);
    op->b = (int8_t)pick_kind(world, ARRAY);
    return op->a != NOBODY && !world->node[op->a].readonly;
}

/* The item of `from` that is broadcast to a place of `to`; false: the shapes do not fit. */
static bool fits(const struct node *to, const struct node *from)
{
    for (int i = 1; i <= from->axes; i++) {
        int length = from->length[from->axes - i];
        if (length != 1 && (i > to->axes || length != to->length[to->axes - i]))
            return false;
    }
    return true;
}

struct outcome perform_array_assign(struct world *world, const struct op *op)
{
    const struct node *to = &world->node[op->a], *from = &world->node[op->b];
    uint8_t read[AREA];
    int count = 0;

    if (!fits(to, from))
        return fail(EINVAL);
    for (int i = 0; i < rows_of(to); i++)
        for (int j = 0; j < columns_of(to); j++) {
            int at[2] = {i, j}, own[2] = {0, 0}, skipped = to->axes - from->axes;
            for (int axis = 0; axis < from->axes; axis++)
                own[axis] = from->length[axis] == 1 ? 0 : at[axis + skipped];
            read[count++] = *item(world, from, own[0], own[1]);
        }
    count = 0;
    for (int i = 0; i < rows_of(to); i++)
        for (int j = 0; j < columns_of(to); j++)
            *item(world, to, i, j) = read[count++];
    return done(0);
}

bool choose_array_resize(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_kind(world, ARRAY);
    op->size = (size_t)pick(world, 9);
    op->other = (size_t)pick(world, 9);
    if (op->a == NOBODY)
        return false;
    /* Which of two errors it is, the header does not say. */
    const struct node *self = &world->node[op->a];
    return !self->view && self->axes == 2;
}

struct outcome perform_array_resize(struct world *world, const struct op *op)
{
    struct node *self = &world->node[op->a];
    struct memory *memory = &world->memory[self->memory];
    int size = (int)(op->size * op->other);

    if (memory->arrays > 1)
        return fail(EBUSY);
    if (size > memory->size)
        memset(&memory->byte[memory->size], 0, (size_t)(size - memory->size));
    memory->size = size;
    self->length[0] = (int)op->size;
    self->length[1] = (int)op->other;
    set_strides(self, self->given_f);
    return done(0);
}

bool choose_array_count(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_kind(world, ARRAY);
    return op->a != NOBODY;
}

struct outcome perform_array_count(struct world *world, const struct op *op)
{
    const struct node *self = &world->node[op->a];

    return done((intptr_t)rows_of(self) * columns_of(self));
}
