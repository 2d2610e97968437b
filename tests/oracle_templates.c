/* SPDX-License-Identifier: MIT */
/*
 * One simple use of each operation, written once and run with every SQE flag, in chains, drained,
 * with fields that are wrong: the systematic half of the hand-written programs.
 */
#define _GNU_SOURCE
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

struct template {
    const char *name;
    const char *setup;   /* objects; requests that stand directly before */
    const char *op;      /* the operation and its fields, without fd, flags and ud */
    const char *fd;      /* NULL: takes none */
    unsigned before;     /* CQEs of the requests in setup */
    unsigned fails : 1;  /* even the plain form completes with an error */
    unsigned file : 1;   /* fd is a file: may be fixed */
    unsigned after : 1;  /* must not be moved: no drain and no other requests around it */
};

#define FILE_OP .file = 1
static const struct template templates[] = {
    { "nop", "", "nop", NULL, .before = 0 },
    { "readv-pipe", "pipe p 'hello'; buf b 8; iov v b:0:2 b:2:3", "readv addr=v len=2", "pr", FILE_OP },
    { "readv-file", "file f 'contents'; buf b 8; iov v b:0:2 b:4:3", "readv addr=v len=2 off=1", "f",
      FILE_OP },
    { "writev-pipe", "pipe p; buf b 'abcdef'; iov v b:0:2 b:3:3", "writev addr=v len=2", "pw", FILE_OP },
    { "writev-file", "file f 'contents'; buf b 'abcdef'; iov v b:0:2 b:3:3",
      "writev addr=v len=2 off=6", "f", FILE_OP },
    { "fsync", "file f 'x'", "fsync", "f", FILE_OP },
    { "poll_add", "pipe p 'x'", "poll_add of=POLLIN", "pr", FILE_OP },
    { "pipe", "fds u -1 -1", "pipe addr=u of=O_CLOEXEC", NULL, .before = 0 },
    { "pipe-direct", "fds u -1 -1; files -1 -1 -1", "pipe addr=u index=2", NULL, .before = 0 },
    { "epoll_ctl", "pipe p 'x'; epoll e; event v EPOLLIN 7",
      "epoll_ctl off=pr len=EPOLL_CTL_ADD addr=v", "e", .file = 0 },
    { "epoll_wait", "pipe p 'x'; epoll e pr EPOLLIN 7; buf b 24", "epoll_wait addr=b len=2", "e",
      FILE_OP },
    { "poll_remove", "", "poll_remove addr=99", NULL, .fails = 1 },
    { "sendmsg", "pair s stream; buf b 'hello'; iov v b:0:5; msg m iov=v", "sendmsg addr=m len=1", "sa",
      FILE_OP },
    { "recvmsg", "pair s stream; put sb 'hello'; buf b 8; iov v b:0:5; msg m iov=v",
      "recvmsg addr=m len=1", "sa", FILE_OP },
    { "timeout", "time t 3ms", "timeout addr=t len=1", NULL, .fails = 1 },
    { "timeout_remove", "", "timeout_remove addr=99", NULL, .fails = 1 },
    { "accept", "sock l unix listening; dial c l", "accept", "l", FILE_OP },
    { "accept-tcp", "sock l tcp listening; dial c l; address a empty",
      "accept addr=a off=a+128 of=SOCK_CLOEXEC", "l", FILE_OP },
    { "async_cancel", "", "async_cancel addr=99", NULL, .fails = 1 },
    { "link_timeout", "pipe p; time t 3ms; poll_add fd=pr of=POLLIN ud=40 flags=LINK",
      "link_timeout addr=t len=1", NULL, .before = 1, .fails = 1, .after = 1 },
    { "connect", "sock l unix listening; sock c unix; address a of l", "connect addr=a off=len:a", "c",
      FILE_OP },
    { "connect-tcp", "sock l tcp listening; sock c tcp; address a of l", "connect addr=a off=len:a",
      "c", FILE_OP },
    { "openat", "file f 'x'; path n 'f'", "openat addr=n of=O_RDONLY|O_CLOEXEC", "AT_FDCWD", .file = 0 },
    { "openat-create", "path n 'new'", "openat addr=n of=O_RDWR|O_CREAT len=0600", "AT_FDCWD", .file = 0 },
    { "close", "file f 'x'", "close", "f", .file = 0 },
    { "files_update", "file f 'x'; files -1 -1; fds u f", "files_update addr=u len=1 off=1", NULL, .before = 0 },
    { "statx", "file f 'hello'; path n 'f'; statxbuf x", "statx addr=n len=STATX_BASIC_STATS off=x",
      "AT_FDCWD", .file = 0 },
    { "read-pipe", "pipe p 'hello'; buf b 8", "read addr=b len=5", "pr", FILE_OP },
    { "read-file", "file f 'contents'; buf b 8", "read addr=b len=5 off=2", "f", FILE_OP },
    { "write-pipe", "pipe p; buf b 'abcdef'", "write addr=b len=6", "pw", FILE_OP },
    { "write-file", "file f 'contents'; buf b 'abcdef'", "write addr=b len=6 off=4", "f", FILE_OP },
    { "send", "pair s stream; buf b 'hello'", "send addr=b len=5", "sa", FILE_OP },
    { "recv", "pair s stream; put sb 'hello'; buf b 8", "recv addr=b len=5", "sa", FILE_OP },
    { "send_zc", "sock r udp bound; sock u udp; address a of r; buf b 'hello'",
      "send_zc addr=b len=5 off=a addrlen=len:a", "u", .before = 1, .file = 1, .after = 1 },
    { "sendmsg_zc", "sock r udp bound; sock u udp; address a of r; buf b 'hello'; iov v b:0:5; msg m iov=v name=a",
      "sendmsg_zc addr=m len=1", "u", .before = 1, .file = 1, .after = 1 },
    { "splice", "pipe p 'hello'; pipe q", "splice index=pr off=-1 addr=-1 len=5", "qw", FILE_OP },
    { "provide_buffers", "buf b 64", "provide_buffers addr=b len=16 group=1 off=3", "4", .file = 0 },
    { "remove_buffers", "buf b 64; provide_buffers fd=4 addr=b len=16 group=1; enter 1",
      "remove_buffers group=1", "3", .file = 0 },
    { "read_fixed", "file f 'contents'; buf b 8; iov v b:0:8; buffers v 1", "read_fixed addr=b len=5 off=2", "f",
      FILE_OP },
    { "write_fixed", "file f 'contents'; buf b 'abcdef'; iov v b:0:6; buffers v 1",
      "write_fixed addr=b len=6 off=4", "f", FILE_OP },
    { "readv_fixed", "pipe p 'hello'; buf b 8; iov v b:0:8; buffers v 1; iov w b:0:2 b:4:3",
      "readv_fixed addr=w len=2", "pr", FILE_OP },
    { "writev_fixed", "file f 'contents'; buf b 'abcdef'; iov v b:0:6; buffers v 1",
      "writev_fixed addr=v len=1 off=4", "f", FILE_OP },
    { "fixed_fd_install", "pipe p; files pr", "fixed_fd_install", "0", .fails = 1, .file = 0 },
    { "tee", "pipe p 'hello'; pipe q", "tee index=pr len=5", "qw", FILE_OP },
    { "shutdown", "pair s stream", "shutdown len=SHUT_WR", "sa", FILE_OP },
    { "msg_ring", "ring", "msg_ring len=42 off=77", "ring1", .file = 0 },
    { "socket", "", "socket off=SOCK_STREAM|SOCK_CLOEXEC", "AF_UNIX", .file = 0 },
    { "uring_cmd", "sock c tcp; buf v 4", "uring_cmd cmd=GETSOCKOPT level=SOL_SOCKET optname=SO_TYPE addr3=v index=4",
      "c", FILE_OP },
    { "bind", "sock c unix; address a unix here", "bind addr=a off=len:a", "c", FILE_OP },
    { "listen", "sock c unix bound", "listen len=8", "c", FILE_OP },
    { "futex_wait", "word w 5", "futex_wait addr=w off=6 addr3=MATCH", "U32", .fails = 1 },
    { "futex_wake", "word w 5", "futex_wake addr=w off=1 addr3=MATCH", "U32", .file = 0 },
    { "futex_waitv", "word w 5; futexes f w:6:U32", "futex_waitv addr=f len=1", NULL, .fails = 1 },
    { "waitid", "child c exit 3; siginfo i", "waitid len=P_PID off=i index=WEXITED", "c", .file = 0 },
    { "waitid-later", "child c exit 3 after=3ms; siginfo i", "waitid len=P_PID off=i index=WEXITED",
      "c", .file = 0 },
    { "waitid-all", "child c exit 3 after=3ms; siginfo i", "waitid len=P_ALL off=i index=WEXITED",
      "c", .file = 0 },
    { "read_multishot", "pipe p 'hello'; buf b 16; provide_buffers fd=1 addr=b len=16 group=1; enter 1",
      "read_multishot group=1 flags=SELECT", "pr", FILE_OP, .after = 1 },
    { "fallocate", "file f 'abc'", "fallocate off=2 addr=10", "f", FILE_OP },
    { "ftruncate", "file f 'abc'", "ftruncate off=2", "f", FILE_OP },
    { "sync_file_range", "file f 'abc'", "sync_file_range of=SYNC_FILE_RANGE_WRITE", "f", FILE_OP },
    { "fadvise", "file f 'abc'", "fadvise of=POSIX_FADV_WILLNEED", "f", FILE_OP },
    { "madvise", "pages m 2", "madvise addr=m len=4096 of=MADV_DONTNEED", NULL, .file = 0 },
    { "renameat", "file f 'x'; path n 'f'; path m 'g'", "renameat addr=n len=AT_FDCWD off=m", "AT_FDCWD",
      .file = 0 },
    { "unlinkat", "file f 'x'; path n 'f'", "unlinkat addr=n", "AT_FDCWD", .file = 0 },
    { "mkdirat", "path n 'x'", "mkdirat addr=n len=0700", "AT_FDCWD", .file = 0 },
    { "openat2", "file f 'x'; path n 'f'; how h O_CLOEXEC", "openat2 addr=n off=h len=24", "AT_FDCWD",
      .file = 0 },
    { "setxattr", "file f 'x'; path n 'f'; path a 'user.a'; buf v 'value'",
      "setxattr addr3=n addr=a off=v len=5", NULL, .file = 0 },
    { "fsetxattr", "file f 'x'; path a 'user.a'; buf v 'value'", "fsetxattr addr=a off=v len=5", "f", FILE_OP },
    { "getxattr", "file f 'x'; attribute f user.a 'value'; path n 'f'; path a 'user.a'; buf v 9",
      "getxattr addr3=n addr=a off=v len=9", NULL, .file = 0 },
    { "fgetxattr", "file f 'x'; attribute f user.a 'value'; path a 'user.a'; buf v 9",
      "fgetxattr addr=a off=v len=9", "f", FILE_OP },
    { "symlinkat", "path t 't'; path n 'l'", "symlinkat addr=t off=n", "AT_FDCWD", .file = 0 },
    { "linkat", "file f 'x'; path n 'f'; path m 'g'", "linkat addr=n len=AT_FDCWD off=m", "AT_FDCWD",
      .file = 0 },
};

/* %S setup, %O the request, %F its fd; %n CQEs that come before it in the same enter. */
struct variant {
    const char *name;
    const char *text;
    unsigned want, want_failed; /* CQEs to wait for, by whether the plain form succeeds */
    unsigned needs_file : 1;
    unsigned alone : 1; /* also for templates that must not be moved */
};

static const struct variant variants[] = {
    { "plain", "%S; %O fd=%F ud=1; enter %n", 1, 1, .alone = 1 },
    { "link", "ordered; %S; %O fd=%F ud=1 flags=LINK; nop ud=2; enter %n", 2, 2, 0, 0 },
    { "hardlink", "ordered; %S; %O fd=%F ud=1 flags=HARD; nop ud=2; enter %n", 2, 2, 0, 0 },
    { "drain", "ordered; %S; nop ud=3; %O fd=%F ud=1 flags=DRAIN; nop ud=2; until 3 1 2", 3, 3, 0, 0 },
    { "async", "%S; %O fd=%F ud=1 flags=ASYNC; enter %n", 1, 1, 0, 0 },
    { "skip", "ordered; %S; %O fd=%F ud=1 flags=SKIP|LINK; nop ud=2; enter %n", 1, 1, 0, 0 },
    { "hard-skip", "ordered; %S; %O fd=%F ud=1 flags=SKIP|HARD; nop ud=2; enter %n", 1, 2, 0, 0 },
    { "cancelled", "ordered; %S; closed zz; buf zb 4; read fd=zz addr=zb len=4 ud=4 flags=LINK;"
      " %O fd=%F ud=1; enter %n", 2, 2, 0, 0 },
    { "after-link", "ordered; %S; nop ud=2 flags=LINK; %O fd=%F ud=1; enter %n", 2, 2, 0, 0 },
    { "fixed", "%S; files %F; %O fd=0 ud=1 flags=FIXED; enter %n", 1, 1, .needs_file = 1, 0 },
    { "fixed-ignored", "%S; %O fd=%F ud=1 flags=FIXED; enter %n", 1, 1, 0, 0 },
    { "fixed-beyond", "%S; files %F; %O fd=1 ud=1 flags=FIXED; enter %n", 1, 1, .needs_file = 1, 0 },
    { "fixed-hole", "%S; files -1 %F; %O fd=0 ud=1 flags=FIXED; enter %n", 1, 1, .needs_file = 1, 0 },
    { "closed", "%S; closed x; %O fd=x ud=1; enter %n", 1, 1, .needs_file = 1, 0 },
    { "closed-link", "ordered; %S; closed x; %O fd=x ud=1 flags=LINK; nop ud=2; enter %n", 2, 2,
      .needs_file = 1, 0 },
    { "closed-hard", "ordered; %S; closed x; %O fd=x ud=1 flags=HARD; nop ud=2; enter %n", 2, 2,
      .needs_file = 1, 0 },
    { "personality", "%S; %O fd=%F ud=1 personality=7; enter %n", 1, 1, 0, 0 },
    { "unknown-flag", "%S; %O fd=%F ud=1 flags=0x80; enter %n", 1, 1, 0, 0 },
    { "select-empty", "%S; %O fd=%F ud=1 flags=SELECT group=9; enter %n", 1, 1, 0, 0 },
    { "drain-skip", "%S; %O fd=%F ud=1 flags=DRAIN|SKIP; enter %n", 1, 1, 0, 0 },
    { "ioprio", "%S; %O fd=%F ud=1 ioprio=0x4000; enter %n", 1, 1, 0, 0 },
    { "refused-link", "ordered; setup flags=SETUP_SUBMIT_ALL; %S; %O fd=%F ud=1 personality=7 flags=LINK;"
      " nop ud=2; nop ud=3; enter %n", 3, 3, 0, 0 },
};

static unsigned append(char *to, unsigned at, unsigned size, const char *text)
{
    return at + (unsigned)snprintf(to + at, size - at, "%s", text);
}

static void expand(char *to, unsigned size, const struct template *t, const struct variant *v)
{
    unsigned at = 0;
    char number[16];

    for (const char *from = v->text; *from; from++) {
        char one[2] = { *from, 0 };

        if (*from != '%') {
            at = append(to, at, size, one);
            continue;
        }
        switch (*++from) {
        case 'S': at = append(to, at, size, *t->setup ? t->setup : "ordered"); break;
        case 'O': at = append(to, at, size, t->op); break;
        case 'F': at = append(to, at, size, t->fd ? t->fd : "0"); break;
        default:
            snprintf(number, sizeof number, "%u",
                     (t->fails ? v->want_failed : v->want) + t->before);
            at = append(to, at, size, number);
        }
    }
    if (!strcmp(t->name, "msg_ring") && strcmp(v->name, "closed"))
        append(to, at, size, "; enter 0 ring=1");
}

static void each_template(void (*visit)(const struct oracle_program *program, void *user), void *user)
{
    char text[1024], name[64];
    struct oracle_program program = { name, text };

    for (size_t i = 0; i < sizeof templates / sizeof templates[0]; i++) {
        for (size_t j = 0; j < sizeof variants / sizeof variants[0]; j++) {
            const struct template *t = &templates[i];
            const struct variant *v = &variants[j];

            if ((v->needs_file && !t->file) || (t->after && !v->alone) ||
                (!strcmp(v->name, "fixed-ignored") && (t->file || !strcmp(t->name, "msg_ring"))))
                continue;
            snprintf(name, sizeof name, "%s/%s", t->name, v->name);
            expand(text, sizeof text, t, v);
            visit(&program, user);
        }
    }
}

void oracle_each_program(const char *family,
                         void (*visit)(const struct oracle_program *program, void *user), void *user)
{
    if (!family || !strcmp(family, "templates"))
        each_template(visit, user);
    for (const struct oracle_list *list = oracle_families(); list->family; list++)
        for (unsigned j = 0; j < list->count && (!family || !strcmp(family, list->family)); j++)
            visit(&list->programs[j], user);
}
