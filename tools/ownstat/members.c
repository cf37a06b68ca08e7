/*
 * tools/ownstat/members.c - gets the members of one JSON object, and says what is wrong with them.
 */
#include "members.h"

#include <string.h>

static void complain_of(struct members *members, const char *name, const char *what)
{
    if (!members->failed)
        scan_problem(members->scan, members->scan->item_at, "%s[%zu]: \"%s\" %s", members->array,
                     members->index, name, what);
    members->failed = true;
}

/* NULL, and a problem, where it is missing. */
static const json_t *get(struct members *members, const char *name)
{
    const json_t *value = json_object_get(members->object, name);
    if (!value)
        complain_of(members, name, "is missing");
    return value;
}

bool member_is_there(const struct members *members, const char *name)
{
    return json_object_get(members->object, name) != NULL;
}

const char *member_text(struct members *members, const char *name)
{
    const json_t *value = get(members, name);
    if (!json_is_string(value)) {
        complain_of(members, name, "must be a string");
        return "";
    }
    return json_string_value(value);
}

bool member_bool(struct members *members, const char *name)
{
    const json_t *value = get(members, name);
    if (!json_is_boolean(value))
        complain_of(members, name, "must be true or false");
    return json_is_true(value);
}

bool value_number(const struct scan *scan, const json_t *value, uint64_t *number)
{
    if (json_is_integer(value) && json_integer_value(value) >= 0) {
        *number = (uint64_t)json_integer_value(value);
        return true;
    }
    if (!scan->has_reals || !json_is_real(value))
        return false;
    static const double two_to_64 = 18446744073709551616.0;
    double real = json_real_value(value);
    if (!(real >= 0))
        return false;
    if (real >= two_to_64) {
        *number = UINT64_MAX;
        return true;
    }
    *number = (uint64_t)real;
    double whole = (double)*number;
    return !(whole < real) && !(whole > real);
}

uint64_t member_number(struct members *members, const char *name)
{
    uint64_t number = 0;
    const json_t *value = get(members, name);
    if (!value_number(members->scan, value, &number))
        complain_of(members, name, "must be a whole number, 0 or more");
    return number;
}

uint64_t member_number_or_null(struct members *members, const char *name)
{
    uint64_t number = UINT64_MAX;
    const json_t *value = get(members, name);
    if (!json_is_null(value) && !value_number(members->scan, value, &number))
        complain_of(members, name, "must be a whole number, 0 or more, or null");
    return number;
}

bool value_id(const json_t *value, uint64_t *id)
{
    static const size_t most_digits = 16;
    const char *text = json_string_value(value);
    if (!text || text[0] != '0' || text[1] != 'x')
        return false;
    text += 2;
    size_t digits = strlen(text);
    if (digits == 0 || digits > most_digits || strspn(text, "0123456789abcdefABCDEF") != digits)
        return false;
    *id = 0;
    for (; *text; text++) {
        unsigned digit = (unsigned)(*text <= '9' ? *text - '0' : (*text | ' ') - 'a' + 10);
        *id = *id << 4 | digit;
    }
    return true;
}

uint64_t member_id(struct members *members, const char *name)
{
    uint64_t id = 0;
    if (!value_id(get(members, name), &id) || id == 0)
        complain_of(members, name, "must be a string with 0x and a hexadecimal number, not 0");
    return id;
}

uint64_t member_offset(struct members *members, const char *name)
{
    uint64_t offset = 0;
    if (!value_id(get(members, name), &offset))
        complain_of(members, name, "must be a string with 0x and a hexadecimal number");
    return offset;
}

uint64_t member_id_or_null(struct members *members, const char *name)
{
    uint64_t id = 0;
    const json_t *value = get(members, name);
    if (!json_is_null(value) && (!value_id(value, &id) || id == 0))
        complain_of(members, name, "must be null, or a string with 0x and a hexadecimal number");
    return id;
}
