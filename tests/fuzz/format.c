/*
 * fuzz/format.c - formats of arrays: what is accepted is used in all ways that read it.
 */
#include "target.h"

#include <own.h>

#include <stdio.h>
#include <string.h>

enum { LONGEST = 4200, ROOM = 1 << 20 };

/* An array of that format, and of the shape that the first bytes say. */
static own_array *make(own_pool *pool, const char *format, const uint8_t *shape)
{
    const size_t lengths[2] = {shape[0] % 4U, shape[1] % 5U};

    return own_array_new(pool, format, shape[0] & 128 ? OWN_F_ORDER : OWN_C_ORDER, 2, lengths);
}

static void use(own_pool *pool, own_array *array, const uint8_t *content, size_t size)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    size_t bytes = own_array_itemsize(array);
    char *item = (char *)own_alloc(pool, 1, bytes);

    MUST(out);
    if (!item || bytes > ROOM) {
        fclose(out);
        free(text);
        return;
    }
    memcpy(item, content, bytes < size ? bytes : size);
    MUST(own_array_fill(array, item) == 0);
    MUST(own_array_print(out, array) == 0);
    own_array *same = own_array_reinterpret(pool, array, own_array_format(array));
    MUST(same && own_array_itemsize(same) == bytes);
    own_array *copy = own_array_copy(pool, array, OWN_F_ORDER);
    MUST(!copy || own_array_assign(copy, array) == 0);
    own_export exported;
    if (own_array_export(array, &exported) == 0)
        own_array_release(&exported);
    fclose(out);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char format[LONGEST + 1];
    const own_pool_options options = {.name = "format", .limit = ROOM};

    if (size < 2)
        return 0;
    size_t length = size - 2 < LONGEST ? size - 2 : LONGEST;
    memcpy(format, bytes + 2, length);
    format[length] = 0;
    own_pool *pool = own_pool_create(NULL, &options);
    MUST(pool);
    own_array *array = make(pool, format, bytes);
    if (array)
        use(pool, array, bytes, size);
    own_decref(pool);
    return 0;
}
