/* SPDX-License-Identifier: MIT */
/* Each MSG_ flag of receives and sends, on each kind of socket. */
#include "oracle_programs.h"

#define STREAM "pair s stream; "
#define DGRAM "pair s dgram; "
#define SEQPACKET "pair s seqpacket; "
#define TCP "sock l tcp listening; dial sa l; accept fd=l as=sb; enter 1; "
#define UDP "sock sa udp bound; sock sb udp; address d of sa; "
#define GIVE "put sb 'hello'; sleep 1ms; "
#define GIVE_UDP "buf o 'hello'; send fd=sb addr=o len=5 off=d addrlen=len:d; enter 1; "

/* One receive that gets less or more than there is, and then what is left. */
#define RECEIVE(kind, make, give, flag, name, more) \
    { "recv-" kind "-flag-" name, make give "buf b 16; recv fd=sa addr=b len=8 of=" #flag more \
      "; enter 1 wait=30ms" }, \
    { "recv-" kind "-flag-short-" name, make give "buf b 16; recv fd=sa addr=b len=3 of=" #flag more \
      "; enter 1 wait=30ms; recv fd=sa addr=b+8 len=8 of=MSG_DONTWAIT; enter 1" }, \
    { "recvmsg-" kind "-flag-" name, make give "buf b 16; iov v b:0:2 b:8:1; msg m iov=v n=2 control=64;" \
      " recvmsg fd=sa addr=m len=1 of=" #flag more "; enter 1 wait=30ms;" \
      " recv fd=sa addr=b+11 len=5 of=MSG_DONTWAIT; enter 1" },
#define RECEIVES(kind, make, give) \
    RECEIVE(kind, make, give, MSG_PEEK, "peek", "") \
    RECEIVE(kind, make, give, MSG_TRUNC, "trunc", "") \
    RECEIVE(kind, make, give, MSG_WAITALL, "waitall", "") \
    RECEIVE(kind, make, give, MSG_CMSG_CLOEXEC, "cmsg-cloexec", "") \
    RECEIVE(kind, make, give, MSG_OOB, "oob", "|MSG_DONTWAIT") \
    RECEIVE(kind, make, give, MSG_ERRQUEUE, "errqueue", "|MSG_DONTWAIT") \
    RECEIVE(kind, make, give, MSG_DONTWAIT, "dontwait", "") \
    RECEIVE(kind, make, give, MSG_PEEK, "peek-trunc", "|MSG_TRUNC|MSG_DONTWAIT")

/* With TO the name of the destination, where one is needed. */
#define SEND(kind, make, flag, to, name) \
    { "send-" kind "-flag-" #flag, make "buf b 'hello'; send fd=sa addr=b len=5 " to " of=" #flag \
      "; enter 1 wait=30ms; send fd=sa addr=b len=2 " to "; enter 1 wait=30ms" }, \
    { "sendmsg-" kind "-flag-" #flag, make "buf b 'hello'; iov v b:0:2 b:2:0 b:2:3; msg m iov=v n=3 " name \
      "; sendmsg fd=sa addr=m len=1 of=" #flag "; enter 1 wait=30ms" },
#define SENDS(kind, make, to, name) \
    SEND(kind, make, MSG_CONFIRM, to, name) \
    SEND(kind, make, MSG_DONTROUTE, to, name) \
    SEND(kind, make, MSG_EOR, to, name) \
    SEND(kind, make, MSG_MORE, to, name) \
    SEND(kind, make, MSG_OOB, to, name) \
    SEND(kind, make, MSG_FASTOPEN, to, name) \
    SEND(kind, make, MSG_NOSIGNAL, to, name) \
    SEND(kind, make, MSG_DONTWAIT, to, name) \
    SEND(kind, make, MSG_WAITALL, to, name)
#define UDP_OUT "sock sb udp bound; sock sa udp; address d of sb; "

const struct oracle_program oracle_programs_msg[] = {
    RECEIVES("stream", STREAM, GIVE)
    RECEIVES("dgram", DGRAM, GIVE)
    RECEIVES("seqpacket", SEQPACKET, GIVE)
    RECEIVES("tcp", TCP, GIVE)
    RECEIVES("udp", UDP, GIVE_UDP)
    SENDS("stream", STREAM, "", "")
    SENDS("dgram", DGRAM, "", "")
    SENDS("seqpacket", SEQPACKET, "", "")
    SENDS("tcp", TCP, "", "")
    SENDS("udp", UDP_OUT, "off=d addrlen=len:d", "name=d")
    SENDS("udp-nowhere", "sock sa udp; ", "", "")

    /* ---- out of band ---- */
    { "oob-tcp", "ordered; " TCP "buf b 'hello'; send fd=sa addr=b len=5 of=MSG_OOB; enter 1; sleep 2ms; buf r 16;"
      " recv fd=sb addr=r len=8 of=MSG_OOB; enter 1; recv fd=sb addr=r+8 len=8; enter 1" },
    { "oob-tcp-twice", "ordered; " TCP "buf b 'hello'; send fd=sa addr=b len=5 of=MSG_OOB; enter 1; sleep 2ms; buf r 16;"
      " recv fd=sb addr=r len=8 of=MSG_OOB; enter 1; recv fd=sb addr=r len=8 of=MSG_OOB; enter 1" },
    { "oob-unix", "ordered; " STREAM "buf b 'hello'; send fd=sa addr=b len=5 of=MSG_OOB; enter 1; buf r 16;"
      " recv fd=sb addr=r len=8 of=MSG_OOB; enter 1; recv fd=sb addr=r+8 len=8; enter 1" },
    { "oob-recvmsg", "ordered; " TCP "buf b 'hello'; send fd=sa addr=b len=5 of=MSG_OOB; enter 1; sleep 2ms; buf r 16;"
      " iov v r:0:8; msg m iov=v; recvmsg fd=sb addr=m len=1 of=MSG_OOB; enter 1" },

    /* ---- MSG_WAITALL goes on behind a partial transfer, of streams only ---- */
    { "waitall-recv-tcp", TCP "put sb 'abc'; buf b 8; recv fd=sa addr=b len=8 of=MSG_WAITALL; enter 0; put sb 'defgh';"
      " enter 1" },
    { "waitall-recv-seqpacket", SEQPACKET "put sb 'abc'; buf b 8; recv fd=sa addr=b len=8 of=MSG_WAITALL; enter 0;"
      " put sb 'defgh'; enter 1" },
    { "waitall-recv-end", STREAM "put sb 'abc'; buf b 8; recv fd=sa addr=b len=8 of=MSG_WAITALL; enter 0; closefd sb;"
      " enter 1" },
    { "waitall-recv-link-breaks", "ordered; " STREAM "put sb 'abc'; closefd sb; buf b 8;"
      " recv fd=sa addr=b len=8 of=MSG_WAITALL flags=LINK; nop; enter 2" },
    { "waitall-recv-dontwait", STREAM "put sb 'abc'; buf b 8; recv fd=sa addr=b len=8 of=MSG_WAITALL|MSG_DONTWAIT;"
      " enter 1" },
    { "waitall-recv-peek", STREAM "put sb 'abc'; buf b 8; recv fd=sa addr=b len=3 of=MSG_WAITALL|MSG_PEEK; enter 1" },
    { "waitall-recv-cancel", STREAM "put sb 'abc'; buf b 8; recv fd=sa addr=b len=8 of=MSG_WAITALL ud=5; enter 0;"
      " async_cancel addr=5 ud=6; enter 2" },
    { "waitall-recvmsg-tcp", TCP "put sb 'abc'; buf b 8; iov v b:0:2 b:2:6; msg m iov=v n=2;"
      " recvmsg fd=sa addr=m len=1 of=MSG_WAITALL; enter 0; put sb 'defgh'; enter 1" },
    { "waitall-recvmsg-control", STREAM "put sb 'abc'; buf b 8; iov v b:0:2 b:2:6; msg m iov=v n=2 control=64;"
      " recvmsg fd=sa addr=m len=1 of=MSG_WAITALL; enter 0; put sb 'defgh'; enter 1 wait=30ms" },
    { "waitall-recvmsg-dgram", DGRAM "put sb 'abc'; buf b 8; iov v b:0:8; msg m iov=v;"
      " recvmsg fd=sa addr=m len=1 of=MSG_WAITALL; enter 1" },
    { "waitall-recvmsg-trunc-link", "ordered; " DGRAM "put sb 'abcdef'; buf b 8; iov v b:0:2; msg m iov=v;"
      " recvmsg fd=sa addr=m len=1 of=MSG_WAITALL flags=LINK; nop; enter 2" },
    { "waitall-send", STREAM "buf b 'x'*20000; send fd=sa addr=b len=20000 of=MSG_WAITALL; enter 0; get sb 20000;"
      " enter 0; get sb 20000; enter 0; get sb 20000; enter 1" },
    { "waitall-send-none", STREAM "buf b 'x'*20000; send fd=sa addr=b len=20000; enter 1" },
    { "waitall-sendmsg", STREAM "buf b 'x'*20000; iov v b:0:9000 b:0:0 b:9000:11000; msg m iov=v n=3;"
      " sendmsg fd=sa addr=m len=1 of=MSG_WAITALL; enter 0; get sb 20000; enter 0; get sb 20000; enter 0; get sb 20000;"
      " enter 1" },
    { "waitall-send-dontwait-link", "ordered; " STREAM "buf b 'x'*20000;"
      " send fd=sa addr=b len=20000 of=MSG_WAITALL|MSG_DONTWAIT flags=LINK; nop; enter 2" },

    /* ---- passed descriptors ---- */
    { "rights-cloexec", STREAM "pipe p; buf b 'x'; iov v b:0:1; msg m iov=v pass=pr; sendmsg fd=sb addr=m len=1; enter 1;"
      " buf c 4; iov w c:0:4; msg r iov=w control=64; recvmsg fd=sa addr=r len=1 of=MSG_CMSG_CLOEXEC; enter 1" },
    { "rights-no-room", STREAM "pipe p; buf b 'x'; iov v b:0:1; msg m iov=v pass=pr; sendmsg fd=sb addr=m len=1; enter 1;"
      " buf c 4; iov w c:0:4; msg r iov=w control=8; recvmsg fd=sa addr=r len=1; enter 1" },
    { "rights-by-recv", STREAM "pipe p; buf b 'x'; iov v b:0:1; msg m iov=v pass=pr; sendmsg fd=sb addr=m len=1; enter 1;"
      " buf c 4; recv fd=sa addr=c len=4; enter 1" },
    { "rights-dgram", DGRAM "pipe p; buf b 'x'; iov v b:0:1; msg m iov=v pass=pr; sendmsg fd=sb addr=m len=1; enter 1;"
      " buf c 4; iov w c:0:4; msg r iov=w control=64; recvmsg fd=sa addr=r len=1; enter 1" },
};
const unsigned oracle_programs_msg_count = sizeof oracle_programs_msg / sizeof oracle_programs_msg[0];
