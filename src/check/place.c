/*
 * check/place.c - where something was made and freed, in sentences.
 */
#include "check/record.h"

#include "site/site.h"

#include <stdio.h>
#include <string.h>

#define FRAMES_TOLD 4
#define FRAME_TEXT 200

uint32_t check_site(void)
{
    return check_words() & CHECK_SITE ? site_capture() : 0;
}

void check_add_site(char *sentence, size_t room, const char *what, uint32_t site)
{
    const void *frames[FRAMES_TOLD];
    size_t known = min_size(site_frames(site, frames, FRAMES_TOLD), FRAMES_TOLD);
    for (size_t i = 0; i < known; i++) {
        char frame[FRAME_TEXT];
        struct site_place place;
        size_t length = strlen(sentence);
        site_describe(frames[i], &place);
        if (i && strstr(place.module, "/libc.so"))
            break; /* that called main, or the function of a thread */
        (void)site_print(frame, sizeof(frame), frames[i]);
        snprintf(sentence + length, room - length, "%s%s%s", i ? " < " : "; ", i ? "" : what,
                 frame);
    }
}

void check_add_death(char *sentence, size_t room, const void *object)
{
    char name[CHECKS_NAME] = "";
    uint32_t freed = 0;
    uint32_t made = 0;
    if (OWN_LIKELY(!check_words()))
        return;
    check_lock();
    const struct record *record = record_find(object, RECORD_DEAD);
    if (record) {
        freed = record->freed;
        made = record->made;
        if (record->checks)
            memcpy(name, record->checks->name, CHECKS_NAME);
    }
    check_unlock();
    size_t length = strlen(sentence);
    if (*name)
        snprintf(sentence + length, room - length, "; it was pool '%s'", name);
    check_add_site(sentence, room, "made in ", made);
    check_add_site(sentence, room, "died in ", freed);
}

uint32_t check_site_of(const void *object)
{
    check_lock();
    const struct record *record = record_find(object, RECORD_OBJECT);
    uint32_t site = record ? record->made : 0;
    check_unlock();
    return site;
}
