/* SPDX-License-Identifier: MIT */
/* Links, drain, skip, cancel, batches, overflow, and what enter itself answers. */
#include "oracle_programs.h"

const struct oracle_program oracle_programs_core[] = {
    /* ---- nop ---- */
    { "nop-inject", "nop of=NOP_INJECT_RESULT len=7; nop of=NOP_INJECT_RESULT len=-22; enter 2" },
    { "nop-unknown-flag", "nop of=0x40000000; enter 1" },
    { "nop-ignores-addr", "nop addr=5 off=9 group=0; enter 1" },
    { "nop-file", "pipe p; nop of=NOP_FILE fd=pr; nop of=NOP_FILE fd=-1; enter 2" },
    { "nop-task-work", "nop of=NOP_TW|NOP_INJECT_RESULT len=3; nop of=NOP_TW; enter 2" },
    { "nop-task-work-in-chain", "ordered; nop of=NOP_TW|NOP_INJECT_RESULT len=3 flags=LINK; nop; enter 2" },
    { "nop-buffer", "buf b 16; iov v b:0:16; buffers v 1; nop of=NOP_FIXED_BUFFER group=0; enter 1;"
      " nop of=NOP_FIXED_BUFFER|NOP_INJECT_RESULT len=9 group=0; enter 1" },
    { "nop-buffer-beyond", "buf b 16; iov v b:0:16; buffers v 1; nop of=NOP_FIXED_BUFFER group=1; enter 1" },
    { "nop-buffer-none", "nop of=NOP_FIXED_BUFFER|NOP_INJECT_RESULT len=9; enter 1" },
    { "nop-file-fixed", "pipe p; files pr; nop of=NOP_FILE|NOP_FIXED_FILE fd=0;"
      " nop of=NOP_FILE|NOP_FIXED_FILE fd=1; enter 2" },
    { "unknown-opcode", "op opcode=200; nop; enter 2; enter 1" },
    { "unknown-opcode-all", "setup flags=SETUP_SUBMIT_ALL; op opcode=200; nop; enter 2" },

    /* ---- what enter answers ---- */
    { "enter-nothing", "enter 0" },
    { "enter-more-than-queued", "nop; enter 1 submit=5" },
    { "enter-fewer-than-queued", "nop; nop; nop; enter 1 submit=1; enter 2" },
    { "enter-times-out", "enter 1 wait=3ms" },
    { "enter-times-out-after-submit", "pipe p; buf b 4; read fd=pr addr=b len=4; enter 1 wait=3ms" },
    { "enter-want-is-there", "nop; enter 1 keep; enter 1" },
    { "enter-zero-wait", "enter 1 wait=0ms" },
    { "enter-unknown-flag", "nop; enter 1 more=0x40000000; enter 1" },
    { "enter-interrupted", "pipe p; buf b 4; read fd=pr addr=b len=4; enter 0; alarm 100ms; enter 1;"
      " put pw 'late'; enter 1" },
    { "enter-full-queue", "setup entries=4; nop; nop; nop; nop; enter 4; nop; nop; enter 2" },
    { "enter-wraps-queue", "setup entries=2; nop; nop; enter 2; nop; enter 1; nop; nop; enter 2; nop;"
      " enter 1; nop; nop; enter 2" },

    /* ---- batches with a request that is refused ---- */
    { "batch-refused-first", "nop personality=3; nop; nop; enter 1; enter 2" },
    { "batch-refused-middle", "nop; nop personality=3; nop; enter 2; enter 1" },
    { "batch-refused-last", "nop; nop; nop personality=3; enter 3" },
    { "batch-refused-all", "setup flags=SETUP_SUBMIT_ALL; nop; nop personality=3; nop; enter 3" },
    { "batch-bad-fd-continues", "closed x; buf b 4; nop; read fd=x addr=b len=4; nop; enter 3" },
    { "batch-two-refused", "nop flags=0x80; nop flags=0x80; nop; enter 1; enter 1; enter 1" },

    /* ---- links ---- */
    { "link-three", "ordered; nop flags=LINK; nop flags=LINK; nop; enter 3" },
    { "link-short-read-breaks", "ordered; file f 'abc'; buf b 8; read fd=f addr=b len=8 flags=LINK; nop;"
      " enter 2" },
    { "hardlink-short-read-goes-on", "ordered; file f 'abc'; buf b 8;"
      " read fd=f addr=b len=8 flags=HARD; nop; enter 2" },
    { "link-read-at-end-breaks", "ordered; file f 'abc'; buf b 8;"
      " read fd=f addr=b len=8 off=3 flags=LINK; nop; enter 2" },
    { "link-zero-length-read", "ordered; file f 'abc'; buf b 8; read fd=f addr=b len=0 flags=LINK; nop;"
      " enter 2" },
    { "link-error-breaks-all", "ordered; closed x; buf b 4; read fd=x addr=b len=4 flags=LINK;"
      " nop flags=LINK; nop flags=LINK; nop; enter 4" },
    { "hardlink-error-goes-on", "ordered; closed x; buf b 4; read fd=x addr=b len=4 flags=HARD;"
      " nop flags=HARD; nop; enter 3" },
    { "hardlink-then-link", "ordered; closed x; buf b 4; read fd=x addr=b len=4 flags=HARD;"
      " read fd=x addr=b len=4 flags=LINK; nop flags=HARD; nop; enter 4" },
    { "link-refused-head", "ordered; nop personality=3 flags=LINK; nop; enter 2" },
    { "link-refused-head-all", "ordered; setup flags=SETUP_SUBMIT_ALL; nop personality=3 flags=LINK; nop;"
      " nop; enter 3" },
    { "link-refused-middle", "ordered; nop flags=LINK; nop personality=3 flags=LINK; nop; enter 3" },
    { "link-refused-tail", "ordered; nop flags=LINK; nop flags=LINK; nop personality=3; enter 3" },
    { "hardlink-refused-middle", "ordered; nop flags=HARD; nop personality=3 flags=HARD; nop; enter 3" },
    { "link-refused-tail-then-more", "ordered; nop flags=LINK; nop personality=3; nop; enter 2; enter 1" },
    { "link-two-refused", "ordered; setup flags=SETUP_SUBMIT_ALL; nop flags=LINK personality=3;"
      " nop flags=LINK personality=4; nop; enter 3" },
    { "link-ends-with-batch", "ordered; nop flags=LINK; enter 1; nop; enter 1" },
    { "link-two-chains", "ordered; nop flags=LINK; nop; nop flags=LINK; nop; enter 4" },
    { "link-waits", "ordered; pipe p; buf b 4; read fd=pr addr=b len=4 flags=LINK; nop; nop ud=9; enter 1;"
      " put pw 'data'; enter 2" },
    { "link-waits-short", "ordered; pipe p; buf b 8; read fd=pr addr=b len=8 flags=LINK; nop; enter 0;"
      " put pw 'data'; enter 2" },
    { "link-write-then-read", "ordered; pipe p; buf b 'ping'; buf c 4;"
      " write fd=pw addr=b len=4 flags=LINK; read fd=pr addr=c len=4; enter 2" },
    { "link-copies-file", "ordered; file f 'sixteen bytes is'; file g ''; buf b 16;"
      " read fd=f addr=b len=16 flags=LINK; write fd=g addr=b len=16 flags=LINK; fsync fd=g; enter 3" },
    { "link-longer-than-queue", "ordered; setup entries=2; nop flags=LINK; nop flags=LINK; enter 2;"
      " nop; enter 1" },
    { "link-across-enters", "ordered; pipe p; buf b 4; read fd=pr addr=b len=4 flags=LINK; enter 0; nop;"
      " enter 1; put pw 'data'; enter 1" },

    /* ---- drain ---- */
    { "drain-waits-for-earlier", "ordered; pipe p; buf b 4; read fd=pr addr=b len=4; nop flags=DRAIN; nop;"
      " enter 0; put pw 'data'; enter 3" },
    { "drain-alone", "nop flags=DRAIN; enter 1" },
    { "drain-twice", "ordered; pipe p; buf b 4; read fd=pr addr=b len=4; nop flags=DRAIN; nop flags=DRAIN;"
      " enter 0; put pw 'data'; enter 3" },
    { "drain-blocks-later-enter", "ordered; pipe p; buf b 4; read fd=pr addr=b len=4; nop flags=DRAIN;"
      " enter 0; nop; enter 0; put pw 'data'; enter 3" },
    { "drain-link-head", "ordered; pipe p; buf b 4; read fd=pr addr=b len=4; nop flags=DRAIN|LINK; nop;"
      " enter 0; put pw 'data'; enter 3" },
    { "drain-link-middle", "ordered; pipe p; buf b 4; read fd=pr addr=b len=4; nop flags=LINK;"
      " nop flags=DRAIN; nop ud=9; enter 0; put pw 'data'; enter 4" },
    { "drain-in-link-drains-next", "pipe p; nop flags=LINK; nop flags=DRAIN; poll_add fd=pr of=POLLIN;"
      " nop; enter 2; put pw 'x'; enter 2" },
    { "drain-after-skip", "ordered; nop flags=SKIP; nop flags=DRAIN; nop; enter 1; enter 1" },
    { "drain-with-skip", "nop flags=DRAIN|SKIP; enter 1" },
    { "drain-cancelled", "pipe p; buf b 4; read fd=pr addr=b len=4 ud=1; nop flags=DRAIN ud=2; enter 0;"
      " async_cancel addr=2 ud=3; enter 0; put pw 'data'; enter 3" },
    { "drain-after-multishot", "ordered; time t 2ms; timeout addr=t len=1 of=TIMEOUT_MULTISHOT off=2;"
      " nop flags=DRAIN; until 1 2" },

    /* ---- skip ---- */
    { "skip-success", "ordered; nop flags=SKIP; nop; enter 1" },
    { "skip-shows-error", "closed x; buf b 4; read fd=x addr=b len=4 flags=SKIP; nop; enter 2" },
    { "skip-link-broken", "ordered; closed x; buf b 4; read fd=x addr=b len=4 flags=LINK;"
      " nop flags=SKIP; enter 2" },
    { "skip-head-of-failed-chain", "ordered; closed x; buf b 4; nop flags=SKIP|LINK;"
      " read fd=x addr=b len=4 flags=SKIP|LINK; nop flags=SKIP; enter 1; enter 0" },
    { "skip-refused-middle", "ordered; nop flags=HARD|SKIP; nop personality=9 flags=LINK; nop flags=LINK; nop;"
      " nop ud=9; enter 1; enter 2 wait=10ms" },
    { "skip-failed-hides-tail", "ordered; closed x; buf b 4; read fd=x addr=b len=4 flags=SKIP|LINK; nop; nop ud=9;"
      " enter 2; enter 1 wait=10ms" },
    { "skip-tail-cancelled", "file f 'abc'; buf b 8; read fd=f addr=b len=8 flags=LINK|SKIP;"
      " nop flags=SKIP; nop ud=9; until 1 9" },
    { "skip-counted-timeout", "time t 300ms; timeout addr=t len=1 off=2; nop flags=SKIP; nop; enter 1;"
      " nop; enter 2" },
    { "skip-waiting", "pipe p; buf b 4; read fd=pr addr=b len=4 flags=SKIP; enter 0; put pw 'data';"
      " nop ud=9; enter 1; sleep 60ms; enter 0" },

    /* ---- async: a hint ---- */
    { "async-read-waits", "pipe p; buf b 4; read fd=pr addr=b len=4 flags=ASYNC; enter 0; put pw 'data';"
      " enter 1" },
    { "async-nop", "nop flags=ASYNC; enter 1" },

    /* ---- cancel ---- */
    { "cancel-read", "pipe p; buf b 4; read fd=pr addr=b len=4; enter 0; async_cancel addr=1; enter 2" },
    { "cancel-read-keeps-data", "pipe p; buf b 4; read fd=pr addr=b len=4; enter 0; async_cancel addr=1;"
      " enter 2; put pw 'data'; enter 0" },
    { "cancel-poll", "pipe p; poll_add fd=pr of=POLLIN; enter 0; async_cancel addr=1; enter 2" },
    { "cancel-timeout", "time t 20s; timeout addr=t len=1; enter 0; async_cancel addr=1; enter 2" },
    { "cancel-nothing", "async_cancel addr=77; enter 1" },
    { "cancel-done", "nop; enter 1; async_cancel addr=1; enter 1" },
    { "cancel-same-batch", "pipe p; buf b 4; read fd=pr addr=b len=4; async_cancel addr=1; enter 2" },
    { "cancel-first-of-two", "pipe p; buf b 4; read fd=pr addr=b len=4 ud=5; poll_add fd=pr of=POLLIN ud=5;"
      " enter 0; async_cancel addr=5 ud=6; enter 2 ; async_cancel addr=5 ud=7; enter 2" },
    { "cancel-all-by-user-data", "pipe p; poll_add fd=pr of=POLLIN ud=5; poll_add fd=pr of=POLLIN ud=5;"
      " poll_add fd=pr of=POLLIN ud=6; enter 0; async_cancel addr=5 of=ASYNC_CANCEL_ALL ud=7; enter 3" },
    { "cancel-all-none", "async_cancel addr=5 of=ASYNC_CANCEL_ALL; enter 1" },
    { "cancel-any", "pipe p; poll_add fd=pr of=POLLIN ud=5; poll_add fd=pr of=POLLIN ud=6; enter 0;"
      " async_cancel of=ASYNC_CANCEL_ANY ud=7; enter 3" },
    { "cancel-any-none", "async_cancel of=ASYNC_CANCEL_ANY; enter 1" },
    { "cancel-any-with-all", "pipe p; poll_add fd=pr of=POLLIN ud=5; enter 0;"
      " async_cancel of=ASYNC_CANCEL_ANY|ASYNC_CANCEL_ALL ud=7; enter 2" },
    { "cancel-fd", "pipe p; pipe q; buf b 4; read fd=pr addr=b len=4 ud=5; read fd=qr addr=b len=4 ud=6;"
      " enter 0; async_cancel fd=pr of=ASYNC_CANCEL_FD ud=7; enter 2" },
    { "cancel-fd-second", "pipe p; pipe q; poll_add fd=pr of=POLLIN ud=5; poll_add fd=qr of=POLLIN ud=6; enter 0;"
      " async_cancel fd=qr of=ASYNC_CANCEL_FD ud=7; enter 2" },
    { "cancel-fd-one-of-two", "pipe p; poll_add fd=pr of=POLLIN ud=5; poll_add fd=pr of=POLLHUP ud=5;"
      " enter 0; async_cancel fd=pr of=ASYNC_CANCEL_FD ud=7; enter 2;"
      " async_cancel fd=pr of=ASYNC_CANCEL_FD ud=8; enter 2" },
    { "cancel-fd-all", "pipe p; buf b 4; read fd=pr addr=b len=4 ud=5; poll_add fd=pr of=POLLIN ud=6;"
      " enter 0; async_cancel fd=pr of=ASYNC_CANCEL_FD|ASYNC_CANCEL_ALL ud=7; enter 3" },
    { "cancel-fd-none", "pipe p; async_cancel fd=pr of=ASYNC_CANCEL_FD; enter 1" },
    { "cancel-fd-closed", "closed x; async_cancel fd=x of=ASYNC_CANCEL_FD; enter 1" },
    { "cancel-fd-fixed", "pipe p; files pr -1; poll_add fd=0 of=POLLIN flags=FIXED ud=5; enter 0;"
      " async_cancel fd=0 of=ASYNC_CANCEL_FD|ASYNC_CANCEL_FD_FIXED ud=7; enter 2" },
    { "cancel-fd-fixed-hole", "pipe p; files -1 pr;"
      " async_cancel fd=0 of=ASYNC_CANCEL_FD|ASYNC_CANCEL_FD_FIXED ud=7; enter 1" },
    { "cancel-fd-fixed-no-table", "async_cancel fd=0 of=ASYNC_CANCEL_FD|ASYNC_CANCEL_FD_FIXED; enter 1" },
    { "cancel-fixed-by-real-fd", "pipe p; files pr; poll_add fd=0 of=POLLIN flags=FIXED ud=5; enter 0;"
      " async_cancel fd=pr of=ASYNC_CANCEL_FD ud=7; enter 1 wait=10ms" },
    { "cancel-opcode", "pipe p; buf b 4; read fd=pr addr=b len=4 ud=5; poll_add fd=pr of=POLLIN ud=6;"
      " enter 0; async_cancel len=6 of=ASYNC_CANCEL_OP ud=7; enter 2" },
    { "cancel-opcode-none", "async_cancel len=6 of=ASYNC_CANCEL_OP ud=7; enter 1" },
    { "cancel-opcode-timeout", "time t 20s; timeout addr=t len=1 ud=5; enter 0;"
      " async_cancel len=11 of=ASYNC_CANCEL_OP ud=7; enter 2" },
    { "cancel-userdata-and-fd", "pipe p; pipe q; poll_add fd=pr of=POLLIN ud=5; poll_add fd=qr of=POLLIN"
      " ud=5; enter 0; async_cancel addr=5 fd=qr of=ASYNC_CANCEL_USERDATA|ASYNC_CANCEL_FD ud=7; enter 2;"
      " put pw 'x'; put qw 'x'; enter 1" },
    { "cancel-userdata-explicit", "pipe p; poll_add fd=pr of=POLLIN ud=5; enter 0;"
      " async_cancel addr=5 of=ASYNC_CANCEL_USERDATA ud=7; enter 2" },
    { "cancel-unknown-flag", "async_cancel addr=5 of=0x4000; enter 1" },
    { "cancel-len-without-op", "async_cancel addr=5 len=3; enter 1" },
    { "cancel-any-with-fd", "pipe p; async_cancel fd=pr of=ASYNC_CANCEL_ANY|ASYNC_CANCEL_FD; enter 1" },
    { "cancel-any-with-op", "async_cancel len=0 of=ASYNC_CANCEL_ANY|ASYNC_CANCEL_OP; enter 1" },
    { "cancel-off-set", "async_cancel addr=5 off=3; enter 1" },
    { "cancel-index-set", "async_cancel addr=5 index=3; enter 1" },
    { "cancel-breaks-link", "ordered; pipe p; buf b 4; read fd=pr addr=b len=4 flags=LINK; nop; enter 0;"
      " unordered; async_cancel addr=1; enter 3" },
    { "cancel-keeps-hardlink", "pipe p; buf b 4; read fd=pr addr=b len=4 flags=HARD; nop; enter 0;"
      " async_cancel addr=1; enter 3" },
    { "cancel-link-member", "pipe p; buf b 4; read fd=pr addr=b len=4 flags=LINK; nop; enter 0;"
      " async_cancel addr=2; enter 1; put pw 'data'; enter 2" },
    { "cancel-multishot-poll", "pipe p; poll_add fd=pr of=POLLIN len=POLL_ADD_MULTI; enter 0;"
      " async_cancel addr=1; enter 2" },
    { "cancel-accept", "sock l unix listening; accept fd=l; enter 0; async_cancel addr=1; enter 2" },
    { "cancel-recv", "pair s stream; buf b 4; recv fd=sa addr=b len=4; enter 0; async_cancel addr=1;"
      " enter 2" },
    { "cancel-write", "pipe p full; buf b 'data'; write fd=pw addr=b len=4; enter 0; async_cancel addr=1;"
      " enter 2" },
    { "cancel-linked-with-skip", "ordered; pipe p; buf b 4; read fd=pr addr=b len=4 ud=1; enter 0; unordered;"
      " async_cancel addr=1 flags=SKIP ud=2; enter 1; enter 0" },

    /* ---- memory that a submitted SQE refers to may be used again at once ---- */
    { "reused-iovec", "pipe p; buf b 8; iov v b:0:4 b:5:2; readv fd=pr addr=v len=2; enter 0; smash v;"
      " put pw 'abcdef'; enter 1" },
    { "reused-write-iovec", "pipe p full; buf b 'abcd'; iov v b:0:4; writev fd=pw addr=v len=1; enter 0; smash v;"
      " get pr 4096; enter 1" },
    { "reused-message", "pair s stream; fill sa; buf b 'x'; iov v b:0:1; msg m iov=v; sendmsg fd=sa addr=m len=1;"
      " enter 0; smash v; smash m; get sb 99999; enter 1" },
    { "reused-receive-iovec", "pair s stream; buf b 8; iov v b:0:8; msg m iov=v; recvmsg fd=sa addr=m len=1; enter 0;"
      " smash v; put sb 'abc'; enter 1" },
    { "reused-path", "file f 'x'; path n 'f'; pipe p; buf b 1; read fd=pr addr=b len=1 flags=LINK;"
      " openat fd=AT_FDCWD addr=n; enter 0; smash n; put pw 'x'; enter 2" },
    { "reused-statx-path", "file f 'x'; path n 'f'; statxbuf s; pipe p; buf b 1; read fd=pr addr=b len=1 flags=LINK;"
      " statx fd=AT_FDCWD addr=n len=STATX_SIZE off=s; enter 0; smash n; put pw 'x'; enter 2" },
    { "reused-time", "time t 10s; pipe p; buf b 1; read fd=pr addr=b len=1 flags=LINK; timeout addr=t len=1;"
      " enter 0; smash t; put pw 'x'; enter 1; enter 1 wait=5ms" },
    { "reused-link-time", "time t 10s; pipe p; buf b 1; nop flags=LINK; read fd=pr addr=b len=1 flags=LINK;"
      " link_timeout addr=t len=1; enter 1; smash t; enter 1 wait=5ms; put pw 'x'; enter 2" },
    { "reused-address", "sock l unix listening; sock c unix; address a of l; pipe p; buf b 1;"
      " read fd=pr addr=b len=1 flags=LINK; connect fd=c addr=a off=len:a; enter 0; smash a; put pw 'x'; enter 2" },

    /* ---- a full completion queue ---- */
    { "overflow-keeps-all", "ordered; setup entries=4 cq=4; nop; nop; nop; nop; enter 4 keep; nop; nop; nop;"
      " enter 0 keep; enter 0; enter 0; enter 0" },
    { "overflow-many", "ordered; setup entries=4 cq=4; nop; nop; nop; nop; enter 4 keep; nop; nop; nop; nop;"
      " enter 0 keep; nop; nop; nop; nop; enter 0 keep; enter 4; enter 4; enter 4; enter 0" },
    { "overflow-multishot-poll", "ordered; setup entries=2 cq=2; pipe p;"
      " poll_add fd=pr of=POLLIN len=POLL_ADD_MULTI ud=7; nop; enter 0 keep; nop; enter 0 keep;"
      " put pw 'x'; enter 0 keep; put pw 'y'; enter 0 keep; enter 2; enter 0; enter 0" },
    { "overflow-multishot-accept", "setup entries=2 cq=2; sock l unix listening;"
      " accept fd=l ioprio=ACCEPT_MULTISHOT ud=7; nop; enter 1 keep; nop; enter 2 keep; dial c l; enter 0 keep;"
      " dial d l; enter 0 keep; enter 2; enter 0; enter 0" },
    { "overflow-wait-sees-old", "setup entries=2 cq=2; nop; nop; enter 2 keep; nop; enter 3 keep wait=5ms;"
      " enter 0; enter 0" },
};
const unsigned oracle_programs_core_count =
    sizeof oracle_programs_core / sizeof oracle_programs_core[0];
