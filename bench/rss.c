/*
 * rss.c - how much memory this process has.
 */
#include "measure.h"

#include <stdio.h>
#include <string.h>

/* The number of KiB behind `key` in a file of /proc, in bytes; 0 where there is none. */
static size_t read_kib(const char *path, const char *key)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    char line[256];
    size_t kib = 0;
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, key, strlen(key)) == 0) {
            if (sscanf(line + strlen(key), "%zu", &kib) != 1)
                kib = 0;
            break;
        }
    }
    fclose(file);
    return kib << 10;
}

/* smaps_rollup counts the pages; VmRSS may be off by some for each CPU. */
size_t rss_now(void)
{
    size_t bytes = read_kib("/proc/self/smaps_rollup", "Rss:");
    return bytes ? bytes : read_kib("/proc/self/status", "VmRSS:");
}

size_t rss_peak(void)
{
    return read_kib("/proc/self/status", "VmHWM:");
}

size_t rss_available(void)
{
    return read_kib("/proc/meminfo", "MemAvailable:");
}
