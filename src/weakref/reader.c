/*
 * weakref/reader.c - the list of those threads that get objects without a lock.
 */
#include "weakref/reader.h"

#include "base/lock.h"

#include <errno.h>
#include <pthread.h>

__thread struct reader weakref_reader;

static struct lock readers_lock;
static struct list readers = {&readers, &readers};

static pthread_key_t key;
static bool has_key;

static void end(void *unused)
{
    (void)unused;
    lock_take(&readers_lock);
    list_remove(&weakref_reader.link);
    lock_release(&readers_lock);
    weakref_reader.state = READER_ENDED;
}

bool reader_list(void)
{
    if (weakref_reader.state != READER_NEW || !has_key)
        return weakref_reader.state == READER_LISTED;
    int saved = errno;
    bool ends = pthread_setspecific(key, &weakref_reader) == 0;
    errno = saved;
    if (!ends)
        return false;
    lock_take(&readers_lock);
    list_add_first(&readers, &weakref_reader.link);
    lock_release(&readers_lock);
    weakref_reader.state = READER_LISTED;
    return true;
}

void reader_wait(const void *object)
{
    barrier_wait();
    lock_take(&readers_lock);
    list_each_safe (link, after, &readers) {
        const struct reader *reader = list_item(link, struct reader, link);
        unsigned turn = 0;
        while (__atomic_load_n(&reader->reading, __ATOMIC_SEQ_CST) == object)
            lock_pause(turn++);
    }
    lock_release(&readers_lock);
}

static void lock_readers(void)
{
    lock_take(&readers_lock);
}

static void unlock_readers(void)
{
    lock_release(&readers_lock);
}

/* Of all threads the child process has one, and what others were at is nobody's there. */
static void keep_own(void)
{
    list_init(&readers);
    if (weakref_reader.state == READER_LISTED)
        list_add_first(&readers, &weakref_reader.link);
    unlock_readers();
}

void reader_prepare_for_fork(void)
{
    (void)pthread_atfork(lock_readers, unlock_readers, keep_own);
    has_key = pthread_key_create(&key, end) == 0;
}
