/*
 * string.c - strings and copies of memory as blocks.
 */
#include <stdarg.h>
#include <wchar.h>

#include "harness.h"

START_TEST(strdup_copies_a_string_into_a_block)
{
    own_pool *pool = new_root();
    char source[300];

    for (size_t length = 0; length < sizeof source; length++) {
        memset(source, 'x', length);
        source[length] = '\0';
        char *copy;
        expect_keeps_errno((copy = own_strdup(pool, source)) != NULL);
        expect(copy != source && strcmp(copy, source) == 0);
        expect(own_block_size(pool, copy) == (length + 1 + 15) / 16 * 16);
    }
    expect(usage_of(pool).blocks == sizeof source);
    own_decref(pool);
}
END_TEST

START_TEST(strndup_copies_at_most_max_bytes)
{
    const char unterminated[] = {'a', 'b', 'c'};
    own_pool *pool = new_root();

    ck_assert_str_eq(own_strndup(pool, "abcdef", 3), "abc");
    ck_assert_str_eq(own_strndup(pool, "abcdef", 6), "abcdef");
    ck_assert_str_eq(own_strndup(pool, "abcdef", 100), "abcdef");
    ck_assert_str_eq(own_strndup(pool, "abcdef", SIZE_MAX), "abcdef");
    ck_assert_str_eq(own_strndup(pool, "abcdef", 0), "");
    ck_assert_str_eq(own_strndup(pool, unterminated, 3), "abc"); /* reads no further */
    ck_assert_str_eq(own_strndup(pool, "a\0b", 3), "a");
    own_decref(pool);
}
END_TEST

START_TEST(memdup_copies_bytes)
{
    own_pool *pool = new_root();
    unsigned char source[1000];

    for (size_t i = 0; i < sizeof source; i++)
        source[i] = (unsigned char)(i * 7);
    for (size_t size = 0; size <= sizeof source; size += 9) {
        void *copy;
        expect_keeps_errno((copy = own_memdup(pool, source, size)) != NULL);
        expect(memcmp(copy, source, size) == 0);
        expect(own_block_size(pool, copy) == (size ? (size + 15) / 16 * 16 : 16));
    }
    own_decref(pool);
}
END_TEST

START_TEST(source_null_gives_null_and_keeps_errno)
{
    own_pool *pool = new_root();
    const char *volatile nothing = NULL;

    expect_keeps_errno(own_strdup(pool, nothing) == NULL);
    expect_keeps_errno(own_strndup(pool, nothing, 5) == NULL);
    expect_keeps_errno(own_memdup(pool, nothing, 5) == NULL);
    expect(usage_of(pool).blocks == 0);
    own_decref(pool);
}
END_TEST

START_TEST(source_may_be_a_block_of_the_pool)
{
    own_pool *pool = new_root();
    char *string = own_strdup(pool, "again");

    for (int i = 0; i < 1000; i++)
        string = own_strdup(pool, string);
    ck_assert_str_eq(string, "again");
    ck_assert_str_eq(own_asprintf(pool, "%s and %s", string, string), "again and again");
    own_decref(pool);
}
END_TEST

START_TEST(asprintf_prints_into_a_block_of_the_length)
{
    own_pool *pool = new_root();
    char *string;

    expect_keeps_errno((string = own_asprintf(pool, "%s=%d %5.2f", "x", -7, 1.5)) != NULL);
    ck_assert_str_eq(string, "x=-7  1.50");
    ck_assert_str_eq(own_asprintf(pool, "%s", ""), "");
    for (int width = 1; width < 5000; width += 37) {
        string = own_asprintf(pool, "%*d", width, 5);
        expect(string && strlen(string) == (size_t)width && string[width - 1] == '5');
        expect(own_block_size(pool, string) == ((size_t)width + 1 + 15) / 16 * 16);
    }
    string = own_asprintf(pool, "%*d", 3 << 20, 5);
    expect(string && strlen(string) == (size_t)3 << 20);
    own_decref(pool);
}
END_TEST

static char *print(own_pool *pool, const char *format, ...) __attribute__((format(printf, 2, 3)));
static char *print(own_pool *pool, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    char *string = own_vasprintf(pool, format, arguments);
    va_end(arguments);
    return string;
}

START_TEST(vasprintf_prints_as_asprintf)
{
    own_pool *pool = new_root();

    ck_assert_str_eq(print(pool, "%d %s", 1, "two"), "1 two");
    char *string = print(pool, "%01000d %s", 1, "two"); /* the list is read twice */
    expect(string && strlen(string) == 1004 && strcmp(string + 1001, "two") == 0);
    own_decref(pool);
}
END_TEST

START_TEST(append_prints_to_the_end)
{
    own_pool *pool = new_root();
    char *string = own_asprintf_append(pool, NULL, "%d", 0);
    char expected[5000] = "0";

    for (int i = 1; i < 1000; i++) {
        errno = ERANGE;
        string = own_asprintf_append(pool, string, ",%d", i);
        expect(string != NULL && errno == ERANGE);
        sprintf(expected + strlen(expected), ",%d", i);
        expect(strcmp(string, expected) == 0);
        expect(usage_of(pool).blocks == 1);
    }
    string = own_asprintf_append(pool, string, "%s", "");
    ck_assert_str_eq(string, expected);
    own_decref(pool);
}
END_TEST

START_TEST(append_works_on_any_string_that_is_a_block)
{
    own_pool *pool = new_root();
    char *string = (char *)own_alloc(pool, 1, 1000);

    string = own_asprintf_append(pool, string, "to an empty %s", "block");
    ck_assert_str_eq(string, "to an empty block");
    string = own_strdup(pool, "abc");
    string[1] = '\0';
    ck_assert_str_eq(own_asprintf_append(pool, string, "xyz"), "axyz");
    own_decref(pool);
}
END_TEST

START_TEST(failed_append_leaves_the_string)
{
    own_pool *pool = new_root(), *other = new_root();
    char *string = own_strdup(pool, "kept"), *foreign = own_strdup(other, "foreign");
    own_usage before = usage_of(pool);

    expect_error(own_asprintf_append(pool, foreign, "x") == NULL, EINVAL);
    expect_error(own_asprintf_append(pool, string + 1, "x") == NULL, EINVAL);
    ck_assert_str_eq(foreign, "foreign");
    own_usage after = usage_of(pool);
    expect(memcmp(&before, &after, sizeof before) == 0);
    ck_assert_str_eq(string, "kept");
    own_decref(pool);
    own_decref(other);
}
END_TEST

START_TEST(what_cannot_be_printed_fails_with_the_errno_of_vsnprintf)
{
    own_pool *pool = new_root();
    char *string = own_strdup(pool, "kept"), printed[100];
    const wint_t unprintable = (wint_t)0x110000; /* no character of any locale */
    own_usage before = usage_of(pool);

    errno = 0;
    expect(snprintf(printed, sizeof printed, "%lc", unprintable) == -1);
    int error = errno;
    expect_error(own_asprintf(pool, "%lc", unprintable) == NULL, error);
    expect_error(own_asprintf_append(pool, string, "%lc", unprintable) == NULL, error);
    expect_error(own_asprintf_append(pool, NULL, "%lc", unprintable) == NULL, error);
    expect_error(own_pool_set_name(pool, "%lc", unprintable) == -1, error);
    own_usage after = usage_of(pool);
    expect(memcmp(&before, &after, sizeof before) == 0);
    ck_assert_str_eq(string, "kept");
    own_decref(pool);
}
END_TEST

START_TEST(strings_grow_with_zeros)
{
    own_pool *pool = new_root();
    char *string = own_strdup(pool, "0123456789");

    string = (char *)own_realloc(pool, string, 1, 5000);
    expect(string != NULL);
    for (size_t i = 10; i < 5000; i++)
        expect(string[i] == 0);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("string");
    TCase *copies = add_case(suite, "copies");
    TCase *printing = add_case(suite, "printing");

    tcase_add_test(copies, strdup_copies_a_string_into_a_block);
    tcase_add_test(copies, strndup_copies_at_most_max_bytes);
    tcase_add_test(copies, memdup_copies_bytes);
    tcase_add_test(copies, source_null_gives_null_and_keeps_errno);
    tcase_add_test(copies, source_may_be_a_block_of_the_pool);
    tcase_add_test(copies, strings_grow_with_zeros);

    tcase_add_test(printing, asprintf_prints_into_a_block_of_the_length);
    tcase_add_test(printing, vasprintf_prints_as_asprintf);
    tcase_add_test(printing, append_prints_to_the_end);
    tcase_add_test(printing, append_works_on_any_string_that_is_a_block);
    tcase_add_test(printing, failed_append_leaves_the_string);
    tcase_add_test(printing, what_cannot_be_printed_fails_with_the_errno_of_vsnprintf);
    return run_suite(suite);
}
