/*
 * object/checked.c - the checks of plain objects: all of these are sized while checks are set.
 */
#include "object/object.h"

#include <stdio.h>
#include <string.h>

static unsigned char *guard_behind(struct sized *sized)
{
    return (unsigned char *)(sized + 1) + sized->size;
}

void sized_begin(struct sized *sized)
{
    if (check_words() & CHECK_GUARD) {
        memset(sized->guard, CHECK_FILL_GUARD, sizeof(sized->guard));
        memset(guard_behind(sized), CHECK_FILL_GUARD, sizeof(sized->guard));
    }
    check_object_made(sized + 1);
}

/* Writes a sentence if a guard is damaged. */
static bool find_damage(struct sized *sized, char *sentence, size_t size)
{
    const own_object *object = (const void *)(sized + 1);
    const char *name = object->type->name;
    size_t most = sizeof(sized->guard);
    if (!(check_words() & CHECK_GUARD))
        return false;
    size_t after = check_differs(guard_behind(sized), most, CHECK_FILL_GUARD);
    size_t before = check_differs(sized->guard, most, CHECK_FILL_GUARD);
    if (after == most && before == most)
        return false;
    snprintf(sentence, size, "the program has written %s %.50s %p (%zu bytes)",
             after < most ? "past the end of" : "in front of", name ? name : "object",
             (const void *)object, sized->size);
    return true;
}

void sized_end(struct sized *sized)
{
    own_object *object = (own_object *)(void *)(sized + 1);
    const char *name = object->type->name;
    size_t whole = sized_whole(sized->size);
    char sentence[CHECK_SENTENCE];
    if (OWN_LIKELY(!check_lists_objects())) {
        chunk_put(sized, whole);
        return;
    }
    bool damaged = find_damage(sized, sentence, sizeof(sentence));
    check_object_gone(object);
    if (check_words() & (CHECK_FILL | CHECK_QUARANTINE))
        memset(object + 1, CHECK_FILL_FREED, sized->size - sizeof(*object));
    check_bury(sized, whole, NULL, name ? name : "object", chunk_put);
    if (damaged)
        check_tell(sentence);
}
