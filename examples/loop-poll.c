/* SPDX-License-Identifier: MIT */
/*
 * A ring inside a poll loop, the way that needs neither epoll nor timerfd: kring_pollfds() says
 * what to wait for and kring_next_timeout() how long.
 */
#include "loop.h"

#include <poll.h>

enum { FDS = 64 };

/* The loop's own wait in milliseconds, shortened to the ring's next timer, rounded up. */
static int timeout_ms(struct loop *loop, int64_t own_ns)
{
    int64_t next = kring_next_timeout(loop->ring);

    if (own_ns < 0)
        own_ns = 0;
    if (next >= 0 && next < own_ns)
        own_ns = next;
    return (int)((own_ns + KRING_MS - 1) / KRING_MS);
}

int main(void)
{
    static struct loop loop;
    struct kring_pollfd wanted[FDS];
    struct pollfd fds[FDS];
    int64_t tick = now_ns() + LOOP_TICK_MS * KRING_MS;
    bool ended = false;

    loop_open(&loop);
    while (!ended) {
        bool ready = false;
        int count;

        kring_submit(loop.ring);
        count = kring_pollfds(loop.ring, wanted, FDS);
        if (count < 0 || count > FDS) {
            say("kring_pollfds: %d", count);
            return EXIT_FAILURE;
        }
        for (int i = 0; i < count; i++)
            fds[i] = (struct pollfd){wanted[i].fd, wanted[i].events, 0};
        if (poll(fds, (nfds_t)count, timeout_ms(&loop, tick - now_ns())) < 0 && errno != EINTR)
            return EXIT_FAILURE;
        for (int i = 0; i < count; i++)
            ready = ready || fds[i].revents != 0;
        if (ready || kring_next_timeout(loop.ring) == 0)
            loop_serve(&loop);
        if (now_ns() >= tick) {
            tick += LOOP_TICK_MS * KRING_MS;
            ended = loop_tick(&loop);
        }
    }
    return loop_check(&loop);
}
