/*
 * secure.c - a program with more rights than its user (setuid) does not heed OWN_CHECK. The program
 * is a copy of this one, which belongs to another user: for that the test must run as root, on a
 * file system without nosuid; else it is skipped.
 */
#include "harness.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OTHER_USER 65534 /* nobody; any will do */
#define NOT_SECURE 20
#define IS_HEEDED 21
#define IS_IGNORED 22
#define SKIPPED 77

/* In the copy: with OWN_CHECK pools are exact, and remember the size that was asked for. */
static int look_at_pool(void)
{
    own_pool *pool = new_root();
    size_t size = own_block_size(pool, own_alloc(pool, 1, 5));

    own_decref(pool);
    return !getauxval(AT_SECURE) ? NOT_SECURE : size == 5 ? IS_HEEDED : IS_IGNORED;
}

static void copy_self(const char *path)
{
    static char bytes[1 << 16];
    int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ssize_t got;

    expect(from >= 0 && to >= 0);
    while ((got = read(from, bytes, sizeof bytes)) > 0)
        expect(write(to, bytes, (size_t)got) == got);
    expect(got == 0 && close(to) == 0 && close(from) == 0);
}

/* What the program at that path returns. */
static int run(const char *path)
{
    int status;
    pid_t process = fork();

    expect(process >= 0);
    if (process == 0) {
        setenv("OWN_CHECK", "guard,leak,site", 1);
        execl(path, path, "look", (char *)NULL);
        _exit(99);
    }
    expect(waitpid(process, &status, 0) == process && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int run_setuid_copy(void)
{
    char folder[] = "/tmp/own-secure-XXXXXX", path[100];

    expect(mkdtemp(folder) != NULL && chmod(folder, 0755) == 0);
    snprintf(path, sizeof path, "%s/copy", folder);
    copy_self(path);
    expect(chown(path, OTHER_USER, (gid_t)-1) == 0 && chmod(path, 04755) == 0);
    int result = run(path);
    expect(unlink(path) == 0 && rmdir(folder) == 0);
    return result;
}

START_TEST(environment_is_heeded_by_other_programs)
{
    expect(run("/proc/self/exe") == NOT_SECURE);
    setenv("OWN_CHECK", "guard", 1);
    own_pool *pool = new_root();
    expect(own_block_size(pool, own_alloc(pool, 1, 5)) == 5);
    own_decref(pool);
}
END_TEST

START_TEST(environment_is_ignored_by_a_setuid_program)
{
    int result = run_setuid_copy();

    if (result == IS_HEEDED)
        ck_abort_msg("OWN_CHECK is heeded by a setuid program");
    expect(result == IS_IGNORED);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "look") == 0)
        return look_at_pool();
    if (memory_is_checked()) {
        fprintf(stderr, "skipped: with a sanitizer all pools are checked\n");
        return SKIPPED;
    }
    if (geteuid() != 0 || run_setuid_copy() == NOT_SECURE) {
        fprintf(stderr, "skipped: no setuid program can be made here (run it as root)\n");
        return SKIPPED;
    }
    Suite *suite = suite_create("secure");
    TCase *environment = add_case(suite, "environment");
    tcase_add_test(environment, environment_is_heeded_by_other_programs);
    tcase_add_test(environment, environment_is_ignored_by_a_setuid_program);
    return run_suite(suite);
}
