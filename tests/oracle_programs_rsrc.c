/* SPDX-License-Identifier: MIT */
/* Registered buffers and files: tables, tags, and the operations on them. */
#include "oracle_programs.h"

/* A file of eight bytes, a buffer of 32 that is registered as number 0 from its byte 8 on. */
#define ONE "file f 'contents'; buf b 32; iov v b:8:16; buffers v 1; "

const struct oracle_program oracle_programs_rsrc[] = {
    /* ---- buffer rings that are consumed piece by piece ---- */
    { "inc-pieces", "ordered; pair s stream; ring-group 2 2 8 inc; ring-status 2; put sb 'abc'; recv fd=sa flags=SELECT"
      " group=2; enter 1; ring-status 2; put sb 'defgh'; recv fd=sa flags=SELECT group=2; enter 1; ring-status 2;"
      " put sb 'ijkl'; recv fd=sa flags=SELECT group=2; enter 1; ring-status 2" },
    { "inc-length", "ordered; pair s stream; ring-group 2 1 16 inc; put sb 'abcdefgh'; recv fd=sa len=3 flags=SELECT group=2;"
      " enter 1; recv fd=sa len=100 flags=SELECT group=2; enter 1; ring-status 2" },
    { "inc-used-up", "ordered; pair s stream; ring-group 2 1 8 inc; put sb 'abcdefghij'; recv fd=sa flags=SELECT group=2;"
      " enter 1; ring-status 2; recv fd=sa flags=SELECT group=2; enter 1; ring-status 2" },
    { "inc-given-back", "ordered; pair s stream; ring-group 2 1 4 inc; put sb 'abcdef'; recv fd=sa flags=SELECT group=2;"
      " enter 1; ring-add 2 0 4; recv fd=sa flags=SELECT group=2; enter 1; ring-status 2" },
    { "inc-end", "ordered; pair s stream; ring-group 2 1 8 inc; shut sb wr; recv fd=sa flags=SELECT group=2; enter 1;"
      " ring-status 2" },
    { "inc-pipe", "ordered; pipe p 'abc'; ring-group 2 1 8 inc; read fd=pr flags=SELECT group=2; enter 1; ring-status 2;"
      " put pw 'de'; read fd=pr flags=SELECT group=2; enter 1; ring-status 2" },
    { "inc-pipe-end", "ordered; pipe p; closefd pw; ring-group 2 1 8 inc; read fd=pr flags=SELECT group=2; enter 1;"
      " ring-status 2" },
    { "inc-pipe-waits", "ordered; pipe p; ring-group 2 1 8 inc; read fd=pr flags=SELECT group=2 ud=5; enter 0; ring-status 2;"
      " put pw 'ab'; enter 1; ring-status 2" },
    { "inc-cancelled", "ordered; pipe p; ring-group 2 1 8 inc; read fd=pr flags=SELECT group=2 ud=5; enter 0;"
      " async_cancel addr=5 ud=6; unordered; enter 2; ring-status 2" },
    { "inc-file", "ordered; file f 'contents'; ring-group 2 1 16 inc; read fd=f len=3 flags=SELECT group=2; enter 1;"
      " ring-status 2; read fd=f len=3 off=3 flags=SELECT group=2; enter 1; ring-status 2" },
    { "inc-file-whole", "ordered; file f 'contents'; ring-group 2 1 16 inc; read fd=f flags=SELECT group=2; enter 1;"
      " ring-status 2; read fd=f off=3 flags=SELECT group=2; enter 1; ring-status 2" },
    { "inc-file-end", "ordered; file f 'contents'; ring-group 2 1 16 inc; read fd=f off=100 flags=SELECT group=2; enter 1;"
      " ring-status 2" },
    { "inc-readv", "ordered; pipe p 'abcdef'; buf b 8; iov v b:0:4; ring-group 2 1 16 inc; readv fd=pr addr=v len=1 flags=SELECT"
      " group=2; enter 1; ring-status 2" },
    { "inc-multishot", "ordered; pipe p; ring-group 2 2 8 inc; read_multishot fd=pr flags=SELECT group=2 ud=5; enter 0;"
      " put pw 'abc'; enter 1; put pw 'defgh'; enter 1; put pw 'ij'; enter 1; ring-status 2; async_cancel addr=5 ud=6;"
      " unordered; enter 2" },
    { "inc-multishot-long", "ordered; pair s stream; ring-group 2 2 8 inc; put sb 'abcdefghijkl'; recv fd=sa flags=SELECT group=2"
      " ioprio=RECV_MULTISHOT ud=5; enter 2; ring-status 2; put sb 'mnopqr'; enter 2; ring-status 2" },
    { "inc-recvmsg", "ordered; pair s dgram; iov v 0:0:0; msg m iov=v; ring-group 2 1 64 inc; put sb 'abc';"
      " recvmsg fd=sa addr=m len=1 flags=SELECT group=2; enter 1; ring-status 2" },
    { "inc-two-requests", "pair s stream; pair t stream; ring-group 2 2 8 inc; recv fd=sa flags=SELECT group=2 ud=5;"
      " recv fd=ta flags=SELECT group=2 ud=6; enter 0; put sb 'abc'; enter 1; put tb 'de'; enter 1; ring-status 2" },
    { "inc-flags", "ring-group 2 1 8; ring-group 3 1 8 inc; ring-remove 3; ring-status 3; ring-group 3 1 8; ring-status 3" },
    { "ring-status-errors", "ring-status 2; ring-group 2 1 8; ring-status 2 resv=1; ring-status 2 nr=2; ring-status 2 nr=0;"
      " buf m 64; provide_buffers fd=1 addr=m len=8 group=3; enter 1; ring-status 3; ring-status 70000; register 26 nr=1" },
    { "ring-status-follows", "pair s stream; ring-group 2 3 4; put sb 'abcdefgh'; recv fd=sa flags=SELECT group=2; recv fd=sa"
      " flags=SELECT group=2; enter 2; ring-status 2; ring-add 2 0 4; ring-status 2" },
    { "ring-remove-errors", "ring-remove 2; buf m 64; provide_buffers fd=1 addr=m len=8 group=3; enter 1; ring-remove 3;"
      " ring-group 3 1 8; remove_buffers fd=1 group=3; enter 1; ring-group 3 1 8; ring-remove 3; ring-remove 3;"
      " register 23 nr=1; register 22 nr=1" },
    { "ring-group-entries", "ring-group 2 1 8 entries=3; ring-group 2 1 8 entries=65536; ring-group 2 1 8 entries=0;"
      " ring-group 2 1 8 entries=1; ring-group 2 1 8" },
    { "ring-removed-while-waiting", "pipe p; ring-group 2 1 8; read fd=pr flags=SELECT group=2 ud=5; enter 0; ring-remove 2;"
      " put pw 'abc'; enter 1" },

    /* ---- provided buffers of the old kind ---- */
    { "provide-into-ring", "buf m 64; ring-group 2 1 8; provide_buffers fd=1 addr=m len=8 group=2; remove_buffers fd=1 group=2;"
      " enter 2" },
    { "provide-last-id", "buf m 64; provide_buffers fd=1 addr=m len=8 group=1 off=65535; provide_buffers fd=2 addr=m len=8 group=1"
      " off=65535; provide_buffers fd=1 addr=m len=8 group=1 off=65536; enter 3; remove_buffers fd=9 group=1; enter 1" },
    { "provide-overflow", "provide_buffers fd=2 addr=-8 len=8 group=1; provide_buffers fd=3 addr=0 len=0x7fffffff group=1;"
      " buf m 64; provide_buffers fd=2 addr=m len=0 group=1; enter 3" },
    { "provide-fields", "buf m 64; provide_buffers fd=1 addr=m len=8 group=1 of=1; provide_buffers fd=1 addr=m len=8 group=1 index=1;"
      " provide_buffers fd=-1 addr=m len=8 group=1; remove_buffers fd=0 group=1; remove_buffers fd=70000 group=1;"
      " remove_buffers fd=1 group=1 of=1; remove_buffers fd=1 group=1 addr=1; remove_buffers fd=1 group=1 len=1;"
      " enter 8" },
    { "remove-part", "buf m 64; provide_buffers fd=4 addr=m len=8 group=1; enter 1; remove_buffers fd=2 group=1; enter 1;"
      " pair s stream; put sb 'abc'; recv fd=sa flags=SELECT group=1; enter 1; remove_buffers fd=9 group=1; enter 1;"
      " remove_buffers fd=1 group=1; enter 1" },
    { "remove-in-chain", "ordered; buf m 64; provide_buffers fd=1 addr=m len=8 group=1; enter 1; remove_buffers fd=2 group=1 flags=LINK;"
      " nop; enter 2; remove_buffers fd=2 group=9 flags=LINK; nop; enter 2" },
    { "legacy-waits", "buf m 64; provide_buffers fd=1 addr=m len=8 group=1; enter 1; pipe p; read fd=pr len=8 flags=SELECT group=1"
      " ud=5; enter 0; put pw 'abc'; enter 1" },
    { "legacy-taken-while-waiting", "buf m 64; provide_buffers fd=1 addr=m len=8 group=1; enter 1; pair s stream; recv fd=sa len=8"
      " flags=SELECT group=1 ud=5; enter 0; remove_buffers fd=1 group=1; enter 1; put sb 'abc'; enter 1" },
    { "legacy-group-becomes-ring", "buf m 64; provide_buffers fd=1 addr=m len=8 group=2; enter 1; ring-group 2 1 8;"
      " remove_buffers fd=1 group=2; enter 1" },

    /* ---- tables ---- */
    { "buffers-plain", "buf b 32; iov v b:0:16 b:16:16; buffers v 2 plain; register 1; register 1" },
    { "buffers-none", "buf b 32; iov v b:0:16; buffers v 0 plain; buffers v 0; register 1" },
    { "buffers-too-many", "buf b 32; iov v b:0:16; buffers v 16385 plain; buffers 0 16385" },
    { "buffers-null", "register 0 nr=1; register 15 nr=32; register 16 nr=32; register 15; register 16" },
    { "buffers-twice", "buf b 32; iov v b:0:16; buffers v 1 plain; buffers v 1 plain; buffers v 1" },
    { "buffers-unregister-argument", "buf b 32; iov v b:0:16; buffers v 1; register 1 arg=b; register 1 nr=1;"
      " register 1" },
    { "buffers-zero-length", "buf b 32; iov v b:0:0; buffers v 1 plain; buffers v 1" },
    { "buffers-null-with-length", "iov v 0:0:16; buffers v 1 plain; buffers v 1" },
    { "buffers-null-vector", "since 5.13; iov v 0:0:0; buffers v 1 plain; register 1" },
    { "buffers-hole", "since 5.13; file f 'contents'; buf b 32; iov v b:0:16 0:0:0 b:16:16; buffers v 3 plain;"
      " read_fixed fd=f addr=b+16 len=4 group=2; read_fixed fd=f addr=b len=4 group=1; enter 2" },
    { "buffers-giant", "buf b 32; iov v b:0:0x40000001; buffers v 1 plain" },
    { "buffers-negative", "buf b 32; iov v b:0:-1; buffers v 1 plain" },
    { "buffers-wrap", "iov v -4096:0:8192; buffers v 1 plain" },
    { "buffers-unmapped", "iov v 0x10000:0:4096; buffers v 1 plain; buffers v 1" },
    { "buffers-second-bad", "buf b 32; iov v b:0:16 b:0:0; buffers v 2 plain; register 1; buffers v 2 tag=70; enter 0" },
    { "buffers-sparse", "buffers 0 4 flags=1; register 1" },
    { "buffers-sparse-with-data", "buf b 32; iov v b:0:16; buffers v 1 flags=1" },
    { "buffers-no-data", "buffers 0 4; register 1" },
    { "buffers-unknown-flag", "buf b 32; iov v b:0:16; buffers v 1 flags=2" },
    { "buffers-reserved", "buf b 32; iov v b:0:16; buffers v 1 resv=1" },
    { "buffers-size", "buf b 32; iov v b:0:16; buffers v 1 size=24; buffers v 1 size=40" },
    { "buffers-tag-on-hole", "iov v 0:0:0; buffers v 1 tag=70; buffers 0 2 flags=1 tag=70; register 1" },
    { "buffers-tags", "ordered; buf b 64; iov v b:0:16 b:16:16 b:32:16; buffers v 3 tag=70; register 1; enter 0" },
    { "buffers-tag-zero", "buf b 64; iov v b:0:16; buffers v 1 tag=0; register 1; enter 0" },
    { "buffers-tags-replaced", "ordered; buf b 64; iov v b:0:16 b:16:16; iov w b:32:16; buffers v 2 tag=70;"
      " buffers-update w 1 tag=80; enter 0; buffers-update w 1 offset=1; enter 0; register 1; enter 0" },
    { "buffers-tag-after-use", "ordered; pipe p; buf b 32; iov v b:0:16; iov z 0:0:0; buffers v 1 tag=70;"
      " read_fixed fd=pr addr=b len=4 ud=5; enter 0; buffers-update z 1; enter 0; put pw 'abcd'; enter 2;"
      " read_fixed fd=pr addr=b len=4 ud=6; enter 1" },
    { "buffers-tag-after-unregister", "ordered; pipe p; buf b 32; iov v b:0:16; buffers v 1 tag=70;"
      " read_fixed fd=pr addr=b len=4 ud=5; enter 0; register 1; enter 0; buffers v 1 tag=71; put pw 'abcd'; enter 2;"
      " register 1; enter 0" },
    { "buffers-tag-after-cancel", "ordered; pipe p; buf b 32; iov v b:0:16; buffers v 1 tag=70;"
      " read_fixed fd=pr addr=b len=4 ud=5; enter 0; register 1; async_cancel addr=5 ud=6; unordered; enter 3" },
    { "buffers-tags-of-two-users", "ordered; pipe p; pipe q; buf b 32; iov v b:0:16; buffers v 1 tag=70;"
      " read_fixed fd=pr addr=b len=4 ud=5; read_fixed fd=qr addr=b+4 len=4 ud=6; enter 0; register 1;"
      " put pw 'abcd'; enter 1; put qw 'efgh'; enter 2" },
    { "buffers-tag-eventfd", "eventfd e; fds n e; register 4 arg=n nr=1; buf b 64; iov v b:0:16; buffers v 1 tag=70;"
      " register 1; get e 8; register 5; enter 0" },
    { "buffers-tags-overflow", "ordered; setup entries=1 cq=2; buf b 64; iov v b:0:8 b:8:8 b:16:8 b:24:8 b:32:8;"
      " buffers v 5 tag=70; register 1; enter 0 keep; enter 5; enter 0" },
    { "buffers-tags-behind-overflow", "ordered; setup entries=2 cq=2; buf b 64; iov v b:0:8; buffers v 1 tag=70;"
      " nop ud=1; nop ud=2; enter 0 keep; nop ud=3; nop ud=4; enter 0 keep; register 1; enter 5; enter 0" },
    { "buffers-tags-counted", "ordered; time t 500ms; buf b 64; iov v b:0:8; buffers v 1 tag=70;"
      " timeout addr=t len=1 off=1 ud=5; enter 0; register 1; enter 2" },

    { "buffers-update-no-table", "buf b 32; iov v b:0:16; buffers-update v 1" },
    { "buffers-update-none", "buf b 32; iov v b:0:16; buffers v 1; buffers-update v 0" },
    { "buffers-update-beyond", "buf b 32; iov v b:0:16; buffers v 1; buffers-update v 1 offset=1" },
    { "buffers-update-partly-beyond", "buf b 32; iov v b:0:16 b:16:16; buffers v 2; buffers-update v 2 offset=1" },
    { "buffers-update-overflow", "buf b 32; iov v b:0:16 b:16:16; buffers v 2; buffers-update v 2 offset=0xffffffff;"
      " register 1; buffers-update v 2 offset=0xffffffff" },
    { "buffers-update-reserved", "buf b 32; iov v b:0:16; buffers v 1; buffers-update v 1 resv=1;"
      " buffers-update v 1 size=16" },
    { "buffers-update-no-data", "buf b 32; iov v b:0:16; buffers v 1; buffers-update 0 1" },
    { "buffers-update-bad-second", "file f 'contents'; buf b 32; iov v b:0:16 b:16:0; buffers 0 2;"
      " buffers-update v 2; read_fixed fd=f addr=b len=4 group=0; read_fixed fd=f addr=b+16 len=4 group=1; enter 2" },
    { "buffers-update-bad-keeps", "file f 'contents'; buf b 32; iov v b:0:16; iov w b:0:0; buffers v 1;"
      " buffers-update w 1; read_fixed fd=f addr=b len=4; enter 1" },
    { "buffers-update-tag-on-hole", "ordered; buf b 32; iov v b:0:16; iov z 0:0:0; buffers v 1 tag=70;"
      " buffers-update z 1 tag=80; enter 0; register 1; enter 0" },
    { "buffers-update-sparse", "file f 'contents'; buf b 32; iov v b:0:16; buffers 0 3 flags=1;"
      " read_fixed fd=f addr=b len=4 group=1; enter 1; buffers-update v 1 offset=1;"
      " read_fixed fd=f addr=b len=4 group=1; enter 1" },

    { "files2-tags", "ordered; pipe p; fds u pr pw; files2 u 2 tag=70; register 3; enter 0" },
    { "files2-no-data", "files2 0 3; register 3" },
    { "files2-null", "register 13 nr=32; register 14 nr=32; register 13; register 14; register 6; register 6 nr=1" },
    { "files2-sparse-with-data", "pipe p; fds u pr; files2 u 1 flags=1" },
    { "files2-reserved", "pipe p; fds u pr; files2 u 1 resv=1; files2 u 1 flags=2; files2 u 1 size=16; files2 u 0" },
    { "files2-tag-on-hole", "fds u -1; files2 u 1 tag=70; files2 0 2 flags=1 tag=70; register 3" },
    { "files2-bad-second", "ordered; pipe p; closed x; fds u pr x; files2 u 2 tag=70; register 3; enter 0" },
    { "files2-update-tags", "ordered; pipe p; fds u pr pw; fds w pw; files2 u 2 tag=70; files2-update w 1 tag=80;"
      " enter 0; register 3; enter 0" },
    { "files2-update-removes", "ordered; pipe p; fds u pr pw; fds n -1; files2 u 2 tag=70; files2-update n 1 offset=1;"
      " enter 0; register 3; enter 0" },
    { "files2-update-skips", "ordered; pipe p; fds u pr; fds n -2; files2 u 1 tag=70; files2-update n 1; enter 0;"
      " files2-update n 1 tag=80; register 3; enter 0" },
    { "files2-update-tag-on-hole", "ordered; pipe p; fds u pr; fds n -1; files2 u 1 tag=70; files2-update n 1 tag=80;"
      " enter 0; register 3; enter 0" },
    { "files2-update-bad-fd", "ordered; pipe p; closed x; fds u pr; fds n x; files2 u 1 tag=70; files2-update n 1;"
      " enter 0; register 3; enter 0" },
    { "files2-update-errors", "pipe p; fds u pr pw; files2-update u 1; files2 u 2; files2-update u 0;"
      " files2-update u 2 offset=1; files2-update u 1 resv=1; files2-update u 1 size=16; files2-update 0 1;"
      " files2-update u 2 offset=0xffffffff" },
    { "files2-tag-by-close", "ordered; pipe p; fds u pr; files2 u 1 tag=70; close index=1 ud=5; enter 1; enter 0" },
    { "files2-tag-by-op", "ordered; pipe p; fds u pr; fds n -1; files2 u 1 tag=70; files_update addr=n len=1 ud=5;"
      " enter 1; enter 0" },
    { "files2-tag-by-install", "ordered; file g 'x'; path n 'g'; pipe p; fds u pr; files2 u 1 tag=70;"
      " openat fd=AT_FDCWD addr=n index=1 ud=5; enter 1; enter 0; register 3; enter 0" },
    { "files2-tag-after-use", "ordered; pipe p; fds u pr; fds n -1; buf b 8; files2 u 1 tag=70;"
      " read fd=0 addr=b len=4 flags=FIXED ud=5; enter 0; files2-update n 1; enter 0; put pw 'abcd'; enter 2" },
    { "files2-tag-after-unregister", "ordered; pipe p; fds u pr; buf b 8; files2 u 1 tag=70;"
      " read fd=0 addr=b len=4 flags=FIXED ud=5; enter 0; register 3; enter 0; put pw 'abcd'; enter 2" },
    { "file-range", "pipe p; files -1 -1 -1 -1; file-range 2 2; fds u pr pw pr; files_update addr=u len=3 off=ALLOC;"
      " enter 1; buf b 4; put pw 'abc'; read fd=2 addr=b len=3 flags=FIXED; enter 1" },
    { "file-range-errors", "file-range 0 0; file-range 0 1; files -1 -1; file-range 1 2; file-range 0 2 resv=1;"
      " file-range 0xffffffff 5; file-range 0 2 nr=1; register 25; file-range 2 0" },
    { "install", "ordered; pipe p 'abc'; files -1 pr; fixed_fd_install fd=1 flags=FIXED as=n; enter 1; buf b 4;"
      " closefd pr; read fd=n addr=b len=3; read fd=1 addr=b len=1 flags=FIXED; enter 1" },
    { "install-inherited", "pipe p; files pr; fixed_fd_install fd=0 flags=FIXED of=FIXED_FD_NO_CLOEXEC as=n; enter 1" },
    { "install-unknown-flag", "pipe p; files pr; fixed_fd_install fd=0 flags=FIXED of=2; enter 1" },
    { "install-plain", "pipe p; files pr; fixed_fd_install fd=pr; fixed_fd_install fd=0; enter 2" },
    { "install-empty", "files -1; fixed_fd_install fd=0 flags=FIXED; fixed_fd_install fd=1 flags=FIXED; enter 2" },
    { "install-no-table", "fixed_fd_install fd=0 flags=FIXED; enter 1" },
    { "install-fields", "pipe p; files pr; fixed_fd_install fd=0 flags=FIXED off=1; fixed_fd_install fd=0 flags=FIXED addr=1;"
      " fixed_fd_install fd=0 flags=FIXED len=1; fixed_fd_install fd=0 flags=FIXED group=1;"
      " fixed_fd_install fd=0 flags=FIXED index=1; fixed_fd_install fd=0 flags=FIXED addr3=1;"
      " fixed_fd_install fd=0 flags=FIXED ioprio=1; enter 7", },
    { "install-select", "pipe p; files pr; fixed_fd_install fd=0 flags=FIXED|SELECT; enter 1" },
    { "install-linked", "ordered; pipe p 'abc'; files pr; fixed_fd_install fd=0 flags=FIXED|LINK as=n; nop; enter 2;"
      " files_update addr=0 len=1; enter 1" },
    { "install-personality", "pipe p; files pr; fixed_fd_install fd=0 flags=FIXED personality=1; enter 1" },
    { "install-hard", "ordered; pipe p; files pr; fixed_fd_install fd=0 flags=FIXED|HARD as=n; fixed_fd_install fd=3"
      " flags=FIXED|LINK; nop; enter 3" },
    { "install-modes", "ordered; pipe p; files pr; fixed_fd_install fd=0 flags=FIXED|ASYNC as=n; enter 1;"
      " fixed_fd_install fd=0 flags=FIXED|DRAIN as=m; enter 1; fixed_fd_install fd=0 flags=FIXED|SKIP|LINK as=o; nop; enter 1" },
    { "install-cancelled", "ordered; files -1; fixed_fd_install fd=0 flags=FIXED|LINK; fixed_fd_install fd=0 flags=FIXED;"
      " enter 2" },
    { "file-range-empty", "pipe p; files -1 -1; file-range 1 0; fds u pr; files_update addr=u len=1 off=ALLOC; enter 1" },

    /* ---- reading and writing ---- */
    { "read-fixed", ONE "read_fixed fd=f addr=b+8 len=8; enter 1" },
    { "read-fixed-inside", ONE "read_fixed fd=f addr=b+12 len=4 off=2; enter 1" },
    { "read-fixed-short", ONE "ordered; read_fixed fd=f addr=b+8 len=16 flags=LINK; nop; enter 2" },
    { "read-fixed-none", ONE "read_fixed fd=f addr=b+8 len=0; read_fixed fd=f addr=b+24 len=0;"
      " enter 2; read_fixed fd=f addr=b+25 len=0; enter 1; read_fixed fd=f addr=b len=0; enter 1" },
    { "read-fixed-before", ONE "read_fixed fd=f addr=b+7 len=4; enter 1" },
    { "read-fixed-beyond", ONE "read_fixed fd=f addr=b+16 len=9; enter 1" },
    { "read-fixed-wraps", ONE "read_fixed fd=f addr=-1 len=4; enter 1" },
    { "read-fixed-bad-index", ONE "read_fixed fd=f addr=b+8 len=4 group=1; enter 1;"
      " read_fixed fd=f addr=b+8 len=4 group=65535; enter 1" },
    { "read-fixed-no-table", "file f 'contents'; buf b 32; read_fixed fd=f addr=b len=4; enter 1" },
    { "read-fixed-unregistered", ONE "register 1; read_fixed fd=f addr=b+8 len=4; enter 1" },
    { "read-fixed-closed", ONE "closed x; read_fixed fd=x addr=b len=4 group=9; enter 1" },
    { "read-fixed-write-only", "file f 'x' wronly; buf b 32; iov v b:0:16; buffers v 1; read_fixed fd=f addr=b len=4;"
      " read_fixed fd=f addr=b len=40; enter 2" },
    { "read-fixed-directory", "dir d; buf b 32; iov v b:0:16; buffers v 1; read_fixed fd=d addr=b len=4; enter 1" },
    { "read-fixed-nowait", "pipe p; buf b 32; iov v b:0:16; buffers v 1; read_fixed fd=pr addr=b len=4 of=RWF_NOWAIT;"
      " enter 1" },
    { "read-fixed-current", ONE "ordered; read_fixed fd=f addr=b+8 len=4 off=-1 flags=LINK;"
      " read_fixed fd=f addr=b+12 len=4 off=-1; enter 2" },
    { "read-fixed-eof", ONE "read_fixed fd=f addr=b+8 len=4 off=100; enter 1" },
    { "read-fixed-flags", ONE "read_fixed fd=f addr=b+8 len=4 of=0x8000; read_fixed fd=f addr=b+8 len=4 ioprio=0x8000;"
      " enter 2" },
    { "read-fixed-select", ONE "read_fixed fd=f addr=b+8 len=4 flags=SELECT; enter 1" },
    { "read-fixed-waits", "pipe p; buf b 32; iov v b:0:16; buffers v 1; read_fixed fd=pr addr=b len=8 ud=5; enter 0;"
      " put pw 'hello'; enter 1" },
    { "read-fixed-moved-while-waiting", "pipe p; buf b 32; iov v b:0:16; iov w b:16:16; buffers v 1;"
      " read_fixed fd=pr addr=b len=8 ud=5; enter 0; buffers-update w 1; put pw 'hello'; enter 1" },
    { "read-fixed-socket", "pair s stream; buf b 32; iov v b:0:16; buffers v 1; read_fixed fd=sa addr=b len=8 ud=5;"
      " enter 0; put sb 'hello'; enter 1" },
    { "read-fixed-direct", ONE "files f; read_fixed fd=0 addr=b+8 len=8 flags=FIXED; enter 1" },
    { "read-fixed-async", ONE "read_fixed fd=f addr=b+8 len=8 flags=ASYNC; enter 1" },
    { "read-fixed-cancelled", "pipe p; buf b 32; iov v b:0:16; buffers v 1; read_fixed fd=pr addr=b len=8 ud=5; enter 0;"
      " async_cancel addr=5; enter 2" },

    { "write-fixed", "file f 'contents'; buf b 'abcdefgh'; iov v b:2:4; buffers v 1; write_fixed fd=f addr=b+2 len=4 off=1;"
      " enter 1" },
    { "write-fixed-beyond", "file f 'contents'; buf b 'abcdefgh'; iov v b:2:4; buffers v 1;"
      " write_fixed fd=f addr=b+2 len=5; enter 1; write_fixed fd=f addr=b+1 len=2; enter 1;"
      " write_fixed fd=f addr=b+2 len=2 group=1; enter 1" },
    { "write-fixed-no-table", "file f 'contents'; buf b 'abcdefgh'; write_fixed fd=f addr=b len=5; enter 1" },
    { "write-fixed-pipe", "pipe p; buf b 'abcdefgh'; iov v b:0:8; buffers v 1; write_fixed fd=pw addr=b len=8; enter 1" },
    { "write-fixed-full-pipe", "pipe p full; buf b 'abcdefgh'; iov v b:0:8; buffers v 1;"
      " write_fixed fd=pw addr=b len=8 ud=5; enter 0; get pr 4096; enter 1" },
    { "write-fixed-broken-pipe", "pipe p; closefd pr; buf b 'abcdefgh'; iov v b:0:8; buffers v 1;"
      " write_fixed fd=pw addr=b len=8; enter 1" },
    { "write-fixed-read-only", "file f 'contents' rdonly; buf b 'abcdefgh'; iov v b:0:8; buffers v 1;"
      " write_fixed fd=f addr=b len=8; enter 1" },
    { "write-fixed-append", "file f 'contents'; buf b 'abcdefgh'; iov v b:0:8; buffers v 1;"
      " write_fixed fd=f addr=b len=8 of=RWF_APPEND; enter 1" },
    { "write-fixed-nowait", "pipe p full; buf b 'abcdefgh'; iov v b:0:8; buffers v 1;"
      " write_fixed fd=pw addr=b len=8 of=RWF_NOWAIT; enter 1" },
    { "write-fixed-chain", "ordered; file f 'contents'; buf b 'abcdefgh'; iov v b:0:8; buffers v 1;"
      " write_fixed fd=f addr=b len=9 flags=LINK; fsync fd=f; enter 2" },

    { "readv-fixed", ONE "iov w b:8:4 b:16:8; readv_fixed fd=f addr=w len=2; enter 1" },
    { "readv-fixed-beyond", ONE "iov w b:8:4 b:16:9; readv_fixed fd=f addr=w len=2; enter 1" },
    { "readv-fixed-before", ONE "iov w b:7:4; readv_fixed fd=f addr=w len=1; enter 1" },
    { "readv-fixed-empty-vector", ONE "iov w b:8:4 b:16:0; readv_fixed fd=f addr=w len=2; enter 1" },
    { "readv-fixed-none", ONE "iov w b:8:4; readv_fixed fd=f addr=w len=0; readv_fixed fd=f addr=0 len=0; enter 2" },
    { "readv-fixed-none-bad-index", ONE "iov w b:8:4; readv_fixed fd=f addr=w len=0 group=3; enter 1" },
    { "readv-fixed-negative", ONE "iov w b:8:-1; readv_fixed fd=f addr=w len=1; readv_fixed fd=f addr=w len=1 group=3;"
      " enter 2" },
    { "readv-fixed-too-many", ONE "iov w b:8:4; readv_fixed fd=f addr=w len=1025; enter 1" },
    { "readv-fixed-null", ONE "readv_fixed fd=f addr=0 len=1; readv_fixed fd=f addr=8 len=1; enter 2" },
    { "readv-fixed-bad-index", ONE "iov w b:8:4; readv_fixed fd=f addr=w len=1 group=3; enter 1" },
    { "readv-fixed-no-table", "file f 'contents'; buf b 32; iov w b:8:4; readv_fixed fd=f addr=w len=1; enter 1" },
    { "readv-fixed-closed", ONE "closed x; iov w b:8:4; readv_fixed fd=x addr=w len=1; enter 1" },
    { "readv-fixed-smashed", "pipe p; buf b 32; iov v b:0:32; buffers v 1; iov w b:0:4 b:8:8;"
      " readv_fixed fd=pr addr=w len=2 ud=5; enter 0; smash w; put pw 'abcdefghij'; enter 1" },
    { "readv-fixed-nowait", "pipe p; buf b 32; iov v b:0:16; buffers v 1; readv_fixed fd=pr addr=v len=1 of=RWF_NOWAIT;"
      " enter 1" },
    { "readv-fixed-select", ONE "iov w b:8:4; readv_fixed fd=f addr=w len=1 flags=SELECT; enter 1" },
    { "writev-fixed", "file f 'contents'; buf b 'abcdefgh'; iov v b:0:8; buffers v 1; iov w b:0:2 b:4:3;"
      " writev_fixed fd=f addr=w len=2 off=1; enter 1" },
    { "writev-fixed-beyond", "file f 'contents'; buf b 'abcdefgh'; iov v b:0:7; buffers v 1; iov w b:0:2 b:4:4;"
      " writev_fixed fd=f addr=w len=2 off=1; writev_fixed fd=f addr=w len=1 off=1 group=7; enter 2" },
    { "writev-fixed-empty-vector", "file f 'contents'; buf b 'abcdefgh'; iov v b:0:8; buffers v 1; iov w b:0:2 b:4:0;"
      " writev_fixed fd=f addr=w len=2; enter 1" },
    { "writev-fixed-full-pipe", "pipe p full; buf b 'abcdefgh'; iov v b:0:8; buffers v 1; iov w b:0:2 b:4:3;"
      " writev_fixed fd=pw addr=w len=2 ud=5; enter 0; smash w; get pr 4096; enter 1" },
    { "writev-fixed-append", "file f 'contents'; buf b 'abcdefgh'; iov v b:0:8; buffers v 1;"
      " writev_fixed fd=f addr=v len=1 of=RWF_APPEND; enter 1" },
    { "writev-fixed-broken-pipe", "pipe p; closefd pr; buf b 'abcdefgh'; iov v b:0:8; buffers v 1;"
      " writev_fixed fd=pw addr=v len=1; enter 1" },
    { "writev-fixed-closed", "closed x; buf b 'abcdefgh'; iov v b:0:8; buffers v 1; writev_fixed fd=x addr=v len=1;"
      " writev_fixed fd=x addr=v len=1025; enter 2" },
};
const unsigned oracle_programs_rsrc_count = sizeof oracle_programs_rsrc / sizeof oracle_programs_rsrc[0];
