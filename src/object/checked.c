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

static void list_alive(void);
static void add(const own_object *object, check_find *find)
{
    check_list_at_exit(list_alive);
    check_add_object(object, find);
}

void object_add(const own_object *object)
{
    add(object, NULL);
}

static void guard(struct sized *sized)
{
    memset(sized->guard, CHECK_FILL_GUARD, sizeof(sized->guard));
    memset(guard_behind(sized), CHECK_FILL_GUARD, sizeof(sized->guard));
}

static bool find_damage(const void *memory, char sentence[CHECK_SENTENCE])
{
    const own_object *object = memory;
    const char *name = object->type->name;
    struct sized *sized = object_sized(object);
    size_t most = sizeof(sized->guard);
    size_t after = check_differs(guard_behind(sized), most, CHECK_FILL_GUARD);
    size_t before = check_differs(sized->guard, most, CHECK_FILL_GUARD);
    if (after == most && before == most)
        return false;
    snprintf(sentence, CHECK_SENTENCE, "the program has written %s %.50s %p (%zu bytes)",
             after < most ? "past the end of" : "in front of", name ? name : "object", memory,
             sized->size);
    guard(sized);
    return true;
}

void sized_begin(struct sized *sized)
{
    const own_object *object = (const void *)(sized + 1);
    bool guards = check_words() & CHECK_GUARD;
    if (guards)
        guard(sized);
    check_unusable(sized, sizeof(*sized));
    if (check_lists_objects())
        add(object, guards ? find_damage : NULL);
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
    uint32_t made = check_site_of(object);
    object_gone(object); /* from now on nobody else looks at its guards */
    bool damaged = check_words() & CHECK_GUARD && find_damage(object, sentence);
    if (check_words() & (CHECK_FILL | CHECK_QUARANTINE))
        memset(object + 1, CHECK_FILL_FREED, sized->size - sizeof(*object));
    check_bury(sized, whole, NULL, name ? name : "object", made, chunk_put);
    if (damaged) {
        check_add_site(sentence, sizeof(sentence), "made in ", made);
        check_tell(sentence);
    }
}

/* Objects that are alive at the end and are called the same. */
#define GROUPS 128
struct group {
    char text[OBJECT_TEXT];
    uint32_t site;
    const own_object *first;
    size_t count;
};
static struct group groups[GROUPS];
static size_t group_count;
static size_t left_out;

/* What an object is called, without its address, by which objects of a group differ. */
static void describe_kind(const own_object *object, char text[OBJECT_TEXT])
{
    object_describe(object, text);
    char *address = strstr(text, " 0x");
    if (!address)
        return;
    char *behind = address + 1 + strcspn(address + 1, " ");
    memmove(address, behind, strlen(behind) + 1);
}

static void count_alive(void *object, void *unused)
{
    char text[OBJECT_TEXT];
    (void)unused;
    if (own_refcount(object) == SIZE_MAX)
        return; /* immortal, as it is meant to be */
    describe_kind(object, text);
    uint32_t site = check_site_of(object);
    size_t i = 0;
    while (i < group_count && (strcmp(groups[i].text, text) != 0 || groups[i].site != site))
        i++;
    if (i == GROUPS) {
        left_out++;
        return;
    }
    if (i == group_count) {
        memcpy(groups[i].text, text, sizeof(text));
        groups[i].site = site;
        groups[i].first = object;
        group_count++;
    }
    groups[i].count++;
}

static void list_alive(void)
{
    check_each_object(count_alive, NULL);
    for (size_t i = 0; i < group_count; i++) {
        const struct group *group = &groups[i];
        char sentence[CHECK_SENTENCE];
        size_t references = own_refcount(group->first);
        snprintf(sentence, sizeof(sentence), "%zu x %.150s, the first at %p with %zu reference%s",
                 group->count, group->text, (const void *)group->first, references,
                 references == 1 ? "" : "s");
        check_add_site(sentence, sizeof(sentence), "made in ", group->site);
        fprintf(stderr, "libown: alive at exit: %s\n", sentence);
    }
    if (left_out)
        fprintf(stderr, "libown: alive at exit: %zu others\n", left_out);
}
