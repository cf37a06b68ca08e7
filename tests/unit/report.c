/*
 * report.c - reports where memory is out: own_report fails with nothing written and nothing lost,
 * at each of its requests; own_report_fd, own_roots and own_metrics do not ask for any. And where a
 * system takes less at once than it is given.
 */
#include "chunk/chunk.h"
#include "harness.h"

#include <sys/syscall.h>
#include <unistd.h>

static unsigned writes;    /* since it is slow */
static int slow_file = -1; /* of which one byte is taken at once, and that not always */
static int write_error;    /* what it fails with after some bytes; 0: never */

/* This program has it in place of libc's. */
ssize_t write(int fd, const void *bytes, size_t size)
{
    if (fd == slow_file) {
        if (writes++ % 3 == 0) {
            errno = EINTR;
            return -1;
        }
        if (write_error && writes > 100) {
            errno = write_error;
            return -1;
        }
        size = 1;
    }
    return syscall(SYS_write, fd, bytes, size);
}

static own_pool *make_tree(void)
{
    own_pool *root = own_pool_new(NULL);
    for (int i = 0; i < 300; i++) {
        own_pool *child = own_pool_new(i % 7 ? root : own_pool_new(root));
        expect(own_pool_set_name(child, "%0*d", i, i) == 0);
        probe_new(child, 'p');
        expect(own_hold(child, root) == 0 && own_drop(child, root) == 0);
    }
    return root;
}

static int count_one(void *object, void *arg)
{
    (void)object;
    ++*(int *)arg;
    return 0;
}

START_TEST(a_report_fails_at_each_request_and_has_written_nothing)
{
    own_pool *root = make_tree();
    const own_usage before = total_of(root);
    for (unsigned format = OWN_REPORT_TEXT; format <= OWN_REPORT_FOLDED; format++) {
        int result = -1;
        long n = 1;
        for (; result < 0; n++) {
            char *text = NULL;
            size_t size = 0;
            FILE *out = open_memstream(&text, &size);
            expect(out != NULL && n < 1000);
            own_trim();
            chunk_fail_after(n);
            errno = 0;
            result = own_report(out, n % 2 ? root : NULL, (own_report_format)format);
            expect(result == 0 || errno == ENOMEM);
            chunk_fail_after(0);
            expect(fclose(out) == 0);
            expect((size > 0) == (result == 0));
            free(text);
        }
        expect(n > 4);
    }
    const own_usage after = total_of(root);
    expect(memcmp(&before, &after, sizeof before) == 0);
    own_decref(root);
}
END_TEST

START_TEST(without_memory_a_descriptor_still_gets_its_report)
{
    own_pool *root = make_tree();
    FILE *file = tmpfile();
    static char numbers[16384];
    expect(file != NULL);
    FILE *out = fmemopen(numbers, sizeof numbers, "w");
    expect(out != NULL && setvbuf(out, NULL, _IONBF, 0) == 0);
    chunk_fail_after(1);
    for (unsigned format = OWN_REPORT_TEXT; format <= OWN_REPORT_FOLDED; format++) {
        expect_keeps_errno(own_report_fd(fileno(file), root, (own_report_format)format) == 0);
        expect_keeps_errno(own_report_fd(fileno(file), NULL, (own_report_format)format) == 0);
    }
    int roots = 0;
    expect(own_roots(count_one, &roots) == 0 && roots == 1);
    expect(own_metrics(out) == 0);
    chunk_fail_after(0);
    expect(lseek(fileno(file), 0, SEEK_END) > 100000 && fclose(out) == 0 && strlen(numbers) > 500);
    fclose(file);
    own_decref(root);
}
END_TEST

START_TEST(a_slow_descriptor_gets_all_bytes)
{
    own_pool *root = make_tree();
    FILE *files[] = {tmpfile(), tmpfile()};
    static char text[2][1 << 17];
    size_t sizes[2];

    for (int i = 0; i < 2; i++) {
        expect(files[i] != NULL);
        slow_file = i ? fileno(files[i]) : -1;
        expect_keeps_errno(own_report_fd(fileno(files[i]), root, OWN_REPORT_FOLDED) == 0);
        rewind(files[i]);
        sizes[i] = fread(text[i], 1, sizeof text[i], files[i]);
    }
    expect(writes > sizes[1] && sizes[0] > 1000);
    expect(sizes[0] == sizes[1] && memcmp(text[0], text[1], sizes[0]) == 0);
    writes = 0;
    write_error = ENOSPC;
    expect_error(own_report_fd(slow_file, root, OWN_REPORT_FOLDED) == -1, ENOSPC);
    fclose(files[0]);
    fclose(files[1]);
    own_decref(root);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report");
    TCase *faults = add_case(suite, "faults");

    tcase_add_test(faults, a_report_fails_at_each_request_and_has_written_nothing);
    tcase_add_test(faults, without_memory_a_descriptor_still_gets_its_report);
    tcase_add_test(faults, a_slow_descriptor_gets_all_bytes);
    return run_suite(suite);
}
