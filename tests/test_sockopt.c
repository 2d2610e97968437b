/* SPDX-License-Identifier: MIT */
/* Socket commands: options, names and queues of sockets, on both engines and on direct ones. */
#include "rings.h"

#include "kring/uapi.h"
#include "ops/ops.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/un.h>
#include <unistd.h>

static int tcp_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CU_ASSERT_FATAL(fd >= 0);
    return fd;
}

/* A level of which no kernel's io_uring reads options needs the soft engine. */
static bool reads_all_levels(struct kring *ring)
{
    struct kring_caps caps;

    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    return caps.soft_available != 0;
}

/* Can the ring run it at all? An engine kernel on an old kernel cannot. Consumes op. */
static bool runs(struct kring *ring, kring_op op)
{
    struct rings_log log = {0};
    int error = kring_start(ring, op, rings_done, &log);

    if (error == -KRING_EKERNEL)
        return false;
    CU_ASSERT_EQUAL(error, 0);
    /* What was not proven yet is tried first. */
    return error == 0 && rings_until(ring, &log, 1) && log.last.value != -KRING_EKERNEL;
}

static bool has_options(struct kring *ring)
{
    return runs(ring, kring_getsockopt_type(ring, -1));
}

static bool has_names(struct kring *ring)
{
    return runs(ring, kring_getsockname(ring, -1, NULL, NULL));
}

#define NEEDS(condition, why)      \
    do {                           \
        if (!(condition)) {        \
            rings_close(ring);     \
            kring_test_skip(why);  \
            return;                \
        }                          \
    } while (0)

/* ---- The calls that take any option ---- */

static void an_option_is_set_and_read(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    int fd, one = 1, value = -1, really = 0;
    socklen_t length = sizeof really;

    NEEDS(has_options(ring), "no socket options here");
    fd = tcp_socket();
    CU_ASSERT_EQUAL(rings_do(ring, kring_setsockopt(ring, fd, SOL_SOCKET, SO_KEEPALIVE, &one,
                                                    sizeof one)), 0);
    CU_ASSERT_EQUAL(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &really, &length), 0);
    CU_ASSERT_EQUAL(really, 1);
    CU_ASSERT_EQUAL(rings_do(ring, kring_getsockopt(ring, fd, SOL_SOCKET, SO_KEEPALIVE, &value,
                                                    sizeof value)), 4);
    CU_ASSERT_EQUAL(value, 1);
    /* Less room: less of it, and the length says so. */
    value = -1;
    CU_ASSERT_EQUAL(rings_do(ring, kring_getsockopt(ring, fd, SOL_SOCKET, SO_KEEPALIVE, &value, 2)),
                    2);
    CU_ASSERT_NOT_EQUAL(value, 1);
    CU_ASSERT_NOT_EQUAL(value, -1);
    /* More: only what the option has. */
    CU_ASSERT_EQUAL(rings_do(ring, kring_getsockopt(ring, fd, SOL_SOCKET, SO_KEEPALIVE,
                                                    (int[4]){0}, 16)), 4);
    close(fd);
    rings_close(ring);
}
RINGS_TEST(an_option_is_set_and_read)

static void mistakes_have_the_errors_of_the_calls(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    int fd, value = 1, event;

    NEEDS(has_options(ring), "no socket options here");
    fd = tcp_socket();
    event = eventfd(0, EFD_CLOEXEC);
    CU_ASSERT_EQUAL(rings_do(ring, kring_getsockopt(ring, fd, SOL_SOCKET, 9999, &value, 4)),
                    -ENOPROTOOPT);
    CU_ASSERT_EQUAL(rings_do(ring, kring_setsockopt(ring, fd, SOL_SOCKET, 9999, &value, 4)),
                    -ENOPROTOOPT);
    CU_ASSERT_EQUAL(rings_do(ring, kring_setsockopt(ring, fd, SOL_SOCKET, SO_KEEPALIVE, &value, 2)),
                    -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_getsockopt(ring, fd, SOL_SOCKET, SO_TYPE, &value,
                                                    UINT32_MAX)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_getsockopt(ring, fd, SOL_SOCKET, SO_TYPE, NULL, 4)),
                    -EFAULT);
    CU_ASSERT_EQUAL(rings_do(ring, kring_getsockopt(ring, -1, SOL_SOCKET, SO_TYPE, &value, 4)),
                    -EBADF);
    /* An eventfd takes no commands, whoever is asked. */
    CU_ASSERT_EQUAL(rings_do(ring, kring_getsockopt(ring, event, SOL_SOCKET, SO_TYPE, &value, 4)),
                    -EOPNOTSUPP);
    CU_ASSERT_EQUAL(rings_do(ring, kring_siocinq(ring, event)), -EOPNOTSUPP);
    close(event);
    close(fd);
    rings_close(ring);
}
RINGS_TEST(mistakes_have_the_errors_of_the_calls)

static void what_the_kernel_refuses_of_one_socket_runs_all_the_same(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct kring_stats before, after;
    int pair[2], value = -1;

    NEEDS(has_options(ring) && reads_all_levels(ring), "needs a soft engine");
    rings_pair(SOCK_STREAM, pair);
    rings_write(pair[1], "hello", 5);
    CU_ASSERT_EQUAL(kring_stats(ring, &before), 0);
    /* AF_UNIX: the kernel has it for few releases, or not at all. */
    CU_ASSERT_EQUAL(rings_do(ring, kring_siocinq(ring, pair[0])), 5);
    CU_ASSERT_EQUAL(rings_do(ring, kring_getsockopt(ring, pair[0], SOL_SOCKET, SO_DOMAIN, &value,
                                                    4)), 4);
    CU_ASSERT_EQUAL(value, AF_UNIX);
    CU_ASSERT(rings_do(ring, kring_siocoutq(ring, pair[1])) > 0);
    /* That says nothing about other sockets: nothing is downgraded. */
    CU_ASSERT_EQUAL(kring_stats(ring, &after), 0);
    CU_ASSERT_EQUAL(after.downgrades, before.downgrades);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}
RINGS_TEST(what_the_kernel_refuses_of_one_socket_runs_all_the_same)

static void queues_are_counted(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct sockaddr_in address;
    struct pollfd ready = {.events = POLLIN};
    uint32_t length;
    int listener, client, server;

    NEEDS(runs(ring, kring_siocinq(ring, -1)), "no queue lengths here");
    listener = rings_listener(&address, &length);
    client = rings_client(&address, length);
    server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    CU_ASSERT_EQUAL(rings_do(ring, kring_siocinq(ring, server)), 0);
    rings_write(client, "hello", 5);
    ready.fd = server;
    CU_ASSERT_EQUAL(poll(&ready, 1, 1000), 1);
    CU_ASSERT_EQUAL(rings_do(ring, kring_siocinq(ring, server)), 5);
    CU_ASSERT_EQUAL(rings_do(ring, kring_siocoutq(ring, server)), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_siocinq(ring, listener)), -EINVAL);
    close(server);
    close(client);
    close(listener);
    rings_close(ring);
}
RINGS_TEST(queues_are_counted)

static void names_are_read(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct sockaddr_in address, name, peer;
    uint32_t length, room;
    int listener, client;

    NEEDS(has_names(ring), "no names here");
    listener = rings_listener(&address, &length);
    client = rings_client(&address, length);
    room = sizeof name;
    CU_ASSERT_EQUAL(rings_do(ring, kring_getsockname(ring, listener, (struct sockaddr *)&name,
                                                     &room)), 0);
    CU_ASSERT_EQUAL(room, sizeof name);
    CU_ASSERT_EQUAL(name.sin_port, address.sin_port);
    room = sizeof peer;
    CU_ASSERT_EQUAL(rings_do(ring, kring_getpeername(ring, client, (struct sockaddr *)&peer,
                                                     &room)), 0);
    CU_ASSERT_EQUAL(peer.sin_port, address.sin_port);
    CU_ASSERT_EQUAL(rings_do(ring, kring_getpeername(ring, listener, (struct sockaddr *)&peer,
                                                     &room)), -ENOTCONN);
    /* Too little room: cut, and the length is that of the whole. */
    memset(&name, 0, sizeof name);
    room = 4;
    CU_ASSERT_EQUAL(rings_do(ring, kring_getsockname(ring, listener, (struct sockaddr *)&name,
                                                     &room)), 0);
    CU_ASSERT_EQUAL(room, sizeof name);
    CU_ASSERT_EQUAL(name.sin_port, address.sin_port);
    CU_ASSERT_EQUAL(name.sin_addr.s_addr, 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_getsockname(ring, listener, (struct sockaddr *)&name,
                                                     NULL)), -EFAULT);
    close(client);
    close(listener);
    rings_close(ring);
}
RINGS_TEST(names_are_read)

/* ---- Typed options ---- */

struct option_row {
    const char *word;
    int level, name;
    kring_op (*get)(struct kring *ring, int fd);
    kring_op (*set)(struct kring *ring, int fd, int64_t value);
};
#define GETTER(word, level, name) {#word, level, name, kring_getsockopt_##word, NULL},
#define SETTER(word, level, name) {#word, level, name, NULL, kring_setsockopt_##word},
static const struct option_row options[] = {KRING_SOCKET_OPTIONS(GETTER, SETTER)};
#define OPTIONS (sizeof options / sizeof options[0])

/* What the plain call says, as the typed one would. */
static int64_t plain(int fd, const struct option_row *row)
{
    int value[2] = {0, 0};
    socklen_t length = sizeof value;

    if (getsockopt(fd, row->level, row->name, value, &length) < 0)
        return -errno;
    if (row->name == SO_LINGER && row->level == SOL_SOCKET)
        return value[0] ? value[1] : KRING_LINGER_OFF;
    return value[0] < 0 ? -ENODATA : value[0];
}

static void every_typed_option_reads_what_the_call_reads(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    int fd;

    NEEDS(has_options(ring), "no socket options here");
    fd = tcp_socket();
    for (size_t i = 0; i < OPTIONS; i++) {
        int64_t value;

        if (options[i].get == NULL)
            continue;
        if (options[i].level != SOL_SOCKET && !reads_all_levels(ring)) {
            struct rings_log log = {0};
            kring_op op = options[i].get(ring, fd);
            char text[300];

            CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, &log), -KRING_EKERNEL);
            CU_ASSERT(kring_explain(ring, op, -KRING_EKERNEL, text, sizeof text) > 0);
            if (CONFIG_KRING_EXPLAIN)
                CU_ASSERT_PTR_NOT_NULL(strstr(text, "SOL_SOCKET is in no io_uring"));
            continue;
        }
        value = rings_do(ring, options[i].get(ring, fd));
        if (value != plain(fd, &options[i])) {
            fprintf(stderr, "%s: %lld\n", options[i].word, (long long)value);
            CU_FAIL("a typed option is read wrongly");
        }
    }
    close(fd);
    rings_close(ring);
}
RINGS_TEST(every_typed_option_reads_what_the_call_reads)

static void every_typed_option_that_can_be_set_is_set(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);

    NEEDS(has_options(ring), "no socket options here");
    for (size_t i = 0; i < OPTIONS; i++) {
        const struct option_row *row = &options[i];
        int fd, expected, plain_fd;
        int value = row->name == SO_RCVBUF || row->name == SO_SNDBUF ? 16384 : 1;

        if (row->set == NULL || (row->name == SO_INCOMING_CPU && kring_test_emulated()))
            continue; /* qemu-user 7 does not know that one */
        fd = tcp_socket();
        plain_fd = tcp_socket();
        CU_ASSERT_EQUAL(rings_do(ring, row->set(ring, fd, value)), 0);
        if (row->level == SOL_SOCKET && row->name == SO_LINGER) {
            struct linger linger = {1, 1};

            CU_ASSERT_EQUAL(setsockopt(plain_fd, row->level, row->name, &linger, sizeof linger), 0);
        } else {
            CU_ASSERT_EQUAL(setsockopt(plain_fd, row->level, row->name, &value, sizeof value), 0);
        }
        expected = (int)plain(plain_fd, row);
        if (plain(fd, row) != expected) {
            fprintf(stderr, "%s: %lld\n", row->word, (long long)plain(fd, row));
            CU_FAIL("a typed option is set wrongly");
        }
        CU_ASSERT(expected > 0 || row->name == SO_INCOMING_CPU);
        close(plain_fd);
        close(fd);
    }
    rings_close(ring);
}
RINGS_TEST(every_typed_option_that_can_be_set_is_set)

static void linger_has_three_states(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    int fd;

    NEEDS(has_options(ring), "no socket options here");
    fd = tcp_socket();
    CU_ASSERT_EQUAL(rings_do(ring, kring_getsockopt_linger(ring, fd)), KRING_LINGER_OFF);
    CU_ASSERT_EQUAL(rings_do(ring, kring_setsockopt_linger(ring, fd, 0)), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_getsockopt_linger(ring, fd)), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_setsockopt_linger(ring, fd, 7)), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_getsockopt_linger(ring, fd)), 7);
    CU_ASSERT_EQUAL(rings_do(ring, kring_setsockopt_linger(ring, fd, KRING_LINGER_OFF)), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_getsockopt_linger(ring, fd)), KRING_LINGER_OFF);
    /* No struct linger says these. */
    CU_ASSERT_EQUAL(kring_op_error(kring_setsockopt_linger(ring, fd, -1)), -EINVAL);
    CU_ASSERT_EQUAL(kring_op_error(kring_setsockopt_linger(ring, fd, INT64_C(1) << 31)), -EINVAL);
    CU_ASSERT_EQUAL(kring_op_error(kring_setsockopt_keepalive(ring, fd, KRING_LINGER_OFF)),
                    -EINVAL);
    close(fd);
    rings_close(ring);
}
RINGS_TEST(linger_has_three_states)

static void again(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct rings_log *log = user;

    log->notes[log->calls++] = *result;
    if (log->calls < 3)
        CU_ASSERT_EQUAL(kring_start(ring, op, again, log), 0);
}

static void a_typed_option_can_be_started_again(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    struct kring_result result;
    kring_op op;
    int fd, really = 0, zero = 0;
    socklen_t length = sizeof really;

    NEEDS(has_options(ring), "no socket options here");
    fd = tcp_socket();
    CU_ASSERT_EQUAL(kring_start(ring, kring_setsockopt_keepalive(ring, fd, 1), again, &log), 0);
    while (log.calls < 2)
        kring_run(ring, KRING_SECOND);
    CU_ASSERT_EQUAL(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &zero, sizeof zero), 0);
    rings_until_calls(ring, &log, 3);
    CU_ASSERT_EQUAL(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &really, &length), 0);
    CU_ASSERT_EQUAL(really, 1);
    /* And without a callback the value is the result's. */
    op = kring_getsockopt_type(ring, fd);
    CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), 0);
    CU_ASSERT_EQUAL(kring_wait_op(ring, op, KRING_SECOND), 0);
    CU_ASSERT_EQUAL(kring_result(ring, op, &result), 0);
    CU_ASSERT_EQUAL(result.value, SOCK_STREAM);
    close(fd);
    rings_close(ring);
}
RINGS_TEST(a_typed_option_can_be_started_again)

static void an_error_is_read_once(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct sockaddr_in address;
    struct pollfd ready = {.events = POLLOUT};
    uint32_t length;
    int listener, fd;

    kring_test_need_so_error();
    NEEDS(has_options(ring), "no socket options here");
    listener = rings_listener(&address, &length);
    close(listener);
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    CU_ASSERT_EQUAL(connect(fd, (struct sockaddr *)&address, length), -1);
    ready.fd = fd;
    CU_ASSERT_EQUAL(poll(&ready, 1, 1000), 1);
    CU_ASSERT_EQUAL(rings_do(ring, kring_getsockopt_error(ring, fd)), ECONNREFUSED);
    CU_ASSERT_EQUAL(rings_do(ring, kring_getsockopt_error(ring, fd)), 0);
    close(fd);
    rings_close(ring);
}
RINGS_TEST(an_error_is_read_once)

/* ---- Direct descriptors, chains, drops, what cannot run ---- */

static void options_of_direct_descriptors(enum rings_kind kind)
{
    struct kring_options opened = rings_options(kind);
    struct kring *ring;
    int fd, one = 1, really = 0, value = 0;
    socklen_t length = sizeof really;

    opened.direct_descriptors = 4;
    ring = rings_open_with(kind, &opened);
    if (kind == RINGS_MIXED)
        rings_unsplit(ring);
    NEEDS(has_options(ring), "no socket options here");
    fd = tcp_socket();
    CU_ASSERT_EQUAL(kring_direct_update(ring, 2, fd), 0);
    if (runs(ring, kring_getsockopt_type(ring, KRING_DIRECT(2)))) {
        CU_ASSERT_EQUAL(rings_do(ring, kring_setsockopt(ring, KRING_DIRECT(2), SOL_SOCKET,
                                                        SO_KEEPALIVE, &one, sizeof one)), 0);
        CU_ASSERT_EQUAL(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &really, &length), 0);
        CU_ASSERT_EQUAL(really, 1);
        CU_ASSERT_EQUAL(rings_do(ring, kring_getsockopt(ring, KRING_DIRECT(2), SOL_SOCKET, SO_TYPE,
                                                        &value, sizeof value)), 4);
        CU_ASSERT_EQUAL(value, SOCK_STREAM);
        /* Of no io_uring: on a table of the kernel's it takes a loan (6.8) to ask for it. */
        if (reads_all_levels(ring) &&
            runs(ring, kring_getsockopt_tcp_cork(ring, KRING_DIRECT(2)))) {
            CU_ASSERT_EQUAL(rings_do(ring, kring_setsockopt_tcp_nodelay(ring, KRING_DIRECT(2), 1)),
                            0);
            CU_ASSERT_EQUAL(rings_do(ring, kring_getsockopt_tcp_nodelay(ring, KRING_DIRECT(2))), 1);
        }
        /* Slot 1 is empty; fd 1 is open. */
        CU_ASSERT_EQUAL(rings_do(ring, kring_getsockopt_type(ring, KRING_DIRECT(1))), -EBADF);
    }
    close(fd);
    rings_close(ring);
}
RINGS_TEST(options_of_direct_descriptors)

static void options_in_a_chain(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    kring_op ops[3];
    int fd;

    NEEDS(has_options(ring) && reads_all_levels(ring), "needs a soft engine");
    fd = tcp_socket();
    ops[0] = kring_setsockopt_tcp_nodelay(ring, fd, 1);
    ops[1] = kring_getsockopt_tcp_nodelay(ring, fd);
    ops[2] = kring_setsockopt_tcp_cork(ring, fd, 1);
    CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 3, rings_done, &log), 0);
    rings_until(ring, &log, 3);
    CU_ASSERT_EQUAL(log.notes[0].value, 0);
    CU_ASSERT(log.notes[1].value > 0);
    CU_ASSERT_EQUAL(log.notes[2].value, 0);
    /* A refusal ends the rest. */
    memset(&log, 0, sizeof log);
    ops[0] = kring_getsockopt(ring, fd, SOL_SOCKET, 9999, NULL, 4);
    ops[1] = kring_setsockopt_tcp_nodelay(ring, fd, 0);
    CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 2, rings_done, &log), 0);
    rings_until(ring, &log, 2);
    CU_ASSERT_EQUAL(log.notes[0].value, -ENOPROTOOPT);
    CU_ASSERT_EQUAL(log.notes[1].value, -ECANCELED);
    close(fd);
    rings_close(ring);
}
RINGS_TEST(options_in_a_chain)

static void a_dropped_option_gives_its_slot_back(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    unsigned released = 0;
    kring_op op;
    int fd;

    NEEDS(has_options(ring), "no socket options here");
    fd = tcp_socket();
    op = kring_getsockopt_type(ring, fd);
    CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
    CU_ASSERT_EQUAL(released, 1);
    op = kring_getsockopt_type(ring, fd);
    CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, NULL), 0);
    CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
    rings_until_count(ring, &released, 2);
    close(fd);
    rings_close(ring);
}
RINGS_TEST(a_dropped_option_gives_its_slot_back)

static void commands_that_only_the_kernel_knows(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct io_uring_sqe sqe;
    struct rings_log log = {0};
    char text[400];
    kring_op op;
    int error, fd = eventfd(0, EFD_CLOEXEC);

    /* A driver's command on a file without a driver; and a command of sockets of tomorrow. */
    for (unsigned cmd = 77; cmd < 79; cmd++) {
        memset(&sqe, 0, sizeof sqe);
        sqe.opcode = IORING_OP_URING_CMD;
        sqe.fd = fd;
        sqe.cmd_op = cmd;
        op = kring_raw(ring, &sqe);
        if (kind == RINGS_KERNEL && runs(ring, kring_raw(ring, &sqe))) {
            CU_ASSERT_EQUAL(rings_do(ring, op), -EOPNOTSUPP);
        } else {
            error = kring_start(ring, op, rings_done, &log);
            if (error == 0) { /* mixed: the pin sends it to the kernel or nowhere */
                rings_until(ring, &log, 1);
                CU_ASSERT_EQUAL(log.last.value, -EOPNOTSUPP);
                CU_ASSERT_EQUAL(log.last.engine, KRING_ENGINE_KERNEL);
            } else {
                CU_ASSERT_EQUAL(error, -KRING_EKERNEL);
                CU_ASSERT(kring_explain_opcode(ring, IORING_OP_URING_CMD, error, text,
                                               sizeof text) > 0);
                if (CONFIG_KRING_EXPLAIN && kind == RINGS_SOFT)
                    CU_ASSERT_PTR_NOT_NULL(strstr(text, "command of sockets"));
            }
        }
    }
    close(fd);
    rings_close(ring);
}
RINGS_TEST(commands_that_only_the_kernel_knows)

static const struct kring_test tests[] = {
    RINGS_ROWS("an option is set and read", an_option_is_set_and_read),
    RINGS_ROWS("mistakes have the errors of the calls", mistakes_have_the_errors_of_the_calls),
    RINGS_ROWS("what the kernel refuses of one socket runs all the same",
               what_the_kernel_refuses_of_one_socket_runs_all_the_same),
    RINGS_ROWS("queues are counted", queues_are_counted),
    RINGS_ROWS("names are read", names_are_read),
    RINGS_ROWS("every typed option reads what the call reads",
               every_typed_option_reads_what_the_call_reads),
    RINGS_ROWS("every typed option that can be set is set",
               every_typed_option_that_can_be_set_is_set),
    RINGS_ROWS("linger has three states", linger_has_three_states),
    RINGS_ROWS("a typed option can be started again", a_typed_option_can_be_started_again),
    RINGS_ROWS("an error is read once", an_error_is_read_once),
    RINGS_ROWS("options of direct descriptors", options_of_direct_descriptors),
    RINGS_ROWS("options in a chain", options_in_a_chain),
    RINGS_ROWS("a dropped option gives its slot back", a_dropped_option_gives_its_slot_back),
    RINGS_ROWS("commands that only the kernel knows", commands_that_only_the_kernel_knows),
};

int kring_test_sockopt(void)
{
    return KRING_SUITE_ADD("sockopt", tests);
}
