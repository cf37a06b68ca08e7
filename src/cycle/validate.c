/*
 * cycle/validate.c - checks the equations of cycle/cycle.h between two phases.
 */
#include "cycle/cycle.h"

static void check(bool holds, const char *equation)
{
    require(holds, "cycle", NULL, equation);
}

static void validate_chain(const struct chain *chain, bool pools)
{
    size_t count = 0;
    for (const own_object *object = chain->first; object; object = chain_next(object)) {
        check(!object_is_dead(object), "objects in a list are alive");
        check(object_held(object) > 0, "objects in a list are held by the collection");
        check(object_is_pool(object) == pools, "one list has the pools");
        count++;
    }
    check(count == chain->count, "count = the objects in a list");
}

void cycle_validate(const struct garbage *garbage)
{
    validate_chain(&garbage->pools, true);
    validate_chain(&garbage->others, false);
    cycle_lock();
    for (enum set set = SET_FOUND; set < SET_COUNT; set++)
        check(!tally_first_segment(set), "sets are empty");
    cycle_unlock();
}
