/*
 * tools/ownstat/process.c - finds the monitor of a process: the inodes of its sockets are the
 * targets of /proc/PID/fd/N, and /proc/PID/net/unix says which of them listen, and where.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source.h"

/* SO_ACCEPTCON, in the kernel's list. */
static const unsigned long listening_flag = 0x10000;

/* How long each socket of a process may say nothing: many are none of ours. */
static const double socket_patience = 2;

struct inodes {
    own_pool *memory;
    unsigned long *numbers;
    size_t count, room;
};

static bool list_sockets(long process, struct inodes *inodes, struct problem *problem)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/fd", process);
    DIR *folder = opendir(path);
    if (!folder && errno == ENOENT)
        return problem_set(problem, "there is no process %ld (a file of that name is ./%ld)",
                           process, process);
    if (!folder)
        return problem_set(problem, "%s: %s", path, strerror(errno));
    const struct dirent *entry;
    while ((entry = readdir(folder))) {
        char target[64];
        ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1);
        unsigned long inode;
        target[length > 0 ? length : 0] = '\0';
        if (sscanf(target, "socket:[%lu]", &inode) != 1)
            continue;
        inodes->numbers = memory_grow(inodes->memory, inodes->numbers, inodes->count, &inodes->room,
                                      sizeof *inodes->numbers);
        inodes->numbers[inodes->count++] = inode;
    }
    closedir(folder);
    return true;
}

static bool is_among(const struct inodes *inodes, unsigned long inode)
{
    for (size_t i = 0; i < inodes->count; i++)
        if (inodes->numbers[i] == inode)
            return true;
    return false;
}

/*
 * The path of a line of the kernel's list, if it is a listening stream socket of the process:
 * Num RefCount Protocol Flags Type St Inode Path. NULL: it is another.
 */
static char *listening_path(char *line, const struct inodes *inodes)
{
    unsigned long flags, inode;
    unsigned type;
    int path_at = 0;
    line[strcspn(line, "\n")] = '\0';
    if (sscanf(line, "%*s %*s %*s %lx %x %*s %lu %n", &flags, &type, &inode, &path_at) < 3 ||
        path_at == 0 || line[path_at] == '\0')
        return NULL;
    bool listens = (flags & listening_flag) && type == SOCK_STREAM;
    return listens && is_among(inodes, inode) ? line + path_at : NULL;
}

/*
 * A path of the process, which may be in another folder or have another root than we do. If it can
 * be written without the number of the process, it is: it stays right when that has ended.
 */
static bool set_address(struct monitor_address *address, long process, const char *path)
{
    char folder[sizeof address->text], there[2 * sizeof address->text + 64];
    struct problem ignored;
    if (path[0] == '@' || (path[0] == '/' && access(path, F_OK) == 0))
        return monitor_address_set(address, path, &ignored);
    if (path[0] != '/') {
        snprintf(there, sizeof there, "/proc/%ld/cwd", process);
        ssize_t length = readlink(there, folder, sizeof folder - 1);
        folder[length > 0 ? length : 0] = '\0';
        snprintf(there, sizeof there, "%s/%.*s", folder, (int)sizeof address->text, path);
        if (length > 0 && access(there, F_OK) == 0 && monitor_address_set(address, there, &ignored))
            return true;
    }
    snprintf(there, sizeof there, "/proc/%ld/%s/%.*s", process, path[0] == '/' ? "root" : "cwd",
             (int)sizeof address->text, path);
    return monitor_address_set(address, there, &ignored);
}

struct report *process_read(long process, double timeout, struct monitor_address *address,
                            struct problem *problem)
{
    own_pool *memory = memory_new(NULL, "sockets");
    struct inodes inodes = {.memory = memory};
    struct report *report = NULL;
    struct problem last = {""};
    size_t asked = 0;
    char path[64];
    char *line = NULL;
    size_t line_room = 0;
    FILE *list = NULL;

    snprintf(path, sizeof path, "/proc/%ld/net/unix", process);
    if (!list_sockets(process, &inodes, problem))
        goto out;
    list = fopen(path, "re");
    if (!list) {
        problem_set(problem, "%s: %s", path, strerror(errno));
        goto out;
    }
    while (!report && getline(&line, &line_room, list) > 0) {
        const char *socket_path = listening_path(line, &inodes);
        if (!socket_path || !set_address(address, process, socket_path))
            continue;
        asked++;
        report =
            monitor_read(address, timeout < socket_patience ? timeout : socket_patience, &last);
    }
    if (!report && asked == 0)
        problem_set(problem, "the process %ld has no listening Unix socket, so no monitor",
                    process);
    else if (!report)
        problem_set(problem, "no socket of the process %ld is a monitor (%s)", process, last.text);
out:
    free(line);
    if (list)
        fclose(list);
    own_decref(memory);
    return report;
}
