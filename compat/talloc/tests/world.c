/*
 * world.c - what the tests of talloc share.
 */
#include "world.h"

#include <sys/wait.h>
#include <unistd.h>

char messages[2000], output[8000];

int log_letter(char *context)
{
    log_event(talloc_get_name(context)[0]);
    return 0;
}

int refuse_letter(char *context)
{
    log_letter(context);
    return -1;
}

char *letter(const void *parent, const char *name)
{
    char *context = (char *)talloc_named_const(parent, 0, name);

    expect(context != NULL);
    talloc_set_destructor(context, log_letter);
    return context;
}

static void keep(const char *message)
{
    size_t length = strlen(messages);

    snprintf(messages + length, sizeof messages - length, "%s", message);
}

void messages_start(void)
{
    messages[0] = '\0';
    talloc_set_log_fn(keep);
}

void messages_end(void)
{
    talloc_set_log_fn(NULL);
}

const char *printed(void (*print)(const void *context, FILE *file), const void *context)
{
    static char text[8000];
    char *all = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&all, &length);

    expect(file != NULL);
    print(context, file);
    fclose(file);
    snprintf(text, sizeof text, "%s", all);
    free(all);
    return text;
}

int in_child(void (*run)(void))
{
    int ends[2], status;
    size_t length = 0;
    ssize_t count;

    expect(pipe(ends) == 0);
    fflush(NULL);
    pid_t child = fork();
    expect(child >= 0);
    if (child == 0) {
        dup2(ends[1], 1);
        dup2(ends[1], 2);
        close(ends[0]);
        close(ends[1]);
        run();
        exit(0);
    }
    close(ends[1]);
    while ((count = read(ends[0], output + length, sizeof output - 1 - length)) > 0)
        length += (size_t)count;
    output[length] = '\0';
    close(ends[0]);
    expect(waitpid(child, &status, 0) == child);
    return status;
}
