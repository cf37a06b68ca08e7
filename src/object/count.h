/*
 * object/count.h - one step of the count, as pure functions of it.
 *
 * The number line is drawn in own/object.h; tests/unit/count.c walks every boundary of it and is to
 * be kept in step. The bands of saturated counts are wide, because threads that count a shared
 * object at once may each overshoot by one. In the shared band increments stop deeper than
 * decrements do, so that a late decrement cannot bring a saturated count back.
 */
#ifndef OBJECT_COUNT_H
#define OBJECT_COUNT_H

#include <own/object.h>

enum count_verdict {
    COUNT_MOVED,  /* the count is now `count` */
    COUNT_STAYS,  /* immortal or saturated */
    COUNT_LAST,   /* the reference to be released is the only one; the count is as it was */
    COUNT_IS_DEAD /* the object is dying or dead */
};

struct count_step {
    int32_t count;
    enum count_verdict verdict;
};

/* Shared increments stop here, shared decrements already at OWN_COUNT_SHARED. */
#define COUNT_SHARED_STOP (OWN_COUNT_SHARED - ((int32_t)1 << 28))

/* A step from OWN_COUNT_MAX on. Too many references to an object with a toggle saturate too. */
static inline struct count_step count_up_high(int32_t count)
{
    if (count <= OWN_COUNT_TOGGLED)
        return (struct count_step){count, COUNT_STAYS};
    return (struct count_step){count < INT32_MAX ? count + 1 : OWN_COUNT_MAX, COUNT_MOVED};
}

static inline struct count_step count_down_high(int32_t count)
{
    if (count <= OWN_COUNT_TOGGLED)
        return (struct count_step){count, COUNT_STAYS};
    if (count == OWN_COUNT_TOGGLED + 1)
        return (struct count_step){count, COUNT_LAST};
    return (struct count_step){count - 1, COUNT_MOVED};
}

static inline struct count_step count_up(int32_t count)
{
    if (count <= OWN_COUNT_DEAD)
        return (struct count_step){count, COUNT_IS_DEAD};
    if (count >= OWN_COUNT_MAX)
        return count_up_high(count);
    if (count <= COUNT_SHARED_STOP || count == 0)
        return (struct count_step){count, COUNT_STAYS};
    return (struct count_step){count < 0 ? count - 1 : count + 1, COUNT_MOVED};
}

static inline struct count_step count_down(int32_t count)
{
    if (count <= OWN_COUNT_DEAD)
        return (struct count_step){count, COUNT_IS_DEAD};
    if (count >= OWN_COUNT_MAX)
        return count_down_high(count);
    if (count <= OWN_COUNT_SHARED || count == 0)
        return (struct count_step){count, COUNT_STAYS};
    if (count == 1 || count == -1)
        return (struct count_step){count, COUNT_LAST};
    return (struct count_step){count < 0 ? count + 1 : count - 1, COUNT_MOVED};
}

/* How many references a count stands for; SIZE_MAX: it does not count. */
static inline size_t count_references(int32_t count)
{
    if (count <= OWN_COUNT_DEAD)
        return 0;
    if (count > OWN_COUNT_TOGGLED)
        return (size_t)(count - OWN_COUNT_TOGGLED);
    if (count <= OWN_COUNT_SHARED || count == 0 || count >= OWN_COUNT_MAX)
        return SIZE_MAX;
    return (size_t)(count < 0 ? -count : count);
}

#endif
