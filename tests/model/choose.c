/*
 * model/choose.c - which call comes next, and with what.
 */
#include "calls.h"
#include "world.h"

#define CALL(name, group, weight, result, expression)                                              \
    {#name, group, weight, result, #expression, choose_##name, perform_##name},
const struct call calls[CALL_KINDS] = {
#include "calls.def"
};
#undef CALL

/* Looks on from a random place, so that the same byte finds the same node where it is there. */
static int pick_from(struct world *world, unsigned kinds)
{
    int start = pick(world, NODES);

    for (int i = 0; i < NODES; i++) {
        int node = start + i < NODES ? start + i : start + i - NODES;
        if (usable(&world->node[node]) && kinds >> world->node[node].kind & 1)
            return node;
    }
    return NOBODY;
}

int pick_node(struct world *world)
{
    return pick_from(world, ~0U);
}

int pick_kind(struct world *world, enum kind kind)
{
    return pick_from(world, 1U << kind);
}

int pick_owner(struct world *world)
{
    if (pick(world, 8) < 3)
        return NOBODY;
    int pool = pick_kind(world, POOL);
    return pool != NOBODY && has_room(&world->node[pool]) ? pool : NOBODY;
}

int pick_owned(struct world *world, const struct node *node, unsigned kinds)
{
    int start = node->entries > 0 ? pick(world, node->entries) : 0;

    for (int i = 0; i < node->entries; i++) {
        const struct entry *entry = &node->entry[(start + i) % node->entries];
        if (kinds >> entry->kind & 1)
            return entry->subject;
    }
    return NOBODY;
}

int free_node(struct world *world)
{
    int start = pick(world, NODES);

    for (int i = 0; i < NODES; i++) {
        int node = start + i < NODES ? start + i : start + i - NODES;
        if (world->node[node].state == DEAD)
            return node;
    }
    return NOBODY;
}

static int picks[4096], pick_count;

static void count_picks(void)
{
    for (int call = 0; call < CALL_KINDS; call++)
        for (int i = 0; i < calls[call].weight; i++)
            picks[pick_count++] = call;
}

/* Whether a limit may refuse it. Where there is one, callbacks make no such calls, as the model
   does not know what they would have done then. */
static bool needs_memory(const struct op *op)
{
    const struct call *call = &calls[op->call];

    switch ((enum call_number)op->call) {
    case CALL_hold:
    case CALL_give:
    case CALL_give_reference:
    case CALL_give_child:
    case CALL_move:
    case CALL_defer:
    case CALL_defer_first:
    case CALL_defer_last:
    case CALL_adopt:
    case CALL_adopt_with:
    case CALL_set_name:
    case CALL_buffer_resize:
    case CALL_array_resize:
    case CALL_array_assign:
        return true;
    default:
        return call->result == NODE || call->result == BLOCK;
    }
}

static bool choose_call(struct world *world, struct op *op)
{
    if (pick_count == 0)
        count_picks();
    for (int tries = 0; tries < 6; tries++) {
        unsigned high = choose_byte(&world->choices) & 3;
        unsigned word = high << 8 | choose_byte(&world->choices);
        *op = (struct op){.call = (uint8_t)picks[word * (unsigned)pick_count >> 10]};
        op->a = op->b = op->c = op->to = NOBODY;
        const struct call *call = &calls[op->call];
        if (!(world->enabled >> call->group & 1) || (world->busy && call->group != MEMORY))
            continue;
        if (call->choose(world, op) && !(world->tight && world->depth > 0 && needs_memory(op)))
            return true;
    }
    return false;
}

static void perform(struct world *world, const struct op *op)
{
    const struct call *call = &calls[op->call];

    *next_step(world) = (struct step){.what = BEGIN, .op = *op};
    world->calls++;
    struct outcome outcome = call->perform(world, op);
    if (world->depth == 0)
        world->may_refuse = world->tight && needs_memory(op);
    if (model_wrong && (int)op->call == model_wrong - 1)
        outcome.value++;
    *next_step(world) = (struct step){.what = END, .op = *op, .outcome = outcome};
}

void react(struct world *world)
{
    struct op op;

    if (choose_call(world, &op))
        perform(world, &op);
}

void world_begin(struct world *world, const struct slice *slice)
{
    memset(world, 0, offsetof(struct world, script));
    world->serial = 1;
    choices_begin(&world->choices, slice);
    /* Each world has some of the groups only, so that these get further. */
    world->enabled = 1U << OBJECTS;
    for (int group = 1; group < GROUPS; group++)
        world->enabled |= (unsigned)(pick(world, 4) < 3) << group;
    /* Limits ask more of shared pools than the model knows, and cost all the rest. */
    if (pick(world, 4))
        world->enabled &= ~(1U << LIMITS);
    else
        world->enabled &= ~(1U << SHARING);
    if (world->enabled >> ARRAYS & 1)
        world->enabled &= ~(1U << SHARING);
}

void world_perform(struct world *world, const struct op *op)
{
    world->steps = 0;
    world->reactions = 0;
    perform(world, op);
}

bool world_step(struct world *world, const struct slice *slice)
{
    struct op op;

    choices_begin(&world->choices, slice);
    world->steps = 0;
    world->reactions = REACTIONS;
    if (!choose_call(world, &op))
        return false;
    perform(world, &op);
    return !world->overflowed;
}
