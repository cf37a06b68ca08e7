/*
 * faults_objects.c - as faults.c, for objects with a tail, lists, toggles and buffers.
 */
#include "fault_world.h"

static bool new_sized(struct world *world)
{
    return own_new_sized(world->fresh, &thing_type, thing_type.size + 3000) != NULL;
}

/* A list of 20 items, which grows twice. */
static bool fill_list(struct world *world)
{
    own_list *list = own_list_new(NULL);
    bool all = list;

    for (size_t i = 0; all && i < 20; i++)
        all = own_list_insert(list, i / 2, world->probe) == 0;
    expect(!list || all || errno == ENOMEM);
    int error = errno;
    own_decref(list);
    errno = error;
    return all;
}

static bool new_list_in_pool(struct world *world)
{
    return own_list_new(world->fresh) != NULL;
}

static void ignore(void *object, bool only, void *arg)
{
    (void)object, (void)only, (void)arg;
}

static bool set_toggle(struct world *world)
{
    return own_set_toggle(world->probe, ignore, NULL) == 0;
}

static void ignore_memory(void *memory, void *ctx)
{
    (void)memory, (void)ctx;
}

static bool new_buffers(struct world *world)
{
    own_buffer *raw = own_buffer_new_raw(NULL, 3, 1000);
    own_buffer *adopted =
        raw ? own_buffer_adopt_with(world->fresh, &call_argument, 1, ignore_memory, NULL) : NULL;
    int error = errno;

    own_decref(raw);
    errno = error;
    return adopted != NULL;
}

static const struct call needing[] = {CALL(new_sized), CALL(fill_list), CALL(new_list_in_pool),
                                      CALL(set_toggle), CALL(new_buffers)};

START_TEST(failed_call_changes_nothing_and_leaks_nothing)
{
    long n = 1;

    while (!fault_try(&needing[_i], n, true))
        expect(++n < 100);
    if (n == 1)
        ck_abort_msg("%s was to need memory", needing[_i].name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults_objects");
    TCase *faults = add_case(suite, "faults");

    tcase_add_loop_test(faults, failed_call_changes_nothing_and_leaks_nothing, 0,
                        sizeof needing / sizeof needing[0]);
    return run_suite(suite);
}
