/*
 * model/run.h - whole worlds: the model and the library, from nothing to nothing.
 */
#ifndef MODEL_RUN_H
#define MODEL_RUN_H

#include "world.h"

enum { WORLD = 1500, DIFFERS = 3 };

/* What a run tells the process that has forked it. */
struct told {
    uint64_t calls, worlds;
    bool refused[WORLD + 2]; /* by a limit: which calls */
    uint64_t seed;           /* of the world */
    size_t slice; /* how many of the world's slices have been used; one more: all is being taken
                        down */
    char sentence[500];
};
extern struct told *run_told;

/* A world: the first slice says which groups of calls it has, each other one is a call. */
struct recipe {
    size_t count;
    bool stays; /* is not taken down at its end */
    struct slice slices[WORLD + 1];
};
void recipe_from_seed(struct recipe *recipe, uint64_t seed);

/* Cuts bytes into the slices that a run of the model takes from them. */
void recipe_from_bytes(struct recipe *recipe, const uint8_t *bytes, size_t size);

/* Runs a world, on both sides, until both have nothing any more. */
void run_recipe(const struct recipe *recipe);

/* Runs the model alone. `after` is called with the script of each call. */
void run_model(const struct recipe *recipe, void (*after)(const struct world *world));

/* shrink.c: makes a recipe that fails smaller, and writes a program. Returns how many calls. */
size_t shrink(struct recipe *recipe);
void write_program(const struct recipe *recipe, const char *path);

#endif
