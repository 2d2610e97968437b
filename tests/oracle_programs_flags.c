/* SPDX-License-Identifier: MIT */
/* Flags that no other family has a reason to use. */
#include "oracle_programs.h"

#define RW "file f 'some contents'; buf b 'ABCDEFGH'; iov v b:0:3 b:4:2; "
#define FIXED_BUFFER "buf b 'ABCDEFGH'; iov v b:0:8; buffers v 1; iov w b:1:3; file f 'some contents'; "
#define WRITES(name, flag)                                                                  \
    { "flag-write-" name, RW "write fd=f addr=b len=5 off=4 of=" flag "; enter 1" },             \
    { "flag-writev-" name, RW "writev fd=f addr=v len=2 off=4 of=" flag "; enter 1" },           \
    { "flag-write-fixed-" name, FIXED_BUFFER "write_fixed fd=f addr=b len=5 off=4 of=" flag      \
      "; enter 1" },                                                                        \
    { "flag-writev-fixed-" name, FIXED_BUFFER "writev_fixed fd=f addr=w len=1 off=4 of=" flag    \
      "; enter 1" }
#define READS(name, flag)                                                                   \
    { "flag-read-" name, RW "read fd=f addr=b len=5 off=4 of=" flag "; enter 1" },               \
    { "flag-readv-" name, RW "readv fd=f addr=v len=2 off=4 of=" flag "; enter 1" },             \
    { "flag-read-fixed-" name, FIXED_BUFFER "read_fixed fd=f addr=b len=5 off=4 of=" flag        \
      "; enter 1" },                                                                             \
    { "flag-readv-fixed-" name, FIXED_BUFFER "readv_fixed fd=f addr=w len=1 off=4 of=" flag      \
      "; enter 1" }

const struct oracle_program oracle_programs_flags[] = {
    { "flag-nop-tw", "since 6.18; nop of=NOP_TW; enter 1" },
    { "flag-nop-tw-link", "since 6.18; ordered; nop of=NOP_TW flags=LINK; nop; enter 2" },
    { "flag-nop-cqe32", "since 6.18; nop of=NOP_CQE32; enter 1" },
    { "flag-nop-fixed-buffer", "since 6.18; " FIXED_BUFFER "nop of=NOP_FIXED_BUFFER; enter 1" },
    { "flag-nop-fixed-buffer-beyond", "since 6.18; " FIXED_BUFFER "nop of=NOP_FIXED_BUFFER group=1; enter 1" },
    { "flag-nop-fixed-buffer-none", "since 6.18; nop of=NOP_FIXED_BUFFER; enter 1" },

    READS("dsync", "RWF_DSYNC"), READS("sync", "RWF_SYNC"), READS("dontcache", "RWF_DONTCACHE"),
    READS("append", "RWF_APPEND"), READS("hipri", "RWF_HIPRI"), READS("atomic", "RWF_ATOMIC"),
    WRITES("dsync", "RWF_DSYNC"), WRITES("sync", "RWF_SYNC"), WRITES("append", "RWF_APPEND"),
    WRITES("noappend", "RWF_NOAPPEND"), WRITES("dontcache", "RWF_DONTCACHE"),
    WRITES("hipri", "RWF_HIPRI"), WRITES("append-noappend", "RWF_APPEND|RWF_NOAPPEND"),
    /* 6.18 */
    { "flag-write-nosignal", "since 6.18; pipe p; closefd pr; buf b 'ABCD'; iov v b:0:4; buffers v 1;"
      " write fd=pw addr=b len=4 of=RWF_NOSIGNAL; writev fd=pw addr=v len=1 of=RWF_NOSIGNAL;"
      " write_fixed fd=pw addr=b len=4 of=RWF_NOSIGNAL; writev_fixed fd=pw addr=v len=1 of=RWF_NOSIGNAL; enter 4" },
    { "flag-write-nosignal-written", "since 6.18; pipe p; buf b 'ABCD'; iov v b:0:4; buffers v 1;"
      " write fd=pw addr=b len=4 of=RWF_NOSIGNAL; writev fd=pw addr=v len=1 of=RWF_NOSIGNAL;"
      " write_fixed fd=pw addr=b len=4 of=RWF_NOSIGNAL; writev_fixed fd=pw addr=v len=1 of=RWF_NOSIGNAL; enter 4" },
    { "flag-writev-fixed-nowait", "pipe p; buf b 'ABCD'; iov v b:0:4; buffers v 1;"
      " writev_fixed fd=pw addr=v len=1 of=RWF_NOWAIT; enter 1" },
    { "flag-renameat-whiteout", "file f 'x'; path n 'f'; path m 'g'; renameat fd=AT_FDCWD addr=n len=AT_FDCWD off=m"
      " of=RENAME_WHITEOUT; enter 1; tree" },
    { "flag-linkat-empty-path", "file f 'x'; path n ''; path m 'g'; linkat fd=f addr=n len=AT_FDCWD off=m"
      " of=AT_EMPTY_PATH; enter 1; tree" },
    { "flag-fallocate-unshare", "file f 'abc'; fallocate fd=f addr=3 len=FALLOC_FL_UNSHARE_RANGE; enter 1" },
    { "flag-select-link-timeout", "pipe p; time t 3ms; poll_add fd=pr of=POLLIN flags=LINK ud=1;"
      " link_timeout addr=t len=1 flags=SELECT group=9 ud=2; enter 2" },
    { "flag-drain-skip-read-multishot", "pipe p 'x'; read_multishot fd=pr group=9 flags=SELECT|DRAIN|SKIP; enter 1" },
    { "flag-poll-bands", "pair s stream; poll_add fd=sa of=POLLRDBAND|POLLWRBAND|POLLOUT; enter 1" },
    { "flag-send-zc-others", "unordered; sock u udp bound; address a of u; sock c udp; buf b 'hello'; iov v b:0:5; msg m iov=v name=a;"
      " send_zc fd=c addr=b len=5 off=a addrlen=len:a of=MSG_NOSIGNAL|MSG_CONFIRM|MSG_DONTROUTE|MSG_EOR;"
      " sendmsg_zc fd=c addr=m len=1 of=MSG_NOSIGNAL|MSG_CONFIRM|MSG_DONTROUTE|MSG_EOR; enter 4; get u 9; get u 9" },
    { "flag-sendmsg-zc-more", "unordered; sock u udp bound; address a of u; sock c udp; connect fd=c addr=a off=len:a; enter 1;"
      " buf b 'hello'; iov v b:0:5; msg m iov=v; sendmsg_zc fd=c addr=m len=1 of=MSG_MORE ud=5; enter 2;"
      " send fd=c addr=b len=1 ud=6; enter 1; get u 16" },
    { "flag-write-noappend-append", "file f 'some contents' append; buf b 'ABCD'; write fd=f addr=b len=4 off=2"
      " of=RWF_NOAPPEND; enter 1" },
    { "flag-write-append-file", "file f 'some contents' append; buf b 'ABCD'; write fd=f addr=b len=4 off=2; enter 1" },

    { "flag-send-eor", "pair s seqpacket; buf b 'hello'; send fd=sa addr=b len=5 of=MSG_EOR; enter 1" },
    { "flag-send-confirm", "pair d dgram; buf b 'hello'; send fd=da addr=b len=5 of=MSG_CONFIRM; enter 1" },
    { "flag-send-dontroute", "sock l tcp listening; dial c l; buf b 'hello'; send fd=c addr=b len=5 of=MSG_DONTROUTE; enter 1" },
    { "flag-send-vectorized", "since 6.17; pair s stream; buf b 'hello'; iov v b:0:2 b:3:2;"
      " send fd=sa addr=v len=2 ioprio=SEND_VECTORIZED; enter 1" },
    { "flag-send-vectorized-none", "since 6.17; pair s stream; buf b 'hello'; iov v b:0:2;"
      " send fd=sa addr=v len=0 ioprio=SEND_VECTORIZED; enter 1" },
    { "flag-sendmsg-more", "sock l tcp listening; dial c l; buf b 'hello'; iov v b:0:5; msg m iov=v;"
      " sendmsg fd=c addr=m len=1 of=MSG_MORE flags=LINK; sendmsg fd=c addr=m len=1; enter 2;"
      " accept fd=l as=s; enter 1; get s 16" },
    { "flag-sendmsg-oob", "sock l tcp listening; dial c l; buf b 'hello'; iov v b:0:5; msg m iov=v;"
      " sendmsg fd=c addr=m len=1 of=MSG_OOB; enter 1" },
    { "flag-sendmsg-eor", "pair s seqpacket; buf b 'hello'; iov v b:0:5; msg m iov=v;"
      " sendmsg fd=sa addr=m len=1 of=MSG_EOR; enter 1" },
    { "flag-sendmsg-confirm-dontroute", "sock u udp bound; address a of u; sock c udp; buf b 'hello'; iov v b:0:5;"
      " msg m iov=v name=a; sendmsg fd=c addr=m len=1 of=MSG_CONFIRM|MSG_DONTROUTE; enter 1" },
    { "flag-recv-oob", "sock l tcp listening; dial c l; accept fd=l as=s; enter 1; buf d '!'; buf b 8;"
      " send fd=c addr=d len=1 of=MSG_OOB; enter 1; recv fd=s addr=b len=1 of=MSG_OOB; enter 1" },
    { "flag-recv-oob-none", "sock l tcp listening; dial c l; accept fd=l as=s; enter 1; buf b 8;"
      " recv fd=s addr=b len=1 of=MSG_OOB; enter 1" },
    { "flag-recv-useless-flags", "pair s stream; put sb 'hello'; buf b 8;"
      " recv fd=sa addr=b len=5 of=MSG_NOSIGNAL|MSG_CMSG_CLOEXEC; enter 1" },
    { "flag-recvmsg-oob", "sock l tcp listening; dial c l; accept fd=l as=s; enter 1; buf d '!'; buf b 8; iov v b:0:8;"
      " msg m iov=v; send fd=c addr=d len=1 of=MSG_OOB; enter 1; recvmsg fd=s addr=m len=1 of=MSG_OOB; enter 1" },
    { "flag-recvmsg-useless-flags", "pair s stream; put sb 'hello'; buf b 8; iov v b:0:8; msg m iov=v;"
      " recvmsg fd=sa addr=m len=1 of=MSG_NOSIGNAL; enter 1" },
    { "flag-recvmsg-errqueue", "sock c udp; buf b 8; iov v b:0:8; msg m iov=v; recvmsg fd=c addr=m len=1 of=MSG_ERRQUEUE|MSG_DONTWAIT;"
      " enter 1" },

    { "flag-poll-hup-err", "pipe p; poll_add fd=pr of=POLLHUP|POLLERR; enter 0; closefd pw; enter 1" },
    { "flag-poll-err-writer", "pipe p; poll_add fd=pw of=POLLERR; enter 0; closefd pr; enter 1" },
    { "flag-poll-rdnorm-wrnorm", "pair s stream; put sb 'x'; poll_add fd=sa of=POLLRDNORM|POLLWRNORM; enter 1" },
    { "flag-poll-level", "pipe p 'x'; poll_add fd=pr of=POLLIN len=POLL_ADD_LEVEL; enter 1" },
    { "flag-poll-multi-level", "pipe p 'x'; poll_add fd=pr of=POLLIN len=POLL_ADD_LEVEL|POLL_ADD_MULTI; enter 1" },

    { "flag-openat-sync-flags", "file f 'x'; path n 'f'; openat fd=AT_FDCWD addr=n of=O_RDWR|O_SYNC|O_DSYNC|O_NOCTTY;"
      " enter 1" },
    { "flag-openat-noatime", "file f 'x'; path n 'f'; openat fd=AT_FDCWD addr=n of=O_NOATIME; enter 1" },
    { "flag-openat-direct-io", "file f 'x'; path n 'f'; openat fd=AT_FDCWD addr=n of=O_RDWR|O_DIRECT; enter 1" },

    { "flag-splice-gift", "pipe p 'hello'; pipe q; splice fd=qw index=pr off=-1 addr=-1 len=5 of=SPLICE_F_GIFT; enter 1" },
    { "flag-tee-hints", "pipe p 'hello'; pipe q; tee fd=qw index=pr len=5 of=SPLICE_F_MOVE|SPLICE_F_MORE|SPLICE_F_GIFT;"
      " enter 1" },
    { "flag-msg-ring-skip", "ring; msg_ring fd=ring1 len=5 off=77 of=MSG_RING_CQE_SKIP; enter 1 wait=20ms; enter 0 ring=1" },
};
const unsigned oracle_programs_flags_count = sizeof oracle_programs_flags / sizeof oracle_programs_flags[0];
