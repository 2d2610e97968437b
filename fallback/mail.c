/* SPDX-License-Identifier: MIT */
/*
 * Messages from other threads and from signal handlers: a bounded queue for many writers and one
 * reader. Each cell carries the turn in which it may be written or read, so neither side ever
 * waits for the other, and a writer interrupted by a signal handler that writes too is safe.
 */
#include "engine.h"

#include <linux/eventpoll.h>
#include <linux/fcntl.h>

#if CONFIG_KRING_SOFT_ENGINE

int kring__mail_open(struct kring__mail *mail)
{
    long fd = kring__sys_eventfd2(0, O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return (int)fd;
    mail->fd = (int32_t)fd;
    for (uint32_t i = 0; i <= mail->mask; i++)
        kring__store_relaxed(&mail->cells[i].turn, i);
    return 0;
}

int kring__mail_ring(const struct kring__mail *mail)
{
    static const uint64_t one = 1;
    long res = kring__sys_write(mail->fd, &one, sizeof one);

    /* A bell that does not ring is an event lost: not given up for one refusal. */
    if (res < 0)
        res = kring__sys_write(mail->fd, &one, sizeof one);
    /* -EAGAIN says that it rings already. */
    return res < 0 && res != -EAGAIN ? (int)res : 0;
}

int kring__mail_put(struct kring__mail *mail, uint64_t user_data, int32_t res, uint32_t flags)
{
    uint32_t turn = kring__load_relaxed(&mail->tail);
    struct kring__mail_cell *cell;

    for (;;) {
        uint32_t at;

        cell = &mail->cells[turn & mail->mask];
        at = kring__load_acquire(&cell->turn);
        if (at == turn) {
            if (__atomic_compare_exchange_n(&mail->tail, &turn, turn + 1, false,
                                            __ATOMIC_RELAXED, __ATOMIC_RELAXED))
                break;
        } else if ((int32_t)(at - turn) < 0) {
            return -EAGAIN;
        } else {
            turn = kring__load_relaxed(&mail->tail);
        }
    }
    cell->user_data = user_data;
    cell->res = res;
    cell->flags = flags;
    kring__store_release(&cell->turn, turn + 1);
    (void)kring__mail_ring(mail); /* the message is there, and cannot be taken back */
    return 0;
}

bool kring__mail_pending(const struct kring__soft *soft)
{
    const struct kring__mail *mail = &soft->mail;

    return kring__load_acquire(&mail->cells[mail->head & mail->mask].turn) == mail->head + 1;
}

void kring__mail_take(struct kring__soft *soft)
{
    struct kring__mail *mail = &soft->mail;
    bool posted = false;

    while (kring__mail_pending(soft)) {
        struct kring__mail_cell *cell = &mail->cells[mail->head & mail->mask];

        /* Without room the messages stay where they are. */
        if (!kring__cq_post(soft, cell->user_data, cell->res, cell->flags))
            break;
        posted = true;
        kring__store_release(&cell->turn, mail->head + mail->mask + 1);
        mail->head++;
    }
    if (posted)
        kring__cq_posted(soft);
}

void kring__mail_drain(struct kring__soft *soft)
{
    uint64_t count;

    (void)kring__sys_read(soft->mail.fd, &count, sizeof count);
}

struct kring__mail *kring__soft_mail(struct kring__soft *soft)
{
    return &soft->mail;
}

int kring__soft_wake(struct kring__soft *soft)
{
    kring__store_release(&soft->mail.asked, 1);
    return kring__mail_ring(&soft->mail);
}

int kring__soft_wake_fd(struct kring__soft *soft)
{
    return soft->mail.fd;
}

bool kring__soft_woken(struct kring__soft *soft)
{
    bool woken = soft->woken;

    soft->woken = false;
    return woken;
}

#endif
