/* SPDX-License-Identifier: MIT */
/* Sockets: unix and TCP on loopback, streams and datagrams. */
#include "oracle_programs.h"

const struct oracle_program oracle_programs_net[] = {
    /* ---- socket ---- */
    { "socket-tcp", "socket fd=AF_INET off=SOCK_STREAM; enter 1" },
    { "socket-nonblock", "socket fd=AF_UNIX off=SOCK_STREAM|SOCK_NONBLOCK; enter 1" },
    { "socket-bad-family", "socket fd=4000 off=SOCK_STREAM; enter 1" },
    { "socket-bad-type", "socket fd=AF_UNIX off=77; enter 1" },
    { "socket-unknown-type", "socket fd=AF_UNIX off=4; enter 1" },
    { "socket-bad-protocol", "socket fd=AF_UNIX off=SOCK_STREAM len=99; enter 1" },
    { "socket-inet-bad-protocol", "socket fd=AF_INET off=SOCK_STREAM len=17; enter 1" },
    { "socket-flags-set", "socket fd=AF_UNIX off=SOCK_STREAM of=1; enter 1" },
    { "socket-addr-set", "socket fd=AF_UNIX off=SOCK_STREAM addr=1; enter 1" },
    { "socket-buf-index", "socket fd=AF_UNIX off=SOCK_STREAM group=1; enter 1" },
    { "socket-direct", "files -1 -1; socket fd=AF_UNIX off=SOCK_STREAM index=1; enter 1" },
    { "socket-direct-cloexec", "files -1 -1; socket fd=AF_UNIX off=SOCK_STREAM|SOCK_CLOEXEC index=1; enter 1" },
    { "socket-alloc", "files -1 -1; socket fd=AF_UNIX off=SOCK_STREAM index=ALLOC flags=LINK;"
      " socket fd=AF_UNIX off=SOCK_STREAM index=ALLOC flags=LINK;"
      " socket fd=AF_UNIX off=SOCK_STREAM index=ALLOC; enter 3" },
    { "socket-direct-no-table", "socket fd=AF_UNIX off=SOCK_STREAM index=1; enter 1" },
    { "socket-direct-beyond", "files -1; socket fd=AF_UNIX off=SOCK_STREAM index=3; enter 1" },

    /* ---- bind, listen ---- */
    { "bind-in-use", "sock l unix listening; sock c unix; address a of l; bind fd=c addr=a off=len:a; enter 1" },
    { "bind-tcp", "sock c tcp; address a inet; bind fd=c addr=a off=len:a flags=LINK; listen fd=c len=4; enter 2" },
    { "bind-twice", "sock c unix bound; address a unix other; bind fd=c addr=a off=len:a; enter 1" },
    { "bind-not-a-socket", "pipe p; address a unix here; bind fd=pr addr=a off=len:a; enter 1" },
    { "bind-bad-address", "sock c unix; bind fd=c addr=8 off=16; enter 1" },
    { "bind-length-zero", "sock c tcp; address a inet; bind fd=c addr=a off=0; enter 1" },
    { "bind-length-short", "sock c tcp; address a inet; bind fd=c addr=a off=4; enter 1" },
    { "bind-length-huge", "sock c tcp; address a inet; bind fd=c addr=a off=200; enter 1" },
    { "bind-wrong-family", "sock c tcp; address a unix here; bind fd=c addr=a off=len:a; enter 1" },
    { "bind-path", "sock c unix; address a path 'sock'; bind fd=c addr=a off=len:a; enter 1" },
    { "bind-path-exists", "file sock 'x'; sock c unix; address a path sock; bind fd=c addr=a off=len:a; enter 1" },
    { "bind-path-missing-directory", "sock c unix; address a path no/sock; bind fd=c addr=a off=len:a; enter 1" },
    { "bind-len-set", "sock c unix; address a unix here; bind fd=c addr=a off=len:a len=1; enter 1" },
    { "bind-flags-set", "sock c unix; address a unix here; bind fd=c addr=a off=len:a of=1; enter 1" },
    { "listen-not-a-socket", "pipe p; listen fd=pr len=4; enter 1" },
    { "listen-datagram", "sock c unixdgram bound; listen fd=c len=4; enter 1" },
    { "listen-unbound-unix", "sock c unix; listen fd=c len=4; enter 1" },
    { "listen-addr-set", "sock c unix bound; listen fd=c len=4 addr=1; enter 1" },
    { "listen-flags-set", "sock c unix bound; listen fd=c len=4 of=1; enter 1" },
    { "listen-connected", "pair s stream; listen fd=sa len=4; enter 1" },

    /* ---- accept ---- */
    { "accept-waits", "sock l unix listening; accept fd=l as=s; enter 0; dial c l; enter 1; put c 'abc'; get s 8" },
    { "accept-nonblock-waits", "sock l unix listening nonblock; accept fd=l; enter 0; dial c l; enter 1" },
    { "accept-flags", "sock l unix listening; dial c l; accept fd=l of=SOCK_NONBLOCK|SOCK_CLOEXEC; enter 1" },
    { "accept-bad-flags", "sock l unix listening; dial c l; accept fd=l of=0x40000000; enter 1" },
    { "accept-dontwait", "sock l unix listening; accept fd=l ioprio=ACCEPT_DONTWAIT; enter 1" },
    { "accept-dontwait-pending", "sock l unix listening; dial c l; accept fd=l ioprio=ACCEPT_DONTWAIT; enter 1" },
    { "accept-poll-first", "sock l unix listening; accept fd=l ioprio=ACCEPT_POLL_FIRST; enter 0; dial c l;"
      " enter 1" },
    { "accept-poll-first-pending", "sock l unix listening; dial c l; accept fd=l ioprio=ACCEPT_POLL_FIRST;"
      " enter 1" },
    { "accept-not-listening", "sock c unix bound; accept fd=c; enter 1" },
    { "accept-not-listening-tcp", "sock c tcp; accept fd=c; enter 1" },
    { "accept-datagram", "sock c unixdgram bound; accept fd=c; enter 1" },
    { "accept-not-a-socket", "pipe p; accept fd=pr; enter 1" },
    { "accept-address", "sock l tcp listening; dial c l; address a empty; accept fd=l addr=a off=a+128; enter 1" },
    { "accept-address-short", "sock l tcp listening; dial c l; address a short 4;"
      " accept fd=l addr=a off=a+128; enter 1" },
    { "accept-address-bad", "sock l tcp listening; dial c l; address a empty; accept fd=l addr=8 off=a+128; enter 1" },
    { "accept-address-no-length", "sock l tcp listening; dial c l; address a empty; accept fd=l addr=a; enter 1" },
    { "accept-len-set", "sock l unix listening; dial c l; accept fd=l len=1; enter 1" },
    { "accept-buf-index", "sock l unix listening; dial c l; accept fd=l group=1; enter 1" },
    { "accept-two", "sock l unix listening; accept fd=l; accept fd=l; enter 0; dial c l; enter 1; dial d l;"
      " enter 1" },
    { "accept-shutdown-tcp", "sock l tcp listening; accept fd=l; enter 0; shut l rdwr; enter 1" },
    { "accept-direct", "sock l unix listening; dial c l; put c 'hello'; buf b 8; files -1 -1;"
      " accept fd=l index=2 flags=LINK; recv fd=1 addr=b len=5 flags=FIXED; enter 2" },
    { "accept-direct-cloexec", "sock l unix listening; dial c l; files -1; accept fd=l index=1 of=SOCK_CLOEXEC;"
      " enter 1" },
    { "accept-direct-no-table", "sock l unix listening; dial c l; accept fd=l index=1; enter 1" },
    { "accept-direct-beyond", "sock l unix listening; dial c l; files -1; accept fd=l index=3; enter 1" },
    { "accept-alloc", "sock l unix listening; dial c l; dial d l; files -1;"
      " accept fd=l index=ALLOC flags=HARD; accept fd=l index=ALLOC; enter 2" },
    { "accept-multishot", "ordered; sock l unix listening; dial c l; accept fd=l ioprio=ACCEPT_MULTISHOT; enter 1;"
      " dial d l; enter 1; dial e l; dial f l; enter 2" },
    { "accept-multishot-tcp", "ordered; sock l tcp listening; accept fd=l ioprio=ACCEPT_MULTISHOT of=SOCK_CLOEXEC;"
      " dial c l; enter 1; dial d l; enter 1" },
    { "accept-multishot-cancel", "sock l unix listening; accept fd=l ioprio=ACCEPT_MULTISHOT ud=5; enter 0;"
      " dial c l; enter 1; async_cancel addr=5 ud=6; enter 2; dial d l; enter 0" },
    { "accept-multishot-alloc", "ordered; sock l unix listening; files -1 -1; dial c l; dial d l; dial e l;"
      " accept fd=l ioprio=ACCEPT_MULTISHOT index=ALLOC; enter 3" },
    { "accept-multishot-slot", "sock l unix listening; files -1 -1;"
      " accept fd=l ioprio=ACCEPT_MULTISHOT index=1; enter 1" },
    { "accept-multishot-unknown", "sock l unix listening; accept fd=l ioprio=0x80; enter 1" },
    { "accept-multishot-not-listening", "sock c tcp; accept fd=c ioprio=ACCEPT_MULTISHOT; enter 1" },
    { "accept-multishot-shutdown", "sock l tcp listening; accept fd=l ioprio=ACCEPT_MULTISHOT; enter 0; dial c l;"
      " enter 1; shut l rdwr; enter 1" },

    /* ---- connect ---- */
    { "connect-refused-tcp", "sock l tcp bound; sock c tcp; address a of l; connect fd=c addr=a off=len:a; enter 1" },
    { "connect-refused-unix", "sock l unix bound; sock c unix; address a of l; connect fd=c addr=a off=len:a;"
      " enter 1" },
    { "connect-missing-unix", "sock c unix; address a unix nobody; connect fd=c addr=a off=len:a; enter 1" },
    { "connect-missing-path", "sock c unix; address a path nobody; connect fd=c addr=a off=len:a; enter 1" },
    { "connect-path-is-file", "file f 'x'; sock c unix; address a path f; connect fd=c addr=a off=len:a; enter 1" },
    { "connect-twice", "sock l unix listening; dial c l; address a of l; connect fd=c addr=a off=len:a; enter 1" },
    { "connect-twice-tcp", "sock l tcp listening; dial c l; address a of l; connect fd=c addr=a off=len:a; enter 1" },
    { "connect-not-a-socket", "pipe p; address a unix x; connect fd=pr addr=a off=len:a; enter 1" },
    { "connect-bad-address", "sock c unix; connect fd=c addr=8 off=16; enter 1" },
    { "connect-length-short", "sock c tcp; address a inet; connect fd=c addr=a off=4; enter 1" },
    { "connect-length-huge", "sock c tcp; address a inet; connect fd=c addr=a off=300; enter 1" },
    { "connect-wrong-family", "sock c tcp; address a unix x; connect fd=c addr=a off=len:a; enter 1" },
    { "connect-wrong-type", "sock l unix listening; sock c unixdgram; address a of l;"
      " connect fd=c addr=a off=len:a; enter 1" },
    { "connect-wrong-type-path", "sock l unix; address a path lsock; bind fd=l addr=a off=len:a; enter 1;"
      " sock c unixdgram; connect fd=c addr=a off=len:a; enter 1" },
    { "connect-nonblock-tcp", "sock l tcp listening; sock c tcp nonblock; address a of l;"
      " connect fd=c addr=a off=len:a; enter 1" },
    { "connect-datagram", "sock l unixdgram bound; sock c unixdgram; address a of l; buf b 'hi';"
      " connect fd=c addr=a off=len:a flags=LINK; send fd=c addr=b len=2; enter 2" },
    { "connect-then-send", "ordered; sock l tcp listening; sock c tcp; address a of l; buf b 'hello';"
      " connect fd=c addr=a off=len:a flags=LINK; send fd=c addr=b len=5; enter 2; accept fd=l as=s; enter 1;"
      " get s 8" },
    { "connect-len-set", "sock c unix; address a unix x; connect fd=c addr=a off=len:a len=1; enter 1" },
    { "connect-flags-set", "sock c unix; address a unix x; connect fd=c addr=a off=len:a of=1; enter 1" },
    { "connect-buf-index", "sock c unix; address a unix x; connect fd=c addr=a off=len:a group=1; enter 1" },

    /* ---- send ---- */
    { "send-zero", "pair s stream; send fd=sa addr=0 len=0; enter 1" },
    { "send-zero-datagram", "pair s dgram; buf b 'x'; send fd=sa addr=b len=0; enter 1" },
    { "send-datagram", "pair s dgram; buf b 'hello'; send fd=sa addr=b len=5 flags=LINK; send fd=sa addr=b len=2;"
      " enter 2" },
    { "send-bad-address", "pair s stream; send fd=sa addr=8 len=4; enter 1" },
    { "send-not-a-socket", "pipe p; buf b 'x'; send fd=pw addr=b len=1; enter 1" },
    { "send-not-connected", "sock c tcp; buf b 'x'; send fd=c addr=b len=1; enter 1" },
    { "send-not-connected-unix", "sock c unix; buf b 'x'; send fd=c addr=b len=1; enter 1" },
    { "send-not-connected-datagram", "sock c unixdgram; buf b 'x'; send fd=c addr=b len=1; enter 1" },
    { "send-not-connected-udp", "sock c udp; buf b 'x'; send fd=c addr=b len=1; enter 1" },
    { "send-closed-peer", "pair s stream; closefd sb; buf b 'x'; send fd=sa addr=b len=1; enter 1" },
    { "send-after-shutdown", "pair s stream; shut sa wr; buf b 'x'; send fd=sa addr=b len=1; enter 1" },
    { "send-closed-datagram", "pair s dgram; closefd sb; buf b 'x'; send fd=sa addr=b len=1; enter 1" },
    { "send-dontwait-full", "pair s stream; fill sa; buf b 'x'; send fd=sa addr=b len=1 of=MSG_DONTWAIT; enter 1" },
    { "send-dontwait-full-datagram", "pair s dgram; fill sa; buf b 'x'; send fd=sa addr=b len=1 of=MSG_DONTWAIT;"
      " enter 1" },
    { "send-waits", "pair s stream; fill sa; buf b 'x'; send fd=sa addr=b len=1; enter 0; get sb 99999; enter 1" },
    { "send-waits-then-closed", "pair s stream; fill sa; buf b 'x'; send fd=sa addr=b len=1; enter 0; closefd sb;"
      " enter 1" },
    { "send-too-long-datagram", "pair s dgram; buf b 'x'*20000; send fd=sa addr=b len=20000; enter 1" },
    { "send-oob", "sock l tcp listening; dial c l; buf b 'x'; send fd=c addr=b len=1 of=MSG_OOB; enter 1" },
    { "send-bad-flag-unix", "pair s dgram; buf b 'x'; send fd=sa addr=b len=1 of=MSG_OOB; enter 1" },
    { "send-more", "sock l tcp listening; dial c l; accept fd=l as=s; enter 1; buf b 'hello';"
      " send fd=c addr=b len=2 of=MSG_MORE flags=LINK; send fd=c addr=b+2 len=3; enter 2; get s 5" },
    { "send-waitall", "pair s stream; buf b 'hello'; send fd=sa addr=b len=5 of=MSG_WAITALL; enter 1" },
    { "send-nosignal", "pair s stream; buf b 'hello'; send fd=sa addr=b len=5 of=MSG_NOSIGNAL; enter 1" },
    { "send-poll-first", "pair s stream; buf b 'hello'; send fd=sa addr=b len=5 ioprio=RECVSEND_POLL_FIRST; enter 1" },
    { "send-to", "sock l unixdgram bound; sock c unixdgram; address a of l; buf b 'hello';"
      " send fd=c addr=b len=5 off=a addrlen=len:a; enter 1" },
    { "send-to-udp", "sock l udp bound; sock c udp; address a of l; buf b 'hello';"
      " send fd=c addr=b len=5 off=a addrlen=len:a; enter 1; get l 8" },
    { "send-to-nobody", "sock c unixdgram; address a unix nobody; buf b 'hello';"
      " send fd=c addr=b len=5 off=a addrlen=len:a; enter 1" },
    { "send-to-connected", "pair s stream; address a unix x; buf b 'hello';"
      " send fd=sa addr=b len=5 off=a addrlen=len:a; enter 1" },
    { "send-to-bad-address", "sock c udp; buf b 'x'; send fd=c addr=b len=1 off=8 addrlen=16; enter 1" },
    { "send-unknown-ioprio", "pair s stream; buf b 'x'; send fd=sa addr=b len=1 ioprio=0x4000; enter 1" },
    { "send-broken-link", "ordered; pair s stream; closefd sb; buf b 'x'; send fd=sa addr=b len=1 flags=LINK; nop;"
      " enter 2" },
    { "send-select-group-missing", "pair s stream; send fd=sa len=0 flags=SELECT group=3; enter 1" },
    { "send-reset-peer", "sock l tcp listening; dial c l; accept fd=l as=s; enter 1; reset s; sleep 2ms; buf b 'x';"
      " send fd=c addr=b len=1; enter 1" },

    /* ---- recv ---- */
    { "recv-waits", "pair s stream; buf b 8; recv fd=sa addr=b len=8; enter 0; put sb 'abc'; enter 1" },
    { "recv-short", "pair s stream; put sb 'abc'; buf b 8; recv fd=sa addr=b len=8; enter 1" },
    { "recv-more-left", "pair s stream; put sb 'abcdef'; buf b 8; recv fd=sa addr=b len=3; enter 1" },
    { "recv-more-left-tcp", "sock l tcp listening; dial c l; accept fd=l as=s; enter 1; put c 'abcdef'; sleep 2ms;"
      " buf b 8; recv fd=s addr=b len=3; enter 1" },
    { "recv-exact-tcp", "sock l tcp listening; dial c l; accept fd=l as=s; enter 1; put c 'abcdef'; sleep 2ms;"
      " buf b 8; recv fd=s addr=b len=6; enter 1" },
    { "recv-end", "pair s stream; closefd sb; buf b 8; recv fd=sa addr=b len=8; enter 1" },
    { "recv-end-while-waiting", "pair s stream; buf b 8; recv fd=sa addr=b len=8; enter 0; closefd sb; enter 1" },
    { "recv-dontwait", "pair s stream; buf b 8; recv fd=sa addr=b len=8 of=MSG_DONTWAIT; enter 1" },
    { "recv-nonblock-waits", "pair s stream nonblock; buf b 8; recv fd=sa addr=b len=8; enter 0; put sb 'abc';"
      " enter 1" },
    { "recv-peek", "pair s stream; put sb 'abc'; buf b 8; recv fd=sa addr=b len=8 of=MSG_PEEK; enter 1" },
    { "recv-waitall", "pair s stream; put sb 'abc'; buf b 8; recv fd=sa addr=b len=6 of=MSG_WAITALL; enter 0;"
      " put sb 'def'; enter 1" },
    { "recv-waitall-three", "pair s stream; put sb 'ab'; buf b 8; recv fd=sa addr=b len=6 of=MSG_WAITALL; enter 0;"
      " put sb 'cd'; enter 0; put sb 'ef'; enter 1" },
    { "recv-waitall-end", "pair s stream; put sb 'abc'; buf b 8; recv fd=sa addr=b len=6 of=MSG_WAITALL; enter 0;"
      " closefd sb; enter 1" },
    { "recv-waitall-end-breaks-link", "ordered; pair s stream; put sb 'abc'; buf b 8;"
      " recv fd=sa addr=b len=6 of=MSG_WAITALL flags=LINK; nop; enter 0; closefd sb; enter 2" },
    { "recv-waitall-cancel", "pair s stream; put sb 'abc'; buf b 8; recv fd=sa addr=b len=6 of=MSG_WAITALL ud=5;"
      " enter 0; async_cancel addr=5 ud=6; enter 2" },
    { "recv-short-keeps-link", "ordered; pair s stream; put sb 'abc'; buf b 8; recv fd=sa addr=b len=8 flags=LINK;"
      " nop; enter 2" },
    { "recv-end-keeps-link", "ordered; pair s stream; closefd sb; buf b 8; recv fd=sa addr=b len=8 flags=LINK;"
      " nop; enter 2" },
    { "recv-zero", "pair s stream; put sb 'abc'; buf b 8; recv fd=sa addr=b len=0; enter 1" },
    { "recv-datagram", "pair s dgram; put sb 'hello'; buf b 8; recv fd=sa addr=b len=8; enter 1" },
    { "recv-datagram-cut", "pair s dgram; put sb 'hello'; buf b 8; recv fd=sa addr=b len=3; enter 1" },
    { "recv-datagram-trunc", "pair s dgram; put sb 'hello'; buf b 8; recv fd=sa addr=b len=3 of=MSG_TRUNC; enter 1" },
    { "recv-datagram-two", "pair s dgram; put sb 'hello'; put sb 'you'; buf b 8; recv fd=sa addr=b len=8; enter 1" },
    { "recv-bad-address", "pair s stream; put sb 'abc'; recv fd=sa addr=8 len=3; enter 1" },
    { "recv-not-a-socket", "pipe p 'abc'; buf b 8; recv fd=pr addr=b len=3; enter 1" },
    { "recv-not-connected", "sock c tcp; buf b 8; recv fd=c addr=b len=3; enter 1" },
    { "recv-not-connected-unix", "sock c unix; buf b 8; recv fd=c addr=b len=3; enter 1" },
    { "recv-listener", "sock l tcp listening; buf b 8; recv fd=l addr=b len=3; enter 1" },
    { "recv-after-shutdown", "pair s stream; shut sa rd; buf b 8; recv fd=sa addr=b len=3; enter 1" },
    { "recv-shutdown-while-waiting", "pair s stream; buf b 8; recv fd=sa addr=b len=3; enter 0; shut sa rdwr; enter 1" },
    { "recv-reset", "sock l tcp listening; dial c l; accept fd=l as=s; enter 1; buf b 8; recv fd=c addr=b len=3;"
      " enter 0; reset s; enter 1" },
    { "recv-poll-first", "pair s stream; put sb 'abc'; buf b 8; recv fd=sa addr=b len=3 ioprio=RECVSEND_POLL_FIRST;"
      " enter 1" },
    { "recv-poll-first-waits", "pair s stream; buf b 8; recv fd=sa addr=b len=3 ioprio=RECVSEND_POLL_FIRST; enter 0;"
      " put sb 'abc'; enter 1" },
    { "recv-oob-unix", "pair s dgram; buf b 8; recv fd=sa addr=b len=3 of=MSG_OOB|MSG_DONTWAIT; enter 1" },
    { "recv-unknown-ioprio", "pair s stream; buf b 8; recv fd=sa addr=b len=3 ioprio=0x4000; enter 1" },
    { "recv-file-index", "pair s stream; buf b 8; recv fd=sa addr=b len=3 index=3; enter 1" },
    { "recv-addr2-set", "pair s stream; put sb 'abc'; buf b 8; recv fd=sa addr=b len=3 off=9; enter 1" },
    { "recv-errqueue", "sock l tcp listening; dial c l; buf b 8; recv fd=c addr=b len=3 of=MSG_ERRQUEUE|MSG_DONTWAIT; enter 1" },
    { "recv-select", "pair s stream; put sb 'hello'; buf m 64; provide_buffers fd=4 addr=m len=16 group=1; enter 1;"
      " recv fd=sa len=0 flags=SELECT group=1; enter 1" },
    { "recv-select-len", "pair s stream; put sb 'hello'; buf m 64; provide_buffers fd=4 addr=m len=16 group=1;"
      " enter 1; recv fd=sa len=2 flags=SELECT group=1; enter 1" },
    { "recv-select-none", "pair s stream; put sb 'hello'; recv fd=sa len=2 flags=SELECT group=1; enter 1" },
    { "recv-select-none-idle", "pair s stream; recv fd=sa len=2 flags=SELECT group=1; enter 1" },
    { "recv-select-dontwait", "pair s stream; buf m 16; provide_buffers fd=1 addr=m len=16 group=1; enter 1;"
      " recv fd=sa len=2 flags=SELECT group=1 of=MSG_DONTWAIT; enter 1; remove_buffers fd=4 group=1; enter 1" },
    { "recv-select-end", "pair s stream; closefd sb; buf m 16; provide_buffers fd=1 addr=m len=16 group=1; enter 1;"
      " recv fd=sa len=2 flags=SELECT group=1; enter 1; remove_buffers fd=4 group=1; enter 1" },
    { "recv-select-ring", "pair s stream; put sb 'hello'; ring-group 2 2 8; recv fd=sa flags=SELECT group=2; enter 1" },
    { "recv-select-ring-inc", "pair s stream; put sb 'hello'; ring-group 2 1 16 inc;"
      " recv fd=sa flags=SELECT group=2; enter 1; put sb 'again'; recv fd=sa flags=SELECT group=2; enter 1;"
      " put sb 'lastlastlast'; recv fd=sa flags=SELECT group=2; enter 1; recv fd=sa flags=SELECT group=2; enter 1" },
    { "recv-multishot", "ordered; pair s stream; put sb 'one'; buf m 64; provide_buffers fd=4 addr=m len=16 group=1;"
      " enter 1; recv fd=sa ioprio=RECV_MULTISHOT flags=SELECT group=1; enter 1; put sb 'two'; enter 1;"
      " put sb 'three'; enter 1; closefd sb; enter 1" },
    { "recv-multishot-runs-out", "ordered; pair s stream; buf m 8; provide_buffers fd=2 addr=m len=4 group=1; enter 1;"
      " recv fd=sa ioprio=RECV_MULTISHOT flags=SELECT group=1; enter 0; put sb 'abcdefghijkl'; enter 3" },
    { "recv-multishot-ring", "ordered; pair s stream; ring-group 2 2 8;"
      " recv fd=sa ioprio=RECV_MULTISHOT flags=SELECT group=2; enter 0; put sb 'one'; enter 1; put sb 'two';"
      " enter 1; put sb 'none'; enter 1; ring-add 2 0 8; recv fd=sa ioprio=RECV_MULTISHOT flags=SELECT group=2;"
      " enter 1" },
    { "recv-multishot-ring-inc", "ordered; pair s stream; ring-group 2 1 12 inc;"
      " recv fd=sa ioprio=RECV_MULTISHOT flags=SELECT group=2; enter 0; put sb 'one'; enter 1; put sb 'two';"
      " enter 1; put sb 'threefour'; enter 2" },
    { "recv-multishot-datagram", "ordered; pair s dgram; put sb 'one'; put sb 'two'; ring-group 2 4 8;"
      " recv fd=sa ioprio=RECV_MULTISHOT flags=SELECT group=2; enter 2; put sb 'three'; enter 1" },
    { "recv-multishot-no-select", "pair s stream; buf b 8; recv fd=sa addr=b len=8 ioprio=RECV_MULTISHOT; enter 1" },
    { "recv-multishot-waitall", "pair s stream; ring-group 2 4 8;"
      " recv fd=sa ioprio=RECV_MULTISHOT of=MSG_WAITALL flags=SELECT group=2; enter 1" },
    { "recv-multishot-empty-group", "pair s stream; recv fd=sa ioprio=RECV_MULTISHOT flags=SELECT group=7; enter 1" },
    { "recv-multishot-cancel", "pair s stream; ring-group 2 4 8; recv fd=sa ioprio=RECV_MULTISHOT flags=SELECT group=2"
      " ud=5; enter 0; put sb 'one'; enter 1; async_cancel addr=5 ud=6; enter 2; put sb 'two'; enter 0" },
    { "recv-multishot-len", "ordered; since 6.17; pair s stream; put sb 'abcdef'; ring-group 2 4 8;"
      " recv fd=sa len=4 ioprio=RECV_MULTISHOT flags=SELECT group=2; enter 1" },
    { "recv-multishot-poll-first", "ordered; pair s stream; put sb 'abc'; ring-group 2 4 8;"
      " recv fd=sa ioprio=RECV_MULTISHOT|RECVSEND_POLL_FIRST flags=SELECT group=2; enter 1" },
    { "recv-multishot-error", "sock c tcp; ring-group 2 4 8;"
      " recv fd=c ioprio=RECV_MULTISHOT flags=SELECT group=2; enter 1" },
    { "recv-bundle", "pair s stream; put sb 'abcdefghij'; ring-group 2 4 4;"
      " recv fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },
    { "recv-bundle-one", "pair s stream; put sb 'abc'; ring-group 2 4 4;"
      " recv fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },
    { "send-bundle", "pair s stream; ring-group 2 2 4;"
      " send fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },
    { "send-select-ring", "pair s stream; ring-group 2 2 4; send fd=sa flags=SELECT group=2; enter 1" },

    /* ---- sendmsg ---- */
    { "sendmsg-two", "pair s stream; buf b 'hello'; iov v b:0:2 b:3:2; msg m iov=v n=2; sendmsg fd=sa addr=m len=1;"
      " enter 1" },
    { "sendmsg-empty-last", "pair s stream; buf b 'hello'; iov v b:0:2 b:3:0; msg m iov=v n=2;"
      " sendmsg fd=sa addr=m len=1; enter 1" },
    { "sendmsg-name", "sock l unixdgram bound; sock c unixdgram; address a of l; buf b 'hello'; iov v b:0:5;"
      " msg m iov=v name=a; sendmsg fd=c addr=m len=1; enter 1" },
    { "sendmsg-nobody", "sock c unixdgram; address a unix nobody; buf b 'hello'; iov v b:0:5; msg m iov=v name=a;"
      " sendmsg fd=c addr=m len=1; enter 1" },
    { "sendmsg-not-connected", "sock c unix; buf b 'hello'; iov v b:0:5; msg m iov=v; sendmsg fd=c addr=m len=1;"
      " enter 1" },
    { "sendmsg-no-destination", "sock c udp; buf b 'hello'; iov v b:0:5; msg m iov=v; sendmsg fd=c addr=m len=1;"
      " enter 1" },
    { "sendmsg-bad-message", "pair s stream; sendmsg fd=sa addr=8 len=1; enter 1" },
    { "sendmsg-bad-iovec", "pair s stream; msg m iov=8 n=1; sendmsg fd=sa addr=m len=1; enter 1" },
    { "sendmsg-too-many", "pair s stream; buf b 'x'; iov v b:0:1; msg m iov=v n=1025; sendmsg fd=sa addr=m len=1;"
      " enter 1" },
    { "sendmsg-closed-peer", "pair s stream; closefd sb; buf b 'x'; iov v b:0:1; msg m iov=v;"
      " sendmsg fd=sa addr=m len=1; enter 1" },
    { "sendmsg-not-a-socket", "pipe p; buf b 'x'; iov v b:0:1; msg m iov=v; sendmsg fd=pw addr=m len=1; enter 1" },
    { "sendmsg-dontwait-full", "pair s stream; fill sa; buf b 'x'; iov v b:0:1; msg m iov=v;"
      " sendmsg fd=sa addr=m len=1 of=MSG_DONTWAIT; enter 1" },
    { "sendmsg-waits", "pair s stream; fill sa; buf b 'x'; iov v b:0:1; msg m iov=v; sendmsg fd=sa addr=m len=1;"
      " enter 0; get sb 99999; enter 1" },
    { "sendmsg-passes-fd", "pair s stream; pipe p; buf b 'x'; iov v b:0:1; msg m iov=v pass=pr; buf c 4; iov w c:0:4;"
      " msg r iov=w control=64; sendmsg fd=sa addr=m len=1 flags=LINK; recvmsg fd=sb addr=r len=1; enter 2" },
    { "sendmsg-bad-passed-fd", "pair s stream; closed x; buf b 'x'; iov v b:0:1; msg m iov=v pass=x;"
      " sendmsg fd=sa addr=m len=1; enter 1" },
    { "sendmsg-too-long", "pair s dgram; buf b 'x'*20000; iov v b:0:20000; msg m iov=v; sendmsg fd=sa addr=m len=1;"
      " enter 1" },
    { "sendmsg-poll-first", "pair s stream; buf b 'hello'; iov v b:0:2; msg m iov=v;"
      " sendmsg fd=sa addr=m len=1 ioprio=RECVSEND_POLL_FIRST; enter 1" },
    { "sendmsg-bundle-refused", "pair s stream; buf b 'hello'; iov v b:0:2; msg m iov=v;"
      " sendmsg fd=sa addr=m len=1 ioprio=RECVSEND_BUNDLE; enter 1" },
    { "sendmsg-waitall", "pair s stream; buf b 'hello'; iov v b:0:2 b:2:3; msg m iov=v n=2;"
      " sendmsg fd=sa addr=m len=1 of=MSG_WAITALL; enter 1" },
    { "sendmsg-nosignal", "pair s stream; buf b 'hello'; iov v b:0:2; msg m iov=v;"
      " sendmsg fd=sa addr=m len=1 of=MSG_NOSIGNAL; enter 1" },

    /* ---- recvmsg ---- */
    { "recvmsg-waits", "pair s stream; buf b 8; iov v b:0:2 b:4:4; msg m iov=v n=2; recvmsg fd=sa addr=m len=1;"
      " enter 0; put sb 'abcd'; enter 1" },
    { "recvmsg-name", "sock l udp bound; sock c udp bound; address a of l; address n empty; buf b 'hi'; buf r 8;"
      " iov v r:0:8; msg m iov=v name=n; send fd=c addr=b len=2 off=a addrlen=len:a; enter 1;"
      " recvmsg fd=l addr=m len=1; enter 1" },
    { "recvmsg-trunc", "pair s dgram; put sb 'hello'; buf b 8; iov v b:0:3; msg m iov=v; recvmsg fd=sa addr=m len=1;"
      " enter 1" },
    { "recvmsg-trunc-flag", "pair s dgram; put sb 'hello'; buf b 8; iov v b:0:3; msg m iov=v;"
      " recvmsg fd=sa addr=m len=1 of=MSG_TRUNC; enter 1" },
    { "recvmsg-end", "pair s stream; closefd sb; buf b 8; iov v b:0:3; msg m iov=v; recvmsg fd=sa addr=m len=1;"
      " enter 1" },
    { "recvmsg-dontwait", "pair s stream; buf b 8; iov v b:0:3; msg m iov=v;"
      " recvmsg fd=sa addr=m len=1 of=MSG_DONTWAIT; enter 1" },
    { "recvmsg-peek", "pair s stream; put sb 'abc'; buf b 8; iov v b:0:3; msg m iov=v;"
      " recvmsg fd=sa addr=m len=1 of=MSG_PEEK; enter 1" },
    { "recvmsg-waitall", "pair s stream; put sb 'abc'; buf b 8; iov v b:0:4 b:4:2; msg m iov=v n=2;"
      " recvmsg fd=sa addr=m len=1 of=MSG_WAITALL; enter 0; put sb 'def'; enter 1" },
    { "recvmsg-not-a-socket", "pipe p; buf b 8; iov v b:0:3; msg m iov=v; recvmsg fd=pr addr=m len=1; enter 1" },
    { "recvmsg-bad-message", "pair s stream; recvmsg fd=sa addr=8 len=1; enter 1" },
    { "recvmsg-bad-base", "pair s stream; put sb 'abc'; iov v 8:0:3; msg m iov=v; recvmsg fd=sa addr=m len=1;"
      " enter 1" },
    { "recvmsg-too-many", "pair s stream; buf b 8; iov v b:0:3; msg m iov=v n=1025; recvmsg fd=sa addr=m len=1;"
      " enter 1" },
    { "recvmsg-cloexec", "pair s stream; pipe p; buf b 'x'; iov v b:0:1; msg m iov=v pass=pr; buf c 4; iov w c:0:4;"
      " msg r iov=w control=64; sendmsg fd=sa addr=m len=1; enter 1;"
      " recvmsg fd=sb addr=r len=1 of=MSG_CMSG_CLOEXEC; enter 1" },
    { "recvmsg-not-connected", "sock c tcp; buf b 8; iov v b:0:3; msg m iov=v; recvmsg fd=c addr=m len=1; enter 1" },
    { "recvmsg-poll-first", "pair s stream; put sb 'abc'; buf b 8; iov v b:0:3; msg m iov=v;"
      " recvmsg fd=sa addr=m len=1 ioprio=RECVSEND_POLL_FIRST; enter 1" },
    { "recvmsg-select", "pair s stream; put sb 'hello'; ring-group 2 2 8; buf u 4; iov v u:0:0; msg m iov=v n=1;"
      " recvmsg fd=sa addr=m len=1 flags=SELECT group=2; enter 1" },
    { "recvmsg-select-no-iovec", "pair s stream; put sb 'hello'; ring-group 2 2 8; msg m n=0;"
      " recvmsg fd=sa addr=m len=1 flags=SELECT group=2; enter 1" },
    { "recvmsg-select-length", "pair s stream; put sb 'hello'; ring-group 2 2 8; buf u 4; iov v u:0:3; msg m iov=v;"
      " recvmsg fd=sa addr=m len=1 flags=SELECT group=2; enter 1" },
    { "recvmsg-select-none", "pair s stream; put sb 'hello'; buf u 4; iov v u:0:3; msg m iov=v;"
      " recvmsg fd=sa addr=m len=1 flags=SELECT group=2; enter 1" },
    { "recvmsg-multishot", "ordered; pair s dgram; put sb 'one'; ring-group 2 4 64; msg m namelen=0 n=0;"
      " recvmsg fd=sa addr=m len=1 ioprio=RECV_MULTISHOT flags=SELECT group=2; enter 1; put sb 'two'; enter 1" },
    { "recvmsg-multishot-name", "ordered; sock l unixdgram bound; sock c unixdgram; address a of l; buf b 'hi'; address p path snd;"
      " bind fd=c addr=p off=len:p; enter 1; ring-group 2 4 128; msg m namelen=16 n=0;"
      " recvmsg fd=l addr=m len=1 ioprio=RECV_MULTISHOT flags=SELECT group=2 ud=5; enter 0;"
      " send fd=c addr=b len=2 off=a addrlen=len:a flags=SKIP; enter 1; async_cancel addr=5 ud=9; enter 2" },
    { "recvmsg-multishot-small-buffer", "pair s dgram; put sb 'one'; ring-group 2 4 8; msg m namelen=0 n=0;"
      " recvmsg fd=sa addr=m len=1 ioprio=RECV_MULTISHOT flags=SELECT group=2; enter 1" },
    { "recvmsg-multishot-cut", "ordered; pair s dgram; put sb 'onetwothree'; ring-group 2 4 20; msg m namelen=0 n=0;"
      " recvmsg fd=sa addr=m len=1 ioprio=RECV_MULTISHOT flags=SELECT group=2; enter 1" },
    { "recvmsg-multishot-control", "ordered; pair s stream; put sb 'one'; ring-group 2 4 128; msg m control=32 n=0;"
      " recvmsg fd=sa addr=m len=1 ioprio=RECV_MULTISHOT flags=SELECT group=2; enter 1; closefd sb; enter 1" },
    { "recvmsg-multishot-no-select", "pair s dgram; buf b 8; iov v b:0:3; msg m iov=v;"
      " recvmsg fd=sa addr=m len=1 ioprio=RECV_MULTISHOT; enter 1" },
    { "recvmsg-multishot-runs-out", "ordered; pair s dgram; ring-group 2 1 64; msg m namelen=0 n=0;"
      " recvmsg fd=sa addr=m len=1 ioprio=RECV_MULTISHOT flags=SELECT group=2; enter 0; put sb 'one'; put sb 'two';"
      " enter 2" },
    { "recvmsg-bundle-refused", "pair s stream; ring-group 2 1 64; msg m n=0;"
      " recvmsg fd=sa addr=m len=1 ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },

    /* ---- shutdown ---- */
    { "shutdown-write-ends-peer", "ordered; pair s stream; buf b 4; shutdown fd=sa len=SHUT_WR flags=LINK;"
      " recv fd=sb addr=b len=4; enter 2" },
    { "shutdown-both", "pair s stream; shutdown fd=sa len=SHUT_RDWR; enter 1" },
    { "shutdown-read", "pair s stream; shutdown fd=sa len=SHUT_RD; enter 1" },
    { "shutdown-bad-how", "pair s stream; shutdown fd=sa len=9; enter 1" },
    { "shutdown-not-a-socket", "pipe p; shutdown fd=pr len=SHUT_RD; enter 1" },
    { "shutdown-not-connected", "sock c tcp; shutdown fd=c len=SHUT_WR; enter 1" },
    { "shutdown-addr-set", "pair s stream; shutdown fd=sa len=SHUT_WR addr=1; enter 1" },
    { "shutdown-off-set", "pair s stream; shutdown fd=sa len=SHUT_WR off=1; enter 1" },
    { "shutdown-flags-set", "pair s stream; shutdown fd=sa len=SHUT_WR of=1; enter 1" },
    { "shutdown-buf-index", "pair s stream; shutdown fd=sa len=SHUT_WR group=1; enter 1" },
};
const unsigned oracle_programs_net_count = sizeof oracle_programs_net / sizeof oracle_programs_net[0];
