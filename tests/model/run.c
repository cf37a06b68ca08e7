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
        op->call = CALL_set;
        for (int ref = 0; self->kind == OBJECT && ref < self->refs; ref++) {
            op->b = (int8_t)ref;
            if (self->ref[ref] != NOBODY)
                return true;
        }
    }
    return false;
}

static void run(const struct recipe *recipe, void (*after)(const struct world *world))
{
    struct op op;

    for (size_t i = 0; i < recipe->count; i++) {
        if (run_told)
            run_told->slice = i + 1;
        if (i == 0) {
            world_begin(&world, &recipe->slices[0]);
            continue;
        }
        if (world_step(&world, &recipe->slices[i]))
            after(&world);
        if (world.overflowed)
            return;
    }
    if (run_told)
        run_told->slice = recipe->count + 1;
    while (!recipe->stays && take_down(&op)) {
        world_perform(&world, &op);
        after(&world);
    }
}

static void after_step(const struct world *of)
{
    static unsigned steps;

    real_run(of);
    look_at(of, &of->script[0].op);
    if (++steps % LOOK_EVERY == 0)
        look_at_all(of);
}

void run_recipe(const struct recipe *recipe)
{
    real_begin();
    run(recipe, after_step);
    look_at_all(&world);
    if (run_told) {
        run_told->calls += world.calls;
        run_told->worlds++;
    }
}

void run_model(const struct recipe *recipe, void (*after)(const struct world *world))
{
    run(recipe, after);
}
