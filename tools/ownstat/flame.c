/*
 * tools/ownstat/flame.c - `ownstat flame': flame graphs, as speedscope's JSON or as folded lines.
 *
 * A sample is a path of names, so what is written grows with the depth of the tree times its size;
 * below a depth all is counted for the name at that depth, which bounds it.
 */
#include <getopt.h>
#include <string.h>

#include "places.h"
#include "source.h"
#include "text.h"
#include "tree.h"

static const char help[] =
    "Usage: ownstat flame [OPTION]... FILE|SOCKET|PID\n"
    "Writes flame graphs of bytes and of blocks by path of names and, where that was sampled, by\n"
    "place of allocation: in the format of https://www.speedscope.app, which shows them.\n"
    "\n"
    "  -o, --output=FILE      where to; without it: to stdout\n"
    "      --folded           a line for each path, names with `;' between two, and a number: for\n"
    "                         other programs\n"
    "      --by=bytes|blocks  what --folded counts (bytes)\n"
    "  -d, --depth=N          what lies deeper than N names is counted at that depth (200)\n"
    "  -g, --group-digits     request 1 and request 2 are both request #\n"
    "      --no-symbols       do not run addr2line for places\n"
    "      --timeout=SECONDS  how long a monitor may say nothing (10)\n"
    "      --help             this text\n";

/* speedscope's numbers of frames: first the names of pools, then places. */
struct flame {
    FILE *out;
    struct report *report;
    struct tree *tree;
    struct places *places;
    size_t depth, cut;
    bool blocks;  /* what is counted now */
    size_t *path; /* frames of a sample, room for `depth` and those of a stack */
};

static uint64_t weight_of(const struct flame *flame, size_t number)
{
    const struct node *node = &flame->tree->nodes[number];
    bool is_last = node->depth + 1 == flame->depth;
    if (flame->blocks)
        return is_last ? node->total_blocks : node->blocks;
    return is_last ? node->total_bytes : node->bytes;
}

/* The next node that is a sample. NONE: there is none. */
static size_t next_sample(const struct flame *flame, size_t number)
{
    while (number < flame->tree->count &&
           (flame->tree->nodes[number].depth >= flame->depth || weight_of(flame, number) == 0))
        number++;
    return number < flame->tree->count ? number : NONE;
}

/* Fills the path with the names down to a node, of which the last is the deepest allowed. */
static size_t fill_path(const struct flame *flame, size_t node)
{
    while (flame->tree->nodes[node].depth >= flame->depth)
        node = flame->tree->nodes[node].parent;
    size_t length = flame->tree->nodes[node].depth + 1;
    for (size_t i = length; i-- > 0; node = flame->tree->nodes[node].parent)
        flame->path[i] = flame->tree->nodes[node].name;
    return length;
}

static void put_path(const struct flame *flame, size_t length)
{
    for (size_t i = 0; i < length; i++)
        fprintf(flame->out, "%s%zu", i == 0 ? "[" : ",", flame->path[i]);
    fputs(length == 0 ? "[]" : "]", flame->out);
}

/* The samples of pools, or only their weights, whose sum is returned. */
static uint64_t put_samples(const struct flame *flame, bool weights)
{
    uint64_t sum = 0;
    const char *before = "";
    for (size_t node = next_sample(flame, 0); node != NONE; node = next_sample(flame, node + 1)) {
        fputs(before, flame->out);
        before = ",\n";
        sum = add_up_to_most(sum, weight_of(flame, node));
        if (weights)
            fprintf(flame->out, "%llu", (unsigned long long)weight_of(flame, node));
        else
            put_path(flame, fill_path(flame, node));
    }
    return sum;
}

/* The same of sampled places: the names of the pool, then the calls, the outermost first. */
static uint64_t put_site_samples(const struct flame *flame, bool weights)
{
    const struct report *report = flame->report;
    uint64_t sum = 0;
    for (size_t i = 0; i < report->site_count; i++) {
        const struct site *site = &report->sites[i];
        uint64_t weight = flame->blocks ? site->blocks : site->bytes;
        sum = add_up_to_most(sum, weight);
        fputs(i == 0 ? "" : ",\n", flame->out);
        if (weights) {
            fprintf(flame->out, "%llu", (unsigned long long)weight);
            continue;
        }
        size_t length = fill_path(flame, flame->tree->node_of[site->pool]);
        const struct stack *stack = &report->stacks[site->stack];
        size_t begin = flame->places->first[stack->first];
        for (size_t j = flame->places->first[stack->first + stack->count]; j-- > begin;)
            flame->path[length++] = flame->tree->names.count + j;
        put_path(flame, length);
    }
    return sum;
}

static void put_profile(const struct flame *flame, const char *name, bool sites, bool is_first)
{
    uint64_t (*put)(const struct flame *, bool) = sites ? put_site_samples : put_samples;
    fprintf(flame->out, "%s{\"type\":\"sampled\",\"name\":\"%s\",\"unit\":\"%s\",\n\"samples\":[\n",
            is_first ? "" : ",\n", name, flame->blocks ? "none" : "bytes");
    put(flame, false);
    fputs("],\n\"weights\":[\n", flame->out);
    uint64_t sum = put(flame, true);
    fprintf(flame->out, "],\n\"startValue\":0,\"endValue\":%llu}", (unsigned long long)sum);
}

static void put_frames(const struct flame *flame)
{
    const struct names *names = &flame->tree->names;
    const char *before = "";
    for (size_t i = 0; i < names->count; i++) {
        fprintf(flame->out, "%s{\"name\":", before);
        put_json_string(flame->out, names->texts[i]);
        fputc('}', flame->out);
        before = ",\n";
    }
    for (size_t i = 0; i < flame->places->count; i++) {
        struct place place = flame->places->all[i];
        char text[400];
        fprintf(flame->out, "%s{\"name\":", before);
        if (place.file && place.function) {
            put_json_string(flame->out, place.function);
        } else {
            place_write(text, sizeof text, &place);
            put_json_string(flame->out, text);
        }
        if (place.file) {
            fputs(",\"file\":", flame->out);
            put_json_string(flame->out, place.file);
            fprintf(flame->out, ",\"line\":%u", place.line);
        }
        fputc('}', flame->out);
        before = ",\n";
    }
}

static void put_speedscope(struct flame *flame)
{
    const struct report *report = flame->report;
    fputs("{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\n"
          "\"exporter\":\"ownstat " OWN_VERSION "\",\n\"name\":",
          flame->out);
    put_json_string(flame->out, report->program);
    fputs(",\n\"activeProfileIndex\":0,\n\"shared\":{\"frames\":[\n", flame->out);
    put_frames(flame);
    fputs("]},\n\"profiles\":[\n", flame->out);
    flame->blocks = false;
    put_profile(flame, "bytes", false, true);
    flame->blocks = true;
    put_profile(flame, "blocks", false, false);
    if (report->site_count > 0) {
        flame->blocks = false;
        put_profile(flame, "bytes by place (estimated)", true, false);
        flame->blocks = true;
        put_profile(flame, "blocks by place (estimated)", true, false);
    }
    fputs("]}\n", flame->out);
}

static void put_folded_name(FILE *out, const char *name)
{
    for (; *name; name++) {
        unsigned char byte = (unsigned char)*name;
        fputc(byte == ';' ? ':' : byte < ' ' || byte == 0x7f ? ' ' : byte, out);
    }
}

static void put_folded(const struct flame *flame)
{
    for (size_t node = next_sample(flame, 0); node != NONE; node = next_sample(flame, node + 1)) {
        size_t length = fill_path(flame, node);
        for (size_t i = 0; i < length; i++) {
            if (i > 0)
                fputc(';', flame->out);
            put_folded_name(flame->out, flame->tree->names.texts[flame->path[i]]);
        }
        fprintf(flame->out, " %llu\n", (unsigned long long)weight_of(flame, node));
    }
}

static void begin(struct flame *flame, struct report *report, enum naming naming)
{
    size_t longest = 0;
    flame->report = report;
    flame->tree = tree_make(report, naming);
    for (size_t i = 0; i < flame->tree->count; i++)
        flame->cut += flame->tree->nodes[i].depth >= flame->depth;
    for (size_t i = 0; i < report->stack_count; i++) {
        const struct stack *stack = &report->stacks[i];
        size_t length =
            flame->places->first[stack->first + stack->count] - flame->places->first[stack->first];
        longest = length > longest ? length : longest;
    }
    size_t deepest = flame->depth < flame->tree->count ? flame->depth : flame->tree->count;
    flame->path = own_alloc_raw(report->memory, deepest + longest + 1, sizeof *flame->path);
}

int flame_main(int argc, char **argv)
{
    static const struct option options[] = {
        {"output", required_argument, NULL, 'o'},
        {"folded", no_argument, NULL, 'f'},
        {"by", required_argument, NULL, 'B'},
        {"depth", required_argument, NULL, 'd'},
        {"group-digits", no_argument, NULL, 'g'},
        {"no-symbols", no_argument, NULL, 'S'},
        {"timeout", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct flame flame = {.depth = 200};
    struct reading reading = {default_timeout};
    enum naming naming = NAMES_EXACT;
    bool folded = false, no_symbols = false;
    const char *output = NULL;
    int option;
    while ((option = getopt_long(argc, argv, "o:d:g", options, NULL)) != -1)
        switch (option) {
        case 'o':
            output = optarg;
            break;
        case 'f':
            folded = true;
            break;
        case 'B':
            flame.blocks = strcmp(optarg, "blocks") == 0;
            if (!flame.blocks && strcmp(optarg, "bytes") != 0)
                fail_usage("flame", "--by: bytes or blocks, not `%s'", optarg);
            break;
        case 'd':
            flame.depth = parse_number("flame", "depth", optarg, UINT32_MAX);
            if (flame.depth == 0)
                fail_usage("flame", "--depth: at least 1");
            break;
        case 'g':
            naming = NAMES_DIGITS;
            break;
        case 'S':
            no_symbols = true;
            break;
        case 't':
            reading.timeout = parse_seconds("flame", "timeout", optarg);
            break;
        case 'h':
            print_help(help);
        default:
            fail_options("flame");
        }
    if (argc - optind != 1)
        fail_usage("flame", "one FILE, SOCKET or PID is expected");
    struct report *report = source_must_read(argv[optind], &reading);
    flame.places = places_make(report, !folded && !no_symbols);
    begin(&flame, report, naming);
    if (flame.cut > 0)
        complain("note: %zu paths are deeper than %zu names, and counted there (see --depth)",
                 flame.cut, flame.depth);
    flame.out = open_output(output);
    if (folded)
        put_folded(&flame);
    else
        put_speedscope(&flame);
    finish_output(flame.out, output);
    own_decref(report->memory);
    return STATUS_FINE;
}
