/*
 * descriptions.h - what COMMAND says about the commands, in the words of Redis 7.0.
 */
#ifndef RESPD_DESCRIPTIONS_H
#define RESPD_DESCRIPTIONS_H

/* Where keys are among the arguments. */
struct keys {
    const char *access; /* words, of what the command does with them; NULL: there are none */
    int first;          /* the index of the first one */
    int last;           /* of the last one, counted from the first or, if negative, from the end */
    int step;
};

/* Instead of `last`: `first` is the index of a count, and the keys follow that. */
#define KEYS_COUNTED 1000

#define KEYS_MAX 2

struct description {
    const char *name;
    const char *flags, *categories; /* words */
    struct keys keys[KEYS_MAX];
};

struct summary {
    const char *name;
    const char *group;
    const char *since; /* the version of Redis */
    const char *summary;
};

/* By the name of a command, in lower case. What is not described has empty words. In summaries.c
   are the summaries. */
const struct description *description_of(const char *name);
const struct summary *summary_of(const char *name);

#endif
