/*
 * report.c - tables for people, and tab-separated values for programs.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#define METRICS_MOST 16
#define XS_MOST 64

/* A number with as many digits as mean something. */
static const char *number(double value, char text[NAME_MOST])
{
    double size = value < 0 ? -value : value;
    snprintf(text, NAME_MOST, "%.*f", size < 10 ? 2 : size < 1000 ? 1 : 0, value);
    return text;
}

/* The metrics of a workload, in the order in which they came. */
static size_t find_metrics(const struct samples *samples, const char *workload,
                           const struct sample *metrics[METRICS_MOST])
{
    size_t count = 0;
    for (size_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->list[i];
        size_t m = 0;
        if (strcmp(sample->workload, workload) != 0)
            continue;
        while (m < count && strcmp(metrics[m]->metric, sample->metric) != 0)
            m++;
        if (m == count && count < METRICS_MOST)
            metrics[count++] = sample;
    }
    return count;
}

static int compare_sizes(const void *left, const void *right)
{
    const size_t *l = left;
    const size_t *r = right;
    return (*l > *r) - (*l < *r);
}

/* What a metric was measured for, sorted; a single 0 where it is one number. */
static size_t find_xs(const struct samples *samples, const struct sample *metric,
                      size_t xs[XS_MOST])
{
    size_t count = 0;
    for (size_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->list[i];
        size_t k = 0;
        if (strcmp(sample->workload, metric->workload) != 0 ||
            strcmp(sample->metric, metric->metric) != 0)
            continue;
        while (k < count && xs[k] != sample->x)
            k++;
        if (k == count && count < XS_MOST)
            xs[count++] = sample->x;
    }
    qsort(xs, count, sizeof *xs, compare_sizes);
    return count;
}

/* One line a peer. */
static void show_bars(FILE *out, const struct samples *samples, const struct sample *metric,
                      const char *base)
{
    struct summary of_base = {0, 0};
    bool has_base = samples_summarize(samples, metric->workload, base, metric->metric, 0, &of_base);
    char title[2 * NAME_MOST + 8];
    snprintf(title, sizeof title, "%s, %s", metric->metric, metric->unit);
    fprintf(out, "    %-20s %10s %10s   x %s\n", title, "median", "minimum", base);
    for (const struct peer *peer = catalogue_peers; peer->name; peer++) {
        struct summary summary;
        char median[NAME_MOST];
        char least[NAME_MOST];
        char ratio[NAME_MOST] = "";
        if (!samples_summarize(samples, metric->workload, peer->name, metric->metric, 0, &summary))
            continue;
        if (has_base && of_base.median > 0)
            number(summary.median / of_base.median, ratio);
        fprintf(out, "    %-20s %10s %10s %*s\n", peer->name, number(summary.median, median),
                number(summary.least, least), (int)strlen(base) + 4, ratio);
    }
}

/* One line for each x, one column a peer. */
static void show_curve(FILE *out, const struct samples *samples, const struct sample *metric,
                       const size_t *xs, size_t count)
{
    const struct peer *columns[16];
    size_t peers = 0;
    struct summary summary;
    char text[2 * NAME_MOST + 8];
    snprintf(text, sizeof text, "%s, %s", metric->metric, metric->unit);
    fprintf(out, "    %-20s", text);
    for (const struct peer *peer = catalogue_peers; peer->name && peers < 16; peer++) {
        bool has = false;
        for (size_t i = 0; i < count && !has; i++)
            has = samples_summarize(samples, metric->workload, peer->name, metric->metric, xs[i],
                                    &summary);
        if (has) {
            columns[peers++] = peer;
            fprintf(out, " %11s", peer->name);
        }
    }
    fputc('\n', out);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "    %20zu", xs[i]);
        for (size_t p = 0; p < peers; p++) {
            bool has = samples_summarize(samples, metric->workload, columns[p]->name,
                                         metric->metric, xs[i], &summary);
            fprintf(out, " %11s", has ? number(summary.median, text) : "-");
        }
        fputc('\n', out);
    }
}

static void show_goals(FILE *out, const struct samples *samples, const struct sample *metric)
{
    struct summary own;
    if (!samples_summarize(samples, metric->workload, GOALS_OF, metric->metric, 0, &own))
        return;
    for (const struct goal *goal = catalogue_goals; goal->workload; goal++) {
        struct summary peer = {1, 1};
        char factor[NAME_MOST];
        char reached[NAME_MOST];
        char by_least[NAME_MOST];
        if (strcmp(goal->workload, metric->workload) != 0 ||
            strcmp(goal->metric, metric->metric) != 0)
            continue;
        if (goal->peer &&
            !samples_summarize(samples, goal->workload, goal->peer, goal->metric, 0, &peer))
            continue;
        double value = own.median / peer.median;
        fprintf(out, "    goal: at most %s %s%s; %s: %s, by minima %s\n",
                number(goal->factor, factor), goal->peer ? "x " : "",
                goal->peer ? goal->peer : metric->unit, value <= goal->factor ? "met" : "missed",
                number(value, reached), number(own.least / peer.least, by_least));
    }
}

void report_workload(FILE *out, const struct samples *samples, const struct workload *workload,
                     const char *base)
{
    const struct sample *metrics[METRICS_MOST];
    size_t count = find_metrics(samples, workload->name, metrics);
    fprintf(out, "\n%s: %s\n", workload->name, workload->what);
    for (size_t m = 0; m < count; m++) {
        size_t xs[XS_MOST];
        size_t points = find_xs(samples, metrics[m], xs);
        fputc('\n', out);
        if (points == 1 && xs[0] == 0)
            show_bars(out, samples, metrics[m], base);
        else
            show_curve(out, samples, metrics[m], xs, points);
        show_goals(out, samples, metrics[m]);
    }
}

void report_tsv(FILE *out, const struct samples *samples)
{
    fputs("workload\tmetric\tx\tunit\tpeer\trun\tvalue\tleast\n", out);
    for (size_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->list[i];
        fprintf(out, "%s\t%s\t%zu\t%s\t%s\t%zu\t%.6g\t%.6g\n", sample->workload, sample->metric,
                sample->x, sample->unit, sample->peer, sample->run, sample->value, sample->least);
    }
}
