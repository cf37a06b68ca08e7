/*
 * model/shrink.c - makes a sequence of calls on which both sides differ as short as it gets: parts
 * are taken out as long as it still fails, each time in a process of its own.
 */
#include "run.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* What is left of a slice says at least which call it is, and which node that makes. */
enum { SECONDS = 20, LEAST = 4, BYTES = 32 };

static bool fails(const struct recipe *recipe)
{
    int status;
    pid_t child = fork();

    if (child < 0)
        return false;
    if (child == 0) {
        alarm(SECONDS);
        run_recipe(recipe);
        _exit(0);
    }
    while (waitpid(child, &status, 0) != child)
        continue;
    return status != 0;
}

/* Takes out parts of so many slices. */
static void take_out(struct recipe *recipe, size_t part)
{
    struct recipe *tried = (struct recipe *)malloc(sizeof *tried);

    for (size_t at = recipe->count; tried && at > 1;) {
        size_t from = at > part ? at - part : 1;
        from = from ? from : 1;
        *tried = *recipe;
        memmove(&tried->slices[from], &tried->slices[at],
                (tried->count - at) * sizeof tried->slices[0]);
        tried->count -= at - from;
        if (fails(tried))
            *recipe = *tried;
        at = from;
    }
    free(tried);
}

/* Cuts slices off, so that the last choices are zeroes: callbacks that do nothing, for one. */
static void shorten(struct recipe *recipe)
{
    for (size_t i = 1; i < recipe->count; i++) {
        struct slice *slice = &recipe->slices[i];
        size_t before = slice->length;
        for (size_t length = LEAST; length < BYTES && length < before; length++) {
            slice->length = length;
            if (fails(recipe))
                break;
            slice->length = before;
        }
    }
}

size_t shrink(struct recipe *recipe)
{
    size_t before;

    if (!fails(recipe))
        return 0;
    if (recipe->count > run_told->slice)
        recipe->count = run_told->slice;
    do {
        before = recipe->count;
        for (size_t part = recipe->count; part > 0; part = part == 3 ? 2 : part / 2)
            take_out(recipe, part);
        if (recipe->count == before)
            shorten(recipe);
        for (size_t part = 3; part > 0; part--)
            take_out(recipe, part);
    } while (recipe->count < before);
    recipe->stays = true; /* unless the difference is seen only then */
    recipe->stays = fails(recipe);
    fails(recipe); /* and says what it is */
    return recipe->count - 1;
}
