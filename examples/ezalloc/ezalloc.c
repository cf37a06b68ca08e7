/*
 * ezalloc.c - arrays that a C function allocates, made and dropped in a loop: managed ones give
 * their memory back, their unmanaged twins keep it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <own.h>

enum { side = 1024 };

/* What a C library does: it hands out memory that somebody must free. NULL: errno is ENOMEM. */
static int *ezalloc(size_t count)
{
    int *numbers = malloc(count * sizeof(int));

    for (size_t i = 0; numbers && i < count; i++)
        numbers[i] = (int)i;
    return numbers;
}

/* The array owns what ezalloc has made, and frees it when the last array over it dies. */
static own_array *new_managed(void)
{
    int *numbers = ezalloc(side * side);
    if (!numbers)
        return NULL;
    own_array *array =
        own_array_adopt(NULL, "i", OWN_C_ORDER, OWN_SHAPE(side, side), numbers, free);
    if (!array)
        free(numbers);
    return array;
}

/* Its twin only looks at the memory, which nobody frees. */
static own_array *new_unmanaged(void)
{
    int *numbers = ezalloc(side * side);
    if (!numbers)
        return NULL;
    own_array *array = own_array_wrap(NULL, "i", OWN_C_ORDER, OWN_SHAPE(side, side), numbers, NULL);
    if (!array)
        free(numbers);
    return array;
}

static size_t resident_mib(void)
{
    unsigned long all = 0;
    unsigned long resident = 0;
    FILE *statm = fopen("/proc/self/statm", "r");

    if (!statm || fscanf(statm, "%lu %lu", &all, &resident) != 2)
        fprintf(stderr, "ezalloc: no /proc/self/statm\n");
    if (statm)
        fclose(statm);
    return (resident * (unsigned long)sysconf(_SC_PAGESIZE)) >> 20;
}

static int usage(void)
{
    fprintf(stderr, "usage: ezalloc managed|unmanaged COUNT\n");
    return 2;
}

int main(int count, char **arguments)
{
    if (count != 3)
        return usage();
    bool managed = strcmp(arguments[1], "managed") == 0;
    if (!managed && strcmp(arguments[1], "unmanaged") != 0)
        return usage();
    long arrays = strtol(arguments[2], NULL, 10);
    size_t before = resident_mib();
    for (long i = 0; i < arrays; i++) {
        own_array *array = managed ? new_managed() : new_unmanaged();
        if (!array) {
            perror("ezalloc");
            return 1;
        }
        own_decref(array);
    }
    printf("%s: %ld arrays of %zu MiB made and dropped: %zu MiB resident, %zu more than before\n",
           arguments[1], arrays, (size_t)side * side * sizeof(int) >> 20, resident_mib(),
           resident_mib() - before);
    return 0;
}
