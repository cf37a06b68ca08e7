/*
 * commands.c - the table of commands, how one is found, and what they share.
 */
#include "commands.h"

#include <stdio.h>
#include <string.h>

#include "mirror.h"
#include "number.h"
#include "statistics.h"
#include "subscribe.h"
#include "transaction.h"

#define SLOTS 512 /* a power of two, several times the commands */

const struct command commands[] = {
    {"append", 3, NEEDS_KEYS, command_append},
    {"client", -2, NEEDS_ALL, command_client},
    {"command", -1, NEEDS_NOTHING, command_command},
    {"config", -2, NEEDS_ALL, command_config},
    {"dbsize", 1, NEEDS_KEYS, command_dbsize},
    {"decr", 2, NEEDS_KEYS, command_decr},
    {"decrby", 3, NEEDS_KEYS, command_decrby},
    {"del", -2, NEEDS_KEYS, command_del},
    {"echo", 2, NEEDS_NOTHING, command_echo},
    {"exists", -2, NEEDS_KEYS, command_exists},
    {"expire", -3, NEEDS_KEYS, command_expire},
    {"expireat", -3, NEEDS_KEYS, command_expireat},
    {"expiretime", 2, NEEDS_KEYS, command_expiretime},
    {"flushall", -1, NEEDS_KEYS, command_flushall},
    {"flushdb", -1, NEEDS_KEYS, command_flushdb},
    {"get", 2, NEEDS_KEYS, command_get},
    {"getdel", 2, NEEDS_KEYS, command_getdel},
    {"getrange", 4, NEEDS_KEYS, command_getrange},
    {"hdel", -3, NEEDS_KEYS, command_hdel},
    {"hello", -1, NEEDS_NOTHING, command_hello},
    {"hexists", 3, NEEDS_KEYS, command_hexists},
    {"hget", 3, NEEDS_KEYS, command_hget},
    {"hgetall", 2, NEEDS_KEYS, command_hgetall},
    {"hincrby", 4, NEEDS_KEYS, command_hincrby},
    {"hlen", 2, NEEDS_KEYS, command_hlen},
    {"hmget", -3, NEEDS_KEYS, command_hmget},
    {"hset", -4, NEEDS_KEYS, command_hset},
    {"incr", 2, NEEDS_KEYS, command_incr},
    {"incrby", 3, NEEDS_KEYS, command_incrby},
    {"info", -1, NEEDS_ALL, command_info},
    {"keys", 2, NEEDS_KEYS, command_keys},
    {"lindex", 3, NEEDS_KEYS, command_lindex},
    {"llen", 2, NEEDS_KEYS, command_llen},
    {"lpop", -2, NEEDS_KEYS, command_lpop},
    {"lpush", -3, NEEDS_KEYS, command_lpush},
    {"lrange", 4, NEEDS_KEYS, command_lrange},
    {"memory", -2, NEEDS_KEYS, command_memory},
    {"mget", -2, NEEDS_KEYS, command_mget},
    {"mset", -3, NEEDS_KEYS, command_mset},
    {"own", -2, NEEDS_ALL, command_own},
    {"persist", 2, NEEDS_KEYS, command_persist},
    {"pexpire", -3, NEEDS_KEYS, command_pexpire},
    {"pexpireat", -3, NEEDS_KEYS, command_pexpireat},
    {"pexpiretime", 2, NEEDS_KEYS, command_pexpiretime},
    {"ping", -1, NEEDS_NOTHING, command_ping},
    {"pttl", 2, NEEDS_KEYS, command_pttl},
    {"quit", -1, NEEDS_NOTHING, command_quit},
    {"rename", 3, NEEDS_KEYS, command_rename},
    {"rpop", -2, NEEDS_KEYS, command_rpop},
    {"rpush", -3, NEEDS_KEYS, command_rpush},
    {"sadd", -3, NEEDS_KEYS, command_sadd},
    {"scan", -2, NEEDS_KEYS, command_scan},
    {"scard", 2, NEEDS_KEYS, command_scard},
    {"select", 2, NEEDS_NOTHING, command_select},
    {"set", -3, NEEDS_KEYS, command_set},
    {"setnx", 3, NEEDS_KEYS, command_setnx},
    {"shutdown", -1, NEEDS_NOTHING, command_shutdown},
    {"sismember", 3, NEEDS_KEYS, command_sismember},
    {"smembers", 2, NEEDS_KEYS, command_smembers},
    {"srem", -3, NEEDS_KEYS, command_srem},
    {"strlen", 2, NEEDS_KEYS, command_strlen},
    {"ttl", 2, NEEDS_KEYS, command_ttl},
    {"type", 2, NEEDS_KEYS, command_type},
    {"unlink", -2, NEEDS_KEYS, command_del},
    {"copy", -3, NEEDS_KEYS, command_copy},
    {"getex", -2, NEEDS_KEYS, command_getex},
    {"getset", 3, NEEDS_KEYS, command_getset},
    {"hincrbyfloat", 4, NEEDS_KEYS, command_hincrbyfloat},
    {"hkeys", 2, NEEDS_KEYS, command_hkeys},
    {"hmset", -4, NEEDS_KEYS, command_hmset},
    {"hsetnx", 4, NEEDS_KEYS, command_hsetnx},
    {"hstrlen", 3, NEEDS_KEYS, command_hstrlen},
    {"hvals", 2, NEEDS_KEYS, command_hvals},
    {"incrbyfloat", 3, NEEDS_KEYS, command_incrbyfloat},
    {"linsert", 5, NEEDS_KEYS, command_linsert},
    {"lpushx", -3, NEEDS_KEYS, command_lpushx},
    {"lrem", 4, NEEDS_KEYS, command_lrem},
    {"lset", 4, NEEDS_KEYS, command_lset},
    {"ltrim", 4, NEEDS_KEYS, command_ltrim},
    {"msetnx", -3, NEEDS_KEYS, command_msetnx},
    {"psetex", 4, NEEDS_KEYS, command_psetex},
    {"randomkey", 1, NEEDS_KEYS, command_randomkey},
    {"renamenx", 3, NEEDS_KEYS, command_renamenx},
    {"rpushx", -3, NEEDS_KEYS, command_rpushx},
    {"sdiff", -2, NEEDS_KEYS, command_sdiff},
    {"sdiffstore", -3, NEEDS_KEYS, command_sdiffstore},
    {"setex", 4, NEEDS_KEYS, command_setex},
    {"setrange", 4, NEEDS_KEYS, command_setrange},
    {"sinter", -2, NEEDS_KEYS, command_sinter},
    {"sintercard", -3, NEEDS_KEYS, command_sintercard},
    {"sinterstore", -3, NEEDS_KEYS, command_sinterstore},
    {"smismember", -3, NEEDS_KEYS, command_smismember},
    {"smove", 4, NEEDS_KEYS, command_smove},
    {"spop", -2, NEEDS_KEYS, command_spop},
    {"srandmember", -2, NEEDS_KEYS, command_srandmember},
    {"substr", 4, NEEDS_KEYS, command_getrange},
    {"sunion", -2, NEEDS_KEYS, command_sunion},
    {"sunionstore", -3, NEEDS_KEYS, command_sunionstore},
    {"touch", -2, NEEDS_KEYS, command_exists},
    {"auth", -2, NEEDS_NOTHING, command_auth},
    {"discard", 1, NEEDS_NOTHING, command_discard},
    {"exec", 1, NEEDS_NOTHING, command_exec}, /* it locks what its commands need */
    {"monitor", 1, NEEDS_NOTHING, command_monitor},
    {"multi", 1, NEEDS_NOTHING, command_multi},
    {"psubscribe", -2, NEEDS_NOTHING, command_psubscribe},
    {"publish", 3, NEEDS_NOTHING, command_publish},
    {"pubsub", -2, NEEDS_NOTHING, command_pubsub},
    {"punsubscribe", -1, NEEDS_NOTHING, command_punsubscribe},
    {"reset", 1, NEEDS_NOTHING, command_reset},
    {"subscribe", -2, NEEDS_NOTHING, command_subscribe},
    {"time", 1, NEEDS_NOTHING, command_time},
    {"unsubscribe", -1, NEEDS_NOTHING, command_unsubscribe},
    {"unwatch", 1, NEEDS_NOTHING, command_unwatch}, /* it locks the keys, if it needs them */
    {"watch", -2, NEEDS_KEYS, command_watch},
    {"", 0, NEEDS_NOTHING, NULL},
};

/* Finding a command: a small open hash of the names, filled before there are threads. */

static const struct command *slots[SLOTS];

static size_t name_hash(const char *name)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    while (*name)
        hash = (hash ^ (unsigned char)*name++) * 16777619u;
    return hash ^ hash >> 15;
}

static const struct command **name_slot(const char *name)
{
    size_t slot = name_hash(name) & (SLOTS - 1);
    while (slots[slot] && memcmp(slots[slot]->name, name, COMMAND_NAME_SIZE) != 0)
        slot = (slot + 1) & (SLOTS - 1);
    return &slots[slot];
}

/* A name in lower case; false where it is no command's. */
static bool lower_name(const struct string *string, char name[COMMAND_NAME_SIZE])
{
    if (string->length >= COMMAND_NAME_SIZE)
        return false;
    memset(name, 0, COMMAND_NAME_SIZE);
    for (size_t i = 0; i < string->length; i++) {
        char byte = string->bytes[i];
        if (!byte)
            return false;
        name[i] = byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
    }
    return true;
}

size_t commands_count(void)
{
    return sizeof commands / sizeof *commands - 1;
}

void commands_prepare(void)
{
    for (const struct command *command = commands; command->name[0]; command++)
        *name_slot(command->name) = command;
}

const struct command *command_find(const struct string *string)
{
    char name[COMMAND_NAME_SIZE];
    return lower_name(string, name) ? *name_slot(name) : NULL;
}

static void reply_unknown(struct request *request)
{
    char quoted[128] = "";
    size_t used = 0;
    for (size_t i = 1; i < request->argument_count && used < sizeof quoted - 1; i++) {
        size_t room = sizeof quoted - used;
        size_t length = argument(request, i)->length;
        int printed = snprintf(quoted + used, room, "'%.*s' ", (int)(length < room ? length : room),
                               argument(request, i)->bytes);
        used += printed < 0 ? 0 : (size_t)printed;
    }
    const struct string *name = argument(request, 0);
    reply_error(request, "ERR unknown command '%.*s', with args beginning with: %s",
                (int)(name->length < 128 ? name->length : 128), name->bytes, quoted);
}

bool command_fits(int arity, size_t count)
{
    return arity < 0 ? count >= (size_t)-arity : count == (size_t)arity;
}

void command_execute(struct request *request, const struct command *command)
{
    /* Arguments may go with the command. These two keep theirs, and are shown with the database
       that was selected, and after what they have run. */
    bool later = command->run == command_select || command->run == command_exec;
    if (!later)
        mirror_show(request, command);
    statistics_run(request, command);
    if (later)
        mirror_show(request, command);
}

static void run_with(struct request *request, const struct command *command)
{
    struct worker *worker = request->connection->worker;
    switch (command->needs) {
    case NEEDS_NOTHING:
        command_execute(request, command);
        break;
    case NEEDS_KEYS:
        server_lock_keys(worker);
        command_execute(request, command);
        server_unlock_keys(worker);
        break;
    case NEEDS_ALL:
        worker_stop_others(worker);
        command_execute(request, command);
        worker_resume_others(worker);
        break;
    }
}

static void refuse_arity(struct request *request, const struct command *command)
{
    if (command->run != command_exec) {
        reply_wrong_arity(request);
        return;
    }
    reply_error(request, "EXECABORT Transaction discarded because of: wrong number of arguments"
                         " for 'exec' command");
    transaction_end(request->connection);
}

struct request *command_run(struct request *request)
{
    struct connection *connection = request->connection;
    connection->worker->commands_processed++;
    const struct command *command = command_find(argument(request, 0));
    if (!command)
        reply_unknown(request);
    else if (!command_fits(command->arity, request->argument_count))
        refuse_arity(request, command);
    else if (!subscriber_refuses(request, command)) {
        if (transaction_takes(connection, command))
            return transaction_queue(request, command);
        run_with(request, command);
        return request;
    }
    if (command)
        statistics_reject(request, command);
    transaction_spoil(connection);
    return request;
}

/* Shared by commands */

const struct command *command_of(const struct request *request)
{
    return command_find(argument(request, 0));
}

const char *command_name(const struct request *request)
{
    return command_of(request)->name;
}

void reply_wrong_arity(struct request *request)
{
    reply_error(request, "ERR wrong number of arguments for '%s' command", command_name(request));
}

bool find_value(struct request *request, size_t index, enum value_type type, struct entry **entry)
{
    struct database *database = database_of(request);
    *entry = database_find(database, argument(request, index));
    if (!*entry)
        database->misses++;
    else
        database->hits++;
    if (!*entry || (*entry)->type == type)
        return true;
    reply_wrong_type(request);
    return false;
}

struct entry *open_value(struct request *request, size_t index, enum value_type type)
{
    struct database *database = database_of(request);
    struct entry *entry = database_open(database, argument(request, index), request->pool);
    if (!entry) {
        reply_no_memory(request);
        return NULL;
    }
    if (entry->type == type)
        return entry;
    if (entry->type != VALUE_NONE) {
        reply_wrong_type(request);
        return NULL;
    }
    if (database_make(database, entry, type) != 0) {
        database_delete(database, entry);
        reply_no_memory(request);
        return NULL;
    }
    return entry;
}

void close_value(struct request *request, struct entry *entry)
{
    size_t count = entry->type == VALUE_LIST ? entry->value.list->count : entry->value.table->count;
    if (count == 0)
        database_delete(database_of(request), entry);
}

bool *arguments_to_mark(struct request *request)
{
    bool *marks = OWN_ALLOC_N(request->pool, bool, request->argument_count);
    if (!marks)
        reply_no_memory(request);
    return marks;
}

bool integer_argument(struct request *request, size_t index, int64_t *number)
{
    const struct string *string = argument(request, index);
    if (number_parse(string->bytes, string->length, number))
        return true;
    reply_not_integer(request);
    return false;
}
