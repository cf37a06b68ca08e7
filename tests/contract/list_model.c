/*
 * list_model.c - random changes of a list, beside an array that does the same.
 */
#include "harness.h"

/* Beside an array that does the same: sizes from none to thousands and back. */
START_TEST(random_changes_are_those_of_a_model)
{
    enum { MOST = 5000 };
    static struct probe *model[MOST], *probes[8];
    size_t count = 0, held[8] = {0};
    struct random random;

    random_seed(&random, 77);
    own_list *list = own_list_new(NULL);
    expect(list != NULL);
    for (int i = 0; i < 8; i++)
        probes[i] = probe_new(NULL, (char)('a' + i));
    for (size_t round = 0; round < scaled(100000); round++) {
        size_t which = random_below(&random, 8);
        size_t at = random_below(&random, count + 1);
        bool grows = (round / 6000) % 2 == 0;
        switch (random_below(&random, grows ? 4 : 3) + (grows ? 2 : 0)) {
        case 0:
        case 1:
        case 2:
            if (at == count)
                break;
            held[model[at]->name - 'a']--;
            expect(own_list_remove(list, at) == 0);
            count--;
            memmove(model + at, model + at + 1, (count - at) * sizeof *model);
            break;
        case 3:
            if (at == count)
                break;
            held[model[at]->name - 'a']--;
            held[which]++;
            expect(own_list_set(list, at, probes[which]) == 0);
            model[at] = probes[which];
            break;
        default:
            if (count == MOST)
                break;
            expect((at == count ? own_list_append(list, probes[which])
                                : own_list_insert(list, at, probes[which])) == 0);
            memmove(model + at + 1, model + at, (count - at) * sizeof *model);
            model[at] = probes[which];
            held[which]++;
            count++;
        }
        expect(own_list_size(list) == count);
        if (count)
            expect(own_list_get(list, at % count) == model[at % count]);
        if (round % 1000 == 0) {
            for (size_t i = 0; i < count; i++)
                expect(own_list_get(list, i) == model[i]);
            for (int i = 0; i < 8; i++)
                expect(own_refcount(probes[i]) == held[i] + 1);
        }
    }
    own_decref(list);
    for (int i = 0; i < 8; i++) {
        expect(own_refcount(probes[i]) == 1);
        own_decref(probes[i]);
    }
    expect_events("abcdefgh");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("list_model");
    TCase *model = add_case(suite, "model");

    tcase_add_test(model, random_changes_are_those_of_a_model);
    return run_suite(suite);
}
