/*
 * report/line.c - the lines of the tree for the terminal.
 */
#include "report/report.h"

void text_head(struct output *output)
{
    output_text(output, "       total          own     reserved    blocks  pool\n");
}

void text_columns(struct output *output, size_t total, size_t own, size_t reserved, size_t blocks)
{
    output_aligned(output, total, 12);
    output_aligned(output, own, 13);
    output_aligned(output, reserved, 13);
    output_aligned(output, blocks, 10);
    output_text(output, "  ");
}

void text_head_without_total(struct output *output)
{
    output_text(output, "                    own     reserved    blocks  pool\n");
}

void text_columns_without_total(struct output *output, size_t own, size_t reserved, size_t blocks)
{
    output_aligned(output, own, 23);
    output_aligned(output, reserved, 13);
    output_aligned(output, blocks, 10);
    output_text(output, "  ");
}

void text_hold(struct output *output, const struct hold_seen *seen, size_t count, size_t bytes,
               size_t depth)
{
    output_blanks(output, TEXT_COLUMNS + 2 * depth);
    output_text(output, "holds ");
    if (count > 1) {
        output_number(output, count);
        output_text(output, " x ");
    }
    output_plain(output, seen->type);
    if (seen->name) {
        output_text(output, " '");
        output_plain(output, seen->name);
        output_text(output, "'");
    } else {
        output_text(output, ", ");
        output_number(output, bytes);
        output_text(output, " bytes");
    }
    if (seen->weak && count == 1)
        output_text(output, seen->target ? "" : ", its object has gone");
    output_text(output, "\n");
}
