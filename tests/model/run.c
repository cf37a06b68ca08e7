/*
 * model/run.c - whole worlds: the model and the library, from nothing to nothing.
 */
#include "run.h"
#include "calls.h"
#include "real.h"

enum { LOOK_EVERY = 50 };

struct told *run_told;
static struct world world;

void recipe_from_seed(struct recipe *recipe, uint64_t seed)
{
    recipe->count = WORLD + 1;
    recipe->stays = false;
    for (size_t i = 0; i < recipe->count; i++)
        recipe->slices[i] = (struct slice){.seed = mix(mix(seed) + i), .length = SIZE_MAX};
}

void recipe_from_bytes(struct recipe *recipe, const uint8_t *bytes, size_t size)
{
    recipe->count = 0;
    recipe->stays = false;
    for (size_t at = 0; at < size && recipe->count <= WORLD;) {
        struct slice *slice = &recipe->slices[recipe->count];
        *slice = (struct slice){.bytes = bytes + at, .length = size - at};
        if (recipe->count++ == 0)
            world_begin(&world, slice);
        else if (!world_step(&world, slice) && world.overflowed)
            break;
        size_t used = world.choices.at < size - at ? world.choices.at : size - at;
        slice->length = used;
        at += used ? used : 1;
    }
}

/* The next call that takes something away; false: there is nothing any more. */
static bool take_down(struct op *op)
{
    *op = (struct op){.a = NOBODY, .b = NOBODY, .c = NOBODY, .to = NOBODY};
    for (int i = 0; i < NODES; i++) {
        const struct node *self = &world.node[i];
        op->a = (int8_t)i;
        if (self->state == DEAD)
            continue;
        if (self->callers > 0) {
            op->call = CALL_decref;
            return true;
        }
        if (self->kind == POOL &&
            (self->entries || self->aside[FIRST] || self->aside[LAST] || self->blocks)) {
            op->call = CALL_clear;
            return true;
        }
        if (self->kind == LIST && self->items && !self->shared) {
            op->call = CALL_list_clear;
            return true;
        }
        op->call = CALL_set;
        for (int ref = 0; self->kind == OBJECT && ref < self->refs; ref++) {
            op->b = (int8_t)ref;
            if (self->ref[ref] != NOBODY)
                return true;
        }
    }
    return false;
}

/* A call that a limit refuses has changed nothing: false, from `after`. */
static void step(const struct slice *slice, bool (*after)(const struct world *world, size_t number),
                 size_t number)
{
    static unsigned char saved[offsetof(struct world, script)];

    if (world.tight)
        memcpy(saved, &world, sizeof saved);
    if (!world_step(&world, slice) || after(&world, number))
        return;
    memcpy(&world, saved, sizeof saved);
}

static void run(const struct recipe *recipe,
                bool (*after)(const struct world *world, size_t number))
{
    struct op op;

    for (size_t i = 0; i < recipe->count && !world.overflowed; i++) {
        if (run_told)
            run_told->slice = i + 1;
        if (i == 0)
            world_begin(&world, &recipe->slices[0]);
        else
            step(&recipe->slices[i], after, i);
    }
    if (run_told)
        run_told->slice = recipe->count + 1;
    while (!world.overflowed && !recipe->stays && take_down(&op)) {
        world_perform(&world, &op);
        (void)after(&world, WORLD + 1);
    }
}

static bool compare(const struct world *of, size_t number)
{
    static unsigned steps;
    bool went = real_run(of);

    if (run_told)
        run_told->refused[number] = !went;
    if (!went) {
        look_at_refusal(of, &of->script[0].op);
        return false;
    }
    look_at(of, &of->script[0].op);
    if (++steps % LOOK_EVERY == 0)
        look_at_all(of);
    return true;
}

void run_recipe(const struct recipe *recipe)
{
    real_begin();
    run(recipe, compare);
    if (world.overflowed)
        real_differs(&world, "the script is too short", SCRIPT, world.steps);
    look_at_all(&world);
    for (int i = 0; i < NODES && !recipe->stays; i++)
        if (world.node[i].state != DEAD)
            real_differs(&world, "a node that does not die", i, world.node[i].kind);
    if (!recipe->stays)
        look_at_end(&world);
    if (run_told) {
        run_told->calls += world.calls;
        run_told->worlds++;
    }
}

static void (*after_model)(const struct world *world);

static bool go_on(const struct world *of, size_t number)
{
    if (run_told && run_told->refused[number])
        return false;
    after_model(of);
    return true;
}

void run_model(const struct recipe *recipe, void (*after)(const struct world *world))
{
    after_model = after;
    run(recipe, go_on);
}
