/*
 * check/words.c - reading OWN_CHECK, and how checks speak.
 */
#include "check/record.h"

#include "site/site.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned check_state = CHECK_UNREAD;

static unsigned read_word(const char *word, size_t length, bool quietly)
{
    static const struct {
        const char *name;
        unsigned word;
    } words[] = {
        {"guard", CHECK_GUARD},   {"site", CHECK_SITE},
        {"fill", CHECK_FILL},     {"quarantine", CHECK_QUARANTINE},
        {"malloc", CHECK_MALLOC}, {"leak", CHECK_LEAK},
        {"none", CHECK_NONE},     {"continue", CHECK_CONTINUE},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (strlen(words[i].name) == length && memcmp(words[i].name, word, length) == 0)
            return words[i].word;
    }
    if (!quietly)
        fprintf(stderr, "libown: OWN_CHECK has an unknown word, which is ignored: %.*s\n",
                (int)min_size(length, 100), word);
    return 0;
}

static unsigned read_words(const char *text, bool quietly)
{
    unsigned state = 0;
    for (const char *word = text; *word;) {
        size_t length = strcspn(word, ",");
        if (length)
            state |= read_word(word, length, quietly);
        word += length;
        word += *word == ',';
    }
    return state;
}

static void read_environment(void)
{
    const char *text = secure_getenv("OWN_CHECK");
    unsigned state = text ? read_words(text, false) : 0;
    if (!(state & ~(CHECK_SITE | CHECK_CONTINUE)))
        state = 0; /* allocations are sampled (pool/sampled.c), and nothing is checked */
    if ((tools_are_in_program() || (state && tools_valgrind_runs())) && !(state & CHECK_NONE))
        state |= CHECK_MALLOC;
    state &= ~CHECK_NONE;
    if (state & CHECK_MALLOC) /* which has guards of its own, if somebody wants to see them */
        state &= ~(CHECK_GUARD | CHECK_FILL | CHECK_QUARANTINE);
    if (state & CHECK_SITE)
        (void)site_prepare();
    if (state || OWN_DEBUG) /* a child process must not find the lock taken */
        (void)pthread_atfork(check_lock, check_unlock, check_unlock);
    __atomic_store_n(&check_state, state, __ATOMIC_RELEASE);
}

bool check_asks_for_sites(void)
{
    const char *text = secure_getenv("OWN_CHECK");
    return text && read_words(text, true) & CHECK_SITE;
}

unsigned check_read(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, read_environment);
    return __atomic_load_n(&check_state, __ATOMIC_ACQUIRE);
}

void check_tell(const char *sentence)
{
    if (check_words() & CHECK_CONTINUE && !misuse_is_handled())
        fprintf(stderr, "libown: %s\n", sentence);
    else
        misuse("%s", sentence);
}

static void (*list_objects)(void);

void check_list_at_exit(void (*list)(void))
{
    __atomic_store_n(&list_objects, list, __ATOMIC_RELEASE);
}

/* What is alive, and what is damaged and has not been freed by then. After the functions that the
   program has given to atexit. */
static __attribute__((destructor)) void check_at_exit(void)
{
    unsigned state = __atomic_load_n(&check_state, __ATOMIC_ACQUIRE);
    void (*list)(void) = __atomic_load_n(&list_objects, __ATOMIC_ACQUIRE);
    if (state & CHECK_UNREAD)
        return;
    if (state & CHECK_LEAK && list)
        list();
    if (state & (CHECK_GUARD | CHECK_QUARANTINE))
        (void)check_guards(NULL);
    wait_trim(0); /* records do not count as references where leaks are looked for */
}
