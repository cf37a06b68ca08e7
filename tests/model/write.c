/*
 * model/write.c - writes a C program that makes the calls of a world, and checks what they return
 * and what they call.
 */
#include "calls.h"
#include "run.h"

#include <ctype.h>
#include <stdio.h>

static FILE *out;
static int events; /* callbacks that have been written, or counted */

/* The text of a call, with the operands in place of their names. */
static void put_call(const struct op *op)
{
    const struct call *call = &calls[op->call];
    const struct {
        const char *name;
        long value;
    } operands[] = {{"A", op->a},
                    {"B", op->b},
                    {"C", op->c},
                    {"TO", op->to},
                    {"SIZE", (long)op->size},
                    {"OTHER", (long)op->other}};

    for (const char *text = call->text; *text;) {
        size_t length = 0;
        while (isalnum((unsigned char)text[length]) || text[length] == '_')
            length++;
        size_t found = 0;
        while (found < 6 && (strlen(operands[found].name) != length ||
                             strncmp(operands[found].name, text, length) != 0))
            found++;
        if (length && found < 6)
            fprintf(out, "%ld", operands[found].value);
        else
            fprintf(out, "%.*s", length ? (int)length : 1, text);
        text += length ? length : 1;
    }
}

static const char *name_of(enum result result)
{
    static const char *const names[] = {"NONE", "INT",   "SIZE_T",  "SAME",
                                        "NODE", "BLOCK", "RETURNS", "TOLD_MISUSE"};
    return names[result];
}

static const char *name_of_event(enum event event)
{
    static const char *const names[] = {"FINALIZED", "CALLED", "CALLED",  "CALLED",
                                        "TOLD",      "FREED",  "VISITED", "BUFFER_FREED"};
    return names[event];
}

static int after(const struct world *world, int at)
{
    int depth = 0;

    do {
        const struct step *step = &world->script[at++];
        depth += step->what == BEGIN || step->what == EVENT ? 1 : -1;
    } while (depth > 0);
    return at;
}

static void put_statement(const struct world *world, int at, int indent)
{
    const struct op *op = &world->script[at].op;
    const struct outcome *outcome = &world->script[after(world, at) - 1].outcome;
    const enum result result = calls[op->call].result;

    fprintf(out, "%*s%s(", indent, "", name_of(result));
    if (result == NODE)
        fprintf(out, "%d, ", op->to);
    fprintf(out, "%ld, %d, ", (long)outcome->value, outcome->error);
    put_call(op);
    fprintf(out, ");\n");
}

/* The callbacks of one call, in the order in which they are made. */
static void put_callbacks(const struct world *world)
{
    const int call = world->script[0].op.call;
    bool in_any_order = call == CALL_collect || call == CALL_pool_collect;

    for (int at = 0; at < world->steps; at++) {
        const struct step *step = &world->script[at];
        if (step->what != EVENT)
            continue;
        if (in_any_order) {
            fprintf(out, "    case %d:\n        break;\n", events++);
            continue;
        }
        fprintf(out, "    case %d:\n        DUE(\"callback\", %s, kind);\n", events++,
                name_of_event(step->event));
        fprintf(out, "        DUE(\"its subject\", %d, subject);\n", step->subject);
        for (int within = at + 1; world->script[within].what == BEGIN;
             within = after(world, within))
            put_statement(world, within, 8);
        fprintf(out, "        break;\n");
    }
}

static void callbacks_after(const struct world *world)
{
    put_callbacks(world);
}

static void top_after(const struct world *world)
{
    put_statement(world, 0, 4);
    for (int at = 0; at < world->steps; at++)
        events += world->script[at].what == EVENT;
    fprintf(out, "    DUE(\"callbacks\", %d, callbacks);\n", events);
    int a = world->script[0].op.a;
    if (a < 0 || a >= NODES || !usable(&world->node[a]))
        return;
    const struct node *self = &world->node[a];
    fprintf(out, "    DUE(\"the count\", %d, own_refcount(node(%d)));\n", self->references, a);
    if (self->kind != POOL)
        return;
    int counts[4] = {0};
    for (int i = 0; i < self->entries; i++)
        counts[self->entry[i].kind]++;
    fprintf(out, "    USAGE(%d, %d, %zu, %d, %d, %d, %zu, %zu);\n", a, self->blocks, self->bytes,
            counts[CHILD], counts[HELD], counts[CALL] + self->aside[FIRST] + self->aside[LAST],
            self->peak, self->peak_most);
}

void write_program(const struct recipe *recipe, const char *path)
{
    out = fopen(path, "w");
    if (!out)
        return;
    fprintf(out, "/* Written by tests/model. In the folder tests/model of the sources:\n"
                 "   cc -I. -I../../include THIS things.c pieces.c -lown */\n"
                 "#include \"repro.h\"\n\nstatic int callbacks;\n\n"
                 "void happened(enum event kind, int subject)\n{\n"
                 "    switch (callbacks++) {\n");
    events = 0;
    run_model(recipe, callbacks_after);
    fprintf(out, "    default:\n        wrong(__LINE__, \"a callback too many\", -1, subject);\n"
                 "    }\n    errno = kind == VISITED ? EDOM : EILSEQ;\n}\n\nint main(void)\n{\n    "
                 "things_begin();\n");
    events = 0;
    run_model(recipe, top_after);
    fprintf(out, "    return 0;\n}\n");
    fclose(out);
}
