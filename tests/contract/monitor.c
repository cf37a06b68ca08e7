/*
 * monitor.c - the protocol of a monitor, and what clients can do to it: nothing.
 */
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "asker.h"

#define CLIENTS 8
#define PATIENCE 2 /* seconds */
#define DESCRIPTORS 64
#define UNKNOWN "error: unknown word, try help\n"
#define TOO_LONG "error: the line is too long\n"
#define TOO_MANY "error: too many clients, come again\n"
#define LARGE ((size_t)4 << 20) /* more than a socket's buffer takes */

static int monitor;

static void open_monitor(void)
{
    make_place();
    expect_keeps_errno((monitor = own_monitor_open(place)) >= 0);
}

static void close_monitor(void)
{
    expect_keeps_errno(own_monitor_close(monitor) == 0);
    leave_place();
}

START_TEST(each_word_has_its_answer)
{
    static const char *const names[] = {"text", "dot", "folded"};
    static const own_report_format formats[] = {OWN_REPORT_TEXT, OWN_REPORT_DOT, OWN_REPORT_FOLDED};
    own_pool *root = own_pool_new_at(NULL, "a root");

    expect(own_pool_new_at(root, "its child") != NULL);
    for (int i = 0; i < 3; i++) {
        char *answer = ask(monitor, place, names[i]);
        char *report = report_now(formats[i]);
        ck_assert_str_eq(answer, report);
        expect(strstr(answer, "its child"));
        free(answer);
        free(report);
    }
    char *answer = ask(monitor, place, "json");
    expect(answer[0] == '{' && strstr(answer, "\"own-report\"") && strstr(answer, "its child"));
    free(answer);
    answer = ask(monitor, place, "metrics");
    expect(strstr(answer, "own_"));
    free(answer);
    answer = ask(monitor, place, "help");
    for (int i = 0; i < 3; i++)
        expect(strstr(answer, names[i]));
    expect(strstr(answer, "json") && strstr(answer, "metrics") && strstr(answer, "help"));
    free(answer);
    own_decref(root);
}
END_TEST

START_TEST(other_lines_are_refused_in_one_line)
{
    char line[200] = "";
    own_pool *root = own_pool_new_at(NULL, "a root");
    char *folded = report_now(OWN_REPORT_FOLDED);

    expect_answer(monitor, "folded\n", folded);
    expect_answer(monitor, "folded\r\n", folded);
    expect_answer(monitor, "folded", folded); /* the end ends the line */
    expect_answer(monitor, "folded\nfolded\n", folded);
    expect_answer(monitor, "", "");
    expect_answer(monitor, "\n", UNKNOWN);
    expect_answer(monitor, "\r\n", UNKNOWN);
    expect_answer(monitor, "fold\n", UNKNOWN);
    expect_answer(monitor, "folded \n", UNKNOWN);
    expect_answer(monitor, "FOLDED\n", UNKNOWN);
    expect_answer(monitor, "GET / HTTP/1.0\r\n\r\n", UNKNOWN);
    memset(line, 'x', 63);
    expect_answer(monitor, line, UNKNOWN);
    strcpy(line + 63, "\n");
    expect_answer(monitor, line, UNKNOWN);
    strcpy(line + 63, "x\n");
    expect_answer(monitor, line, TOO_LONG);
    free(folded);
    own_decref(root);
}
END_TEST

START_TEST(bytes_of_any_kind_are_refused)
{
    struct random random;

    random_seed(&random, 5);
    for (size_t n = scaled(1000); n > 0; n--) {
        struct received received = {.size = 0};
        char bytes[100];
        size_t length = 1 + random_below(&random, sizeof bytes);
        for (size_t i = 0; i < length; i++)
            bytes[i] = (char)random_next(&random);
        int client = connect_to(place);
        send_bytes(client, bytes, length);
        expect(shutdown(client, SHUT_WR) == 0);
        finish(monitor, client, &received);
        expect(received.size > 8 && memcmp(received.bytes, "error: ", 7) == 0);
        free(received.bytes);
    }
}
END_TEST

START_TEST(a_line_may_come_in_pieces)
{
    struct received received = {.size = 0};
    int client = connect_to(place);

    serve(monitor);
    for (const char *at = "folded"; *at; at++) {
        send_bytes(client, at, 1);
        expect(has_work(monitor));
        serve(monitor);
        receive(client, &received);
        expect(received.size == 0 && !received.ended);
        expect(!has_work(monitor));
    }
    own_pool *root = own_pool_new_at(NULL, "made while the line comes");
    send_bytes(client, "\n", 1);
    finish(monitor, client, &received);
    expect(strstr(received.bytes, "made while the line comes"));
    free(received.bytes);
    own_decref(root);
}
END_TEST

/* The answer is that of the moment at which it was asked for; meanwhile others are answered, and
   the loop of the program is not kept busy. */
START_TEST(a_slow_reader_gets_it_all_and_delays_nobody)
{
    struct received received = {.size = 0};
    own_pool *root = new_with_long_name(LARGE);
    char *report = report_now(OWN_REPORT_FOLDED);
    int slow = connect_to(place);

    expect(strlen(report) > LARGE);
    send_line(slow, "folded");
    serve(monitor);
    own_decref(root);
    for (int i = 0; i < 5; i++) {
        char byte;
        expect(!has_work(monitor));
        expect_answer(monitor, "x\n", UNKNOWN);
        expect(recv(slow, &byte, 1, MSG_PEEK) == 1);
    }
    finish(monitor, slow, &received);
    expect(strcmp(received.bytes, report) == 0);
    free(received.bytes);
    free(report);
}
END_TEST

/* SIGPIPE would end the test. */
START_TEST(clients_may_vanish_at_any_moment)
{
    own_pool *root = new_with_long_name(LARGE);

    for (size_t n = 3 * CLIENTS; n > 0; n--) {
        int client = connect_to(place);
        if (n % 2)
            serve(monitor);
        if (n % 3)
            send_line(client, "text");
        if (n % 3 == 2)
            serve(monitor);
        if (n % 5 == 0)
            expect(shutdown(client, SHUT_RD) == 0);
        close(client);
        serve(monitor);
    }
    char *answer = ask(monitor, place, "text");
    expect(strlen(answer) > LARGE);
    free(answer);
    own_decref(root);
}
END_TEST

START_TEST(a_flood_is_refused)
{
    static const char flood[100000];
    int client = connect_to(place);

    send_bytes(client, flood, 65);
    while (send(client, flood, sizeof flood, MSG_NOSIGNAL) > 0)
        ;
    serve(monitor);
    char line[100] = "";
    expect(recv(client, line, sizeof line, 0) > 0);
    ck_assert_str_eq(line, TOO_LONG);
    expect(send(client, flood, sizeof flood, MSG_NOSIGNAL) < 0);
    close(client);

    client = connect_to(place); /* one that floods while it is answered, and reads nothing */
    own_pool *root = new_with_long_name(LARGE);
    send_line(client, "text");
    serve(monitor);
    while (send(client, flood, sizeof flood, MSG_NOSIGNAL) > 0)
        ;
    expect(!has_work(monitor));
    close(client);
    serve(monitor);
    expect(!has_work(monitor));
    own_decref(root);
}
END_TEST

static void expect_told_and_closed(int client, const char *line)
{
    struct received received = {.size = 0};

    receive(client, &received);
    ck_assert_str_eq(received.bytes ? received.bytes : "", line);
    expect(received.ended);
    free(received.bytes);
    close(client);
}

START_TEST(too_many_clients_are_told_to_come_again)
{
    struct received received = {.size = 0};
    int clients[CLIENTS];

    for (int i = 0; i < CLIENTS; i++)
        clients[i] = connect_to(place);
    int more = connect_to(place);
    serve(monitor);
    expect_told_and_closed(more, TOO_MANY);

    sleep(PATIENCE);
    usleep(50000);
    more = connect_to(place); /* who has done nothing goes */
    serve(monitor);
    send_line(more, "help");
    finish(monitor, more, &received);
    expect(strstr(received.bytes, "help"));
    free(received.bytes);
    int ended = 0;
    for (int i = 0; i < CLIENTS; i++) {
        received = (struct received){.size = 0};
        receive(clients[i], &received);
        expect(received.size == 0);
        ended += received.ended;
    }
    expect(ended == 1);
    for (int i = 0; i < CLIENTS; i++)
        close(clients[i]);
    serve(monitor);
    expect(!has_work(monitor));
}
END_TEST

START_TEST(a_crowd_is_served_in_bounded_calls)
{
    int crowd[200];
    size_t calls = 0, came = 0;

    while (came < 200) {
        int client = try_connect(place);
        if (client >= 0) {
            crowd[came++] = client;
            continue;
        }
        expect(errno == EAGAIN && has_work(monitor)); /* as many wait as may */
        expect(own_monitor_serve(monitor) == 0);
        calls++;
    }
    expect(calls > 3);
    serve(monitor);
    for (size_t i = 0; i < 200; i++)
        close(crowd[i]);
    serve(monitor);
    expect_answer(monitor, "x\n", UNKNOWN);
}
END_TEST

static void take_some(int client)
{
    static char bytes[300000];
    expect(recv(client, bytes, sizeof bytes, 0) > 0);
}

/* Six answers of 12 MiB: the last two are more than the monitor keeps for slow clients. */
START_TEST(answers_that_are_not_taken_are_bounded)
{
    enum { COUNT = 7 };
    own_pool *root = new_with_long_name((size_t)12 << 20);
    int clients[COUNT];

    for (int i = 0; i < COUNT; i++) {
        clients[i] = connect_to(place);
        for (int j = 0; i == COUNT - 1 && j < i; j++) /* none is idle, however slow this is */
            take_some(clients[j]);
        serve(monitor);
        send_line(clients[i], "folded");
        serve(monitor);
    }
    expect_told_and_closed(clients[COUNT - 1],
                           "error: other clients have not taken their answers, come again\n");
    sleep(PATIENCE);
    usleep(50000);
    char *answer = ask(monitor, place, "folded");
    expect(strlen(answer) > (size_t)12 << 20);
    free(answer);
    int ended = 0;
    for (int i = 0; i < COUNT - 1; i++) {
        struct received received = {.size = 0};
        receive(clients[i], &received);
        ended += received.ended;
        free(received.bytes);
        close(clients[i]);
    }
    expect(ended == 1); /* one that had taken nothing for a while was dropped */
    own_decref(root);
}
END_TEST

/* Takes all descriptors that the process may still have. */
static int fill_descriptors(int *filler)
{
    int count = 0;

    while ((filler[count] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
        expect(++count < DESCRIPTORS);
    expect(errno == EMFILE);
    return count;
}

START_TEST(one_client_is_served_without_a_descriptor_left)
{
    struct rlimit before, few;
    int filler[DESCRIPTORS];
    struct received received = {.size = 0};

    expect(getrlimit(RLIMIT_NOFILE, &before) == 0);
    few = before;
    few.rlim_cur = DESCRIPTORS;
    expect(setrlimit(RLIMIT_NOFILE, &few) == 0);
    int first = connect_to(place), second = connect_to(place);
    int count = fill_descriptors(filler);

    send_line(first, "help");
    send_line(second, "help");
    expect_error(own_monitor_serve(monitor) == -1, EMFILE);
    expect(has_work(monitor)); /* the first has been accepted, and has sent its line */
    expect(own_monitor_serve(monitor) == 0);
    receive(first, &received);
    expect(received.ended && strstr(received.bytes, "help"));
    free(received.bytes);
    received = (struct received){.size = 0};
    serve(monitor);
    receive(second, &received);
    expect(received.ended && strstr(received.bytes, "help"));
    free(received.bytes);
    close(first);
    close(second);

    first = connect_to(place);
    second = connect_to(place);
    expect_error(own_monitor_serve(monitor) == -1, EMFILE);
    expect(!has_work(monitor)); /* the loop is not woken in vain */
    close(first);
    expect(has_work(monitor));
    expect(own_monitor_serve(monitor) == 0);
    send_line(second, "x");
    serve(monitor);
    expect_told_and_closed(second, UNKNOWN);
    while (count > 0)
        close(filler[--count]);
    expect(setrlimit(RLIMIT_NOFILE, &before) == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("monitor");
    TCase *protocol = add_case(suite, "protocol");
    TCase *clients = add_case(suite, "clients");

    tcase_add_checked_fixture(protocol, open_monitor, close_monitor);
    tcase_add_test(protocol, each_word_has_its_answer);
    tcase_add_test(protocol, other_lines_are_refused_in_one_line);
    tcase_add_test(protocol, bytes_of_any_kind_are_refused);
    tcase_add_test(protocol, a_line_may_come_in_pieces);
    tcase_add_checked_fixture(clients, open_monitor, close_monitor);
    tcase_add_test(clients, a_slow_reader_gets_it_all_and_delays_nobody);
    tcase_add_test(clients, clients_may_vanish_at_any_moment);
    tcase_add_test(clients, a_flood_is_refused);
    tcase_add_test(clients, too_many_clients_are_told_to_come_again);
    tcase_add_test(clients, a_crowd_is_served_in_bounded_calls);
    tcase_add_test(clients, answers_that_are_not_taken_are_bounded);
    tcase_add_test(clients, one_client_is_served_without_a_descriptor_left);
    return run_suite(suite);
}
