/* SPDX-License-Identifier: MIT */
/*
 * Messages from other threads and from signal handlers: a bounded queue for many writers and one
 * reader. Each cell carries the turn in which it may be written or read, so neither side ever
 * waits for the other, and a writer interrupted by a signal handler that writes too is safe.
 */
#include "engine.h"

#include <linux/fcntl.h>

#if CONFIG_KRING_SOFT_ENGINE

void kring__mail_init(struct kring__mail *mail, struct kring__mail_cell *cells, int fd)
{
    mail->cells = cells;
    mail->mask = KRING__MAIL_CELLS - 1;
    mail->fd = fd;
    for (uint32_t i = 0; i <= mail->mask; i++)
        kring__store_relaxed(&cells[i].turn, i);
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

static int send(struct kring__mail *mail, const struct kring__letter *letter)
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
    cell->letter = *letter;
    kring__store_release(&cell->turn, turn + 1);
    (void)kring__mail_ring(mail); /* the message is there, and cannot be taken back */
    return 0;
}

int kring__mail_put(struct kring__mail *mail, uint64_t user_data, int32_t res, uint32_t flags)
{
    struct kring__letter letter = {
        .user_data = user_data, .res = res, .flags = flags, .fd = -1};

    return send(mail, &letter);
}

int kring__mail_ready(const struct kring__mail *mail)
{
    return mail->owner && mail->owner->disabled ? -EBADFD : 0;
}

int kring__mail_put_fd(struct kring__mail *mail, int fd, uint32_t file_index, uint64_t user_data,
                       bool quiet)
{
    bool any = file_index == IORING_FILE_INDEX_ALLOC, claimed = false;
    int slot = mail->owner ? kring__files_reserve(mail->owner, file_index, &claimed) : -ENXIO;
    int error = slot;

    if (slot >= 0) {
        struct kring__letter letter = {.user_data = user_data, .res = any ? slot : 0, .fd = fd,
                                       .slot = (uint32_t)slot, .reserved = any, .quiet = quiet};

        error = send(mail, &letter);
        if (error == 0)
            return letter.res;
        if (claimed)
            kring__files_unreserve(mail->owner, (uint32_t)slot);
    }
    (void)kring__sys_close(fd);
    return error;
}

/* The oldest letter, which stays where it is; NULL when there is none. */
static struct kring__letter *oldest(const struct kring__mail *mail)
{
    struct kring__mail_cell *cell = &mail->cells[mail->head & mail->mask];

    return kring__load_acquire(&cell->turn) == mail->head + 1 ? &cell->letter : NULL;
}

static void taken(struct kring__mail *mail)
{
    kring__store_release(&mail->cells[mail->head & mail->mask].turn, mail->head + mail->mask + 1);
    mail->head++;
}

bool kring__mail_pending(const struct kring__mail *mail)
{
    return oldest(mail) != NULL;
}

bool kring__mail_next(struct kring__mail *mail, struct kring__letter *letter)
{
    const struct kring__letter *next = oldest(mail);

    if (!next)
        return false;
    *letter = *next;
    taken(mail);
    return true;
}

void kring__mail_take(struct kring__soft *soft)
{
    bool posted = false;
    struct kring__letter *letter;

    while ((letter = oldest(&soft->mail)) != NULL) {
        if (letter->fd >= 0) {
            kring__files_arrive(soft, letter->slot, letter->reserved, letter->fd);
            letter->fd = -1;
        }
        /* Without room the messages stay where they are. */
        if (!letter->quiet) {
            if (!kring__cq_post(soft, letter->user_data, letter->res, letter->flags))
                break;
            posted = true;
        }
        taken(&soft->mail);
    }
    if (posted)
        kring__cq_posted(soft);
}

void kring__mail_discard(struct kring__mail *mail)
{
    struct kring__letter letter;

    while (kring__mail_next(mail, &letter))
        if (letter.fd >= 0)
            (void)kring__sys_close(letter.fd);
}

bool kring__mail_drain(struct kring__mail *mail)
{
    uint64_t count;

    (void)kring__sys_read(mail->fd, &count, sizeof count);
    if (!kring__load_acquire(&mail->asked))
        return false;
    kring__store_release(&mail->asked, 0);
    return true;
}

int kring__mail_wake(struct kring__mail *mail)
{
    kring__store_release(&mail->asked, 1);
    return kring__mail_ring(mail);
}

struct kring__mail *kring__soft_mail(struct kring__soft *soft)
{
    return &soft->mail;
}

int kring__soft_wake(struct kring__soft *soft)
{
    return kring__mail_wake(&soft->mail);
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
