/*
 * tools/ownstat/members.h - gets the members of one JSON object, and says what is wrong with them:
 * where the object is, which one it is, and which member.
 *
 * The functions answer a neutral value where something is wrong, and keep the first problem: look
 * at `failed` at the end.
 */
#ifndef OWNSTAT_MEMBERS_H
#define OWNSTAT_MEMBERS_H

#include "scan.h"

struct members {
    const struct scan *scan; /* says where the object is */
    const json_t *object;
    const char *array; /* what the object is an item of */
    size_t index;      /* and which one, from 0 */
    bool failed;
};

/* Whether there is such a member. */
bool member_is_there(const struct members *members, const char *name);

/* Each of these wants the member to be there. */
const char *member_text(struct members *members, const char *name);
bool member_bool(struct members *members, const char *name);
uint64_t member_number(struct members *members, const char *name);
/* UINT64_MAX: null. */
uint64_t member_number_or_null(struct members *members, const char *name);
/* An id is not 0, an offset may be. */
uint64_t member_id(struct members *members, const char *name);
uint64_t member_offset(struct members *members, const char *name);
/* 0: null. */
uint64_t member_id_or_null(struct members *members, const char *name);

/* The number, or the id, of a value that was read already. False: it is none. */
bool value_number(const struct scan *scan, const json_t *value, uint64_t *number);
bool value_id(const json_t *value, uint64_t *id);

#endif
