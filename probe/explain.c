/* SPDX-License-Identifier: MIT */
/*
 * Says in a sentence why something is as it is: which operation or modifier needs which kernel,
 * what this kernel is, why the engine was refused, which CONFIG_KRING_ symbol would help.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

#if CONFIG_KRING_EXPLAIN

static const char *const causes[] = {
    [KRING_CAUSE_NONE] = "io_uring works",
    [KRING_CAUSE_OPTION] = "engine soft was asked for (option or KRING_ENGINE)",
    [KRING_CAUSE_CONFIG] = "kring was built with CONFIG_KRING_KERNEL_ENGINE=n",
    [KRING_CAUSE_ABSENT] = "this kernel has no io_uring (older than 5.1, or CONFIG_IO_URING off)",
    [KRING_CAUSE_SYSCTL] = "io_uring is switched off by the sysctl kernel.io_uring_disabled=",
    [KRING_CAUSE_SECCOMP] = "a seccomp filter refuses the io_uring calls",
    [KRING_CAUSE_LSM] = "a security module or a missing privilege refuses io_uring",
    [KRING_CAUSE_MEMLOCK] = "RLIMIT_MEMLOCK is too low for the ring memory",
    [KRING_CAUSE_MEMORY] = "there is no memory for the ring",
    [KRING_CAUSE_FDS] = "no file descriptor is left",
    [KRING_CAUSE_FLAGS] = "a required IORING_SETUP_ flag is refused here",
    [KRING_CAUSE_UNPROVEN] = "a ring was made, but requests do not travel through it correctly",
    [KRING_CAUSE_SIMULATED] = "the simulated kernel has no io_uring",
    [KRING_CAUSE_QUIRK] = "a known fault of this kernel forbids io_uring",
    [KRING_CAUSE_UNKNOWN] = "io_uring was refused for a reason that the evidence does not show",
};

/* Its value, and whom the sysctl leaves io_uring to. */
static void add_sysctl(struct kring__text *text, const struct kring__caps *caps)
{
    kring__text_number(text, caps->sysctl);
    if (caps->sysctl == 2)
        return;
    kring__text_add(text, ", which leaves it to CAP_SYS_ADMIN and, by kernel.io_uring_group, to ");
    if (caps->sysctl_group < 0) {
        kring__text_add(text, "no group");
        return;
    }
    kring__text_add(text, "group ");
    kring__text_number(text, caps->sysctl_group);
}

static void add_cause(struct kring__text *text, const struct kring__caps *caps)
{
    unsigned cause = caps->pub.cause;

    kring__text_add(text, cause < sizeof causes / sizeof causes[0] ? causes[cause] : "?");
    if (cause == KRING_CAUSE_NONE)
        return;
    if (cause == KRING_CAUSE_SYSCTL)
        add_sysctl(text, caps);
    kring__text_add(text, caps->pub.cause_certain ? " (certain" : " (probable");
    if (caps->pub.kernel_error != 0) {
        kring__text_add(text, ", ");
        kring__text_add(text, kring_error_name(caps->pub.kernel_error));
        kring__text_add(text, " = ");
        kring__text_number(text, caps->pub.kernel_error);
    }
    if (cause == KRING_CAUSE_MEMLOCK || cause == KRING_CAUSE_MEMORY) {
        kring__text_add(text, ", ");
        kring__text_number(text, (int64_t)caps->pub.bytes_needed);
        kring__text_add(text, " bytes are needed for the smallest ring tried");
    }
    kring__text_add(text, ")");
}

static void add_kernel(struct kring__text *text, const struct kring__caps *caps)
{
    kring__text_add(text, "this kernel is ");
    kring__text_add(text, caps->kernel);
    if (caps->release != 0) {
        kring__text_add(text, ", simulated as ");
        kring__text_release(text, caps->release);
    }
}

/* The CONFIG_KRING_ symbol of an operation's family, NULL for what is always built. */
static const char *family_symbol(unsigned opcode)
{
#define FAMILY_CORE NULL
#define FAMILY_FILE "CONFIG_KRING_FILE"
#define FAMILY_FIXED "CONFIG_KRING_REGISTERED_BUFFERS"
#define FAMILY_NET "CONFIG_KRING_NET"
#define FAMILY_ZEROCOPY "CONFIG_KRING_ZEROCOPY"
#define FAMILY_POLL "CONFIG_KRING_POLL"
#define FAMILY_TIME "CONFIG_KRING_TIME"
#define FAMILY_SPLICE "CONFIG_KRING_SPLICE"
#define FAMILY_PROCESS "CONFIG_KRING_PROCESS"
#define FAMILY_RING "CONFIG_KRING_RING"
#define FAMILY_ROW(id, name, opcode, since, wait, flags, family) [opcode] = FAMILY_##family,
    static const char *const symbols[KRING__OP_COUNT] = {KRING__OPS(FAMILY_ROW, FAMILY_ROW)};

    return symbols[opcode];
}

struct need {
    const char *what; /* what is missing, a name */
    uint16_t since;
    uint8_t evidence;
    const struct kring__quirk *quirk;
};

static void sqe_flag_need(struct need *need, unsigned bit)
{
#define FLAG_ROW(id, flag, since, text) {flag, since, text},
    static const struct {
        unsigned flag;
        uint16_t since;
        const char *name;
    } rows[] = {KRING__SQE_FLAGS(FLAG_ROW)};

    need->what = "an SQE flag beyond those of Linux 7.2";
    need->since = 0;
    need->evidence = KRING__IMPLIED;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (bit < 8 && rows[i].flag == 1u << bit) {
            need->what = rows[i].name;
            need->since = rows[i].since;
        }
}

static void find_need(struct need *need, const struct kring__caps *caps, unsigned opcode,
                      int missing)
{
    memset(need, 0, sizeof *need);
    if (missing >= 0) {
        need->what = kring__variant_rows[missing].name;
        need->since = kring__variant_rows[missing].since;
        need->evidence = caps->variant[missing].evidence;
    } else if (missing <= KRING__MISSING_QUIRK) {
        need->quirk = &kring__quirk_rows[KRING__MISSING_QUIRK - missing];
        need->what = kring__rows[opcode].name;
    } else if (missing <= -2) {
        sqe_flag_need(need, (unsigned)(-2 - missing));
        if (opcode == IORING_OP_SEND || opcode == IORING_OP_SENDMSG)
            need->since = need->since == KRING__V(5, 7) ? KRING__V(6, 10) : need->since;
    } else {
        need->what = kring__rows[opcode].name;
        need->since = kring__rows[opcode].since;
        need->evidence = caps->op[opcode].evidence;
    }
}

static void add_need(struct kring__text *text, const struct need *need,
                     const struct kring__caps *caps)
{
    if (need->quirk != NULL) {
        kring__text_add(text, need->quirk->effect);
        kring__text_add(text, " on this kernel (quirk ");
        kring__text_add(text, need->quirk->id);
        kring__text_add(text, ", ");
        kring__text_add(text, need->quirk->link);
        kring__text_add(text, "); ");
    } else {
        kring__text_add(text, need->what);
        if (need->since == KRING__NEVER) {
            kring__text_add(text, " is in no io_uring up to Linux 7.2");
        } else if (need->since != 0) {
            kring__text_add(text, " needs io_uring of Linux ");
            kring__text_release(text, need->since);
        } else {
            kring__text_add(text, " needs a newer io_uring");
        }
        kring__text_add(text, " (");
        kring__text_add(text, kring__evidence_name(need->evidence));
        kring__text_add(text, "); ");
    }
    add_kernel(text, caps);
}

static void add_soft(struct kring__text *text, const struct kring__caps *caps, unsigned opcode)
{
    const char *symbol = family_symbol(opcode);
    const struct kring__row *row = &kring__rows[kring__narrow(opcode)];

    if (!row->enabled && symbol != NULL) {
        kring__text_add(text, "; it was left out of this build: ");
        kring__text_add(text, symbol);
        kring__text_add(text, "=y would put it in");
    } else if (row->attempt != NULL && caps->pub.soft_available && (row->flags & KRING__THREAD)) {
        kring__text_add(text,
                        "; the soft engine runs it on a thread that the option offload lends");
    } else if (row->attempt != NULL && caps->pub.soft_available) {
        kring__text_add(text, "; the soft engine runs it");
    } else if (row->attempt != NULL && !CONFIG_KRING_SOFT_ENGINE) {
        kring__text_add(text, "; CONFIG_KRING_SOFT_ENGINE=y would run it on plain system calls");
    } else if (row->attempt != NULL) {
        kring__text_add(text, "; engine auto instead of kernel would run it on plain system calls");
    } else {
        kring__text_add(text, "; the soft engine cannot run it");
    }
    if (kring__narrow(opcode) == IORING_OP_URING_CMD && row->attempt != NULL)
        kring__text_add(text, ", as far as it is a command of sockets (but tx timestamps)");
}

/* What an operation needs beyond a kernel that has it. */
static void add_requirements(struct kring__text *text, const struct kring__caps *caps,
                             unsigned opcode)
{
    if (kring__is_wide(opcode) && kring__as_narrow(caps, opcode) != opcode)
        kring__text_add(text, "; on the SQEs of 128 bytes of this ring its plain opcode does it");
    else if (kring__is_wide(opcode) && !kring__has_wide(caps))
        kring__text_add(text, "; io_uring has it on rings with SQEs of 128 bytes: "
                              "IORING_SETUP_SQE128 (5.19) or IORING_SETUP_SQE_MIXED (6.19) in "
                              "setup_wanted");
    if (opcode == IORING_OP_RECV_ZC)
        kring__text_add(text,
                        "; recv_zc needs a queue of a network device that is registered with the "
                        "ring (IORING_REGISTER_ZCRX_IFQ: CAP_NET_ADMIN, DEFER_TASKRUN, CQEs of "
                        "32 bytes: IORING_SETUP_CQE32 or IORING_SETUP_CQE_MIXED, and a driver "
                        "that splits headers from data); a receive into a pool works everywhere, "
                        "by copy");
}

static void add_native(struct kring__text *text, const struct kring__caps *caps, unsigned opcode,
                       uint64_t variants)
{
    const char *name = kring__rows[opcode].name;
    uint16_t since = kring__rows[opcode].since;
    unsigned evidence = caps->op[opcode].evidence;

    for (unsigned i = 0; i < KRING__VARIANT_COUNT; i++)
        if ((variants >> i & 1) && kring__variant_rows[i].since > since) {
            name = kring__variant_rows[i].name; /* the youngest of what is asked */
            since = kring__variant_rows[i].since;
            evidence = caps->variant[i].evidence;
        }
    kring__text_add(text, name);
    kring__text_add(text, " is native here (");
    kring__text_add(text, kring__evidence_name(evidence));
    kring__text_add(text, ", since ");
    kring__text_release(text, since);
    kring__text_add(text, "); ");
    add_kernel(text, caps);
}

static void add_error(struct kring__text *text, int64_t error)
{
    static const struct {
        int code;
        const char *meaning;
    } own[] = {
        {KRING_EKERNEL, "nothing here can run it"},
        {KRING_EIDLE, "nothing is started, so nothing can complete"},
        {KRING_ECLOSED, "a callback closed the ring"},
        {KRING_ELOST, "the kernel took it and can never report it; its memory stays borrowed"},
        {KRING_EEOF, "the end came before the whole length"},
        {ESTALE, "the handle's operation has ended, or the ring belongs to a parent process"},
        {ECANCELED, "it was cancelled, or a member before it in its chain failed"},
        {ETIME, "its time passed"},
        {ENOBUFS, "no buffer of its pool is free"},
    };

    kring__text_add(text, kring_error_name(error));
    kring__text_add(text, " (");
    kring__text_number(text, error);
    kring__text_add(text, ")");
    for (unsigned i = 0; i < sizeof own / sizeof own[0]; i++)
        if (error == -own[i].code) {
            kring__text_add(text, ", ");
            kring__text_add(text, own[i].meaning);
        }
    kring__text_add(text, ": ");
}

size_t kring__cause_text(const struct kring__caps *caps, char *at, size_t size)
{
    struct kring__text text;

    kring__text_init(&text, at, size);
    add_cause(&text, caps);
    return text.length;
}

/* An EINVAL, EOPNOTSUPP or ENOSYS that an engine gave: whose is it? */
static void add_verdict(struct kring__text *text, enum kring__answer answer,
                        const struct need *need)
{
    if (answer == KRING__YES) {
        kring__text_add(text, "; this kernel has the operation and all that was asked of it, so an "
                              "argument is wrong or does not suit this file");
    } else if (answer == KRING__CANNOT_TELL) {
        kring__text_add(text, "; it is not proven that this kernel knows ");
        kring__text_add(text, need->what);
        kring__text_add(text, ", so it may be that");
    } else {
        kring__text_add(text, "; as the soft engine refused it too, an argument is wrong");
    }
}

size_t kring__explain_text(const struct kring__caps *caps, unsigned opcode, uint64_t variants,
                           unsigned sqe_flags, int64_t error, char *at, size_t size)
{
    struct io_uring_sqe sqe;
    struct kring__text text;
    enum kring__answer answer;
    struct need need;
    int missing;

    kring__text_init(&text, at, size);
    if (error != 0)
        add_error(&text, error);
    if (opcode >= KRING__OP_COUNT) {
        kring__text_add(&text, "opcode ");
        kring__text_number(&text, opcode);
        kring__text_add(&text, " is none of the 65 of Linux 7.2");
        return text.length;
    }
    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = (uint8_t)opcode;
    sqe.flags = (uint8_t)sqe_flags;
    answer = kring__caps_check(caps, &sqe, variants, &missing);
    find_need(&need, caps, opcode, missing);
    if (caps->pub.engine != KRING_ENGINE_KERNEL) {
        kring__text_add(&text, kring__rows[opcode].name);
        kring__text_add(&text, " cannot go to io_uring: ");
        add_cause(&text, caps);
        kring__text_add(&text, "; ");
        add_kernel(&text, caps);
        add_soft(&text, caps, opcode);
    } else if (answer == KRING__YES) {
        int quirk = kring__quirk_of_argument(caps, opcode);

        add_native(&text, caps, opcode, variants);
        if (error == -KRING_EKERNEL && quirk >= 0) {
            find_need(&need, caps, opcode, KRING__MISSING_QUIRK - quirk);
            kring__text_add(&text, ", but ");
            add_need(&text, &need, caps);
            add_soft(&text, caps, opcode);
        }
        if (kring__caps_poor(caps, &sqe) != NULL && kring__rows[opcode].attempt != NULL) {
            kring__text_add(&text, ", but engine auto prefers plain system calls: ");
            kring__text_add(&text, kring__caps_poor(caps, &sqe));
        }
        if (!kring__rows[opcode].enabled)
            add_soft(&text, caps, opcode);
    } else {
        add_need(&text, &need, caps);
        if (answer == KRING__CANNOT_TELL)
            kring__text_add(&text, "; it will be tried once before it is trusted");
        add_soft(&text, caps, opcode);
    }
    add_requirements(&text, caps, opcode);
    if (error == -EINVAL || error == -EOPNOTSUPP || error == -ENOSYS)
        add_verdict(&text, answer, &need);
    kring__text_add(&text, ".");
    return text.length;
}

#else

static void pair(struct kring__text *text, const char *name, int64_t number)
{
    kring__text_add(text, name);
    kring__text_number(text, number);
}

size_t kring__cause_text(const struct kring__caps *caps, char *at, size_t size)
{
    struct kring__text text;

    kring__text_init(&text, at, size);
    pair(&text, "cause=", caps->pub.cause);
    pair(&text, " certain=", caps->pub.cause_certain);
    pair(&text, " error=", caps->pub.kernel_error);
    return text.length;
}

size_t kring__explain_text(const struct kring__caps *caps, unsigned opcode, uint64_t variants,
                           unsigned sqe_flags, int64_t error, char *at, size_t size)
{
    struct io_uring_sqe sqe;
    struct kring__text text;
    int missing = -1;

    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = (uint8_t)(opcode < 255 ? opcode : 255);
    sqe.flags = (uint8_t)sqe_flags;
    kring__text_init(&text, at, size);
    pair(&text, "error=", error);
    pair(&text, " quirk=", kring__quirk_of_argument(caps, opcode));
    pair(&text, " opcode=", opcode);
    pair(&text, " answer=", kring__caps_check(caps, &sqe, variants, &missing));
    pair(&text, " missing=", missing);
    pair(&text, " cause=", caps->pub.cause);
    return text.length;
}

#endif
