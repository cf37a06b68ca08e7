/*
 * model/real.c - the library does what a script says, and both are compared.
 */
#include "real.h"
#include "calls.h"
#include "things.h"

#include <stdio.h>

static const struct world *run; /* whose script it is */
static int at;                  /* the next step */

const struct op *real_op(void)
{
    for (int i = at; i > 0; i--)
        if (run->script[i - 1].what == BEGIN)
            return &run->script[i - 1].op;
    return NULL;
}

void differs(const char *what, long subject)
{
    real_differs(run, what, subject, subject);
}

enum { MARK = EDOM }; /* no call sets it */

struct got {
    intptr_t number;
    const void *pointer;
};

/* The operands, as calls.def has them. */
#define A op->a
#define B op->b
#define C op->c
#define TO op->to
#define SIZE op->size
#define OTHER op->other

/* How a result is taken. */
#define TAKE_NONE(expression) (expression)
#define TAKE_TOLD_MISUSE(expression) (expression)
#define TAKE_INT(expression) got.number = (expression)
#define TAKE_SIZE_T(expression) got.number = (intptr_t)(expression)
#define TAKE_SAME(expression) got.pointer = (expression)
#define TAKE_RETURNS(expression) got.pointer = (expression)
#define TAKE_BLOCK(expression) got.pointer = (expression)
#define TAKE_NODE(expression) got.pointer = remember(TO, expression)

static struct got call(const struct op *op)
{
    struct got got = {0, NULL};

    switch ((enum call_number)op->call) {
#define CALL(name, group, weight, result, expression)                                              \
    case CALL_##name:                                                                              \
        TAKE_##result(expression);                                                                 \
        break;
#include "calls.def"
#undef CALL
    case CALL_KINDS:
        break;
    }
    return got;
}

#undef A
#undef B
#undef C
#undef TO
#undef SIZE
#undef OTHER

static void compare(const struct op *op, const struct got *got, int error,
                    const struct outcome *due)
{
    const enum result result = calls[op->call].result;

    if (error != (due->error ? due->error : MARK))
        real_differs(run, "errno", due->error, error);
    if (misuses != (result == TOLD_MISUSE ? due->value : 0))
        real_differs(run, misuses ? misuse_sentence : "misuses", due->value, misuses);
    misuses = 0;
    if ((result == INT || result == SIZE_T) && got->number != due->value)
        real_differs(run, "the result", due->value, got->number);
    if (result == SAME && got->pointer != node((int)due->value))
        real_differs(run, "the object that is returned", due->value, got->pointer != NULL);
    if ((result == NODE || result == BLOCK || result == RETURNS) &&
        (got->pointer != NULL) != (due->value != NOBODY))
        real_differs(run, "whether there is a result", due->value, got->pointer != NULL);
}

static bool refused; /* the top-level call, by a limit */
static bool in_any_order;
static int used; /* of the callbacks that come in any order */

/* A callback of a collection: the script has it somewhere. */
static void happened_somewhere(enum event kind, int subject)
{
    static struct step steps[SCRIPT];
    int found = used;

    if (used == 0)
        memcpy(steps, run->script, (size_t)run->steps * sizeof steps[0]);
    while (steps[1 + 2 * found].what == EVENT &&
           (steps[1 + 2 * found].subject != subject ||
            (steps[1 + 2 * found].event != kind &&
             !(kind == CALLED && (steps[1 + 2 * found].event == CALLED_FIRST ||
                                  steps[1 + 2 * found].event == CALLED_LAST)))))
        found++;
    if (steps[1 + 2 * found].what != EVENT)
        real_differs(run, "a callback of a collection", kind, subject);
    steps[1 + 2 * found] = steps[1 + 2 * used++];
}

static void run_call(void)
{
    const struct op *op = &run->script[at++].op;

    in_any_order = op->call == CALL_collect || op->call == CALL_pool_collect;
    used = 0;
    errno = MARK;
    const struct got got = call(op);
    int error = errno;
    if (in_any_order)
        at += 2 * used;
    used = 0;
    in_any_order = false;
    refused = at == 1 && run->may_refuse && error == EDQUOT;
    if (refused)
        return;
    const struct step *end = &run->script[at];
    if (at >= run->steps || end->what != END)
        real_differs(run, "a callback that was not made", end->event, end->subject);
    at++;
    compare(op, &got, error, &end->outcome);
}

void happened(enum event kind, int subject)
{
    const struct step *step = &run->script[at];

    if (in_any_order) {
        happened_somewhere(kind, subject);
        errno = EILSEQ;
        return;
    }
    if (at >= run->steps || step->what != EVENT)
        real_differs(run, "a callback that should not be made", kind, subject);
    bool same = step->event == kind ||
                (kind == CALLED && (step->event == CALLED_FIRST || step->event == CALLED_LAST));
    if (!same || step->subject != subject)
        real_differs(run, "the order of callbacks", step->subject, subject);
    at++;
    while (at < run->steps && run->script[at].what == BEGIN)
        run_call();
    if (at >= run->steps || run->script[at].what != RETURN)
        real_differs(run, "a callback within another", step->subject, subject);
    at++;
    errno = kind == VISITED ? MARK : EILSEQ; /* is kept around all but visitors */
}

bool real_run(const struct world *world)
{
    run = world;
    at = 0;
    run_call();
    if (!refused && at != run->steps)
        real_differs(run, "callbacks that were not made", run->steps, at);
    return !refused;
}

void real_begin(void)
{
    things_begin();
    memset(nodes, 0, sizeof nodes);
}
