/*
 * fuzz/model.c - the driver of tests/model, whose choices are the bytes.
 */
#include "target.h"

#include <stdio.h>

#include "calls.h"
#include "real.h"
#include "run.h"

int model_wrong;

void real_differs(const struct world *world, const char *what, long expected, long got)
{
    const struct op *op = real_op();

    (void)world;
    fprintf(stderr, "%s: %ld is due, not %ld, in %s\n", what, expected, got,
            op ? calls[op->call].text : "the end");
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct recipe recipe;

    /* Pools as programs have them, not those that AddressSanitizer would get (own/check.h). */
    setenv("OWN_CHECK", "none", 0);
    recipe_from_bytes(&recipe, bytes, size);
    if (recipe.count > 0)
        run_recipe(&recipe);
    return 0;
}
