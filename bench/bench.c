/*
 * bench.c - runs libown and its peers, in turns, and shows how they compare.
 */
#include "bench.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define RUNS_DEFAULT 7
#define RUNS_QUICK 3
#define NOTES_MOST 64
#define WORKLOADS_MOST 64

static const char usage[] =
    "usage: bench [options]\n"
    "  --runs=N           runs of each peer on each workload, in turns; 7\n"
    "  --peers=A,B        only these\n"
    "  --workloads=A,B    only these; a name that ends in - stands for all that begin so\n"
    "  --base=PEER        ratios are to this one; own\n"
    "  --tsv=FILE         all samples as tab-separated values\n"
    "  --quick            short and small, to see that everything works\n"
    "  --list             what there is\n";

struct options {
    size_t runs;
    const char *peers;
    const char *workloads;
    const char *base;
    const char *tsv;
    bool quick;
    bool list;
};

/* What a peer's program says of itself. */
struct ability {
    const struct peer *peer;
    bool wanted;
    char version[64];
    bool can[WORKLOADS_MOST];
    char lacks[WORKLOADS_MOST][LINE_MOST];
};

#define PEERS_MOST 16
static struct ability abilities[PEERS_MOST];

struct reading {
    struct samples *samples;
    struct sample sample; /* what its lines have in common */
    size_t notes;
    char (*note)[LINE_MOST];
};

void *must(void *pointer)
{
    if (!pointer) {
        fputs("bench: out of memory\n", stderr);
        exit(1);
    }
    return pointer;
}

/* Whether a name is in a list with commas. NULL: everything is. */
static bool listed(const char *list, const char *name)
{
    if (!list)
        return true;
    while (*list) {
        size_t length = strcspn(list, ",");
        bool family = length && list[length - 1] == '-';
        if (strncmp(list, name, length) == 0 && (family || name[length] == '\0'))
            return true;
        list += length + (list[length] == ',');
    }
    return false;
}

static size_t workload_index(const char *name)
{
    size_t i = 0;
    while (catalogue_workloads[i].name && strcmp(catalogue_workloads[i].name, name) != 0)
        i++;
    return i;
}

static void read_ability(const char *line, void *context)
{
    struct ability *ability = context;
    char name[NAME_MOST];
    int at = 0;
    if (sscanf(line, "workload %31s", name) == 1) {
        ability->can[workload_index(name)] = true;
    } else if (sscanf(line, "lacks %31s %n", name, &at) == 1 && at > 0) {
        snprintf(ability->lacks[workload_index(name)], LINE_MOST, "%s", line + at);
    } else if (strncmp(line, "version ", 8) == 0) {
        snprintf(ability->version, sizeof ability->version, "%s", line + 8);
    }
}

static void read_sample(const char *line, void *context)
{
    struct reading *reading = context;
    struct sample *sample = &reading->sample;
    if (sscanf(line, "sample %31s %zu %31s %lf %lf", sample->metric, &sample->x, sample->unit,
               &sample->value, &sample->least) == 5) {
        samples_add(reading->samples, sample);
        return;
    }
    if (strncmp(line, "note ", 5) != 0 || reading->notes == NOTES_MOST)
        return;
    for (size_t i = 0; i < reading->notes; i++)
        if (strcmp(reading->note[i], line + 5) == 0)
            return;
    snprintf(reading->note[reading->notes++], LINE_MOST, "%s", line + 5);
}

static void run_once(struct reading *reading, const struct options *options,
                     const struct workload *workload, const struct peer *peer, size_t run)
{
    char why[LINE_MOST];
    char line[2 * LINE_MOST];
    memset(&reading->sample, 0, sizeof reading->sample);
    snprintf(reading->sample.workload, NAME_MOST, "%s", workload->name);
    snprintf(reading->sample.peer, NAME_MOST, "%s", peer->name);
    reading->sample.run = run;
    if (!run_peer(peer->name, options->quick, workload->name, read_sample, reading, why)) {
        snprintf(line, sizeof line, "note %s: %s", peer->name, why);
        read_sample(line, reading);
    }
}

static void run_workload(struct samples *samples, const struct options *options, size_t index)
{
    static char notes[NOTES_MOST][LINE_MOST];
    const struct workload *workload = &catalogue_workloads[index];
    struct reading reading = {.samples = samples, .note = notes};
    size_t runs = workload->once ? 1 : options->runs;
    for (size_t run = 0; run < runs; run++)
        for (struct ability *ability = abilities; ability->peer; ability++)
            if (ability->wanted && ability->can[index])
                run_once(&reading, options, workload, ability->peer, run);
    report_workload(stdout, samples, workload, options->base);
    for (size_t i = 0; i < reading.notes; i++)
        printf("    %s\n", notes[i]);
    for (struct ability *ability = abilities; ability->peer; ability++)
        if (ability->wanted && ability->lacks[index][0])
            printf("    without %s: %s\n", ability->peer->name, ability->lacks[index]);
    fflush(stdout);
}

/* Asks every peer what it can do. */
static void ask_peers(const struct options *options)
{
    struct ability *ability = abilities;
    for (const struct peer *peer = catalogue_peers; peer->name; peer++) {
        char why[LINE_MOST];
        if (peer->missing) {
            printf("  without %s: configure did not find %s\n", peer->name, peer->missing);
            continue;
        }
        ability->peer = peer;
        ability->wanted = listed(options->peers, peer->name);
        if (!run_peer(peer->name, false, "list", read_ability, ability, why)) {
            printf("  without %s: %s\n", peer->name, why);
            ability->wanted = false;
        }
        if (ability->wanted)
            printf("  %-18s%s\n", peer->name, ability->version);
        ability++;
    }
}

static void check_list(const char *list, const char *what,
                       bool (*known)(const char *name, size_t length))
{
    while (list && *list) {
        size_t length = strcspn(list, ",");
        if (!known(list, length)) {
            fprintf(stderr, "bench: no %s '%.*s'; see --list\n", what, (int)length, list);
            exit(2);
        }
        list += length + (list[length] == ',');
    }
}

static bool known_peer(const char *name, size_t length)
{
    for (const struct peer *peer = catalogue_peers; peer->name; peer++)
        if (strlen(peer->name) == length && strncmp(peer->name, name, length) == 0)
            return true;
    return false;
}

static bool known_workload(const char *name, size_t length)
{
    bool family = length && name[length - 1] == '-';
    for (const struct workload *workload = catalogue_workloads; workload->name; workload++)
        if (strncmp(workload->name, name, length) == 0 &&
            (family || strlen(workload->name) == length))
            return true;
    return false;
}

static struct options parse(int count, char **arguments)
{
    static const struct option known[] = {
        {"runs", required_argument, NULL, 'r'},
        {"peers", required_argument, NULL, 'p'},
        {"base", required_argument, NULL, 'b'},
        {"workloads", required_argument, NULL, 'w'},
        {"tsv", required_argument, NULL, 't'},
        {"quick", no_argument, NULL, 'q'},
        {"list", no_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct options options = {.base = GOALS_OF};
    for (int option; (option = getopt_long(count, arguments, "", known, NULL)) != -1;) {
        if (option == 'r')
            options.runs = strtoul(optarg, NULL, 10);
        else if (option == 'p')
            options.peers = optarg;
        else if (option == 'b')
            options.base = optarg;
        else if (option == 'w')
            options.workloads = optarg;
        else if (option == 't')
            options.tsv = optarg;
        else if (option == 'q')
            options.quick = true;
        else if (option == 'l')
            options.list = true;
        else {
            fputs(usage, option == 'h' ? stdout : stderr);
            exit(option == 'h' ? 0 : 2);
        }
    }
    if (optind < count) {
        fputs(usage, stderr);
        exit(2);
    }
    if (!options.runs)
        options.runs = options.quick ? RUNS_QUICK : RUNS_DEFAULT;
    check_list(options.peers, "peer", known_peer);
    check_list(options.base, "peer", known_peer);
    check_list(options.workloads, "workload", known_workload);
    return options;
}

static int write_tsv(const char *path, const struct samples *samples)
{
    FILE *file = fopen(path, "w");
    bool failed = !file;
    if (file) {
        machine_describe(file, "# ");
        report_tsv(file, samples);
        failed = ferror(file) != 0;
        failed |= fclose(file) != 0;
    }
    if (failed)
        fprintf(stderr, "bench: %s: %s\n", path, strerror(errno));
    return failed;
}

int main(int count, char **arguments)
{
    struct options options = parse(count, arguments);
    struct samples samples = {NULL, 0, 0};
    if (options.list) {
        for (const struct workload *workload = catalogue_workloads; workload->name; workload++)
            printf("%-20s %s\n", workload->name, workload->what);
        putchar('\n');
        ask_peers(&options);
        return 0;
    }
    machine_describe(stdout, "  ");
    printf("  runs        %zu of each, in turns%s\n\n", options.runs,
           options.quick ? "; quick: too short to mean much" : "");
    ask_peers(&options);
    for (size_t i = 0; catalogue_workloads[i].name; i++)
        if (listed(options.workloads, catalogue_workloads[i].name))
            run_workload(&samples, &options, i);
    int status = options.tsv ? write_tsv(options.tsv, &samples) : 0;
    free(samples.list);
    return status;
}
