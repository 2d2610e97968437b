/* SPDX-License-Identifier: MIT */
/* Reads, writes, fsync, openat, close, statx, splice, tee. */
#include "oracle_programs.h"

const struct oracle_program oracle_programs_file[] = {
    /* ---- read ---- */
    { "read-at-position", "file f 'contents'; buf b 8; buf c 8; read fd=f addr=b len=3 off=-1 flags=LINK;"
      " read fd=f addr=c len=3 off=-1; enter 2" },
    { "read-offset-keeps-position", "file f 'contents'; buf b 8; read fd=f addr=b len=3 off=4; enter 1" },
    { "read-past-end", "file f 'abc'; buf b 8; read fd=f addr=b len=8 off=100; enter 1" },
    { "read-empty-file", "file f ''; buf b 8; read fd=f addr=b len=8; enter 1" },
    { "read-zero", "file f 'abc'; read fd=f addr=0 len=0; enter 1" },
    { "read-negative-offset", "file f 'abc'; buf b 8; read fd=f addr=b len=8 off=-5; enter 1" },
    { "read-write-only", "file f 'abc' wronly; buf b 8; read fd=f addr=b len=8; enter 1" },
    { "read-directory", "dir d; buf b 8; read fd=d addr=b len=8; enter 1" },
    { "read-bad-address", "file f 'abc'; read fd=f addr=8 len=3; enter 1" },
    { "read-bad-address-pipe", "pipe p 'abc'; read fd=pr addr=8 len=3; enter 1" },
    { "read-dev-null", "device n /dev/null; buf b 8; read fd=n addr=b len=8; enter 1" },
    { "read-dev-zero", "device z /dev/zero; buf b 8; read fd=z addr=b len=8; enter 1" },
    { "read-eventfd", "eventfd e 5; buf b 8; read fd=e addr=b len=8; enter 1" },
    { "read-eventfd-short-buffer", "eventfd e 5; buf b 8; read fd=e addr=b len=4; enter 1" },
    { "read-eventfd-waits", "eventfd e; buf b 8; read fd=e addr=b len=8; enter 0; put e '12345678'; enter 1" },
    { "read-pipe-waits", "pipe p; buf b 8; read fd=pr addr=b len=8; enter 0; put pw 'abc'; enter 1" },
    { "read-pipe-nonblock-waits", "pipe p nonblock; buf b 8; read fd=pr addr=b len=8; enter 0; put pw 'abc';"
      " enter 1" },
    { "read-pipe-nowait", "pipe p; buf b 8; read fd=pr addr=b len=8 of=RWF_NOWAIT; enter 1" },
    { "read-nowait-in-a-worker", "file f 'x'; pipe p; buf b 8; fsync fd=f flags=LINK;"
      " read fd=pr addr=b len=8 of=RWF_NOWAIT; until 1; enter 1 wait=20ms" },
    { "read-pipe-nowait-data", "pipe p 'abc'; buf b 8; read fd=pr addr=b len=8 of=RWF_NOWAIT; enter 1" },
    { "read-pipe-end", "pipe p; closefd pw; buf b 8; read fd=pr addr=b len=8; enter 1" },
    { "read-pipe-end-while-waiting", "pipe p; buf b 8; read fd=pr addr=b len=8; enter 0; closefd pw; enter 1" },
    { "read-pipe-data-then-end", "pipe p 'abc'; closefd pw; buf b 8; read fd=pr addr=b len=8 flags=HARD;"
      " read fd=pr addr=b len=8; enter 2" },
    { "read-pipe-two-in-order", "ordered; pipe p; buf b 4; buf c 4; read fd=pr addr=b len=4;"
      " read fd=pr addr=c len=4; enter 0; put pw 'abcd'; enter 1; put pw 'efgh'; enter 1" },
    { "read-pipe-offset-ignored", "pipe p 'abc'; buf b 8; read fd=pr addr=b len=8 off=5; enter 1" },
    { "read-write-end", "pipe p; buf b 8; read fd=pw addr=b len=8; enter 1" },
    { "read-socket", "pair s stream; put sb 'abc'; buf b 8; read fd=sa addr=b len=8; enter 1" },
    { "read-socket-waits", "pair s stream; buf b 8; read fd=sa addr=b len=8; enter 0; put sb 'abc'; enter 1" },
    { "read-listener", "sock l unix listening; buf b 8; read fd=l addr=b len=8; enter 1" },
    { "read-file-nowait", "file f 'abc'; buf b 8; read fd=f addr=b len=8 of=RWF_NOWAIT; enter 1" },
    { "read-hipri", "file f 'abc'; buf b 8; read fd=f addr=b len=8 of=RWF_HIPRI; enter 1" },
    { "read-unknown-flag", "file f 'abc'; buf b 8; read fd=f addr=b len=8 of=0x4000000; enter 1" },
    { "read-ioprio-class", "file f 'abc'; buf b 8; read fd=f addr=b len=3 ioprio=0x6000; enter 1" },
    { "read-buf-index-ignored", "file f 'abc'; buf b 8; read fd=f addr=b len=3 group=5; enter 1" },
    { "read-select", "pipe p 'hello'; buf m 32; provide_buffers fd=2 addr=m len=16 group=1; enter 1;"
      " read fd=pr len=16 flags=SELECT group=1; enter 1" },
    { "read-select-whole", "pipe p 'hello'; buf m 32; provide_buffers fd=2 addr=m len=16 group=1; enter 1;"
      " read fd=pr len=0 flags=SELECT group=1; enter 1" },
    { "read-select-waits", "pipe p; buf m 32; provide_buffers fd=2 addr=m len=16 group=1; enter 1;"
      " read fd=pr len=16 flags=SELECT group=1; enter 0; put pw 'hi'; enter 1" },
    { "read-select-none", "pipe p 'hello'; read fd=pr len=16 flags=SELECT group=3; enter 1" },
    { "read-select-none-waiting", "pipe p; read fd=pr len=16 flags=SELECT group=3; enter 1" },
    { "read-select-file", "file f 'hello'; buf m 32; provide_buffers fd=2 addr=m len=16 group=1; enter 1;"
      " read fd=f len=3 flags=SELECT group=1; enter 1" },
    { "read-select-eof-keeps-buffer", "pipe p; closefd pw; buf m 16; provide_buffers fd=1 addr=m len=16"
      " group=1; enter 1; read fd=pr len=16 flags=SELECT group=1; enter 1;"
      " remove_buffers fd=4 group=1; enter 1" },
    { "read-select-error-keeps-buffer", "pipe p; buf m 16; provide_buffers fd=1 addr=m len=16 group=1;"
      " enter 1; read fd=pr len=16 flags=SELECT group=1 of=RWF_NOWAIT; enter 1;"
      " remove_buffers fd=4 group=1; enter 1" },
    { "read-large", "file f 'x'*20000; buf b 20000; read fd=f addr=b len=20000; enter 1" },

    /* ---- readv ---- */
    { "readv-empty-last", "file f 'contents'; buf b 8; iov v b:0:3 b:3:0; readv fd=f addr=v len=2; enter 1" },
    { "readv-empty-first", "pipe p 'contents'; buf b 8; iov v b:0:0 b:0:3; readv fd=pr addr=v len=2; enter 1" },
    { "readv-none", "file f 'contents'; buf b 8; iov v b:0:3; readv fd=f addr=v len=0; enter 1" },
    { "readv-too-many", "file f 'contents'; buf b 8; iov v b:0:3; readv fd=f addr=v len=1025; enter 1" },
    { "readv-bad-iovec", "file f 'contents'; readv fd=f addr=8 len=2; enter 1" },
    { "readv-bad-base", "file f 'contents'; iov v 8:0:3; readv fd=f addr=v len=1; enter 1" },
    { "readv-partly-bad", "pipe p 'contents'; buf b 8; iov v b:0:3 8:0:3; readv fd=pr addr=v len=2; enter 1" },
    { "readv-huge-length", "file f 'contents'; buf b 8; iov v b:0:0x8000000000000000;"
      " readv fd=f addr=v len=1; enter 1" },
    { "readv-at-position", "file f 'contents'; buf b 8; iov v b:0:3 b:4:2; readv fd=f addr=v len=2 off=-1;"
      " enter 1" },
    { "readv-waits", "pipe p; buf b 8; iov v b:0:3 b:4:2; readv fd=pr addr=v len=2; enter 0; put pw 'abcd';"
      " enter 1" },
    { "readv-short-breaks-link", "ordered; pipe p 'abc'; buf b 8; iov v b:0:3 b:4:2;"
      " readv fd=pr addr=v len=2 flags=LINK; nop; enter 2" },
    { "readv-select", "pipe p 'hello'; buf m 32; buf u 4; iov v u:0:16;"
      " provide_buffers fd=2 addr=m len=16 group=1; enter 1; readv fd=pr addr=v len=1 flags=SELECT group=1;"
      " enter 1" },
    { "readv-select-two", "pipe p 'hello'; buf m 32; buf u 4; iov v u:0:4 u:0:4;"
      " provide_buffers fd=2 addr=m len=16 group=1; enter 1; readv fd=pr addr=v len=2 flags=SELECT group=1;"
      " enter 1" },
    { "readv-select-none", "pipe p 'hello'; buf u 4; iov v u:0:4; readv fd=pr addr=v len=1 flags=SELECT group=3;"
      " enter 1" },
    { "readv-unknown-flag", "file f 'abc'; buf b 8; iov v b:0:3; readv fd=f addr=v len=1 of=0x4000000; enter 1" },
    { "readv-nowait", "pipe p; buf b 8; iov v b:0:3; readv fd=pr addr=v len=1 of=RWF_NOWAIT; enter 1" },
    { "readv-write-only", "file f 'abc' wronly; buf b 8; iov v b:0:3; readv fd=f addr=v len=1; enter 1" },
    { "readv-directory", "dir d; buf b 8; iov v b:0:3; readv fd=d addr=v len=1; enter 1" },
    { "readv-hipri", "file f 'abc'; buf b 8; iov v b:0:3; readv fd=f addr=v len=1 of=RWF_HIPRI; enter 1" },

    /* ---- write ---- */
    { "write-append-file", "file f 'abc' append; buf b 'XY'; write fd=f addr=b len=2 off=0; enter 1" },
    { "write-append-flag", "file f 'abc'; buf b 'XY'; write fd=f addr=b len=2 off=0 of=RWF_APPEND; enter 1" },
    { "write-at-position", "file f 'abcdef'; buf b 'XY'; write fd=f addr=b len=2 off=-1 flags=LINK;"
      " write fd=f addr=b len=2 off=-1; enter 2" },
    { "write-beyond-end", "file f 'abc'; buf b 'XY'; write fd=f addr=b len=2 off=10; enter 1" },
    { "write-zero", "file f 'abc'; write fd=f addr=0 len=0; enter 1" },
    { "write-read-only", "file f 'abc' rdonly; buf b 'XY'; write fd=f addr=b len=2; enter 1" },
    { "write-bad-address", "pipe p; write fd=pw addr=8 len=3; enter 1" },
    { "write-bad-address-file", "file f 'abc'; write fd=f addr=8 len=3; enter 1" },
    { "write-negative-offset", "file f 'abc'; buf b 'XY'; write fd=f addr=b len=2 off=-7; enter 1" },
    { "write-dev-null", "device n /dev/null; buf b 'XY'; write fd=n addr=b len=2; enter 1" },
    { "write-dev-full", "device n /dev/full; buf b 'XY'; write fd=n addr=b len=2; enter 1" },
    { "write-closed-pipe", "pipe p; closefd pr; buf b 'XY'; write fd=pw addr=b len=2; enter 1" },
    { "write-full-pipe-closes", "pipe p full; buf b 'XY'; write fd=pw addr=b len=2; enter 0; closefd pr;"
      " enter 1" },
    { "write-full-pipe-waits", "pipe p full; buf b 'XY'; write fd=pw addr=b len=2; enter 0; get pr 4096;"
      " enter 1" },
    { "write-full-pipe-nowait", "pipe p full; buf b 'XY'; write fd=pw addr=b len=2 of=RWF_NOWAIT; enter 1" },
    { "write-full-pipe-nonblock", "pipe p full nonblock; buf b 'XY'; write fd=pw addr=b len=2; enter 0;"
      " get pr 4096; enter 1" },
    { "write-read-end", "pipe p; buf b 'XY'; write fd=pr addr=b len=2; enter 1" },
    { "write-closed-socket", "pair s stream; closefd sb; buf b 'XY'; write fd=sa addr=b len=2; enter 1" },
    { "write-eventfd", "eventfd e; buf b '12345678'; write fd=e addr=b len=8; enter 1" },
    { "write-eventfd-short", "eventfd e; buf b '1234'; write fd=e addr=b len=4; enter 1" },
    { "write-directory", "dir d; buf b 'XY'; write fd=d addr=b len=2; enter 1" },
    { "write-hipri", "file f 'abc'; buf b 'XY'; write fd=f addr=b len=2 of=RWF_HIPRI; enter 1" },
    { "write-dsync", "file f 'abc'; buf b 'XY'; write fd=f addr=b len=2 of=RWF_DSYNC; enter 1" },
    { "write-sync", "file f 'abc'; buf b 'XY'; write fd=f addr=b len=2 of=RWF_SYNC; enter 1" },
    { "write-unknown-flag", "file f 'abc'; buf b 'XY'; write fd=f addr=b len=2 of=0x4000000; enter 1" },
    { "write-select-refused", "file f 'abc'; buf b 'XY'; write fd=f addr=b len=2 flags=SELECT; enter 1" },
    { "write-large", "file f ''; buf b 'y'*20000; write fd=f addr=b len=20000; enter 1" },

    /* ---- writev ---- */
    { "writev-empty-last", "pipe p; buf b 'abcdef'; iov v b:0:2 b:2:0; writev fd=pw addr=v len=2; enter 1" },
    { "writev-none", "file f ''; buf b 'abcdef'; iov v b:0:2; writev fd=f addr=v len=0; enter 1" },
    { "writev-too-many", "file f ''; buf b 'abcdef'; iov v b:0:2; writev fd=f addr=v len=1025; enter 1" },
    { "writev-bad-iovec", "file f ''; writev fd=f addr=8 len=1; enter 1" },
    { "writev-closed-pipe", "pipe p; closefd pr; buf b 'XY'; iov v b:0:2; writev fd=pw addr=v len=1; enter 1" },
    { "writev-read-only", "file f 'abc' rdonly; buf b 'XY'; iov v b:0:2; writev fd=f addr=v len=1; enter 1" },
    { "writev-full-pipe-nowait", "pipe p full; buf b 'XY'; iov v b:0:2;"
      " writev fd=pw addr=v len=1 of=RWF_NOWAIT; enter 1" },
    { "writev-full-pipe-waits", "pipe p full; buf b 'XY'; iov v b:0:1 b:1:1; writev fd=pw addr=v len=2; enter 0;"
      " get pr 4096; enter 1" },
    { "writev-append", "file f 'abc'; buf b 'XY'; iov v b:0:2; writev fd=f addr=v len=1 of=RWF_APPEND;"
      " enter 1" },
    { "writev-dev-full", "device n /dev/full; buf b 'XY'; iov v b:0:2; writev fd=n addr=v len=1; enter 1" },
    { "writev-hipri", "file f ''; buf b 'XY'; iov v b:0:2; writev fd=f addr=v len=1 of=RWF_HIPRI; enter 1" },
    { "writev-at-position", "file f 'abcdef'; buf b 'XY'; iov v b:0:1 b:1:1;"
      " writev fd=f addr=v len=2 off=-1; enter 1" },

    /* ---- fsync ---- */
    { "fsync-data", "file f 'x'; fsync fd=f of=FSYNC_DATASYNC; enter 1" },
    { "fsync-range", "file f 'xyz'; fsync fd=f off=1 len=1; enter 1" },
    { "fsync-unknown-flag", "file f 'x'; fsync fd=f of=2; enter 1" },
    { "fsync-pipe", "pipe p; fsync fd=pr; enter 1" },
    { "fsync-socket", "pair s stream; fsync fd=sa; enter 1" },
    { "fsync-directory", "dir d; fsync fd=d; enter 1" },
    { "fsync-device", "device n /dev/null; fsync fd=n; enter 1" },
    { "fsync-addr-set", "file f 'x'; fsync fd=f addr=1; enter 1" },
    { "fsync-negative-offset", "file f 'x'; fsync fd=f off=-1; enter 1" },

    /* ---- openat ---- */
    { "openat-missing", "path n 'missing'; openat fd=AT_FDCWD addr=n; enter 1" },
    { "openat-exclusive", "file f 'x'; path n 'f'; openat fd=AT_FDCWD addr=n of=O_CREAT|O_EXCL|O_RDWR; enter 1" },
    { "openat-truncate", "file f 'abc'; path n 'f'; openat fd=AT_FDCWD addr=n of=O_TRUNC|O_RDWR|O_CLOEXEC;"
      " enter 1" },
    { "openat-append", "file f 'abc'; path n 'f'; openat fd=AT_FDCWD addr=n of=O_APPEND|O_WRONLY as=o; enter 1;"
      " buf b 'XY'; write fd=o addr=b len=2; enter 1" },
    { "openat-directory", "path n '.'; openat fd=AT_FDCWD addr=n of=O_DIRECTORY; enter 1" },
    { "openat-directory-write", "path n '.'; openat fd=AT_FDCWD addr=n of=O_RDWR; enter 1" },
    { "openat-not-a-directory", "file f 'x'; path n 'f'; openat fd=AT_FDCWD addr=n of=O_DIRECTORY; enter 1" },
    { "openat-through-file", "file f 'x'; path n 'f/g'; openat fd=AT_FDCWD addr=n; enter 1" },
    { "openat-dirfd", "dir d; file f 'x'; path n 'f'; openat fd=d addr=n; enter 1" },
    { "openat-bad-dirfd", "closed x; path n 'f'; openat fd=x addr=n; enter 1" },
    { "openat-file-dirfd", "file f 'x'; path n 'g'; openat fd=f addr=n; enter 1" },
    { "openat-absolute-ignores-dirfd", "closed x; path n '/dev/null'; openat fd=x addr=n; enter 1" },
    { "openat-empty-path", "path n ''; openat fd=AT_FDCWD addr=n; enter 1" },
    { "openat-bad-address", "openat fd=AT_FDCWD addr=8; enter 1" },
    { "openat-long-name", "path n 'n'*300; openat fd=AT_FDCWD addr=n; enter 1" },
    { "openat-long-path", "path n 'n/'*3000; openat fd=AT_FDCWD addr=n; enter 1" },
    { "openat-nonblock", "file f 'x'; path n 'f'; openat fd=AT_FDCWD addr=n of=O_NONBLOCK|O_RDWR; enter 1" },
    { "openat-nofollow", "file f 'x'; path n 'f'; openat fd=AT_FDCWD addr=n of=O_NOFOLLOW|O_CLOEXEC; enter 1" },
    { "openat-tmpfile", "path n '.'; openat fd=AT_FDCWD addr=n of=O_TMPFILE|O_RDWR len=0600; enter 1" },
    { "openat-path-only", "file f 'x'; path n 'f'; openat fd=AT_FDCWD addr=n of=O_PATH; enter 1" },
    { "openat-fixed-dirfd", "dir d; files d; path n '.'; openat fd=0 addr=n flags=FIXED; enter 1" },
    { "openat-buf-index", "path n '.'; openat fd=AT_FDCWD addr=n group=2; enter 1" },
    { "openat-direct", "file f 'hello'; path n 'f'; buf b 8; files -1 -1;"
      " openat fd=AT_FDCWD addr=n index=2 flags=LINK; read fd=1 addr=b len=5 flags=FIXED; enter 2" },
    { "openat-direct-replaces", "file f 'hello'; pipe p; path n 'f'; files pr; openat fd=AT_FDCWD addr=n index=1;"
      " enter 1" },
    { "openat-direct-beyond", "file f 'hello'; path n 'f'; files -1; openat fd=AT_FDCWD addr=n index=5; enter 1" },
    { "openat-direct-no-table", "file f 'hello'; path n 'f'; openat fd=AT_FDCWD addr=n index=1; enter 1" },
    { "openat-direct-cloexec", "file f 'hello'; path n 'f'; files -1;"
      " openat fd=AT_FDCWD addr=n index=1 of=O_CLOEXEC; enter 1" },
    { "openat-direct-missing", "path n 'missing'; files -1; openat fd=AT_FDCWD addr=n index=1; enter 1" },
    { "openat-alloc", "file f 'hello'; path n 'f'; files -1 -1; openat fd=AT_FDCWD addr=n index=ALLOC flags=LINK;"
      " openat fd=AT_FDCWD addr=n index=ALLOC flags=LINK; openat fd=AT_FDCWD addr=n index=ALLOC; enter 3" },
    { "openat-alloc-skips-taken", "file f 'hello'; path n 'f'; files f -1 f -1;"
      " openat fd=AT_FDCWD addr=n index=ALLOC; enter 1" },
    { "openat-alloc-no-table", "file f 'hello'; path n 'f'; openat fd=AT_FDCWD addr=n index=ALLOC; enter 1" },

    /* ---- close ---- */
    { "close-twice", "ordered; file f 'x'; close fd=f flags=HARD; close fd=f; enter 2" },
    { "close-bad", "closed x; close fd=x; enter 1" },
    { "close-negative", "close fd=-1; enter 1" },
    { "close-pipe-gives-end", "ordered; pipe p; buf b 4; close fd=pw flags=LINK; read fd=pr addr=b len=4;"
      " enter 2" },
    { "close-addr-set", "file f 'x'; close fd=f addr=1; enter 1" },
    { "close-off-set", "file f 'x'; close fd=f off=1; enter 1" },
    { "close-len-set", "file f 'x'; close fd=f len=1; enter 1" },
    { "close-flags-set", "file f 'x'; close fd=f of=1; enter 1" },
    { "close-buf-index", "file f 'x'; close fd=f group=1; enter 1" },
    { "close-fixed-flag", "file f 'x'; files f; close fd=0 flags=FIXED; enter 1" },
    { "close-direct", "ordered; pipe p 'abc'; buf b 4; files pr; close index=1 flags=LINK;"
      " read fd=0 addr=b len=3 flags=FIXED; enter 2" },
    { "close-direct-twice", "ordered; pipe p; files pr; close index=1 flags=HARD; close index=1; enter 2" },
    { "close-direct-hole", "files -1; close index=1; enter 1" },
    { "close-direct-beyond", "files -1; close index=9; enter 1" },
    { "close-direct-no-table", "close index=1; enter 1" },
    { "close-direct-and-fd", "file f 'x'; files f; close fd=f index=1; enter 1" },
    { "close-direct-keeps-fd", "pipe p; files pw; close index=1; enter 1; put pw 'abc'" },
    { "close-direct-ends-pipe", "pipe p; buf b 4; files pw; closefd pw; close index=1 flags=LINK;"
      " read fd=pr addr=b len=4; enter 2" },

    /* ---- statx ---- */
    { "statx-missing", "path n 'missing'; statxbuf x; statx fd=AT_FDCWD addr=n len=STATX_SIZE off=x; enter 1" },
    { "statx-empty-path", "file f 'hello'; path n ''; statxbuf x;"
      " statx fd=f addr=n len=STATX_BASIC_STATS off=x of=AT_EMPTY_PATH; enter 1" },
    { "statx-empty-path-refused", "file f 'hello'; path n ''; statxbuf x;"
      " statx fd=f addr=n len=STATX_BASIC_STATS off=x; enter 1" },
    { "statx-directory", "path n '.'; statxbuf x; statx fd=AT_FDCWD addr=n len=STATX_MODE off=x; enter 1" },
    { "statx-bad-dirfd", "closed x; path n 'f'; statxbuf s; statx fd=x addr=n len=STATX_SIZE off=s; enter 1" },
    { "statx-file-dirfd", "file f 'x'; path n 'f'; statxbuf s; statx fd=f addr=n len=STATX_SIZE off=s; enter 1" },
    { "statx-unknown-flag", "path n '.'; statxbuf x;"
      " statx fd=AT_FDCWD addr=n len=STATX_SIZE off=x of=0x40000000; enter 1" },
    { "statx-reserved-mask", "path n '.'; statxbuf x;"
      " statx fd=AT_FDCWD addr=n len=STATX_RESERVED off=x; enter 1" },
    { "statx-both-sync", "path n '.'; statxbuf x; statx fd=AT_FDCWD addr=n len=STATX_SIZE off=x"
      " of=AT_STATX_FORCE_SYNC|AT_STATX_DONT_SYNC; enter 1" },
    { "statx-dont-sync", "file f 'hello'; path n 'f'; statxbuf x;"
      " statx fd=AT_FDCWD addr=n len=STATX_BASIC_STATS off=x of=AT_STATX_DONT_SYNC; enter 1" },
    { "statx-force-sync", "file f 'hello'; path n 'f'; statxbuf x;"
      " statx fd=AT_FDCWD addr=n len=STATX_BASIC_STATS off=x of=AT_STATX_FORCE_SYNC|AT_NO_AUTOMOUNT; enter 1" },
    { "statx-nofollow", "file f 'hello'; path n 'f'; statxbuf x; statx fd=AT_FDCWD addr=n"
      " len=STATX_BASIC_STATS off=x of=AT_SYMLINK_NOFOLLOW; enter 1" },
    { "statx-bad-path-address", "statxbuf x; statx fd=AT_FDCWD addr=8 len=STATX_SIZE off=x; enter 1" },
    { "statx-bad-buffer", "path n '.'; statx fd=AT_FDCWD addr=n len=STATX_SIZE off=8; enter 1" },
    { "statx-fixed", "dir d; files d; path n '.'; statxbuf x;"
      " statx fd=0 addr=n len=STATX_SIZE off=x flags=FIXED; enter 1" },
    { "statx-through-file", "file f 'x'; path n 'f/g'; statxbuf x;"
      " statx fd=AT_FDCWD addr=n len=STATX_SIZE off=x; enter 1" },
    { "statx-long-name", "path n 'n'*300; statxbuf x; statx fd=AT_FDCWD addr=n len=STATX_SIZE off=x; enter 1" },
    { "statx-buf-index", "path n '.'; statxbuf x; statx fd=AT_FDCWD addr=n len=STATX_SIZE off=x group=1;"
      " enter 1" },

    /* ---- splice and tee ---- */
    { "splice-to-file", "pipe p 'hello'; file f ''; splice index=pr fd=f off=0 addr=-1 len=5; enter 1" },
    { "splice-to-file-offset", "pipe p 'hello'; file f 'abcdefgh'; splice index=pr fd=f off=2 addr=-1 len=3;"
      " enter 1" },
    { "splice-from-file", "file f 'contents'; pipe p; splice index=f fd=pw off=-1 addr=3 len=4; enter 1" },
    { "splice-from-file-position", "file f 'contents'; pipe p; splice index=f fd=pw off=-1 addr=-1 len=4;"
      " enter 1" },
    { "splice-short", "pipe p 'abc'; pipe q; splice index=pr fd=qw off=-1 addr=-1 len=9; enter 1" },
    { "splice-short-breaks-link", "ordered; pipe p 'abc'; pipe q;"
      " splice index=pr fd=qw off=-1 addr=-1 len=9 flags=LINK; nop; enter 2" },
    { "splice-zero", "pipe p 'abc'; pipe q; splice index=pr fd=qw off=-1 addr=-1 len=0; enter 1" },
    { "splice-no-pipe", "file f 'abc'; file g ''; splice index=f fd=g off=0 addr=0 len=3; enter 1" },
    { "splice-pipe-offset", "pipe p 'abc'; pipe q; splice index=pr fd=qw off=0 addr=-1 len=3; enter 1" },
    { "splice-bad-in", "closed x; pipe q; splice index=x fd=qw off=-1 addr=-1 len=3; enter 1" },
    { "splice-bad-out", "closed x; pipe p 'abc'; splice index=pr fd=x off=-1 addr=-1 len=3; enter 1" },
    { "splice-same-pipe", "pipe p 'abc'; splice index=pr fd=pw off=-1 addr=-1 len=3; enter 1" },
    { "splice-unknown-flag", "pipe p 'abc'; pipe q; splice index=pr fd=qw off=-1 addr=-1 len=3 of=0x100; enter 1" },
    { "splice-move", "pipe p 'abc'; pipe q; splice index=pr fd=qw off=-1 addr=-1 len=3 of=SPLICE_F_MOVE|"
      "SPLICE_F_MORE; enter 1" },
    { "splice-empty-nonblock", "pipe p; pipe q; splice index=pr fd=qw off=-1 addr=-1 len=3"
      " of=SPLICE_F_NONBLOCK; enter 1" },
    { "splice-full-nonblock", "pipe p 'abc'; pipe q full; splice index=pr fd=qw off=-1 addr=-1 len=3"
      " of=SPLICE_F_NONBLOCK; enter 1" },
    { "splice-fixed-in", "pipe p 'abc'; pipe q; files pr qw;"
      " splice index=0 fd=qw off=-1 addr=-1 len=3 of=SPLICE_FIXED; enter 1" },
    { "splice-fixed-both", "pipe p 'abc'; pipe q; files pr qw;"
      " splice index=0 fd=1 off=-1 addr=-1 len=3 of=SPLICE_FIXED flags=FIXED; enter 1" },
    { "splice-fixed-in-bad", "pipe q; files qw; splice index=7 fd=qw off=-1 addr=-1 len=3 of=SPLICE_FIXED;"
      " enter 1" },
    { "splice-waits", "pipe p; pipe q; splice index=pr fd=qw off=-1 addr=-1 len=3; enter 0; put pw 'abc';"
      " enter 1" },
    { "splice-end", "pipe p; pipe q; closefd pw; splice index=pr fd=qw off=-1 addr=-1 len=3; enter 1" },
    { "splice-closed-reader", "pipe p 'abc'; pipe q; closefd qr; splice index=pr fd=qw off=-1 addr=-1 len=3;"
      " enter 1" },
    { "splice-write-end-in", "pipe p; pipe q; splice index=pw fd=qw off=-1 addr=-1 len=3; enter 1" },
    { "splice-to-socket", "pipe p 'abc'; pair s stream; splice index=pr fd=sa off=-1 addr=-1 len=3; enter 1" },
    { "splice-buf-index", "pipe p 'abc'; pipe q; splice index=pr fd=qw off=-1 addr=-1 len=3 group=1; enter 1" },
    { "tee-keeps-source", "pipe p 'hello'; pipe q; tee index=pr fd=qw len=3; enter 1" },
    { "tee-short", "pipe p 'abc'; pipe q; tee index=pr fd=qw len=9; enter 1" },
    { "tee-short-breaks-link", "ordered; pipe p 'abc'; pipe q; tee index=pr fd=qw len=9 flags=LINK; nop; enter 2" },
    { "tee-zero", "pipe p 'abc'; pipe q; tee index=pr fd=qw len=0; enter 1" },
    { "tee-same-pipe", "pipe p 'abc'; tee index=pr fd=pw len=3; enter 1" },
    { "tee-file", "file f 'abc'; pipe q; tee index=f fd=qw len=3; enter 1" },
    { "tee-offset", "pipe p 'abc'; pipe q; tee index=pr fd=qw len=3 off=1; enter 1" },
    { "tee-in-offset", "pipe p 'abc'; pipe q; tee index=pr fd=qw len=3 addr=1; enter 1" },
    { "tee-bad-in", "closed x; pipe q; tee index=x fd=qw len=3; enter 1" },
    { "tee-empty-nonblock", "pipe p; pipe q; tee index=pr fd=qw len=3 of=SPLICE_F_NONBLOCK; enter 1" },
    { "tee-full-nonblock", "pipe p 'abc'; pipe q full; tee index=pr fd=qw len=3 of=SPLICE_F_NONBLOCK; enter 1" },
    { "tee-unknown-flag", "pipe p 'abc'; pipe q; tee index=pr fd=qw len=3 of=0x100; enter 1" },
    { "tee-closed-reader", "pipe p 'abc'; pipe q; closefd qr; tee index=pr fd=qw len=3; enter 1" },
    { "tee-fixed-in", "pipe p 'abc'; pipe q; files pr; tee index=0 fd=qw len=3 of=SPLICE_FIXED; enter 1" },
    { "tee-end", "pipe p; pipe q; closefd pw; tee index=pr fd=qw len=3; enter 1" },
    { "tee-waits", "pipe p; pipe q; tee index=pr fd=qw len=3; enter 0; put pw 'abc'; enter 1" },

    /* ---- read multishot ---- */
    { "read-multishot", "ordered; pipe p 'one'; buf m 64; provide_buffers fd=4 addr=m len=16 group=1; enter 1;"
      " read_multishot fd=pr group=1 flags=SELECT; enter 1; put pw 'two'; enter 1; put pw 'three'; enter 1;"
      " closefd pw; enter 1" },
    { "read-multishot-runs-out", "ordered; pipe p; buf m 32; provide_buffers fd=2 addr=m len=4 group=1; enter 1;"
      " read_multishot fd=pr group=1 flags=SELECT; enter 0; put pw 'abcdefghijkl'; enter 3" },
    { "read-multishot-length", "ordered; pipe p 'abcdef'; buf m 64; provide_buffers fd=4 addr=m len=16 group=1;"
      " enter 1; read_multishot fd=pr len=2 group=1 flags=SELECT; enter 1" },
    { "read-multishot-no-select", "pipe p 'one'; read_multishot fd=pr; enter 1" },
    { "read-multishot-empty-group", "pipe p 'one'; read_multishot fd=pr group=4 flags=SELECT; enter 1" },
    { "read-multishot-file", "file f 'one'; buf m 16; provide_buffers fd=1 addr=m len=16 group=1; enter 1;"
      " read_multishot fd=f group=1 flags=SELECT; enter 1" },
    { "read-multishot-addr", "pipe p 'one'; read_multishot fd=pr addr=1 group=1 flags=SELECT; enter 1" },
    { "read-multishot-cancel", "pipe p; buf m 16; provide_buffers fd=1 addr=m len=16 group=1; enter 1;"
      " read_multishot fd=pr group=1 flags=SELECT ud=5; enter 0; async_cancel addr=5 ud=6; enter 2;"
      " remove_buffers fd=3 group=1; enter 1" },
    { "read-multishot-fixed", "pipe p 'one'; files pr; buf m 64; provide_buffers fd=4 addr=m len=16 group=1;"
      " enter 1; read_multishot fd=0 group=1 flags=SELECT|FIXED ud=5; enter 1; async_cancel addr=5 ud=6; enter 2" },
    { "read-multishot-ring-group", "ordered; pipe p 'one'; ring-group 2 2 8; read_multishot fd=pr group=2"
      " flags=SELECT; enter 1; put pw 'two'; enter 1; put pw 'three'; enter 1" },
    { "read-multishot-closed", "closed x; read_multishot fd=x group=1 flags=SELECT; enter 1" },
    { "read-multishot-async", "pipe p 'one'; buf m 64; provide_buffers fd=4 addr=m len=16 group=1; enter 1;"
      " read_multishot fd=pr group=1 flags=SELECT|ASYNC ud=5; enter 1; async_cancel addr=5 ud=6; enter 2" },
    { "read-multishot-link", "ordered; pipe p 'one'; closefd pw; buf m 64; provide_buffers fd=4 addr=m len=16"
      " group=1; enter 1; read_multishot fd=pr group=1 flags=SELECT|LINK; nop; enter 3" },
    { "read-multishot-hard", "ordered; pipe p 'one'; closefd pw; buf m 64; provide_buffers fd=4 addr=m len=16"
      " group=1; enter 1; read_multishot fd=pr group=1 flags=SELECT|HARD; nop; enter 3" },
    { "read-multishot-drain", "ordered; pipe p 'one'; closefd pw; buf m 64; provide_buffers fd=4 addr=m len=16"
      " group=1; enter 1; nop; read_multishot fd=pr group=1 flags=SELECT|DRAIN; enter 3" },
    { "read-multishot-skip", "ordered; pipe p 'one'; closefd pw; buf m 64; provide_buffers fd=4 addr=m len=16"
      " group=1; enter 1; read_multishot fd=pr group=1 flags=SELECT|SKIP; nop; enter 2" },
    { "read-multishot-nowait", "pipe p; buf m 64; provide_buffers fd=4 addr=m len=16 group=1; enter 1;"
      " read_multishot fd=pr group=1 flags=SELECT of=RWF_NOWAIT; enter 1 wait=5ms" },
    { "read-multishot-write-end", "pipe p; buf m 64; provide_buffers fd=4 addr=m len=16 group=1; enter 1;"
      " read_multishot fd=pw group=1 flags=SELECT; enter 1" },
};
const unsigned oracle_programs_file_count =
    sizeof oracle_programs_file / sizeof oracle_programs_file[0];
