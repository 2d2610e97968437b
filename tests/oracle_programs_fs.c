/* SPDX-License-Identifier: MIT */
/* What changes or advises files as wholes: sizes, ranges, advice. */
#include "oracle_programs.h"

const struct oracle_program oracle_programs_fs[] = {
    /* One failure of each operation whose failure the kernel does not tell its link (D30). */
    { "failure-breaks-links", "file f 'abc'; pipe p; pages m 1; path n 'missing'; statxbuf x;"
      " fsync fd=pr flags=LINK; nop; statx fd=AT_FDCWD addr=n off=x flags=LINK; nop;"
      " until 1 2 3 4; fallocate fd=f flags=LINK; nop; ftruncate fd=f off=-1 flags=LINK; nop; until 5 6 7 8;"
      " sync_file_range fd=pw flags=LINK; nop; madvise addr=m+1 len=1 flags=LINK; nop; until 9 10 11 12;"
      " renameat fd=AT_FDCWD addr=n len=AT_FDCWD off=n flags=LINK; nop; unlinkat fd=AT_FDCWD addr=n flags=LINK; nop;"
      " mkdirat fd=-1 addr=n flags=LINK; nop; symlinkat addr=n fd=-1 off=n flags=LINK; nop;"
      " linkat fd=AT_FDCWD addr=n len=AT_FDCWD off=n flags=LINK; nop; until 14 16 18 20 22;"
      " setxattr addr3=n addr=n flags=LINK; nop; getxattr addr3=n addr=n flags=LINK; nop;"
      " fsetxattr fd=f addr=n flags=LINK; nop; fgetxattr fd=f addr=n flags=LINK; nop; until 24 26 28 30" },

    /* ---- fallocate ---- */
    { "fallocate-grows", "file f 'abc'; fallocate fd=f off=2 addr=10; enter 1" },
    { "fallocate-keep-size", "file f 'abc'; fallocate fd=f off=2 addr=10 len=FALLOC_FL_KEEP_SIZE; enter 1" },
    { "fallocate-punch", "file f 'x'*8192;"
      " fallocate fd=f off=10 addr=5000 len=FALLOC_FL_PUNCH_HOLE|FALLOC_FL_KEEP_SIZE; enter 1" },
    { "fallocate-punch-alone", "file f 'x'*20; fallocate fd=f addr=5 len=FALLOC_FL_PUNCH_HOLE; enter 1" },
    { "fallocate-zero", "file f 'x'*8192; fallocate fd=f off=10 addr=5000 len=FALLOC_FL_ZERO_RANGE; enter 1" },
    { "fallocate-zero-keep", "file f 'x'*20;"
      " fallocate fd=f off=10 addr=5000 len=FALLOC_FL_ZERO_RANGE|FALLOC_FL_KEEP_SIZE; enter 1" },
    { "fallocate-collapse", "file f 'x'*4096; buf b 'tail'; write fd=f addr=b len=4 off=4096; enter 1;"
      " fallocate fd=f addr=4096 len=FALLOC_FL_COLLAPSE_RANGE; enter 1" },
    { "fallocate-collapse-all", "file f 'x'*4096; fallocate fd=f addr=4096 len=FALLOC_FL_COLLAPSE_RANGE; enter 1" },
    { "fallocate-insert", "file f 'x'*4096; fallocate fd=f off=0 addr=4096 len=FALLOC_FL_INSERT_RANGE; enter 1" },
    { "fallocate-insert-unaligned", "file f 'x'*4096; fallocate fd=f off=1 addr=5 len=FALLOC_FL_INSERT_RANGE;"
      " enter 1" },
    { "fallocate-unshare", "file f 'abc'; fallocate fd=f addr=3 len=FALLOC_FL_UNSHARE_RANGE; enter 1" },
    { "fallocate-unknown-mode", "file f 'abc'; fallocate fd=f addr=3 len=0x4000; enter 1" },
    { "fallocate-two-modes", "file f 'x'*20;"
      " fallocate fd=f addr=5 len=FALLOC_FL_PUNCH_HOLE|FALLOC_FL_ZERO_RANGE|FALLOC_FL_KEEP_SIZE; enter 1" },
    { "fallocate-beyond-4-gib", "file f 'abc'; fallocate fd=f off=0x100000000 addr=4096; enter 1" },
    { "fallocate-hole-longer-than-4-gib", "file f 'abc'; ftruncate fd=f off=0x180000000; enter 1;"
      " fallocate fd=f off=1 addr=0x140000000 len=FALLOC_FL_PUNCH_HOLE|FALLOC_FL_KEEP_SIZE; enter 1" },
    { "fallocate-zero-length", "file f 'abc'; fallocate fd=f; enter 1" },
    { "fallocate-negative-offset", "file f 'abc'; fallocate fd=f off=-1 addr=4; enter 1" },
    { "fallocate-negative-length", "file f 'abc'; fallocate fd=f addr=-4; enter 1" },
    { "fallocate-too-big", "file f 'abc'; fallocate fd=f off=0x7ffffffffffffff0 addr=0x7fffffff; enter 1" },
    { "fallocate-read-only", "file f 'abc' rdonly; fallocate fd=f addr=9; enter 1" },
    { "fallocate-append", "file f 'abc' append; fallocate fd=f off=1 addr=9; enter 1" },
    { "fallocate-pipe", "pipe p; fallocate fd=pw addr=9; enter 1" },
    { "fallocate-socket", "pair s stream; fallocate fd=sa addr=9; enter 1" },
    { "fallocate-directory", "dir d; fallocate fd=d addr=9; enter 1" },
    { "fallocate-device", "device n /dev/null; fallocate fd=n addr=9; enter 1" },

    /* ---- ftruncate ---- */
    { "ftruncate-shorter", "file f 'contents'; ftruncate fd=f off=3; enter 1" },
    { "ftruncate-longer", "file f 'abc'; ftruncate fd=f off=100; enter 1" },
    { "ftruncate-zero", "file f 'abc'; ftruncate fd=f; enter 1" },
    { "ftruncate-keeps-position", "file f 'contents'; buf b 6; read fd=f addr=b len=6 off=-1; enter 1;"
      " ftruncate fd=f off=2; enter 1" },
    { "ftruncate-beyond-4-gib", "file f 'abc'; ftruncate fd=f off=0x100000007; enter 1" },
    { "ftruncate-too-long", "file f 'abc'; ftruncate fd=f off=0x7fffffffffffffff; enter 1" },
    { "ftruncate-negative", "file f 'abc'; ftruncate fd=f off=-1; enter 1" },
    { "ftruncate-read-only", "file f 'abc' rdonly; ftruncate fd=f; enter 1" },
    { "ftruncate-append", "file f 'abc' append; ftruncate fd=f off=1; enter 1" },
    { "ftruncate-path-only", "file f 'abc'; open o f O_PATH; ftruncate fd=o; enter 1" },
    { "ftruncate-pipe", "pipe p; ftruncate fd=pw; enter 1" },
    { "ftruncate-socket", "pair s stream; ftruncate fd=sa; enter 1" },
    { "ftruncate-directory", "dir d; ftruncate fd=d; enter 1" },
    { "ftruncate-device", "device n /dev/null; ftruncate fd=n; enter 1" },
    { "ftruncate-eventfd", "eventfd e; ftruncate fd=e; enter 1" },
    { "ftruncate-len-set", "file f 'abc'; ftruncate fd=f len=1; enter 1" },
    { "ftruncate-addr-set", "file f 'abc'; ftruncate fd=f addr=1; enter 1" },
    { "ftruncate-addr3-set", "file f 'abc'; ftruncate fd=f addr3=1; enter 1" },

    /* ---- sync_file_range ---- */
    { "sync-file-range-all", "file f 'abc'; sync_file_range fd=f"
      " of=SYNC_FILE_RANGE_WAIT_BEFORE|SYNC_FILE_RANGE_WRITE|SYNC_FILE_RANGE_WAIT_AFTER; enter 1" },
    { "sync-file-range-none", "file f 'abc'; sync_file_range fd=f; enter 1" },
    { "sync-file-range-part", "file f 'x'*8192; sync_file_range fd=f off=4096 len=10 of=SYNC_FILE_RANGE_WRITE;"
      " enter 1" },
    { "sync-file-range-past-end", "file f 'abc'; sync_file_range fd=f off=0x200000000 len=10"
      " of=SYNC_FILE_RANGE_WRITE; enter 1" },
    { "sync-file-range-unknown", "file f 'abc'; sync_file_range fd=f of=8; enter 1" },
    { "sync-file-range-negative", "file f 'abc'; sync_file_range fd=f off=-1; enter 1" },
    { "sync-file-range-overflow", "file f 'abc'; sync_file_range fd=f off=0x7fffffffffffffff len=9; enter 1" },
    { "sync-file-range-read-only", "file f 'abc' rdonly; sync_file_range fd=f of=SYNC_FILE_RANGE_WRITE; enter 1" },
    { "sync-file-range-pipe", "pipe p; sync_file_range fd=pw; enter 1" },
    { "sync-file-range-socket", "pair s stream; sync_file_range fd=sa; enter 1" },
    { "sync-file-range-directory", "dir d; sync_file_range fd=d of=SYNC_FILE_RANGE_WRITE; enter 1" },
    { "sync-file-range-device", "device n /dev/null; sync_file_range fd=n; enter 1" },
    { "sync-file-range-addr-set", "file f 'abc'; sync_file_range fd=f addr=1; enter 1" },

    /* ---- fadvise: NORMAL is 0 and needs no name ---- */
    { "fadvise-normal", "file f 'abc'; fadvise fd=f; enter 1" },
    { "fadvise-random", "file f 'abc'; fadvise fd=f of=POSIX_FADV_RANDOM; enter 1" },
    { "fadvise-sequential", "file f 'abc'; fadvise fd=f of=POSIX_FADV_SEQUENTIAL; enter 1" },
    { "fadvise-willneed", "file f 'x'*8192; fadvise fd=f len=4096 of=POSIX_FADV_WILLNEED; enter 1" },
    { "fadvise-dontneed", "file f 'x'*8192; fadvise fd=f off=4096 len=4096 of=POSIX_FADV_DONTNEED; enter 1" },
    { "fadvise-noreuse", "file f 'abc'; fadvise fd=f of=POSIX_FADV_NOREUSE; enter 1" },
    { "fadvise-unknown", "file f 'abc'; fadvise fd=f of=99; enter 1" },
    { "fadvise-wide", "file f 'abc'; fadvise fd=f addr=0x100000000 of=POSIX_FADV_WILLNEED; enter 1" },
    { "fadvise-wide-and-narrow", "file f 'abc'; fadvise fd=f addr=4096 len=-1 of=POSIX_FADV_DONTNEED; enter 1" },
    { "fadvise-negative-length", "file f 'abc'; fadvise fd=f addr=-1; enter 1" },
    { "fadvise-negative-offset", "file f 'abc'; fadvise fd=f off=-9 len=3 of=POSIX_FADV_WILLNEED; enter 1" },
    { "fadvise-pipe", "pipe p; fadvise fd=pr; enter 1" },
    { "fadvise-socket", "pair s stream; fadvise fd=sa of=POSIX_FADV_WILLNEED; enter 1" },
    { "fadvise-directory", "dir d; fadvise fd=d of=POSIX_FADV_DONTNEED; enter 1" },
    { "fadvise-write-only", "file f 'abc' wronly; fadvise fd=f of=POSIX_FADV_WILLNEED; enter 1" },
    { "fadvise-path-only", "file f 'abc'; open o f O_PATH; fadvise fd=o; enter 1" },
    { "fadvise-failure-breaks-link", "ordered; pipe p; fadvise fd=pr flags=LINK; nop; enter 2" },

    /* ---- madvise: NORMAL is 0 ---- */
    { "madvise-normal", "pages m 1; madvise addr=m len=4096; enter 1" },
    { "madvise-dontneed", "pages m 3; madvise addr=m+4096 len=4096 of=MADV_DONTNEED; enter 1" },
    { "madvise-random", "pages m 1; madvise addr=m len=4096 of=MADV_RANDOM; enter 1" },
    { "madvise-sequential", "pages m 1; madvise addr=m len=4096 of=MADV_SEQUENTIAL; enter 1" },
    { "madvise-willneed", "pages m 1; madvise addr=m len=4096 of=MADV_WILLNEED; enter 1" },
    { "madvise-remove-private", "pages m 1; madvise addr=m len=4096 of=MADV_REMOVE; enter 1" },
    { "madvise-rounds-up", "pages m 2; madvise addr=m len=1 of=MADV_DONTNEED; enter 1" },
    { "madvise-zero-length", "pages m 1; madvise addr=m of=MADV_DONTNEED; enter 1" },
    { "madvise-unaligned", "pages m 1; madvise addr=m+1 len=4096 of=MADV_DONTNEED; enter 1" },
    { "madvise-unknown", "pages m 1; madvise addr=m len=4096 of=999; enter 1" },
    { "madvise-not-mapped", "madvise addr=0x10000 len=4096 of=MADV_DONTNEED; enter 1" },
    { "madvise-wide", "pages m 2; madvise addr=m off=4096 of=MADV_DONTNEED; enter 1" },
    { "madvise-wide-and-narrow", "pages m 2; madvise addr=m off=4096 len=8192 of=MADV_DONTNEED; enter 1" },
    { "madvise-wraps", "pages m 1; madvise addr=m off=-4096 of=MADV_DONTNEED; enter 1" },
    { "madvise-fd-ignored", "closed x; pages m 1; madvise fd=x addr=m len=4096; enter 1" },
};
const unsigned oracle_programs_fs_count = sizeof oracle_programs_fs / sizeof oracle_programs_fs[0];
