/* SPDX-License-Identifier: MIT */
/* Poll: one shot, multishot, update and remove. */
#include "oracle_programs.h"

const struct oracle_program oracle_programs_poll[] = {
    { "poll-waits", "pipe p; poll_add fd=pr of=POLLIN; enter 0; put pw 'x'; enter 1" },
    { "poll-out", "pipe p; poll_add fd=pw of=POLLOUT; enter 1" },
    { "poll-out-full", "pipe p full; poll_add fd=pw of=POLLOUT; enter 0; get pr 4096; enter 1" },
    { "poll-hangup", "pipe p; closefd pw; poll_add fd=pr of=POLLIN; enter 1" },
    { "poll-hangup-unasked", "pipe p; closefd pw; poll_add fd=pr of=0; enter 1" },
    { "poll-error-unasked", "pipe p; closefd pr; poll_add fd=pw of=0; enter 1" },
    { "poll-hangup-while-waiting", "pipe p; poll_add fd=pr of=POLLIN; enter 0; closefd pw; enter 1" },
    { "poll-both", "pair s stream; put sb 'x'; poll_add fd=sa of=POLLIN|POLLOUT; enter 1" },
    { "poll-rdhup", "pair s stream; poll_add fd=sa of=POLLRDHUP; enter 0; shut sb wr; enter 1" },
    { "poll-socket-closed", "pair s stream; closefd sb; poll_add fd=sa of=POLLIN|POLLRDHUP; enter 1" },
    { "poll-regular-file", "file f 'x'; poll_add fd=f of=POLLIN; enter 1" },
    { "poll-regular-file-none", "file f 'x'; poll_add fd=f of=0; enter 1 wait=5ms" },
    { "poll-device", "device n /dev/null; poll_add fd=n of=POLLIN|POLLOUT; enter 1" },
    { "poll-directory", "dir d; poll_add fd=d of=POLLIN; enter 1" },
    { "poll-eventfd", "eventfd e 3; poll_add fd=e of=POLLIN|POLLOUT; enter 1" },
    { "poll-listener", "sock l unix listening; poll_add fd=l of=POLLIN; enter 0; dial c l; enter 1" },
    { "poll-wide-mask", "pipe p; poll_add fd=pr of=POLLIN|EPOLLET; enter 0; put pw 'x'; enter 1" },
    { "poll-oneshot-bit", "pipe p 'x'; poll_add fd=pr of=POLLIN|EPOLLONESHOT; enter 1" },
    { "poll-multi-oneshot-bit", "pipe p 'x'; poll_add fd=pr of=POLLIN|EPOLLONESHOT len=POLL_ADD_MULTI; enter 1" },
    { "poll-two-on-one-fd", "pipe p; poll_add fd=pr of=POLLIN; poll_add fd=pr of=POLLIN; enter 0; put pw 'x';"
      " enter 2" },
    { "poll-both-directions", "pair s stream; fill sa; poll_add fd=sa of=POLLIN; poll_add fd=sa of=POLLOUT; enter 0;"
      " put sb 'x'; enter 1; get sb 99999; get sb 99999; get sb 99999; enter 1" },
    { "poll-level", "pipe p 'x'; poll_add fd=pr of=POLLIN len=POLL_ADD_LEVEL; enter 1" },
    { "poll-unknown-flag", "pipe p 'x'; poll_add fd=pr of=POLLIN len=0x100; enter 1" },
    { "poll-off-set", "pipe p 'x'; poll_add fd=pr of=POLLIN off=1; enter 1" },
    { "poll-addr-set", "pipe p 'x'; poll_add fd=pr of=POLLIN addr=1; enter 1" },
    { "poll-buf-index", "pipe p 'x'; poll_add fd=pr of=POLLIN group=1; enter 1" },
    { "poll-closed-later", "pipe p; poll_add fd=pr of=POLLIN ud=5; enter 0; put pw 'x'; enter 1" },
    { "poll-breaks-no-link", "ordered; pipe p; poll_add fd=pr of=POLLIN flags=LINK; nop; enter 0; put pw 'x'; enter 2" },
    { "poll-cancelled-breaks-link", "pipe p; poll_add fd=pr of=POLLIN flags=LINK ud=5; nop ud=6; enter 0;"
      " poll_remove addr=5 ud=7; enter 3" },
    { "poll-update-multi-stays", "ordered; pair s stream; poll_add fd=sa of=POLLPRI len=POLL_ADD_MULTI ud=5; enter 0;"
      " put sb 'x'; poll_remove addr=5 len=POLL_UPDATE_EVENTS|POLL_ADD_MULTI of=POLLIN ud=6; enter 2; put sb 'y'; enter 1" },
    { "poll-update-single-to-multi", "ordered; pair s stream; poll_add fd=sa of=POLLPRI ud=5; enter 0; put sb 'x';"
      " poll_remove addr=5 len=POLL_UPDATE_EVENTS|POLL_ADD_MULTI of=POLLIN ud=6; unordered; enter 2; put sb 'y'; enter 1 wait=5ms" },
    { "poll-update-user-data-multi", "pipe p; poll_add fd=pr of=POLLIN len=POLL_ADD_MULTI ud=5; enter 0;"
      " poll_remove addr=5 len=POLL_UPDATE_USER_DATA|POLL_ADD_MULTI off=8 ud=6; enter 1; put pw 'x'; enter 1;"
      " poll_remove addr=5 ud=7; poll_remove addr=8 ud=9; enter 3" },
    { "poll-multi", "ordered; pipe p; poll_add fd=pr of=POLLIN len=POLL_ADD_MULTI; enter 0; put pw 'x'; enter 1;"
      " put pw 'y'; enter 1" },
    { "poll-multi-ready", "ordered; pipe p 'x'; poll_add fd=pr of=POLLIN len=POLL_ADD_MULTI; enter 1; put pw 'y';"
      " enter 1" },
    { "poll-multi-not-drained", "ordered; pipe p 'x'; poll_add fd=pr of=POLLIN len=POLL_ADD_MULTI; enter 1; enter 0;"
      " enter 0" },
    { "poll-multi-hangup", "ordered; pipe p; poll_add fd=pr of=POLLIN len=POLL_ADD_MULTI; enter 0; closefd pw; enter 1;"
      " enter 0" },
    { "poll-multi-eventfd", "ordered; eventfd e; poll_add fd=e of=POLLIN len=POLL_ADD_MULTI; enter 0;"
      " put e '12345678'; enter 1; get e 8; put e '12345678'; enter 1" },
    { "poll-multi-socket", "ordered; pair s stream; poll_add fd=sa of=POLLIN|POLLRDHUP len=POLL_ADD_MULTI; enter 0;"
      " put sb 'x'; enter 1; closefd sb; enter 1" },
    { "poll-multi-skip", "pipe p; poll_add fd=pr of=POLLIN len=POLL_ADD_MULTI flags=SKIP; enter 1" },
    { "poll-multi-remove", "pipe p; poll_add fd=pr of=POLLIN len=POLL_ADD_MULTI ud=5; enter 0; poll_remove addr=5 ud=6;"
      " enter 2" },
    { "poll-multi-link", "ordered; pipe p; poll_add fd=pr of=POLLIN len=POLL_ADD_MULTI flags=LINK ud=5; nop ud=6;"
      " enter 0; put pw 'x'; enter 1" },
    { "poll-multi-regular-file", "file f 'x'; poll_add fd=f of=POLLIN len=POLL_ADD_MULTI ud=5; enter 1;"
      " poll_remove addr=5 ud=6; enter 1" },
    { "poll-fixed-multi", "ordered; pipe p; files pr; poll_add fd=0 of=POLLIN len=POLL_ADD_MULTI flags=FIXED; enter 0;"
      " put pw 'x'; enter 1" },

    { "poll-remove", "pipe p; poll_add fd=pr of=POLLIN ud=5; enter 0; poll_remove addr=5 ud=6; enter 2" },
    { "poll-remove-same-batch", "pipe p; poll_add fd=pr of=POLLIN ud=5; poll_remove addr=5 ud=6; enter 2" },
    { "poll-remove-not-a-poll", "pipe p; buf b 4; read fd=pr addr=b len=4 ud=5; enter 0; poll_remove addr=5 ud=6;"
      " enter 1" },
    { "poll-remove-timeout", "time t 20s; timeout addr=t len=1 ud=5; enter 0; poll_remove addr=5 ud=6; enter 1" },
    { "poll-remove-off-set", "poll_remove addr=5 off=1; enter 1" },
    { "poll-remove-events-set", "poll_remove addr=5 of=POLLIN; enter 1" },
    { "poll-remove-unknown-flag", "poll_remove addr=5 len=0x100; enter 1" },
    { "poll-remove-level", "poll_remove addr=5 len=POLL_ADD_LEVEL; enter 1" },
    { "poll-remove-buf-index", "poll_remove addr=5 group=1; enter 1" },
    { "poll-remove-fixed-flag", "pipe p; poll_add fd=pr of=POLLIN ud=5; enter 0; poll_remove addr=5 ud=6 flags=FIXED;"
      " enter 2" },
    { "poll-update-events", "pipe p; poll_add fd=pr of=POLLPRI ud=5; enter 0;"
      " poll_remove addr=5 len=POLL_UPDATE_EVENTS of=POLLIN ud=6; enter 1; put pw 'x'; enter 1" },
    { "poll-update-ready", "pipe p 'x'; poll_add fd=pr of=POLLPRI ud=5; enter 0;"
      " poll_remove addr=5 len=POLL_UPDATE_EVENTS of=POLLIN ud=6; enter 2" },
    { "poll-update-user-data", "pipe p; poll_add fd=pr of=POLLIN ud=5; enter 0;"
      " poll_remove addr=5 off=77 len=POLL_UPDATE_USER_DATA ud=6; enter 1; put pw 'x'; enter 1" },
    { "poll-update-both", "pipe p; poll_add fd=pr of=POLLPRI ud=5; enter 0; poll_remove addr=5 off=77 of=POLLIN"
      " len=POLL_UPDATE_USER_DATA|POLL_UPDATE_EVENTS ud=6; enter 1; put pw 'x'; enter 1" },
    { "poll-update-multi", "ordered; pipe p; poll_add fd=pr of=POLLPRI len=POLL_ADD_MULTI ud=5; enter 0; put pw 'x';"
      " enter 0; poll_remove addr=5 len=POLL_UPDATE_EVENTS|POLL_ADD_MULTI of=POLLIN ud=6; unordered; enter 2;"
      " put pw 'y'; enter 1" },
    { "poll-update-missing", "poll_remove addr=5 len=POLL_UPDATE_EVENTS of=POLLIN; enter 1" },
    { "poll-update-user-data-missing", "poll_remove addr=5 off=6 len=POLL_UPDATE_USER_DATA; enter 1" },
    { "poll-update-hidden-user-data", "pipe p; poll_add fd=pr of=POLLIN ud=5; enter 0;"
      " poll_remove addr=5 off=77 len=POLL_UPDATE_EVENTS of=POLLIN ud=6; enter 1" },
    { "poll-update-multi-alone", "poll_remove addr=5 len=POLL_ADD_MULTI; enter 1" },
};
const unsigned oracle_programs_poll_count = sizeof oracle_programs_poll / sizeof oracle_programs_poll[0];
