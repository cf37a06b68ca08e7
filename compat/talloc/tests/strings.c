/*
 * strings.c - strings of talloc and what is appended to them; and talloc_realloc.
 */
#include "world.h"

static void *root;

static void start(void)
{
    root = talloc_named_const(NULL, 0, "root");
}

static void end(void)
{
    talloc_free(root);
}

START_TEST(string_is_its_own_name)
{
    char *text = talloc_strdup(root, "text"), *part = talloc_strndup(root, "part of it", 4);

    expect_text(text, "text");
    expect(talloc_get_name(text) == text && talloc_get_size(text) == 5);
    expect_text(part, "part");
    expect(talloc_get_name(part) == part && talloc_get_size(part) == 5);
    expect_text(talloc_strndup(root, "short", 100), "short");
    expect_text(talloc_strndup(root, "none", 0), "");
    expect(talloc_strdup(root, NULL) == NULL && talloc_strndup(root, NULL, 3) == NULL);
    text = talloc_asprintf(root, "%d-%s", 12, "x");
    expect_text(text, "12-x");
    expect(talloc_get_name(text) == text && talloc_get_size(text) == 5);
    text = talloc_asprintf(root, "%2000s", "long");
    expect(talloc_get_size(text) == 2001 && text[1999] == 'g');
}
END_TEST

START_TEST(appended_string_is_its_name_and_stays_where_it_was)
{
    char *text = talloc_strdup(root, "a");

    talloc_new(text);
    text = talloc_strdup_append(text, "bc");
    expect_text(text, "abc");
    expect(talloc_get_size(text) == 4 && talloc_get_name(text) == text);
    expect(talloc_parent(text) == root && talloc_total_blocks(text) == 2);
    text = talloc_strndup_append(text, "defgh", 2);
    expect_text(text, "abcde");
    text = talloc_asprintf_append(text, "%d", 42);
    expect_text(text, "abcde42");
    text = talloc_strdup_append_buffer(text, "-");
    text = talloc_strndup_append_buffer(text, "+++", 2);
    text = talloc_asprintf_append_buffer(text, "%c", 'z');
    expect_text(text, "abcde42-++z");
    expect(talloc_get_size(text) == 12);
    expect(talloc_strdup_append(text, NULL) == text &&
           talloc_strndup_append(text, NULL, 2) == text);
    for (int i = 0; i < 2000; i++)
        text = talloc_strdup_append_buffer(text, "0123456789");
    expect(strlen(text) == 20011 && talloc_get_size(text) == 20012);
}
END_TEST

START_TEST(appending_to_NULL_makes_a_string)
{
    char *texts[] = {
        talloc_strdup_append(NULL, "a"),         talloc_strdup_append_buffer(NULL, "a"),
        talloc_strndup_append(NULL, "ab", 1),    talloc_strndup_append_buffer(NULL, "ab", 1),
        talloc_asprintf_append(NULL, "%c", 'a'), talloc_asprintf_append_buffer(NULL, "%c", 'a')};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        expect_text(texts[i], "a");
        expect(talloc_parent(texts[i]) == NULL);
        talloc_free(texts[i]);
    }
}
END_TEST

START_TEST(buffers_grow_at_their_end_and_strings_at_the_first_zero)
{
    char *string = talloc_strdup(root, "hello world"), *buffer = talloc_strdup(root, "hello world");

    string[5] = buffer[5] = '\0';
    string = talloc_strdup_append(string, ", you");
    buffer = talloc_strdup_append_buffer(buffer, ", you");
    expect_text(string, "hello, you");
    expect_text(buffer, "hello");
    expect_text(buffer + 6, "world, you");
    string[5] = '\0';
    expect_text(talloc_asprintf_append(string, "%d", 1), "hello1");
    buffer = talloc_asprintf_append_buffer(buffer, "%d", 1);
    expect_text(buffer + 6, "world, you1");
}
END_TEST

START_TEST(addbuf_appends_or_does_nothing)
{
    char *text = talloc_strdup(root, "a"), *none = NULL;

    talloc_asprintf_addbuf(&text, "%d", 7);
    expect_text(text, "a7");
    talloc_asprintf_addbuf(&none, "%d", 7);
    expect(none == NULL);
}
END_TEST

static char *format(char *text, bool at_end, const char *pattern, ...)
{
    va_list arguments;

    va_start(arguments, pattern);
    text = !text    ? talloc_vasprintf(root, pattern, arguments)
           : at_end ? talloc_vasprintf_append_buffer(text, pattern, arguments)
                    : talloc_vasprintf_append(text, pattern, arguments);
    va_end(arguments);
    return text;
}

START_TEST(lists_of_arguments_do_too)
{
    char *text = format(NULL, false, "%s", "one");

    expect(talloc_parent(text) == root);
    text = format(text, false, "%s", ", two");
    expect_text(format(text, true, "%s", ", three"), "one, two, three");
}
END_TEST

START_TEST(resized_memory_keeps_bytes_children_and_parent)
{
    static const size_t sizes[] = {1, 20, 21, 900, 5000, 100000, 3000000, 90, 3, 64};
    char *memory = (char *)talloc_size(root, 10), *child, *under;

    memset(memory, 'm', 10);
    child = letter(memory, "c");
    under = letter(child, "u");
    talloc_reference(child, talloc_steal(root, under));
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        memory = (char *)talloc_realloc_size(NULL, memory, sizes[i]);
        expect(memory != NULL && talloc_get_size(memory) == sizes[i] && memory[0] == 'm');
        expect(talloc_parent(memory) == root && talloc_parent(child) == memory);
        memset(memory, 'm', sizes[i]);
    }
    talloc_free(memory);
    expect_events("c");
    talloc_free(under);
    expect_events("u");
}
END_TEST

START_TEST(realloc_of_NULL_allocates_and_to_nothing_frees)
{
    int *array = talloc_realloc(root, NULL, int, 4);

    expect(talloc_array_length(array) == 4 && talloc_parent(array) == root);
    expect_text(talloc_get_name(array), "int");
    array = talloc_realloc(root, array, int, 3000);
    expect(talloc_array_length(array) == 3000);
    expect(talloc_realloc(root, array, int, 0) == NULL && talloc_total_blocks(root) == 1);
    expect(talloc_get_size(talloc_realloc_size(root, NULL, 7)) == 7);
    expect(talloc_get_size(talloc_realloc_fn(root, NULL, 8)) == 8);
    expect(talloc_total_size(root) == 15);
}
END_TEST

START_TEST(realloc_that_fails_changes_nothing)
{
    int *array = talloc_array(root, int, 4);

    array[3] = 33;
    letter(array, "c");
    expect(talloc_realloc(root, array, int, 0x7fffffff) == NULL);
    expect(talloc_realloc_size(root, array, (size_t)256 << 20) == NULL);
    expect(talloc_realloc_size(root, array, SIZE_MAX) == NULL);
    expect(talloc_array_length(array) == 4 && array[3] == 33 && talloc_total_blocks(array) == 2);
    expect_events("");
    talloc_free(array);
    expect_events("c");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("talloc: strings and realloc");
    TCase *tcase = add_case(suite, "strings");

    tcase_add_checked_fixture(tcase, start, end);
    tcase_add_test(tcase, string_is_its_own_name);
    tcase_add_test(tcase, appended_string_is_its_name_and_stays_where_it_was);
    tcase_add_test(tcase, appending_to_NULL_makes_a_string);
    tcase_add_test(tcase, buffers_grow_at_their_end_and_strings_at_the_first_zero);
    tcase_add_test(tcase, addbuf_appends_or_does_nothing);
    tcase_add_test(tcase, lists_of_arguments_do_too);
    tcase_add_test(tcase, resized_memory_keeps_bytes_children_and_parent);
    tcase_add_test(tcase, realloc_of_NULL_allocates_and_to_nothing_frees);
    tcase_add_test(tcase, realloc_that_fails_changes_nothing);
    return run_suite(suite);
}
