/* SPDX-License-Identifier: MIT */
/* A ring inside an epoll loop: kring_fd() is one more descriptor to watch. */
#include "loop.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>

static int tick_timer(void)
{
    struct itimerspec every = {{0, LOOP_TICK_MS * KRING_MS}, {0, LOOP_TICK_MS * KRING_MS}};
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

    if (fd >= 0)
        timerfd_settime(fd, 0, &every, NULL);
    return fd;
}

static bool watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data = {.fd = fd}};

    if (fd < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
        say("cannot watch descriptor %d: %s", fd, error_text(fd < 0 ? fd : -errno));
        return false;
    }
    return true;
}

int main(void)
{
    static struct loop loop;
    struct epoll_event events[8];
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int tick = tick_timer();
    uint64_t expirations;
    bool ended = false;

    loop_open(&loop);
    if (!watch(epoll, kring_fd(loop.ring)) || !watch(epoll, tick))
        return EXIT_FAILURE;
    while (!ended) {
        int count;

        kring_submit(loop.ring); /* whatever was started since, before the loop sleeps */
        count = epoll_wait(epoll, events, 8, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd != tick)
                loop_serve(&loop);
            else if (read(tick, &expirations, sizeof expirations) > 0)
                ended = loop_tick(&loop);
        }
    }
    close(tick);
    close(epoll);
    return loop_check(&loop);
}
