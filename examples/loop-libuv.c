/* SPDX-License-Identifier: MIT */
/* A ring inside a libuv loop: a poll handle on kring_fd(), and a prepare handle that submits. */
#include "loop.h"

#include <uv.h>

struct program {
    struct loop loop;
    uv_poll_t poll;
    uv_prepare_t prepare;
    uv_timer_t timer;
};

static void on_readable(uv_poll_t *handle, int status, int events)
{
    struct program *program = handle->data;

    (void)events;
    if (status < 0)
        program->loop.error = status;
    else
        loop_serve(&program->loop);
}

/* Runs before libuv sleeps: hands over what other handles' callbacks have started. */
static void on_prepare(uv_prepare_t *handle)
{
    struct program *program = handle->data;

    kring_submit(program->loop.ring);
}

static void on_tick(uv_timer_t *handle)
{
    struct program *program = handle->data;

    if (!loop_tick(&program->loop))
        return;
    uv_close((uv_handle_t *)&program->poll, NULL);
    uv_close((uv_handle_t *)&program->prepare, NULL);
    uv_close((uv_handle_t *)&program->timer, NULL);
}

int main(void)
{
    static struct program program;
    uv_loop_t *main_loop = uv_default_loop();
    int error;

    loop_open(&program.loop);
    error = uv_poll_init(main_loop, &program.poll, kring_fd(program.loop.ring));
    if (error < 0) {
        say("cannot watch the ring: %s", uv_strerror(error));
        return EXIT_FAILURE;
    }
    uv_prepare_init(main_loop, &program.prepare);
    uv_timer_init(main_loop, &program.timer);
    program.poll.data = program.prepare.data = program.timer.data = &program;
    uv_poll_start(&program.poll, UV_READABLE, on_readable);
    uv_prepare_start(&program.prepare, on_prepare);
    uv_timer_start(&program.timer, on_tick, LOOP_TICK_MS, LOOP_TICK_MS);
    uv_run(main_loop, UV_RUN_DEFAULT); /* ends when no handle is left */
    uv_loop_close(main_loop);
    return loop_check(&program.loop);
}
