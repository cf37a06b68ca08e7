/*
 * tools/ownstat/symbols.c - asks addr2line where the frames of a report are in the sources: one
 * process for each module.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "places.h"
#include "run.h"

/* For one offset of one module: what addr2line said, as a part of places->all. */
struct answer {
    size_t first, count;
};

struct lookup {
    struct report *report;
    struct places *places;  /* of which only `all` is filled meanwhile */
    size_t *order;          /* frames by module and offset */
    struct answer *answers; /* by number of a frame */
};

static int compare_frames(const void *a, const void *b, void *arg)
{
    const struct report *report = arg;
    const struct frame *one = &report->frames[*(const size_t *)a];
    const struct frame *other = &report->frames[*(const size_t *)b];
    if (one->module != other->module)
        return one->module < other->module ? -1 : 1;
    if (one->offset != other->offset)
        return one->offset < other->offset ? -1 : 1;
    return 0;
}

static void add_place(struct report *report, struct places *places, const struct place *place)
{
    places->all =
        memory_grow(report->memory, places->all, places->count, &places->room, sizeof *places->all);
    places->all[places->count++] = *place;
}

static struct place plain_place(const struct report *report, size_t number)
{
    const struct frame *frame = &report->frames[number];
    return (struct place){
        .function = frame->function == NONE ? NULL : report_text(report, frame->function),
        .module = report_text(report, frame->module),
        .offset = frame->offset,
    };
}

/* Cuts a line off a text. NULL: there is none. */
static char *cut_line(char **text)
{
    char *line = *text;
    char *end = line ? strchr(line, '\n') : NULL;
    if (!end)
        return NULL;
    *end = '\0';
    *text = end + 1;
    return line;
}

/* The two lines about one call: its function, and `file:line'. */
static void add_answer(struct lookup *lookup, size_t frame, const char *function, char *where)
{
    struct place place = plain_place(lookup->report, frame);
    char *colon = strrchr(where, ':');
    if (strcmp(function, "??") != 0)
        place.function = function;
    if (colon && strncmp(where, "??", 2) != 0 && strtoul(colon + 1, NULL, 10) > 0) {
        place.line = (unsigned)strtoul(colon + 1, NULL, 10);
        *colon = '\0';
        place.file = where;
    }
    add_place(lookup->report, lookup->places, &place);
}

/*
 * Takes apart what addr2line says, with -a, -f and -i: for each address a line with 0x, then two
 * lines for each call.
 */
static void read_answers(struct lookup *lookup, size_t begin, size_t end, char *text)
{
    const struct report *report = lookup->report;
    char *line = cut_line(&text);
    for (size_t i = begin; i < end;) {
        size_t frame = lookup->order[i];
        if (!line || strncmp(line, "0x", 2) != 0)
            return;
        struct answer answer = {lookup->places->count, 0};
        while ((line = cut_line(&text)) && strncmp(line, "0x", 2) != 0) {
            char *where = cut_line(&text);
            if (!where)
                return;
            add_answer(lookup, frame, line, where);
            answer.count++;
        }
        for (; i < end && report->frames[lookup->order[i]].offset == report->frames[frame].offset;
             i++)
            lookup->answers[lookup->order[i]] = answer;
    }
}

/* Asks for the frames of one module. False: there is no addr2line. */
static bool ask_module(struct lookup *lookup, size_t begin, size_t end)
{
    const struct report *report = lookup->report;
    const char *module = report_text(report, report->frames[lookup->order[begin]].module);
    const char *const arguments[] = {"addr2line", "-a", "-f", "-C", "-i", "-e", module, NULL};
    struct problem problem;
    char *answer;
    /* An empty name and such as [vdso] are no files. */
    if (access(module, R_OK) != 0)
        return true;
    FILE *questions = tmpfile();
    if (!questions)
        return true;
    uint64_t last = 0;
    for (size_t i = begin; i < end; i++) {
        uint64_t offset = report->frames[lookup->order[i]].offset;
        if (i == begin || offset != last)
            fprintf(questions, "0x%llx\n", (unsigned long long)offset);
        last = offset;
    }
    enum run_result result =
        run_program(arguments, questions, report->memory, &answer, true, &problem);
    fclose(questions);
    if (result == RUN_DONE)
        read_answers(lookup, begin, end, answer);
    return result != RUN_MISSING;
}

static void ask_all(struct lookup *lookup)
{
    const struct report *report = lookup->report;
    size_t count = report->frame_count;
    for (size_t i = 0; i < count; i++)
        lookup->order[i] = i;
    qsort_r(lookup->order, count, sizeof *lookup->order, compare_frames, lookup->report);
    for (size_t begin = 0, end; begin < count; begin = end) {
        size_t module = report->frames[lookup->order[begin]].module;
        for (end = begin + 1; end < count && report->frames[lookup->order[end]].module == module;)
            end++;
        if (!ask_module(lookup, begin, end))
            return;
    }
}

struct places *places_make(struct report *report, bool symbols)
{
    size_t count = report->frame_count;
    own_pool *memory = report->memory;
    struct places answered = {NULL, NULL, 0, 0};
    struct lookup lookup = {
        .report = report,
        .places = &answered,
        .order = own_alloc_raw(memory, count + 1, sizeof *lookup.order),
        .answers = own_alloc(memory, count + 1, sizeof *lookup.answers),
    };
    if (symbols)
        ask_all(&lookup);

    struct places *places = own_alloc(memory, 1, sizeof *places);
    places->first = own_alloc_raw(memory, count + 1, sizeof *places->first);
    for (size_t i = 0; i < count; i++) {
        places->first[i] = places->count;
        struct answer answer = lookup.answers[i];
        struct place plain = plain_place(report, i);
        for (size_t j = 0; j < answer.count; j++)
            add_place(report, places, &answered.all[answer.first + j]);
        if (answer.count == 0)
            add_place(report, places, &plain);
    }
    places->first[count] = places->count;
    own_free(memory, lookup.order);
    own_free(memory, lookup.answers);
    own_free(memory, answered.all);
    return places;
}
