/*
 * tools/ownstat/parse.c - from the JSON of own/report.h to a struct report.
 *
 * Members that are not known are passed over, as a later version may have them.
 */
#include <string.h>

#include "members.h"
#include "report.h"

/* Adds one item of an array to the report. */
typedef void reads_item(struct report *report, struct members *members);

static void read_pool(struct report *report, struct members *members)
{
    report->pools = memory_grow(report->memory, report->pools, report->pool_count,
                                &report->pool_room, sizeof *report->pools);
    struct pool *pool = &report->pools[report->pool_count];
    *pool = (struct pool){
        .id = member_id(members, "id"),
        .parent_id = member_id_or_null(members, "parent"),
        .parent = NONE,
        .name = names_add(&report->names, member_text(members, "name")),
        .site = NONE,
        .references = member_number_or_null(members, "references"),
        .blocks = member_number(members, "blocks"),
        .bytes = member_number(members, "bytes"),
        .reserved = member_number(members, "reserved"),
        .peak = member_number(members, "peak"),
        .children = member_number(members, "children"),
        .held = member_number(members, "held"),
        .deferred = member_number(members, "deferred"),
        .shared = member_bool(members, "shared"),
    };
    if (member_is_there(members, "site"))
        pool->site = names_add(&report->names, member_text(members, "site"));
    if (member_is_there(members, "apart"))
        pool->apart = member_bool(members, "apart");
    if (member_is_there(members, "limit")) {
        pool->has_limit = true;
        pool->limit = member_number(members, "limit");
    }
    report->pool_count++;
}

static void read_hold(struct report *report, struct members *members)
{
    report->holds = memory_grow(report->memory, report->holds, report->hold_count,
                                &report->hold_room, sizeof *report->holds);
    struct hold *hold = &report->holds[report->hold_count];
    *hold = (struct hold){
        .pool = NONE,
        .held = NONE,
        .pool_id = member_id(members, "pool"),
        .object = member_id(members, "object"),
        .type = names_add(&report->names, member_text(members, "type")),
        .references = member_number_or_null(members, "references"),
        .name = NONE,
    };
    if (member_is_there(members, "size"))
        hold->size = member_number(members, "size");
    if (member_is_there(members, "name"))
        hold->name = names_add(&report->names, member_text(members, "name"));
    if (member_is_there(members, "to")) {
        hold->is_weak = true;
        hold->to = member_id_or_null(members, "to");
    }
    report->hold_count++;
}

static void read_frame(struct report *report, struct members *members)
{
    report->frames = memory_grow(report->memory, report->frames, report->frame_count,
                                 &report->frame_room, sizeof *report->frames);
    struct frame *frame = &report->frames[report->frame_count];
    *frame = (struct frame){
        .module = names_add(&report->names, member_text(members, "module")),
        .offset = member_offset(members, "offset"),
        .function = NONE,
    };
    if (member_is_there(members, "function"))
        frame->function = names_add(&report->names, member_text(members, "function"));
    report->frame_count++;
}

static void read_stack(struct report *report, struct members *members)
{
    char array[60];
    size_t first = report->frame_count;
    struct members frame = {.scan = members->scan, .array = array};
    snprintf(array, sizeof array, "stacks[%zu]", members->index);
    for (; !frame.failed && frame.index < json_array_size(members->object); frame.index++) {
        frame.object = json_array_get(members->object, frame.index);
        if (json_is_object(frame.object)) {
            read_frame(report, &frame);
        } else {
            scan_problem(frame.scan, frame.scan->item_at, "%s[%zu] must be an object", array,
                         frame.index);
            frame.failed = true;
        }
    }
    members->failed = frame.failed;
    report->stacks = memory_grow(report->memory, report->stacks, report->stack_count,
                                 &report->stack_room, sizeof *report->stacks);
    report->stacks[report->stack_count++] = (struct stack){first, report->frame_count - first};
}

static void read_site(struct report *report, struct members *members)
{
    report->sites = memory_grow(report->memory, report->sites, report->site_count,
                                &report->site_room, sizeof *report->sites);
    report->sites[report->site_count++] = (struct site){
        .pool = NONE,
        .pool_id = member_id(members, "pool"),
        .stack = member_number(members, "stack"),
        .blocks = member_number(members, "blocks"),
        .bytes = member_number(members, "bytes"),
    };
}

/* Reads the value of an array that is a member of the report, item by item. */
static bool read_array(struct report *report, struct scan *scan, const char *name,
                       reads_item *reads, bool of_arrays)
{
    struct members members = {.scan = scan, .array = name};
    if (scan_peek(scan) != '[')
        return scan_problem(scan, scan->at, "\"%s\" must be an array", name);
    scan->at++;
    if (scan_peek(scan) == ']') {
        scan->at++;
        return true;
    }
    for (;; members.index++) {
        json_t *item = scan_value(scan);
        if (!item)
            return false;
        members.object = item;
        bool is_right = of_arrays ? json_is_array(item) : json_is_object(item);
        if (is_right)
            reads(report, &members);
        json_decref(item);
        if (!is_right)
            return scan_problem(scan, scan->item_at, "%s[%zu] must be an %s", name, members.index,
                                of_arrays ? "array" : "object");
        if (members.failed)
            return false;
        if (scan_peek(scan) == ']') {
            scan->at++;
            return true;
        }
        if (!scan_expect(scan, ',', "between items, or `]'"))
            return false;
    }
}

/* What the report's own members are. The order is that of `member_names`. */
enum member {
    FORMAT,
    VERSION,
    LIBRARY,
    PROGRAM,
    PROCESS,
    TIME,
    SAMPLING,
    ROOT,
    POOLS,
    HOLDS,
    STACKS,
    SITES,
    MEMBERS
};

static const char *const member_names[MEMBERS] = {"format",  "version", "library",  "program",
                                                  "process", "time",    "sampling", "root",
                                                  "pools",   "holds",   "stacks",   "sites"};

/* One that is no array. */
static bool read_scalar(struct report *report, struct scan *scan, enum member member,
                        const json_t *value)
{
    uint64_t number = 0;
    const char *text = json_string_value(value);
    const char *expected = "a whole number, 0 or more";
    bool is_right = true;
    switch (member) {
    case FORMAT:
        is_right = text && strcmp(text, "own-report") == 0;
        expected = "\"own-report\"";
        break;
    case VERSION:
        is_right = value_number(scan, value, &number) && number > 0;
        expected = "a whole number, 1 or more";
        break;
    case LIBRARY:
    case PROGRAM:
        is_right = text != NULL;
        expected = "a string";
        if (text)
            *(member == LIBRARY ? &report->library : &report->program) =
                own_strdup(report->memory, text);
        break;
    case PROCESS:
        is_right = value_number(scan, value, &report->process);
        break;
    case TIME:
        is_right = json_is_number(value);
        expected = "a number";
        report->time = json_number_value(value);
        break;
    case SAMPLING:
        is_right = value_number(scan, value, &report->sampling);
        break;
    case ROOT:
        is_right = json_is_null(value) || (value_id(value, &report->root) && report->root != 0);
        expected = "null, or a string with 0x and a hexadecimal number";
        break;
    default:
        break;
    }
    return is_right ||
           scan_problem(scan, scan->item_at, "\"%s\" must be %s", member_names[member], expected);
}

static bool read_member(struct report *report, struct scan *scan, const char *name, bool *is_there)
{
    size_t member = 0;
    while (member < MEMBERS && strcmp(name, member_names[member]) != 0)
        member++;
    if (member < MEMBERS) {
        if (is_there[member])
            return scan_problem(scan, scan->item_at, "\"%s\" is there twice", name);
        is_there[member] = true;
    }
    size_t begin = (scan_peek(scan), scan->at);
    switch (member) {
    case POOLS:
        return read_array(report, scan, "pools", read_pool, false);
    case HOLDS:
        return read_array(report, scan, "holds", read_hold, false);
    case SITES:
        return read_array(report, scan, "sites", read_site, false);
    case STACKS:
        report->stacks_begin = begin;
        if (!read_array(report, scan, "stacks", read_stack, true))
            return false;
        report->stacks_end = scan->at;
        return true;
    default: {
        json_t *value = scan_value(scan);
        if (!value)
            return false;
        bool is_right = member == MEMBERS || read_scalar(report, scan, (enum member)member, value);
        json_decref(value);
        return is_right;
    }
    }
}

static bool read_report(struct report *report, struct scan *scan)
{
    bool is_there[MEMBERS] = {false};
    if (!scan_expect(scan, '{', "at the beginning"))
        return false;
    bool is_first = true;
    while (scan_peek(scan) != '}') {
        if (!is_first && !scan_expect(scan, ',', "between members, or `}'"))
            return false;
        is_first = false;
        if (scan_peek(scan) != '"')
            return scan_expect(scan, '"', "before the name of a member");
        json_t *name = scan_value(scan);
        if (!name)
            return false;
        bool goes_on = scan_expect(scan, ':', "after the name of a member") &&
                       read_member(report, scan, json_string_value(name), is_there);
        json_decref(name);
        if (!goes_on)
            return false;
    }
    scan->at++;
    scan_peek(scan);
    if (scan->at < scan->length)
        return scan_problem(scan, scan->at, "there is something behind the end of the report");
    for (size_t i = 0; i < MEMBERS; i++)
        if (!is_there[i])
            return problem_set(scan->problem, "%s: it is no report: \"%s\" is missing",
                               scan->source, member_names[i]);
    return true;
}

struct report *report_parse(own_pool *memory, const char *source, const char *text, size_t length,
                            struct problem *problem)
{
    struct report *report = own_alloc(memory, 1, sizeof *report);
    struct scan scan = {.source = source, .text = text, .length = length, .problem = problem};
    report->memory = memory;
    report->source = source;
    report->text = text;
    report->length = length;
    names_begin(&report->names, memory);
    if (read_report(report, &scan) && report_link(report, problem))
        return report;
    own_decref(memory);
    return NULL;
}
