/*
 * recycle.c - frames of a film that go back to a list of free ones instead of dying, until the
 * list itself goes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <own.h>

enum { frame_bytes = 64 * 48, delay = 3 };

static unsigned long made, freed;

/* The frames that nobody uses. Each frame that was taken from it owns a reference to it. */
struct store {
    own_object header;
    own_list *free_frames;
    bool closed; /* frames that come back die */
};

static const own_type store_type = {
    .name = "store",
    .size = sizeof(struct store),
    .refs = OWN_REFS(struct store, free_frames),
};

struct frame {
    own_object header;
    struct store *store; /* while the frame is used; a free one belongs to the store */
    unsigned long number;
    unsigned char picture[]; /* frame_bytes of them */
};

/* The last reference has gone. The list takes another one: the frame lives on, and this is called
   again when it has been used again. Where the list cannot take it, it dies. */
static void frame_comes_back(void *self)
{
    struct frame *frame = self;
    struct store *store = frame->store;

    if (store && !store->closed && own_list_append(store->free_frames, frame) == 0) {
        own_rearm(frame);
        OWN_CLEAR(frame->store);
        return;
    }
    freed++;
}

static const own_type frame_type = {
    .name = "frame",
    .size = sizeof(struct frame),
    .refs = OWN_REFS(struct frame, store),
    .finalize = frame_comes_back,
};

static struct store *store_new(void)
{
    struct store *store = own_new(NULL, &store_type);
    if (!store)
        return NULL;
    store->free_frames = own_list_new(NULL);
    if (!store->free_frames) {
        own_decref(store);
        return NULL;
    }
    return store;
}

/* No frame is used again from now on. The free ones die with the list. */
static void store_close(OWN_STEALS struct store *store)
{
    store->closed = true;
    own_list_clear(store->free_frames);
    own_decref(store);
}

/* A frame with one reference, which is new; its picture is whatever it was. NULL: ENOMEM. */
static struct frame *store_get(struct store *store)
{
    size_t free_frames = own_list_size(store->free_frames);
    struct frame *frame;

    if (free_frames) {
        frame = own_incref(own_list_get(store->free_frames, free_frames - 1));
        own_list_remove(store->free_frames, free_frames - 1);
    } else {
        frame = own_new_sized(NULL, &frame_type, sizeof(struct frame) + frame_bytes);
        if (!frame)
            return NULL;
        made++;
    }
    frame->store = own_incref(store);
    return frame;
}

/* Decodes a film of so many frames, and shows each a few frames later. The store is closed, which
   takes the reference to it over. False: ENOMEM. */
static bool play(OWN_STEALS struct store *store, unsigned long count)
{
    struct frame *waiting[delay] = {NULL};
    bool all = true;

    for (unsigned long i = 0; all && i < count; i++) {
        struct frame *frame = store_get(store);
        all = frame;
        if (!all)
            break;
        frame->number = i;
        memset(frame->picture, (int)(i % 256), frame_bytes);
        struct frame *shown = waiting[i % delay];
        if (shown &&
            (shown->number != i - delay || shown->picture[frame_bytes - 1] != (i - delay) % 256))
            abort(); /* somebody has used it again too early */
        OWN_SET(waiting[i % delay], frame);
    }
    /* Some come back while the store is open, the others die after it. */
    OWN_CLEAR(waiting[0]);
    store_close(store);
    for (int i = 1; i < delay; i++)
        OWN_CLEAR(waiting[i]);
    return all;
}

int main(int argc, char **argv)
{
    char *end = "";
    unsigned long count = argc == 2 ? strtoul(argv[1], &end, 10) : 0;

    if (!count || *end) {
        fprintf(stderr, "usage: recycle FRAMES\n");
        return 2;
    }
    struct store *store = store_new();
    if (!store || !play(store, count)) {
        fprintf(stderr, "recycle: %s\n", strerror(errno));
        return 1;
    }
    printf("%lu frames shown, %lu made, %lu freed\n", count, made, freed);
    return 0;
}
