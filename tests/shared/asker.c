/*
 * asker.c - a program that asks a monitor, played in the process that serves it.
 */
#include "asker.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 1000000

char place[PATH_SIZE];
static char folder[PATH_SIZE / 2];

/* Every user can look into it, so that it is the socket's own mode that keeps others out. */
void make_place(void)
{
    struct timespec now; /* a killed test of that number may have left its folder */
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(folder, sizeof folder, "/tmp/own-%ld-%lx%lx", (long)getpid(), (long)now.tv_sec,
             (long)now.tv_nsec);
    expect(mkdir(folder, 0755) == 0 && chmod(folder, 0755) == 0);
    name_beside(place, "socket");
}

void name_beside(char name[PATH_SIZE], const char *last)
{
    expect(snprintf(name, PATH_SIZE, "%s/%s", folder, last) < PATH_SIZE);
}

void leave_place(void)
{
    expect(rmdir(folder) == 0); /* and nothing is left in it */
}

int try_connect(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    expect(client >= 0);
    strcpy(address.sun_path, path);
    if (connect(client, (const struct sockaddr *)&address, sizeof address) == 0)
        return client;
    int error = errno;
    close(client);
    errno = error;
    return -1;
}

int connect_to(const char *path)
{
    int client = try_connect(path);
    expect(client >= 0);
    return client;
}

void send_bytes(int client, const char *bytes, size_t length)
{
    expect(send(client, bytes, length, MSG_NOSIGNAL) == (ssize_t)length);
}

void send_line(int client, const char *line)
{
    send_bytes(client, line, strlen(line));
    send_bytes(client, "\n", 1);
}

bool has_work(int monitor)
{
    struct pollfd wait = {.fd = monitor, .events = POLLIN};
    int count = poll(&wait, 1, 0);

    expect(count == 0 || (count == 1 && wait.revents == POLLIN));
    return count == 1;
}

void serve(int monitor)
{
    for (int i = 0; has_work(monitor); i++) {
        expect(i < ROUNDS);
        expect_keeps_errno(own_monitor_serve(monitor) == 0);
    }
}

void receive(int client, struct received *received)
{
    static char bytes[64 << 10];
    ssize_t size;

    while ((size = recv(client, bytes, sizeof bytes, 0)) > 0) {
        received->bytes = realloc(received->bytes, received->size + (size_t)size + 1);
        expect(received->bytes != NULL);
        memcpy(received->bytes + received->size, bytes, (size_t)size);
        received->size += (size_t)size;
        received->bytes[received->size] = '\0';
    }
    if (size < 0)
        expect(errno == EAGAIN);
    else
        received->ended = true;
}

void finish(int monitor, int client, struct received *received)
{
    for (int i = 0; !received->ended; i++) {
        expect(i < ROUNDS);
        if (has_work(monitor))
            expect(own_monitor_serve(monitor) == 0);
        receive(client, received);
    }
    close(client);
}

char *ask(int monitor, const char *path, const char *line)
{
    struct received received = {.size = 0};
    int client = connect_to(path);

    send_line(client, line);
    finish(monitor, client, &received);
    expect(received.bytes != NULL && received.size == strlen(received.bytes));
    return received.bytes;
}

void expect_answer(int monitor, const char *bytes, const char *answer)
{
    struct received received = {.size = 0};
    int client = connect_to(place);

    send_bytes(client, bytes, strlen(bytes));
    expect(shutdown(client, SHUT_WR) == 0);
    finish(monitor, client, &received);
    ck_assert_str_eq(received.bytes ? received.bytes : "", answer);
    free(received.bytes);
}

char *report_now(own_report_format format)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    expect(out && own_report(out, NULL, format) == 0 && fclose(out) == 0);
    return text;
}

own_pool *new_with_long_name(size_t length)
{
    own_pool *pool = new_root();
    char *name = own_alloc(pool, length + 1, 1);

    expect(name != NULL);
    memset(name, 'n', length);
    own_pool_set_name_borrowed(pool, name);
    return pool;
}
