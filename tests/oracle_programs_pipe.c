/* SPDX-License-Identifier: MIT */
/* PIPE: descriptors, slots, what is refused. */
#include "oracle_programs.h"

const struct oracle_program oracle_programs_pipe[] = {
    { "pipe-plain", "fds u -1 -1; pipe addr=u as=q; enter 1; put qw 'hello'; get qr 5" },
    { "pipe-nonblock", "fds u -1 -1; pipe addr=u of=O_CLOEXEC|O_NONBLOCK as=q; enter 1; buf b 4;"
      " read fd=qr addr=b len=4 ud=5; enter 0; put qw 'abcd'; enter 1" },
    { "pipe-packets", "fds u -1 -1; pipe addr=u of=O_DIRECT as=q; enter 1; put qw 'abc'; put qw 'de';"
      " get qr 9; get qr 9" },
    { "pipe-notification", "fds u -1 -1; pipe addr=u of=O_CLOEXEC|O_NOTIFICATION_PIPE; enter 1" },
    { "pipe-three", "fds u -1 -1; fds v -1 -1; fds w -1 -1; pipe addr=u as=q flags=LINK; pipe addr=v as=s flags=LINK;"
      " pipe addr=w as=t; enter 3; put qw 'a'; put sw 'b'; put tw 'c'" },
    { "pipe-unknown-flag", "fds u -1 -1; pipe addr=u of=O_APPEND; enter 1" },
    { "pipe-wronly-flag", "fds u -1 -1; pipe addr=u of=O_WRONLY; enter 1" },
    { "pipe-fd-set", "fds u -1 -1; pipe addr=u fd=1; enter 1" },
    { "pipe-off-set", "fds u -1 -1; pipe addr=u off=1; enter 1" },
    { "pipe-addr3-set", "fds u -1 -1; pipe addr=u addr3=1; enter 1" },
    { "pipe-len-set", "fds u -1 -1; pipe addr=u len=7; enter 1" },
    { "pipe-buf-index-set", "fds u -1 -1; pipe addr=u group=7; enter 1" },
    { "pipe-bad-address", "pipe addr=8; enter 1" },
    { "pipe-no-address", "pipe addr=0; enter 1" },
    { "pipe-slots", "fds u -1 -1; files -1 -1 -1; pipe addr=u index=2 ud=1; enter 1; buf a 'hello'; buf b 5;"
      " write fd=2 addr=a len=5 flags=FIXED|LINK ud=2; read fd=1 addr=b len=5 flags=FIXED ud=3; enter 2" },
    { "pipe-slots-nonblock", "fds u -1 -1; files -1 -1; pipe addr=u index=1 of=O_NONBLOCK ud=1; enter 1; buf b 5;"
      " read fd=0 addr=b len=5 flags=FIXED of=RWF_NOWAIT ud=3; enter 1" },
    { "pipe-slots-nonblock-installed", "fds u -1 -1; files -1 -1; pipe addr=u index=1 of=O_NONBLOCK; enter 1;"
      " fixed_fd_install fd=0 flags=FIXED as=r; fixed_fd_install fd=1 flags=FIXED as=w; enter 2" },
    { "pipe-slots-replace", "pipe p 'old'; fds u -1 -1; files pr pw; pipe addr=u index=1; enter 1; buf a 'hello'; buf b 5;"
      " write fd=1 addr=a len=5 flags=FIXED|LINK; read fd=0 addr=b len=5 flags=FIXED; enter 2" },
    { "pipe-slots-last", "pipe p 'old'; buf b 3; fds u -1 -1; files pr -1; pipe addr=u index=2; enter 1;"
      " read fd=0 addr=b len=3 flags=FIXED; enter 1; read fd=1 addr=b len=3 flags=FIXED; enter 1" },
    { "pipe-slots-beyond", "fds u -1 -1; files -1 -1; pipe addr=u index=3; enter 1" },
    { "pipe-slots-far-beyond", "fds u -1 -1; files -1 -1; pipe addr=u index=0xfffffffe; enter 1" },
    { "pipe-slots-no-table", "fds u -1 -1; pipe addr=u index=1; enter 1" },
    { "pipe-slots-cloexec", "fds u -1 -1; files -1 -1; pipe addr=u index=1 of=O_CLOEXEC; enter 1" },
    { "pipe-slots-cloexec-in-chain", "ordered; fds u -1 -1; files -1 -1; pipe addr=u index=1 of=O_CLOEXEC flags=LINK; nop;"
      " enter 2" },
    { "pipe-slots-bad-address", "pipe p 'old'; buf b 3; files pr -1; pipe addr=8 index=1; enter 1;"
      " read fd=0 addr=b len=3 flags=FIXED; enter 1" },
    { "pipe-alloc", "fds u -1 -1; files -1 -1 -1; pipe addr=u index=ALLOC; enter 1; buf a 'hello'; buf b 5;"
      " write fd=1 addr=a len=5 flags=FIXED|LINK; read fd=0 addr=b len=5 flags=FIXED; enter 2" },
    { "pipe-alloc-around", "pipe p; fds u -1 -1; files -1 pr -1; pipe addr=u index=ALLOC; enter 1" },
    { "pipe-alloc-one-left", "pipe p; fds u -1 -1; files pr -1; pipe addr=u index=ALLOC; enter 1; fds v pw;"
      " files_update addr=v len=1 off=ALLOC; enter 1" },
    { "pipe-alloc-none-left", "pipe p; fds u -1 -1; files pr pw; pipe addr=u index=ALLOC; enter 1" },
    { "pipe-alloc-no-table", "fds u -1 -1; pipe addr=u index=ALLOC; enter 1" },
    { "pipe-alloc-bad-address", "files -1 -1; pipe addr=8 index=ALLOC; enter 1; fds u -1 -1; pipe addr=u index=ALLOC;"
      " enter 1" },
    { "pipe-closed-slots", "fds u -1 -1; files -1 -1; pipe addr=u index=1; enter 1; close index=1; close index=2; enter 2;"
      " close index=1; enter 1" },
    { "pipe-end-of-file", "fds u -1 -1; files -1 -1; buf b 4; pipe addr=u index=1; enter 1; close index=2; enter 1;"
      " read fd=0 addr=b len=4 flags=FIXED; enter 1" },
};
const unsigned oracle_programs_pipe_count = sizeof oracle_programs_pipe / sizeof oracle_programs_pipe[0];
