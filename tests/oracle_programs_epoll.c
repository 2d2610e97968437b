/* SPDX-License-Identifier: MIT */
/* EPOLL_CTL and EPOLL_WAIT. */
#include "oracle_programs.h"

#define EPOLL "pipe p 'x'; epoll e; event v EPOLLIN 7; "

const struct oracle_program oracle_programs_epoll[] = {
    { "epoll-ctl-add", EPOLL "epoll_ctl fd=e off=pr len=EPOLL_CTL_ADD addr=v; enter 1" },
    { "epoll-ctl-add-edge", "pipe p 'x'; epoll e; event v EPOLLIN|EPOLLET 7;"
      " epoll_ctl fd=e off=pr len=EPOLL_CTL_ADD addr=v; enter 1; buf b 12; epoll_wait fd=e addr=b len=1; enter 1" },
    { "epoll-ctl-add-twice", EPOLL "epoll_ctl fd=e off=pr len=EPOLL_CTL_ADD addr=v flags=LINK;"
      " epoll_ctl fd=e off=pr len=EPOLL_CTL_ADD addr=v; enter 2" },
    { "epoll-ctl-mod", "pipe p 'x'; epoll e pr EPOLLOUT 5; event v EPOLLIN 7;"
      " epoll_ctl fd=e off=pr len=EPOLL_CTL_MOD addr=v; enter 1" },
    { "epoll-ctl-mod-unknown", EPOLL "epoll_ctl fd=e off=pr len=EPOLL_CTL_MOD addr=v; enter 1" },
    { "epoll-ctl-del", "pipe p 'x'; epoll e pr EPOLLIN 5; epoll_ctl fd=e off=pr len=EPOLL_CTL_DEL; enter 1" },
    { "epoll-ctl-del-unknown", EPOLL "epoll_ctl fd=e off=pr len=EPOLL_CTL_DEL; enter 1" },
    { "epoll-ctl-no-command", EPOLL "epoll_ctl fd=e off=pr len=9 addr=v; enter 1" },
    { "epoll-ctl-command-zero", EPOLL "epoll_ctl fd=e off=pr len=0 addr=v; enter 1" },
    { "epoll-ctl-no-event", EPOLL "epoll_ctl fd=e off=pr len=EPOLL_CTL_ADD; enter 1" },
    { "epoll-ctl-no-command-no-event", EPOLL "epoll_ctl fd=e off=pr len=9; enter 1" },
    { "epoll-ctl-bad-event", EPOLL "epoll_ctl fd=e off=pr len=EPOLL_CTL_MOD addr=8; enter 1" },
    { "epoll-ctl-file", "file f 'x'; epoll e; event v EPOLLIN 7; epoll_ctl fd=e off=f len=EPOLL_CTL_ADD addr=v; enter 1" },
    { "epoll-ctl-itself", EPOLL "epoll_ctl fd=e off=e len=EPOLL_CTL_ADD addr=v; enter 1" },
    { "epoll-ctl-other-instance", EPOLL "epoll g pr EPOLLIN 3; epoll_ctl fd=e off=g len=EPOLL_CTL_ADD addr=v; enter 1" },
    { "epoll-ctl-loop", EPOLL "epoll g e EPOLLIN 3; epoll_ctl fd=e off=g len=EPOLL_CTL_ADD addr=v; enter 1" },
    { "epoll-ctl-closed-instance", EPOLL "closed x; epoll_ctl fd=x off=pr len=EPOLL_CTL_ADD addr=v; enter 1" },
    { "epoll-ctl-closed-file", EPOLL "closed x; epoll_ctl fd=e off=x len=EPOLL_CTL_ADD addr=v; enter 1" },
    { "epoll-ctl-not-an-instance", EPOLL "epoll_ctl fd=pr off=pw len=EPOLL_CTL_ADD addr=v; enter 1" },
    { "epoll-ctl-group-set", EPOLL "epoll_ctl fd=e off=pr len=EPOLL_CTL_ADD addr=v group=1; enter 1" },
    { "epoll-ctl-index-set", EPOLL "epoll_ctl fd=e off=pr len=EPOLL_CTL_ADD addr=v index=1; enter 1" },
    { "epoll-ctl-flag-word", EPOLL "epoll_ctl fd=e off=pr len=EPOLL_CTL_ADD addr=v of=1; enter 1" },
    { "epoll-ctl-copies", EPOLL "poll_add fd=pw of=POLLOUT flags=LINK; epoll_ctl fd=e off=pr len=EPOLL_CTL_ADD addr=v;"
      " enter 2" },
    { "epoll-ctl-copies-late", "setup flags=SETUP_SUBMIT_ALL; pipe p 'x'; pipe q; epoll e; event v EPOLLIN 7;"
      " poll_add fd=qr of=POLLIN flags=LINK; epoll_ctl fd=e off=pr len=EPOLL_CTL_ADD addr=v; enter 0; smash v;"
      " put qw 'x'; enter 2" },

    { "epoll-wait-ready", "pipe p 'x'; epoll e pr EPOLLIN 7; buf b 24; epoll_wait fd=e addr=b len=2; enter 1" },
    { "epoll-wait-waits", "pipe p; epoll e pr EPOLLIN 7; buf b 24; epoll_wait fd=e addr=b len=2; enter 0; put pw 'x';"
      " enter 1" },
    { "epoll-wait-two-files", "pipe p 'x'; pipe q 'y'; epoll e pr EPOLLIN 7; event v EPOLLIN 8; buf b 48;"
      " epoll_ctl fd=e off=qr len=EPOLL_CTL_ADD addr=v; enter 1; epoll_wait fd=e addr=b len=4; enter 1" },
    { "epoll-wait-room-for-one", "pipe p 'x'; pipe q 'y'; epoll e pr EPOLLIN 7; event v EPOLLIN 8;"
      " epoll_ctl fd=e off=qr len=EPOLL_CTL_ADD addr=v; enter 1; buf b 12; epoll_wait fd=e addr=b len=1; enter 1;"
      " buf c 12; epoll_wait fd=e addr=c len=1; enter 1" },
    { "epoll-wait-added-later", EPOLL "buf b 12; epoll_wait fd=e addr=b len=1 ud=5; enter 0;"
      " epoll_ctl fd=e off=pr len=EPOLL_CTL_ADD addr=v ud=6; enter 2" },
    { "epoll-wait-edge-once", "pipe p 'x'; epoll e pr EPOLLIN|EPOLLET 7; buf b 12; epoll_wait fd=e addr=b len=1; enter 1;"
      " epoll_wait fd=e addr=b len=1; enter 1 wait=5ms; put pw 'y'; enter 1" },
    { "epoll-wait-oneshot", "pipe p 'x'; epoll e pr EPOLLIN|EPOLLONESHOT 7; buf b 12; epoll_wait fd=e addr=b len=1; enter 1;"
      " epoll_wait fd=e addr=b len=1; enter 1 wait=5ms" },
    { "epoll-wait-hangup", "pipe p; closefd pw; epoll e pr EPOLLIN 7; buf b 12; epoll_wait fd=e addr=b len=1; enter 1" },
    { "epoll-wait-cancelled", "pipe p; epoll e pr EPOLLIN 7; buf b 12; epoll_wait fd=e addr=b len=1 ud=5; enter 0;"
      " async_cancel addr=5; enter 2" },
    { "epoll-wait-timed", "ordered; pipe p; epoll e pr EPOLLIN 7; buf b 12; time t 3ms;"
      " epoll_wait fd=e addr=b len=1 flags=LINK ud=5; link_timeout addr=t len=1 ud=6; unordered; enter 2" },
    { "epoll-wait-none", "pipe p 'x'; epoll e pr EPOLLIN 7; buf b 12; epoll_wait fd=e addr=b len=0; enter 1" },
    { "epoll-wait-negative", "pipe p 'x'; epoll e pr EPOLLIN 7; buf b 12; epoll_wait fd=e addr=b len=-1; enter 1" },
    { "epoll-wait-too-many", "pipe p 'x'; epoll e pr EPOLLIN 7; buf b 12; epoll_wait fd=e addr=b len=0x7fffffff; enter 1" },
    { "epoll-wait-bad-address", "pipe p 'x'; epoll e pr EPOLLIN 7; epoll_wait fd=e addr=8 len=1; enter 1" },
    { "epoll-wait-not-an-instance", "pipe p 'x'; buf b 12; epoll_wait fd=pr addr=b len=1; enter 1" },
    { "epoll-wait-file", "file f 'x'; buf b 12; epoll_wait fd=f addr=b len=1; enter 1" },
    { "epoll-wait-off-set", "pipe p 'x'; epoll e pr EPOLLIN 7; buf b 12; epoll_wait fd=e addr=b len=1 off=1; enter 1" },
    { "epoll-wait-flag-word", "pipe p 'x'; epoll e pr EPOLLIN 7; buf b 12; epoll_wait fd=e addr=b len=1 of=1; enter 1" },
    { "epoll-wait-group-set", "pipe p 'x'; epoll e pr EPOLLIN 7; buf b 12; epoll_wait fd=e addr=b len=1 group=1; enter 1" },
    { "epoll-wait-index-set", "pipe p 'x'; epoll e pr EPOLLIN 7; buf b 12; epoll_wait fd=e addr=b len=1 index=1; enter 1" },
};
const unsigned oracle_programs_epoll_count = sizeof oracle_programs_epoll / sizeof oracle_programs_epoll[0];
