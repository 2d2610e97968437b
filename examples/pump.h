/* SPDX-License-Identifier: MIT */
/*
 * Moves all bytes from one descriptor to another, several reads and writes in flight. Regular files
 * are read and written by offset, anything else in order through one slot.
 */
#ifndef EXAMPLES_PUMP_H
#define EXAMPLES_PUMP_H

#include "common.h"

enum { PUMP_SLOTS = 8, PUMP_BYTES = 128 * 1024 };

struct pump_slot {
    struct pump *pump;
    kring_op op;
    char *data;
    int64_t offset;
    uint32_t length;
    bool busy;
};

struct pump {
    struct app *app;
    struct pump_slot slots[PUMP_SLOTS];
    bool (*stopped)(void *user); /* asked after each kring_run() */
    void (*moved)(void *user);   /* `done` may have grown */
    void *user;
    int in;
    int out;
    bool in_regular;
    bool out_regular;
    int64_t size;     /* the input's, as far as known: how far reads may run ahead */
    unsigned busy;
    int64_t next;     /* where the next read begins */
    int64_t end;      /* the end, as the earliest short read showed it */
    int64_t written;  /* highest end of a write: above `end` if the file changed meanwhile */
    int64_t done;     /* bytes moved */
    int64_t error;    /* the first, and what it happened to */
    const char *what;
};

static inline void pump_fail(struct pump *pump, const char *what, int64_t error)
{
    if (pump->error == 0) {
        pump->error = error;
        pump->what = what;
    }
}

static inline void pump_slot_free(struct pump_slot *slot)
{
    slot->busy = false;
    slot->pump->busy--;
}

static inline void pump_written(struct kring *ring, kring_op op, const struct kring_result *result,
                                void *user)
{
    struct pump_slot *slot = user;
    struct pump *pump = slot->pump;

    (void)ring, (void)op;
    tally_add(pump->app, "write", result->engine);
    pump_slot_free(slot);
    if (result->value < 0)
        pump_fail(pump, "write", result->value);
    else
        pump->done += result->value;
}

static inline void pump_write(struct pump_slot *slot)
{
    struct pump *pump = slot->pump;
    struct kring *ring = pump->app->ring;
    int error;

    if (slot->offset + slot->length > pump->written)
        pump->written = slot->offset + slot->length;
    slot->op = kring_write_all(ring, pump->out, slot->data, slot->length,
                               pump->out_regular ? slot->offset : KRING_CUR_POS);
    error = kring_start(ring, slot->op, pump_written, slot);
    if (error < 0) {
        pump_slot_free(slot);
        pump_fail(pump, "write", error);
    }
}

static inline void pump_read(struct kring *ring, kring_op op, const struct kring_result *result,
                             void *user)
{
    struct pump_slot *slot = user;
    struct pump *pump = slot->pump;

    (void)ring, (void)op;
    tally_add(pump->app, "read", result->engine);
    if (result->value == -KRING_EEOF) {
        slot->length = result->length;
        if (slot->offset + slot->length < pump->end)
            pump->end = slot->offset + slot->length;
    } else if (result->value < 0) {
        pump_fail(pump, "read", result->value);
    }
    /* Data behind the end (the file grew between two reads) would leave a hole: not written. */
    if (pump->error == 0 && slot->length > 0 && slot->offset < pump->end)
        pump_write(slot);
    else
        pump_slot_free(slot);
}

static inline void pump_start(struct pump *pump, struct pump_slot *slot)
{
    struct kring *ring = pump->app->ring;
    int error;

    slot->pump = pump;
    slot->offset = pump->next;
    slot->length = PUMP_BYTES;
    slot->op = kring_read_full(ring, pump->in, slot->data, slot->length,
                               pump->in_regular ? pump->next : KRING_CUR_POS);
    error = kring_start(ring, slot->op, pump_read, slot);
    if (error < 0) {
        pump_fail(pump, "read", error);
        return;
    }
    slot->busy = true;
    pump->busy++;
    pump->next += PUMP_BYTES;
}

/* Reads ahead up to the size the file had; beyond it one read at a time looks for the end. */
static inline void pump_fill(struct pump *pump)
{
    unsigned depth = pump->in_regular && pump->out_regular ? PUMP_SLOTS : 1;

    for (unsigned i = 0; i < depth && pump->error == 0 && pump->end == INT64_MAX; i++) {
        if (!pump->slots[i].busy && (pump->next < pump->size || pump->busy == 0))
            pump_start(pump, &pump->slots[i]);
    }
}

static inline void pump_cancel(struct pump *pump)
{
    for (unsigned i = 0; i < PUMP_SLOTS; i++) {
        if (pump->slots[i].busy)
            kring_cancel(pump->app->ring, pump->slots[i].op);
    }
}

/* Needs app, slots with memory, in, out and what is known of them; returns when nothing is in
 * flight any more: 0 or the first error, with pump->what. */
static inline int64_t pump_run(struct pump *pump)
{
    bool canceled = false;

    pump->next = pump->written = pump->done = pump->error = 0;
    pump->end = INT64_MAX;
    for (pump_fill(pump); pump->busy > 0; pump_fill(pump)) {
        int count = kring_run(pump->app->ring, KRING_FOREVER);

        if (count < 0) {
            pump_fail(pump, "wait", count);
            break;
        }
        if (pump->stopped(pump->user))
            pump_fail(pump, "stopped", -EINTR);
        if (pump->error != 0 && !canceled)
            pump_cancel(pump);
        canceled = pump->error != 0;
        pump->moved(pump->user);
    }
    /* A file that shrank while it was read: the copy ends where the earliest end was seen. */
    if (pump->error == 0 && pump->written > pump->end && ftruncate(pump->out, pump->end) < 0)
        pump_fail(pump, "truncate", -errno);
    return pump->error;
}

#endif
