/*
 * talloc/name.c - names of chunks, and types, which are names.
 */
#include <stdio.h>
#include <string.h>

#include <own/compat/talloc.h>

#include "chunk.h"

void own_talloc_set_name_const(const void *memory, const char *name)
{
    chunk_of(memory)->name = name;
}

const char *own_talloc_get_name(const void *memory)
{
    const char *name = chunk_of(memory)->name;
    return name ? name : "UNNAMED";
}

void *own_talloc_check_name(const void *memory, const char *name)
{
    if (!memory)
        return NULL;
    const char *is = own_talloc_get_name(memory);
    return is == name || strcmp(is, name) == 0 ? (void *)(uintptr_t)memory : NULL;
}

void *own_talloc_get_type_abort(const void *memory, const char *name, const char *place)
{
    void *checked = own_talloc_check_name(memory, name);
    if (checked)
        return checked;
    char reason[512];
    snprintf(reason, sizeof(reason), "%s: Type mismatch: name[%s] expected[%s]", place,
             memory ? own_talloc_get_name(memory) : "NULL", name);
    talloc_misuse(reason);
    return NULL;
}

static const char *set_name(const void *memory, const char *format, va_list arguments)
{
    char *name = own_talloc_vasprintf(memory, format, arguments);
    if (name)
        own_talloc_set_name_const(name, ".name");
    own_talloc_set_name_const(memory, name);
    return name;
}

const char *own_talloc_set_name(const void *memory, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *name = set_name(memory, format, arguments);
    va_end(arguments);
    return name;
}

static void *new_named(const void *context, size_t size, const char *format, va_list arguments)
{
    void *memory = own_talloc_named_const(context, size, NULL);
    if (memory && !set_name(memory, format, arguments)) {
        own_talloc_free_at(memory, OWN_HERE);
        return NULL;
    }
    return memory;
}

void *own_talloc_named(const void *context, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    void *memory = new_named(context, size, format, arguments);
    va_end(arguments);
    return memory;
}

void *own_talloc_init(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    void *memory = new_named(NULL, 0, format, arguments);
    va_end(arguments);
    return memory;
}
