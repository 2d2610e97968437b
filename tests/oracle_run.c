/* SPDX-License-Identifier: MIT */
/* Runs the text of a program: statements, requests, enters, and the log of what came back. */
#define _GNU_SOURCE
#include "oracle.h"

#include "fallback/soft.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

unsigned oracle_guard_ms = 2000;
#define GUARD_NS ((int64_t)oracle_guard_ms * 1000000)

static jmp_buf give_up;

void oracle_log(struct oracle_run *run, const char *format, ...)
{
    struct oracle_result *result = run->result;
    size_t room = sizeof result->log - result->length;
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(result->log + result->length, room, format, args);
    va_end(args);
    if (length > 0)
        result->length += (size_t)length < room ? (uint32_t)length : (uint32_t)room - 1;
}

void oracle_wrong(struct oracle_run *run, const char *why, const char *detail)
{
    oracle_log(run, "WRONG PROGRAM: %s: %s (%s)\n", why, detail, strerror(errno));
    run->result->wrong = 1;
    longjmp(give_up, 1);
}

void oracle_lacks(struct oracle_run *run, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(run->result->lacks, sizeof run->result->lacks, format, args);
    va_end(args);
    longjmp(give_up, 1);
}

const char *oracle_arg(struct oracle_run *run, unsigned index)
{
    if (index >= run->arg_count)
        oracle_wrong(run, "missing argument after", run->args[run->arg_count - 1]);
    return run->args[index];
}

const char *oracle_key(struct oracle_run *run, const char *key)
{
    size_t length = strlen(key);

    for (unsigned i = 1; i < run->arg_count; i++)
        if (!strncmp(run->args[i], key, length) && run->args[i][length] == '=')
            return run->args[i] + length + 1;
    return NULL;
}

bool oracle_word(struct oracle_run *run, const char *word)
{
    for (unsigned i = 2; i < run->arg_count; i++)
        if (!strcmp(run->args[i], word))
            return true;
    return false;
}

static int64_t one_value(struct oracle_run *run, const char *text)
{
    struct oracle_object *object;
    int64_t value;
    char *end;

    value = (int64_t)strtoull(text, &end, 0);
    if (text[0] == '-')
        value = strtoll(text, &end, 0);
    if (end != text && !*end)
        return value;
    if (oracle_constant(text, &value))
        return value;
    object = oracle_object(run, strncmp(text, "len:", 4) ? text : text + 4);
    if (!object)
        oracle_wrong(run, "unknown word", text);
    if (object->kind == ORACLE_ADDRESS && !strncmp(text, "len:", 4)) {
        uint32_t length;

        memcpy(&length, object->data + 128, sizeof length);
        return length;
    }
    return object->kind == ORACLE_FD || object->kind == ORACLE_CHILD ? object->fd : (int64_t)(uintptr_t)object->data;
}

int64_t oracle_value(struct oracle_run *run, const char *text)
{
    char copy[256];
    int64_t value = 0;
    char mode = '+';

    if (strlen(text) >= sizeof copy)
        oracle_wrong(run, "too long", text);
    strcpy(copy, text);
    for (char *at = copy; at;) {
        char *next = strpbrk(at, "|+");
        char next_mode = next ? *next : 0;

        if (next)
            *next++ = 0;
        value = mode == '|' ? value | one_value(run, at) : value + one_value(run, at);
        mode = next_mode;
        at = next;
    }
    return value;
}

int64_t oracle_duration_ns(struct oracle_run *run, const char *text)
{
    char *end;
    int64_t value = strtoll(text, &end, 10);

    if (!strcmp(end, "ms"))
        return value * 1000000;
    if (!strcmp(end, "us"))
        return value * 1000;
    if (!strcmp(end, "ns"))
        return value;
    if (!strcmp(end, "s"))
        return value * 1000000000;
    oracle_wrong(run, "not a duration", text);
}

uint8_t *oracle_literal(struct oracle_run *run, const char *text, size_t *length)
{
    const char *end = text[0] == '\'' ? strchr(text + 1, '\'') : NULL;
    size_t once = end ? (size_t)(end - text - 1) : 0;
    size_t times = end && end[1] == '*' ? strtoul(end + 2, NULL, 10) : 1;
    uint8_t *data;

    if (!end)
        oracle_wrong(run, "not a literal", text);
    *length = once * times;
    data = malloc(*length + 1);
    for (size_t i = 0; i < times; i++)
        memcpy(data + i * once, text + 1, once);
    return data;
}

/* ---- Requests ---- */

static int64_t key_value(struct oracle_run *run, const char *key, int64_t otherwise)
{
    const char *text = oracle_key(run, key);

    return text ? oracle_value(run, text) : otherwise;
}

/*
 * OP [fd=] [off=] [addr=] [len=] [of=] [ioprio=] [flags=] [ud=] [group=] [index=] [addr3=] [as=]
 * [cmd=] [level=] [optname=]
 * of: the word that rw_flags, msg_flags, poll32_events, ... share.  as: the name of the new fd.
 */
static bool make_request(struct oracle_run *run, const char *verb)
{
    struct oracle_ring *ring = &run->rings[key_value(run, "ring", 0)];
    struct io_uring_sqe *sqe;
    struct oracle_sent *sent;
    const char *as = oracle_key(run, "as");
    unsigned opcode = 0;

    while (opcode < KRING__OP_COUNT && strcmp(kring__rows[opcode].name, verb))
        opcode++;
    if (opcode == KRING__OP_COUNT && strcmp(verb, "op"))
        return false;
    sqe = oracle_ring_sqe(ring);
    if (!sqe || run->sent_count == ORACLE_SENT)
        oracle_wrong(run, "the submission queue is full", verb);
    sqe->opcode = (uint8_t)key_value(run, "opcode", opcode);
    sqe->flags = (uint8_t)key_value(run, "flags", 0);
    sqe->ioprio = (uint16_t)key_value(run, "ioprio", 0);
    sqe->fd = (int32_t)key_value(run, "fd", 0);
    sqe->off = (uint64_t)key_value(run, "off", 0);
    sqe->addr = (uint64_t)key_value(run, "addr", 0);
    if (oracle_key(run, "cmd"))
        sqe->cmd_op = (uint32_t)key_value(run, "cmd", 0);
    if (oracle_key(run, "level"))
        sqe->level = (uint32_t)key_value(run, "level", 0);
    if (oracle_key(run, "optname"))
        sqe->optname = (uint32_t)key_value(run, "optname", 0);
    sqe->len = (uint32_t)key_value(run, "len", 0);
    sqe->rw_flags = (uint32_t)key_value(run, "of", 0);
    if (opcode == IORING_OP_POLL_ADD || opcode == IORING_OP_POLL_REMOVE)
        sqe->poll32_events = kring__poll_mask(sqe->poll32_events);
    sqe->user_data = (uint64_t)key_value(run, "ud", (int64_t)run->next_user_data);
    sqe->buf_group = (uint16_t)key_value(run, "group", 0);
    sqe->file_index = (uint32_t)key_value(run, "index", 0);
    if (oracle_key(run, "addrlen"))
        sqe->addr_len = (uint16_t)key_value(run, "addrlen", 0);
    sqe->addr3 = (uint64_t)key_value(run, "addr3", 0);
    /* The soft engine has no file table to find a ring in: it is given the target's mailbox. */
    if (ring->soft && opcode == IORING_OP_MSG_RING && run->ring_count > 1 &&
        sqe->fd == oracle_ring_fd(&run->rings[1]))
        sqe->__pad2[0] = (uint64_t)(uintptr_t)kring__soft_mail(run->rings[1].engine);
    sqe->personality = (uint16_t)key_value(run, "personality", 0);
    if (sqe->user_data >= run->next_user_data && sqe->user_data < 1000)
        run->next_user_data = sqe->user_data + 1;
    oracle_demand_sqe(run, sqe);
    sent = &run->sent[run->sent_count++];
    sent->user_data = sqe->user_data;
    sent->sqe = *sqe;
    if (as)
        snprintf(sent->as, sizeof sent->as, "%s", as);
    return true;
}

/* ---- What comes back ---- */

/* A notification may have a user_data of its own. */
static bool names(const struct io_uring_sqe *sqe, uint64_t user_data)
{
    bool zero_copy = sqe->opcode == IORING_OP_SEND_ZC || sqe->opcode == IORING_OP_SENDMSG_ZC;

    return sqe->user_data == user_data || (zero_copy && sqe->addr3 && sqe->addr3 == user_data);
}

static struct oracle_sent *sent_of(struct oracle_run *run, uint64_t user_data)
{
    for (unsigned i = 0; i < run->sent_count; i++)
        if (names(&run->sent[i].sqe, user_data) && !run->sent[i].final)
            return &run->sent[i];
    return NULL;
}

static bool makes_fd(const struct io_uring_sqe *sqe)
{
    switch (sqe->opcode) {
    case IORING_OP_ACCEPT:
    case IORING_OP_OPENAT:
    case IORING_OP_OPENAT2:
    case IORING_OP_SOCKET:
    case IORING_OP_FIXED_FD_INSTALL:
        return sqe->file_index == 0;
    default:
        return false;
    }
}

static void note_cover(struct oracle_run *run, const struct io_uring_sqe *sqe, int res)
{
    struct oracle_seen *seen;

    if (sqe->opcode >= KRING__OP_COUNT)
        return;
    seen = &run->result->cover.ops[sqe->opcode];
    if (res < 0 && res > -192)
        seen->errnos[-res / 64] |= (uint64_t)1 << (-res % 64);
    /* What was refused at preparation, or never ran, shows nothing of its flags. */
    if (res == -EINVAL || res == -ECANCELED || res == -EOPNOTSUPP)
        return;
    seen->variants |= kring__variants_of(sqe);
    seen->sqe_flags |= sqe->flags;
    seen->ioprio |= sqe->ioprio;
    seen->op_flags |= sqe->rw_flags;
    seen->len |= sqe->len;
    seen->index |= sqe->file_index;
}

static void bind_fd(struct oracle_run *run, struct oracle_sent *sent, int fd)
{
    char name[24];

    if (!sent->as[0])
        snprintf(sent->as, sizeof sent->as, "fd%u", (unsigned)sent->user_data);
    snprintf(name, sizeof name, "%s", sent->as);
    for (unsigned i = 1; oracle_object(run, name); i++)
        snprintf(name, sizeof name, "%.8s%u", sent->as, i);
    oracle_object_fd(run, name, fd, 'x');
}

/* PIPE names what it made in memory: NAMEr and NAMEw, or two slots. */
static void log_pair(struct oracle_run *run, const struct oracle_sent *sent)
{
    char name[16], text[96];
    int fds[2];

    memcpy(fds, (const void *)(uintptr_t)sent->sqe.addr, sizeof fds);
    for (unsigned i = 0; i < 2; i++) {
        if (sent->sqe.file_index) {
            oracle_log(run, " slot %d", fds[i]);
            continue;
        }
        oracle_log(run, " %s", oracle_fd_text(fds[i], text, sizeof text));
        snprintf(name, sizeof name, "%.12s%s", sent->as[0] ? sent->as : "made", i ? "w" : "r");
        oracle_object_fd(run, name, fds[i], 'p');
    }
}

/* A number that was closed may soon be another descriptor's, and not the same one on both engines. */
static void forget_fd(struct oracle_run *run, int fd)
{
    for (unsigned i = 0; i < run->object_count; i++)
        if (run->objects[i].kind == ORACLE_FD && run->objects[i].fd == fd)
            run->objects[i].fd = -1;
}

static void log_cqe(struct oracle_run *run, const struct io_uring_cqe *cqe)
{
    struct oracle_sent *sent = sent_of(run, cqe->user_data);
    char text[96];

    oracle_log(run, "  cqe %lld %s ", (long long)cqe->user_data,
               sent && sent->sqe.opcode < KRING__OP_COUNT ? kring__rows[sent->sqe.opcode].name : "?");
    if (cqe->flags & IORING_CQE_F_NOTIF) {
        oracle_log(run, "%s", (uint32_t)cqe->res == IORING_NOTIF_USAGE_ZC_COPIED ? "copied" :
                              cqe->res == 0 ? "0" : "?");
    } else if (cqe->res < 0) {
        oracle_log(run, "%s", oracle_errno_name(-cqe->res));
    } else if (sent && makes_fd(&sent->sqe)) {
        oracle_log(run, "fd %s", oracle_fd_text(cqe->res, text, sizeof text));
        bind_fd(run, sent, cqe->res);
    } else {
        oracle_log(run, "%d", cqe->res);
    }
    if (sent && sent->sqe.opcode == IORING_OP_PIPE && cqe->res == 0)
        log_pair(run, sent);
    if (cqe->flags & IORING_CQE_F_BUFFER)
        oracle_log(run, " buffer=%u", cqe->flags >> IORING_CQE_BUFFER_SHIFT);
    oracle_log(run, "%s%s%s%s", cqe->flags & IORING_CQE_F_MORE ? " more" : "",
               cqe->flags & IORING_CQE_F_SOCK_NONEMPTY ? " nonempty" : "",
               cqe->flags & IORING_CQE_F_NOTIF ? " notif" : "",
               cqe->flags & IORING_CQE_F_BUF_MORE ? " buf-more" : "");
    oracle_log(run, "\n");
    if (sent && sent->sqe.opcode == IORING_OP_CLOSE && sent->sqe.file_index == 0 && cqe->res == 0)
        forget_fd(run, sent->sqe.fd);
    if (sent) {
        if (!(cqe->flags & IORING_CQE_F_NOTIF))
            note_cover(run, &sent->sqe, cqe->res);
        sent->final += !(cqe->flags & IORING_CQE_F_MORE);
    }
}

static void take(struct oracle_run *run, struct oracle_ring *ring)
{
    while (run->cqe_count < ORACLE_CQES && oracle_ring_cqe(ring, &run->cqes[run->cqe_count]))
        run->cqe_count++;
}

static void show_cqes(struct oracle_run *run)
{
    struct io_uring_cqe *cqes = run->cqes;

    /* Insertion keeps the order of equal keys: what one multishot posted stays in order. */
    for (unsigned i = 1; i < run->cqe_count && !run->ordered; i++) {
        struct io_uring_cqe cqe = cqes[i];
        unsigned at = i;

        for (; at > 0 && cqes[at - 1].user_data > cqe.user_data; at--)
            cqes[at] = cqes[at - 1];
        cqes[at] = cqe;
    }
    for (unsigned i = 0; i < run->cqe_count; i++)
        log_cqe(run, &cqes[i]);
    run->cqe_count = 0;
}

static int enter(struct oracle_run *run, struct oracle_ring *ring, unsigned want, int64_t ns)
{
    unsigned queued = *ring->sq_tail - __atomic_load_n(ring->sq_head, __ATOMIC_ACQUIRE);
    struct kring_timespec time = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
    struct io_uring_getevents_arg arg = { .ts = (uint64_t)(uintptr_t)&time };
    unsigned flags = IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG |
                     (unsigned)key_value(run, "more", 0);

    unsigned submit = (unsigned)key_value(run, "submit", queued);
    int result = oracle_ring_enter(ring, submit, want, flags, &arg, sizeof arg);

    oracle_demand_whole_batch(run, result, submit < queued ? submit : queued);
    return result;
}

/* enter WANT [wait=DURATION] [keep] [ring=1] [submit=N] [more=FLAGS]: keep leaves the CQEs. */
static void do_enter(struct oracle_run *run)
{
    struct oracle_ring *ring = &run->rings[key_value(run, "ring", 0)];
    unsigned want = (unsigned)oracle_value(run, oracle_arg(run, 1));
    const char *wait = oracle_key(run, "wait");
    int result = enter(run, ring, want, wait ? oracle_duration_ns(run, wait) : GUARD_NS);

    if (result < 0)
        oracle_log(run, "enter -> %s\n", oracle_errno_name(-result));
    else
        oracle_log(run, "enter -> %d\n", result);
    if (__atomic_load_n(ring->sq_flags, __ATOMIC_RELAXED) & IORING_SQ_CQ_OVERFLOW)
        oracle_log(run, "  overflow\n");
    if (oracle_word(run, "keep"))
        return;
    take(run, ring);
    show_cqes(run);
}

/* Has this request its last CQE, though it may not be logged yet? */
static bool ended(struct oracle_run *run, uint64_t user_data)
{
    for (unsigned i = 0; i < run->cqe_count; i++)
        if (run->cqes[i].user_data == user_data && !(run->cqes[i].flags & IORING_CQE_F_MORE))
            return true;
    return !sent_of(run, user_data);
}

/* until USER_DATA...: enters again and again, until all of these have completed. */
static void do_until(struct oracle_run *run)
{
    struct oracle_ring *ring = &run->rings[0];
    uint64_t wanted[ORACLE_ARGS];
    unsigned count = 0, missing = 1;

    for (unsigned i = 1; i < run->arg_count; i++)
        wanted[count++] = (uint64_t)oracle_value(run, run->args[i]);
    for (unsigned i = 0; i < 64 && missing; i++) {
        missing = 0;
        for (unsigned j = 0; j < count; j++)
            missing += !ended(run, wanted[j]);
        if (missing && enter(run, ring, 1, GUARD_NS) == -ETIME)
            break;
        take(run, ring);
    }
    oracle_log(run, "until\n");
    show_cqes(run);
}

/* ---- Statements ---- */

static void open_ring(struct oracle_run *run)
{
    unsigned index = run->ring_count;
    int result, before = oracle_count_fds();
    char name[16];

    if (index == ORACLE_RINGS)
        oracle_wrong(run, "too many rings", "");
    oracle_demand_setup(run, run->setup_flags);
    result = oracle_ring_open(&run->rings[index], run->soft, run->entries, run->cq_entries,
                              run->setup_flags);
    if (result < 0) {
        errno = -result;
        oracle_wrong(run, "setup", oracle_errno_name(-result));
    }
    run->ring_count++;
    /* The engine's own descriptors do not count. */
    run->fds_before += oracle_count_fds() - before;
    snprintf(name, sizeof name, "ring%u", index);
    oracle_object_new(run, name, ORACLE_QUIET, 0)->kind = ORACLE_FD;
    oracle_object(run, name)->what = 'R';
    oracle_object(run, name)->fd = oracle_ring_fd(&run->rings[index]);
}

/* Splits at blanks, but not within '...'. */
static void split(struct oracle_run *run, char *text)
{
    run->arg_count = 0;
    while (*text) {
        bool quoted = false;

        while (*text == ' ' || *text == '\n')
            text++;
        if (!*text)
            break;
        if (run->arg_count == ORACLE_ARGS)
            oracle_wrong(run, "too many words", text);
        run->args[run->arg_count++] = text;
        for (; *text && (quoted || (*text != ' ' && *text != '\n')); text++)
            quoted ^= *text == '\'';
        if (*text)
            *text++ = 0;
    }
}

static void do_statement(struct oracle_run *run, char *text)
{
    const char *verb;

    split(run, text);
    if (run->arg_count == 0)
        return;
    verb = run->args[0];
    if (!strcmp(verb, "ordered")) {
        run->ordered = oracle_kernel_orders();
    } else if (!strcmp(verb, "unordered")) {
        run->ordered = false;
    } else if (!strcmp(verb, "since")) {
        unsigned major = 0, minor = 0;

        sscanf(oracle_arg(run, 1), "%u.%u", &major, &minor);
        oracle_demand_release(run, KRING__V(major, minor));
    } else if (!strcmp(verb, "setup")) {
        run->entries = (unsigned)key_value(run, "entries", run->entries);
        run->cq_entries = (unsigned)key_value(run, "cq", 0);
        run->setup_flags = (unsigned)key_value(run, "flags", 0);
    } else {
        if (run->ring_count == 0)
            open_ring(run);
        if (!strcmp(verb, "ring"))
            open_ring(run);
        else if (!strcmp(verb, "enter"))
            do_enter(run);
        else if (!strcmp(verb, "until"))
            do_until(run);
        else if (!oracle_make(run, verb) && !oracle_make_memory(run, verb) &&
                 !oracle_act(run, verb) && !oracle_process(run, verb) && !oracle_tree(run, verb) &&
                 !oracle_limits(run, verb) && !make_request(run, verb))
            oracle_wrong(run, "unknown statement", verb);
    }
}

unsigned oracle_in_flight(const struct oracle_run *run)
{
    unsigned count = 0;

    for (unsigned i = 0; i < run->sent_count; i++)
        count += !run->sent[i].final && !(run->sent[i].sqe.flags & IOSQE_CQE_SKIP_SUCCESS);
    return count;
}

/* One request that means all, or one for each where that is not to be had: none if there is no room. */
static bool queue_cancels(struct oracle_run *run, struct oracle_ring *ring)
{
    bool any = oracle_cancels_any(), queued = false;

    for (unsigned i = 0; i < run->sent_count; i++) {
        const struct oracle_sent *sent = &run->sent[i];
        struct io_uring_sqe *sqe;

        if (sent->final || sent->sqe.flags & IOSQE_CQE_SKIP_SUCCESS || (any && queued))
            continue;
        sqe = oracle_ring_sqe(ring);
        if (!sqe)
            break;
        sqe->opcode = IORING_OP_ASYNC_CANCEL;
        sqe->cancel_flags = any ? IORING_ASYNC_CANCEL_ANY : 0;
        sqe->addr = any ? 0 : sent->user_data;
        sqe->user_data = 999999;
        queued = true;
    }
    return queued;
}

static bool all_ended(struct oracle_run *run)
{
    for (unsigned i = 0; i < run->sent_count; i++)
        if (!(run->sent[i].sqe.flags & IOSQE_CQE_SKIP_SUCCESS) && !ended(run, run->sent[i].user_data))
            return false;
    return true;
}

/*
 * What still waits must be the same requests on both engines: cancelled by one more request. When
 * each of them then ends is the kernel's: they are shown together.
 */
static void cancel_rest(struct oracle_run *run)
{
    struct oracle_ring *ring = &run->rings[0];

    if (!queue_cancels(run, ring))
        return;
    oracle_log(run, "cancel\n");
    run->arg_count = 0;
    for (unsigned i = 0; i < 8 && (i == 0 || !all_ended(run)); i++) {
        enter(run, ring, 1, 3000000);
        take(run, ring);
    }
    show_cqes(run);
}

/* The last enter takes what came unasked; requests without a CQE were skipped ones. */
static void finish(struct oracle_run *run)
{
    run->arg_count = 0;
    for (unsigned i = 0; i < run->ring_count; i++) {
        oracle_ring_enter(&run->rings[i], 0, 0, IORING_ENTER_GETEVENTS, NULL, 0);
        oracle_log(run, "rest\n");
        take(run, &run->rings[i]);
        show_cqes(run);
    }
    for (unsigned i = 0; i < run->sent_count; i++)
        if (run->sent[i].sqe.flags & IOSQE_CQE_SKIP_SUCCESS && !run->sent[i].final)
            note_cover(run, &run->sent[i].sqe, 0);
    if (oracle_in_flight(run))
        cancel_rest(run);
    /* The soft table holds duplicates, the kernel's does not: neither counts. */
    for (unsigned i = 0; i < run->ring_count; i++)
        oracle_ring_register(&run->rings[i], IORING_UNREGISTER_FILES, NULL, 0);
    oracle_log(run, "fds %+d\n", oracle_count_fds() - 3 - run->fds_before);
    oracle_snapshot(run);
    run->result->finished = 1;
}

void oracle_run_text(struct oracle_run *run, const char *text)
{
    char *copy = strdup(text), *at = copy;

    run->entries = 32;
    run->next_user_data = 1;
    if (setjmp(give_up))
        return;
    while (at) {
        char *statement = strsep(&at, ";");

        do_statement(run, statement);
    }
    finish(run);
}
