/* SPDX-License-Identifier: MIT */
/* Timeouts of every kind. */
#include "oracle_programs.h"

const struct oracle_program oracle_programs_time[] = {
    { "timeout-zero", "time t 0ms; timeout addr=t len=1; enter 1" },
    { "timeout-null", "timeout addr=0 len=1; enter 1" },
    { "timeout-bad-address", "timeout addr=8 len=1; enter 1" },
    { "timeout-len", "time t 1ms; timeout addr=t len=2; enter 1" },
    { "timeout-len-zero", "time t 1ms; timeout addr=t; enter 1" },
    { "timeout-negative", "time t sec=-1 nsec=0; timeout addr=t len=1; enter 1" },
    { "timeout-negative-ns", "time t sec=0 nsec=-1; timeout addr=t len=1; enter 1" },
    { "timeout-many-ns", "time t sec=9 nsec=1500000000; timeout addr=t len=1; enter 1 wait=10ms" },
    { "timeout-huge", "time t sec=0x7fffffffffffffff nsec=999999999; timeout addr=t len=1; enter 1 wait=3ms" },
    { "timeout-buf-index", "time t 1ms; timeout addr=t len=1 group=1; enter 1" },
    { "timeout-unknown-flag", "time t 1ms; timeout addr=t len=1 of=0x10000; enter 1" },
    { "timeout-two-clocks", "time t 1ms; timeout addr=t len=1 of=TIMEOUT_BOOTTIME|TIMEOUT_REALTIME; enter 1" },
    { "timeout-boottime", "time t 2ms; timeout addr=t len=1 of=TIMEOUT_BOOTTIME; enter 1" },
    { "timeout-realtime", "time t 2ms; timeout addr=t len=1 of=TIMEOUT_REALTIME; enter 1" },
    { "timeout-abs", "time t abs+3ms; timeout addr=t len=1 of=TIMEOUT_ABS; enter 1" },
    { "timeout-abs-past", "time t 1ms; timeout addr=t len=1 of=TIMEOUT_ABS; enter 1" },
    { "timeout-abs-boottime", "time t abs+3ms boottime; timeout addr=t len=1 of=TIMEOUT_ABS|TIMEOUT_BOOTTIME; enter 1" },
    { "timeout-abs-realtime", "time t abs+3ms realtime; timeout addr=t len=1 of=TIMEOUT_ABS|TIMEOUT_REALTIME; enter 1" },
    { "timeout-order", "ordered; time a 60ms; time b 20ms; time c 40ms; timeout addr=a len=1; timeout addr=b len=1;"
      " timeout addr=c len=1; until 1 2 3" },
    { "timeout-ends-the-wait", "since 5.11; time a 60ms; time b 900ms; timeout addr=a len=1; timeout addr=b len=1; enter 2" },
    { "timeout-order-many", "ordered; time a 70ms; time b 30ms; time c 90ms; time d 50ms; time e 110ms; time f 10ms;"
      " timeout addr=a len=1; timeout addr=b len=1; timeout addr=c len=1; timeout addr=d len=1; timeout addr=e len=1;"
      " timeout addr=f len=1; until 1 2 3 4 5 6" },
    { "timeout-etime-breaks-link", "ordered; time t 2ms; timeout addr=t len=1 flags=LINK; nop; enter 2" },
    { "timeout-etime-keeps-hardlink", "ordered; time t 2ms; timeout addr=t len=1 flags=HARD; nop; enter 2" },
    { "timeout-etime-success-keeps-link", "ordered; time t 2ms; timeout addr=t len=1 of=TIMEOUT_ETIME_SUCCESS"
      " flags=LINK; nop; enter 2" },
    { "timeout-etime-success-skip", "ordered; time t 2ms; timeout addr=t len=1 of=TIMEOUT_ETIME_SUCCESS"
      " flags=LINK|SKIP; nop; enter 1" },
    { "timeout-count", "time t 10s; timeout addr=t len=1 off=2; nop; nop; enter 3" },
    { "timeout-count-one", "time t 10s; timeout addr=t len=1 off=1; nop; enter 2" },
    { "timeout-count-not-reached", "time t 3ms; timeout addr=t len=1 off=3; nop; enter 2" },
    { "timeout-count-two-timers", "time t 10s; timeout addr=t len=1 off=2; timeout addr=t len=1 off=1; nop; nop; enter 4" },
    { "timeout-count-itself", "time t 2ms; time u 10s; timeout addr=u len=1 off=1; timeout addr=t len=1; enter 2" },
    { "timeout-count-breaks-no-link", "ordered; time t 10s; timeout addr=t len=1 off=1 flags=LINK; nop ud=8; nop ud=9;"
      " enter 3" },
    { "timeout-count-earlier", "time t 3ms; nop; timeout addr=t len=1 off=1; until 1 2" },
    { "timeout-count-large", "time t 3ms; timeout addr=t len=1 off=100; nop; nop; nop; enter 4" },
    { "timeout-multishot", "ordered; time t 2ms; timeout addr=t len=1 of=TIMEOUT_MULTISHOT off=3; until 1" },
    { "timeout-multishot-forever", "ordered; time t 60ms; timeout addr=t len=1 of=TIMEOUT_MULTISHOT ud=5; enter 1;"
      " unordered; timeout_remove addr=5 ud=6; enter 2" },
    { "timeout-multishot-one", "ordered; time t 2ms; timeout addr=t len=1 of=TIMEOUT_MULTISHOT off=1; enter 1" },
    { "timeout-multishot-abs", "time t abs+2ms; timeout addr=t len=1 of=TIMEOUT_MULTISHOT|TIMEOUT_ABS; enter 1" },
    { "timeout-multishot-success", "ordered; time t 2ms; timeout addr=t len=1"
      " of=TIMEOUT_MULTISHOT|TIMEOUT_ETIME_SUCCESS off=2; until 1" },
    { "timeout-multishot-zero", "time t 0ms; timeout addr=t len=1 of=TIMEOUT_MULTISHOT off=2; until 1" },
    { "timeout-update-flag", "time t 2ms; timeout addr=t len=1 of=TIMEOUT_UPDATE; enter 1" },
    { "timeout-immediate-negative", "since 7.1; timeout addr=-1 len=1 of=TIMEOUT_IMMEDIATE_ARG; enter 1" },
    { "timeout-immediate-zero", "since 7.1; timeout addr=0 len=1 of=TIMEOUT_IMMEDIATE_ARG; enter 1" },
    { "timeout-immediate-abs", "since 7.1; timeout addr=5 len=1 of=TIMEOUT_IMMEDIATE_ARG|TIMEOUT_ABS; enter 1" },
    { "timeout-immediate-multishot", "since 7.1; ordered; timeout addr=2000000 len=1 off=2"
      " of=TIMEOUT_IMMEDIATE_ARG|TIMEOUT_MULTISHOT; until 1" },
    { "timeout-immediate-clocks", "since 7.1; timeout addr=2000000 len=1"
      " of=TIMEOUT_IMMEDIATE_ARG|TIMEOUT_BOOTTIME; timeout addr=2000000 len=1 of=TIMEOUT_IMMEDIATE_ARG|TIMEOUT_REALTIME;"
      " enter 2" },
    { "timeout-immediate-link", "since 7.1; pipe p; poll_add fd=pr of=POLLIN flags=LINK; link_timeout addr=2000000 len=1"
      " of=TIMEOUT_IMMEDIATE_ARG; enter 2" },
    { "timeout-immediate-update", "since 7.1; time t 20s; timeout addr=t len=1 ud=5; enter 0;"
      " timeout_remove addr=5 off=2000000 of=TIMEOUT_UPDATE|TIMEOUT_IMMEDIATE_ARG ud=6; enter 2" },
    { "timeout-immediate-remove", "since 7.1; timeout_remove addr=5 of=TIMEOUT_IMMEDIATE_ARG; enter 1" },
    { "timeout-immediate", "since 7.1; timeout addr=2000000 len=1 of=TIMEOUT_IMMEDIATE_ARG; enter 1" },

    { "timeout-remove", "time t 20s; timeout addr=t len=1 ud=5; enter 0; timeout_remove addr=5 ud=6; enter 2" },
    { "timeout-remove-same-batch", "time t 20s; timeout addr=t len=1 ud=5; timeout_remove addr=5 ud=6; enter 2" },
    { "timeout-remove-breaks-link", "time t 20s; timeout addr=t len=1 ud=5 flags=LINK; nop ud=7; enter 0;"
      " timeout_remove addr=5 ud=6; enter 3" },
    { "timeout-remove-poll", "pipe p; poll_add fd=pr of=POLLIN ud=5; enter 0; timeout_remove addr=5 ud=6; enter 1" },
    { "timeout-remove-counted", "time t 20s; timeout addr=t len=1 off=9 ud=5; enter 0; timeout_remove addr=5 ud=6;"
      " enter 2" },
    { "timeout-remove-unknown-flag", "timeout_remove addr=5 of=0x10000; enter 1" },
    { "timeout-remove-len", "timeout_remove addr=5 len=1; enter 1" },
    { "timeout-remove-buf-index", "timeout_remove addr=5 group=1; enter 1" },
    { "timeout-remove-abs", "timeout_remove addr=5 of=TIMEOUT_ABS; enter 1" },
    { "timeout-remove-fixed", "timeout_remove addr=5 flags=FIXED; enter 1" },
    { "timeout-update", "time t 20s; time u 2ms; timeout addr=t len=1 ud=5; enter 0;"
      " timeout_remove addr=5 off=u of=TIMEOUT_UPDATE ud=6; enter 2" },
    { "timeout-update-later", "time t 50ms; time u 20s; timeout addr=t len=1 ud=5; enter 0;"
      " timeout_remove addr=5 off=u of=TIMEOUT_UPDATE ud=6; enter 1; enter 1 wait=70ms" },
    { "timeout-update-abs", "time t 20s; time u abs+3ms; timeout addr=t len=1 ud=5; enter 0;"
      " timeout_remove addr=5 off=u of=TIMEOUT_UPDATE|TIMEOUT_ABS ud=6; enter 2" },
    { "timeout-update-boottime", "time t 20s; time u 3ms; timeout addr=t len=1 ud=5 of=TIMEOUT_BOOTTIME; enter 0;"
      " timeout_remove addr=5 off=u of=TIMEOUT_UPDATE|TIMEOUT_BOOTTIME ud=6; enter 1" },
    { "timeout-update-missing", "time u 2ms; timeout_remove addr=5 off=u of=TIMEOUT_UPDATE; enter 1" },
    { "timeout-update-bad-address", "time t 20s; timeout addr=t len=1 ud=5; enter 0;"
      " timeout_remove addr=5 off=8 of=TIMEOUT_UPDATE ud=6; enter 1" },
    { "timeout-update-negative", "time t 20s; time u sec=-1 nsec=0; timeout addr=t len=1 ud=5; enter 0;"
      " timeout_remove addr=5 off=u of=TIMEOUT_UPDATE ud=6; enter 1" },
    { "timeout-update-two-clocks", "time u 1ms; timeout_remove addr=5 off=u"
      " of=TIMEOUT_UPDATE|TIMEOUT_BOOTTIME|TIMEOUT_REALTIME; enter 1" },

    { "link-timeout-fires", "pipe p; buf b 4; time t 2ms; read fd=pr addr=b len=4 flags=LINK; link_timeout addr=t len=1;"
      " enter 2" },
    { "link-timeout-too-late", "pipe p 'data'; buf b 4; time t 10s; read fd=pr addr=b len=4 flags=LINK;"
      " link_timeout addr=t len=1; enter 2" },
    { "link-timeout-data-in-time", "pipe p; buf b 4; time t 10s; read fd=pr addr=b len=4 flags=LINK;"
      " link_timeout addr=t len=1; enter 0; put pw 'data'; enter 2" },
    { "link-timeout-then-more", "pipe p; buf b 4; time t 2ms; read fd=pr addr=b len=4 flags=LINK;"
      " link_timeout addr=t len=1 flags=LINK; nop; enter 3" },
    { "link-timeout-then-more-in-time", "pipe p; buf b 4; time t 10s; read fd=pr addr=b len=4 flags=LINK;"
      " link_timeout addr=t len=1 flags=LINK; nop; enter 0; put pw 'data'; enter 3" },
    { "link-timeout-hard", "pipe p; buf b 4; time t 2ms; read fd=pr addr=b len=4 flags=HARD;"
      " link_timeout addr=t len=1 flags=HARD; nop; enter 3" },
    { "link-timeout-alone", "time t 2ms; link_timeout addr=t len=1; enter 1" },
    { "link-timeout-after-unlinked", "time t 2ms; nop; link_timeout addr=t len=1; enter 2" },
    { "link-timeout-after-timer", "time t 2ms; time u 20s; timeout addr=u len=1 flags=LINK; link_timeout addr=t len=1;"
      " enter 2" },
    { "link-timeout-poll", "pipe p; time t 2ms; poll_add fd=pr of=POLLIN flags=LINK; link_timeout addr=t len=1; enter 2" },
    { "link-timeout-nop", "time t 2ms; nop flags=LINK; link_timeout addr=t len=1; enter 2" },
    { "link-timeout-twice", "pipe p; time t 2ms; poll_add fd=pr of=POLLIN flags=LINK; link_timeout addr=t len=1 flags=LINK;"
      " link_timeout addr=t len=1; enter 3" },
    { "link-timeout-failed-head", "closed x; buf b 4; time t 10s; read fd=x addr=b len=4 flags=LINK;"
      " link_timeout addr=t len=1; enter 2" },
    { "link-timeout-refused-head", "setup flags=SETUP_SUBMIT_ALL; time t 10s; nop personality=4 flags=LINK;"
      " link_timeout addr=t len=1; enter 2" },
    { "link-timeout-len", "pipe p 'x'; time t 2ms; poll_add fd=pr of=POLLIN flags=LINK; link_timeout addr=t len=2; enter 2" },
    { "link-timeout-off-set", "pipe p 'x'; time t 2ms; poll_add fd=pr of=POLLIN flags=LINK;"
      " link_timeout addr=t len=1 off=1; enter 2" },
    { "link-timeout-multishot", "since 6.4; pipe p 'x'; time t 2ms; poll_add fd=pr of=POLLIN flags=LINK;"
      " link_timeout addr=t len=1 of=TIMEOUT_MULTISHOT; enter 2" },
    { "link-timeout-bad-address", "pipe p 'x'; poll_add fd=pr of=POLLIN flags=LINK; link_timeout addr=8 len=1; enter 2" },
    { "link-timeout-negative", "pipe p 'x'; time t sec=-1 nsec=0; poll_add fd=pr of=POLLIN flags=LINK;"
      " link_timeout addr=t len=1; enter 2" },
    { "link-timeout-abs", "pipe p; time t abs+3ms; poll_add fd=pr of=POLLIN flags=LINK;"
      " link_timeout addr=t len=1 of=TIMEOUT_ABS; enter 2" },
    { "link-timeout-boottime", "pipe p; time t 3ms; poll_add fd=pr of=POLLIN flags=LINK;"
      " link_timeout addr=t len=1 of=TIMEOUT_BOOTTIME; enter 2" },
    { "link-timeout-realtime", "pipe p; time t 3ms; poll_add fd=pr of=POLLIN flags=LINK;"
      " link_timeout addr=t len=1 of=TIMEOUT_REALTIME; enter 2" },
    { "link-timeout-etime-success", "since 5.16; pipe p; time t 3ms; poll_add fd=pr of=POLLIN flags=LINK;"
      " link_timeout addr=t len=1 of=TIMEOUT_ETIME_SUCCESS; enter 2" },
    { "link-timeout-skip", "pipe p 'x'; time t 10s; poll_add fd=pr of=POLLIN flags=LINK;"
      " link_timeout addr=t len=1 flags=SKIP; enter 2 wait=10ms" },
    { "link-timeout-head-skip", "pipe p 'x'; time t 10s; poll_add fd=pr of=POLLIN flags=LINK|SKIP;"
      " link_timeout addr=t len=1; enter 1" },
    { "link-timeout-both-skip", "pipe p 'x'; time t 10s; poll_add fd=pr of=POLLIN flags=LINK|SKIP;"
      " link_timeout addr=t len=1 flags=SKIP; nop; enter 1" },
    { "link-timeout-async", "pipe p; time t 3ms; poll_add fd=pr of=POLLIN flags=LINK;"
      " link_timeout addr=t len=1 flags=ASYNC; enter 2" },
    { "link-timeout-drained", "pipe p; time t 3ms; nop; poll_add fd=pr of=POLLIN flags=LINK|DRAIN;"
      " link_timeout addr=t len=1; enter 3" },
    { "link-timeout-drain-flag", "pipe p; time t 3ms; poll_add fd=pr of=POLLIN flags=LINK;"
      " link_timeout addr=t len=1 flags=DRAIN; enter 2" },
    { "link-timeout-cancel-head", "pipe p; time t 10s; poll_add fd=pr of=POLLIN flags=LINK ud=5;"
      " link_timeout addr=t len=1 ud=6; enter 0; async_cancel addr=5 ud=7; enter 3" },
    { "link-timeout-cancel-timer", "pipe p; time t 10s; poll_add fd=pr of=POLLIN flags=LINK ud=5;"
      " link_timeout addr=t len=1 ud=6; enter 0; async_cancel addr=6 ud=7; enter 1; put pw 'x'; enter 2" },
    { "link-timeout-remove", "pipe p; time t 10s; poll_add fd=pr of=POLLIN flags=LINK ud=5;"
      " link_timeout addr=t len=1 ud=6; enter 0; timeout_remove addr=6 ud=7; enter 1; put pw 'x'; enter 2" },
    { "link-timeout-update", "pipe p; time t 10s; time u 3ms; poll_add fd=pr of=POLLIN flags=LINK ud=5;"
      " link_timeout addr=t len=1 ud=6; enter 0; timeout_remove addr=6 off=u of=TIMEOUT_UPDATE|LINK_TIMEOUT_UPDATE ud=7;"
      " enter 3" },
    { "link-timeout-update-missing", "time u 3ms;"
      " timeout_remove addr=6 off=u of=TIMEOUT_UPDATE|LINK_TIMEOUT_UPDATE ud=7; enter 1" },
    { "link-timeout-on-second", "ordered; pipe p; buf b 4; time t 3ms; nop flags=LINK; unordered;"
      " read fd=pr addr=b len=4 flags=LINK; link_timeout addr=t len=1; enter 3" },
    { "link-timeout-multishot-poll", "pipe p; time t 50ms; poll_add fd=pr of=POLLIN len=POLL_ADD_MULTI flags=LINK ud=5;"
      " link_timeout addr=t len=1 ud=6; enter 0; put pw 'x'; enter 1; enter 2" },
};
const unsigned oracle_programs_time_count = sizeof oracle_programs_time / sizeof oracle_programs_time[0];
