/*
 * soak.c - a long run of respd with threads, under clients that send commands of many kinds at
 * random, as redis-benchmark does of one kind; beside it the stress test of the library, and
 * a client of the monitor. Each minute it prints what the server has. It fails if the server's
 * memory (RSS) has grown by over 2 % after a warm-up, if a reply is wrong, or if anything is left.
 *
 *     soak SECONDS          make soak SOAK_SECONDS=3600
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../tests/client.h"

#define LOADERS 3
#define KEYS 2000
#define VALUE_MOST 20000
#define PIPELINE 16
#define SECONDS_MOST 1000000
#define GROWTH_MOST 2 /* percent */

/* What the processes tell each other. */
static struct shared {
    uint64_t requests[LOADERS]; /* answered; atomic */
    bool stop;                  /* atomic */
} * shared;

static uint64_t all_requests(void)
{
    uint64_t requests = 0;

    for (int i = 0; i < LOADERS; i++)
        requests += __atomic_load_n(&shared->requests[i], __ATOMIC_RELAXED);
    return requests;
}

/* A command, in words or with a value. */
static size_t make_command(char *at, size_t room, unsigned *seed)
{
    static const char *const words[] = {
        "GET s%u\r\n",          "DEL s%u\r\n",        "INCR n%u\r\n",     "LPUSH l%u a b c\r\n",
        "LPOP l%u\r\n",         "LRANGE l%u 0 9\r\n", "SADD t%u x y\r\n", "SMEMBERS t%u\r\n",
        "HSET h%u f 1 g 2\r\n", "HGETALL h%u\r\n",    "DEL h%u\r\n",      "DEL l%u\r\n",
        "PEXPIRE s%u 2000\r\n", "STRLEN s%u\r\n",     "TTL s%u\r\n",      "PING\r\n",
    };
    unsigned kind = (unsigned)rand_r(seed) % 24, key = (unsigned)rand_r(seed) % KEYS;

    if (kind < 16)
        return (size_t)snprintf(at, room, words[kind], key);
    char name[16];
    size_t size = (unsigned)rand_r(seed) % (kind == 16 ? VALUE_MOST : 200);
    int name_size = snprintf(name, sizeof name, "s%u", key);
    size_t used = (size_t)snprintf(at, room, "*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$%zu\r\n", name_size,
                                   name, size);
    memset(at + used, 'v', size);
    memcpy(at + used + size, "\r\n", 2);
    return used + size + 2;
}

/* Bytes that have come, and where the next reply begins. */
struct input {
    int client;
    size_t from, to;
    char bytes[1 << 17];
};

static void need(struct input *input, size_t bytes)
{
    while (input->to - input->from < bytes) {
        if (input->from > 0) {
            memmove(input->bytes, input->bytes + input->from, input->to - input->from);
            input->to -= input->from;
            input->from = 0;
        }
        ssize_t got =
            recv(input->client, input->bytes + input->to, sizeof input->bytes - input->to, 0);
        if (got <= 0)
            fail("the server closes a connection");
        input->to += (size_t)got;
    }
}

static long read_number(struct input *input, char *kind)
{
    size_t length = 1;

    for (need(input, 2); input->bytes[input->from + length - 1] != '\n'; length++)
        need(input, length + 1);
    char *line = input->bytes + input->from;
    *kind = *line;
    input->from += length;
    return *kind == '+' ? 0 : strtol(line + 1, NULL, 10);
}

/* Replies of these commands are no deeper than an array of strings. */
static void read_reply(struct input *input)
{
    char kind;
    long number = read_number(input, &kind), items = kind == '*' ? number : 1;

    if (kind == '-' || !strchr("+:$*", kind))
        fail("an error reply");
    for (long i = 0; i < items; i++) {
        if (i > 0 || kind == '*')
            number = read_number(input, &kind);
        if (kind == '$' && number >= 0) {
            need(input, (size_t)number + 2);
            input->from += (size_t)number + 2;
        }
    }
}

static void load(const struct server *server, unsigned which)
{
    static struct input input;
    static char commands[PIPELINE * (VALUE_MOST + 100)];
    unsigned seed = which + 1;

    signal(SIGALRM, SIG_DFL);
    for (unsigned turn = 0; !__atomic_load_n(&shared->stop, __ATOMIC_RELAXED); turn++) {
        if (turn % 2000 == 0) { /* connections come and go */
            if (turn > 0)
                close(input.client);
            input = (struct input){.client = client_connect(server)};
        }
        size_t length = 0, count = 1 + (unsigned)rand_r(&seed) % PIPELINE;
        for (size_t i = 0; i < count; i++)
            length += make_command(commands + length, sizeof commands - length, &seed);
        client_send(input.client, commands, length);
        for (size_t i = 0; i < count; i++)
            read_reply(&input);
        __atomic_add_fetch(&shared->requests[which], count, __ATOMIC_RELAXED);
    }
    _exit(0);
}

/* The number behind a name at the beginning of a line of a file or an answer; -1: there is none. */
static long long number_after(const char *text, const char *name)
{
    size_t length = strlen(name);

    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, length) == 0)
            return strtoll(line + length, NULL, 10);
    }
    return -1;
}

static long long rss_of(pid_t process)
{
    char path[64], text[4096] = "";

    snprintf(path, sizeof path, "/proc/%ld/status", (long)process);
    FILE *status = fopen(path, "r");
    if (!status)
        fail("the server has gone");
    text[fread(text, 1, sizeof text - 1, status)] = '\0';
    fclose(status);
    return number_after(text, "VmRSS:");
}

/* The number of that name in an answer of the monitor; 0 where there is no name. */
static long long ask_monitor(const char *path, const char *line, const char *name)
{
    static char answer[1 << 20];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = 0;
    ssize_t got;

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    if (client < 0 || connect(client, (struct sockaddr *)&address, sizeof address) != 0)
        fail("the monitor: %s", strerror(errno));
    client_send_string(client, line);
    while ((got = read(client, answer + length, sizeof answer - 1 - length)) > 0)
        length += (size_t)got;
    close(client);
    answer[length] = '\0';
    if (length == 0 || strncmp(answer, "error", 5) == 0)
        fail("the monitor answers: %s", answer);
    return name ? number_after(answer, name) : 0;
}

static pid_t begin_stress(unsigned seconds)
{
    pid_t process = fork();
    char text[32];

    if (process == 0) {
        snprintf(text, sizeof text, "%u", seconds);
        setenv("OWN_STRESS_SECONDS", text, 1);
        setenv("OWN_STRESS_THREADS", "3", 1);
        nice(10);
        if (!freopen("/dev/null", "w", stdout))
            _exit(126);
        execl("tests/contract/stress", "stress", (char *)NULL);
        _exit(127);
    }
    return process;
}

static int compare(const void *one, const void *two)
{
    long long a = *(const long long *)one, b = *(const long long *)two;

    return (a > b) - (a < b);
}

static long long median(const long long *figures, size_t count)
{
    long long *sorted = malloc(count * sizeof *sorted);

    memcpy(sorted, figures, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare);
    long long middle = sorted[count / 2];
    free(sorted);
    return middle;
}

static void say(const struct server *server, unsigned second, const char *monitor)
{
    long long pools = ask_monitor(monitor, "metrics\n", "own_pools ");
    long long blocks = ask_monitor(monitor, "metrics\n", "own_blocks ");

    (void)ask_monitor(monitor, "text\n", NULL);
    printf("%5u s  RSS %lld KiB  requests %llu  live pools %lld  blocks %lld\n", second,
           rss_of(server->pid), (unsigned long long)all_requests(), pools, blocks);
    fflush(stdout);
}

/* Looks once a second; returns by how much the memory has grown, in hundredths of a percent. */
static long long watch(const struct server *server, unsigned seconds, const char *monitor)
{
    long long *rss = calloc(seconds, sizeof *rss);
    unsigned every = seconds < 120 ? seconds / 4 : 60, warm = seconds / 4;
    uint64_t before = 0;

    for (unsigned second = 0; second < seconds; second++) {
        if (second % every == 0)
            say(server, second, monitor);
        else
            (void)ask_monitor(monitor, "metrics\n", NULL);
        rss[second] = rss_of(server->pid);
        if (second % 30 == 29) {
            uint64_t now = all_requests();
            if (now == before)
                fail("no request was answered for 30 s");
            before = now;
        }
        sleep(1);
    }
    say(server, seconds, monitor);
    size_t part = (seconds - warm) / 4;
    long long first = median(rss + warm, part), last = median(rss + seconds - part, part);
    free(rss);
    printf("RSS after the warm-up %lld KiB, at the end %lld KiB\n", first, last);
    return (last - first) * 10000 / first;
}

static void wait_for(pid_t process, const char *name)
{
    int status;

    if (waitpid(process, &status, 0) != process || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail("%s ended with status %#x", name, status);
}

int main(int argc, char **argv)
{
    unsigned seconds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 300;
    char folder[] = "/tmp/respd-soak-XXXXXX", monitor[64];
    struct server server;
    pid_t loaders[LOADERS];

    if (seconds < 20 || seconds > SECONDS_MOST)
        fail("soak SECONDS: 20 or more");
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || !mkdtemp(folder))
        fail("no memory or folder: %s", strerror(errno));
    snprintf(monitor, sizeof monitor, "%s/monitor", folder);
    const char *const options[] = {"--threads", "2", "--monitor", monitor, NULL};
    server_start(&server, options);
    alarm(0); /* it takes as long as it takes */
    for (unsigned i = 0; i < LOADERS; i++)
        if ((loaders[i] = fork()) == 0)
            load(&server, i);
    pid_t stress = begin_stress(seconds);
    long long growth = watch(&server, seconds, monitor);
    __atomic_store_n(&shared->stop, true, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < LOADERS; i++)
        wait_for(loaders[i], "a client");
    wait_for(stress, "the stress test");
    server_stop(&server);
    rmdir(folder);
    printf("%llu requests; growth of RSS %.2f %%\n", (unsigned long long)all_requests(),
           (double)growth / 100);
    return growth > GROWTH_MOST * 100 ? EXIT_FAILURE : EXIT_SUCCESS;
}
