/*
 * tools/ownstat/places.c - sampled places of allocation: what they add up to, and how they are
 * written.
 */
#include "places.h"

#include <stdlib.h>

#include "text.h"

/* Room for the text of one place; a name of a C++ function may be longer, and is cut. */
enum { PLACE_ROOM = 400 };

/* So many frames of a stack are written. */
static const size_t most_frames = 16;

const char *place_write(char *buffer, size_t size, const struct place *place)
{
    char where[PLACE_ROOM];
    if (place->file)
        snprintf(where, sizeof where, "%s:%u", place->file, place->line);
    else
        snprintf(where, sizeof where, "%s+0x%llx", place->module,
                 (unsigned long long)place->offset);
    snprintf(buffer, size, "%s%s%s", place->function ? place->function : "",
             place->function ? " " : "", where);
    return buffer;
}

/* The frames of a stack as one text, which is the same in all reports of one program. */
static char *key_of(const struct report *report, size_t stack)
{
    char *key;
    size_t length;
    FILE *out = open_memstream(&key, &length);
    if (!out)
        fail("out of memory");
    for (size_t i = 0; i < report->stacks[stack].count; i++) {
        const struct frame *frame = &report->frames[report->stacks[stack].first + i];
        fprintf(out, "%s+0x%llx;", report_text(report, frame->module),
                (unsigned long long)frame->offset);
    }
    if (fclose(out) != 0)
        fail("out of memory");
    return key;
}

struct stack_sums *stack_sums_make(struct report *report)
{
    own_pool *memory = report->memory;
    struct stack_sums *sums = own_alloc(memory, 1, sizeof *sums);
    size_t *sum_of = own_alloc_raw(memory, report->stack_count + 1, sizeof *sum_of);
    sums->all = own_alloc(memory, report->stack_count + 1, sizeof *sums->all);
    names_begin(&sums->keys, memory);
    for (size_t i = 0; i < report->stack_count; i++) {
        char *key = key_of(report, i);
        size_t known = sums->keys.count;
        sum_of[i] = names_add(&sums->keys, key);
        if (sums->keys.count > known)
            sums->all[sum_of[i]].stack = i;
        free(key);
    }
    for (size_t i = 0; i < report->site_count; i++) {
        struct stack_sum *sum = &sums->all[sum_of[report->sites[i].stack]];
        sum->blocks = add_up_to_most(sum->blocks, report->sites[i].blocks);
        sum->bytes = add_up_to_most(sum->bytes, report->sites[i].bytes);
    }
    own_free(memory, sum_of);
    return sums;
}

void places_put_stack(FILE *out, const struct report *report, const struct places *places,
                      size_t stack, int indent)
{
    const struct stack *here = &report->stacks[stack];
    size_t written = 0;
    if (here->count == 0)
        fputs("(no frames)\n", out);
    for (size_t i = 0; i < here->count; i++) {
        size_t frame = here->first + i;
        for (size_t j = places->first[frame]; j < places->first[frame + 1]; j++) {
            char text[2 * PLACE_ROOM];
            if (written == most_frames) {
                fprintf(out, "%*s...\n", indent, "");
                return;
            }
            fprintf(out, "%*s", written == 0 ? 0 : indent, "");
            put_visible(out, place_write(text, sizeof text, &places->all[j]));
            fputc('\n', out);
            written++;
        }
    }
}

static int compare_sums(const void *a, const void *b, void *arg)
{
    const struct stack_sums *sums = arg;
    size_t one = *(const size_t *)a, other = *(const size_t *)b;
    if (sums->all[one].bytes != sums->all[other].bytes)
        return sums->all[one].bytes > sums->all[other].bytes ? -1 : 1;
    return one < other ? -1 : 1;
}

void places_put_table(FILE *out, struct report *report, bool symbols, size_t count, bool exact)
{
    if (report->sampling == 0 && report->site_count == 0) {
        fputs("\nPlaces of allocation were not sampled: own_set_site_tracking is off.\n", out);
        return;
    }
    struct stack_sums *sums = stack_sums_make(report);
    struct places *places = places_make(report, symbols);
    size_t all = sums->keys.count;
    size_t *order = own_alloc_raw(report->memory, all + 1, sizeof *order);
    for (size_t i = 0; i < all; i++)
        order[i] = i;
    qsort_r(order, all, sizeof *order, compare_sums, sums);
    fputs("\nPlaces of allocation, estimated from samples:\n", out);
    fprintf(out, "%11s %10s  PLACE\n", "BYTES", "BLOCKS");
    size_t shown = count == 0 || count > all ? all : count;
    for (size_t i = 0; i < shown; i++) {
        const struct stack_sum *sum = &sums->all[order[i]];
        char bytes[TEXT_ROOM];
        fprintf(out, "%11s %10llu  ", text_bytes(bytes, sum->bytes, exact),
                (unsigned long long)sum->blocks);
        places_put_stack(out, report, places, sum->stack, 26);
    }
    if (shown < all)
        fprintf(out, "%24s... and %zu more\n", "", all - shown);
}
