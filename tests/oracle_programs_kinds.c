/* SPDX-License-Identifier: MIT */
/* The kinds of files: beyond 4 GiB, O_DIRECT, FIFOs, terminals, directories, O_APPEND, O_NONBLOCK. */
#include "oracle_programs.h"

#define FAR "0x140000000" /* 5 GiB */

const struct oracle_program oracle_programs_kinds[] = {
    /* ---- beyond 4 GiB ---- */
    { "far-write-read", "file f 'abc'; buf w 'far'; buf r 8; write fd=f addr=w len=3 off=" FAR "; enter 1;"
      " read fd=f addr=r len=8 off=" FAR "; enter 1" },
    { "far-writev-readv", "file f 'abc'; buf w 'far'; buf r 8; iov v w:0:1 w:1:2; iov u r:0:2 r:4:4;"
      " writev fd=f addr=v len=2 off=" FAR "; enter 1; readv fd=f addr=u len=2 off=" FAR "; enter 1" },
    { "far-position", "file f ''; buf w 'far'; buf r 4; write fd=f addr=w len=3 off=" FAR "; enter 1;"
      " read fd=f addr=r len=4 off=-1; enter 1; write fd=f addr=w len=3 off=-1; enter 1" },
    { "far-append", "file f '' append; ftruncate fd=f off=" FAR "; enter 1; buf w 'end'; write fd=f addr=w len=3 off=0; enter 1;"
      " write fd=f addr=w len=3 off=-1; enter 1" },
    { "far-hole", "file f ''; buf r 8; ftruncate fd=f off=0x200000000; enter 1; read fd=f addr=r len=8 off=" FAR "; enter 1" },
    { "far-past-end", "file f 'abc'; buf r 8; read fd=f addr=r len=8 off=" FAR "; enter 1" },
    { "far-statx", "file f ''; ftruncate fd=f off=" FAR "; enter 1; path n 'f'; statxbuf x;"
      " statx fd=AT_FDCWD addr=n len=STATX_SIZE off=x; enter 1" },
    { "far-splice-in", "file f ''; buf w 'far'; pipe p; write fd=f addr=w len=3 off=" FAR "; enter 1;"
      " splice index=f addr=" FAR " fd=pw off=-1 len=3; enter 1" },
    { "far-splice-out", "file f ''; pipe p 'far'; buf r 4; splice index=pr addr=-1 fd=f off=" FAR " len=3; enter 1;"
      " read fd=f addr=r len=4 off=" FAR "; enter 1" },
    { "far-fsync-range", "file f ''; ftruncate fd=f off=" FAR "; enter 1; fsync fd=f off=" FAR " len=10; enter 1" },

    /* ---- O_DIRECT ---- */
    { "direct-io-aligned", "file f 'x'*8192; open o f O_RDWR|O_DIRECT; pages m 2; read fd=o addr=m len=4096 off=4096; enter 1;"
      " write fd=o addr=m len=4096 off=0; enter 1" },
    { "direct-io-offset", "file f 'x'*8192; open o f O_RDWR|O_DIRECT; pages m 2; read fd=o addr=m len=4096 off=1; enter 1;"
      " write fd=o addr=m len=4096 off=3; enter 1" },
    { "direct-io-length", "file f 'x'*8192; open o f O_RDWR|O_DIRECT; pages m 2; read fd=o addr=m len=100 off=0; enter 1;"
      " write fd=o addr=m len=7 off=0; enter 1" },
    { "direct-io-address", "file f 'x'*8192; open o f O_RDWR|O_DIRECT; pages m 2; read fd=o addr=m+1 len=4096 off=0; enter 1;"
      " write fd=o addr=m+3 len=4096 off=0; enter 1" },
    { "direct-io-vectors", "file f 'x'*8192; open o f O_RDWR|O_DIRECT; pages m 2; iov v m:0:4096 m:4096:4096;"
      " readv fd=o addr=v len=2 off=0; enter 1; iov u m:0:100 m:4096:3996; readv fd=o addr=u len=2 off=0; enter 1" },
    { "direct-io-end", "file f 'x'*5000; open o f O_RDWR|O_DIRECT; pages m 2; read fd=o addr=m len=4096 off=4096; enter 1;"
      " read fd=o addr=m len=4096 off=8192; enter 1" },
    { "direct-io-splice", "file f 'x'*4096; open o f O_RDWR|O_DIRECT; pipe p; splice index=o addr=0 fd=pw off=-1 len=4096; enter 1" },

    /* ---- FIFOs ---- */
    { "fifo-open-both", "fifo n; path a 'n'; openat fd=AT_FDCWD addr=a of=O_RDWR as=r; enter 1; buf w 'abc'; buf r2 8;"
      " write fd=r addr=w len=3; enter 1; read fd=r addr=r2 len=8; enter 1" },
    { "fifo-open-nonblock", "fifo n; path a 'n'; openat fd=AT_FDCWD addr=a of=O_RDONLY|O_NONBLOCK as=r; enter 1;"
      " openat fd=AT_FDCWD addr=a of=O_WRONLY|O_NONBLOCK as=w; enter 1; buf b 'abc'; write fd=w addr=b len=3; enter 1" },
    { "fifo-no-reader", "fifo n; path a 'n'; openat fd=AT_FDCWD addr=a of=O_WRONLY|O_NONBLOCK; enter 1" },
    { "fifo-read-no-writer", "fifo n; open r n O_RDONLY|O_NONBLOCK; buf b 8; read fd=r addr=b len=8; enter 1" },
    { "fifo-read-waits", "fifo n; open r n O_RDONLY|O_NONBLOCK; open w n O_WRONLY; buf b 8; read fd=r addr=b len=8; enter 0;"
      " put w 'abc'; enter 1; closefd w; read fd=r addr=b len=8; enter 1" },
    { "fifo-statx", "fifo n; path a 'n'; statxbuf x; statx fd=AT_FDCWD addr=a len=STATX_BASIC_STATS off=x; enter 1" },
    { "fifo-splice-tee", "fifo n; fifo o; open r n O_RDWR; open s o O_RDWR; put r 'hello'; tee index=r fd=s len=3; enter 1;"
      " splice index=r addr=-1 fd=s off=-1 len=2; enter 1" },
    { "fifo-fsync", "fifo n; open r n O_RDWR; fsync fd=r; enter 1; close fd=r; enter 1" },

    /* ---- terminals ---- */
    { "pty-write", "pty t; buf w 'typed'; write fd=ts addr=w len=5; enter 1; get tm 5" },
    { "pty-read", "pty t; buf r 8; put tm 'typed'; read fd=ts addr=r len=8; enter 1" },
    { "pty-read-waits", "pty t; buf r 8; read fd=ts addr=r len=8; enter 0; put tm 'typed'; enter 1" },
    { "pty-read-nonblock-waits", "pty t nonblock; buf r 8; read fd=ts addr=r len=8; enter 0; put tm 'typed'; enter 1" },
    { "pty-read-nowait", "pty t; buf r 8; read fd=ts addr=r len=8 of=RWF_NOWAIT; enter 1" },
    { "pty-readv", "pty t; buf r 8; iov v r:0:2 r:4:4; put tm 'typed'; readv fd=ts addr=v len=2; enter 1" },
    { "pty-writev", "pty t; buf w 'typed'; iov v w:0:2 w:2:3; writev fd=ts addr=v len=2; enter 1; get tm 5" },
    { "pty-master-reads", "pty t; buf r 8; read fd=tm addr=r len=8; enter 0; put ts 'shown'; enter 1" },
    { "pty-hangup", "pty t; buf r 8; closefd ts; read fd=tm addr=r len=8; enter 1" },
    { "pty-hangup-while-waiting", "pty t; buf r 8; read fd=tm addr=r len=8; enter 0; closefd ts; enter 1" },
    { "pty-slave-hangup", "pty t; buf r 8; closefd tm; read fd=ts addr=r len=8; enter 1; buf w 'x'; write fd=ts addr=w len=1; enter 1" },
    { "pty-offset", "pty t; buf r 8; put tm 'typed'; read fd=ts addr=r len=8 off=5; enter 1" },
    { "pty-fsync", "pty t; fsync fd=ts; enter 1" },
    { "pty-close", "pty t; close fd=ts; enter 1; close fd=tm; enter 1" },
    { "pty-splice", "pty t; pipe p 'abc'; splice index=pr addr=-1 fd=ts off=-1 len=3; enter 1; get tm 3" },

    /* ---- directories ---- */
    { "directory-read-at-position", "dir d; buf b 8; read fd=d addr=b len=8 off=-1; enter 1" },
    { "directory-writev", "dir d; buf b 'ab'; iov v b:0:2; writev fd=d addr=v len=1; enter 1" },
    { "directory-splice", "dir d; pipe p; splice index=d addr=-1 fd=pw off=-1 len=8; enter 1" },
    { "directory-splice-out", "dir d; pipe p 'abc'; splice index=pr addr=-1 fd=d off=-1 len=3; enter 1" },
    { "directory-datasync", "dir d; fsync fd=d of=FSYNC_DATASYNC; enter 1" },
    { "directory-create", "path n '.'; openat fd=AT_FDCWD addr=n of=O_CREAT|O_RDWR len=0600; enter 1" },

    /* ---- O_APPEND, O_NONBLOCK, O_PATH ---- */
    { "append-ignores-offset", "file f 'abc' append; buf w 'XY'; write fd=f addr=w len=2 off=0 flags=LINK;"
      " write fd=f addr=w len=2 off=-1; enter 2" },
    { "append-reads-anywhere", "file f 'abcdef' append; buf r 8; read fd=f addr=r len=2 off=1; enter 1" },
    { "append-splice", "file f 'abc' append; pipe p 'XY'; splice index=pr addr=-1 fd=f off=-1 len=2; enter 1" },
    { "append-writev", "file f 'abc' append; buf w 'XYZ'; iov v w:0:1 w:1:2; writev fd=f addr=v len=2 off=1; enter 1" },
    { "nonblock-file", "file f 'abc' nonblock; buf r 8; read fd=f addr=r len=8; enter 1; buf w 'XY'; write fd=f addr=w len=2 off=1;"
      " enter 1" },
    { "path-read", "file f 'abc'; open o f O_PATH; buf r 8; read fd=o addr=r len=8; enter 1" },
    { "path-write", "file f 'abc'; open o f O_PATH; buf w 'XY'; write fd=o addr=w len=2; enter 1" },
    { "path-fsync", "file f 'abc'; open o f O_PATH; fsync fd=o; enter 1" },
    { "path-close", "file f 'abc'; open o f O_PATH; close fd=o; enter 1" },
    { "path-statx", "file f 'abc'; open o f O_PATH; path n ''; statxbuf x;"
      " statx fd=o addr=n len=STATX_SIZE off=x of=AT_EMPTY_PATH; enter 1" },
    { "path-splice", "file f 'abc'; open o f O_PATH; pipe p; splice index=o addr=0 fd=pw off=-1 len=3; enter 1" },
};
const unsigned oracle_programs_kinds_count =
    sizeof oracle_programs_kinds / sizeof oracle_programs_kinds[0];
