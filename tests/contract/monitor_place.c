/*
 * monitor_place.c - the socket of a monitor in the file system, its descriptors, and fork.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asker.h"

#define DESCRIPTORS 64
#define NOBODY 65534

static struct stat status_of(const char *path)
{
    struct stat status;
    expect(lstat(path, &status) == 0);
    return status;
}

static bool is_there(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

static int open_here(void)
{
    int monitor = own_monitor_open(place);
    expect(monitor >= 0);
    return monitor;
}

static void expect_help(int monitor, const char *path)
{
    char *answer = ask(monitor, path, "help");
    expect(strstr(answer, "json"));
    free(answer);
}

/* Waits for a child process, whose test was good. */
static void expect_good_end(pid_t child)
{
    int status;
    expect(waitpid(child, &status, 0) == child);
    expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void *look_at_mode(void *end)
{
    struct stat status;
    size_t *seen = calloc(1, sizeof *seen);

    while (!__atomic_load_n((bool *)end, __ATOMIC_RELAXED)) {
        if (lstat(place, &status) == 0) {
            expect((status.st_mode & 07777) == 0600);
            ++*seen;
        }
    }
    return seen;
}

START_TEST(only_the_user_may_connect_at_any_moment)
{
    pthread_t watcher;
    bool end = false;
    void *seen;
    mode_t mask = umask(0);

    expect(pthread_create(&watcher, NULL, look_at_mode, &end) == 0);
    for (size_t n = scaled(2000); n > 0; n--) {
        int monitor = open_here();
        struct stat status = status_of(place);
        expect(S_ISSOCK(status.st_mode) && (status.st_mode & 07777) == 0600);
        expect(status.st_nlink == 1);
        expect(own_monitor_close(monitor) == 0);
        expect(!is_there(place));
    }
    __atomic_store_n(&end, true, __ATOMIC_RELAXED);
    expect(pthread_join(watcher, &seen) == 0);
    free(seen);
    expect(umask(mask) == 0); /* it was not changed */
}
END_TEST

START_TEST(another_user_is_refused)
{
    int monitor = open_here();

    if (geteuid() != 0) {
        fprintf(stderr, "skipped: only root can become another user\n");
    } else {
        expect(chmod(place, 0666) == 0); /* a mistake of somebody */
        pid_t child = fork();
        if (child == 0) {
            char line[100] = "";
            if (setreuid(NOBODY, NOBODY) != 0)
                _exit(1);
            int client = connect_to(place);
            fcntl(client, F_SETFL, 0);
            (void)send(client, "text\n", 5, MSG_NOSIGNAL); /* it may have been closed before */
            ssize_t size = recv(client, line, sizeof line - 1, MSG_WAITALL);
            _exit(size < 0 || strcmp(line, "error: this is another user's program\n") != 0);
        }
        expect(child > 0);
        int status;
        while (waitpid(child, &status, WNOHANG) == 0)
            serve(monitor);
        expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        expect_help(monitor, place); /* root is not */
    }
    expect(own_monitor_close(monitor) == 0);
}
END_TEST

START_TEST(the_socket_of_a_dead_process_is_replaced)
{
    pid_t child = fork();
    if (child == 0)
        _exit(own_monitor_open(place) < 0);
    expect_good_end(child);
    ino_t dead = status_of(place).st_ino;
    expect(try_connect(place) == -1 && errno == ECONNREFUSED);

    int monitor = open_here();
    expect(status_of(place).st_ino != dead && (status_of(place).st_mode & 07777) == 0600);
    expect_help(monitor, place);
    expect(own_monitor_close(monitor) == 0);
}
END_TEST

START_TEST(what_is_alive_or_no_socket_stays)
{
    int monitor = open_here();
    ino_t alive = status_of(place).st_ino;

    expect_error(own_monitor_open(place) == -1, EADDRINUSE);
    int client[32];
    int count = 0;
    while (count < 32 && (client[count] = try_connect(place)) >= 0)
        count++;
    expect(count < 32 && errno == EAGAIN); /* it is too busy to be connected to */
    expect_error(own_monitor_open(place) == -1, EADDRINUSE);
    while (count > 0)
        close(client[--count]);
    expect(status_of(place).st_ino == alive);
    serve(monitor);
    expect_help(monitor, place);
    expect(own_monitor_close(monitor) == 0);

    int file = open(place, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    expect(file >= 0 && write(file, "x", 1) == 1 && close(file) == 0);
    expect_error(own_monitor_open(place) == -1, EEXIST);
    expect(status_of(place).st_size == 1);
    expect(unlink(place) == 0);
    expect(symlink("nowhere", place) == 0);
    expect_error(own_monitor_open(place) == -1, EEXIST);
    expect(S_ISLNK(status_of(place).st_mode));
    expect(unlink(place) == 0);
    expect(mkdir(place, 0700) == 0);
    expect_error(own_monitor_open(place) == -1, EEXIST);
    expect(rmdir(place) == 0);
}
END_TEST

START_TEST(paths_that_cannot_be)
{
    char path[PATH_SIZE], longest[200];

    expect_error(own_monitor_open(NULL) == -1, EINVAL);
    expect_error(own_monitor_open("") == -1, EINVAL);
    name_beside(path, "missing/socket");
    expect_error(own_monitor_open(path) == -1, ENOENT);
    memset(longest, 'x', sizeof longest);
    longest[91] = '\0';
    expect_error(own_monitor_open(longest) == -1, ENAMETOOLONG);
    int length = snprintf(longest, 91, "%s", place);
    while (length < 90)
        longest[length++] = 'x';
    longest[90] = '\0';
    int monitor = own_monitor_open(longest);
    expect(monitor >= 0);
    expect_help(monitor, longest);
    expect(own_monitor_close(monitor) == 0);
}
END_TEST

START_TEST(a_descriptor_that_is_no_monitor)
{
    int monitor = open_here();

    expect_error(own_monitor_serve(-1) == -1, EBADF);
    expect_error(own_monitor_close(-1) == -1, EBADF);
    expect_error(own_monitor_serve(STDERR_FILENO) == -1, EBADF);
    expect(own_monitor_close(monitor) == 0);
    expect_error(own_monitor_serve(monitor) == -1, EBADF);
    expect_error(own_monitor_close(monitor) == -1, EBADF);
}
END_TEST

START_TEST(closing_drops_clients_and_removes_only_its_own_file)
{
    int monitor = open_here();
    own_pool *root = new_with_long_name((size_t)4 << 20);
    int reading = connect_to(place), asking = connect_to(place);
    struct received received = {.size = 0};

    send_line(reading, "text");
    serve(monitor);
    int waiting = connect_to(place);
    expect(unlink(place) == 0);
    int other = open_here();
    expect(own_monitor_close(monitor) == 0);
    expect(is_there(place));
    receive(reading, &received);
    expect(received.ended && received.size > 0 && received.size < (size_t)4 << 20);
    free(received.bytes);
    received = (struct received){.size = 0};
    receive(asking, &received);
    expect(received.ended && received.size == 0);
    char byte;
    expect(recv(waiting, &byte, 1, 0) <= 0 && errno != EAGAIN);
    close(reading);
    close(asking);
    close(waiting);
    expect_help(other, place);
    expect(own_monitor_close(other) == 0);
    own_decref(root);
}
END_TEST

START_TEST(two_monitors_are_apart)
{
    char path[PATH_SIZE];
    int first = open_here();

    name_beside(path, "second");
    int second = own_monitor_open(path);
    expect(second >= 0 && second != first);
    int client = connect_to(path);
    expect(!has_work(first) && has_work(second));
    expect_help(first, place);
    expect_help(second, path);
    expect(own_monitor_close(first) == 0);
    expect(!is_there(place) && is_there(path));
    expect_help(second, path);
    close(client);
    expect(own_monitor_close(second) == 0);
}
END_TEST

/* A child that goes on does the parent's monitor and its clients no harm. */
START_TEST(the_monitor_stays_with_its_process)
{
    int monitor = open_here();
    own_pool *root = new_with_long_name((size_t)4 << 20);
    int client = connect_to(place);
    struct received received = {.size = 0};

    send_line(client, "folded");
    serve(monitor);
    pid_t child = fork();
    if (child == 0) {
        bool good = own_monitor_serve(monitor) == -1 && errno == EPERM;
        good = good && own_monitor_close(monitor) == 0;
        good = good && own_monitor_close(monitor) == -1 && errno == EBADF;
        int own = own_monitor_open(place);
        good = good && own == -1 && errno == EADDRINUSE;
        end_process(!good);
    }
    expect_good_end(child);
    finish(monitor, client, &received);
    expect(received.size > (size_t)4 << 20);
    free(received.bytes);

    int ends[2]; /* a child that has closed nothing, and lives on */
    expect(pipe(ends) == 0);
    client = connect_to(place);
    serve(monitor);
    child = fork();
    if (child == 0) {
        char byte;
        close(ends[1]);
        _exit(read(ends[0], &byte, 1) != 0);
    }
    close(ends[0]);
    expect_help(monitor, place); /* the end of the answer is seen all the same */
    send_line(client, "help");
    received = (struct received){.size = 0};
    finish(monitor, client, &received);
    free(received.bytes);
    expect(!has_work(monitor));
    expect(own_monitor_close(monitor) == 0);
    monitor = open_here();
    expect_help(monitor, place);
    close(ends[1]);
    expect_good_end(child);
    expect(own_monitor_close(monitor) == 0);
    own_decref(root);
}
END_TEST

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

START_TEST(descriptors_are_closed_by_exec_and_by_close)
{
    bool before[DESCRIPTORS];
    int count = 0;

    for (int fd = 0; fd < DESCRIPTORS; fd++)
        before[fd] = is_open(fd);
    int monitor = open_here();
    int client = connect_to(place);
    serve(monitor);
    for (int fd = 0; fd < DESCRIPTORS; fd++) {
        if (!before[fd] && is_open(fd)) {
            expect(fcntl(fd, F_GETFD) & FD_CLOEXEC);
            count++;
        }
    }
    expect(count >= 3);
    expect(own_monitor_close(monitor) == 0);
    close(client);
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        expect(before[fd] == is_open(fd));
}
END_TEST

/* Each descriptor that is needed may be the one too many. */
START_TEST(a_failed_open_leaves_nothing)
{
    struct rlimit limit, few;
    int filler[DESCRIPTORS], count = 0, failures = 0, monitor = -1;
    bool before[DESCRIPTORS];

    expect(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    few = limit;
    few.rlim_cur = DESCRIPTORS;
    expect(setrlimit(RLIMIT_NOFILE, &few) == 0);
    while ((filler[count] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
        expect(++count < DESCRIPTORS);
    for (; monitor < 0; failures++) {
        for (int fd = 0; fd < DESCRIPTORS; fd++)
            before[fd] = is_open(fd);
        errno = 0;
        monitor = own_monitor_open(place);
        if (monitor >= 0)
            break;
        expect(errno == EMFILE && !is_there(place));
        for (int fd = 0; fd < DESCRIPTORS; fd++)
            expect(before[fd] == is_open(fd));
        expect(count > 0);
        close(filler[--count]);
    }
    expect(failures >= 3);
    while (count > 0)
        close(filler[--count]);
    expect(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    expect_help(monitor, place);
    expect(own_monitor_close(monitor) == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("monitor_place");
    TCase *files = add_case(suite, "files");
    TCase *processes = add_case(suite, "processes");

    tcase_add_checked_fixture(files, make_place, leave_place);
    tcase_add_test(files, only_the_user_may_connect_at_any_moment);
    tcase_add_test(files, another_user_is_refused);
    tcase_add_test(files, the_socket_of_a_dead_process_is_replaced);
    tcase_add_test(files, what_is_alive_or_no_socket_stays);
    tcase_add_test(files, paths_that_cannot_be);
    tcase_add_test(files, a_descriptor_that_is_no_monitor);
    tcase_add_test(files, closing_drops_clients_and_removes_only_its_own_file);
    tcase_add_test(files, two_monitors_are_apart);
    tcase_add_checked_fixture(processes, make_place, leave_place);
    tcase_add_test(processes, the_monitor_stays_with_its_process);
    tcase_add_test(processes, descriptors_are_closed_by_exec_and_by_close);
    tcase_add_test(processes, a_failed_open_leaves_nothing);
    return run_suite(suite);
}
