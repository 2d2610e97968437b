/* SPDX-License-Identifier: MIT */
/*
 * Differences between the kernel and the soft engine that are meant: each one stands in
 * docs/differences.md with its reason, and each must still be there.
 */
#define _GNU_SOURCE
#include "oracle.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* A 32-bit process sees these where the kernel is a 64-bit one. */
#define BELOW_64 "D80"

/* On which kernels: on all; below a release, always or by chance; from a release on. */
#define ALL 0, 0, true
#define BELOW(major, minor) 0, KRING__V(major, minor), true
#define PERHAPS_BELOW(major, minor) 0, KRING__V(major, minor), false
#define FROM(major, minor) KRING__V(major, minor), 0, true
#define FROM_6_1_BELOW(major, minor) KRING__V(6, 1), KRING__V(major, minor), true

const struct oracle_difference oracle_differences[] = {
    { FROM(6, 1), "D01", "*", " nonempty", "" },
    { ALL, "D04", "cancel-fixed-by-real-fd", "cqe 5 poll_add ECANCELED", "cqe 7 async_cancel ENOENT" },
    { ALL, "D04", "cancel-fixed-by-real-fd", "cqe 7 async_cancel 0", "(nothing)" },
    { ALL, "D04", "cancel-fixed-by-real-fd", "(nothing)", "cancel" },
    { ALL, "D04", "cancel-fixed-by-real-fd", "(nothing)", "cqe 5 poll_add ECANCELED" },
    { ALL, "D04", "cancel-fixed-by-real-fd", "(nothing)", "cqe 999999 ? 1" },
    { FROM(6, 12), "D05", "read-pipe-two-in-order", "cqe 2 read 4", "cqe 1 read 4" },
    { FROM(6, 12), "D05", "read-pipe-two-in-order", "cqe 1 read 4", "cqe 2 read 4" },
    { FROM(6, 12), "D05", "read-pipe-two-in-order", "b: efgh", "b: abcd" },
    { FROM(6, 12), "D05", "read-pipe-two-in-order", "c: abcd", "c: efgh" },
    { FROM(6, 12), "D06", "read-select-error-keeps-buffer", "read EAGAIN buffer=0", "read EAGAIN" },
    { FROM(6, 12), "D06", "read-select-error-keeps-buffer", "remove_buffers 0", "remove_buffers 1" },
    { FROM(6, 12), "D08", "read-nowait-in-a-worker", "(nothing)", "cqe 2 read EAGAIN" },
    { FROM(6, 12), "D08", "read-nowait-in-a-worker", "cancel", "(nothing)" },
    { FROM(6, 12), "D08", "read-nowait-in-a-worker", "cqe 2 read EINTR", "(nothing)" },
    { FROM(6, 12), "D08", "read-nowait-in-a-worker", "cqe 999999 ? 0", "(nothing)" },
    { ALL, "D09", "waitid-cancel", "async_cancel 1", "async_cancel 0" },
    { ALL, "D09", "waitid-cancel-all-children", "async_cancel 1", "async_cancel 0" },
    { FROM(6, 18), "D09", "waitid-cancel-by-op", "async_cancel 1", "async_cancel 0" },
    { ALL, "D09", "waitid-limited", "link_timeout 1", "link_timeout ETIME" },
    { ALL, "D09", "waitid-limited-all", "link_timeout 1", "link_timeout ETIME" },
    { ALL, "D09", "futex-wait-cancel", "async_cancel 1", "async_cancel 0" },
    { ALL, "D09", "futex-wait-cancel-masked", "async_cancel 1", "async_cancel 0" },
    { ALL, "D09", "futex-wait-cancel-twice", "async_cancel 1", "async_cancel 0" },
    { ALL, "D09", "futex-wait-cancel-one-of-two", "async_cancel 1", "async_cancel 0" },
    { ALL, "D09", "futex-waitv-cancel", "async_cancel 1", "async_cancel 0" },
    { ALL, "D09", "futex-wait-limited", "link_timeout 1", "link_timeout ETIME" },
    { ALL, "D09", "futex-waitv-limited", "link_timeout 1", "link_timeout ETIME" },
    { FROM(6, 1), "D30", "failure-breaks-links", "nop 0", "nop ECANCELED" },
    { FROM(6, 1), "D30", "chain-fsync-fails", "nop 0", "nop ECANCELED" },
    { FROM(6, 1), "D30", "chain-statx-fails", "nop 0", "nop ECANCELED" },
    { ALL, "D31", "skip-hides-failures", "(nothing)", "cqe 1 unlinkat ENOENT" },
    { ALL, "D31", "skip-hides-failures", "(nothing)", "cqe 2 renameat ENOENT" },
    { ALL, "D31", "skip-hides-failures", "(nothing)", "cqe 3 setxattr ENOENT" },
    { ALL, "D31", "skip-hides-failures", "(nothing)", "cqe 4 fsync EINVAL" },
    { ALL, "D31", "skip-hides-failures", "(nothing)", "cqe 5 statx ENOENT" },
    { ALL, "D20", "chain-shutdown-fails", "nop 0", "nop ECANCELED" },
    { ALL, "D20", "chain-socket-no-slot", "nop 0", "nop ECANCELED" },
    { ALL, "D21", "accept-dontwait-in-a-worker", "(nothing)", "cqe 2 accept EAGAIN" },
    { ALL, "D21", "accept-dontwait-in-a-worker", "cancel", "(nothing)" },
    { ALL, "D21", "accept-dontwait-in-a-worker", "cqe 999999 ? 0", "(nothing)" },
    { ALL, "D21", "accept-dontwait-in-a-worker", "cqe 2 accept EINTR", "(nothing)" },
    { ALL, "D22", "cancel-fd-in-a-worker", "async_cancel EALREADY", "async_cancel ENOENT" },
    { FROM(6, 12), "D23", "nowait-after-splice", "read 1", "read EOPNOTSUPP" },
    { FROM(6, 12), "D23", "nowait-after-splice", "b: b.......", "b: .{8}" },
    { FROM(6, 12), "D23", "nowait-after-splice", "pr: pipe mode=0 cloexec holds  then", "pr: pipe mode=0 cloexec holds b then" },
    { ALL, "D72", "accept-direct-no-descriptor-left", "cqe 1 accept 0", "cqe 1 accept EMFILE" },
    { ALL, "D72", "accept-direct-no-descriptor-left", "pending=0", "pending=1" },
    { ALL, "D72", "accept-direct-no-descriptor-left", "then end", "then EAGAIN" },
    { ALL, "D72", "accept-direct-no-descriptor-left", "then EAGAIN", "then end" },
    { FROM(6, 18), "D71", "uring_cmd/select-empty", "uring_cmd EINVAL", "uring_cmd EOPNOTSUPP" },
    { ALL, "D50", "register-eventfd-async", "counts 0", "counts 1" },

    /* Below: what a younger kernel does, and soft with it. */
    { BELOW(7, 2), "D73", "send-zc-buffer-vectors", "cqe 2 send_zc EINVAL more", "cqe 2 send_zc 5 more" },
    { BELOW(7, 2), "D73", "send-zc-buffer-vectors", "s: socket mode=2 holds  then", "s: socket mode=2 holds hello then" },
    { BELOW(7, 2), "D74", "sendmsg-zc-buffer-none", "sendmsg_zc EFAULT", "sendmsg_zc ENOTSOCK" },
    { BELOW(7, 1), "D75", "send-zc-addr3", "cqe 2 send_zc EINVAL", "cqe 2 send_zc 5 more" },
    { BELOW(7, 1), "D75", "send-zc-addr3", "(nothing)", "cqe 7 send_zc 0 notif" },
    { BELOW(7, 1), "D75", "send-zc-addr3", "get -> EAGAIN", "get -> hello" },
    { BELOW(6, 18), "D74", "send-zc-buffer-not-a-socket", "send_zc EFAULT", "send_zc ENOTSOCK" },
    { PERHAPS_BELOW(6, 18), "D76", "*/drain", "cqe 2 nop 0", "(nothing)" },
    { PERHAPS_BELOW(6, 18), "D76", "*/drain", "(nothing)", "cqe 2 nop 0" },
    { BELOW(6, 12), "D76", "drain-in-link-drains-next", "cqe 4 nop 0", "(nothing)" },
    { BELOW(6, 12), "D76", "drain-in-link-drains-next", "(nothing)", "cqe 4 nop 0" },
    { BELOW(6, 18), "D77", "recv-multishot-ring", "cqe * recv ENOBUFS", "(nothing)" },
    { BELOW(6, 18), "D77", "recv-multishot-ring", "enter -> ETIME", "enter -> 0" },
    { BELOW(6, 18), "D77", "recv-multishot-ring", "(nothing)", "cqe 1 recv ENOBUFS" },
    { BELOW(6, 18), "D77", "recv-multishot-ring", "(nothing)", "cancel" },
    { BELOW(6, 18), "D77", "recv-multishot-ring", "(nothing)", "cqe 2 recv ECANCELED" },
    { BELOW(6, 18), "D77", "recv-multishot-ring", "(nothing)", "cqe 999999 ? 1" },
    { BELOW(6, 18), "D78", "recv-bundle*", "cqe * recv 4 buffer=0*", "cqe * recv * buffer=0*" },
    { BELOW(6, 18), "D78", "recv-bundle-len-exact", "cqe 1 recv 8 buffer=0", "cqe 1 recv 10 buffer=0" },
    { BELOW(6, 18), "D78", "recv-bundle*", "cqe 5 recv 4 buffer=[1-9]*", "(nothing)" },
    { BELOW(6, 18), "D78", "recv-bundle*", "sa: socket mode=2 cloexec holds *", "sa: socket mode=2 cloexec holds *" },
    { BELOW(6, 18), "D78", "recv-bundle*", "g2: abcd*", "g2: abcd*" },
    { BELOW(6, 18), "D78", "recv-bundle-multishot-runs-out", "(nothing)", "cancel" },
    { BELOW(6, 18), "D78", "recv-bundle-multishot-runs-out", "(nothing)", "cqe 999999 ? 1" },
    { BELOW(6, 18), "D78", "recv-bundle-multishot-runs-out", "(nothing)", "cqe 5 recv ECANCELED" },
    { FROM_6_1_BELOW(6, 18), "D79", "*-too-many", "cqe *msg* EINVAL*", "cqe *msg* EMSGSIZE*" },
    { FROM_6_1_BELOW(6, 18), "D83", "buffers-*", "(nothing)", "cqe [78]? ? 0" },
    { BELOW(6, 18), "D83", "files2-*", "(nothing)", "cqe [78]? ? 0" },
    { BELOW(6, 18), "D83", "buffers-tags-*", "(nothing)", "overflow" },
    { BELOW(6, 18), "D83", "buffers-tags-overflow", "enter -> ETIME", "enter -> 0" },
    { BELOW(6, 18), "D83", "buffers-tags-counted", "cqe 5 timeout ETIME", "(nothing)" },
    { BELOW(6, 18), "D83", "buffers-tags-counted", "(nothing)", "cqe 5 timeout 0" },
    { BELOW(6, 18), "D83", "buffers-tag-eventfd", "get -> EAGAIN", "get -> \\01*" },
    { FROM_6_1_BELOW(6, 18), "D84", "read-fixed-closed", "read_fixed EFAULT", "read_fixed EBADF" },
    { BELOW(6, 18), "D86", "waitid-cancel-by-op", "cqe 6 async_cancel ENOENT", "(nothing)" },
    { BELOW(6, 18), "D86", "waitid-cancel-by-op", "(nothing)", "cqe 5 waitid ECANCELED" },
    { BELOW(6, 18), "D86", "waitid-cancel-by-op", "(nothing)", "cqe 6 async_cancel 0" },
    { BELOW(6, 18), "D86", "waitid-cancel-by-op", "cancel", "(nothing)" },
    { BELOW(6, 18), "D86", "waitid-cancel-by-op", "cqe 5 waitid ECANCELED", "(nothing)" },
    { BELOW(6, 18), "D86", "waitid-cancel-by-op", "cqe 999999 ? 1", "(nothing)" },
    { BELOW(6, 18), "D85", "send-bundle-no-select", "cqe 1 send EINVAL", "cqe 1 send 5 more" },
    { BELOW(6, 18), "D85", "send-bundle-no-select", "(nothing)", "cqe 1 send 0" },
    { BELOW(6, 18), "D85", "send-bundle-no-select", "holds  then", "holds hello then" },
    { BELOW(6, 18), "D20", "chain-accept-no-slot", "nop 0", "nop ECANCELED" },
    { PERHAPS_BELOW(6, 12), "D08", "read-nowait-in-a-worker", "enter -> 0", "(nothing)" },
    { PERHAPS_BELOW(6, 12), "D08", "read-nowait-in-a-worker", "(nothing)", "enter -> ETIME" },
    { FROM_6_1_BELOW(6, 12), "D06", "read-select-error-keeps-buffer", "read EOPNOTSUPP buffer=0", "read EOPNOTSUPP" },
    { FROM_6_1_BELOW(6, 12), "D06", "read-select-error-keeps-buffer", "remove_buffers 0", "remove_buffers 1" },
    { FROM_6_1_BELOW(6, 12), "D06", "recv-select-dontwait", "recv EAGAIN buffer=0", "recv EAGAIN" },
    { FROM_6_1_BELOW(6, 12), "D06", "recv-select-dontwait", "remove_buffers 0", "remove_buffers 1" },
    { BELOW(6, 12), "D87", "ring-*", "ring-remove -> EINVAL", "ring-remove -> ENOENT" },
    { BELOW(6, 12), "D88", "msg-ring-send-fd-length", "cqe 1 msg_ring 0", "cqe 1 msg_ring EINVAL" },
    { BELOW(6, 12), "D88", "msg-ring-send-fd-length", "cqe 77 ? 0", "(nothing)" },
    { FROM_6_1_BELOW(6, 12), "D89", "remove-in-chain", "cqe 4 remove_buffers 0", "cqe 4 remove_buffers ENOENT" },
    { FROM_6_1_BELOW(6, 12), "D89", "remove-in-chain", "cqe 5 nop 0", "cqe 5 nop ECANCELED" },
    { BELOW(6, 12), "D90", "buffers-negative", "buffers -> EFAULT", "buffers -> EINVAL" },
    { FROM_6_1_BELOW(6, 12), "D83", "buffers-*", "cqe [78]? ? 0", "(nothing)" },
    { BELOW(6, 12), "D83", "files2-*", "cqe [78]? ? 0", "(nothing)" },
    { BELOW(6, 12), "D91", "send*-zc-*", "cqe * send*_zc EINVAL", "cqe * send*_zc EINVAL more" },
    { BELOW(6, 12), "D91", "send*-zc-*", "(nothing)", "cqe * notif" },
    { BELOW(6, 12), "D92", "alloc-behind-replaced", "cqe 2 openat 3", "cqe 2 openat 1" },

    /* Seen on 5.10.46; of the kernels between it and 6.1 none was. */
    { BELOW(6, 1), "D08", "read-nowait-in-a-worker", "fsync ECANCELED", "fsync 0" },
    { BELOW(6, 1), "D76", "drain-in-link-drains-next", "enter -> ETIME", "enter -> 0" },
    { BELOW(6, 1), "D93", "*", "cqe * provide_buffers [12]", "cqe * provide_buffers 0" },
    { BELOW(6, 1), "D94", "*", "cqe * poll_add 65", "cqe * poll_add 1" },
    { BELOW(6, 1), "D94", "*", "cqe * poll_add 195", "cqe * poll_add 1" },
    { BELOW(6, 1), "D94", "*", "cqe * poll_add 260", "cqe * poll_add 4" },
    { BELOW(6, 1), "D94", "*", "cqe * poll_add 772", "cqe * poll_add 4" },
    { BELOW(6, 1), "D95", "*", "cqe * read EINTR", "cqe * read ECANCELED" },
    { BELOW(6, 1), "D95", "*", "cqe * async_cancel EALREADY", "cqe * async_cancel 0" },
    { BELOW(6, 1), "D95", "*", "cqe * link_timeout EALREADY", "cqe * link_timeout ETIME" },
    { BELOW(6, 1), "D95", "*", "cqe 999999 ? EALREADY", "cqe 999999 ? 0" },
    { PERHAPS_BELOW(6, 1), "D95", "*", "cqe * read_fixed EINTR", "cqe * read_fixed ECANCELED" },
    { PERHAPS_BELOW(6, 1), "D95", "*", "cqe * write EINTR", "cqe * write ECANCELED" },
    { PERHAPS_BELOW(6, 1), "D95", "cancel-keeps-hardlink", "nop ECANCELED", "nop 0" },
    { BELOW(6, 1), "D96", "read*-select*", "cqe 2 read* [235] buffer=1", "cqe 2 read* [235] buffer=0" },
    { BELOW(6, 1), "D96", "read*-select*", "m: .{16}h*", "m: h*" },
    { BELOW(6, 1), "D96", "recv-select-len", "cqe 2 recv 2 buffer=3", "cqe 2 recv 2 buffer=0" },
    { BELOW(6, 1), "D96", "recv-select-len", "m: .{48}he.{14}", "m: he.{62}" },
    { BELOW(6, 1), "D97", "read-select-whole", "cqe 2 read 0 buffer=1", "cqe 2 read 5 buffer=0" },
    { BELOW(6, 1), "D97", "read-select-whole", "holds hello then", "holds  then" },
    { BELOW(6, 1), "D97", "read-select-whole", "m: .{32}", "m: hello.{27}" },
    { BELOW(6, 1), "D97", "recv-select", "cqe 2 recv 0 buffer=3", "cqe 2 recv 5 buffer=0" },
    { BELOW(6, 1), "D97", "recv-select", "holds hello then", "holds  then" },
    { BELOW(6, 1), "D97", "recv-select", "m: .{64}", "m: hello.{59}" },
    { BELOW(6, 1), "D97", "buffers-last-in-first-out", "cqe * recv 0 buffer=*", "cqe * recv 3 buffer=*" },
    { BELOW(6, 1), "D97", "buffers-last-in-first-out", "holds abcdefghijkl then", "holds jkl then" },
    { BELOW(6, 1), "D97", "buffers-last-in-first-out", "m: .{64}", "m: abc.....def.....ghi.{45}" },
    { BELOW(6, 1), "D97", "buffers-append", "cqe * recv 0 buffer=*", "cqe * recv 3 buffer=*" },
    { BELOW(6, 1), "D97", "buffers-append", "holds abc then", "holds  then" },
    { BELOW(6, 1), "D97", "buffers-append", "m: .{64}", "m: abc.{61}" },
    { BELOW(6, 1), "D97", "buffers-two-groups", "cqe * recv 0 buffer=*", "cqe * recv 3 buffer=*" },
    { BELOW(6, 1), "D97", "buffers-two-groups", "holds abc then", "holds  then" },
    { BELOW(6, 1), "D97", "buffers-two-groups", "m: .{64}", "m: .{8}abc.{53}" },
    { BELOW(6, 1), "D97", "buffers-given-back", "cqe * recv 0 buffer=*", "cqe * recv 3 buffer=*" },
    { BELOW(6, 1), "D97", "buffers-given-back", "holds abcdef then", "holds  then" },
    { BELOW(6, 1), "D97", "buffers-given-back", "m: .{64}", "m: def.{61}" },
    { BELOW(6, 1), "D97", "remove-part", "cqe * recv 0 buffer=*", "cqe * recv 3 buffer=*" },
    { BELOW(6, 1), "D97", "remove-part", "holds abc then", "holds  then" },
    { BELOW(6, 1), "D97", "remove-part", "m: .{64}", "m: .{16}abc.{45}" },
    { BELOW(6, 1), "D98", "read-select-eof-keeps-buffer", "remove_buffers ENOENT", "remove_buffers 0" },
    { BELOW(6, 1), "D98", "remove-more-than-there", "remove_buffers ENOENT", "remove_buffers 0" },
    { BELOW(6, 1), "D98", "remove-part", "remove_buffers ENOENT", "remove_buffers 0" },
    { BELOW(6, 1), "D99", "recv-select-end", "recv 0 buffer=0", "recv 0" },
    { BELOW(6, 1), "D99", "recv-select-end", "remove_buffers ENOENT", "remove_buffers 1" },
    { BELOW(6, 1), "D99", "recv-select-dontwait", "remove_buffers ENOENT", "remove_buffers 1" },
    { BELOW(6, 1), "D99", "legacy-taken-while-waiting", "remove_buffers ENOENT", "remove_buffers 1" },
    { BELOW(6, 1), "D99", "legacy-taken-while-waiting", "cqe 5 recv 3 buffer=0", "cqe 5 recv ENOBUFS" },
    { BELOW(6, 1), "D99", "legacy-taken-while-waiting", "m: abc.{61}", "m: .{64}" },
    { BELOW(6, 1), "D99", "legacy-taken-while-waiting", "holds  then", "holds abc then" },
    { BELOW(6, 1), "D100", "link-refused-tail", "nop 0", "nop ECANCELED" },
    { BELOW(6, 1), "D100", "flag-select-link-timeout", "(nothing)", "cqe 1 poll_add ECANCELED" },
    { BELOW(6, 1), "D100", "flag-select-link-timeout", "cancel", "(nothing)" },
    { BELOW(6, 1), "D100", "flag-select-link-timeout", "cqe 1 poll_add ECANCELED", "(nothing)" },
    { BELOW(6, 1), "D100", "flag-select-link-timeout", "cqe 999999 ? 0", "(nothing)" },
    { BELOW(6, 1), "D101", "provide-fields", "enter -> 8", "enter -> 1" },
    { BELOW(6, 1), "D101", "provide-fields", "(nothing)", "cancel" },
    { BELOW(6, 1), "D101", "provide-fields", "(nothing)", "rest" },
    { BELOW(6, 1), "D101", "provide-fields", "rest", "(nothing)" },
    { BELOW(6, 1), "D101", "provide-overflow", "enter -> 3", "enter -> 1" },
    { BELOW(6, 1), "D101", "provide-overflow", "(nothing)", "cancel" },
    { BELOW(6, 1), "D101", "provide-last-id", "enter -> 3", "enter -> 2" },
    { BELOW(6, 1), "D101", "provide-last-id", "(nothing)", "cancel" },
    { BELOW(6, 1), "D101", "provide-last-id", "cqe 3 provide_buffers E2BIG", "(nothing)" },
    { BELOW(6, 1), "D101", "provide-last-id", "(nothing)", "cqe 3 provide_buffers E2BIG" },
    { BELOW(6, 1), "D101", "provide-last-id", "(nothing)", "cqe 999999 ? ENOENT" },
    { BELOW(6, 1), "D102", "provide-fields", "cqe 2 provide_buffers 1", "(nothing)" },
    { BELOW(6, 1), "D102", "provide-fields", "(nothing)", "cqe 2 provide_buffers EINVAL" },
    { BELOW(6, 1), "D102", "provide-overflow", "cqe [23] provide_buffers [12]", "(nothing)" },
    { BELOW(6, 1), "D102", "provide-overflow", "(nothing)", "cqe 2 provide_buffers 0" },
    { BELOW(6, 1), "D102", "provide-overflow", "(nothing)", "cqe 3 provide_buffers EINVAL" },
    { BELOW(6, 1), "D102", "provide-last-id", "cqe 2 provide_buffers 2", "cqe 2 provide_buffers EINVAL" },
    { BELOW(6, 1), "D102", "provide-last-id", "cqe 4 remove_buffers 3", "(nothing)" },
    { BELOW(6, 1), "D102", "provide-last-id", "(nothing)", "cqe 4 remove_buffers 1" },
    { BELOW(6, 1), "D102", "provide-bid-too-large", "provide_buffers 1", "provide_buffers EINVAL" },
    { BELOW(6, 1), "D102", "provide-length-zero", "provide_buffers 1", "provide_buffers EINVAL" },
    { BELOW(6, 1), "D102", "provide-index-set", "provide_buffers 1", "provide_buffers EINVAL" },
    { BELOW(6, 1), "D102", "chain-provide-fails", "provide_buffers 0", "provide_buffers EINVAL" },
    { BELOW(6, 1), "D102", "chain-provide-fails", "nop 0", "nop ECANCELED" },
    { BELOW(6, 1), "D103", "cancel-index-set", "async_cancel ENOENT", "async_cancel EINVAL" },
    { BELOW(6, 1), "D103", "recv-file-index", "(nothing)", "cqe 1 recv EINVAL" },
    { BELOW(6, 1), "D103", "recv-file-index", "cancel", "(nothing)" },
    { BELOW(6, 1), "D103", "recv-file-index", "cqe 1 recv ECANCELED", "(nothing)" },
    { BELOW(6, 1), "D103", "recv-file-index", "cqe 999999 ? 0", "(nothing)" },
    { BELOW(6, 1), "D103", "recv-addr2-set", "recv 3", "recv EINVAL" },
    { BELOW(6, 1), "D103", "recv-addr2-set", "holds  then", "holds abc then" },
    { BELOW(6, 1), "D103", "recv-addr2-set", "b: abc.....", "b: .{8}" },
    { BELOW(6, 1), "D103", "files-update-index-set", "files_update 1", "files_update EINVAL" },
    { BELOW(6, 1), "D103", "epoll-ctl-index-set", "epoll_ctl 0", "epoll_ctl EINVAL" },
    { BELOW(6, 1), "D103", "epoll-ctl-index-set", "reports 1: 1/7", "reports 0:" },
    { BELOW(6, 1), "D103", "fsync-negative-offset", "fsync 0", "fsync EINVAL" },
    { BELOW(6, 1), "D104", "async_cancel/fixed-ignored", "async_cancel EINVAL", "async_cancel ENOENT" },
    { BELOW(6, 1), "D104", "cancel-len-without-op", "async_cancel EINVAL", "async_cancel ENOENT" },
    { BELOW(6, 1), "D104", "read-buf-index-ignored", "read EINVAL", "read 3" },
    { BELOW(6, 1), "D104", "read-buf-index-ignored", "b: .{8}", "b: abc....." },
    { BELOW(6, 1), "D105", "openat2-wide-flag", "openat2 fd file", "openat2 EINVAL" },
    { BELOW(6, 1), "D105", "openat2-wide-flag", "fds +2", "fds +1" },
    { BELOW(6, 1), "D105", "openat2-wide-flag", "fd1: file mode=0*", "(nothing)" },
    { BELOW(6, 1), "D106", "timeout-negative*", "(nothing)", "cqe 1 timeout EINVAL" },
    { BELOW(6, 1), "D106", "timeout-negative*", "cancel", "(nothing)" },
    { BELOW(6, 1), "D106", "timeout-negative*", "cqe 1 timeout ECANCELED", "(nothing)" },
    { BELOW(6, 1), "D106", "timeout-negative*", "cqe 999999 ? 0", "(nothing)" },
    { BELOW(6, 1), "D106", "link-timeout-negative", "poll_add 1", "poll_add ECANCELED" },
    { BELOW(6, 1), "D106", "link-timeout-negative", "link_timeout ECANCELED", "link_timeout EINVAL" },
    { BELOW(6, 1), "D107", "link-timeout-twice", "cqe 2 link_timeout ETIME", "cqe 2 link_timeout ECANCELED" },
    { BELOW(6, 1), "D107", "link-timeout-twice", "cqe 3 link_timeout ECANCELED", "cqe 3 link_timeout EINVAL" },
    { BELOW(6, 1), "D108", "read-pipe-nonblock-waits", "cqe 1 read EAGAIN", "(nothing)" },
    { BELOW(6, 1), "D108", "read-pipe-nonblock-waits", "enter -> ETIME", "enter -> 0" },
    { BELOW(6, 1), "D108", "read-pipe-nonblock-waits", "(nothing)", "cqe 1 read 3" },
    { BELOW(6, 1), "D108", "read-pipe-nonblock-waits", "holds abc then", "holds  then" },
    { BELOW(6, 1), "D108", "read-pipe-nonblock-waits", "b: .{8}", "b: abc....." },
    { BELOW(6, 1), "D108", "write-full-pipe-nonblock", "cqe 1 write EAGAIN", "(nothing)" },
    { BELOW(6, 1), "D108", "write-full-pipe-nonblock", "enter -> ETIME", "enter -> 0" },
    { BELOW(6, 1), "D108", "write-full-pipe-nonblock", "(nothing)", "cqe 1 write 2" },
    { BELOW(6, 1), "D108", "write-full-pipe-nonblock", "holds  then", "holds XY then" },
    { BELOW(6, 1), "D108", "fifo-read-waits", "cqe 1 read EAGAIN", "(nothing)" },
    { BELOW(6, 1), "D108", "fifo-read-waits", "enter -> ETIME", "enter -> 0" },
    { BELOW(6, 1), "D108", "fifo-read-waits", "(nothing)", "cqe 1 read 3" },
    { BELOW(6, 1), "D108", "fifo-read-waits", "cqe 2 read 3", "cqe 2 read 0" },
    { BELOW(6, 1), "D108", "pty-read-nonblock-waits", "cqe 1 read EAGAIN", "(nothing)" },
    { BELOW(6, 1), "D108", "pty-read-nonblock-waits", "enter -> ETIME", "enter -> 0" },
    { BELOW(6, 1), "D108", "pty-read-nonblock-waits", "(nothing)", "cqe 1 read 5" },
    { BELOW(6, 1), "D108", "pty-read-nonblock-waits", "r: .{8}", "r: typed..." },
    { BELOW(6, 1), "D108", "accept-nonblock-waits*", "cqe 1 accept EAGAIN", "(nothing)" },
    { BELOW(6, 1), "D108", "accept-nonblock-waits*", "enter -> ETIME", "enter -> 0" },
    { BELOW(6, 1), "D108", "accept-nonblock-waits*", "(nothing)", "cqe 1 accept fd socket*" },
    { BELOW(6, 1), "D108", "accept-nonblock-waits*", "fds +2", "fds +3" },
    { BELOW(6, 1), "D108", "accept-nonblock-waits*", "pending=1", "pending=0" },
    { BELOW(6, 1), "D108", "accept-nonblock-waits*", "holds  then end", "holds  then EAGAIN" },
    { BELOW(6, 1), "D108", "accept-nonblock-waits*", "(nothing)", "fd1: socket mode=2 holds  then EAGAIN" },
    { BELOW(6, 1), "D109", "*waitall*", "cqe * recv* [235]", "(nothing)" },
    { BELOW(6, 1), "D109", "*waitall*", "enter -> ETIME", "enter -> 0" },
    { BELOW(6, 1), "D109", "*waitall*", "(nothing)", "cqe * recv* [3568]" },
    { BELOW(6, 1), "D109", "*waitall*", "sa: socket * holds * then EAGAIN", "sa: socket * holds  then EAGAIN" },
    { BELOW(6, 1), "D109", "*waitall*", "b: ab*...", "b: abcdef*" },
    { BELOW(6, 1), "D109", "recv-waitall-end-breaks-link", "cqe 2 nop ECANCELED", "(nothing)" },
    { BELOW(6, 1), "D109", "recv-waitall-end-breaks-link", "(nothing)", "cqe 2 nop ECANCELED" },
    { BELOW(6, 1), "D109", "recv-waitall-cancel", "async_cancel ENOENT", "async_cancel 0" },
    { BELOW(6, 1), "D109", "waitall-recv-cancel", "async_cancel ENOENT", "async_cancel 0" },
    { BELOW(6, 1), "D109", "recv-*-flag-waitall", "(nothing)", "cancel" },
    { BELOW(6, 1), "D109", "recv-*-flag-waitall", "(nothing)", "cqe 999999 ? 0" },
    { BELOW(6, 1), "D109", "cancel-tells-received*", "cqe 1 recv 3", "(nothing)" },
    { BELOW(6, 1), "D109", "cancel-tells-received*", "(nothing)", "cqe 1 recv 3" },
    { BELOW(6, 1), "D109", "cancel-tells-received*", "cqe 2 async_cancel ENOENT", "(nothing)" },
    { BELOW(6, 1), "D109", "cancel-tells-received*", "(nothing)", "cqe 2 async_cancel 0" },
    { BELOW(6, 1), "D109", "cancel-tells-received-linked", "cqe 3 nop ECANCELED", "(nothing)" },
    { BELOW(6, 1), "D109", "cancel-tells-received-linked", "(nothing)", "cqe 3 nop ECANCELED" },
    { BELOW(6, 1), "D109", "waitall-send*", "cqe 1 send* 8064", "(nothing)" },
    { BELOW(6, 1), "D109", "waitall-send*", "(nothing)", "cqe 1 send* 20000" },
    { BELOW(6, 1), "D109", "waitall-send*", "get -> EAGAIN", "(nothing)" },
    { BELOW(6, 1), "D109", "waitall-send*", "(nothing)", "get -> x{*}" },
    { BELOW(6, 1), "D110", "overflow-many", "enter -> EBUSY", "enter -> 4" },
    { BELOW(6, 1), "D110", "overflow-many", "enter -> EBUSY", "enter -> 0" },
    { BELOW(6, 1), "D110", "overflow-many", "enter -> 4", "enter -> 0" },
    { BELOW(6, 1), "D111", "reused-statx-path", "statx ENOENT", "statx 0" },
    { BELOW(6, 1), "D111", "reused-statx-path", "s: mask=0x0*", "s: mask=0x7ff*" },
    { BELOW(6, 1), "D112", "read-at-position", "at=3 contents", "at=6 contents" },
    { BELOW(6, 1), "D112", "read-at-position", "c: con.....", "c: ten....." },
    { BELOW(6, 1), "D112", "write-at-position", "at=2 XYcdef", "at=4 XYXYef" },
    { BELOW(6, 1), "D112", "read-fixed-current", "at=4 contents", "at=8 contents" },
    { BELOW(6, 1), "D112", "read-fixed-current", "b: .{8}contcont.{16}", "b: .{8}contents.{16}" },
    { BELOW(6, 1), "D113", "files-update-two", "read EBADF", "read 3" },
    { BELOW(6, 1), "D113", "files-update-two", "holds abc then", "holds  then" },
    { BELOW(6, 1), "D113", "files-update-two", "b: ....", "b: abc." },
    { BELOW(6, 1), "D113", "files-update-remove", "read 3", "read EBADF" },
    { BELOW(6, 1), "D113", "files-update-remove", "holds  then", "holds abc then" },
    { BELOW(6, 1), "D113", "files-update-remove", "b: abc.", "b: ...." },
    { BELOW(6, 1), "D113", "files-update-replaces", "(nothing)", "cqe 2 read 3" },
    { BELOW(6, 1), "D113", "files-update-replaces", "cancel", "(nothing)" },
    { BELOW(6, 1), "D113", "files-update-replaces", "cqe 2 read E[IC]*", "(nothing)" },
    { BELOW(6, 1), "D113", "files-update-replaces", "cqe 999999 ? *", "(nothing)" },
    { BELOW(6, 1), "D113", "files-update-replaces", "holds xyz then", "holds  then" },
    { BELOW(6, 1), "D113", "files-update-replaces", "b: ....", "b: xyz." },
    { BELOW(6, 1), "D114", "register-files-none", "register -> EINVAL", "register -> EFAULT" },
    { BELOW(6, 1), "D114", "buffers-too-many", "buffers -> EINVAL", "buffers -> EFAULT" },
    { BELOW(6, 1), "D115", "connect-refused-tcp", "holds  then ENOTCONN", "holds  then end" },
    { BELOW(6, 1), "D115", "connect-inet6-refused", "holds  then ENOTCONN", "holds  then end" },
    { BELOW(6, 1), "D115", "connect-refused-nonblock", "holds  then ENOTCONN", "holds  then end" },
    { BELOW(6, 1), "D116", "buffers-wrap", "buffers -> EFAULT", "buffers -> EOVERFLOW" },
    { BELOW(6, 1), "D117", "read-fixed-write-only", "cqe 2 read_fixed EBADF", "cqe 2 read_fixed EFAULT" },
    { BELOW(6, 1), "D118", "files-update-no-table", "files_update EINVAL", "files_update ENXIO" },
    { PERHAPS_BELOW(6, 1), "D119", "read-fixed-short", "nop 0", "nop ECANCELED" },
#if __SIZEOF_LONG__ == 4
    { ALL, BELOW_64, "timeout-negative-ns", "(nothing)", "cqe 1 timeout EINVAL" },
    { ALL, BELOW_64, "timeout-negative-ns", "cancel", "(nothing)" },
    { ALL, BELOW_64, "timeout-negative-ns", "cqe 1 timeout ECANCELED", "(nothing)" },
    { ALL, BELOW_64, "timeout-negative-ns", "cqe 999999 ? 1", "(nothing)" },
    { ALL, BELOW_64, "provide-overflow", "cqe 2 provide_buffers 0", "cqe 2 provide_buffers EFAULT" },
    { ALL, BELOW_64, "buffers-wrap", "buffers -> EFAULT", "buffers -> EOVERFLOW" },
#endif
};
const unsigned oracle_difference_count = sizeof oracle_differences / sizeof oracle_differences[0];

static uint8_t needed[sizeof oracle_differences / sizeof oracle_differences[0]];
static uint8_t ran[sizeof oracle_differences / sizeof oracle_differences[0]];

/* Is `line` the other one with `part` taken out, once or more? */
static bool without(const char *line, const char *part, const char *other)
{
    char text[16384];
    size_t length = 0;

    while (*line && length < sizeof text - 1) {
        if (!strncmp(line, part, strlen(part)))
            line += strlen(part);
        else
            text[length++] = *line++;
    }
    text[length] = 0;
    return !strcmp(text, other);
}

/* Does the row speak of this program on this kernel? */
static bool concerns(const struct oracle_difference *d, const char *program)
{
    uint32_t release = oracle_kernel_release();

    return release >= d->from && (d->below == 0 || release < d->below) &&
           !fnmatch(d->program, program, 0);
}

/* A whole line where one engine has none, and where there is a '*'; else a part of it. */
static bool line_fits(const char *described, const char *line, bool whole)
{
    if (!whole && !strchr(described, '*'))
        return strstr(line, described) != NULL;
    return !fnmatch(described, line + strspn(line, " "), FNM_NOESCAPE);
}

static bool row_fits(const struct oracle_difference *d, const char *kernel, const char *soft)
{
    bool absent = *d->kernel == '(' || *d->soft == '(' || *kernel == '(' || *soft == '(';

    if (!strcmp(d->program, "*") && !*d->soft)
        return strstr(kernel, d->kernel) && without(kernel, d->kernel, soft);
    return line_fits(d->kernel, kernel, absent) && line_fits(d->soft, soft, absent);
}

void oracle_difference_ran(const char *program)
{
    for (unsigned i = 0; i < oracle_difference_count; i++)
        ran[i] |= concerns(&oracle_differences[i], program);
}

bool oracle_accepts(const char *program, const char *kernel, const char *soft)
{
    for (unsigned i = 0; i < oracle_difference_count; i++)
        if (concerns(&oracle_differences[i], program) &&
            row_fits(&oracle_differences[i], kernel, soft)) {
            needed[i] = 1;
            return true;
        }
    return false;
}

/* Is the program of this row, or one of those its pattern means, named in the text? */
static bool described(const struct oracle_difference *d, const char *text)
{
    return strstr(text, d->id) && (*d->program == '*' || strstr(text, d->program));
}

/* Where the bounds of the rows were seen; kernels between may be with either side. */
static bool measured(void)
{
    static const uint16_t releases[] = { KRING__V(5, 10), KRING__V(6, 1), KRING__V(6, 12), KRING__V(6, 18),
                                         KRING__V(7, 2) };

    for (unsigned i = 0; i < sizeof releases / sizeof releases[0]; i++)
        if (oracle_kernel_release() == releases[i])
            return true;
    return false;
}

int oracle_check_differences(const char *document, FILE *out)
{
    static char text[1 << 16];
    FILE *file = fopen(document, "r");
    int wrong = 0;

    if (!file) {
        fprintf(out, "differences: cannot read %s\n", document);
        return 1;
    }
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    for (unsigned i = 0; i < oracle_difference_count; i++) {
        const struct oracle_difference *d = &oracle_differences[i];

        if (ran[i] && d->sure && !needed[i] && measured() && strcmp(d->id, BELOW_64)) {
            fprintf(out, "differences: %s no longer differs in %s: %s | %s\n", d->id, d->program,
                    d->kernel, d->soft);
            wrong++;
        }
        if (!described(d, text)) {
            fprintf(out, "differences: %s does not describe %s (%s)\n", document, d->id, d->program);
            wrong++;
        }
    }
    return wrong;
}
