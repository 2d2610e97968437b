/* SPDX-License-Identifier: MIT */
/* The lines that seeded programs are made of: oracle_random.h says how they are written. */
#include "oracle_random.h"

#define OP(name) IORING_OP_##name

const char random_world[] =
    "file f 'the quick brown fox jumps over it'; pipe p 'piped'; pipe q; pipe u; pipe v; pipe y; pipe w 'spliced'; "
    "pair s stream; pair t stream; pair d dgram; closed x; put sb 'stream'; put db 'packet'; "
    "sock l unix listening; address la of l; "
    "buf b0 24; buf b1 'ABCDEFGHIJKLMNOP'; buf b2 24; buf b3 16; buf b4 'qrstuvwx'; buf b5 16; "
    "buf b6 16; buf b7 16; buf pool 64; iov v0 b0:0:3 b2:4:5 b3:1:2; "
    "iov v1 b1:0:3 b4:1:2 b1:7:4; iov v2 b5:0:6; msg m0 iov=v1 n=2; msg m1 iov=v2; "
    "msg m2 iov=v2 pass=f; msg m3 iov=v2 control=64; statxbuf sx; "
    "time t1 2ms; time t2 20s; path n0 'new'; path n1 'f'; path n2 'no/way'; "
    "fds fu f -1 f; files f f -1 -1 -1 -1; "
    "iov vb b0:2:20 b1:0:16 b7:0:16 b3:0:16; iov vf b0:2:3 b0:12:9 b0:6:4; iov vn 0:0:0; "
    "subdir s; open ds s O_DIRECTORY; file s/a 'inner'; path na 'a'; path nb 'b'; path nd 'd'; path no 's/../f'; "
    "how h0 O_RDWR resolve=RESOLVE_BENEATH; path xa 'user.a'; path xb 'user.bb'; pages mm 1; "
    "word w0 5; word w1 5; word w2 6; futexes fw w1:5:U32 w2:6:U32|PRIVATE; futexes fo w0:6:U32 w1:7:U32; fds fp -1 -1; "
    "epoll e0; epoll e1 qr EPOLLIN 7; event ev EPOLLIN 8; event ew EPOLLOUT|EPOLLET 9; buf be 32; "
    "sock k tcp; buf bo 'x000'; buf bk 8; ";

const struct random_thing random_things[] = {
    { KRING__V(5, 13), "buffers vb 4 tag=90; " },
    { KRING__V(5, 19), "ring-group 7 4 8; " },
    { KRING__V(6, 12), "ring-group 8 2 8 inc; " },
};
const unsigned random_thing_count = sizeof random_things / sizeof random_things[0];

/* Names that come and go; the file f keeps its own. */
#define AT "[AT_FDCWD/AT_FDCWD/ds]"
#define NAME "[na/nb/nd]"
/* The kernel runs it in a worker, and a failure does not break its soft link. */
#define NAMES (RANDOM_WORKER | RANDOM_HARD)

/* Older ones refuse a buffer that is not there at preparation, end a receive early, or keep an empty group: differences.md. */
#define LATE_BUFFERS KRING__V(6, 18)
#define LATE_END KRING__V(6, 18)
/* Before, the file of an emptied slot is put some time later: its peer hears of the end then (seen on 6.1). */
#define LATE_PUT KRING__V(6, 12)
#define LATE_GROUPS KRING__V(6, 12)
/* What 5.10 does otherwise, and 6.1 does not: its provided buffers, its tables, its positions. */
#define AFTER_5_10 KRING__V(5, 11)

const struct random_request random_requests[] = {
    { OP(NOP), 0, 0, "nop" },
    { OP(NOP), 0, KRING__V(6, 10), "nop of=NOP_INJECT_RESULT len=[7/-5]" },
    { OP(NOP), RANDOM_FAILS, 0, "nop personality=9" },
    { OP(READ), RANDOM_WORKER, 0, "read fd=f addr=b0 len={0-23} off={0-39}" },
    { OP(READ), RANDOM_WORKER, AFTER_5_10, "read fd=f addr=b2 len={0-11} off=-1" },
    { OP(READ), RANDOM_WORKER | RANDOM_FIXED, 0, "read fd={0-1} addr=b7 len={1-9} off=0" },
    { OP(READ), 0, 0, "read fd=x addr=b0 len=4" },
    { OP(WRITE), RANDOM_WORKER, 0, "write fd=f addr=b1 len={0-15} off={0-39}" },
    { OP(WRITE), RANDOM_WORKER | RANDOM_FIXED, 0, "write fd={0-1} addr=b4 len={1-8} off={0-20}" },
    { OP(WRITE), 0, 0, "write fd=pw addr=b4 len={1-8}" },
    { OP(READ_FIXED), RANDOM_WORKER, LATE_BUFFERS,
      "read_fixed fd=f addr=b0+{0-9} len={0-15} off={0-39} group=[0/0/1/2/5]" },
    { OP(READ_FIXED), RANDOM_WORKER | RANDOM_FIXED, LATE_BUFFERS, "read_fixed fd={0-1} addr=b3 len={1-9} group=3" },
    { OP(WRITE_FIXED), RANDOM_WORKER, LATE_BUFFERS,
      "write_fixed fd=f addr=b1+{0-9} len={0-8} off={0-39} group=[1/1/0]" },
    { OP(READV_FIXED), RANDOM_WORKER, 0, "readv_fixed fd=f addr=vf len={0-3} off={0-39} group=[0/0/1]" },
    { OP(READV), RANDOM_WORKER, 0, "readv fd=f addr=v0 len={1-3} off={0-39}" },
    { OP(WRITEV), RANDOM_WORKER, 0, "writev fd=f addr=v1 len={1-3} off={0-29}" },
    { OP(FSYNC), RANDOM_WORKER, 0, "fsync fd=[f/x][/ of=FSYNC_DATASYNC]" },
    { OP(STATX), RANDOM_WORKER, 0, "statx fd=AT_FDCWD addr=n1 len=STATX_SIZE|STATX_MODE off=sx" },
    { OP(RECV), 0, 0, "recv fd=db addr=b3 len={1-12} of=MSG_DONTWAIT" },
    { OP(RECV), 0, 0, "recv fd=sa addr=b5 len={1-12} of=MSG_DONTWAIT[/|MSG_PEEK]" },
    { OP(RECV), 0, 0, "recv fd=da addr=b6 len={1-12} of=MSG_DONTWAIT[/|MSG_TRUNC]" },
    { OP(SEND), 0, 0, "send fd=sa addr=b1 len={1-12} of=MSG_DONTWAIT" },
    { OP(SEND), 0, 0, "send fd=[da/db] addr=b2 len={1-8} of=MSG_DONTWAIT" },
    { OP(SEND), 0, 0, "send fd=[f/x/l] addr=b2 len=3 of=MSG_DONTWAIT" },
    { OP(SENDMSG), 0, 0, "sendmsg fd=sb addr=[m0/m2] len=1 of=MSG_DONTWAIT" },
    { OP(RECVMSG), 0, 0, "recvmsg fd=sb addr=m1 len=1 of=MSG_DONTWAIT" },
    { OP(RECVMSG), 0, 0, "recvmsg fd=sa addr=m3 len=1 of=MSG_DONTWAIT[/|MSG_CMSG_CLOEXEC]" },
    { OP(CONNECT), 0, 0, "connect fd=[x/pr/sa] addr=la off=len:la" },
    { OP(SHUTDOWN), RANDOM_WORKER, 0, "shutdown fd=[pr/x] len={0-3}" },
    { OP(SPLICE), RANDOM_WORKER, 0,
      "splice fd=uw index=wr off=-1 addr=-1 len={1-9} of=SPLICE_F_NONBLOCK" },
    { OP(SPLICE), RANDOM_WORKER, 0, "splice fd=uw index=f off=-1 addr={0-20} len={1-5} of=SPLICE_F_NONBLOCK" },
    { OP(TEE), RANDOM_WORKER, 0, "tee fd=uw index=[wr/pr] len={1-9} of=SPLICE_F_NONBLOCK" },
    { OP(ASYNC_CANCEL), 0, 0, "async_cancel addr={800-849}" },
    { OP(POLL_REMOVE), 0, 0, "poll_remove addr={800-849}" },
    { OP(TIMEOUT_REMOVE), 0, 0, "timeout_remove addr={800-849}" },
    { OP(POLL_ADD), 0, 0, "poll_add fd=[f/x/pr] of=POLLIN" },
    { OP(CLOSE), 0, KRING__V(5, 15), "close index={3-7}" },
    { OP(CLOSE), 0, 0, "close fd=x" },
    { OP(FILES_UPDATE), 0, AFTER_5_10, "files_update addr=fu len={1-3} off={1-4}" },
    { OP(OPENAT), RANDOM_WORKER, KRING__V(5, 15), "openat fd=AT_FDCWD addr=[n1/n2] of=O_RDWR index={3-7}" },
    { OP(OPENAT), RANDOM_WORKER, KRING__V(5, 19), "openat fd=AT_FDCWD addr=n1 of=O_RDWR index=ALLOC" },
    { OP(SOCKET), 0, 0, "socket fd=[AF_UNIX/4000] off=SOCK_STREAM index={3-6}" },
    { OP(REMOVE_BUFFERS), 0, LATE_GROUPS, "remove_buffers fd={1-4} group={1-3}" },
    { OP(PROVIDE_BUFFERS), 0, AFTER_5_10, "provide_buffers fd={1-3} addr=pool len=8 group={1-2} off={0-3}" },
    { OP(READ), RANDOM_WORKER | RANDOM_SELECT, 0, "read fd=f len={0-11} off={0-20} group={1-2}" },
    { OP(RECV), RANDOM_SELECT, 0, "recv fd=sa len={0-11} of=MSG_DONTWAIT group={1-2}" },

    /* Files and names. */
    { OP(FALLOCATE), NAMES, 0, "fallocate fd=[f/f/pr] off={0-40} addr={0-9} len=[0/FALLOC_FL_KEEP_SIZE]" },
    { OP(FTRUNCATE), NAMES, 0, "ftruncate fd=[f/f/pr] off={20-60}" },
    { OP(FADVISE), RANDOM_WORKER, 0, "fadvise fd=f off={0-9} len={0-9} of=[POSIX_FADV_WILLNEED/POSIX_FADV_RANDOM]" },
    { OP(MADVISE), NAMES, 0, "madvise addr=[mm/mm/mm+1] len=4096 of=[MADV_DONTNEED/MADV_WILLNEED/99]" },
    { OP(SYNC_FILE_RANGE), NAMES, 0, "sync_file_range fd=[f/pr] len={0-9} of=[SYNC_FILE_RANGE_WRITE/64]" },
    { OP(STATX), NAMES, 0, "statx fd=[AT_FDCWD/ds] addr=[na/nb/nd] len=STATX_SIZE|STATX_MODE off=sx" },
    { OP(RENAMEAT), NAMES, 0, "renameat fd=" AT " addr=" NAME " len=" AT " off=" NAME
      " of=[0/RENAME_NOREPLACE/RENAME_EXCHANGE]" },
    { OP(UNLINKAT), NAMES, 0, "unlinkat fd=" AT " addr=" NAME "[// of=AT_REMOVEDIR]" },
    { OP(MKDIRAT), NAMES, 0, "mkdirat fd=" AT " addr=" NAME " len=0[700/755]" },
    { OP(SYMLINKAT), NAMES, 0, "symlinkat addr=" NAME " fd=" AT " off=" NAME },
    { OP(LINKAT), NAMES, 0, "linkat fd=" AT " addr=[n1/na/nb/nd] len=" AT " off=" NAME "[/ of=AT_SYMLINK_FOLLOW]" },
    { OP(OPENAT), RANDOM_WORKER, KRING__V(5, 15),
      "openat fd=" AT " addr=" NAME " of=O_RDWR|[O_CREAT/O_CREAT|O_EXCL/O_NOFOLLOW/O_DIRECTORY] len=0600 index={5-6}" },
    { OP(OPENAT2), RANDOM_WORKER, KRING__V(5, 15), "openat2 fd=" AT " addr=[n1/na/nb/no] off=h0 len=24 index={5-6}" },
    { OP(SETXATTR), NAMES, 0, "setxattr addr3=[n1/n1/" NAME "] addr=[xa/xb] off=b4 len={0-8}"
      " of=[0/XATTR_CREATE/XATTR_REPLACE]" },
    { OP(FSETXATTR), NAMES, 0, "fsetxattr fd=[f/f/ds/pr] addr=[xa/xb] off=b1 len={0-9} of=[0/XATTR_CREATE/XATTR_REPLACE]" },
    { OP(FSETXATTR), NAMES | RANDOM_FIXED, 0, "fsetxattr fd={0-2} addr=[xa/xb] off=b1 len={0-9}" },
    { OP(GETXATTR), NAMES, 0, "getxattr addr3=[n1/n1/" NAME "] addr=[xa/xb] off=b3 len={0-12}" },
    { OP(FGETXATTR), NAMES, 0, "fgetxattr fd=[f/f/ds/pr] addr=[xa/xb] off=b3 len={0-12}" },
    { OP(FGETXATTR), NAMES | RANDOM_FIXED, 0, "fgetxattr fd={0-1} addr=[xa/xb] off=b3 len={0-12}" },

    /* Futexes nobody waits for, and waits that end at once. */
    { OP(FUTEX_WAKE), 0, 0, "futex_wake fd=U32[/|PRIVATE] addr=w0 off={0-2} addr3=[MATCH/1]" },
    { OP(FUTEX_WAKE), RANDOM_FAILS, 0, "futex_wake fd=[U32/U32|0x40] addr=w0 off=1 addr3=0" },
    { OP(FUTEX_WAIT), RANDOM_WORKER, 0, "futex_wait fd=U32[/|PRIVATE] addr=w0 off={6-9} addr3=[MATCH/4]" },
    { OP(FUTEX_WAITV), RANDOM_WORKER, 0, "futex_waitv addr=fo len={1-2}" },
    /* Nobody is there to be waited for. */
    { OP(WAITID), 0, 0, "waitid len=[P_ALL/P_PGID] index=WEXITED[/|WNOHANG]" },
    { OP(WAITID), 0, 0, "waitid fd=[1/f] len=[P_PID/P_PIDFD/9] index=WEXITED|WNOWAIT" },
    { OP(PIPE), 0, 0, "pipe addr=fp index=[{3-6}/ALLOC] of=[0/O_NONBLOCK/O_DIRECT]" },
    { OP(PIPE), 0, 0, "pipe addr=[8/0] of=O_CLOEXEC" },
    { OP(EPOLL_CTL), 0, 0, "epoll_ctl fd=[e0/e0/pr] off=[pr/ta/yw/x] addr=[ev/ew]"
      " len=[EPOLL_CTL_ADD/EPOLL_CTL_MOD/EPOLL_CTL_DEL]" },
    { OP(EPOLL_WAIT), 0, 0, "epoll_wait fd=[pr/x] addr=be len=1" },

    /* Commands of a socket. */
    { OP(URING_CMD), 0, KRING__V(6, 7), "uring_cmd fd=k cmd=GETSOCKOPT level=SOL_SOCKET"
      " optname=[SO_TYPE/SO_KEEPALIVE/SO_ACCEPTCONN/SO_LINGER/9999] addr3=bk index={0-8}" },
    { OP(URING_CMD), 0, KRING__V(6, 7), "uring_cmd fd=k cmd=SETSOCKOPT level=SOL_SOCKET"
      " optname=[SO_KEEPALIVE/SO_REUSEADDR/SO_TYPE/9999] addr3=[bo/mm] index=[4/4/2]" },
    { OP(URING_CMD), 0, KRING__V(6, 7), "uring_cmd fd=k cmd=SETSOCKOPT level=IPPROTO_TCP optname=[TCP_NODELAY/99]"
      " addr3=[bo/mm] index=4" },
    { OP(URING_CMD), 0, KRING__V(6, 6), "uring_cmd fd=[k/pr] cmd=[SIOCINQ/SIOCOUTQ/99]" },
    { OP(URING_CMD), RANDOM_FIXED, KRING__V(6, 6), "uring_cmd fd={0-1} cmd=SIOCINQ" },
    { OP(SEND_ZC), RANDOM_FAILS, 0, "send_zc fd=k addr=b1 len=3 personality=9" },
};
const unsigned random_request_count = sizeof random_requests / sizeof random_requests[0];

/* What is left in q and t would be read by the next wait: taken away. */
#define CLEAN \
    "read fd=qr addr=b2 len=16 of=RWF_NOWAIT ud=@y flags=HARD; " \
    "recv fd=ta addr=b2 len=16 of=MSG_DONTWAIT ud=@x; until $y $x; "
#define WAITS \
    "[read fd=qr addr=b0 len=4/readv fd=qr addr=v0 len=2/poll_add fd=qr of=POLLIN/" \
    "recv fd=ta addr=b0 len=4/recvmsg fd=ta addr=m1 len=1/accept fd=l/timeout addr=t2 len=1]"
#define POOL(group) "provide_buffers fd=3 addr=pool len=8 group=" group " off=0 ud=@p; until $p; "
#define UNPOOL(group) "remove_buffers fd=9 group=" group " ud=@r; until $r; "

const struct random_round random_rounds[] = {
    { OP(NOP), 8, 0, "<chain>; until $z; " },

    /* A request that waits, with a tail; then the event that it waits for. */
    { OP(READ), 2, 0, "read fd=qr addr=b0 len={3-6} ud=@a flags=[LINK/HARD]; <last>; enter 0;"
      " put qw '[w/wake/wakeme-up]'; until $z; " CLEAN },
    { OP(READ_FIXED), 2, KRING__V(5, 13), "read_fixed fd=qr addr=b3+{0-9} len={3-6} group=3 ud=@a flags=[LINK/HARD];"
      " <last>; enter 0; put qw 'abcdef'; until $z; " CLEAN },
    { OP(READ_FIXED), 1, LATE_BUFFERS, "read_fixed fd=qr addr=b3 len=4 group=3 ud=@a; enter 0;"
      " buffers-update [vn/vb] 1 offset=3; put qw 'abcd'; until $a; enter 0; buffers-update vb 4 tag=90; enter 0; " },
    { OP(RECV), 1, KRING__V(6, 12), "recv fd=ta len={0-9} group=8 flags=SELECT ud=@a; enter 0; put tb '[a/abc/abcdefgh]';"
      " until $a; ring-status 8; " CLEAN },
    { OP(READV), 1, 0, "readv fd=qr addr=v0 len={1-3} ud=@a flags=[LINK/HARD]; <last>; enter 0;"
      " put qw '[w/wake/wakeme-up]'; until $z; " CLEAN },
    { OP(RECV), 2, 0, "recv fd=ta addr=b0 len={3-6} ud=@a flags=[LINK/HARD]; <last>; enter 0;"
      " put tb '[w/wake/wakeme-up]'; until $z; " CLEAN },
    { OP(RECV), 1, 0, "recv fd=ta addr=b0 len=8 of=MSG_WAITALL ud=@a flags=[LINK/HARD]; <last>; enter 0;"
      " put tb '[four/five5]'; enter 0; put tb 'and-more'; until $z; " CLEAN },
    { OP(RECVMSG), 1, 0, "recvmsg fd=ta addr=m1 len=1 ud=@a flags=[LINK/HARD]; <last>; enter 0;"
      " put tb '[w/wake/wakeme-up]'; until $z; " CLEAN },
    { OP(POLL_ADD), 1, 0, "poll_add fd=qr of=POLLIN ud=@a flags=[LINK/HARD]; read fd=qr addr=b0 len=4"
      " of=RWF_NOWAIT ud=@b flags=HARD; <last>; enter 0; put qw '[w/wake]'; until $z; " CLEAN },
    { OP(SPLICE), 1, 0, "splice fd=yw index=vr off=-1 addr=-1 len={4-9} ud=@a; enter 0; put vw 'abcd';"
      " until $a; get yr 16; " },
    { OP(READ), 1, 0, "unordered; read fd=qr addr=b0 len=4 ud=@a; recv fd=ta addr=b3 len=4 ud=@b;"
      " accept fd=l ud=@c; enter 0; put tb 'second'; until $b; put qw 'first'; until $a; dial k# l;"
      " until $c; " CLEAN },

    /* Waits that are ended. */
    { OP(ASYNC_CANCEL), 2, 0, "unordered; " WAITS " ud=@a flags=[NONE/LINK/HARD]; <inline>; enter 0;"
      " async_cancel addr=$a ud=@b; until $a $b $z; " },
    { OP(ASYNC_CANCEL), 1, KRING__V(5, 19), "unordered; [read fd=qr addr=b0 len=4/poll_add fd=qr of=POLLIN]"
      " ud=@a flags=[LINK/HARD]; <link>; <last>; enter 0;"
      " async_cancel fd=qr of=ASYNC_CANCEL_FD|ASYNC_CANCEL_ALL ud=@b; until $a $b $z; " },
    { OP(ASYNC_CANCEL), 1, KRING__V(5, 19), "async_cancel fd=[qr/x] of=ASYNC_CANCEL_FD[/|ASYNC_CANCEL_ALL] ud=@a;"
      " until $a; " },
    { OP(ASYNC_CANCEL), 2, KRING__V(5, 19), "unordered; " WAITS " ud=@a; " WAITS " ud=@b; " WAITS " ud=@c;"
      " enter 0; async_cancel of=ASYNC_CANCEL_ANY[/|ASYNC_CANCEL_ALL] ud=@d; until $d;"
      " async_cancel of=ASYNC_CANCEL_ANY|ASYNC_CANCEL_ALL ud=@e; until $a $b $c $e; " },
    { OP(ASYNC_CANCEL), 1, KRING__V(6, 6), "unordered; " WAITS " ud=@a; " WAITS " ud=@b; enter 0;"
      " async_cancel len=[6/22/27/11] of=ASYNC_CANCEL_OP|ASYNC_CANCEL_ALL ud=@c; until $c;"
      " async_cancel of=ASYNC_CANCEL_ANY|ASYNC_CANCEL_ALL ud=@d; until $a $b $d; " },
    { OP(POLL_REMOVE), 1, 0, "unordered; poll_add fd=[qr/ta] of=POLLIN ud=@a flags=[LINK/HARD]; <last>; enter 0;"
      " poll_remove addr=$a ud=@b; until $a $b $z; " },
    { OP(POLL_REMOVE), 1, KRING__V(5, 13), "unordered; poll_add fd=qr of=POLLPRI ud=@a; enter 0; put qw 'x';"
      " poll_remove addr=$a of=POLLIN len=POLL_UPDATE_EVENTS ud=@b; until $a $b; " CLEAN },

    /* Timers. */
    { OP(TIMEOUT), 1, 0, "timeout addr=t1 len=1[/ of=TIMEOUT_ETIME_SUCCESS] ud=@a flags=[LINK/HARD]; <last>;"
      " until $z; " },
    { OP(TIMEOUT), 1, 0, "unordered; timeout addr=t2 len=1 off=1 ud=@a; nop ud=@b; until $a $b; " },
    { OP(TIMEOUT), 1, 0, "unordered; timeout addr=t2 len=1 off=3 ud=@a; nop ud=@b; nop ud=@c; nop ud=@d;"
      " until $a $b $c $d; " },
    { OP(TIMEOUT), 1, KRING__V(6, 4), "timeout addr=t1 len=1 off={1-3} of=TIMEOUT_MULTISHOT ud=@a; until $a; " },
    { OP(TIMEOUT_REMOVE), 1, 0, "unordered; timeout addr=t2 len=1 ud=@a flags=[NONE/LINK/HARD]; <inline>; enter 0;"
      " timeout_remove addr=$a ud=@b; until $a $b $z; " },
    { OP(TIMEOUT_REMOVE), 1, KRING__V(5, 11), "unordered; timeout addr=t2 len=1 ud=@a; enter 0;"
      " timeout_remove addr=$a of=TIMEOUT_UPDATE off=t1 ud=@b; until $a $b; " },
    { OP(LINK_TIMEOUT), 1, 0, "unordered; [read fd=qr addr=b0 len=4/recv fd=ta addr=b0 len=4/accept fd=l]"
      " ud=@a flags=[LINK/HARD]; link_timeout addr=t1 len=1 ud=@b; until $a $b; " },
    { OP(LINK_TIMEOUT), 1, 0, "unordered; recv fd=ta addr=b0 len=4 ud=@a flags=LINK;"
      " link_timeout addr=t2 len=1 ud=@b flags=[NONE/LINK]; <inline>; enter 0; put tb 'abc';"
      " until $a $b $z; " CLEAN },
    { OP(LINK_TIMEOUT), 1, KRING__V(5, 15), "unordered; read fd=qr addr=b0 len=4 ud=@a flags=LINK;"
      " link_timeout addr=t2 len=1 ud=@b; enter 0;"
      " timeout_remove addr=$b of=TIMEOUT_UPDATE|LINK_TIMEOUT_UPDATE off=t1 ud=@c; until $a $b $c; " },

    /* Many results. */
    { OP(POLL_ADD), 1, KRING__V(5, 13), "unordered; poll_add fd=qr of=POLLIN len=POLL_ADD_MULTI ud=@a; enter 0;"
      " put qw 'a'; enter 1; read fd=qr addr=b0 len=8 ud=@b; until $b; put qw 'bc'; enter 1;"
      " [poll_remove/async_cancel] addr=$a ud=@c; until $a $c; " CLEAN },
    { OP(RECV), 2, LATE_END, POOL("5") "recv fd=ta group=5 ioprio=RECV_MULTISHOT flags=SELECT ud=@a;"
      " enter 0; put tb 'one'; enter 1; put tb '[2/three/fourfour]'; enter 1;"
      " async_cancel addr=$a ud=@b; until $a $b; " CLEAN UNPOOL("5") },
    { OP(RECV), 1, LATE_END, POOL("5") "recv fd=ta group=5 ioprio=RECV_MULTISHOT flags=SELECT ud=@a;"
      " enter 0; put tb '{1-999}'; enter 1; put tb 'x'; enter 1; put tb 'y'; enter 1; put tb 'z'; until $a; "
      CLEAN UNPOOL("5") },
    { OP(READ_MULTISHOT), 1, 0, POOL("6") "read_multishot fd=qr group=6 flags=SELECT ud=@a; enter 0;"
      " put qw 'abc'; enter 1; put qw '[d/defghijk]'; enter 1; async_cancel addr=$a ud=@b; until $a $b; "
      CLEAN UNPOOL("6") },
    { OP(ACCEPT), 1, LATE_PUT, "unordered; accept fd=l ioprio=ACCEPT_MULTISHOT[/ index=ALLOC] ud=@a;"
      " enter 0; dial k#a l; enter 1; dial k#b l; enter 1; async_cancel addr=$a ud=@b; until $a $b; " },

    /* Provided buffers. */
    { OP(PROVIDE_BUFFERS), 1, LATE_GROUPS, "provide_buffers fd={1-3} addr=pool len=8 group={1-2} off={0-3} ud=@a flags=HARD;"
      " read fd=f len={0-11} off={0-19} group={1-2} ud=@b flags=HARD|SELECT;"
      " recv fd=sa len={0-11} of=MSG_DONTWAIT group={1-2} ud=@c flags=HARD|SELECT;"
      " remove_buffers fd={1-4} group={1-2} ud=@d flags=HARD; <last>; until $z; " },
    { OP(RECV), 1, KRING__V(5, 19), "recv fd=ta group=7 flags=SELECT ud=@a; enter 0; put tb '[a/abc/abcdefgh]';"
      " until $a; ring-add 7 {0-3} 8; " CLEAN },
    { OP(RECV), 1, LATE_END, "recv fd=ta group=7 ioprio=RECV_MULTISHOT flags=SELECT ud=@a; enter 0;"
      " put tb 'one'; enter 1; put tb 'two'; enter 1; async_cancel addr=$a ud=@b; until $a $b;"
      " ring-add 7 {0-3} 8; ring-add 7 {0-3} 8; " CLEAN },

    /* Descriptors, direct and plain. */
    { OP(OPENAT), 1, 0, "openat fd=AT_FDCWD addr=n{0-1} of=O_RDWR|O_CREAT|O_CLOEXEC len=0644 as=o# ud=@a;"
      " until $a; write fd=o# addr=b1 len={1-9} ud=@b flags=[LINK/HARD]; close fd=o# ud=@c flags=HARD;"
      " <last>; until $z; " },
    { OP(OPENAT), 1, KRING__V(5, 15), "openat fd=AT_FDCWD addr=n1 of=O_RDWR index=4 ud=@a flags=LINK;"
      " read fd=3 flags=FIXED|[LINK/HARD] addr=b7 len={1-9} off={0-40} ud=@b; write fd=3 flags=FIXED|LINK addr=b1"
      " len={1-9} off={0-9} ud=@c; close index=4 ud=@d flags=HARD; <last>; until $z; " },
    { OP(ACCEPT), 1, LATE_PUT, "dial k# l; accept fd=l index=[3/4/ALLOC] ud=@a; until $a; put k# 'hello';"
      " recv fd={2-4} flags=FIXED addr=b7 len=5 of=MSG_DONTWAIT ud=@b; until $b; close index={3-5} ud=@c;"
      " until $c; " },
    { OP(ACCEPT), 1, KRING__V(6, 10), "accept fd=l ioprio=ACCEPT_DONTWAIT ud=@a flags=[NONE/LINK/HARD];"
      " <inline>; until $a $z; " },
    { OP(FILES_UPDATE), 1, AFTER_5_10, "files_update addr=fu len={1-3} off={1-4} ud=@a flags=HARD; <chain>; until $z; " },

    /* The life of a connection. */
    { OP(CONNECT), 2, 0, "sock c# unix; connect fd=c# addr=la off=len:la ud=@a; until $a; accept fd=l as=s# ud=@b;"
      " until $b; send fd=c# addr=b1 len={1-16} ud=@c flags=[LINK/HARD]; recv fd=s# addr=b5 len=16 ud=@d; until $d;"
      " shutdown fd=[c#/s#] len=[SHUT_RD/SHUT_WR/SHUT_RDWR] ud=@e; until $e;"
      " send fd=s# addr=b1 len=3 of=MSG_DONTWAIT ud=@f flags=HARD;"
      " recv fd=c# addr=b5 len=4 of=MSG_DONTWAIT ud=@g; until $g; close fd=c# ud=@h; until $h; " },
    { OP(CONNECT), 1, 0, "unordered; sock l# tcp listening; address a# of l#; sock c# tcp; accept fd=l# as=s# ud=@a;"
      " connect fd=c# addr=a# off=len:a# ud=@b; until $a $b; recv fd=s# addr=b5 len=16 ud=@c; enter 0;"
      " send fd=c# addr=b1 len={1-16} ud=@d; until $c $d; shutdown fd=s# len=SHUT_WR ud=@e;"
      " recv fd=c# addr=b5 len=4 ud=@f; until $e $f; " },
    { OP(LISTEN), 1, 0, "socket fd=AF_UNIX off=SOCK_STREAM|SOCK_CLOEXEC as=o# ud=@a; until $a; address a# unix u#;"
      " bind fd=o# addr=a# off=len:a# ud=@b flags=[LINK/HARD]; listen fd=o# len=4 ud=@c; until $c; sock c# unix;"
      " connect fd=c# addr=a# off=len:a# ud=@d; until $d; accept fd=o# ud=@e; until $e; " },
    { OP(SEND), 1, KRING__V(6, 1), "sock e# udp bound; address a# of e#; sock g# udp; send fd=g# addr=b1 len={1-16}"
      " off=a# addrlen=len:a# ud=@a; until $a; recv fd=e# addr=b5 len=16[/ of=MSG_PEEK] ud=@b; until $b; " },

    /* Names: what one makes, the next one uses. */
    { OP(MKDIRAT), 2, 0, "mkdirat fd=AT_FDCWD addr=" NAME " len=0755 ud=@a flags=HARD; <link>;"
      " openat fd=AT_FDCWD addr=" NAME " of=O_RDONLY|O_DIRECTORY index=6 ud=@b flags=HARD;"
      " renameat fd=" AT " addr=" NAME " len=" AT " off=" NAME " ud=@c flags=HARD;"
      " unlinkat fd=AT_FDCWD addr=" NAME "[/ of=AT_REMOVEDIR] ud=@d flags=HARD; <last>; until $z; tree; " },
    { OP(LINKAT), 1, 0, "openat fd=AT_FDCWD addr=na of=O_RDWR|O_CREAT|O_TRUNC len=0640 index=6 ud=@a flags=HARD;"
      " write fd=5 addr=b1 len={1-9} ud=@b flags=HARD|FIXED; linkat fd=AT_FDCWD addr=na len=ds off=" NAME
      " ud=@c flags=HARD; symlinkat addr=na fd=AT_FDCWD off=" NAME " ud=@d flags=HARD; <last>; until $z; tree; " },
    { OP(SETXATTR), 2, 0, "setxattr addr3=n1 addr=xa off=b1 len={1-9} ud=@a flags=[LINK/HARD];"
      " fgetxattr fd={0-2} addr=[xa/xb] off=b3 len={0-12} ud=@b flags=HARD|FIXED; <link>;"
      " fsetxattr fd=f addr=xb off=b4 len={1-8} of=[0/XATTR_REPLACE] ud=@c flags=HARD;"
      " getxattr addr3=[n1/na] addr=xb off=b6 len={0-9} ud=@d flags=HARD; <last>; until $z; " },

    /* Futexes. */
    { OP(FUTEX_WAIT), 2, 0, "futex_wait fd=U32 addr=w1 off=5 addr3=[MATCH/6] ud=@a flags=[LINK/HARD]; <last>; enter 0;"
      " wake w1 {1-2}[/ mask=4]; until $z; " },
    { OP(FUTEX_WAIT), 1, 0, "unordered; futex_wait fd=U32|PRIVATE addr=w2 off=6 addr3=2 ud=@a;"
      " futex_wait fd=U32|PRIVATE addr=w2 off=6 addr3=[3/MATCH] ud=@b; enter 0; wake w2 [1/2] private mask=1;"
      " wake w2 9 private; until $a $b; " },
    { OP(FUTEX_WAKE), 1, 0, "unordered; futex_wait fd=U32 addr=w1 off=5 addr3=[MATCH/6] ud=@a flags=[NONE/LINK/HARD];"
      " <inline>; enter 0; futex_wake fd=U32 addr=w1 off={1-2} addr3=[MATCH/2] ud=@b; until $a $b $z; " },
    { OP(FUTEX_WAITV), 2, 0, "futex_waitv addr=fw len=2 ud=@a flags=[LINK/HARD]; <last>; enter 0;"
      " [wake w1 1/wake w2 1 private/wake w1 1 mask=4]; until $z; wake w1 9; wake w2 9 private; " },

    /* Processes. */
    { OP(WAITID), 2, 0, "child k# exit {0-9}[/ after={1-4}ms]; siginfo i#; waitid fd=k# len=P_PID off=i#"
      " index=WEXITED ud=@a flags=[LINK/HARD]; <last>; until $z; " },
    { OP(WAITID), 1, 0, "child k# sleep; siginfo i#; waitid fd=k# len=P_PID off=i# index=WEXITED[/|WSTOPPED] ud=@a"
      " flags=[LINK/HARD]; <last>; enter 0; signal k# [SIGKILL/SIGTERM]; until $z; reap k#; " },
    { OP(WAITID), 1, 0, "child k# sleep[/ group]; siginfo i#; waitid fd=[0/k#] len=[P_ALL/P_PID]"
      " off=i# index=WEXITED|WNOHANG ud=@a; until $a; signal k# SIGSTOP settled;"
      " waitid fd=k# len=P_PID off=i# index=WSTOPPED[/|WNOWAIT] ud=@b; until $b; signal k# SIGKILL; reap k#; " },
    { OP(WAITID), 1, 0, "child k# exit {0-9} after={1-4}ms; pidfd d# k#; siginfo i#; waitid fd=d# len=P_PIDFD off=i#"
      " index=WEXITED[/|WNOWAIT] ud=@a flags=[LINK/HARD]; <last>; until $z; "
      "waitid fd=k# len=P_PID index=WEXITED ud=@b; until $b; " },
    { OP(ASYNC_CANCEL), 2, KRING__V(6, 15), "unordered; child k# sleep; waitid fd=k# len=[P_PID/P_ALL] index=WEXITED ud=@a;"
      " [futex_wait fd=U32 addr=w1 off=5 addr3=MATCH/futex_waitv addr=fw len=2] ud=@b;"
      " [epoll_wait fd=e1 addr=be len=1/read fd=qr addr=b0 len=4] ud=@c; enter 0;"
      " async_cancel of=ASYNC_CANCEL_ANY ud=@d; until $a $b $c $d; signal k# SIGKILL; reap k#; " },

    /* Pipes, epoll. */
    { OP(PIPE), 2, 0, "fds p# -1 -1; pipe addr=p# of=O_CLOEXEC[/|O_NONBLOCK/|O_DIRECT] as=h# ud=@a; until $a;"
      " read fd=h#r addr=b3 len={1-9} ud=@b flags=[LINK/HARD]; <last>; enter 0; put h#w 'through'; until $z;"
      " read fd=h#r addr=b3 len=16 of=RWF_NOWAIT ud=@c; until $c; " },
    { OP(PIPE), 1, 0, "pipe addr=fp index=3 of=[0/O_NONBLOCK] ud=@a flags=LINK; write fd=3 addr=b1 len={4-9} flags=FIXED|LINK"
      " ud=@b; read fd=2 addr=b3 len={1-4} flags=FIXED|HARD ud=@c; <link>; close index=4 ud=@d flags=HARD;"
      " read fd=2 addr=b3 len=16 flags=FIXED|HARD ud=@e; close index=3 ud=@f flags=HARD; <last>; until $z; " },
    { OP(EPOLL_WAIT), 2, 0, "epoll_wait fd=e1 addr=be len={1-2} ud=@a flags=[LINK/HARD]; <last>; enter 0;"
      " put qw '[w/wake]'; until $z; " CLEAN },
    { OP(EPOLL_WAIT), 1, 0, "unordered; epoll g#; epoll_wait fd=g# addr=be len=2 ud=@a; enter 0; put tb 'x';"
      " epoll_ctl fd=g# off=ta len=EPOLL_CTL_ADD addr=ev ud=@b flags=[LINK/HARD];"
      " epoll_ctl fd=g# off=tb len=EPOLL_CTL_ADD addr=ev ud=@c; until $a $b $c; " CLEAN },
    { OP(EPOLL_WAIT), 1, 0, "unordered; epoll_wait fd=e1 addr=be len=1 ud=@a flags=[LINK/HARD];"
      " [link_timeout addr=t2 len=1/nop] ud=@b; enter 0; async_cancel addr=$a ud=@c; until $a $b $c; " },

    /* Sent without copying: the notification comes with or behind what is linked. */
    { OP(SEND_ZC), 2, 0, "unordered; sock r# udp bound; address a# of r#; sock u# udp; send_zc fd=u# addr=b1 len={0-16}"
      " off=a# addrlen=len:a# ioprio=[0/SEND_ZC_REPORT_USAGE/RECVSEND_POLL_FIRST] ud=@a flags=[NONE/LINK/HARD];"
      " <inline>; until $a $z; get r# 16; " },
    { OP(SEND_ZC), 2, KRING__V(6, 1), "unordered; sock l# tcp listening; dial c# l#; accept fd=l# as=s# ud=@a; until $a;"
      " [send_zc fd=c# addr=b1 len={1-16}/send_zc fd=c# addr=b1+{0-4} len={1-9} group=1 ioprio=RECVSEND_FIXED_BUF/"
      "sendmsg_zc fd=c# addr=m0 len=1] ud=@b flags=[NONE/LINK]; <inline>; until $b $z; get s# 4;"
      " reset s#; " },
    { OP(SEND_ZC), 1, 0, "unordered; send_zc fd=[k/sa/f/x] addr=b1 len=4 of=MSG_DONTWAIT ud=@a flags=[NONE/LINK/HARD];"
      " <inline>; until $a $z; " },

    /* Options of a direct socket. */
    { OP(URING_CMD), 2, KRING__V(6, 7), "sock c# [tcp/udp]; fds y# c#; files_update addr=y# len=1 off=2 ud=@a; until $a;"
      " uring_cmd fd=2 cmd=SETSOCKOPT level=SOL_SOCKET optname=SO_KEEPALIVE addr3=bo index=4 ud=@b"
      " flags=FIXED|[LINK/HARD]; <link>; uring_cmd fd=2 cmd=GETSOCKOPT level=SOL_SOCKET optname=[SO_KEEPALIVE/SO_TYPE]"
      " addr3=bk index={1-4} ud=@c flags=FIXED|HARD; <last>; until $z; " },

    { OP(MSG_RING), 1, 0, "unordered; msg_ring fd=ring0 len={1-99} off=7{100-999} ud=@a; until $a; enter 0; " },
};
const unsigned random_round_count = sizeof random_rounds / sizeof random_rounds[0];
