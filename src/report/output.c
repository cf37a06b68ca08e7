/*
 * report/output.c - where the text of a report goes.
 *
 * Nothing here allocates, takes a lock or asks the locale, where it goes to a descriptor: it may
 * run in a signal handler.
 */
#include "report/report.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void output_begin(struct output *output, FILE *file, int fd)
{
    output->file = file;
    output->fd = fd;
    output->error = 0;
    output->used = 0;
}

static int write_all(int fd, const char *bytes, size_t size)
{
    int saved = errno;
    while (size) {
        ssize_t written = write(fd, bytes, size);
        if (written < 0 && errno != EINTR)
            return errno;
        if (written > 0) {
            bytes += written;
            size -= (size_t)written;
        }
    }
    errno = saved; /* a signal may have come */
    return 0;
}

static void flush(struct output *output)
{
    if (!output->error && output->used) {
        if (!output->file)
            output->error = write_all(output->fd, output->bytes, output->used);
        else if (fwrite(output->bytes, 1, output->used, output->file) != output->used)
            output->error = errno ? errno : EIO;
    }
    output->used = 0;
}

int output_end(struct output *output)
{
    flush(output);
    return output->error ? fail_with(output->error) : 0;
}

void output_bytes(struct output *output, const char *text, size_t size)
{
    while (size) {
        if (output->used == sizeof(output->bytes))
            flush(output);
        size_t part = min_size(size, sizeof(output->bytes) - output->used);
        memcpy(output->bytes + output->used, text, part);
        output->used += part;
        text += part;
        size -= part;
    }
}

void output_text(struct output *output, const char *text)
{
    output_bytes(output, text, strlen(text));
}

void output_blanks(struct output *output, size_t count)
{
    for (; count; count--)
        output_bytes(output, " ", 1);
}

void output_aligned(struct output *output, uint64_t number, unsigned width)
{
    char digits[20];
    size_t at = sizeof(digits);
    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    size_t length = sizeof(digits) - at;
    output_blanks(output, length < width ? width - length : 0);
    output_bytes(output, digits + at, length);
}

void output_number(struct output *output, uint64_t number)
{
    output_aligned(output, number, 0);
}

void output_address(struct output *output, const void *address)
{
    static const char hexadecimal[] = "0123456789abcdef";
    char digits[2 * sizeof(address)];
    size_t at = sizeof(digits);
    uintptr_t rest = (uintptr_t)address;
    do
        digits[--at] = hexadecimal[rest & 15];
    while (rest >>= 4);
    output_text(output, "0x");
    output_bytes(output, digits + at, sizeof(digits) - at);
}

/* How many bytes the character takes that begins there. 0: that is not UTF-8. */
static size_t length_of_character(const char *text)
{
    const unsigned char *byte = (const unsigned char *)text;
    if (byte[0] < 0x80)
        return 1;
    size_t length = byte[0] >= 0xf0 ? 4 : byte[0] >= 0xe0 ? 3 : 2;
    uint32_t character = byte[0] & (0x7fU >> length);
    if (byte[0] < 0xc2 || byte[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xc0) != 0x80) /* also at the end of the text */
            return 0;
        character = character << 6 | (byte[i] & 0x3f);
    }
    bool is_short = character < (length == 4 ? 0x10000U : length == 3 ? 0x800U : 0x80U);
    bool is_surrogate = character >= 0xd800 && character < 0xe000;
    return is_short || is_surrogate || character > 0x10ffff ? 0 : length;
}

/* Text of users; `special` writes a character of ASCII otherwise, or answers false. */
static void output_converted(struct output *output, const char *text,
                             bool (*special)(struct output *output, unsigned char character))
{
    while (*text) {
        size_t length = length_of_character(text);
        if (!length)
            output_text(output, "\xef\xbf\xbd");
        else if (length > 1 || !special(output, (unsigned char)*text))
            output_bytes(output, text, length);
        text += length ? length : 1;
    }
}

static bool is_control(unsigned char character)
{
    return character < 0x20 || character == 0x7f;
}

static bool special_json(struct output *output, unsigned char character)
{
    static const char hexadecimal[] = "0123456789abcdef";
    const char escaped[] = {'\\', (char)character};
    const char code[] = {
        '\\', 'u', '0', '0', hexadecimal[character >> 4], hexadecimal[character & 15]};
    if (is_control(character))
        output_bytes(output, code, sizeof(code));
    else if (character == '"' || character == '\\')
        output_bytes(output, escaped, sizeof(escaped));
    else
        return false;
    return true;
}

void output_json_string(struct output *output, const char *text)
{
    output_text(output, "\"");
    output_converted(output, text, special_json);
    output_text(output, "\"");
}

static bool special_plain(struct output *output, unsigned char character)
{
    if (!is_control(character))
        return false;
    output_text(output, " ");
    return true;
}

void output_plain(struct output *output, const char *text)
{
    output_converted(output, text, special_plain);
}

static bool special_dot(struct output *output, unsigned char character)
{
    const char escaped[] = {'\\', (char)character};
    if (character != '"' && character != '\\')
        return special_plain(output, character);
    output_bytes(output, escaped, sizeof(escaped));
    return true;
}

void output_dot_string(struct output *output, const char *text)
{
    output_converted(output, text, special_dot);
}

static bool special_frame(struct output *output, unsigned char character)
{
    if (character != ';')
        return special_plain(output, character);
    output_text(output, ":");
    return true;
}

void output_frame(struct output *output, const char *text)
{
    output_converted(output, *text ? text : "pool", special_frame);
}
