/*
 * format/sink.c - where text goes.
 */
#include "format/format.h"

void sink_put(struct sink *sink, const char *text)
{
    if (!*text)
        return;
    if (sink->out)
        fprintf(sink->out, "%*s%s", (int)sink->blanks, "", text);
    sink->blanks = 0;
    for (; *text; text++) /* in UTF-8 */
        sink->column += ((unsigned char)*text & 0xc0) != 0x80;
}

void sink_blanks(struct sink *sink, int count)
{
    if (count > 0) {
        sink->blanks += (size_t)count;
        sink->column += (size_t)count;
    }
}
