/*
 * strings.c - texts in pools: copies, joins, and printing of any length.
 */
#include "subject.h"

#include <stdarg.h>
#include <sys/uio.h>

static apr_pool_t *pool;

static void make_pool(void)
{
    pool = new_pool(NULL);
}

static void drop_pool(void)
{
    apr_pool_destroy(pool);
}

START_TEST(copies_are_the_pools_own)
{
    char text[] = "some text";
    char *copy = apr_pstrdup(pool, text), *part = apr_pstrndup(pool, text, 4);
    char *whole = apr_pstrndup(pool, text, 100), *bytes = apr_pstrmemdup(pool, text, 6);

    memset(text, 'x', sizeof text - 1);
    ck_assert_str_eq(copy, "some text");
    ck_assert_str_eq(part, "some");
    ck_assert_str_eq(whole, "some text");
    ck_assert_str_eq(bytes, "some t");
    ck_assert_str_eq(apr_pstrdup(pool, ""), "");
    ck_assert_str_eq(apr_pstrndup(pool, "abc", 0), "");
    expect(memcmp(apr_pstrmemdup(pool, "a\0b", 3), "a\0b", 4) == 0);
}
END_TEST

START_TEST(copies_of_null_are_null)
{
    expect(apr_pstrdup(pool, NULL) == NULL && apr_pstrndup(pool, NULL, 3) == NULL);
    expect(apr_pstrmemdup(pool, NULL, 3) == NULL);
}
END_TEST

START_TEST(part_of_what_has_no_end_is_copied)
{
    char four[4] = {'f', 'o', 'u', 'r'};

    ck_assert_str_eq(apr_pstrndup(pool, four, 4), "four");
    ck_assert_str_eq(apr_pstrmemdup(pool, four, 4), "four");
}
END_TEST

START_TEST(texts_are_joined)
{
    char long_text[3001];

    memset(long_text, 'l', 3000);
    long_text[3000] = '\0';
    ck_assert_str_eq(apr_pstrcat(pool, "one", NULL), "one");
    ck_assert_str_eq(apr_pstrcat(pool, "", "a", "", "bc", "", NULL), "abc");
    ck_assert_str_eq(apr_pstrcat(pool, NULL), "");
    /* more than the few whose lengths a call may keep at hand */
    ck_assert_str_eq(apr_pstrcat(pool, "a", "bb", "ccc", "d", "e", "f", "gg", "h", "i", "j", NULL),
                     "abbcccdefgghij");
    char *joined = apr_pstrcat(pool, long_text, "-", long_text, "-", long_text, NULL);
    expect(strlen(joined) == 9002 && joined[3000] == '-' && joined[6001] == '-');
    expect(memcmp(joined + 6002, long_text, 3001) == 0);
}
END_TEST

START_TEST(vectors_are_joined)
{
    struct iovec parts[12];
    apr_size_t length = 0;

    for (size_t i = 0; i < 12; i++) {
        parts[i].iov_base = &"abcdefghijklmnop"[i];
        parts[i].iov_len = i % 3;
    }
    char *text = apr_pstrcatv(pool, parts, 12, &length);
    ck_assert_str_eq(text, "bcdefghijklm");
    expect(length == 12 && strlen(text) == 12);
    ck_assert_str_eq(apr_pstrcatv(pool, parts, 3, NULL), "bcd");
    ck_assert_str_eq(apr_pstrcatv(pool, parts, 0, &length), "");
    expect(length == 0);
}
END_TEST

START_TEST(formats_of_printf_are_there)
{
#define expect_printed(...)                                                                        \
    do {                                                                                           \
        char expected_[400];                                                                       \
        snprintf(expected_, sizeof expected_, __VA_ARGS__);                                        \
        ck_assert_str_eq(apr_psprintf(pool, __VA_ARGS__), expected_);                              \
    } while (0)

    static const char *volatile nothing = NULL; /* the compilers cannot see that it is */

    expect_printed("plain, 100%%");
    expect_printed("%s", "");
    expect_printed("%d %i %u", -17, 0, 4000000000U);
    expect_printed("%ld %lu %lx", -2000000000L, 3000000000UL, 0xfedcba98UL);
    expect_printed("%hd %hu", (short)-5, (unsigned short)65535);
    expect_printed("%x %X %#x %o", 0xbeefU, 0xbeefU, 0xbeefU, 8U);
    expect_printed("[%5d] [%-5d] [%05d] [%+d]", 42, 42, 42, 42);
    expect_printed("[%8s] [%-8s] [%.2s] [%8.2s]", "abc", "abc", "abc", "abc");
    expect_printed("[%*d] [%-*s] [%.*s]", 6, 42, 6, "ab", 1, "xyz");
    expect_printed("%c%c%c", 'a', 'b', 'c');
    expect_printed("%f %.2f %8.3f", 3.25, 2.71828, -1.5);
    expect_printed("%.3e", 12345.678);
#ifdef APR_TESTS_REAL
    expect_printed("%" APR_INT64_T_FMT " %" APR_SIZE_T_FMT, (apr_int64_t)-5, (apr_size_t)6);
#else
    expect_printed("%lld %zu %jd %ti", -5LL, (size_t)6, (intmax_t)7, (ptrdiff_t)8); /* not in APR */
#endif
    expect_printed("%.4s", "nothing after the fourth");
    ck_assert_str_eq(apr_psprintf(pool, "%s", nothing), "(null)");
}
END_TEST

START_TEST(extensions_of_printf_are_there)
{
    static const apr_status_t missing = ENOENT;
    apr_off_t offset = 1536;
    apr_size_t size = 12;
    apr_uint32_t bytes = 1048576;
    char text[200];

    snprintf(text, sizeof text, "%lx", (unsigned long)0xbeef);
    ck_assert_str_eq(apr_psprintf(pool, "%pp", (void *)0xbeef), text);
    ck_assert_str_eq(apr_psprintf(pool, "%pm", (const void *)&missing), strerror(ENOENT));
    ck_assert_str_eq(apr_psprintf(pool, "[%pF]", (void *)&offset), "[1.5K]");
    ck_assert_str_eq(apr_psprintf(pool, "[%pS]", (void *)&size), "[ 12 ]");
    ck_assert_str_eq(apr_psprintf(pool, "[%pB]", (void *)&bytes), "[1.0M]");
}
END_TEST

START_TEST(texts_of_all_lengths_are_printed_whole)
{
    const size_t lengths[] = {7000, 8000, 8191, 8192, 8193, 16000, 32768, 100000, 3000000};
    char *text = malloc(3000001);
    char *before, *printed;

    expect(text != NULL);
    memset(text, 't', 3000000);
    for (size_t length = 0; length < 300; length++) {
        text[length] = '\0';
        printed = apr_psprintf(pool, "<%s>", text);
        expect(strlen(printed) == length + 2 && printed[length + 1] == '>');
        expect(strspn(printed + 1, "t") == length);
        text[length] = 't';
    }
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        text[lengths[i]] = '\0';
        before = apr_pstrdup(pool, "before");
        printed = apr_psprintf(pool, "%s%s", text, ".");
        ck_assert_str_eq(apr_psprintf(pool, "after"), "after");
        expect(strlen(printed) == lengths[i] + 1);
        expect(strspn(printed, "t") == lengths[i] && printed[lengths[i]] == '.');
        ck_assert_str_eq(before, "before");
        text[lengths[i]] = 't';
    }
    free(text);
}
END_TEST

START_TEST(text_grows_by_printing_itself)
{
    char *text = apr_pstrdup(pool, "x");

    for (size_t length = 1; length < 100000; length = 2 * length + 1) {
        text = apr_psprintf(pool, "%s-%s", text, text);
        expect(strlen(text) == 2 * length + 1 && text[length] == '-');
    }
    text = "";
    for (size_t i = 0; i < 500; i++)
        text = apr_psprintf(pool, "%s%c", text, (int)('a' + i % 26));
    expect(strlen(text) == 500);
    for (size_t i = 0; i < 500; i++)
        expect(text[i] == (char)('a' + i % 26));
}
END_TEST

static char *print_with_list(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    char *text = apr_pvsprintf(pool, format, arguments);
    va_end(arguments);
    return text;
}

START_TEST(lists_of_arguments_are_printed)
{
    ck_assert_str_eq(print_with_list("%d-%s", 12, "ab"), "12-ab");
}
END_TEST

START_TEST(printing_at_the_end_of_a_piece_of_memory)
{
    /* whatever is left of the piece that the pool is in, a text begins there */
    for (size_t left = 0; left < 9000; left += 8) {
        apr_pool_t *child = new_pool(pool);

        expect(apr_palloc(child, left) != NULL);
        ck_assert_str_eq(apr_psprintf(child, "%s", ""), "");
        ck_assert_str_eq(apr_psprintf(child, "%d %s", 12345, "and a text"), "12345 and a text");
        apr_pool_destroy(child);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("strings");
    TCase *copies = add_apr_case(suite, "copies");
    TCase *printing = add_apr_case(suite, "printing");

    tcase_add_checked_fixture(copies, make_pool, drop_pool);
    tcase_add_test(copies, copies_are_the_pools_own);
    tcase_add_test(copies, copies_of_null_are_null);
    tcase_add_test(copies, part_of_what_has_no_end_is_copied);
    tcase_add_test(copies, texts_are_joined);
    tcase_add_test(copies, vectors_are_joined);

    tcase_add_checked_fixture(printing, make_pool, drop_pool);
    tcase_add_test(printing, formats_of_printf_are_there);
    tcase_add_test(printing, extensions_of_printf_are_there);
    tcase_add_test(printing, texts_of_all_lengths_are_printed_whole);
    tcase_add_test(printing, text_grows_by_printing_itself);
    tcase_add_test(printing, lists_of_arguments_are_printed);
    tcase_add_test(printing, printing_at_the_end_of_a_piece_of_memory);
    return run_suite(suite);
}
