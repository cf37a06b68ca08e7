/*
 * tools/ownstat/text.c - numbers and names for people and for programs.
 */
#include "text.h"

#include <string.h>
#include <time.h>

const char *text_bytes(char *buffer, uint64_t bytes, bool exact)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (exact) {
        snprintf(buffer, TEXT_ROOM, "%llu", (unsigned long long)bytes);
        return buffer;
    }
    if (bytes < 1024) {
        snprintf(buffer, TEXT_ROOM, "%u B", (unsigned)bytes);
        return buffer;
    }
    size_t unit = 0;
    double number = (double)bytes;
    /* 1023.95 would be written as 1024.0. */
    while (number >= 1023.95 && unit + 1 < sizeof units / sizeof units[0]) {
        number /= 1024;
        unit++;
    }
    snprintf(buffer, TEXT_ROOM, "%.1f %s", number, units[unit]);
    return buffer;
}

const char *text_growth(char *buffer, uint64_t before, uint64_t now, bool exact)
{
    if (before == now) {
        snprintf(buffer, TEXT_ROOM, "0");
        return buffer;
    }
    char number[TEXT_ROOM];
    text_bytes(number, now > before ? now - before : before - now, exact);
    snprintf(buffer, TEXT_ROOM, "%c%.30s", now > before ? '+' : '-', number);
    return buffer;
}

const char *text_count(char *buffer, uint64_t count)
{
    return text_bytes(buffer, count, true);
}

const char *text_count_growth(char *buffer, uint64_t before, uint64_t now)
{
    return text_growth(buffer, before, now, true);
}

const char *text_references(char *buffer, uint64_t references)
{
    if (references != IMMORTAL)
        return text_count(buffer, references);
    snprintf(buffer, TEXT_ROOM, "immortal");
    return buffer;
}

/* How many bytes the control character at the beginning has; 0: there is none. */
static size_t control_bytes(const char *text)
{
    unsigned char first = (unsigned char)text[0], second = first ? (unsigned char)text[1] : 0;
    if (first < ' ' || first == 0x7f)
        return first != 0;
    /* U+0080 to U+009F: the second set of them. */
    return first == 0xc2 && second < 0xa0 ? 2 : 0;
}

void put_visible(FILE *out, const char *name)
{
    while (*name) {
        size_t bytes = control_bytes(name);
        if (bytes == 0)
            fputc(*name++, out);
        for (; bytes > 0; bytes--)
            fprintf(out, "\\x%02x", (unsigned char)*name++);
    }
}

void make_visible(char *buffer, size_t size, const char *name)
{
    size_t length = 0;
    while (*name && length + sizeof "\\xNN\\xNN" < size) {
        size_t bytes = control_bytes(name);
        if (bytes == 0)
            buffer[length++] = *name++;
        for (; bytes > 0; bytes--)
            length +=
                (size_t)snprintf(buffer + length, size - length, "\\x%02x", (unsigned char)*name++);
    }
    /* No half of a character. */
    while (*name && length > 0 && ((unsigned char)*name & 0xc0) == 0x80) {
        length--;
        name--;
    }
    buffer[length] = '\0';
}

void put_json_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\')
            fprintf(out, "\\%c", byte);
        else if (byte < ' ' || byte == '<' || byte == 0x7f)
            fprintf(out, "\\u%04x", byte);
        else
            fputc(byte, out);
    }
    fputc('"', out);
}

void put_headline(FILE *out, const struct report *report, bool exact)
{
    char bytes[TEXT_ROOM], reserved[TEXT_ROOM], when[40] = "?";
    time_t seconds = (time_t)report->time;
    struct tm parts;
    if (localtime_r(&seconds, &parts))
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &parts);
    put_visible(out, report->program);
    fprintf(out, "[%llu], %s: %zu pool%s, %llu blocks, %s in blocks, %s reserved\n",
            (unsigned long long)report->process, when, report->pool_count,
            report->pool_count == 1 ? "" : "s", (unsigned long long)report->total_blocks,
            text_bytes(bytes, report->total_bytes, exact),
            text_bytes(reserved, report->total_reserved, exact));
}
