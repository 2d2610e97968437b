/* SPDX-License-Identifier: MIT */
/*
 * What the kernel of this machine has, asked of the kernel itself: a program that wants more is
 * skipped, with the reason, before the request or the call that wants it is made (an old kernel may
 * ignore a field that it does not know: CLOSE with a slot closes descriptor 0 below 5.15).
 */
#define _GNU_SOURCE
#include "oracle.h"

#include "probe/probe.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

static struct {
    struct kring__caps caps;
    int error;         /* of opening a ring, or 0 */
    uint16_t release;  /* by uname, or by evidence where a stable kernel has more */
    const struct kring__release *row;
} facts;

static void settle_variants(void)
{
    struct io_uring_sqe sqe;
    int missing;

    for (unsigned i = 0; i < KRING__VARIANT_COUNT; i++) {
        memset(&sqe, 0, sizeof sqe);
        sqe.opcode = kring__variant_rows[i].opcode;
        kring__caps_settle(&facts.caps, &sqe, UINT64_C(1) << i, &missing);
    }
}

void oracle_facts_find(void)
{
    const struct kring__wish wish = { .engine = KRING_ENGINE_KERNEL, .entries = 8, .exact = true };
    struct kring__kernel kernel;
    unsigned major = 0, minor = 0;
    struct utsname name;

    if (facts.release)
        return;
    uname(&name);
    sscanf(name.release, "%u.%u", &major, &minor);
    facts.release = KRING__V(major, minor);
    facts.error = kring__kernel_open(&kernel, &wish, &facts.caps);
    if (facts.error == 0) {
        settle_variants();
        kring__kernel_close(&kernel);
    }
    if (facts.caps.rank > facts.release)
        facts.release = facts.caps.rank;
    facts.row = kring__release_row(facts.release);
}

const char *oracle_unavailable(void)
{
    static char text[96];

    if (!CONFIG_KRING_SOFT_ENGINE)
        return "the soft engine is configured out";
    oracle_facts_find();
    if (facts.error)
        snprintf(text, sizeof text, "no io_uring to compare with: %s", strerror(-facts.error));
    else if (!(facts.caps.pub.features & IORING_FEAT_NODROP))
        snprintf(text, sizeof text, "this io_uring is older than 5.5");
    return *text ? text : NULL;
}

const char *oracle_undescribed(void)
{
    uint32_t release = oracle_kernel_release();

    return release < KRING__V(6, 1) && release != KRING__V(5, 10)
               ? "what kernels below 6.1 do otherwise is described of 5.10 alone (docs/differences.md)" : NULL;
}

uint32_t oracle_kernel_release(void)
{
    oracle_facts_find();
    return facts.release;
}

bool oracle_kernel_orders(void)
{
    /* Seen on 6.12, not on 6.1, where task work is a stack. */
    return facts.release >= KRING__V(6, 12);
}

static const char *version(uint16_t since, char *text)
{
    if (since == KRING__NEVER)
        return "no Linux has it";
    sprintf(text, "Linux %u.%u", since >> 8, since & 255u);
    return text;
}

static bool there(const struct kring__known *known, uint16_t since)
{
    return known->answer == KRING__YES ||
           (known->answer == KRING__CANNOT_TELL && since <= facts.release);
}

void oracle_demand_release(struct oracle_run *run, uint16_t since)
{
    char text[32];

    if (since > facts.release)
        oracle_lacks(run, "what it shows is of %s", version(since, text));
}

static void demand_sqe_flags(struct oracle_run *run, unsigned flags)
{
    static const struct { uint8_t bit; uint16_t since; const char *name; } rows[] = {
#define ROW(id, bit, since, name) { bit, since, name },
        KRING__SQE_FLAGS(ROW)
#undef ROW
    };
    char text[32];

    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (flags & rows[i].bit && !(facts.caps.sqe_flags & rows[i].bit))
            oracle_lacks(run, "%s (%s)", rows[i].name, version(rows[i].since, text));
}

/* Quirk Q085. */
static bool has_ancillary(const struct oracle_run *run, const struct io_uring_sqe *sqe)
{
    if (sqe->opcode != IORING_OP_SENDMSG && sqe->opcode != IORING_OP_RECVMSG)
        return false;
    for (unsigned i = 0; i < run->object_count; i++) {
        const struct oracle_object *object = &run->objects[i];

        if (object->kind == ORACLE_MSGHDR && (uintptr_t)object->data == sqe->addr)
            return ((const struct msghdr *)(const void *)object->data)->msg_controllen != 0;
    }
    return false;
}

/* Quirk Q092. */
static bool blocks_the_caller(const struct io_uring_sqe *sqe)
{
    struct pollfd file = { .fd = sqe->fd, .events = POLLIN };

    return (sqe->opcode == IORING_OP_READ || sqe->opcode == IORING_OP_READV) &&
           !(sqe->flags & IOSQE_FIXED_FILE) && isatty(sqe->fd) &&
           !(fcntl(sqe->fd, F_GETFL) & O_NONBLOCK) && poll(&file, 1, 0) == 0;
}

void oracle_demand_sqe(struct oracle_run *run, const struct io_uring_sqe *sqe)
{
    const struct kring__row *row = kring__row(sqe->opcode);
    uint64_t variants = kring__variants_of(sqe);
    char text[32];

    if (row && !there(&facts.caps.op[sqe->opcode], row->since))
        oracle_lacks(run, "%s (%s)", row->name, version(row->since, text));
    for (unsigned i = 0; i < KRING__VARIANT_COUNT; i++) {
        const struct kring__variant_row *variant = &kring__variant_rows[i];

        if (variants >> i & 1 && !there(&facts.caps.variant[i], variant->since))
            oracle_lacks(run, "%s (%s)", variant->name, version(variant->since, text));
    }
    demand_sqe_flags(run, sqe->flags);
    if (sqe->ioprio && facts.release < KRING__V(5, 19))
        oracle_lacks(run, "a look at ioprio (Linux 5.19; older ones ignore it)");
    if (facts.release < KRING__V(5, 12) && has_ancillary(run, sqe))
        oracle_lacks(run, "ancillary data (Linux 5.12)");
    if (facts.release < KRING__V(5, 15) && blocks_the_caller(sqe))
        oracle_lacks(run, "a read of a terminal that waits outside of the call (Linux 5.15)");
    /* No variant: it is the flag that is old. */
    if (sqe->opcode == IORING_OP_SEND && sqe->flags & IOSQE_BUFFER_SELECT)
        oracle_demand_release(run, KRING__V(6, 10));
}

void oracle_demand_whole_batch(struct oracle_run *run, int submitted, unsigned queued)
{
    if (!run->soft && submitted >= 0 && (unsigned)submitted < queued &&
        facts.release < KRING__V(5, 18))
        oracle_lacks(run, "files looked up late (Linux 5.18; one that is not open ended the batch)");
}

bool oracle_cancels_any(void)
{
    return there(&facts.caps.variant[KRING__VARIANT_CANCEL_FLAGS], KRING__V(5, 19));
}

void oracle_demand_inet6(struct oracle_run *run)
{
    struct sockaddr_in6 loopback = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (void *)&loopback, sizeof loopback) < 0)
        oracle_lacks(run, "IPv6");
    close(fd);
}

void oracle_demand_setup(struct oracle_run *run, unsigned flags)
{
    if (flags & ~facts.row->setup_flags)
        oracle_lacks(run, "setup flags 0x%x", flags & ~facts.row->setup_flags);
}

/* Does this call wait there for every request in flight: for ever, if they wait for the program? */
static bool quiesces(unsigned op)
{
    if (facts.release >= KRING__V(5, 18))
        return false;
    if (!oracle_has_register(op))
        return true;
    if (facts.release >= KRING__V(5, 13))
        return op == IORING_REGISTER_ENABLE_RINGS || op == IORING_REGISTER_RESTRICTIONS;
    return op != IORING_UNREGISTER_FILES && op != IORING_REGISTER_FILES_UPDATE &&
           op != IORING_REGISTER_PROBE && op != IORING_REGISTER_PERSONALITY &&
           op != IORING_UNREGISTER_PERSONALITY;
}

/* Is there a request in flight that uses what is registered? */
static bool in_use(const struct oracle_run *run, unsigned op)
{
    for (unsigned i = 0; i < run->sent_count; i++) {
        const struct io_uring_sqe *sqe = &run->sent[i].sqe;

        if (run->sent[i].final)
            continue;
        if (op == IORING_UNREGISTER_FILES && sqe->flags & IOSQE_FIXED_FILE)
            return true;
        if (op == IORING_UNREGISTER_BUFFERS &&
            (sqe->opcode == IORING_OP_READ_FIXED || sqe->opcode == IORING_OP_WRITE_FIXED ||
             sqe->opcode == IORING_OP_READV_FIXED || sqe->opcode == IORING_OP_WRITEV_FIXED))
            return true;
    }
    return false;
}

bool oracle_has_register(unsigned op)
{
    return op < facts.row->register_count;
}

void oracle_demand_register(struct oracle_run *run, unsigned op)
{
    const struct kring__release *newest = kring__release_row(UINT16_MAX);

    /* An unknown number is the same mistake everywhere. */
    if (!oracle_has_register(op) && op < newest->register_count)
        oracle_lacks(run, "register call %u", op);
    if (quiesces(op) && oracle_in_flight(run))
        oracle_lacks(run, "register call %u while requests wait (older kernels wait for them)", op);
    if (facts.release < KRING__V(6, 13) && in_use(run, op))
        oracle_lacks(run, "unregistering what requests use (Linux 6.13; older ones wait for them)");
}
