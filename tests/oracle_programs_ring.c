/* SPDX-License-Identifier: MIT */
/* The fixed table, provided buffers, messages between rings. */
#include "oracle_programs.h"

const struct oracle_program oracle_programs_ring[] = {
    { "files-update-two", "files -1 -1 -1; pipe p 'abc'; fds u pr pw; buf b 4;"
      " files_update addr=u len=2 off=1 flags=LINK; read fd=1 addr=b len=3 flags=FIXED; enter 2" },
    { "files-update-remove", "ordered; pipe p 'abc'; files pr; fds u -1; buf b 4;"
      " files_update addr=u len=1 flags=LINK; read fd=0 addr=b len=3 flags=FIXED; enter 2" },
    { "files-update-skip", "since 5.12; pipe p 'abc'; files pr -1; fds u -2 pw; buf b 4; files_update addr=u len=2 flags=LINK;"
      " read fd=0 addr=b len=3 flags=FIXED; enter 2" },
    { "files-update-replaces", "pipe p; pipe q 'xyz'; files pr; fds u qr; buf b 4; files_update addr=u len=1 flags=LINK;"
      " read fd=0 addr=b len=3 flags=FIXED; enter 2" },
    { "files-update-beyond", "files -1; pipe p; fds u pr; files_update addr=u len=1 off=1; enter 1" },
    { "files-update-partly-beyond", "files -1 -1; pipe p; fds u pr pw; files_update addr=u len=2 off=1; enter 1" },
    { "files-update-bad-fd", "files -1 -1; closed x; fds u x; files_update addr=u len=1; enter 1" },
    { "files-update-bad-second", "files -1 -1; pipe p; closed x; fds u pr x; files_update addr=u len=2; enter 1" },
    { "files-update-no-table", "pipe p; fds u pr; files_update addr=u len=1; enter 1" },
    { "files-update-none", "files -1; pipe p; fds u pr; files_update addr=u len=0; enter 1" },
    { "files-update-bad-address", "files -1; files_update addr=8 len=1; enter 1" },
    { "files-update-rw-flags", "files -1; pipe p; fds u pr; files_update addr=u len=1 of=1; enter 1" },
    { "files-update-index-set", "files -1; pipe p; fds u pr; files_update addr=u len=1 index=1; enter 1" },
    { "files-update-fixed-flag", "files -1; pipe p; fds u pr; files_update addr=u len=1 flags=FIXED; enter 1" },
    { "files-update-alloc", "files -1 -1 -1; pipe p; fds u pr pw; files_update addr=u len=2 off=ALLOC; enter 1" },
    { "files-update-alloc-full", "pipe p; files pr; fds u pw; files_update addr=u len=1 off=ALLOC; enter 1" },
    { "files-update-alloc-partly", "pipe p; files pr -1; fds u pw pr; files_update addr=u len=2 off=ALLOC; enter 1" },
    { "files-update-alloc-bad-fd", "files -1 -1; pipe p; closed x; fds u pr x; files_update addr=u len=2 off=ALLOC;"
      " enter 1" },
    { "register-files-twice", "pipe p; files pr; files pw" },
    { "register-files-bad", "closed x; files x" },
    { "register-files-none", "register 2 nr=0" },
    { "register-files-update", "pipe p 'abc'; files -1 -1; update 1 pr; buf b 4; read fd=1 addr=b len=3 flags=FIXED; enter 1" },
    { "register-files-update-beyond", "pipe p; files -1; update 1 pr" },
    { "register-files-update-partly-beyond", "pipe p; files -1 -1; update 1 pr pw" },
    { "register-files-update-no-table", "pipe p; update 0 pr" },
    { "register-unregister-files", "pipe p; files pr; register 3; register 3; buf b 4;"
      " read fd=0 addr=b len=1 flags=FIXED; enter 1" },
    { "register-unknown", "register 500" },
    { "fixed-survives-close", "pipe p 'abc'; files pr; closefd pr; buf b 4; read fd=0 addr=b len=3 flags=FIXED; enter 1" },
    { "fixed-holds-pipe-open", "ordered; pipe p; files pw; closefd pw; buf b 4; read fd=pr addr=b len=3 ud=5; enter 0;"
      " fds u -1; files_update addr=u len=1 ud=6; unordered; enter 2" },
    { "fixed-update-while-waiting", "pipe p; files pr; buf b 4; read fd=0 addr=b len=3 flags=FIXED ud=5; enter 0;"
      " update 0 -1; put pw 'abc'; enter 1" },
    { "fixed-negative", "pipe p; files pr; buf b 4; read fd=-1 addr=b len=3 flags=FIXED; enter 1" },

    { "buffers-last-in-first-out", "ordered; pair s stream; buf m 64; provide_buffers fd=3 addr=m len=8 group=1 off=10;"
      " enter 1; put sb 'abc'; recv fd=sa flags=SELECT group=1; enter 1; put sb 'def'; recv fd=sa flags=SELECT group=1;"
      " enter 1; put sb 'ghi'; recv fd=sa flags=SELECT group=1; enter 1; put sb 'jkl'; recv fd=sa flags=SELECT group=1;"
      " enter 1" },
    { "buffers-append", "pair s stream; buf m 64; provide_buffers fd=1 addr=m len=8 group=1 off=1 flags=LINK;"
      " provide_buffers fd=1 addr=m+8 len=8 group=1 off=2; enter 2; put sb 'abc'; recv fd=sa flags=SELECT group=1;"
      " enter 1" },
    { "buffers-two-groups", "pair s stream; buf m 64; provide_buffers fd=1 addr=m len=8 group=1 off=1 flags=LINK;"
      " provide_buffers fd=1 addr=m+8 len=8 group=2 off=2; enter 2; put sb 'abc'; recv fd=sa flags=SELECT group=2;"
      " enter 1" },
    { "buffers-given-back", "pair s stream; buf m 64; provide_buffers fd=1 addr=m len=8 group=1 off=1; enter 1;"
      " put sb 'abc'; recv fd=sa flags=SELECT group=1; enter 1; provide_buffers fd=1 addr=m len=8 group=1 off=1; enter 1;"
      " put sb 'def'; recv fd=sa flags=SELECT group=1; enter 1" },
    { "provide-zero", "buf m 64; provide_buffers fd=0 addr=m len=8 group=1; enter 1" },
    { "provide-too-many", "buf m 64; provide_buffers fd=70000 addr=m len=8 group=1; enter 1" },
    { "provide-negative", "buf m 64; provide_buffers fd=-1 addr=m len=8 group=1; enter 1" },
    { "provide-bid-too-large", "buf m 64; provide_buffers fd=2 addr=m len=8 group=1 off=65535; enter 1" },
    { "provide-bid-far-too-large", "buf m 64; provide_buffers fd=2 addr=m len=8 group=1 off=70000; enter 1" },
    { "provide-length-zero", "buf m 64; provide_buffers fd=2 addr=m len=0 group=1; enter 1" },
    { "provide-rw-flags", "buf m 64; provide_buffers fd=2 addr=m len=8 group=1 of=1; enter 1" },
    { "provide-index-set", "buf m 64; provide_buffers fd=2 addr=m len=8 group=1 index=1; enter 1" },
    { "provide-to-ring-group", "ring-group 1 1 8; buf m 64; provide_buffers fd=2 addr=m len=8 group=1; enter 1" },
    { "provide-bad-address", "provide_buffers fd=2 addr=0xffffffffffffff00 len=8 group=1; enter 1" },
    { "remove-more-than-there", "buf m 64; provide_buffers fd=3 addr=m len=8 group=1; enter 1; remove_buffers fd=9 group=1;"
      " enter 1; remove_buffers fd=1 group=1; enter 1" },
    { "remove-some", "buf m 64; provide_buffers fd=3 addr=m len=8 group=1; enter 1; remove_buffers fd=2 group=1; enter 1;"
      " remove_buffers fd=2 group=1; enter 1" },
    { "remove-unknown-group", "remove_buffers fd=1 group=9; enter 1" },
    { "remove-zero", "remove_buffers fd=0 group=1; enter 1" },
    { "remove-too-many", "remove_buffers fd=70000 group=1; enter 1" },
    { "remove-addr-set", "remove_buffers fd=1 group=1 addr=1; enter 1" },
    { "remove-len-set", "remove_buffers fd=1 group=1 len=1; enter 1" },
    { "remove-from-ring-group", "ring-group 1 1 8; remove_buffers fd=1 group=1; enter 1" },
    { "ring-group-wraps", "ordered; pair s stream; ring-group 1 2 8 entries=2; put sb 'a'; recv fd=sa flags=SELECT group=1;"
      " enter 1; ring-add 1 0 8; put sb 'b'; recv fd=sa flags=SELECT group=1; enter 1; put sb 'c';"
      " recv fd=sa flags=SELECT group=1; enter 1; put sb 'd'; recv fd=sa flags=SELECT group=1; enter 1" },
    { "ring-group-twice", "ring-group 1 1 8; ring-group 1 1 8" },
    { "ring-group-not-a-power", "ring-group 1 1 8 entries=3" },
    { "ring-group-too-large", "ring-group 1 1 8 entries=65536" },
    { "ring-group-removed", "pair s stream; put sb 'x'; ring-group 1 1 8; ring-remove 1; recv fd=sa flags=SELECT group=1;"
      " enter 1; ring-remove 1" },
    { "ring-group-removed-while-waiting", "pair s stream; ring-group 1 1 8; ring-remove 1; ring-remove 2" },
    { "ring-group-read-file", "file f 'contents'; ring-group 1 1 4; read fd=f flags=SELECT group=1; enter 1" },
    { "ring-group-added-later", "pair s stream; ring-group 1 0 8; put sb 'x'; recv fd=sa flags=SELECT group=1; enter 1" },
    { "legacy-group-then-ring", "buf m 64; provide_buffers fd=1 addr=m len=8 group=1; enter 1; ring-group 1 1 8" },

    { "sync-cancel-none", "sync-cancel addr=99; sync-cancel addr=99 wait=1ms" },
    { "sync-cancel-poll", "pipe p; poll_add fd=pr of=POLLIN ud=5; enter 0; sync-cancel addr=5; enter 1;"
      " sync-cancel addr=5" },
    { "sync-cancel-timed", "pipe p; poll_add fd=pr of=POLLIN ud=5; enter 0; sync-cancel addr=5 wait=5ms; enter 1" },
    { "sync-cancel-user-data-flag", "pipe p; poll_add fd=pr of=POLLIN ud=5; enter 0;"
      " sync-cancel addr=5 flags=ASYNC_CANCEL_USERDATA; enter 1" },
    { "sync-cancel-fd", "pipe p; poll_add fd=pr of=POLLIN ud=5; poll_add fd=pr of=POLLIN ud=5; enter 0;"
      " sync-cancel fd=pr flags=ASYNC_CANCEL_FD; enter 1; sync-cancel fd=pr flags=ASYNC_CANCEL_FD; enter 1;"
      " sync-cancel fd=pr flags=ASYNC_CANCEL_FD" },
    { "sync-cancel-fd-all", "pipe p; poll_add fd=pr of=POLLIN ud=5; poll_add fd=pr of=POLLIN ud=6; enter 0;"
      " sync-cancel fd=pr flags=ASYNC_CANCEL_FD|ASYNC_CANCEL_ALL; enter 2" },
    { "sync-cancel-fd-none", "pipe p; sync-cancel fd=pr flags=ASYNC_CANCEL_FD; sync-cancel fd=pr"
      " flags=ASYNC_CANCEL_FD|ASYNC_CANCEL_ALL" },
    { "sync-cancel-fd-closed", "closed x; sync-cancel fd=x flags=ASYNC_CANCEL_FD; sync-cancel fd=-1 flags=ASYNC_CANCEL_FD" },
    { "sync-cancel-fixed", "pipe p; files pr; poll_add fd=0 of=POLLIN flags=FIXED ud=5; enter 0;"
      " sync-cancel fd=0 flags=ASYNC_CANCEL_FD|ASYNC_CANCEL_FD_FIXED; enter 1;"
      " sync-cancel fd=1 flags=ASYNC_CANCEL_FD|ASYNC_CANCEL_FD_FIXED" },
    { "sync-cancel-any", "pipe p; time t 9s; poll_add fd=pr of=POLLIN ud=5; timeout addr=t len=1 ud=6; enter 0;"
      " sync-cancel flags=ASYNC_CANCEL_ANY; enter 2; sync-cancel flags=ASYNC_CANCEL_ANY" },
    { "sync-cancel-opcode", "pipe p; time t 9s; poll_add fd=pr of=POLLIN ud=5; timeout addr=t len=1 ud=6; enter 0;"
      " sync-cancel flags=ASYNC_CANCEL_OP opcode=11; enter 1; sync-cancel flags=ASYNC_CANCEL_OP opcode=11" },
    { "sync-cancel-opcode-and-fd", "pipe p; pipe q; poll_add fd=pr of=POLLIN ud=5; poll_add fd=qr of=POLLIN ud=6; enter 0;"
      " sync-cancel flags=ASYNC_CANCEL_OP|ASYNC_CANCEL_FD|ASYNC_CANCEL_ALL opcode=6 fd=qr; enter 1" },
    { "sync-cancel-unknown-flag", "sync-cancel addr=5 flags=0x100" },
    { "sync-cancel-pad", "sync-cancel addr=5 pad=1" },
    { "sync-cancel-bad-call", "register 24; register 24 nr=1; register 24 nr=2" },
    { "register-eventfd", "eventfd e; fds u e; register 4 arg=u nr=1; register 4 arg=u nr=1; nop; enter 1; register 5;"
      " register 5" },
    { "register-eventfd-async", "eventfd e; pipe p; fds u e; register 7 arg=u nr=1; nop; enter 1;"
      " poll_add fd=pr of=POLLIN ud=5; enter 0; put pw 'x'; enter 1; register 5" },
    { "register-eventfd-bad", "closed x; fds u x; register 4 arg=u nr=1; register 4 nr=1; register 4 arg=u nr=2; register 5 nr=1" },
    { "enable-enabled", "register 12; register 12 nr=1" },
    { "disabled-start", "setup flags=SETUP_R_DISABLED; nop; enter 1; register 12; enter 1; register 12" },
    { "msg-ring-to-self", "msg_ring fd=ring0 len=42 off=77; enter 2" },
    { "msg-ring-two", "ring; msg_ring fd=ring1 len=42 off=77 flags=LINK; msg_ring fd=ring1 len=43 off=78; enter 2;"
      " enter 2 ring=1" },
    { "msg-ring-negative", "ring; msg_ring fd=ring1 len=0xfffffff0 off=77; enter 1; enter 1 ring=1" },
    { "msg-ring-flags-pass", "ring; msg_ring fd=ring1 len=42 off=77 of=MSG_RING_FLAGS_PASS index=2; enter 1;"
      " enter 1 ring=1" },
    { "msg-ring-flags-without-pass", "ring; msg_ring fd=ring1 len=42 off=77 index=2; enter 1; enter 0 ring=1" },
    { "msg-ring-not-a-ring", "pipe p; msg_ring fd=pr len=42 off=77; enter 1" },
    { "msg-ring-eventfd", "eventfd e; msg_ring fd=e len=42 off=77; enter 1" },
    { "msg-ring-unknown-flag", "ring; msg_ring fd=ring1 len=42 off=77 of=0x100; enter 1" },
    { "msg-ring-unknown-command", "ring; msg_ring fd=ring1 len=42 off=77 addr=9; enter 1" },
    { "msg-ring-buf-index", "ring; msg_ring fd=ring1 len=42 off=77 group=1; enter 1" },
    { "msg-ring-skip", "ring; msg_ring fd=ring1 len=42 off=77 flags=SKIP; nop; enter 1; enter 1 ring=1" },
    { "msg-ring-send-fd", "ring; pipe p; files pr; msg_ring fd=ring1 addr=MSG_SEND_FD off=77 index=1 addr3=0; enter 1;"
      " enter 0 ring=1" },
    { "msg-ring-send-fd-slot", "ring; pipe p 'abc'; files pr; files -1 -1 ring=1; buf b 3;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=77 index=2 addr3=0; enter 1; enter 1 ring=1;"
      " read fd=1 addr=b len=3 flags=FIXED ring=1; enter 1 ring=1" },
    { "msg-ring-send-fd-alloc", "ring; pipe p 'abc'; pipe q; files -1 pr; files qr -1 -1 ring=1; buf b 3;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=77 index=ALLOC addr3=1; enter 1; enter 1 ring=1;"
      " read fd=1 addr=b len=3 flags=FIXED ring=1; enter 1 ring=1" },
    { "msg-ring-send-fd-slot-then-any", "ring; pipe p; files pr; files -1 -1 ring=1;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=77 index=1 addr3=0 flags=LINK;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=78 index=ALLOC addr3=0; enter 2; enter 2 ring=1" },
    { "msg-ring-send-fd-two", "ring; pipe p; pipe q; files pr pw; files -1 -1 ring=1;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=77 index=ALLOC addr3=0 flags=LINK;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=78 index=ALLOC addr3=1 flags=LINK;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=79 index=ALLOC addr3=1; enter 3; enter 2 ring=1" },
    { "msg-ring-send-fd-quiet", "ring; pipe p 'abc'; files pr; files -1 ring=1; buf b 3;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=77 index=1 addr3=0 of=MSG_RING_CQE_SKIP; enter 1; enter 0 ring=1;"
      " read fd=0 addr=b len=3 flags=FIXED ring=1; enter 1 ring=1" },
    { "msg-ring-send-fd-at-once", "ring; pipe p 'abc'; files pr; files -1 ring=1; buf b 3;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=77 index=1 addr3=0 of=MSG_RING_CQE_SKIP; enter 1;"
      " read fd=0 addr=b len=3 flags=FIXED ring=1; enter 1 ring=1" },
    { "msg-ring-send-fd-replaces", "ring; pipe p 'abc'; pipe q 'old'; files pr; files qr ring=1; buf b 3;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=77 index=1 addr3=0; enter 1; enter 1 ring=1;"
      " read fd=0 addr=b len=3 flags=FIXED ring=1; enter 1 ring=1" },
    { "msg-ring-send-fd-keeps", "ring; pipe p 'abc'; files pr; files -1 ring=1; closefd pr; buf b 3;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=77 index=1 addr3=0; enter 1; enter 1 ring=1;"
      " read fd=0 addr=b len=3 flags=FIXED; enter 1" },
    { "msg-ring-send-fd-beyond", "ring; pipe p; files pr; files -1 ring=1;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=77 index=2 addr3=0; enter 1; enter 0 ring=1" },
    { "msg-ring-send-fd-index-zero", "ring; pipe p; files pr; files -1 ring=1;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=77 index=0 addr3=0; enter 1; enter 0 ring=1" },
    { "msg-ring-send-fd-full", "ring; pipe p; files pr; files pw ring=1;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=77 index=ALLOC addr3=0; enter 1; enter 0 ring=1" },
    { "msg-ring-send-fd-alloc-no-table", "ring; pipe p; files pr;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=77 index=ALLOC addr3=0; enter 1; enter 0 ring=1" },
    { "msg-ring-send-fd-hole", "ring; files -1; files -1 ring=1;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=77 index=1 addr3=0; enter 1; enter 0 ring=1" },
    { "msg-ring-send-fd-source-beyond", "ring; files -1; files -1 ring=1;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=77 index=1 addr3=5; enter 1; enter 0 ring=1" },
    { "msg-ring-send-fd-no-source-table", "ring; files -1 ring=1;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=77 index=1 addr3=0; enter 1; enter 0 ring=1" },
    { "msg-ring-send-fd-length", "ring; pipe p; files pr; files -1 ring=1;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=77 index=1 addr3=0 len=1; enter 1; enter 0 ring=1" },
    { "msg-ring-send-fd-to-self", "pipe p; files pr -1; msg_ring fd=ring0 addr=MSG_SEND_FD off=77 index=2 addr3=0;"
      " enter 1" },
    { "msg-ring-send-fd-flags-pass", "ring; pipe p; files pr; files -1 ring=1;"
      " msg_ring fd=ring1 addr=MSG_SEND_FD off=77 index=1 addr3=0 of=MSG_RING_FLAGS_PASS; enter 1; enter 1 ring=1" },
    { "msg-ring-data-source-set", "ring; msg_ring fd=ring1 len=42 off=77 addr3=1; enter 1; enter 0 ring=1" },
    { "msg-ring-closed", "closed x; msg_ring fd=x len=42 off=77; enter 1" },
    { "msg-ring-fixed-number", "ring; files -1; msg_ring fd=0 len=42 off=77 flags=FIXED; enter 1" },
    { "msg-ring-cqe-skip-data", "ring; msg_ring fd=ring1 len=42 off=77 of=MSG_RING_CQE_SKIP; enter 1; enter 0 ring=1" },
};
const unsigned oracle_programs_ring_count = sizeof oracle_programs_ring / sizeof oracle_programs_ring[0];
