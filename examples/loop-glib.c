/* SPDX-License-Identifier: MIT */
/* A ring inside a GLib main loop, as a GSource. */
#include "loop.h"

#include <glib.h>

struct ring_source {
    GSource source; /* first, as g_source_new() requires */
    struct loop *loop;
    gpointer tag;
};

/* Runs before GLib sleeps: hands over what callbacks of other sources have started. */
static gboolean ring_prepare(GSource *source, gint *timeout)
{
    struct ring_source *own = (struct ring_source *)source;

    kring_submit(own->loop->ring);
    *timeout = -1; /* the ring's timers make its fd readable too */
    return FALSE;
}

static gboolean ring_check(GSource *source)
{
    struct ring_source *own = (struct ring_source *)source;

    return g_source_query_unix_fd(source, own->tag) != 0;
}

static gboolean ring_dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
    struct ring_source *own = (struct ring_source *)source;

    (void)callback, (void)user;
    loop_serve(own->loop);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs ring_functions = {.prepare = ring_prepare, .check = ring_check,
                                      .dispatch = ring_dispatch};

struct program {
    struct loop loop;
    GMainLoop *main;
};

static gboolean on_tick(gpointer user)
{
    struct program *program = user;

    if (!loop_tick(&program->loop))
        return G_SOURCE_CONTINUE;
    g_main_loop_quit(program->main);
    return G_SOURCE_REMOVE;
}

int main(void)
{
    static struct program program;
    GSource *source = g_source_new(&ring_functions, sizeof(struct ring_source));
    struct ring_source *own = (struct ring_source *)source;
    int fd;

    loop_open(&program.loop);
    fd = kring_fd(program.loop.ring);
    if (fd < 0) {
        say("kring_fd: %s", error_text(fd));
        return EXIT_FAILURE;
    }
    own->loop = &program.loop;
    own->tag = g_source_add_unix_fd(source, fd, G_IO_IN);
    g_source_attach(source, NULL);
    program.main = g_main_loop_new(NULL, FALSE);
    g_timeout_add(LOOP_TICK_MS, on_tick, &program);
    g_main_loop_run(program.main);
    g_source_destroy(source);
    g_source_unref(source);
    g_main_loop_unref(program.main);
    return loop_check(&program.loop);
}
