/* SPDX-License-Identifier: MIT */
/* What seeded programs found out about chains and about requests that run in a worker. */
#include "oracle_programs.h"

const struct oracle_program oracle_programs_chains[] = {
    /* A failure breaks a chain, except where the kernel forgets to say so (D20). */
    { "chain-fsync-fails", "ordered; pipe p; fsync fd=pr flags=LINK; nop; enter 2" },
    { "chain-statx-fails", "ordered; path n 'no'; statxbuf x; statx fd=AT_FDCWD addr=n off=x flags=LINK; nop;"
      " enter 2" },
    { "chain-shutdown-fails", "ordered; sock c tcp; shutdown fd=c len=SHUT_WR flags=LINK; nop; enter 2" },
    { "chain-socket-no-slot", "ordered; files -1; socket fd=AF_UNIX off=SOCK_STREAM index=3 flags=LINK; nop;"
      " enter 2" },
    { "chain-socket-fails", "ordered; socket fd=4000 off=SOCK_STREAM flags=LINK; nop; enter 2" },
    { "chain-accept-no-slot", "ordered; files -1; sock l unix listening; dial c l; accept fd=l index=3 flags=LINK;"
      " nop; enter 2" },
    { "chain-openat-no-slot", "ordered; files -1; path n '.'; openat fd=AT_FDCWD addr=n index=3 flags=LINK; nop;"
      " enter 2" },
    { "chain-openat-fails", "ordered; path n 'no'; openat fd=AT_FDCWD addr=n flags=LINK; nop; enter 2" },
    { "chain-close-fails", "ordered; files -1; close index=1 flags=LINK; nop; enter 2" },
    { "chain-connect-fails", "ordered; sock c unix; address a unix nobody; connect fd=c addr=a off=len:a flags=LINK;"
      " nop; enter 2" },
    { "chain-bind-fails", "ordered; sock c tcp; address a unix x; bind fd=c addr=a off=len:a flags=LINK; nop;"
      " enter 2" },
    { "chain-listen-fails", "ordered; sock c unixdgram bound; listen fd=c len=4 flags=LINK; nop; enter 2" },
    { "chain-splice-fails", "ordered; file f 'x'; splice fd=f index=f off=-1 addr=-1 len=4 flags=LINK; nop; enter 2" },
    { "chain-msg-ring-fails", "ordered; pipe p; msg_ring fd=pr flags=LINK; nop; enter 2" },
    { "chain-provide-fails", "ordered; provide_buffers fd=1 addr=4096 len=0 flags=LINK; nop; enter 2" },
    { "chain-remove-fails", "ordered; remove_buffers fd=1 group=9 flags=LINK; nop; enter 2" },
    { "chain-update-fails", "ordered; files -1; fds u 900; files_update addr=u len=1 flags=LINK; nop; enter 2" },
    { "chain-cancel-fails", "ordered; async_cancel addr=77 flags=LINK; nop; enter 2" },
    { "chain-poll-fails", "ordered; closed x; poll_add fd=x of=POLLIN flags=LINK; nop; enter 2" },

    /* ... which hides the failure of a skipped one altogether (D31). */
    { "skip-hides-failures", "ordered; pipe p; path n 'no'; path m 'm'; buf v 'v'; statxbuf x; unlinkat fd=AT_FDCWD addr=n flags=SKIP;"
      " renameat fd=AT_FDCWD addr=n len=AT_FDCWD off=m flags=SKIP; setxattr addr3=n addr=m off=v len=1 flags=SKIP;"
      " fsync fd=pr flags=SKIP; statx fd=AT_FDCWD addr=n off=x flags=SKIP; unordered; enter 5 wait=30ms" },

    /* A connection that had to be waited for is one in the socket's own eyes. */
    { "connect-again-after-waiting", "sock l tcp listening; sock c tcp; address a of l;"
      " connect fd=c addr=a off=len:a; enter 1; connect fd=c addr=a off=len:a; enter 1" },

    /* What was moved before the cancel is told. */
    { "cancel-tells-received", "pair s stream; buf b 8; recv fd=sa addr=b len=8 of=MSG_WAITALL ud=1; enter 0;"
      " put sb 'abc'; enter 0 wait=20ms; async_cancel addr=1 ud=2; until 1 2" },
    { "cancel-tells-received-linked", "pair s stream; buf b 8; recv fd=sa addr=b len=8 of=MSG_WAITALL ud=1 flags=LINK;"
      " nop ud=3; enter 0; put sb 'abc'; enter 0 wait=20ms; async_cancel addr=1 ud=2; until 1 2 3" },
    { "cancel-tells-nothing", "pair s stream; buf b 8; recv fd=sa addr=b len=8 of=MSG_WAITALL ud=1; enter 0;"
      " async_cancel addr=1 ud=2; until 1 2" },

    /* The byte limit of a multishot receive. */
#define LIMITED "since 6.17; ordered; pair s stream; buf b 64; provide_buffers fd=4 addr=b len=8 group=1; enter 1;" \
    " recv fd=sa group=1 ioprio=RECV_MULTISHOT flags=SELECT index="
    { "recv-limit-over", LIMITED "6; enter 0; put sb 'abc'; enter 1; put sb 'defgh'; enter 1; put sb 'x';"
      " enter 1 wait=20ms" },
    { "recv-limit-at-once", LIMITED "1; put sb 'ab'; enter 1; enter 1 wait=20ms" },
    { "recv-limit-exact", LIMITED "3; put sb 'abc'; enter 1; put sb 'x'; enter 1 wait=20ms" },
    { "recv-limit-not-reached", LIMITED "9; enter 0; put sb 'abcdef'; enter 1; put sb 'g'; enter 1" },
    { "recv-limit-datagram", "since 6.17; ordered; pair d dgram; buf b 64; provide_buffers fd=4 addr=b len=8 group=1;"
      " enter 1; put db 'abcdef'; recv fd=da group=1 ioprio=RECV_MULTISHOT flags=SELECT index=3; enter 1;"
      " enter 1 wait=20ms" },

    /* What is wrong is told although nothing is there to splice yet. */
    { "splice-empty-offset-in", "pipe p; pipe q; splice fd=qw index=pr off=-1 addr=3 len=4; enter 1 wait=50ms" },
    { "splice-empty-offset-out", "pipe p; pipe q; splice fd=qw index=pr off=3 addr=-1 len=4; enter 1 wait=50ms" },

    /* Where a slot is looked for next. */
    { "alloc-behind-named", "ordered; files -1 -1 -1 -1; file f 'x'; path n 'f';"
      " openat fd=AT_FDCWD addr=n index=2 flags=LINK; openat fd=AT_FDCWD addr=n index=ALLOC; enter 2" },
    { "alloc-behind-update", "ordered; files -1 -1 -1 -1; file f 'x'; path n 'f'; fds u f;"
      " files_update addr=u len=1 off=2 flags=LINK; openat fd=AT_FDCWD addr=n index=ALLOC; enter 2" },
    { "alloc-behind-replaced", "ordered; file f 'x'; files f -1 f -1 -1; path n 'f';"
      " openat fd=AT_FDCWD addr=n index=3 flags=LINK; openat fd=AT_FDCWD addr=n index=ALLOC; enter 2" },
    { "alloc-behind-updated", "ordered; file f 'x'; files f -1 f -1 -1; path n 'f'; fds u f;"
      " files_update addr=u len=1 off=2 flags=LINK; openat fd=AT_FDCWD addr=n index=ALLOC; enter 2" },
    { "alloc-at-emptied", "ordered; file f 'x'; files f f f f -1; path n 'f'; fds u -1 -1;"
      " files_update addr=u len=2 off=1 flags=LINK; openat fd=AT_FDCWD addr=n index=ALLOC flags=LINK;"
      " openat fd=AT_FDCWD addr=n index=ALLOC; enter 3" },

    /* What a worker of the kernel forgets, and what a plain call does that the kernel does not. */
    { "accept-dontwait-in-a-worker", "ordered; file f 'x'; sock l unix listening; fsync fd=f flags=LINK;"
      " accept fd=l ioprio=ACCEPT_DONTWAIT; enter 2 wait=50ms" },
    { "cancel-fd-in-a-worker", "ordered; file f 'x'; pipe q; fsync fd=f flags=LINK;"
      " async_cancel fd=qr of=ASYNC_CANCEL_FD; enter 2" },
    { "nowait-after-splice", "ordered; pipe p 'ab'; pipe q; buf b 8;"
      " splice fd=qw index=pr off=-1 addr=-1 len=1; enter 1; read fd=pr addr=b len=8 of=RWF_NOWAIT; enter 1;"
      " get qr 8" },
};
const unsigned oracle_programs_chains_count = sizeof oracle_programs_chains / sizeof oracle_programs_chains[0];
