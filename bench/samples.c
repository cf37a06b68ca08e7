/*
 * samples.c - the numbers of all runs, and their medians.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

void samples_add(struct samples *samples, const struct sample *sample)
{
    if (samples->count == samples->room) {
        samples->room = samples->room ? 2 * samples->room : 256;
        samples->list = must(realloc(samples->list, samples->room * sizeof *samples->list));
    }
    samples->list[samples->count++] = *sample;
}

static int compare(const void *left, const void *right)
{
    const double *l = left;
    const double *r = right;
    return (*l > *r) - (*l < *r);
}

bool samples_summarize(const struct samples *samples, const char *workload, const char *peer,
                       const char *metric, size_t x, struct summary *summary)
{
    double *values = must(malloc((samples->count + 1) * sizeof *values));
    size_t count = 0;
    double least = 0;
    for (size_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->list[i];
        if (sample->x == x && strcmp(sample->workload, workload) == 0 &&
            strcmp(sample->peer, peer) == 0 && strcmp(sample->metric, metric) == 0) {
            least = count && least < sample->least ? least : sample->least;
            values[count++] = sample->value;
        }
    }
    if (count) {
        qsort(values, count, sizeof *values, compare);
        summary->least = least;
        summary->median =
            count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
    }
    free(values);
    return count > 0;
}
