/*
 * stress_counts.c - the same objects counted by all threads; weak references got while the last
 * reference goes; finalizers that save their object.
 */
#include "stress.h"

#include <pthread.h>

struct counted {
    own_object header;
    size_t value; /* MAGIC until the finalizer has run */
    bool saves;
};

#define MAGIC ((size_t)0x5a5a5a5a)

static struct tally objects; /* ended: finalized */
static struct tally deaths;  /* made: weak references; ended: called */
static void *saved;          /* a reference that a finalizer left, or NULL */

static void counted_ends(void *self)
{
    struct counted *counted = (struct counted *)self;

    expect(counted->value == MAGIC);
    if (counted->saves) { /* and is not finalized again */
        tally_ended(&objects);
        own_decref(__atomic_exchange_n(&saved, own_incref(counted), __ATOMIC_ACQ_REL));
        return;
    }
    counted->value = 0;
    tally_ended(&objects);
}

static const own_type counted_type = {
    .name = "counted",
    .size = sizeof(struct counted),
    .finalize = counted_ends,
};

static void died(own_weakref *ref, void *arg)
{
    expect(own_weakref_get(ref) == NULL && arg == &deaths);
    tally_ended(&deaths);
}

#define PLACES 8

static struct {
    pthread_mutex_t lock[PLACES];
    own_weakref *ref[PLACES]; /* of what that place has had; references */
    void *object[PLACES];
    void *common; /* counted by all */
} world;

static struct counted *new_counted(struct worker *worker)
{
    struct counted *counted = own_new(NULL, &counted_type);

    expect(counted != NULL);
    counted->value = MAGIC;
    counted->saves = below(worker, 16) == 0;
    tally_made(&objects);
    expect(own_share(counted) == 0);
    return counted;
}

/* Another object and a weak reference to it; the old ones are released outside of the lock, when
   other threads may be getting them. */
static void replace(struct worker *worker, size_t place)
{
    struct counted *counted = new_counted(worker);
    own_weakref *ref = own_weakref_new(NULL, counted, died, &deaths);

    expect(ref != NULL && own_share(ref) == 0);
    pthread_mutex_lock(&world.lock[place]);
    own_weakref *old_ref = world.ref[place];
    void *old = world.object[place];
    world.ref[place] = ref;
    world.object[place] = counted;
    pthread_mutex_unlock(&world.lock[place]);
    tally_made(&deaths);
    own_decref(old); /* and the weak reference is called, whoever releases the last */
    own_decref(old_ref);
}

static void get(struct worker *worker, size_t place)
{
    pthread_mutex_lock(&world.lock[place]);
    own_weakref *ref = own_incref(world.ref[place]);
    pthread_mutex_unlock(&world.lock[place]);
    for (size_t i = below(worker, 8); i > 0; i--) {
        struct counted *got = own_weakref_get(ref);
        expect(!got || got->value == MAGIC);
        own_weakref *another = got ? own_weakref_new(NULL, got, NULL, NULL) : NULL;
        own_decref(got);
        own_decref(another);
    }
    own_decref(ref);
}

static void run(struct worker *worker)
{
    for (size_t step = 0; step < knobs.steps; step++) {
        size_t place = below(worker, PLACES);
        if (below(worker, 4) == 0)
            replace(worker, place);
        else
            get(worker, place);
        void *mine[8];
        for (size_t i = 0; i < 8; i++)
            mine[i] = own_incref(world.common);
        expect(own_refcount(world.common) > 8);
        for (size_t i = 0; i < 8; i++)
            own_decref(mine[i]);
    }
}

void stress_counts(void)
{
    struct worker self = {0, knobs.seed, NULL};

    world.common = new_counted(&self);
    for (size_t i = 0; i < PLACES; i++)
        pthread_mutex_init(&world.lock[i], NULL);
    run_threads(run, NULL);
    expect(own_refcount(world.common) == 1);
    own_decref(world.common);
    for (size_t i = 0; i < PLACES; i++) {
        OWN_CLEAR(world.object[i]);
        OWN_CLEAR(world.ref[i]);
        pthread_mutex_destroy(&world.lock[i]);
    }
    OWN_CLEAR(saved);
    expect(objects.made == objects.ended && deaths.ended <= deaths.made);
}
