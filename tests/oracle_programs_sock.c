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
    { "command-of-a-file", "file f 'x'; uring_cmd fd=f cmd=7; enter 1" },
};
const unsigned oracle_programs_sock_count = sizeof oracle_programs_sock / sizeof oracle_programs_sock[0];
