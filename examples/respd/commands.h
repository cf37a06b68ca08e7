/*
 * commands.h - the commands: their table, and what they share.
 *
 * A command reads its arguments and replies, nothing else: it neither frees nor keeps its request.
 */
#ifndef RESPD_COMMANDS_H
#define RESPD_COMMANDS_H

#include <own.h>

#include "database.h"
#include "request.h"
#include "watch.h"

/* What must be a command's alone while it runs: see worker.h. */
enum needs { NEEDS_NOTHING, NEEDS_KEYS, NEEDS_ALL };

#define COMMAND_NAME_SIZE 16

struct command {
    char
        name[COMMAND_NAME_SIZE]; /* in lower case; what follows is zero: names compare as a whole */
    int arity;                   /* arguments, the name included; negative: at least so many */
    enum needs needs;
    void (*run)(struct request *request);
};

/* A command's second word, in upper case; arity as above, both words included. */
struct subcommand {
    const char *name;
    int arity;
    void (*run)(struct request *request);
};

#define SUBCOMMAND_NAME_SIZE 24

/* Runs one of several, ended by one without a name, or replies that it cannot be, or with their
   names for HELP. */
void subcommand_run(struct request *request, const struct subcommand *subcommands);

/* Before the first command, and before there are threads. */
void commands_prepare(void);

/*
 * Runs a request, or queues it in a transaction, or replies that neither can be. Returns the
 * request whose reply is to be queued, and those whose replies follow it, linked by `next`. Each
 * has a reply, but that of SHUTDOWN.
 */
struct request *command_run(struct request *request);

/* Runs the command of a request, with what it needs locked. */
void command_execute(struct request *request, const struct command *command);

/* The command of a request that is known to have one. */
const struct command *command_of(const struct request *request);

/* The command of a name, or NULL. */
const struct command *command_find(const struct string *name);

/* Whether a command of that arity may have so many arguments, its name included. */
bool command_fits(int arity, size_t count);

/* All commands, ended by one without a name. */
extern const struct command commands[];
size_t commands_count(void);

/* Shared by commands */

static inline const struct string *argument(const struct request *request, size_t index)
{
    return &request->arguments[index];
}

static inline struct database *database_of(const struct request *request)
{
    return request->connection->database;
}

static inline struct server *server_of(const struct request *request)
{
    return request->connection->server;
}

static inline struct worker *worker_of(const struct request *request)
{
    return request->connection->worker;
}

/* The entry of a key argument, NULL where there is none. false: of another type, and replied so. */
bool find_value(struct request *request, size_t index, enum value_type type, struct entry **entry);

/* A list, hash or set, made where there is none. NULL: replied why not. */
struct entry *open_value(struct request *request, size_t index, enum value_type type);

/* Deletes a value that is empty, so that no empty list, hash or set is ever seen. */
void close_value(struct request *request, struct entry *entry);

/* A mark for each argument, none of them set, of the request's pool. NULL: replied why not. */
bool *arguments_to_mark(struct request *request);

/* An integer argument; false: replied that it is none. */
bool integer_argument(struct request *request, size_t index, int64_t *number);

void reply_wrong_arity(struct request *request);

/* The name of the command that a request is, in lower case. */
const char *command_name(const struct request *request);

/* How a time is given: in which unit, and whether since 1970 or from now on. */
struct time_form {
    int64_t unit; /* milliseconds */
    bool is_absolute;
};

/* An argument that says when a key expires, in milliseconds since 1970; it must lie after now, or
   after 1970. false: replied what is wrong. In deadlines.c. */
bool deadline_argument(struct request *request, size_t index, struct time_form form, int64_t *when);

/* The form of the time that follows a word of SET and GETEX: EX, PX, EXAT or PXAT. NULL: another
   word. In deadlines.c. */
const struct time_form *time_word(const struct string *word);

/* Gives the value of the first argument, a key, to the second. false: replied why not. */
bool rename_key(struct request *request);

/*
 * Puts a string argument under a key, whatever was there; its deadline stays. The old string, where
 * one is asked for, is the reply. NULL: replied why not, and nothing has changed.
 */
struct entry *store(struct request *request, size_t key, size_t value, bool reply_old);

/* The same with a new deadline, unless `when` is 0. */
struct entry *store_until(struct request *request, size_t key, size_t value, bool reply_old,
                          int64_t when);

/* The entry of the string of the first argument, made where there is none, as an empty one. NULL:
   replied why not. */
struct entry *open_string(struct request *request, bool *is_new);

/* The field of a hash with that name; NULL: none, or no hash. */
struct field *find_field(const struct entry *entry, const struct string *name);

/* The field of that name, made where there is none. NULL: no memory. */
struct field *open_field(struct request *request, struct entry *entry, const struct string *name,
                         bool *is_new);

/* The member of a set; NULL: none, or no set. */
struct item *find_member(const struct entry *entry, const struct string *member);

/* strings.c */
void command_getset(struct request *request);
void command_msetnx(struct request *request);
void command_get(struct request *request);
void command_getdel(struct request *request);
void command_getrange(struct request *request);
void command_mget(struct request *request);
void command_mset(struct request *request);
void command_set(struct request *request);
void command_setnx(struct request *request);

/* counters.c */
void command_setrange(struct request *request);
void command_append(struct request *request);
void command_strlen(struct request *request);
void command_incr(struct request *request);
void command_incrby(struct request *request);
void command_decr(struct request *request);
void command_decrby(struct request *request);

/* keys.c */
void command_dbsize(struct request *request);
void command_del(struct request *request);
void command_exists(struct request *request);
void command_flushall(struct request *request);
void command_flushdb(struct request *request);
void command_keys(struct request *request);
void command_rename(struct request *request);
void command_scan(struct request *request);
void command_type(struct request *request);

/* copies.c */
void command_copy(struct request *request);
void command_randomkey(struct request *request);
void command_renamenx(struct request *request);

/* expiring.c */
void command_getex(struct request *request);
void command_psetex(struct request *request);
void command_setex(struct request *request);

/* floats.c */
void command_hincrbyfloat(struct request *request);
void command_incrbyfloat(struct request *request);

/* edits.c */
void command_linsert(struct request *request);
void command_lrem(struct request *request);
void command_lset(struct request *request);
void command_ltrim(struct request *request);

/* setops.c */
void command_sdiff(struct request *request);
void command_sdiffstore(struct request *request);
void command_sinter(struct request *request);
void command_sintercard(struct request *request);
void command_sinterstore(struct request *request);
void command_sunion(struct request *request);
void command_sunionstore(struct request *request);

/* deadlines.c */
void command_expire(struct request *request);
void command_pexpire(struct request *request);
void command_expireat(struct request *request);
void command_pexpireat(struct request *request);
void command_expiretime(struct request *request);
void command_pexpiretime(struct request *request);
void command_ttl(struct request *request);
void command_pttl(struct request *request);
void command_persist(struct request *request);

/* lists.c */
void command_lpushx(struct request *request);
void command_rpushx(struct request *request);
void command_lpush(struct request *request);
void command_rpush(struct request *request);
void command_lpop(struct request *request);
void command_rpop(struct request *request);
void command_llen(struct request *request);
void command_lrange(struct request *request);
void command_lindex(struct request *request);

/* hashes.c */
void command_hkeys(struct request *request);
void command_hmset(struct request *request);
void command_hsetnx(struct request *request);
void command_hstrlen(struct request *request);
void command_hvals(struct request *request);
void command_hset(struct request *request);
void command_hget(struct request *request);
void command_hmget(struct request *request);
void command_hgetall(struct request *request);
void command_hdel(struct request *request);
void command_hlen(struct request *request);
void command_hexists(struct request *request);
void command_hincrby(struct request *request);

/* sets.c */
void command_smismember(struct request *request);
void command_smove(struct request *request);
void command_spop(struct request *request);
void command_srandmember(struct request *request);
void command_sadd(struct request *request);
void command_srem(struct request *request);
void command_smembers(struct request *request);
void command_sismember(struct request *request);
void command_scard(struct request *request);

/* clients.c */
void command_client(struct request *request);

/* session.c */
bool take_client_name(struct request *request, const struct string *name); /* or replied why not */
void command_echo(struct request *request);
void command_hello(struct request *request);
void command_ping(struct request *request);
void command_quit(struct request *request);
void command_select(struct request *request);

void command_auth(struct request *request);
void command_reset(struct request *request);
void command_time(struct request *request);

/* transaction.c */
void command_discard(struct request *request);
void command_exec(struct request *request);
void command_multi(struct request *request);
void command_unwatch(struct request *request);
void command_watch(struct request *request);

/* subscribe.c */
void command_psubscribe(struct request *request);
void command_publish(struct request *request);
void command_pubsub(struct request *request);
void command_punsubscribe(struct request *request);
void command_subscribe(struct request *request);
void command_unsubscribe(struct request *request);

/* mirror.c */
void command_monitor(struct request *request);

/* describe.c */
void command_command(struct request *request);

/* admin.c */
void command_config(struct request *request);
void command_shutdown(struct request *request);

/* info.c */
void command_info(struct request *request);
void command_memory(struct request *request);

/* tree.c */
void command_own(struct request *request);

/* cycles.c */
void reply_cycles(struct request *request);
void reply_collect(struct request *request);
void reply_leak(struct request *request);

#endif
