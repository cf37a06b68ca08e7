/*
 * tests/owncheck/idioms_paths.c - correct programs: error paths, scopes, references that leave
 * a function. own-check must say nothing. Each function is one idiom.
 */
#include <own.h>
#include <stdbool.h>
#include <stddef.h>

struct session {
    own_object object;
    own_pool *pool;
    struct session *peer;
    int number;
};
extern const own_type session_type;
bool condition(void);
OWN_RETURNS_NEW struct session *session_open(const char *name);
OWN_RETURNS_BORROWED struct session *session_find(own_pool *server, const char *name);
void session_close(OWN_STEALS struct session *session);
bool registry_add(struct session *session); /* takes the reference over if it succeeds */
int session_write(struct session *session, const char *text);

/* 21: goto cleanup, with all variables NULL at first */
int cleanup(void)
{
    int result = -1;
    own_pool *pool = own_pool_new(NULL);
    own_list *list = NULL;
    struct session *session = NULL;

    if (!pool)
        goto end;
    list = own_list_new(NULL);
    if (!list)
        goto end;
    session = own_new(NULL, &session_type);
    if (!session || own_list_append(list, session) != 0)
        goto end;
    result = 0;
end:
    own_decref(session);
    own_decref(list);
    own_decref(pool);
    return result;
}

/* 22: goto cleanup, one label for each step */
int steps(void)
{
    own_pool *first = own_pool_new(NULL);
    if (!first)
        return -1;
    own_pool *second = own_pool_new(NULL);
    if (!second)
        goto no_second;
    if (!own_alloc(second, 1, 1))
        goto no_block;
    own_decref(second);
    own_decref(first);
    return 0;
no_block:
    own_decref(second);
no_second:
    own_decref(first);
    return -1;
}

/* 23: a variable that releases its reference at the end of its scope */
int scoped(const char *name)
{
    OWN_SCOPED struct session *session = session_open(name);
    if (!session)
        return -1;
    return session->number;
}

/* 24: the reference leaves the scope */
OWN_RETURNS_NEW own_pool *leaves_the_scope(void)
{
    OWN_SCOPED own_pool *pool = own_pool_new(NULL);
    if (!pool || !own_alloc(pool, 1, 1))
        return NULL;
    own_pool *result = pool;
    pool = NULL;
    return result;
}

/* 25: a constructor of the program's own */
OWN_RETURNS_NEW struct session *session_make(int number)
{
    struct session *session = own_new(NULL, &session_type);
    if (!session)
        return NULL;
    session->pool = own_pool_new(NULL);
    if (!session->pool) {
        own_decref(session);
        return NULL;
    }
    session->number = number;
    return session;
}

/* 26: a reference of one's own is returned */
OWN_RETURNS_NEW struct session *peer_of(const struct session *session)
{
    return own_incref(session->peer);
}

/* 27: a borrowed one is returned */
OWN_RETURNS_BORROWED struct session *borrowed_peer(const struct session *session)
{
    return session->peer;
}

/* 28: results of functions of other files */
int open_and_close(const char *name)
{
    struct session *session = session_open(name);
    if (!session)
        return -1;
    int result = session_write(session, "hello");
    session_close(session);
    return result;
}

int found(own_pool *server, const char *name)
{
    struct session *session = session_find(server, name);
    return session ? session_write(session, "hello") : -1;
}

/* 29: a function that takes over what it is given, and keeps it */
static struct session *newest;

void keep_newest(OWN_STEALS struct session *session)
{
    own_decref(newest);
    newest = session;
}

/* 30: a function that takes it over and releases it */
void end(OWN_STEALS struct session *session)
{
    if (session->number)
        session_write(session, "bye");
    own_decref(session);
}

/* 31: conditional ownership that the analyser cannot see */
int conditional(const char *name)
{
    struct session *session = session_open(name);
    if (!session)
        return -1;
    if (!registry_add(session)) {
        own_decref(session);
        return -1;
    }
    OWN_PASSED_ON(session);
    return 0;
}

/* 32: a flag says whether the reference is ours */
int flag(struct session *session)
{
    bool ours = false;
    if (condition()) {
        own_incref(session);
        ours = true;
    }
    int result = session_write(session, "flag");
    if (ours)
        own_decref(session);
    return result;
}

/* 33: out-parameters */
int out(struct session **result)
{
    struct session *session = own_new(NULL, &session_type);
    if (!session)
        return -1;
    *result = session;
    return 0;
}

static int out_of_this_file(own_pool **result)
{
    *result = own_pool_new(NULL);
    return *result ? 0 : -1;
}

int out_used(void)
{
    own_pool *pool;
    if (out_of_this_file(&pool) != 0)
        return -1;
    own_decref(pool);
    return 0;
}

/* 34: a field owns the reference */
int field(struct session *session, int number)
{
    struct session *peer = own_new(NULL, &session_type);
    if (!peer)
        return -1;
    peer->number = number;
    OWN_SET(session->peer, peer);
    return session->peer->number;
}

void field_kept(struct session *session, struct session *peer)
{
    OWN_SET(session->peer, own_incref(peer));
}

void field_emptied(struct session *session)
{
    OWN_CLEAR(session->peer);
    OWN_CLEAR(session->pool);
}

/* 35: a struct on the stack owns one */
int local_struct(void)
{
    struct {
        own_pool *pool;
        int number;
    } state = {own_pool_new(NULL), 0};
    if (!state.pool)
        return -1;
    state.number = own_alloc(state.pool, 1, 1) ? 1 : 0;
    own_decref(state.pool);
    return state.number;
}

/* 36: an array of references */
int array_of_references(void)
{
    own_pool *pools[3] = {NULL, NULL, NULL};
    int made = 0;
    while (made < 3 && (pools[made] = own_pool_new(NULL)) != NULL)
        made++;
    for (int i = 0; i < made; i++)
        own_decref(pools[i]);
    return made;
}

/* 37: a walk along a chain, with one reference at a time */
int walk(struct session *first)
{
    int length = 0;
    struct session *at = own_incref(first);
    while (at && length < 3) {
        struct session *next = own_incref(at->peer);
        own_decref(at);
        at = next;
        length++;
    }
    own_decref(at);
    return length;
}

/* 38: exchange, of which the old one is released */
int exchange(struct session *session)
{
    own_pool *fresh = own_pool_new(NULL);
    if (!fresh)
        return -1;
    own_pool *old = session->pool;
    session->pool = fresh;
    own_decref(old);
    return 0;
}

/* 39: the program ends without releasing what it has, on purpose */
int at_exit_lives(void)
{
    static own_pool *program;
    program = own_pool_new(NULL);
    return program ? 0 : -1;
}

/* 40: NULL may be released */
void maybe(bool wanted)
{
    own_pool *pool = NULL;
    if (wanted)
        pool = own_pool_new(NULL);
    own_decref(pool);
}
