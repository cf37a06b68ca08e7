/*
 * fuzz/plain.c - runs a target over files: its corpus in make check, or what a fuzzer has found.
 *
 * Without arguments it reads stdin, as AFL++ has it, whose compilers make that persistent.
 */
#ifndef OWN_FUZZER /* which has a main of its own */

#include "target.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 1 << 20 };

static uint8_t bytes[MOST];
static size_t files;

/* Bytes of just that size, so that a read behind them is seen. */
static void run(const uint8_t *from, size_t size)
{
    uint8_t *exact = (uint8_t *)malloc(size ? size : 1);

    MUST(exact);
    memcpy(exact, from, size);
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    files++;
}

static void run_file(const char *path)
{
    FILE *in = fopen(path, "rb");

    if (!in) {
        perror(path);
        exit(2);
    }
    size_t size = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    run(bytes, size);
}

static void run_path(const char *path)
{
    char name[4096];
    DIR *folder = opendir(path);

    if (!folder) {
        run_file(path);
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder));) {
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.')
            run_file(name);
    }
    closedir(folder);
}

#ifdef __AFL_FUZZ_INIT
__AFL_FUZZ_INIT();

static void run_stdin(void)
{
    __AFL_INIT();
    const uint8_t *input = __AFL_FUZZ_TESTCASE_BUF;
    while (__AFL_LOOP(1000))
        run(input, (size_t)__AFL_FUZZ_TESTCASE_LEN);
}
#else
static void run_stdin(void)
{
    run(bytes, fread(bytes, 1, sizeof bytes, stdin));
}
#endif

int main(int count, char **arguments)
{
    /* make check gives no arguments: the name of the program says which corpus it is. */
    const char *corpus = getenv("FUZZ_CORPUS");
    const char *name = strrchr(arguments[0], '/');
    char path[4096];

    for (int i = 1; i < count; i++)
        run_path(arguments[i]);
    if (count == 1 && corpus) {
        snprintf(path, sizeof path, "%s/%s", corpus, name ? name + 1 : arguments[0]);
        run_path(path);
        MUST(files > 0);
    } else if (count == 1) {
        run_stdin();
    }
    printf("%zu inputs\n", files);
    return 0;
}

#endif
