/* SPDX-License-Identifier: MIT */
/* Zero-copy sends, and what is particular to each MSG_ flag on each kind of socket. */
#include "oracle_programs.h"

/* A connected TCP pair: c is the client, s the server's end. */
#define TCP "sock l tcp listening; dial c l; accept fd=l as=s; enter 1; "
/* A bound UDP receiver and a sender. */
#define UDP "sock r udp bound; sock u udp; address a of r; "

const struct oracle_program oracle_programs_zc[] = {
    /* ---- send_zc ---- */
    { "send-zc-one", "ordered; " TCP "buf b 'hello'; send_zc fd=c addr=b len=5; enter 2; get s 9" },
    { "send-zc-order", "ordered; " TCP "buf b 'hello'; send_zc fd=c addr=b len=5 ud=10; nop ud=11;"
      " send_zc fd=c addr=b len=2 ud=12; nop ud=13; enter 6; get s 9" },
    { "send-zc-link", "ordered; " TCP "buf b 'hello'; send_zc fd=c addr=b len=5 ud=10 flags=LINK;"
      " send_zc fd=c addr=b len=2 ud=12 flags=LINK; nop ud=13; enter 5; get s 9" },
    { "send-zc-report", "ordered; " TCP "buf b 'hello'; send_zc fd=c addr=b len=5 ioprio=SEND_ZC_REPORT_USAGE;"
      " enter 2; get s 9" },
    { "send-zc-empty", "ordered; " TCP "buf b 'hello'; send_zc fd=c addr=b len=0 ioprio=SEND_ZC_REPORT_USAGE;"
      " enter 2" },
    { "send-zc-big", "ordered; " TCP "buf b 'x'*20000; send_zc fd=c addr=b len=20000 of=MSG_WAITALL; enter 2;"
      " get s 20000" },
    { "send-zc-udp", "ordered; " UDP "buf b 'hello'; send_zc fd=u addr=b len=5 off=a addrlen=len:a"
      " ioprio=SEND_ZC_REPORT_USAGE; enter 2; get r 9" },
    { "send-zc-udp-not-connected", "ordered; " UDP "buf b 'hello'; send_zc fd=u addr=b len=5; enter 2" },
    { "send-zc-udp-empty", "ordered; " UDP "buf b 'hello'; send_zc fd=u addr=b len=0 off=a addrlen=len:a; enter 2;"
      " get r 9" },
    { "send-zc-udp-too-long", "ordered; " UDP "buf b 'x'*70000; send_zc fd=u addr=b len=70000 off=a addrlen=len:a;"
      " enter 2" },
    { "send-zc-vectors", "ordered; " TCP "buf b 'hello'; iov v b:0:2 b:3:0 b:3:2;"
      " send_zc fd=c addr=v len=3 ioprio=SEND_VECTORIZED; enter 2; get s 9" },
    { "send-zc-vectors-too-many", "ordered; " TCP "buf b 'x'; iov v b:0:1;"
      " send_zc fd=c addr=v len=1025 ioprio=SEND_VECTORIZED; enter 2" },
    { "send-zc-not-a-socket", "ordered; pipe p; buf b 'hello'; send_zc fd=pw addr=b len=5"
      " ioprio=SEND_ZC_REPORT_USAGE; enter 2" },
    { "send-zc-unix", "ordered; pair s stream; buf b 'hello'; send_zc fd=sa addr=b len=5; enter 2" },
    { "send-zc-closed", "ordered; closed x; buf b 'hello'; send_zc fd=x addr=b len=5; enter 2" },
    { "send-zc-closed-link", "ordered; closed x; buf b 'hello'; send_zc fd=x addr=b len=5 ud=10 flags=LINK;"
      " nop ud=11; enter 3" },
    { "send-zc-not-connected", "ordered; sock c tcp; buf b 'hello'; send_zc fd=c addr=b len=5; enter 2" },
    { "send-zc-bad-address", "ordered; " TCP "send_zc fd=c addr=8 len=5; enter 2" },
    { "send-zc-bad-destination", "ordered; " UDP "buf b 'hello'; send_zc fd=u addr=b len=5 off=8 addrlen=16;"
      " enter 2" },
    { "send-zc-long-destination", "ordered; " UDP "buf b 'hello'; send_zc fd=u addr=b len=5 off=a addrlen=129;"
      " enter 2" },
    { "send-zc-short-destination", "ordered; " UDP "buf b 'hello'; send_zc fd=u addr=b len=5 off=a addrlen=4;"
      " enter 2" },
    { "send-zc-family", "ordered; " UDP "buf b 'hello'; address x unix nobody;"
      " send_zc fd=u addr=b len=5 off=x addrlen=len:x; enter 2" },
    { "send-zc-pad", "ordered; " TCP "buf b 'hello'; send_zc fd=c addr=b len=5 addrlen=0 index=0x10000; enter 1" },
    { "send-zc-addr3", "ordered; " TCP "buf b 'hello'; send_zc fd=c addr=b len=5 addr3=7 ud=2; until 2; get s 9" },
    { "send-zc-skip", "ordered; " TCP "buf b 'hello'; send_zc fd=c addr=b len=5 flags=SKIP; enter 1" },
    { "send-zc-unknown-ioprio", "ordered; " TCP "buf b 'hello';"
      " send_zc fd=c addr=b len=5 ioprio=0x4000|SEND_ZC_REPORT_USAGE; enter 2" },
    { "send-zc-bundle-refused", "ordered; " TCP "buf b 'hello'; send_zc fd=c addr=b len=5 ioprio=RECVSEND_BUNDLE;"
      " enter 2" },
    { "send-zc-refused-link", "ordered; setup flags=SETUP_SUBMIT_ALL; " TCP "buf b 'hello';"
      " send_zc fd=c addr=b len=5 ioprio=0x4000 flags=LINK ud=10; nop ud=11; enter 3" },
    { "send-zc-refused-member", "ordered; setup flags=SETUP_SUBMIT_ALL; " TCP "buf b 'hello'; nop ud=9 flags=LINK;"
      " send_zc fd=c addr=b len=5 ioprio=0x4000 ud=10; enter 3" },
    { "send-zc-after-failure", "ordered; " TCP "closed x; buf b 'hello'; buf d 4;"
      " read fd=x addr=d len=4 ud=9 flags=LINK; send_zc fd=c addr=b len=5 ud=10; enter 3" },
    { "send-zc-after-skipped-failure", "ordered; " TCP "closed x; buf b 'hello'; buf d 4;"
      " read fd=x addr=d len=4 ud=9 flags=LINK|SKIP; send_zc fd=c addr=b len=5 ud=10 flags=LINK; nop ud=11; enter 2" },
    { "send-zc-behind-refused", "ordered; setup flags=SETUP_SUBMIT_ALL; " TCP "buf b 'hello';"
      " nop ud=9 personality=7 flags=LINK; send_zc fd=c addr=b len=5 ud=10; enter 3" },
    { "send-zc-hard", "ordered; " TCP "shut c wr; buf b 'x'; send_zc fd=c addr=b len=1 flags=HARD ud=10; nop ud=11;"
      " until 10 11" },
    { "send-zc-no-file", "ordered; " TCP "files -1 c; buf b 'hello'; send_zc fd=7 addr=b len=5 flags=FIXED; enter 2" },
    { "send-zc-personality", "ordered; " TCP "buf b 'hello'; send_zc fd=c addr=b len=5 personality=7; enter 1" },
    { "send-zc-drain", "ordered; " TCP "buf b 'hello'; send_zc fd=c addr=b len=5 ud=10; nop ud=11 flags=DRAIN;"
      " nop ud=12; enter 4; get s 9" },
    { "send-zc-counted", "ordered; " TCP "buf b 'hello'; time t 500ms; timeout addr=t len=1 off=2 ud=20;"
      " send_zc fd=c addr=b len=5 ud=10; enter 3; get s 9" },
    { "send-zc-poll-first", "ordered; " TCP "buf b 'hello'; send_zc fd=c addr=b len=5 ioprio=RECVSEND_POLL_FIRST;"
      " enter 2; get s 9" },
    { "send-zc-poll-first-dontwait", "ordered; " TCP "buf b 'hello';"
      " send_zc fd=c addr=b len=5 ioprio=RECVSEND_POLL_FIRST of=MSG_DONTWAIT; enter 2" },
    { "send-zc-dontwait-full", "ordered; " TCP "fill c; buf b 'hello'; send_zc fd=c addr=b len=5 of=MSG_DONTWAIT;"
      " enter 2" },
    { "send-zc-cancel", "ordered; " TCP "fill c; buf b 'hello'; send_zc fd=c addr=b len=5 ud=10; enter 0;"
      " async_cancel addr=10 ud=11; enter 3" },
    { "send-zc-cancel-late", "ordered; " TCP "buf b 'hello'; send_zc fd=c addr=b len=5 ud=10;"
      " async_cancel addr=10 ud=11; enter 3" },
    { "send-zc-closed-peer", "ordered; " TCP "reset s; buf b 'x'; send_zc fd=c addr=b len=1; enter 2" },
    { "send-zc-shut", "ordered; " TCP "shut c wr; buf b 'x'; send_zc fd=c addr=b len=1; enter 2" },
    { "send-zc-fixed-file", "ordered; " TCP "files c; buf b 'hello'; send_zc fd=0 addr=b len=5 flags=FIXED; enter 2;"
      " get s 9" },
    { "send-zc-fixed-hole", "ordered; files -1; buf b 'hello'; send_zc fd=0 addr=b len=5 flags=FIXED; enter 2" },
    { "send-zc-select", "ordered; " TCP "buf b 'hello'; send_zc fd=c addr=b len=5 flags=SELECT group=3; enter 1" },
    { "send-zc-async", TCP "buf b 'hello'; send_zc fd=c addr=b len=5 flags=ASYNC; enter 2; get s 9" },
    { "send-zc-overflow", "ordered; setup entries=4 cq=4; " TCP "buf b 'hello'; send_zc fd=c addr=b len=5 ud=10;"
      " nop ud=11; nop ud=12; nop ud=13; enter 0 keep; nop ud=14; enter 4; enter 2; get s 9" },
    { "send-zc-overflow-first", "ordered; setup entries=4 cq=4; " TCP "buf b 'hello'; nop ud=11; nop ud=12; nop ud=13;"
      " nop ud=14; enter 0 keep; send_zc fd=c addr=b len=5 ud=10; nop ud=15; enter 4; enter 3; get s 9" },
    { "send-zc-link-timeout", "ordered; " TCP "fill c; buf b 'hello'; time t 5ms;"
      " send_zc fd=c addr=b len=5 ud=10 flags=LINK; link_timeout addr=t len=1 ud=11; enter 3" },
    { "send-zc-more", "ordered; " TCP "buf b 'hello'; send_zc fd=c addr=b len=2 of=MSG_MORE; enter 2;"
      " send fd=c addr=b+2 len=3; enter 1; get s 9" },

    /* ---- with registered buffers ---- */
    { "send-zc-buffer", "ordered; " TCP "buf b 'hello'; iov v b:0:5; buffers v 1;"
      " send_zc fd=c addr=b+1 len=4 ioprio=RECVSEND_FIXED_BUF|SEND_ZC_REPORT_USAGE; enter 2; get s 9" },
    { "send-zc-buffer-beyond", "ordered; " TCP "buf b 'hello'; iov v b:0:4; buffers v 1;"
      " send_zc fd=c addr=b len=5 ioprio=RECVSEND_FIXED_BUF; enter 2" },
    { "send-zc-buffer-none", "ordered; " TCP "buf b 'hello'; send_zc fd=c addr=b len=5 ioprio=RECVSEND_FIXED_BUF;"
      " enter 2" },
    { "send-zc-buffer-other", "ordered; " TCP "buf b 'hello'; iov v b:0:5; buffers v 1;"
      " send_zc fd=c addr=b len=5 group=1 ioprio=RECVSEND_FIXED_BUF; enter 2" },
    { "send-zc-buffer-not-a-socket", "ordered; pipe p; buf b 'hello';"
      " send_zc fd=pw addr=b len=5 ioprio=RECVSEND_FIXED_BUF; enter 2" },
    { "send-zc-buffer-vectors", "ordered; since 6.17; " TCP "buf b 'hello'; iov v b:0:5; buffers v 1;"
      " send_zc fd=c addr=v len=1 ioprio=RECVSEND_FIXED_BUF|SEND_VECTORIZED; enter 2" },
    { "send-zc-buffer-vectors-beyond", "ordered; since 7.2; " TCP "buf b 'hello'; iov w b:0:4; buffers w 1;"
      " iov v b:0:2 b:3:2; send_zc fd=c addr=v len=2 ioprio=RECVSEND_FIXED_BUF|SEND_VECTORIZED; enter 2; get s 9" },
    { "send-zc-buffer-tag", "ordered; " TCP "fill c; buf b 'hello'; iov v b:0:5; buffers v 1 tag=50;"
      " send_zc fd=c addr=b len=5 ioprio=RECVSEND_FIXED_BUF ud=10; enter 0; iov w b:0:1; buffers-update w 1 tag=60;"
      " enter 0; async_cancel addr=10 ud=11; enter 4" },
    { "sendmsg-zc-buffer", "ordered; since 6.15; " TCP "buf b 'hello'; iov v b:0:5; buffers v 1; iov w b:0:2 b:3:2;"
      " msg m iov=w n=2; sendmsg_zc fd=c addr=m len=1 ioprio=RECVSEND_FIXED_BUF; enter 2; get s 9" },
    { "sendmsg-zc-buffer-empty-vector", "ordered; since 6.15; " TCP "buf b 'hello'; iov v b:0:5; buffers v 1;"
      " iov w b:0:2 b:3:0; msg m iov=w n=2; sendmsg_zc fd=c addr=m len=1 ioprio=RECVSEND_FIXED_BUF; enter 2" },
    { "sendmsg-zc-buffer-beyond", "ordered; since 6.15; " TCP "buf b 'hello'; iov v b:0:4; buffers v 1;"
      " iov w b:0:2 b:3:2; msg m iov=w n=2; sendmsg_zc fd=c addr=m len=1 ioprio=RECVSEND_FIXED_BUF; enter 2" },
    { "sendmsg-zc-buffer-none", "ordered; since 6.15; pipe p; buf b 'hello'; iov w b:0:2 b:3:2; msg m iov=w n=2;"
      " sendmsg_zc fd=pw addr=m len=1 ioprio=RECVSEND_FIXED_BUF; enter 2" },
    { "sendmsg-zc-buffer-closed", "ordered; since 6.15; closed x; buf b 'hello'; iov w b:0:2 b:3:2; msg m iov=w n=2;"
      " sendmsg_zc fd=x addr=m len=1 ioprio=RECVSEND_FIXED_BUF; enter 2" },

    /* ---- provided buffers of sends, bundles ---- */
    { "send-select-len", "pair s stream; ring-group 2 2 4; send fd=sa len=3 flags=SELECT group=2;"
      " send fd=sa len=9 flags=SELECT group=2; enter 2" },
    { "send-select-runs-out", "ordered; pair s stream; ring-group 2 1 4; send fd=sa flags=SELECT group=2;"
      " send fd=sa flags=SELECT group=2; enter 2; ring-add 2 0 2; send fd=sa flags=SELECT group=2; enter 1" },
    { "send-select-legacy", "pair s stream; buf m 'abcdefgh'; provide_buffers fd=2 addr=m len=4 group=1; enter 1;"
      " send fd=sa len=3 flags=SELECT group=1; send fd=sa flags=SELECT group=1; enter 2;"
      " send fd=sa flags=SELECT group=1; enter 1" },
    { "send-select-inc", "pair s stream; ring-group 2 1 8 inc; send fd=sa len=3 flags=SELECT group=2; enter 1;"
      " send fd=sa flags=SELECT group=2; enter 1" },
    { "send-select-fails", "pair s stream; closefd sb; ring-group 2 2 4; send fd=sa flags=SELECT group=2; enter 1;"
      " send fd=sa flags=SELECT group=2; enter 1; send fd=sa flags=SELECT group=2; enter 1" },
    { "send-select-not-a-socket", "pipe p; ring-group 2 1 4; send fd=pw flags=SELECT group=2; enter 1;"
      " pair s stream; send fd=sa flags=SELECT group=2; enter 1" },
    { "send-select-closed", "closed x; ring-group 2 1 4; send fd=x flags=SELECT group=2; send fd=x flags=SELECT group=7;"
      " enter 2" },
    { "send-select-dontwait-full", "pair s stream; fill sa; ring-group 2 2 4;"
      " send fd=sa flags=SELECT group=2 of=MSG_DONTWAIT; enter 1; get sb 99999; send fd=sa flags=SELECT group=2; enter 1" },
    { "send-select-waits", "pair s stream; fill sa; ring-group 2 2 4; send fd=sa flags=SELECT group=2; enter 0;"
      " get sb 99999; enter 1" },
    { "send-select-cancel", "pair s stream; fill sa; ring-group 2 2 4; send fd=sa flags=SELECT group=2 ud=5; enter 0;"
      " async_cancel addr=5 ud=6; enter 2" },
    { "send-select-link", "ordered; pair s stream; ring-group 2 2 4; send fd=sa flags=SELECT|LINK group=2;"
      " send fd=sa flags=SELECT group=2; enter 2" },
    { "send-select-to", UDP "ring-group 2 2 4; send fd=u off=a addrlen=len:a flags=SELECT group=2; enter 1" },
    { "send-select-unregistered", "pair s stream; fill sa; ring-group 2 2 4; send fd=sa flags=SELECT group=2; enter 0;"
      " ring-remove 2; get sb 99999; enter 1" },
    { "send-bundle-one", "pair s stream; ring-group 2 1 4; send fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2;"
      " enter 1" },
    { "send-bundle-empty-group", "pair s stream; ring-group 2 0 4;"
      " send fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },
    { "send-bundle-no-group", "pair s stream; send fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },
    { "send-bundle-no-select", "ordered; pair s stream; buf b 'hello'; send fd=sa addr=b len=5 ioprio=RECVSEND_BUNDLE;"
      " enter 2" },
    { "send-bundle-len", "ordered; pair s stream; ring-group 2 3 4; since 6.12;"
      " send fd=sa len=6 ioprio=RECVSEND_BUNDLE flags=SELECT group=2; until 1" },
    { "send-bundle-legacy", "ordered; pair s stream; buf m 'abcdefgh'; provide_buffers fd=2 addr=m len=4 group=1;"
      " enter 1; send fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=1; enter 2" },
    { "send-bundle-waits", "ordered; pair s stream; fill sa; ring-group 2 3 4;"
      " send fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 0; get sb 99999; enter 1" },
    { "send-bundle-short", "ordered; pair s stream; ring-group 2 3 6000;"
      " send fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 0; get sb 99999; enter 0; get sb 99999; enter 0;"
      " get sb 99999; enter 1" },
    { "send-bundle-short-dontwait", "ordered; pair s stream; ring-group 2 3 6000; nop ud=1;"
      " send fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT|LINK group=2 of=MSG_DONTWAIT ud=5; nop ud=6; enter 3" },
    { "send-bundle-cancel", "pair s stream; fill sa; ring-group 2 3 4;"
      " send fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2 ud=5; enter 0; async_cancel addr=5 ud=6; enter 2" },
    { "send-bundle-cancel-short", "pair s stream; ring-group 2 3 6000;"
      " send fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2 ud=5; enter 0; async_cancel addr=5 ud=6; enter 2" },
    { "send-bundle-closed-peer", "pair s stream; closefd sb; ring-group 2 3 4;"
      " send fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2 ud=5; enter 1" },
    { "send-bundle-datagram", "pair s dgram; ring-group 2 3 4; send fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2;"
      " enter 1" },
    { "send-bundle-poll-first", "pair s stream; ring-group 2 3 4;"
      " send fd=sa ioprio=RECVSEND_BUNDLE|RECVSEND_POLL_FIRST flags=SELECT group=2; enter 1" },
    { "send-bundle-link", "ordered; pair s stream; ring-group 2 2 4; buf b 'z';"
      " send fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT|LINK group=2; send fd=sa addr=b len=1; enter 2" },
    { "recv-bundle-exact", "pair s stream; put sb 'abcdefgh'; ring-group 2 4 4;"
      " recv fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },
    { "recv-bundle-all", "pair s stream; put sb 'abcdefghijkl'; ring-group 2 3 4;"
      " recv fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },
    { "recv-bundle-more-than-all", "pair s stream; put sb 'abcdefghijklmnopq'; ring-group 2 3 4;"
      " recv fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },
    { "recv-bundle-last", "pair s stream; put sb 'abcdefgh'; ring-group 2 1 4;"
      " recv fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },
    { "recv-bundle-one-behind", "pair s stream; put sb 'abcde'; ring-group 2 4 4;"
      " recv fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },
    { "recv-bundle-len", "pair s stream; put sb 'abcdefghij'; ring-group 2 4 4;"
      " recv fd=sa len=6 ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },
    { "recv-bundle-len-exact", "pair s stream; put sb 'abcdefghij'; ring-group 2 4 4;"
      " recv fd=sa len=8 ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },
    { "recv-bundle-len-small", "pair s stream; put sb 'abcdefghij'; ring-group 2 4 4;"
      " recv fd=sa len=3 ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },
    { "recv-bundle-waits", "pair s stream; ring-group 2 4 4; recv fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2;"
      " enter 0; put sb 'abcdefgh'; enter 1" },
    { "recv-bundle-end", "pair s stream; closefd sb; ring-group 2 4 4;"
      " recv fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },
    { "recv-bundle-dontwait", "pair s stream; ring-group 2 4 4;"
      " recv fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2 of=MSG_DONTWAIT; enter 1" },
    { "recv-bundle-no-group", "pair s stream; put sb 'abc'; recv fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2;"
      " enter 1" },
    { "recv-bundle-empty-group", "pair s stream; put sb 'abc'; ring-group 2 0 4;"
      " recv fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },
    { "recv-bundle-no-select", "pair s stream; put sb 'abc'; buf b 8; recv fd=sa addr=b len=8 ioprio=RECVSEND_BUNDLE;"
      " enter 1" },
    { "recv-bundle-inc", "pair s stream; put sb 'abcdefghij'; ring-group 2 2 16 inc;"
      " recv fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },
    { "recv-bundle-inc-several", "pair s stream; put sb 'abcdefghij'; ring-group 2 4 4 inc;"
      " recv fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },
    { "recv-bundle-datagram", "pair s dgram; put sb 'abcdef'; put sb 'gh'; ring-group 2 4 8;"
      " recv fd=sa ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },
    { "recv-bundle-multishot", "ordered; pair s stream; ring-group 2 8 4;"
      " recv fd=sa ioprio=RECVSEND_BUNDLE|RECV_MULTISHOT flags=SELECT group=2 ud=5; enter 0; put sb 'abcdefgh'; enter 1;"
      " put sb 'ij'; enter 1; async_cancel addr=5 ud=6; enter 2" },
    { "recv-bundle-multishot-runs-out", "ordered; pair s stream; ring-group 2 3 4;"
      " recv fd=sa ioprio=RECVSEND_BUNDLE|RECV_MULTISHOT flags=SELECT group=2 ud=5; enter 0;"
      " put sb 'abcdefghijkl'; enter 1" },
    { "recv-bundle-multishot-end", "ordered; pair s stream; ring-group 2 8 4;"
      " recv fd=sa ioprio=RECVSEND_BUNDLE|RECV_MULTISHOT flags=SELECT group=2 ud=5; enter 0; put sb 'abcdefgh'; enter 1;"
      " closefd sb; enter 1" },
    { "recv-bundle-multishot-uneven", "ordered; pair s stream; ring-group 2 8 4;"
      " recv fd=sa ioprio=RECVSEND_BUNDLE|RECV_MULTISHOT flags=SELECT group=2 ud=5; enter 0; put sb 'abcdefghij';"
      " enter 2; async_cancel addr=5 ud=6; enter 2" },
    { "recv-bundle-tcp", TCP "put s 'abcdefgh'; ring-group 2 4 4; sleep 5ms;"
      " recv fd=c ioprio=RECVSEND_BUNDLE flags=SELECT group=2; enter 1" },

    /* ---- send, of vectors ---- */
    { "send-vectors", "pair s stream; buf b 'hello'; iov v b:0:2 b:1:0 b:3:2; send fd=sa addr=v len=3"
      " ioprio=SEND_VECTORIZED; enter 1" },
    { "send-vectors-none", "pair s stream; send fd=sa addr=0 len=0 ioprio=SEND_VECTORIZED; enter 1" },
    { "send-vectors-too-many", "pair s stream; buf b 'x'; iov v b:0:1; send fd=sa addr=v len=1025"
      " ioprio=SEND_VECTORIZED; enter 1" },
    { "send-vectors-bad", "pair s stream; send fd=sa addr=8 len=1 ioprio=SEND_VECTORIZED; enter 1" },
    { "send-vectors-bad-base", "pair s stream; iov v 8:0:5; send fd=sa addr=v len=1 ioprio=SEND_VECTORIZED; enter 1" },
    { "send-vectors-waitall", "pair s stream; buf b 'x'*30000; iov v b:0:10000 b:1:0 b:10000:20000 b:0:0;"
      " send fd=sa addr=v len=4 ioprio=SEND_VECTORIZED of=MSG_WAITALL; enter 0; get sb 30000; enter 0; get sb 30000;"
      " enter 0; get sb 30000; enter 1" },
    { "send-poll-first-dontwait", "pair s stream; buf b 'hello';"
      " send fd=sa addr=b len=5 ioprio=RECVSEND_POLL_FIRST of=MSG_DONTWAIT; enter 1" },
    { "recv-poll-first-dontwait", "pair s stream; put sb 'abc'; buf b 8;"
      " recv fd=sa addr=b len=3 ioprio=RECVSEND_POLL_FIRST of=MSG_DONTWAIT; enter 1" },
    { "recvmsg-poll-first-dontwait", "pair s stream; put sb 'abc'; buf b 8; iov v b:0:3; msg m iov=v;"
      " recvmsg fd=sa addr=m len=1 ioprio=RECVSEND_POLL_FIRST of=MSG_DONTWAIT; enter 1" },
    { "sendmsg-poll-first-dontwait", "pair s stream; buf b 'abc'; iov v b:0:3; msg m iov=v;"
      " sendmsg fd=sa addr=m len=1 ioprio=RECVSEND_POLL_FIRST of=MSG_DONTWAIT; enter 1" },
    { "accept-poll-first-dontwait", "sock l unix listening; dial c l;"
      " accept fd=l ioprio=ACCEPT_POLL_FIRST|ACCEPT_DONTWAIT; enter 1" },

    /* ---- sendmsg_zc ---- */
    { "sendmsg-zc-one", "ordered; " TCP "buf b 'hello'; iov v b:0:2 b:3:2; msg m iov=v n=2;"
      " sendmsg_zc fd=c addr=m len=1; enter 2; get s 9" },
    { "sendmsg-zc-report", "ordered; " TCP "buf b 'hello'; iov v b:0:2 b:3:2; msg m iov=v n=2;"
      " sendmsg_zc fd=c addr=m len=1 ioprio=SEND_ZC_REPORT_USAGE; enter 2; get s 9" },
    { "sendmsg-zc-name", "ordered; " UDP "buf b 'hello'; iov v b:0:5; msg m iov=v name=a;"
      " sendmsg_zc fd=u addr=m len=1; enter 2; get r 9" },
    { "sendmsg-zc-unix", "ordered; pair s stream; buf b 'hello'; iov v b:0:5; msg m iov=v;"
      " sendmsg_zc fd=sa addr=m len=1; enter 2" },
    { "sendmsg-zc-not-a-socket", "ordered; pipe p; buf b 'hello'; iov v b:0:5; msg m iov=v;"
      " sendmsg_zc fd=pw addr=m len=1; enter 2" },
    { "sendmsg-zc-closed", "ordered; closed x; buf b 'hello'; iov v b:0:5; msg m iov=v;"
      " sendmsg_zc fd=x addr=m len=1; enter 2" },
    { "sendmsg-zc-bad-message", "ordered; " TCP "sendmsg_zc fd=c addr=8 len=1; enter 2" },
    { "sendmsg-zc-bad-iovec", "ordered; " TCP "msg m iov=8 n=1; sendmsg_zc fd=c addr=m len=1; enter 2" },
    { "sendmsg-zc-bad-base", "ordered; " TCP "iov v 8:0:5; msg m iov=v n=1; sendmsg_zc fd=c addr=m len=1; enter 2" },
    { "sendmsg-zc-too-many", "ordered; " TCP "buf b 'x'; iov v b:0:1; msg m iov=v n=1025;"
      " sendmsg_zc fd=c addr=m len=1; enter 2" },
    { "sendmsg-zc-addr2", "ordered; " TCP "buf b 'hello'; iov v b:0:5; msg m iov=v;"
      " sendmsg_zc fd=c addr=m len=1 off=5; enter 2" },
    { "sendmsg-zc-file-index", "ordered; " TCP "buf b 'hello'; iov v b:0:5; msg m iov=v;"
      " sendmsg_zc fd=c addr=m len=1 index=5; enter 2" },
    { "sendmsg-zc-vectorized", "ordered; since 6.17; " TCP "buf b 'hello'; iov v b:0:5; msg m iov=v;"
      " sendmsg_zc fd=c addr=m len=1 ioprio=SEND_VECTORIZED; enter 2" },
    { "sendmsg-zc-unknown-ioprio", "ordered; " TCP "buf b 'hello'; iov v b:0:5; msg m iov=v;"
      " sendmsg_zc fd=c addr=m len=1 ioprio=0x4000; enter 2" },
    { "sendmsg-zc-skip", "ordered; " TCP "buf b 'hello'; iov v b:0:5; msg m iov=v;"
      " sendmsg_zc fd=c addr=m len=1 flags=SKIP; enter 1" },
    { "sendmsg-zc-poll-first", "ordered; " TCP "buf b 'hello'; iov v b:0:5; msg m iov=v;"
      " sendmsg_zc fd=c addr=m len=1 ioprio=RECVSEND_POLL_FIRST; enter 2; get s 9" },
    { "sendmsg-zc-dontwait-full", "ordered; " TCP "fill c; buf b 'hello'; iov v b:0:5; msg m iov=v;"
      " sendmsg_zc fd=c addr=m len=1 of=MSG_DONTWAIT; enter 2" },
    { "sendmsg-zc-waitall", "ordered; " TCP "buf b 'x'*20000; iov v b:0:9000 b:9000:11000; msg m iov=v n=2;"
      " sendmsg_zc fd=c addr=m len=1 of=MSG_WAITALL; enter 2; get s 20000" },
    { "sendmsg-zc-cancel", "ordered; " TCP "fill c; buf b 'hello'; iov v b:0:5; msg m iov=v;"
      " sendmsg_zc fd=c addr=m len=1 ud=10; enter 0; async_cancel addr=10 ud=11; enter 3" },
    { "sendmsg-zc-link", "ordered; " TCP "buf b 'hello'; iov v b:0:5; msg m iov=v;"
      " sendmsg_zc fd=c addr=m len=1 ud=10 flags=LINK; nop ud=11; enter 3; get s 9" },
    { "sendmsg-zc-hard", "ordered; " TCP "buf b 'hello'; iov v b:0:5; msg m iov=v;"
      " sendmsg_zc fd=c addr=m len=1 ud=10 flags=HARD; nop ud=11; enter 3; get s 9" },
    { "sendmsg-zc-async", TCP "buf b 'hello'; iov v b:0:5; msg m iov=v; sendmsg_zc fd=c addr=m len=1 flags=ASYNC;"
      " enter 2; get s 9" },
    { "sendmsg-zc-shut", "ordered; " TCP "shut c wr; buf b 'x'; iov v b:0:1; msg m iov=v;"
      " sendmsg_zc fd=c addr=m len=1; enter 2" },
    { "sendmsg-zc-not-connected", "ordered; sock c tcp; buf b 'x'; iov v b:0:1; msg m iov=v;"
      " sendmsg_zc fd=c addr=m len=1; enter 2" },
    { "sendmsg-zc-after-failure", "ordered; " TCP "closed x; buf b 'hello'; iov v b:0:5; msg m iov=v; buf d 4;"
      " read fd=x addr=d len=4 ud=9 flags=LINK; sendmsg_zc fd=c addr=m len=1 ud=10; enter 3" },
    { "sendmsg-zc-no-destination", "ordered; sock u udp; buf b 'hello'; iov v b:0:5; msg m iov=v;"
      " sendmsg_zc fd=u addr=m len=1; enter 2" },
    { "sendmsg-zc-fixed-file", "ordered; " TCP "files c; buf b 'hello'; iov v b:0:5; msg m iov=v;"
      " sendmsg_zc fd=0 addr=m len=1 flags=FIXED; enter 2; get s 9" },
};
const unsigned oracle_programs_zc_count = sizeof oracle_programs_zc / sizeof oracle_programs_zc[0];
