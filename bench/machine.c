/*
 * machine.c - the machine and the build in words, because no number means anything without them.
 */
#include "config.h"

#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* The text behind `key` in a file, without blanks at its ends; "?" where there is none. */
static void read_text(const char *path, const char *key, char *text, size_t size)
{
    char line[4096];
    FILE *file = fopen(path, "r");
    snprintf(text, size, "?");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, key, strlen(key)) == 0) {
            const char *begin = line + strlen(key);
            begin += strspn(begin, " \t:");
            snprintf(text, size, "%.*s", (int)strcspn(begin, "\n"), begin);
            break;
        }
    }
    if (file)
        fclose(file);
}

static const char *selected(const char *text)
{
    return strstr(text, "[always]")    ? "always"
           : strstr(text, "[madvise]") ? "where asked for"
           : strstr(text, "[never]")   ? "never"
                                       : "unknown";
}

void machine_describe(FILE *out, const char *prefix)
{
    char text[256];
    struct utsname kernel;
    char flags[4096];
    double load[3] = {0, 0, 0};
    time_t now = time(NULL);
    struct tm date;
    read_text("/proc/cpuinfo", "model name", text, sizeof text);
    read_text("/proc/cpuinfo", "flags", flags, sizeof flags);
    fprintf(out, "%sprocessor   %s, %ld online, pinned to CPU %zu%s\n", prefix, text,
            sysconf(_SC_NPROCESSORS_ONLN), run_cpu(),
            strstr(flags, " hypervisor") ? ", virtual" : "");
    read_text("/proc/meminfo", "MemTotal", text, sizeof text);
    fprintf(out, "%smemory      %.1f GiB", prefix, strtod(text, NULL) / (1 << 20));
    read_text("/sys/kernel/mm/transparent_hugepage/enabled", "", text, sizeof text);
    fprintf(out, ", huge pages %s\n", selected(text));
    if (uname(&kernel) == 0)
        fprintf(out, "%ssystem      %s %s %s\n", prefix, kernel.sysname, kernel.release,
                kernel.machine);
    fprintf(out, "%scompiler    %s, %s\n", prefix, __VERSION__, BENCH_CFLAGS);
    if (OWN_DEBUG || BENCH_INSTRUMENTED[0])
        fprintf(out, "%swarning     this build checks itself; its numbers are not libown's\n",
                prefix);
    if (getloadavg(load, 3) > 0)
        fprintf(out, "%sload        %.1f at the start%s\n", prefix, load[0],
                load[0] > 0.5 ? ": the machine is not idle" : "");
    if (gmtime_r(&now, &date) && strftime(text, sizeof text, "%Y-%m-%d", &date) > 0)
        fprintf(out, "%sdate        %s\n", prefix, text);
}
