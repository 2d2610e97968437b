/* SPDX-License-Identifier: MIT */
/* Socket commands (URING_CMD), and the states of sockets: connect, accept, listen, shutdown. */
#include "oracle_programs.h"

#define GETOPT "uring_cmd cmd=GETSOCKOPT level=SOL_SOCKET"
#define SETOPT "uring_cmd cmd=SETSOCKOPT"

const struct oracle_program oracle_programs_sock[] = {
    /* ---- siocinq, siocoutq ---- */
    { "siocinq", "sock l tcp listening; dial c l; accept fd=l as=s; enter 1; put c 'hello'; sleep 5ms;"
      " uring_cmd fd=s cmd=SIOCINQ; enter 1; get s 2; uring_cmd fd=s cmd=SIOCINQ; enter 1" },
    { "siocinq-udp", "sock s udp bound; sock c udp; address a of s; buf b 'hello';"
      " send fd=c addr=b len=5 off=a addrlen=len:a flags=LINK; send fd=c addr=b len=3 off=a addrlen=len:a;"
      " enter 2; sleep 5ms; uring_cmd fd=s cmd=SIOCINQ; enter 1" },
    { "siocinq-listener", "sock l tcp listening; uring_cmd fd=l cmd=SIOCINQ; enter 1" },
    { "siocoutq", "sock l tcp listening; dial c l; uring_cmd fd=c cmd=SIOCOUTQ; enter 1" },
    { "siocoutq-listener", "sock l tcp listening; uring_cmd fd=l cmd=SIOCOUTQ; enter 1" },
    { "siocoutq-full", "sock l tcp listening; dial c l; accept fd=l as=s; enter 1; fill c;"
      " uring_cmd fd=s cmd=SIOCOUTQ; enter 1" },
    { "siocinq-not-a-socket", "pipe p 'hello'; uring_cmd fd=pr cmd=SIOCINQ; enter 1" },
    { "siocinq-eventfd", "eventfd e 3; uring_cmd fd=e cmd=SIOCINQ; enter 1" },
    { "siocinq-unused-fields", "sock c tcp; uring_cmd fd=c cmd=SIOCINQ len=5 index=3 group=2 addr=7 addr3=9;"
      " enter 1" },

    /* ---- getsockopt ---- */
    { "getsockopt", "sock c tcp; buf v 4; " GETOPT " fd=c optname=SO_TYPE addr3=v index=4; enter 1" },
    { "getsockopt-unix", "since 6.18; sock c unixdgram; buf v 4; " GETOPT " fd=c optname=SO_TYPE addr3=v index=4; enter 1" },
    { "getsockopt-short", "sock c tcp; buf v 4; " GETOPT " fd=c optname=SO_TYPE addr3=v index=2; enter 1" },
    { "getsockopt-long", "sock c tcp; buf v 64; " GETOPT " fd=c optname=SO_TYPE addr3=v index=64; enter 1" },
    { "getsockopt-empty", "sock c tcp; buf v 4; " GETOPT " fd=c optname=SO_TYPE addr3=v index=0; enter 1" },
    { "getsockopt-negative", "sock c tcp; buf v 4; " GETOPT " fd=c optname=SO_TYPE addr3=v index=0xffffffff; enter 1" },
    { "getsockopt-linger", "sock c tcp; buf v 8; " GETOPT " fd=c optname=SO_LINGER addr3=v index=8; enter 1" },
    { "getsockopt-unknown", "sock c tcp; buf v 4; " GETOPT " fd=c optname=9999 addr3=v index=4; enter 1" },
    { "getsockopt-bad-address", "sock c tcp; " GETOPT " fd=c optname=SO_TYPE addr3=8 index=4; enter 1" },
    { "getsockopt-not-a-socket", "pipe p; buf v 4; " GETOPT " fd=pr optname=SO_TYPE addr3=v index=4; enter 1" },
    { "getsockopt-error-clears", "sock l tcp bound; sock c tcp nonblock; address a of l; buf v 4; buf w 4;"
      " connect fd=c addr=a off=len:a; enter 1; " GETOPT " fd=c optname=SO_ERROR addr3=v index=4 flags=LINK; "
      GETOPT " fd=c optname=SO_ERROR addr3=w index=4; enter 2" },
    { "getsockopt-acceptconn", "sock l tcp listening; sock c tcp; buf v 4; buf w 4; "
      GETOPT " fd=l optname=SO_ACCEPTCONN addr3=v index=4; " GETOPT " fd=c optname=SO_ACCEPTCONN addr3=w index=4;"
      " enter 2" },
    { "getsockopt-pad", "sock c tcp; buf v 4; uring_cmd fd=c off=0x100000002 level=SOL_SOCKET optname=SO_TYPE"
      " addr3=v index=4; enter 1" },
    { "getsockopt-flag", "sock c tcp; buf v 4; " GETOPT " fd=c optname=SO_TYPE addr3=v index=4 of=8; enter 1" },
    { "getsockopt-multishot", "sock c tcp; buf v 4; " GETOPT " fd=c optname=SO_TYPE addr3=v index=4"
      " of=URING_CMD_MULTISHOT; enter 1" },

    /* ---- setsockopt ---- */
    { "setsockopt", "sock c tcp; buf v 'x000'; buf w 4; " SETOPT " level=SOL_SOCKET fd=c optname=SO_KEEPALIVE addr3=v index=4"
      " flags=LINK; " GETOPT " fd=c optname=SO_KEEPALIVE addr3=w index=4; enter 2" },
    { "setsockopt-tcp", "sock c tcp; buf v 'x000'; " SETOPT " level=IPPROTO_TCP fd=c optname=TCP_NODELAY addr3=v index=4; enter 1" },
    { "setsockopt-short", "sock c tcp; buf v 'x0'; " SETOPT " level=SOL_SOCKET fd=c optname=SO_KEEPALIVE addr3=v index=2; enter 1" },
    { "setsockopt-negative", "sock c tcp; buf v 'x0'; " SETOPT " level=SOL_SOCKET fd=c optname=SO_KEEPALIVE addr3=v"
      " index=0x80000000; enter 1" },
    { "setsockopt-unknown", "sock c tcp; buf v 'x000'; " SETOPT " level=SOL_SOCKET fd=c optname=9999 addr3=v index=4; enter 1" },
    { "setsockopt-unknown-level", "sock c tcp; buf v 'x000'; " SETOPT " level=4444 fd=c optname=1 addr3=v index=4; enter 1" },
    { "setsockopt-read-only", "sock c tcp; buf v 'x000'; " SETOPT " level=SOL_SOCKET fd=c optname=SO_TYPE addr3=v index=4; enter 1" },
    { "setsockopt-bad-address", "sock c tcp; " SETOPT " level=SOL_SOCKET fd=c optname=SO_KEEPALIVE addr3=8 index=4; enter 1" },
    { "setsockopt-not-a-socket", "pipe p; buf v 'x000'; " SETOPT " level=SOL_SOCKET fd=pr optname=SO_KEEPALIVE addr3=v index=4;"
      " enter 1" },
    { "setsockopt-time-beyond", "sock c tcp; buf v 'x'*16; " SETOPT " level=SOL_SOCKET fd=c optname=SO_RCVTIMEO addr3=v index=16; enter 1" },
    { "setsockopt-no-device", "sock c udp; buf v 'no-such'; " SETOPT " level=SOL_SOCKET fd=c optname=SO_BINDTODEVICE addr3=v index=7;"
      " enter 1" },
    { "getsockopt-registered", "sock c tcp; buf v 4; iov w v:0:4; buffers w 1; " GETOPT " fd=c optname=SO_TYPE addr3=v index=4"
      " of=URING_CMD_FIXED; enter 1" },
    { "setsockopt-direct", "sock c tcp; files c; buf v 'x000'; buf w 4; "
      SETOPT " level=SOL_SOCKET fd=0 optname=SO_KEEPALIVE addr3=v index=4 flags=FIXED|LINK; "
      GETOPT " fd=0 optname=SO_KEEPALIVE addr3=w index=4 flags=FIXED; enter 2" },

    /* ---- getsockname, getpeername ---- */
    { "getsockname", "sock c tcp bound; address a empty; uring_cmd fd=c cmd=GETSOCKNAME addr=a addr3=a+128; enter 1" },
    { "getsockname-unix", "sock c unix bound; address a empty; uring_cmd fd=c cmd=GETSOCKNAME addr=a addr3=a+128;"
      " enter 1" },
    { "getsockname-unbound", "sock c unix; address a empty; uring_cmd fd=c cmd=GETSOCKNAME addr=a addr3=a+128; enter 1" },
    { "getsockname-short", "sock c tcp bound; address a short 4; uring_cmd fd=c cmd=GETSOCKNAME addr=a addr3=a+128;"
      " enter 1" },
    { "getsockname-bad-address", "sock c tcp bound; address a empty; uring_cmd fd=c cmd=GETSOCKNAME addr=8 addr3=a+128;"
      " enter 1" },
    { "getsockname-no-length", "sock c tcp bound; address a empty; uring_cmd fd=c cmd=GETSOCKNAME addr=a; enter 1" },
    { "getsockname-fields", "sock c tcp bound; address a empty; uring_cmd fd=c cmd=GETSOCKNAME addr=a addr3=a+128 len=1;"
      " uring_cmd fd=c cmd=GETSOCKNAME addr=a addr3=a+128 of=1;"
      " uring_cmd fd=c cmd=GETSOCKNAME addr=a addr3=a+128 index=2; enter 3" },
    { "getpeername", "sock l tcp listening; dial c l; address a empty;"
      " uring_cmd fd=c cmd=GETSOCKNAME addr=a addr3=a+128 index=1; enter 1" },
    { "getpeername-not-connected", "sock c tcp; address a empty;"
      " uring_cmd fd=c cmd=GETSOCKNAME addr=a addr3=a+128 index=1; enter 1" },

    /* ---- other commands ---- */
    { "command-unknown", "sock c tcp; uring_cmd fd=c cmd=99; enter 1" },
    /* ---- socket ---- */
    { "socket-inet6", "socket fd=AF_INET6 off=SOCK_DGRAM|SOCK_CLOEXEC|SOCK_NONBLOCK; enter 1" },
    { "socket-seqpacket", "socket fd=AF_UNIX off=SOCK_SEQPACKET; enter 1" },
    { "socket-protocol", "socket fd=AF_INET off=SOCK_DGRAM len=17; socket fd=AF_INET6 off=SOCK_STREAM len=6;"
      " socket fd=AF_INET off=SOCK_DGRAM len=6; socket fd=AF_INET off=SOCK_STREAM len=0xffffffff; enter 4" },
    { "socket-negative-family", "socket fd=-1 off=SOCK_STREAM; enter 1" },
    { "socket-type-high", "socket fd=AF_UNIX off=0x100000001; socket fd=AF_UNIX off=0x80000001; enter 2" },
    { "socket-no-descriptor-left", "limit nofile; socket fd=AF_UNIX off=SOCK_STREAM; enter 1; unlimit;"
      " socket fd=AF_UNIX off=SOCK_STREAM; enter 1" },

    /* ---- bind, listen ---- */
    { "bind-inet6", "sock c tcp6; address a inet6; bind fd=c addr=a off=len:a; enter 1" },
    { "bind-inet6-as-inet", "sock c tcp6; address a inet; bind fd=c addr=a off=len:a; enter 1" },
    { "bind-inet-as-inet6", "sock c tcp; address a inet6; bind fd=c addr=a off=len:a; enter 1" },
    { "bind-inet-in-use", "sock l tcp listening; sock c tcp; address a of l; bind fd=c addr=a off=len:a; enter 1" },
    { "bind-inet-twice", "sock c tcp bound; address a inet; bind fd=c addr=a off=len:a; enter 1" },
    { "bind-unnamed", "sock c unix; address a unnamed; bind fd=c addr=a off=len:a flags=LINK; listen fd=c len=1; enter 2" },
    { "bind-none", "sock c unix; sock d tcp; sock e udp6; address a none; bind fd=c addr=a off=len:a; bind fd=d addr=a off=len:a;"
      " bind fd=e addr=a off=len:a; enter 3" },
    { "bind-length-one", "sock c unix; address a unnamed; bind fd=c addr=a off=1; enter 1" },
    { "bind-length-negative", "sock c unix; address a unnamed; bind fd=c addr=a off=0xffffffff; enter 1" },
    { "listen-backlog-negative", "sock c tcp bound; listen fd=c len=0xffffffff; enter 1; dial d c" },
    { "listen-backlog-zero", "sock c unix bound; listen fd=c len=0; enter 1; dial d c" },
    { "listen-twice", "sock c tcp6 listening; listen fd=c len=3; enter 1; dial d c" },
    { "listen-unbound-tcp", "sock c tcp; listen fd=c len=3; enter 1" },
    { "listen-udp", "sock c udp bound; listen fd=c len=3; enter 1" },
    { "listen-seqpacket", "sock c unixseq bound; listen fd=c len=3; enter 1; dial d c" },
    { "listen-connected-tcp", "sock l tcp listening; dial c l; listen fd=c len=3; enter 1" },

    /* ---- accept ---- */
    { "accept-inet6", "sock l tcp6 listening; dial c l; address a empty; accept fd=l addr=a off=a+128 as=s; enter 1;"
      " put c 'abc'; get s 8" },
    { "accept-inet6-short", "sock l tcp6 listening; dial c l; address a short 10; accept fd=l addr=a off=a+128; enter 1" },
    { "accept-unix-address", "sock l unix listening; dial c l; address a empty; accept fd=l addr=a off=a+128; enter 1" },
    { "accept-unix-named", "sock l unix listening; sock c unix bound; address n of l; connect fd=c addr=n off=len:n; enter 1;"
      " address a empty; accept fd=l addr=a off=a+128; enter 1" },
    { "accept-address-room-zero", "sock l tcp listening; dial c l; address a short 0; accept fd=l addr=a off=a+128; enter 1" },
    { "accept-address-room-negative", "sock l tcp listening; dial c l; address a short 0xffffffff;"
      " accept fd=l addr=a off=a+128; enter 1" },
    { "accept-seqpacket", "sock l unixseq listening; dial c l; accept fd=l as=s; enter 1; put c 'abc'; get s 8" },
    { "accept-no-descriptor-left", "sock l tcp listening; dial c l; limit nofile; accept fd=l; enter 1; unlimit; accept fd=l as=s;"
      " enter 1; put c 'abc'; get s 8" },
    { "accept-no-descriptor-left-unix", "sock l unix listening nonblock; dial c l; limit nofile; accept fd=l; enter 1; unlimit;"
      " accept fd=l as=s; enter 1; put c 'abc'; get s 8" },
    { "accept-multishot-no-descriptor-left", "ordered; sock l tcp listening; dial c l; limit nofile;"
      " accept fd=l ioprio=ACCEPT_MULTISHOT; enter 1; unlimit; accept fd=l as=s; enter 1; put c 'abc'; get s 8" },
    { "accept-direct-no-descriptor-left", "sock l tcp listening; dial c l; dial d l; files -1; limit nofile;"
      " accept fd=l index=1; enter 1; unlimit; accept fd=l; enter 1" },
    { "accept-reset-before", "sock l tcp listening; dial c l; reset c; accept fd=l as=s; enter 1; buf b 4;"
      " recv fd=s addr=b len=4; enter 1" },
    { "accept-closed-before", "sock l unix listening; dial c l; put c 'bye'; closefd c; accept fd=l as=s; enter 1; get s 8;"
      " get s 8" },
    { "accept-shutdown-unix", "sock l unix listening; accept fd=l; enter 0; shut l rdwr; enter 1" },
    { "accept-after-shutdown", "sock l unix listening; shut l rdwr; accept fd=l; enter 1" },
    { "accept-nonblock-waits-tcp", "sock l tcp listening nonblock; accept fd=l; enter 0; dial c l; enter 1" },
    { "accept-blocking-waits-tcp6", "sock l tcp6 listening; accept fd=l; enter 0; dial c l; enter 1" },
    { "accept-connected", "pair s stream; accept fd=sa; enter 1" },
    { "accept-multishot-nonblock", "ordered; sock l tcp6 listening nonblock; dial c l; accept fd=l ioprio=ACCEPT_MULTISHOT;"
      " enter 1; dial d l; enter 1" },

    /* ---- connect ---- */
    { "connect-inet6", "sock l tcp6 listening; sock c tcp6; address a of l; connect fd=c addr=a off=len:a; enter 1;"
      " accept fd=l as=s; enter 1; put c 'abc'; get s 8" },
    { "connect-inet6-nonblock", "sock l tcp6 listening; sock c tcp6 nonblock; address a of l; connect fd=c addr=a off=len:a;"
      " enter 1" },
    { "connect-inet6-refused", "sock l tcp6 bound; sock c tcp6; address a of l; connect fd=c addr=a off=len:a; enter 1" },
    { "connect-refused-nonblock", "sock l tcp bound; sock c tcp nonblock; address a of l; connect fd=c addr=a off=len:a;"
      " enter 1; connect fd=c addr=a off=len:a; enter 1" },
    { "connect-refused-then-again", "sock l tcp bound; sock c tcp; address a of l; connect fd=c addr=a off=len:a; enter 1;"
      " listen fd=l len=3; enter 1; connect fd=c addr=a off=len:a; enter 1" },
    { "connect-already", "sock l tcp listening backlog=0; dial x l; sock c tcp; address a of l;"
      " connect fd=c addr=a off=len:a ud=1; enter 0; connect fd=c addr=a off=len:a ud=2; enter 1;"
      " async_cancel addr=1 ud=3; enter 2" },
    { "connect-already-nonblock", "sock l tcp listening backlog=0; dial x l; sock c tcp nonblock; address a of l;"
      " connect fd=c addr=a off=len:a ud=1; enter 0; connect fd=c addr=a off=len:a ud=2; enter 1;"
      " async_cancel addr=1 ud=3; enter 2" },
    { "connect-isconn-inet6", "sock l tcp6 listening; dial c l; address a of l; connect fd=c addr=a off=len:a; enter 1" },
    { "connect-isconn-nonblock", "sock l tcp listening; sock c tcp nonblock; address a of l; connect fd=c addr=a off=len:a;"
      " enter 1; connect fd=c addr=a off=len:a; enter 1" },
    { "connect-listening", "sock l tcp listening; sock c tcp listening; address a of l; connect fd=c addr=a off=len:a; enter 1" },
    { "connect-listening-unix", "sock l unix listening; sock c unix listening; address a of l; connect fd=c addr=a off=len:a;"
      " enter 1" },
    { "connect-pair", "sock l unix listening; pair s stream; address a of l; connect fd=sa addr=a off=len:a; enter 1" },
    { "connect-unix-backlog", "sock l unix listening backlog=0; dial x l; sock c unix; address a of l;"
      " connect fd=c addr=a off=len:a ud=1; enter 0; accept fd=l ud=2; enter 2" },
    { "connect-unix-closed-while-full", "sock l unix listening backlog=0; dial x l; sock c unix; address a of l;"
      " connect fd=c addr=a off=len:a ud=1; enter 0; closefd l; enter 1" },
    { "connect-seqpacket", "sock l unixseq listening; sock c unixseq; address a of l; connect fd=c addr=a off=len:a; enter 1" },
    { "connect-seqpacket-to-stream", "sock l unix listening; sock c unixseq; address a of l; connect fd=c addr=a off=len:a;"
      " enter 1" },
    { "connect-datagram-again", "sock l unixdgram bound; sock m unixdgram bound; sock c unixdgram; address a of l; address b of m;"
      " buf t 'hi'; connect fd=c addr=a off=len:a flags=LINK; connect fd=c addr=b off=len:b flags=LINK;"
      " send fd=c addr=t len=2; enter 3; get m 8" },
    { "connect-udp-again", "sock l udp bound; sock m udp bound; sock c udp; address a of l; address b of m;"
      " buf t 'hi'; connect fd=c addr=a off=len:a flags=LINK; connect fd=c addr=b off=len:b flags=LINK;"
      " send fd=c addr=t len=2; enter 3; get m 8" },
    { "connect-none-unixdgram", "sock l unixdgram bound; sock c unixdgram; address a of l; address n none; buf t 'hi';"
      " connect fd=c addr=a off=len:a flags=LINK; connect fd=c addr=n off=len:n flags=LINK; send fd=c addr=t len=2; enter 3" },
    { "connect-none-udp", "sock l udp bound; sock c udp; address a of l; address n none; buf t 'hi';"
      " connect fd=c addr=a off=len:a flags=LINK; connect fd=c addr=n off=len:n flags=LINK; send fd=c addr=t len=2; enter 3" },
    { "connect-none-udp6", "sock l udp6 bound; sock c udp6; address a of l; address n none; buf t 'hi';"
      " connect fd=c addr=a off=len:a flags=LINK; connect fd=c addr=n off=len:n flags=LINK; send fd=c addr=t len=2; enter 3" },
    { "connect-none-tcp", "sock l tcp listening; dial c l; address n none; connect fd=c addr=n off=len:n; enter 1" },
    { "connect-none-unix", "sock c unix; address n none; connect fd=c addr=n off=len:n; enter 1" },
    { "connect-unnamed", "sock c unix; sock d unixdgram; address n unnamed; connect fd=c addr=n off=len:n;"
      " connect fd=d addr=n off=len:n; enter 2" },
    { "connect-length-one", "sock c tcp; sock d unixdgram; address n none; connect fd=c addr=n off=1; connect fd=d addr=n off=0;"
      " enter 2" },
    { "connect-inet-to-inet6", "sock l tcp6 listening; sock c tcp; address a of l; connect fd=c addr=a off=len:a; enter 1" },

    /* ---- shutdown ---- */
    { "shutdown-each-way-tcp", "sock l tcp listening; dial c l; shutdown fd=c len=SHUT_RD; enter 1; shutdown fd=c len=SHUT_WR;"
      " enter 1; shutdown fd=c len=SHUT_RDWR; enter 1" },
    { "shutdown-each-way-inet6", "sock l tcp6 listening; dial c l; shutdown fd=c len=SHUT_WR; enter 1;"
      " shutdown fd=c len=SHUT_WR; enter 1" },
    { "shutdown-negative", "pair s stream; shutdown fd=sa len=0xffffffff; shutdown fd=sa len=3; enter 2" },
    { "shutdown-udp", "sock c udp; shutdown fd=c len=SHUT_RDWR; sock d udp bound; shutdown fd=d len=SHUT_RD; enter 2" },
    { "shutdown-datagram", "pair s dgram; shutdown fd=sa len=SHUT_RD; enter 1; buf b 'x'; send fd=sb addr=b len=1; enter 1" },
    { "shutdown-wakes-recv", "pair s stream; buf b 4; recv fd=sa addr=b len=4 ud=1; enter 0; shutdown fd=sa len=SHUT_RD ud=2;"
      " enter 2" },
    { "shutdown-wakes-accept", "sock l tcp6 listening; accept fd=l ud=1; enter 0; shutdown fd=l len=SHUT_RDWR ud=2; enter 2" },
    { "shutdown-unconnected-unix", "sock c unix; shutdown fd=c len=SHUT_WR; enter 1" },

    { "command-of-a-file", "file f 'x'; uring_cmd fd=f cmd=7; enter 1" },
};
const unsigned oracle_programs_sock_count = sizeof oracle_programs_sock / sizeof oracle_programs_sock[0];
