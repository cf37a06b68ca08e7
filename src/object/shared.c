/*
 * object/shared.c - the counts of shared objects, by one compare-and-exchange a step.
 *
 * Count and state are one word here: what pools hold is a step of the count, so the two change
 * together. Where only the count changes, 32 bits of it are exchanged.
 *
 * The last release takes the count from -1 to a dead one. One thread alone can do that, and nobody
 * else has a reference then; what is left are weak references, whose get counts upwards under the
 * lock of their table, and meets either the live count, so that this release was not the last, or
 * the dead one. When the table has been told, the count becomes -1 again: that is the guard of the
 * tear-down (object.h). All exchanges that release are releases, and that of the last also acquires
 * what was done under all other references.
 *
 * Releasing the only reference to an object without weak references needs no exchange: no other
 * thread can take a reference, and the load acquires what the others did before they released
 * theirs. The count is -1 then, as the guard's will be. A weak reference may still be found in the
 * ring of its object: a reference that is taken there brings it back to life (teardown.c).
 */
#include "object/weakref.h"

/* Count and state, as they lie at the head of an object. */
struct head {
    int32_t count;
    uint32_t state;
};

union head_word {
    struct head head;
    uint64_t word;
};

typedef uint64_t __attribute__((may_alias)) shared_word;

_Static_assert(offsetof(own_object, count) == 0 && offsetof(own_object, state) == 4,
               "count and state are the first word of an object");

static union head_word load(const own_object *object)
{
    const shared_word *word = (const shared_word *)(const void *)object;
    return (union head_word){.word = __atomic_load_n(word, __ATOMIC_ACQUIRE)};
}

/* Whether only the owner of that one reference can reach the object. */
static bool is_only(struct head head)
{
    return head.count == -1 && !(head.state & STATE_WEAK);
}

/* False: `old` is what was there instead. */
static bool exchange(own_object *object, union head_word *old, struct head fresh)
{
    union head_word desired = {.head = fresh};
    return __atomic_compare_exchange_n((shared_word *)(void *)object, &old->word, desired.word,
                                       true, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/* The last reference has gone, and only this thread knows: the guard takes its place. */
static void become_guard(own_object *object)
{
    if (object_state(object) & STATE_WEAK)
        weakref_clear(object);
    __atomic_store_n(&object->count, -1, __ATOMIC_RELEASE);
}

void shared_hold(own_object *object)
{
    union head_word old = load(object);
    struct head fresh;
    do {
        fresh = old.head;
        if (fresh.state / STATE_HELD_ONE == 0)
            fresh.count = count_up(fresh.count).count;
        if (fresh.state / STATE_HELD_ONE < STATE_HELD_MAX)
            fresh.state += STATE_HELD_ONE;
    } while (!exchange(object, &old, fresh));
}

void shared_give(own_object *object)
{
    union head_word old = load(object);
    struct head fresh;
    do {
        fresh = old.head;
        if (fresh.state / STATE_HELD_ONE > 0)
            fresh.count = count_down(fresh.count).count;
        if (fresh.state / STATE_HELD_ONE < STATE_HELD_MAX)
            fresh.state += STATE_HELD_ONE;
    } while (!exchange(object, &old, fresh));
}

bool shared_unhold(own_object *object)
{
    union head_word old = load(object);
    struct head fresh;
    bool last;
    if (is_only(old.head) && old.head.state / STATE_HELD_ONE == 1) {
        __atomic_store_n(&object->state, old.head.state - STATE_HELD_ONE, __ATOMIC_RELAXED);
        return true;
    }
    do {
        fresh = old.head;
        uint32_t held = fresh.state / STATE_HELD_ONE;
        if (held == STATE_HELD_MAX)
            return false;
        fresh.state -= STATE_HELD_ONE;
        struct count_step step = {fresh.count, COUNT_STAYS};
        if (held == 1)
            step = count_down(fresh.count);
        last = step.verdict == COUNT_LAST;
        fresh.count = last ? OWN_COUNT_DEAD : step.count;
    } while (!exchange(object, &old, fresh));
    if (last)
        become_guard(object);
    return last;
}

enum shared_release shared_release(own_object *object)
{
    union head_word old = load(object);
    for (;;) {
        struct head fresh = old.head;
        struct count_step step = count_down(fresh.count);
        if (step.verdict == COUNT_STAYS)
            return SHARED_RELEASED;
        if (step.verdict == COUNT_IS_DEAD)
            return SHARED_IS_DEAD;
        bool last = step.verdict == COUNT_LAST;
        if (last && (fresh.state / STATE_HELD_ONE > 0 || fresh.state & STATE_DYING))
            return SHARED_IS_NOT_YOURS;
        if (is_only(old.head))
            return SHARED_WAS_LAST;
        fresh.count = last ? OWN_COUNT_DEAD : step.count;
        if (!exchange(object, &old, fresh))
            continue;
        if (!last)
            return SHARED_RELEASED;
        become_guard(object);
        return SHARED_WAS_LAST;
    }
}

bool shared_try_incref(own_object *object)
{
    int32_t count = __atomic_load_n(&object->count, __ATOMIC_RELAXED);
    for (;;) {
        struct count_step step = count_up(count);
        if (step.verdict != COUNT_MOVED)
            return step.verdict == COUNT_STAYS;
        if (__atomic_compare_exchange_n(&object->count, &count, step.count, true, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
            return true;
    }
}

size_t shared_references(const own_object *object, uint32_t *state)
{
    union head_word now = load(object);
    *state = now.head.state;
    return count_references(now.head.count);
}
