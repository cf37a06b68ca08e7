/*
 * model.c - random commands, with each reply compared with that of a naive model: lists as arrays,
 * sets and hashes as tables of what is there, strings as plain memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

#define LIST_MAX 4000
#define MEMBERS 3000
#define LONG_EVERY 40 /* one name in so many is longer than what is kept in place */

static unsigned seed, state;
static int steps = 30000;

static unsigned choose(unsigned below)
{
    return (unsigned)rand_r(&state) % below;
}

/* Sends words and compares the reply. */
static void expect(int client, const char *const *words, size_t count, const char *reply)
{
    static char command[16384], got[16384];
    size_t used = (size_t)snprintf(command, sizeof command, "*%zu\r\n", count);
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(command + used, sizeof command - used, "$%zu\r\n%s\r\n",
                                 strlen(words[i]), words[i]);
    client_send(client, command, used);
    client_read(client, got, strlen(reply));
    got[strlen(reply)] = '\0';
    if (strcmp(got, reply) != 0)
        fail("seed %u: %s %s: \"%s\" instead of \"%s\"", seed, words[0], words[1], got, reply);
}

#define EXPECT(client, reply, ...)                                                                 \
    expect(client, (const char *const[]){__VA_ARGS__},                                             \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), reply)

/* A name or value for a number: tiny, short or long, always the same one. */
static const char *name_of(unsigned number, char *name)
{
    size_t length = number % LONG_EVERY == 0 ? 513 + number % 700 : number % 7 == 0 ? 40 : 0;
    size_t used = (size_t)sprintf(name, "%u", number);
    for (; used < length; used++)
        name[used] = (char)('a' + (used + number) % 26);
    name[used] = '\0';
    return name;
}

static const char *bulk_of(unsigned number, char *bulk)
{
    char name[2048];
    name_of(number, name);
    sprintf(bulk, "$%zu\r\n%s\r\n", strlen(name), name);
    return bulk;
}

static const char *integer_of(long long number, char *reply)
{
    sprintf(reply, ":%lld\r\n", number);
    return reply;
}

static void check_list(int client)
{
    static unsigned list[2 * LIST_MAX]; /* begins in the middle */
    size_t begin = LIST_MAX, end = LIST_MAX;
    char name[2048], reply[4096], digits[32];
    for (int i = 0; i < steps; i++) {
        bool left = choose(2), grows = i / 2500 % 2 == 0;
        if (choose(10) < (grows ? 7 : 3) && begin > 0 && end < 2 * LIST_MAX) {
            unsigned number = choose(100000);
            list[left ? --begin : end++] = number;
            EXPECT(client, integer_of((long long)(end - begin), reply), left ? "LPUSH" : "RPUSH",
                   "list", name_of(number, name));
        } else if (choose(2) && end > begin) {
            long index = (long)choose((unsigned)(end - begin));
            sprintf(digits, "%ld", left ? index : index - (long)(end - begin));
            EXPECT(client, bulk_of(list[begin + (size_t)index], reply), "LINDEX", "list", digits);
        } else {
            bool has = end > begin;
            const char *expected =
                !has ? "$-1\r\n" : bulk_of(left ? list[begin] : list[end - 1], reply);
            EXPECT(client, expected, left ? "LPOP" : "RPOP", "list");
            if (has && left)
                begin++;
            else if (has)
                end--;
        }
        if (begin == end)
            begin = end = LIST_MAX;
    }
    EXPECT(client, begin < end ? ":1\r\n" : ":0\r\n", "DEL", "list");
}

static void check_set(int client)
{
    static bool present[MEMBERS];
    char name[2048], reply[64];
    long long count = 0;
    for (int i = 0; i < steps; i++) {
        unsigned member = choose(MEMBERS);
        bool grows = i / 5000 % 2 == 0;
        name_of(member, name);
        if (choose(10) < (grows ? 7 : 1)) {
            EXPECT(client, integer_of(!present[member], reply), "SADD", "set", name);
            count += !present[member];
            present[member] = true;
        } else if (choose(4)) {
            EXPECT(client, integer_of(present[member], reply), "SREM", "set", name);
            count -= present[member];
            present[member] = false;
        } else {
            EXPECT(client, integer_of(present[member], reply), "SISMEMBER", "set", name);
            EXPECT(client, integer_of(count, reply), "SCARD", "set");
        }
    }
    EXPECT(client, integer_of(count > 0, reply), "DEL", "set");
}

static void check_hash(int client)
{
    static unsigned values[MEMBERS]; /* 0: none */
    char name[2048], value[2048], reply[4096];
    long long count = 0;
    for (int i = 0; i < steps; i++) {
        unsigned field = choose(MEMBERS);
        bool grows = i / 5000 % 2 == 0;
        name_of(field, name);
        if (choose(10) < (grows ? 7 : 1)) {
            unsigned number = 1 + choose(100000);
            EXPECT(client, integer_of(!values[field], reply), "HSET", "hash", name,
                   name_of(number, value));
            count += !values[field];
            values[field] = number;
        } else if (choose(4)) {
            EXPECT(client, integer_of(values[field] != 0, reply), "HDEL", "hash", name);
            count -= values[field] != 0;
            values[field] = 0;
        } else {
            EXPECT(client, values[field] ? bulk_of(values[field], reply) : "$-1\r\n", "HGET",
                   "hash", name);
            EXPECT(client, integer_of(count, reply), "HLEN", "hash");
        }
    }
    EXPECT(client, integer_of(count > 0, reply), "DEL", "hash");
}

static void check_string(int client)
{
    static char string[4096], expected[8192];
    char piece[64], reply[64], from[16], to[16];
    size_t length = 0;
    for (int i = 0; i < steps / 4; i++) {
        size_t piece_length = choose(20);
        if (length + piece_length >= 2000) {
            EXPECT(client, ":1\r\n", "DEL", "string");
            length = 0;
        }
        for (size_t at = 0; at < piece_length; at++)
            piece[at] = (char)('a' + choose(26));
        piece[piece_length] = '\0';
        strcpy(string + length, piece);
        length += piece_length;
        EXPECT(client, integer_of((long long)length, reply), "APPEND", "string", piece);

        size_t begin = choose((unsigned)length + 1), end = begin + choose(30);
        sprintf(from, "%zu", begin);
        sprintf(to, "%zu", end);
        size_t shown = begin >= length ? 0 : end >= length ? length - begin : end - begin + 1;
        sprintf(expected, "$%zu\r\n%.*s\r\n", shown, (int)shown, string + begin);
        EXPECT(client, expected, "GETRANGE", "string", from, to);
        sprintf(expected, "$%zu\r\n%s\r\n", length, string);
        EXPECT(client, expected, "GET", "string");
    }
    client_expect(client, "FLUSHALL", "+OK\r\n");
}

static size_t read_number(int client, char type)
{
    char line[32];
    size_t used = 0;
    do
        client_read(client, line + used, 1);
    while (line[used++] != '\n' && used < sizeof line);
    if (line[0] != type)
        fail("SCAN: '%c' instead of '%c'", line[0], type);
    return strtoul(line + 1, NULL, 10);
}

/* What is there from the first call to the last is found, while others come and go by thousands. */
static void check_scan(int client)
{
    enum { STAYING = 500, PASSING = 20000 };
    static bool found[STAYING];
    char name[64], reply[64], cursor[32] = "0", bulk[64];
    for (unsigned i = 0; i < STAYING; i++) {
        sprintf(name, "stays%u", i);
        EXPECT(client, "+OK\r\n", "SET", name, "v");
    }
    unsigned passing = 0;
    bool grows = true;
    do {
        for (int i = 0; i < 200 && (grows ? passing < PASSING : passing > 0); i++) {
            sprintf(name, "passes%u", grows ? passing++ : --passing);
            if (grows)
                EXPECT(client, "+OK\r\n", "SET", name, "v");
            else
                EXPECT(client, integer_of(1, reply), "DEL", name);
        }
        grows = choose(8) ? grows : !grows;
        sprintf(name, "SCAN %s COUNT 20\r\n", cursor);
        client_send_string(client, name);
        if (read_number(client, '*') != 2)
            fail("SCAN: no two parts");
        size_t length = read_number(client, '$');
        client_read(client, cursor, length + 2);
        cursor[length] = '\0';
        for (size_t left = read_number(client, '*'); left > 0; left--) {
            length = read_number(client, '$');
            client_read(client, bulk, length + 2);
            if (bulk[0] == 's')
                found[strtoul(bulk + 5, NULL, 10)] = true;
        }
    } while (strcmp(cursor, "0") != 0);
    for (unsigned i = 0; i < STAYING; i++)
        if (!found[i])
            fail("seed %u: SCAN did not find stays%u", seed, i);
    client_expect(client, "FLUSHALL", "+OK\r\n");
}

int main(void)
{
    struct server server;
    const char *given = getenv("SEED");
    seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
    state = seed;
    printf("seed %u\n", seed);
    if (is_quick())
        steps /= 5;
    server_start(&server, NULL);
    int client = client_connect(&server);
    struct idle idle = idle_figures(client);
    check_list(client);
    idle_expect(client, idle, "lists");
    check_set(client);
    idle_expect(client, idle, "sets");
    check_hash(client);
    idle_expect(client, idle, "hashes");
    check_string(client);
    idle_expect(client, idle, "strings");
    check_scan(client);
    idle_expect(client, idle, "SCAN");
    server_stop(&server);
    return 0;
}
