/*
 * client.c - sends its standard input to a port of this machine, and prints what comes back until
 * the other side ends.
 *
 *     client PORT
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void send_input(int fd)
{
    char buffer[4096];
    ssize_t count;
    while ((count = read(STDIN_FILENO, buffer, sizeof(buffer))) > 0)
        for (ssize_t sent = 0, now; sent < count; sent += now)
            if ((now = write(fd, buffer + sent, (size_t)(count - sent))) <= 0)
                return;
    shutdown(fd, SHUT_WR);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "")),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    signal(SIGPIPE, SIG_IGN);
    alarm(20);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        perror("client");
        return 1;
    }
    send_input(fd);
    char buffer[4096];
    ssize_t count;
    while ((count = read(fd, buffer, sizeof(buffer))) > 0)
        fwrite(buffer, 1, (size_t)count, stdout);
    return 0;
}
