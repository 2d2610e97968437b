/* SPDX-License-Identifier: MIT */
/* Programs: waiting for processes and for futexes. */
#include "oracle_programs.h"

#define EXITED "index=WEXITED"

const struct oracle_program oracle_programs_process[] = {
    { "waitid-exited", "child c exit 3; siginfo i; waitid fd=c len=P_PID addr=0 off=i index=WEXITED; enter 1" },
    { "waitid-exits-later", "child c exit 4 after=20ms; siginfo i; waitid fd=c len=P_PID off=i " EXITED "; enter 1" },
    { "waitid-killed", "child c sleep; siginfo i; waitid fd=c len=P_PID off=i " EXITED "; enter 0;"
      " signal c SIGKILL; enter 1" },
    { "waitid-terminated", "child c sleep; siginfo i; signal c SIGTERM settled; waitid fd=c len=P_PID off=i " EXITED
      "; enter 1" },
    { "waitid-no-siginfo", "child c exit 0; waitid fd=c len=P_PID " EXITED "; enter 1" },
    { "waitid-no-siginfo-later", "child c exit 0 after=10ms; waitid fd=c len=P_PID " EXITED "; enter 1" },
    { "waitid-bad-siginfo", "child c exit 0; waitid fd=c len=P_PID off=8 " EXITED "; enter 1" },
    { "waitid-bad-siginfo-later", "child c exit 0 after=10ms; waitid fd=c len=P_PID off=8 " EXITED "; enter 1" },
    { "waitid-nohang", "child c sleep; siginfo i; waitid fd=c len=P_PID off=i index=WEXITED|WNOHANG; enter 1" },
    { "waitid-nohang-exited", "child c exit 5; siginfo i; waitid fd=c len=P_PID off=i index=WEXITED|WNOHANG; enter 1" },
    { "waitid-nohang-none", "siginfo i; waitid len=P_ALL off=i index=WEXITED|WNOHANG; enter 1" },
    { "waitid-nowait", "child c exit 6; siginfo i; waitid fd=c len=P_PID off=i index=WEXITED|WNOWAIT; enter 1" },
    { "waitid-nowait-later", "child c exit 6 after=10ms; siginfo i; waitid fd=c len=P_PID off=i index=WEXITED|WNOWAIT;"
      " enter 1" },
    { "waitid-stopped", "child c sleep; siginfo i; waitid fd=c len=P_PID off=i index=WSTOPPED; enter 0;"
      " signal c SIGSTOP; enter 1" },
    { "waitid-stopped-before", "child c sleep; siginfo i; signal c SIGSTOP settled;"
      " waitid fd=c len=P_PID off=i index=WSTOPPED; enter 1" },
    { "waitid-continued", "child c sleep; siginfo i; signal c SIGSTOP settled; waitid fd=c len=P_PID index=WSTOPPED;"
      " enter 1; waitid fd=c len=P_PID off=i index=WCONTINUED; enter 0; signal c SIGCONT; enter 1" },
    { "waitid-stop-then-exit", "child c sleep; siginfo i; siginfo j;"
      " waitid fd=c len=P_PID off=i index=WSTOPPED|WEXITED; enter 0; signal c SIGSTOP; enter 1;"
      " waitid fd=c len=P_PID off=j index=WSTOPPED|WEXITED; enter 0; signal c SIGKILL; enter 1" },
    { "waitid-exited-of-stopped", "child c sleep; siginfo i; signal c SIGSTOP settled;"
      " waitid fd=c len=P_PID off=i " EXITED "; enter 1 wait=5ms; signal c SIGKILL; enter 1" },
    { "waitid-all", "child c exit 7; siginfo i; waitid len=P_ALL off=i " EXITED "; enter 1" },
    { "waitid-all-later", "child c sleep; child d exit 8 after=10ms; siginfo i; waitid len=P_ALL off=i " EXITED
      "; enter 1" },
    { "waitid-all-twice", "child c exit 1 after=5ms; child d exit 2 after=600ms; siginfo i; siginfo j;"
      " waitid len=P_ALL off=i " EXITED "; enter 1; waitid len=P_ALL off=j " EXITED "; enter 1" },
    { "waitid-all-id-ignored", "child c exit 7; siginfo i; waitid fd=77 len=P_ALL off=i " EXITED "; enter 1" },
    { "waitid-group", "child c sleep; child g exit 9 after=10ms group; siginfo i;"
      " waitid fd=g len=P_PGID off=i " EXITED "; enter 1" },
    { "waitid-group-own", "child g sleep group; child c exit 9 after=10ms; siginfo i;"
      " waitid fd=0 len=P_PGID off=i " EXITED "; enter 1" },
    { "waitid-group-none", "child c sleep; waitid fd=c len=P_PGID " EXITED "; enter 1" },
    { "waitid-pidfd", "child c exit 3 after=10ms; pidfd p c; siginfo i; waitid fd=p len=P_PIDFD off=i " EXITED
      "; enter 1" },
    { "waitid-pidfd-exited", "child c exit 3; pidfd p c; siginfo i; waitid fd=p len=P_PIDFD off=i " EXITED "; enter 1" },
    { "waitid-pidfd-closed-meanwhile", "child c exit 3 after=100ms; pidfd p c; siginfo i;"
      " waitid fd=p len=P_PIDFD off=i " EXITED "; enter 0; closefd p; enter 1" },
    { "waitid-pidfd-stopped", "child c sleep; pidfd p c; siginfo i; waitid fd=p len=P_PIDFD off=i index=WSTOPPED;"
      " enter 0; closefd p; signal c SIGSTOP; enter 1" },
    { "waitid-pidfd-nonblock-exited", "child c exit 3; pidfd p c nonblock; siginfo i;"
      " waitid fd=p len=P_PIDFD off=i " EXITED "; enter 1" },
    { "waitid-pidfd-nonblock", "child c exit 3 after=400ms; pidfd p c nonblock; siginfo i;"
      " waitid fd=p len=P_PIDFD off=i " EXITED "; enter 1" },
    { "waitid-pidfd-of-a-file", "file f 'x'; waitid fd=f len=P_PIDFD " EXITED "; enter 1" },
    { "waitid-pidfd-closed", "closed x; waitid fd=x len=P_PIDFD " EXITED "; enter 1" },
    { "waitid-pidfd-negative", "waitid fd=-1 len=P_PIDFD " EXITED "; enter 1" },
    { "waitid-no-child", "siginfo i; waitid fd=1 len=P_PID off=i " EXITED "; enter 1" },
    { "waitid-none-at-all", "siginfo i; waitid len=P_ALL off=i " EXITED "; enter 1" },
    { "waitid-reaped", "child c exit 3; reap c; waitid fd=c len=P_PID " EXITED "; enter 1" },
    { "waitid-reaped-meanwhile", "child c exit 3 after=600ms; waitid fd=c len=P_PID index=WSTOPPED; enter 0; reap c;"
      " enter 1" },
    { "waitid-sigchld-ignored", "sigchld-ignored; child c exit 3 after=10ms; siginfo i;"
      " waitid fd=c len=P_PID off=i " EXITED "; enter 1" },
    { "waitid-sigchld-ignored-all", "sigchld-ignored; child c exit 3 after=10ms; waitid len=P_ALL " EXITED "; enter 1" },
    { "waitid-no-options", "child c exit 3; siginfo i; waitid fd=c len=P_PID off=i; enter 1" },
    { "waitid-nohang-only", "child c exit 3; siginfo i; waitid fd=c len=P_PID off=i index=WNOHANG; enter 1" },
    { "waitid-unknown-option", "child c exit 3; waitid fd=c len=P_PID index=WEXITED|16; enter 1" },
    { "waitid-thread-options", "child c exit 3; siginfo i; waitid fd=c len=P_PID off=i index=WEXITED|WALL|WNOTHREAD;"
      " enter 1" },
    { "waitid-clone-option", "child c exit 3; waitid fd=c len=P_PID index=WEXITED|WCLONE; enter 1" },
    { "waitid-pid-zero", "child c exit 3; waitid fd=0 len=P_PID " EXITED "; enter 1" },
    { "waitid-pid-negative", "child c exit 3; waitid fd=-2 len=P_PID " EXITED "; enter 1" },
    { "waitid-group-negative", "child c exit 3; waitid fd=-2 len=P_PGID " EXITED "; enter 1" },
    { "waitid-unknown-idtype", "child c exit 3; waitid fd=c len=4 " EXITED "; enter 1" },
    { "waitid-addr-set", "child c exit 3; waitid fd=c len=P_PID addr=8 " EXITED "; enter 1" },
    { "waitid-addr3-set", "child c exit 3; waitid fd=c len=P_PID addr3=8 " EXITED "; enter 1" },
    { "waitid-flags-set", "child c exit 3; waitid fd=c len=P_PID of=1 " EXITED "; enter 1" },
    { "waitid-group-field-set", "child c exit 3; waitid fd=c len=P_PID group=1 " EXITED "; enter 1" },
    { "waitid-cancel", "child c sleep; siginfo i; waitid fd=c len=P_PID off=i " EXITED " ud=5; enter 0;"
      " async_cancel addr=5 ud=6; enter 2; signal c SIGKILL settled" },
    { "waitid-cancel-all-children", "child c sleep; waitid len=P_ALL " EXITED " ud=5; enter 0;"
      " async_cancel addr=5 ud=6; enter 2; signal c SIGTERM settled" },
    { "waitid-cancel-by-op", "child c sleep; waitid fd=c len=P_PID " EXITED " ud=5; enter 0;"
      " async_cancel len=50 of=ASYNC_CANCEL_OP ud=6; enter 2" },
    { "waitid-cancel-by-fd", "child c sleep; pidfd p c; waitid fd=p len=P_PIDFD " EXITED " ud=5; enter 0;"
      " async_cancel fd=p of=ASYNC_CANCEL_FD ud=6; enter 1" },
    { "waitid-cancel-any", "child c sleep; waitid fd=c len=P_PID " EXITED " ud=5; waitid len=P_ALL " EXITED " ud=7;"
      " enter 0; async_cancel of=ASYNC_CANCEL_ANY ud=6; enter 3" },
    { "waitid-limited", "child c sleep; time t 5ms; waitid fd=c len=P_PID " EXITED " flags=LINK;"
      " link_timeout addr=t len=1; enter 2" },
    { "waitid-limited-all", "child c sleep; time t 5ms; waitid len=P_ALL " EXITED " flags=LINK;"
      " link_timeout addr=t len=1; enter 2" },
    { "waitid-in-time", "child c exit 1 after=5ms; time t 10s; waitid fd=c len=P_PID " EXITED " flags=LINK;"
      " link_timeout addr=t len=1; enter 2" },
    { "waitid-chain", "ordered; child c exit 1 after=10ms; child d exit 2 after=5ms; siginfo i; siginfo j;"
      " waitid fd=c len=P_PID off=i " EXITED " flags=LINK; waitid fd=d len=P_PID off=j " EXITED " flags=LINK; nop;"
      " enter 3" },
    { "waitid-chain-broken", "ordered; waitid len=P_ALL " EXITED " flags=LINK; nop; enter 2" },
    { "waitid-two-on-one", "child c exit 1 after=10ms; waitid fd=c len=P_PID index=WEXITED|WNOWAIT;"
      " waitid fd=c len=P_PID index=WEXITED|WNOWAIT; enter 2" },
    { "waitid-left-waiting", "child c sleep; siginfo i; waitid fd=c len=P_PID off=i " EXITED "; enter 1 wait=5ms" },
    /* Its pidfd is the engine's own, and closed with it: what waits next has a registration to itself. */
    { "waitid-then-two-waits", "child c exit 5 after=3ms; pipe p; pipe q; buf b 4; buf d 4; waitid fd=c len=P_PID " EXITED ";"
      " enter 1; read fd=pr addr=b len=4; read fd=qr addr=d len=4; enter 0; put qw 'late'; enter 1; put pw 'word'; enter 1" },
    { "waitid-signals-nobody", "ordered; child c exit 1 after=900ms; alarm 200ms; waitid fd=c len=P_PID " EXITED
      "; enter 1; enter 1" },

    /* ---- Futexes ---- */
    { "futex-wait-differs", "word w 5; futex_wait fd=U32 addr=w off=6 addr3=MATCH; enter 1" },
    { "futex-wait-woken", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=MATCH; enter 0; wake w 1; enter 1" },
    { "futex-wait-woken-private", "word w 5; futex_wait fd=U32|PRIVATE addr=w off=5 addr3=MATCH; enter 0;"
      " wake w 1 private; enter 1" },
    { "futex-wait-private-not-met", "word w 5; futex_wait fd=U32|PRIVATE addr=w off=5 addr3=MATCH; enter 0; wake w 1;"
      " enter 1 wait=3ms; wake w 1 private; enter 1" },
    { "futex-wait-shared-not-met", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=MATCH; enter 0; wake w 1 private;"
      " enter 1 wait=3ms; wake w 1; enter 1" },
    { "futex-wait-mask", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=6; enter 0; wake w 1 mask=9;"
      " enter 1 wait=3ms; wake w 9 mask=12; enter 1" },
    { "futex-wait-mask-any", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=8; enter 0; wake w 1; enter 1" },
    { "futex-wait-masks-apart", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=1 ud=1;"
      " futex_wait fd=U32 addr=w off=5 addr3=2 ud=2; futex_wait fd=U32 addr=w off=5 addr3=MATCH ud=3; enter 0;"
      " wake w 9 mask=2; enter 2; wake w 9; enter 1" },
    { "futex-wait-count", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=MATCH ud=1;"
      " futex_wait fd=U32 addr=w off=5 addr3=MATCH ud=2; futex_wait fd=U32 addr=w off=5 addr3=MATCH ud=3; enter 0;"
      " wake w 2; enter 2; wake w 9; enter 1; wake w 9" },
    { "futex-wait-value-set-without-wake", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=MATCH; enter 0; set w 6;"
      " enter 1 wait=70ms; wake w 1; enter 1" },
    { "futex-wait-set-and-wake", "word w 5; futex_wait fd=U32|PRIVATE addr=w off=5 addr3=MATCH; enter 0; set w 6;"
      " wake w 1 private; enter 1" },
    { "futex-wait-mask-0", "word w 5; futex_wait fd=U32 addr=w off=5; enter 1" },
    { "futex-wait-unaligned", "buf w 8; futex_wait fd=U32 addr=w+2 off=5 addr3=MATCH; enter 1" },
    { "futex-wait-null", "futex_wait fd=U32 addr=0 off=5 addr3=MATCH; enter 1" },
    { "futex-wait-bad-address", "futex_wait fd=U32|PRIVATE addr=8 off=5 addr3=MATCH; enter 1" },
    { "futex-wait-no-size", "word w 5; futex_wait fd=0 addr=w off=5 addr3=MATCH; enter 1" },
    { "futex-wait-size-64", "word w 5; futex_wait fd=U64 addr=w off=5 addr3=MATCH; enter 1" },
    { "futex-wait-unknown-flag", "word w 5; futex_wait fd=U32|0x40 addr=w off=5 addr3=MATCH; enter 1" },
    { "futex-wait-wide-value", "word w 5; futex_wait fd=U32 addr=w off=0x100000005 addr3=MATCH; enter 1" },
    { "futex-wait-wide-mask", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=0x100000001; enter 1" },
    { "futex-wait-len-set", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=MATCH len=1; enter 1" },
    { "futex-wait-of-set", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=MATCH of=1; enter 1" },
    { "futex-wait-index-set", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=MATCH index=1; enter 1" },
    { "futex-wait-group-set", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=MATCH group=1; enter 1" },
    { "futex-wait-cancel", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=MATCH ud=5; enter 0;"
      " async_cancel addr=5 ud=6; until 5 6; wake w 9" },
    { "futex-wait-cancel-masked", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=4 ud=5; enter 0;"
      " async_cancel addr=5 ud=6; until 5 6; wake w 9" },
    { "futex-wait-cancel-twice", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=4 ud=5; enter 0;"
      " async_cancel addr=5 ud=6; async_cancel addr=5 ud=7; until 5 6 7" },
    { "futex-wait-cancel-any", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=MATCH ud=5;"
      " futex_wait fd=U32 addr=w off=5 addr3=MATCH ud=7; enter 0; async_cancel of=ASYNC_CANCEL_ANY ud=6; until 5 6 7" },
    { "futex-wait-cancel-one-of-two", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=MATCH ud=5;"
      " futex_wait fd=U32 addr=w off=5 addr3=MATCH ud=7; enter 0; async_cancel addr=5 ud=6; until 5 6; wake w 9; enter 1" },
    { "futex-wait-limited", "word w 5; time t 5ms; futex_wait fd=U32 addr=w off=5 addr3=MATCH flags=LINK ud=1;"
      " link_timeout addr=t len=1 ud=2; until 1 2" },
    { "futex-wait-in-time", "word w 5; time t 10s; futex_wait fd=U32 addr=w off=5 addr3=MATCH flags=LINK ud=1;"
      " link_timeout addr=t len=1 ud=2; enter 0; wake w 1; until 1 2" },
    { "futex-wait-chain", "ordered; word w 5; word v 1; futex_wait fd=U32 addr=w off=5 addr3=MATCH flags=LINK;"
      " futex_wait fd=U32 addr=v off=1 addr3=MATCH flags=LINK; nop; enter 0; wake v 1; wake w 1; enter 1; wake v 1; enter 2" },
    { "futex-wait-chain-broken", "ordered; word w 5; futex_wait fd=U32 addr=w off=4 addr3=MATCH flags=LINK; nop; enter 2" },
    { "futex-wait-through-ring", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=MATCH;"
      " futex_wake fd=U32 addr=w off=1 addr3=MATCH; enter 2" },
    { "futex-wait-through-ring-mask", "word w 5; futex_wait fd=U32|PRIVATE addr=w off=5 addr3=2 ud=1;"
      " futex_wake fd=U32|PRIVATE addr=w off=1 addr3=1 ud=2; enter 1;"
      " futex_wake fd=U32|PRIVATE addr=w off=1 addr3=2 ud=3; enter 2" },
    { "futex-wake-nobody", "word w 5; futex_wake fd=U32 addr=w off=1 addr3=MATCH; enter 1" },
    { "futex-wake-count-0", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=MATCH ud=1; enter 0;"
      " futex_wake fd=U32 addr=w off=0 addr3=MATCH ud=2; enter 1; wake w 9; enter 1" },
    { "futex-wake-count-0-unaligned", "buf w 8; futex_wake fd=U32 addr=w+2 addr3=MATCH; enter 1" },
    { "futex-wake-count-0-bad-address", "futex_wake fd=U32 addr=8 addr3=MATCH; enter 1" },
    { "futex-wake-count-0-private-bad-address", "futex_wake fd=U32|PRIVATE addr=8 addr3=MATCH; enter 1" },
    { "futex-wake-all", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=MATCH ud=1;"
      " futex_wait fd=U32 addr=w off=5 addr3=MATCH ud=2; enter 0; futex_wake fd=U32 addr=w off=0x7fffffff addr3=MATCH ud=3;"
      " enter 3" },
    { "futex-wake-negative", "word w 5; futex_wait fd=U32 addr=w off=5 addr3=MATCH ud=1;"
      " futex_wait fd=U32 addr=w off=5 addr3=MATCH ud=2; enter 0; futex_wake fd=U32 addr=w off=0xffffffff addr3=MATCH ud=3;"
      " enter 2; wake w 9; enter 1" },
    { "futex-wake-mask-0", "word w 5; futex_wake fd=U32 addr=w off=1; enter 1" },
    { "futex-wake-unaligned", "buf w 8; futex_wake fd=U32 addr=w+2 off=1 addr3=MATCH; enter 1" },
    { "futex-wake-bad-address", "futex_wake fd=U32 addr=8 off=1 addr3=MATCH; enter 1" },
    { "futex-wake-private-bad-address", "futex_wake fd=U32|PRIVATE addr=8 off=1 addr3=MATCH; enter 1" },
    { "futex-wake-no-size", "word w 5; futex_wake addr=w off=1 addr3=MATCH; enter 1" },
    { "futex-wake-unknown-flag", "word w 5; futex_wake fd=U32|0x20 addr=w off=1 addr3=MATCH; enter 1" },
    { "futex-wake-wide-count", "word w 5; futex_wake fd=U32 addr=w off=0x100000001 addr3=MATCH; enter 1" },
    { "futex-wake-wide-mask", "word w 5; futex_wake fd=U32 addr=w off=1 addr3=0x100000001; enter 1" },
    { "futex-wake-len-set", "word w 5; futex_wake fd=U32 addr=w off=1 addr3=MATCH len=1; enter 1" },
    { "futex-wake-of-set", "word w 5; futex_wake fd=U32 addr=w off=1 addr3=MATCH of=1; enter 1" },
    { "futex-waitv-differs", "word w 5; word v 6; futexes f w:5:U32 v:7:U32; futex_waitv addr=f len=2; enter 1" },
    { "futex-waitv-first", "word w 5; word v 6; futexes f w:5:U32 v:6:U32; futex_waitv addr=f len=2; enter 0;"
      " wake w 1; enter 1; wake v 1" },
    { "futex-waitv-second", "word w 5; word v 6; futexes f w:5:U32|PRIVATE v:6:U32; futex_waitv addr=f len=2; enter 0;"
      " wake v 1; enter 1; wake w 1 private" },
    { "futex-waitv-mixed-privacy", "word w 5; word v 6; word x 7; futexes f w:5:U32|PRIVATE v:6:U32 x:7:U32|PRIVATE;"
      " futex_waitv addr=f len=3; enter 0; wake v 1 private; wake w 1; wake x 1 private; enter 1; wake v 9" },
    { "futex-waitv-one", "word w 5; futexes f w:5:U32; futex_waitv addr=f len=1; enter 0; wake w 1 mask=4; enter 1" },
    { "futex-waitv-same-word-twice", "word w 5; futexes f w:5:U32 w:5:U32; futex_waitv addr=f len=2; enter 0;"
      " wake w 1; enter 1; wake w 9" },
    { "futex-waitv-smashed", "word w 5; word v 6; futexes f w:5:U32 v:6:U32; futex_waitv addr=f len=2; enter 0; smash f;"
      " wake v 1; enter 1" },
    { "futex-waitv-smashed-in-chain", "word w 5; word v 6; futexes f w:5:U32 v:6:U32; nop flags=LINK;"
      " futex_waitv addr=f len=2 flags=ASYNC; enter 0; smash f; enter 1; sleep 20ms; wake v 1; enter 1" },
    { "futex-waitv-none", "word w 5; futexes f w:5:U32; futex_waitv addr=f len=0; enter 1" },
    { "futex-waitv-too-many", "word w 5; futexes f w:5:U32; futex_waitv addr=f len=129; enter 1" },
    { "futex-waitv-bad-vector", "futex_waitv addr=8 len=1; enter 1" },
    { "futex-waitv-bad-word", "futexes f 8:5:U32; futex_waitv addr=f len=1; enter 1" },
    { "futex-waitv-unaligned", "buf w 8; futexes f w+2:5:U32; futex_waitv addr=f len=1; enter 1" },
    { "futex-waitv-no-size", "word w 5; futexes f w:5:0; futex_waitv addr=f len=1; enter 1" },
    { "futex-waitv-unknown-flag", "word w 5; futexes f w:5:U32|0x10; futex_waitv addr=f len=1; enter 1" },
    { "futex-waitv-wide-value", "word w 5; futexes f w:0x100000005:U32; futex_waitv addr=f len=1; enter 1" },
    { "futex-waitv-fd-set", "word w 5; futexes f w:4:U32; futex_waitv addr=f len=1 fd=1; enter 1" },
    { "futex-waitv-off-set", "word w 5; futexes f w:4:U32; futex_waitv addr=f len=1 off=1; enter 1" },
    { "futex-waitv-addr3-set", "word w 5; futexes f w:4:U32; futex_waitv addr=f len=1 addr3=1; enter 1" },
    { "futex-waitv-of-set", "word w 5; futexes f w:4:U32; futex_waitv addr=f len=1 of=1; enter 1" },
    { "futex-waitv-cancel", "word w 5; word v 6; futexes f w:5:U32 v:6:U32; futex_waitv addr=f len=2 ud=5; enter 0;"
      " async_cancel addr=5 ud=6; until 5 6; wake v 9; wake w 9" },
    { "futex-waitv-limited", "word w 5; time t 5ms; futexes f w:5:U32 w:5:U32; futex_waitv addr=f len=2 flags=LINK ud=1;"
      " link_timeout addr=t len=1 ud=2; until 1 2" },
};
const unsigned oracle_programs_process_count =
    sizeof oracle_programs_process / sizeof oracle_programs_process[0];
