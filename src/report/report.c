/*
 * report/report.c - own_report, own_report_tree, own_report_fd.
 */
#include "report/report.h"

#include <errno.h>

#define TEXT_DEPTH 64
#define TEXT_COUNT 100

/* Whether a report can be made of that pool. */
static bool may_report(own_pool *root, unsigned format, const char *call)
{
    return format <= OWN_REPORT_FOLDED && (!root || pool_check(root, call));
}

static bool write_as(struct output *output, const struct gathering *gathering,
                     own_report_format format, int depth, size_t count)
{
    switch (format) {
    case OWN_REPORT_TEXT:
        return text_write(output, gathering, depth, count);
    case OWN_REPORT_JSON:
        return json_write(output, gathering);
    case OWN_REPORT_DOT:
        return dot_write(output, gathering);
    default:
        return folded_write(output, gathering);
    }
}

static int report(FILE *out, own_pool *root, own_report_format format, int depth, size_t count)
{
    struct output output;
    struct gathering gathering;
    int saved = errno;
    output_begin(&output, out, -1);
    errno = 0;
    bool done = gather(&gathering, root) && write_as(&output, &gathering, format, depth, count);
    gather_free(&gathering);
    if (!done)
        return fail_with(ENOMEM);
    errno = saved;
    return output_end(&output);
}

int own_report(FILE *out, own_pool *root, own_report_format format)
{
    if (!out || !may_report(root, format, "own_report"))
        return fail_with(EINVAL);
    return report(out, root, format, TEXT_DEPTH, TEXT_COUNT);
}

int own_report_tree(FILE *out, own_pool *root, int depth, size_t count)
{
    if (!out || !may_report(root, OWN_REPORT_TEXT, "own_report_tree"))
        return fail_with(EINVAL);
    return report(out, root, OWN_REPORT_TEXT, depth, count);
}

int own_report_fd(int fd, own_pool *root, own_report_format format)
{
    struct output output;
    if (!may_report(root, format, "own_report_fd"))
        return fail_with(EINVAL);
    output_begin(&output, NULL, fd);
    stream_write(&output, root, format);
    return output_end(&output);
}
