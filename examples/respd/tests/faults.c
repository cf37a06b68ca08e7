/*
 * faults.c - tests that the server goes on whichever of its allocations fails: each of a session in
 * turn, alone or with all that follow it. A command is refused as a whole, so that the same command
 * again gets the reply that it would have got, and no connection is lost.
 */
#include "faults.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

#define REPLY_MAX ((size_t)4 << 20)
#define ANSWER_MILLISECONDS 20000
#define IDLE_EVERY 16 /* sessions, until memory is looked at */
#define STRIDE 23
#define QUICK_STRIDE 101

static const char no_memory[] = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
static const char no_connection[] = "-OOM out of memory, no new connection\r\n";

/*
 * A command, with %l for a long string, %h for a huge one and %m for many short arguments; lines
 * that belong together, and are sent again together, are one. `loose`: the reply has figures or an
 * order of its own.
 */
static const struct step {
    const char *text;
    unsigned replies;
    bool loose;
} steps[] = {
    {"PING\n", 1, false},
    {"FLUSHALL\n", 1, false},
    {"SET short value\n", 1, false},
    {"SET long %l\n", 1, false},
    {"SET huge %h\n", 1, false},
    {"GET short\n", 1, false},
    {"GET huge\n", 1, false},
    {"SET long %l GET\n", 1, false},
    {"APPEND long %l\n", 1, false},
    {"APPEND short %l\n", 1, false},
    {"SETRANGE short 3000 %l\n", 1, false},
    {"SET number 41 EX 1000\n", 1, false},
    {"INCR number\n", 1, false},
    {"INCRBYFLOAT number 1.5\n", 1, false},
    {"PEXPIREAT long 33177117420000\n", 1, false},
    {"GETEX long PERSIST\n", 1, false},
    {"MSET %m\n", 1, false},
    {"MGET %m\n", 1, false},
    {"MSETNX fresh %l fresher %l\n", 1, false},
    {"COPY long copied\n", 1, false},
    {"RPUSH list %m\n", 1, false},
    {"RPUSH list %l\n", 1, false},
    {"LPUSH list %m %l\n", 1, false},
    {"LRANGE list 0 -1\n", 1, false},
    {"LINSERT list BEFORE k003 %l\n", 1, false},
    {"LSET list 1 %l\n", 1, false},
    {"LREM list 0 v003\n", 1, false},
    {"COPY list list2\n", 1, false},
    {"LPOP list 2\n", 1, false},
    {"HSET hash %m\n", 1, false},
    {"HSET hash field %l\n", 1, false},
    {"HSETNX hash other %l\n", 1, false},
    {"HGETALL hash\n", 1, true},
    {"HINCRBY hash count 5\n", 1, false},
    {"HINCRBYFLOAT hash count 0.5\n", 1, false},
    {"COPY hash hash2\n", 1, false},
    {"SADD set %m\n", 1, false},
    {"SADD set %l\n", 1, false},
    {"SADD set4 %l k001 extra\n", 1, false},
    {"SMEMBERS set\n", 1, true},
    {"SUNIONSTORE set2 set set4\n", 1, false},
    {"SINTER set2 set4\n", 1, true},
    {"SDIFFSTORE set3 set2 set4\n", 1, false},
    {"SMOVE set4 set3 extra\n", 1, false},
    {"RENAME huge moved\n", 1, false},
    {"GETDEL moved\n", 1, false},
    {"KEYS *\n", 1, true},
    {"SCAN 0 COUNT 1000\n", 1, true},

    {"MULTI\nSET short a\nSET long %l\nRPUSH list3 %l\nDEL list3\nEXEC\n", 6, false},
    {"WATCH short long\n", 1, false},
    {"UNWATCH\n", 1, false},
    {"SUBSCRIBE news\n", 1, false},
    {"PSUBSCRIBE n*\n", 1, false},
    {"UNSUBSCRIBE news\n", 1, false},
    {"PUNSUBSCRIBE n*\n", 1, false},
    {"PUBLISH news %l\n", 1, false},
    {"MEMORY PURGE\n", 1, false},
    {"CLIENT LIST\n", 1, true},
    {"CLIENT SETNAME tester\n", 1, false},
    {"INFO everything\n", 1, true},
    {"CONFIG GET *\n", 1, false},
    {"COMMAND\n", 1, false},
    {"COMMAND GETKEYS MSET %m\n", 1, false},
    {"OWN TREE\n", 1, true},
    {"MEMORY USAGE list\n", 1, true},
    {"DEL list hash set\n", 1, false},
    {"ECHO %h\n", 1, false},
    {"FLUSHDB\n", 1, false},
};

#define STEPS (sizeof steps / sizeof *steps)

static struct faults *faults;
static char *expected[STEPS];
static char reply[REPLY_MAX];

/* Commands as they are sent */

static char *put_words(char *to, const char *format, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        to += sprintf(to, format, i, i);
    return to;
}

static size_t expand(const char *text, char *to)
{
    char *begin = to;
    for (; *text; text++) {
        if (*text == '%') {
            size_t length = *++text == 'h' ? 40000 : 2000;
            if (*text == 'm')
                to = put_words(to, "k%03u v%03u ", 40);
            else
                to = (char *)memset(to, *text, length) + length;
        } else {
            if (*text == '\n')
                *to++ = '\r';
            *to++ = *text;
        }
    }
    return (size_t)(to - begin);
}

/* Replies */

/* The next byte that the server sends. false: it closes instead. */
static bool read_byte(int client, char *byte)
{
    static char input[64 << 10];
    static size_t at, end;
    static int last = -1;
    if (client != last)
        at = end = 0; /* one client at a time, each asks for all its replies */
    last = client;
    if (at == end) {
        struct pollfd waits = {.fd = client, .events = POLLIN};
        if (poll(&waits, 1, ANSWER_MILLISECONDS) != 1)
            fail("no whole reply comes");
        ssize_t got = read(client, input, sizeof input);
        at = 0;
        end = got > 0 ? (size_t)got : 0;
        if (end == 0)
            return false;
    }
    *byte = input[at++];
    return true;
}

/* Reads so many bytes, or up to the end of a line for 0. false: the server closes instead. */
static bool read_piece(int client, size_t *used, size_t length)
{
    size_t begin = *used;
    while (length ? *used - begin < length : *used == begin || reply[*used - 1] != '\n') {
        if (*used + 1 >= REPLY_MAX || !read_byte(client, reply + *used))
            return false;
        ++*used;
    }
    return true;
}

/* Reads so many replies into `reply`, which a NUL ends. */
static bool read_replies(int client, long long replies)
{
    size_t used = 0;
    for (; replies > 0; replies--) {
        size_t begin = used;
        if (!read_piece(client, &used, 0))
            return false;
        long long number = strtoll(reply + begin + 1, NULL, 10);
        if (reply[begin] == '*' && number > 0)
            replies += number;
        else if (reply[begin] == '$' && number >= 0 &&
                 !read_piece(client, &used, (size_t)number + 2))
            return false;
        else if (!strchr("*$+-:", reply[begin]))
            fail("no reply: \"%.100s\"", reply + begin);
    }
    reply[used] = '\0';
    return true;
}

/* Sends a step, and reads its replies. false: the server closes instead. */
static bool ask(int client, const struct step *step)
{
    static char command[128 << 10];
    size_t length = expand(step->text, command);
    ssize_t sent;
    for (char *at = command; length > 0; at += sent, length -= (size_t)sent)
        if ((sent = send(client, at, length, MSG_NOSIGNAL)) < 0)
            break;
    return read_replies(client, step->replies) && length == 0;
}

/* A new connection, and its first step. Where there was no memory for it, the server says so and
   closes; but what it says is lost where our command comes after that. -1: so it was. */
static int begin(const struct server *server)
{
    int client = client_connect(server);
    *reply = '\0';
    bool came = ask(client, &steps[0]);
    if (came && strcmp(reply, no_connection) != 0)
        return client;
    if (*reply && strncmp(reply, no_connection, sizeof no_connection - 1) != 0)
        fail("a new client was refused with \"%.100s\"", reply);
    close(client);
    return -1;
}

/* Sessions */

/* Without faults: what the replies are to be. */
static void learn(const struct server *server)
{
    int client = client_connect(server);
    for (size_t i = 0; i < STEPS; i++) {
        if (!ask(client, &steps[i]) || reply[0] == '-')
            fail("%s: \"%.100s\"", steps[i].text, reply);
        expected[i] = strdup(reply);
    }
    close(client);
}

static void check_reply(const struct step *step, const char *wanted, int64_t number)
{
    if (step->loose ? reply[0] != wanted[0] : strcmp(reply, wanted) != 0)
        fail("allocation %lld fails: %s: \"%.100s\" instead of \"%.100s\"", (long long)number,
             step->text, reply, wanted);
}

/* What was refused may have been EXEC, or MULTI. */
static bool ask_again(int client, const struct step *step)
{
    static const struct step discard = {"DISCARD\n", 1, true};
    return (step->replies == 1 || ask(client, &discard)) && ask(client, step);
}

/* One session, whose allocation of that number fails. false: it had no such. */
static bool run_one(const struct server *server, int64_t number)
{
    uint64_t failed = faults->failed;
    faults->stay = 0;
    __atomic_store_n(&faults->left, number, __ATOMIC_SEQ_CST);
    int client = begin(server);
    if (client < 0)
        client = begin(server);
    for (size_t i = 0; i < STEPS; i++) {
        if (client < 0 || (i > 0 && !ask(client, &steps[i])))
            fail("allocation %lld fails: %s: the server closed", (long long)number, steps[i].text);
        if (strstr(reply, no_memory) && !ask_again(client, &steps[i]))
            fail("allocation %lld fails: %s: the server closed when asked again", (long long)number,
                 steps[i].text);
        check_reply(&steps[i], expected[i], number);
    }
    __atomic_store_n(&faults->left, 0, __ATOMIC_SEQ_CST);
    close(client);
    return faults->failed != failed;
}

/* One session, without memory from some allocation on: replies, whatever they are. */
static void run_without(const struct server *server, int64_t number)
{
    faults->stay = 1;
    __atomic_store_n(&faults->left, number, __ATOMIC_SEQ_CST);
    int client = begin(server);
    for (size_t i = 1; i < STEPS && client >= 0; i++)
        if (!ask(client, &steps[i]))
            fail("no memory after allocation %lld: %s: the server closed", (long long)number,
                 steps[i].text);
    __atomic_store_n(&faults->left, 0, __ATOMIC_SEQ_CST);
    if (client >= 0)
        close(client);
}

/* The server inherits the file, and opens it again by its descriptor. */
static void start_with_faults(struct server *server)
{
    char path[64], *library = realpath(FAULTY, NULL);
    FILE *file = tmpfile();
    if (!file || !library || ftruncate(fileno(file), sizeof *faults) != 0)
        fail("%s, or a file: %s", FAULTY, strerror(errno));
    faults = mmap(NULL, sizeof *faults, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
    if (faults == MAP_FAILED)
        fail("mmap: %s", strerror(errno));
    snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(file));
    setenv(FAULTS_PATH_VARIABLE, path, 1);
    setenv("LD_PRELOAD", library, 1);
    setenv("OWN_CHECK", "malloc", 1); /* each block and pool is an allocation */
    server_start(server, NULL);
    unsetenv("LD_PRELOAD");
    unsetenv("OWN_CHECK");
    fclose(file);
    free(library);
}

int main(void)
{
    const char *sanitizer = getenv("OWN_SANITIZER"), *program = getenv("RESPD");
    if ((sanitizer && *sanitizer && strcmp(sanitizer, "no") != 0) ||
        (program && strstr(program, "valgrind"))) {
        puts("faults: Valgrind and sanitizers have allocators of their own");
        return 77;
    }
    if (access(FAULTY, R_OK) != 0) {
        puts("faults: there are no shared libraries, so nothing can be preloaded");
        return 77;
    }
    struct server server;
    start_with_faults(&server);
    int observer = client_connect(&server);
    learn(&server);
    clients_wait(observer, 1);
    client_expect(observer, "FLUSHALL", "+OK\r\n");
    struct idle idle = idle_figures(observer);
    /* Every so many, from one by chance on; RESPD_FAULTS_ALL has all of them fail. */
    unsigned seed = (unsigned)time(NULL);
    int64_t stride = getenv("RESPD_FAULTS_ALL") ? 1 : is_quick() ? QUICK_STRIDE : STRIDE;
    int64_t first = 1 + seed % stride, number = first;
    printf("seed %u\n", seed);
    for (; run_one(&server, number); number += stride) {
        client_expect(observer, "PING", "+PONG\r\n");
        if (number / stride % IDLE_EVERY == 0) {
            client_expect(observer, "FLUSHALL", "+OK\r\n");
            idle_expect(observer, idle, "a session with a fault");
        }
    }
    if (number < 10 * (int64_t)STEPS)
        fail("a session has only %lld allocations", (long long)number);
    for (int64_t i = first; i < number; i += stride * 2) {
        run_without(&server, i);
        client_expect(observer, "FLUSHALL", "+OK\r\n");
        if (i / stride % IDLE_EVERY == 0)
            idle_expect(observer, idle, "a session without memory");
    }
    printf("of %lld allocations of a session each %lldth failed, and all from there on\n",
           (long long)number, (long long)stride);
    server_stop(&server);
    return 0;
}
