/* SPDX-License-Identifier: MIT */
/* Extended attributes, and openat2. */
#include "oracle_programs.h"

const struct oracle_program oracle_programs_xattr[] = {
    /* ---- setxattr: addr3 path, addr name, off value ---- */
    { "setxattr-new", "file f 'x'; path p 'f'; path n 'user.a'; buf v 'value'; setxattr addr3=p addr=n off=v len=5; enter 1; tree" },
    { "setxattr-again", "file f 'x'; attribute f user.a 'old'; path p 'f'; path n 'user.a'; buf v 'new!';"
      " setxattr addr3=p addr=n off=v len=4; enter 1; tree" },
    { "setxattr-empty-value", "file f 'x'; path p 'f'; path n 'user.a'; setxattr addr3=p addr=n; enter 1; tree" },
    { "setxattr-create", "file f 'x'; path p 'f'; path n 'user.a'; buf v 'value';"
      " setxattr addr3=p addr=n off=v len=5 of=XATTR_CREATE; enter 1; tree" },
    { "setxattr-create-exists", "file f 'x'; attribute f user.a 'old'; path p 'f'; path n 'user.a'; buf v 'value';"
      " setxattr addr3=p addr=n off=v len=5 of=XATTR_CREATE; enter 1; tree" },
    { "setxattr-replace", "file f 'x'; attribute f user.a 'old'; path p 'f'; path n 'user.a'; buf v 'value';"
      " setxattr addr3=p addr=n off=v len=5 of=XATTR_REPLACE; enter 1; tree" },
    { "setxattr-replace-missing", "file f 'x'; path p 'f'; path n 'user.a'; buf v 'value';"
      " setxattr addr3=p addr=n off=v len=5 of=XATTR_REPLACE; enter 1; tree" },
    { "setxattr-unknown-flag", "file f 'x'; path p 'f'; path n 'user.a'; buf v 'value';"
      " setxattr addr3=p addr=n off=v len=5 of=4; enter 1; tree" },
    { "setxattr-follows", "file f 'x'; symlink l f; path p 'l'; path n 'user.a'; buf v 'value';"
      " setxattr addr3=p addr=n off=v len=5; enter 1; tree" },
    { "setxattr-directory", "subdir x; path p 'x'; path n 'user.a'; buf v 'value'; setxattr addr3=p addr=n off=v len=5; enter 1; tree" },
    { "setxattr-no-namespace", "file f 'x'; path p 'f'; path n 'a'; buf v 'value'; setxattr addr3=p addr=n off=v len=5; enter 1; tree" },
    { "setxattr-empty-name", "file f 'x'; path p 'f'; path n ''; buf v 'value'; setxattr addr3=p addr=n off=v len=5; enter 1" },
    { "setxattr-long-name", "file f 'x'; path p 'f'; path n 'user.a'*60; buf v 'v'; setxattr addr3=p addr=n off=v len=1; enter 1" },
    { "setxattr-too-big", "file f 'x'; path p 'f'; path n 'user.a'; buf v 'v'; setxattr addr3=p addr=n off=v len=65537; enter 1" },
    { "setxattr-no-room", "file f 'x'; path p 'f'; path n 'user.a'; buf v 'v'*65536; setxattr addr3=p addr=n off=v len=65536;"
      " enter 1; closefd f" },
    { "setxattr-bad-value", "file f 'x'; path p 'f'; path n 'user.a'; setxattr addr3=p addr=n off=8 len=5; enter 1; tree" },
    { "setxattr-bad-name", "file f 'x'; path p 'f'; buf v 'value'; setxattr addr3=p addr=8 off=v len=5; enter 1; tree" },
    { "setxattr-bad-path", "path n 'user.a'; buf v 'value'; setxattr addr3=8 addr=n off=v len=5; enter 1" },
    { "setxattr-missing", "path p 'f'; path n 'user.a'; buf v 'value'; setxattr addr3=p addr=n off=v len=5; enter 1" },
    { "setxattr-through-file", "file f 'x'; path p 'f/g'; path n 'user.a'; buf v 'value'; setxattr addr3=p addr=n off=v len=5; enter 1" },
    { "setxattr-loop", "symlink l l; path p 'l'; path n 'user.a'; buf v 'value'; setxattr addr3=p addr=n off=v len=5; enter 1" },
    { "setxattr-long-path", "path p 'n'*300; path n 'user.a'; buf v 'value'; setxattr addr3=p addr=n off=v len=5; enter 1" },
    { "setxattr-empty-path", "path p ''; path n 'user.a'; buf v 'value'; setxattr addr3=p addr=n off=v len=5; enter 1" },
    { "setxattr-fixed", "file f 'x'; files f; path p 'f'; path n 'user.a'; setxattr fd=0 addr3=p addr=n flags=FIXED; enter 1; tree" },
    { "setxattr-all-may-go", "file f 'x'; pipe p; path q 'f'; path n 'user.a'; buf v 'value'; buf c 4;"
      " read fd=pr addr=c len=3 ud=1 flags=LINK; setxattr addr3=q addr=n off=v len=5 ud=2; enter 0; smash q; smash n;"
      " smash v; put pw 'abc'; until 1 2; tree" },

    /* ---- fsetxattr ---- */
    { "fsetxattr-new", "file f 'x'; path n 'user.a'; buf v 'value'; fsetxattr fd=f addr=n off=v len=5; enter 1; tree" },
    { "fsetxattr-create-exists", "file f 'x'; attribute f user.a 'old'; path n 'user.a'; buf v 'value';"
      " fsetxattr fd=f addr=n off=v len=5 of=XATTR_CREATE; enter 1; tree" },
    { "fsetxattr-replace-missing", "file f 'x'; path n 'user.a'; buf v 'value';"
      " fsetxattr fd=f addr=n off=v len=5 of=XATTR_REPLACE; enter 1; tree" },
    { "fsetxattr-unknown-flag", "file f 'x'; path n 'user.a'; buf v 'value'; fsetxattr fd=f addr=n off=v len=5 of=4; enter 1" },
    { "fsetxattr-read-only", "file f 'x' rdonly; path n 'user.a'; buf v 'value'; fsetxattr fd=f addr=n off=v len=5; enter 1; tree" },
    { "fsetxattr-path-only", "file f 'x'; open o f O_PATH; path n 'user.a'; buf v 'value'; fsetxattr fd=o addr=n off=v len=5;"
      " enter 1; tree" },
    { "fsetxattr-pipe", "pipe p; path n 'user.a'; buf v 'value'; fsetxattr fd=pw addr=n off=v len=5; enter 1" },
    { "fsetxattr-too-big", "file f 'x'; path n 'user.a'; buf v 'v'; fsetxattr fd=f addr=n off=v len=65537; enter 1" },
    { "fsetxattr-empty-name", "file f 'x'; path n ''; buf v 'v'; fsetxattr fd=f addr=n off=v len=1; enter 1" },
    { "fsetxattr-no-namespace", "file f 'x'; path n 'a'; buf v 'v'; fsetxattr fd=f addr=n off=v len=1; enter 1" },
    { "fsetxattr-bad-value", "file f 'x'; path n 'user.a'; fsetxattr fd=f addr=n off=8 len=5; enter 1; tree" },
    { "fsetxattr-closed-bad-name", "closed x; buf v 'v'; fsetxattr fd=x addr=8 off=v len=1; enter 1" },
    { "fsetxattr-closed-bad-value", "closed x; path n 'user.a'; fsetxattr fd=x addr=n off=8 len=1; enter 1" },
    { "fgetxattr-closed-bad-name", "closed x; buf v 9; fgetxattr fd=x addr=8 off=v len=9; enter 1" },
    { "fsetxattr-all-may-go", "file f 'x'; pipe p; path n 'user.a'; buf v 'value'; buf c 4;"
      " read fd=pr addr=c len=3 ud=1 flags=LINK; fsetxattr fd=f addr=n off=v len=5 ud=2; enter 0; smash n; smash v;"
      " put pw 'abc'; until 1 2; tree" },

    /* ---- getxattr ---- */
    { "getxattr-value", "file f 'x'; attribute f user.a 'value'; path p 'f'; path n 'user.a'; buf v 9;"
      " getxattr addr3=p addr=n off=v len=9; enter 1" },
    { "getxattr-size", "file f 'x'; attribute f user.a 'value'; path p 'f'; path n 'user.a'; getxattr addr3=p addr=n; enter 1" },
    { "getxattr-small", "file f 'x'; attribute f user.a 'value'; path p 'f'; path n 'user.a'; buf v 9;"
      " getxattr addr3=p addr=n off=v len=3; enter 1" },
    { "getxattr-follows", "file f 'x'; attribute f user.a 'value'; symlink l f; path p 'l'; path n 'user.a'; buf v 9;"
      " getxattr addr3=p addr=n off=v len=9; enter 1" },
    { "getxattr-no-such", "file f 'x'; path p 'f'; path n 'user.a'; buf v 9; getxattr addr3=p addr=n off=v len=9; enter 1" },
    { "getxattr-no-namespace", "file f 'x'; path p 'f'; path n 'a'; buf v 9; getxattr addr3=p addr=n off=v len=9; enter 1" },
    { "getxattr-empty-name", "file f 'x'; path p 'f'; path n ''; buf v 9; getxattr addr3=p addr=n off=v len=9; enter 1" },
    { "getxattr-flags-set", "file f 'x'; path p 'f'; path n 'user.a'; getxattr addr3=p addr=n of=1; enter 1" },
    { "getxattr-bad-buffer", "file f 'x'; attribute f user.a 'value'; path p 'f'; path n 'user.a';"
      " getxattr addr3=p addr=n off=8 len=9; enter 1" },
    { "getxattr-bad-name", "file f 'x'; path p 'f'; buf v 9; getxattr addr3=p addr=8 off=v len=9; enter 1" },
    { "getxattr-bad-path", "path n 'user.a'; buf v 9; getxattr addr3=8 addr=n off=v len=9; enter 1" },
    { "getxattr-missing", "path p 'f'; path n 'user.a'; buf v 9; getxattr addr3=p addr=n off=v len=9; enter 1" },
    { "getxattr-through-file", "file f 'x'; path p 'f/g'; path n 'user.a'; getxattr addr3=p addr=n; enter 1" },
    { "getxattr-loop", "symlink l l; path p 'l'; path n 'user.a'; getxattr addr3=p addr=n; enter 1" },
    { "getxattr-long-path", "path p 'n'*300; path n 'user.a'; getxattr addr3=p addr=n; enter 1" },
    { "getxattr-fixed", "file f 'x'; files f; path p 'f'; path n 'user.a'; getxattr fd=0 addr3=p addr=n flags=FIXED; enter 1" },
    { "getxattr-strings-may-go", "file f 'x'; attribute f user.a 'value'; pipe p; path q 'f'; path n 'user.a'; buf v 9; buf c 4;"
      " read fd=pr addr=c len=3 ud=1 flags=LINK; getxattr addr3=q addr=n off=v len=9 ud=2; enter 0; smash q; smash n;"
      " put pw 'abc'; until 1 2" },

    /* ---- fgetxattr ---- */
    { "fgetxattr-value", "file f 'x'; attribute f user.a 'value'; path n 'user.a'; buf v 9; fgetxattr fd=f addr=n off=v len=9; enter 1" },
    { "fgetxattr-small", "file f 'x'; attribute f user.a 'value'; path n 'user.a'; buf v 9; fgetxattr fd=f addr=n off=v len=3; enter 1" },
    { "fgetxattr-no-such", "file f 'x'; path n 'user.a'; buf v 9; fgetxattr fd=f addr=n off=v len=9; enter 1" },
    { "fgetxattr-flags-set", "file f 'x'; path n 'user.a'; fgetxattr fd=f addr=n of=2; enter 1" },
    { "fgetxattr-write-only", "file f 'x' wronly; attribute f user.a 'value'; path n 'user.a'; buf v 9;"
      " fgetxattr fd=f addr=n off=v len=9; enter 1" },
    { "fgetxattr-pipe", "pipe p; path n 'user.a'; fgetxattr fd=pr addr=n; enter 1" },
    { "fgetxattr-no-namespace", "file f 'x'; path n 'a'; fgetxattr fd=f addr=n; enter 1" },
    { "fgetxattr-bad-buffer", "file f 'x'; attribute f user.a 'value'; path n 'user.a'; fgetxattr fd=f addr=n off=8 len=9; enter 1" },
    { "fgetxattr-name-may-go", "file f 'x'; attribute f user.a 'value'; pipe p; path n 'user.a'; buf v 9; buf c 4;"
      " read fd=pr addr=c len=3 ud=1 flags=LINK; fgetxattr fd=f addr=n off=v len=9 ud=2; enter 0; smash n;"
      " put pw 'abc'; until 1 2" },

    /* ---- openat2: off is the struct, len its size ---- */
    { "openat2-reads", "file f 'hello'; path n 'f'; how h O_CLOEXEC; buf b 8; openat2 fd=AT_FDCWD addr=n off=h len=24 as=o;"
      " enter 1; read fd=o addr=b len=5; enter 1" },
    { "openat2-creates", "path n 'new'; how h O_CREAT|O_RDWR|O_EXCL mode=0640; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1; tree" },
    { "openat2-exists", "file f ''; path n 'f'; how h O_CREAT|O_RDWR|O_EXCL mode=0640; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "openat2-truncates", "file f 'abc'; path n 'f'; how h O_TRUNC|O_WRONLY|O_APPEND|O_NONBLOCK;"
      " openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1; tree" },
    { "openat2-mode-without-create", "file f ''; path n 'f'; how h 0 mode=0600; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "openat2-mode-beyond", "path n 'f'; how h O_CREAT mode=0200000; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1; tree" },
    { "openat2-unknown-flag", "file f ''; path n 'f'; how h 0x80000000; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "openat2-wide-flag", "file f ''; path n 'f'; how h 0x100000000; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "openat2-unknown-resolve", "file f ''; path n 'f'; how h 0 resolve=0x100; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "openat2-path-and-more", "file f ''; path n 'f'; how h O_PATH|O_APPEND; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "openat2-path", "file f ''; path n 'f'; how h O_PATH|O_NOFOLLOW; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "openat2-tmpfile", "path n '.'; how h O_TMPFILE|O_RDWR mode=0600; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1; tree" },
    { "openat2-directory", "path n '.'; how h O_DIRECTORY; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "openat2-directory-write", "path n '.'; how h O_RDWR; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "openat2-beneath", "subdir x; file x/f 'in'; open d x O_DIRECTORY; path n 'f'; how h 0 resolve=RESOLVE_BENEATH;"
      " openat2 fd=d addr=n off=h len=24; enter 1" },
    { "openat2-beneath-escapes", "subdir x; file f 'out'; open d x O_DIRECTORY; path n '../f'; how h 0 resolve=RESOLVE_BENEATH;"
      " openat2 fd=d addr=n off=h len=24; enter 1" },
    { "openat2-beneath-absolute", "dir d; path n '/dev/null'; how h 0 resolve=RESOLVE_BENEATH; openat2 fd=d addr=n off=h len=24; enter 1" },
    { "openat2-in-root", "subdir x; file x/f 'in'; symlink x/l /f; open d x O_DIRECTORY; path n 'l'; how h 0 resolve=RESOLVE_IN_ROOT;"
      " openat2 fd=d addr=n off=h len=24; enter 1" },
    { "openat2-no-symlinks", "file f ''; symlink l f; path n 'l'; how h 0 resolve=RESOLVE_NO_SYMLINKS;"
      " openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "openat2-no-xdev", "path n '/proc/self'; how h 0 resolve=RESOLVE_NO_XDEV; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "openat2-no-magiclinks", "path n '/proc/self/cwd'; how h 0 resolve=RESOLVE_NO_MAGICLINKS;"
      " openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "openat2-two-roots", "file f ''; path n 'f'; how h 0 resolve=RESOLVE_BENEATH|RESOLVE_IN_ROOT;"
      " openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "openat2-cached", "since 5.12; file f ''; path n 'f'; how h 0 resolve=RESOLVE_CACHED; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "openat2-small-struct", "file f ''; path n 'f'; how h 0; openat2 fd=AT_FDCWD addr=n off=h len=23; enter 1" },
    { "openat2-no-size", "file f ''; path n 'f'; how h 0; openat2 fd=AT_FDCWD addr=n off=h; enter 1" },
    { "openat2-larger-struct", "file f ''; path n 'f'; how h 0; openat2 fd=AT_FDCWD addr=n off=h len=64; enter 1" },
    { "openat2-larger-struct-set", "file f ''; path n 'f'; how h 0 tail=1; openat2 fd=AT_FDCWD addr=n off=h len=64; enter 1" },
    { "openat2-bad-struct", "file f ''; path n 'f'; openat2 fd=AT_FDCWD addr=n off=8 len=24; enter 1" },
    { "openat2-bad-path", "how h 0; openat2 fd=AT_FDCWD addr=8 off=h len=24; enter 1" },
    { "openat2-empty-path", "path n ''; how h 0; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "openat2-long-name", "path n 'n'*300; how h 0; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "openat2-missing", "path n 'f'; how h 0; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "openat2-through-file", "file f ''; path n 'f/g'; how h 0; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "openat2-bad-dirfd", "closed x; path n 'f'; how h 0; openat2 fd=x addr=n off=h len=24; enter 1" },
    { "openat2-fixed", "dir d; files d; path n '.'; how h 0; openat2 fd=0 addr=n off=h len=24 flags=FIXED; enter 1" },
    { "openat2-buf-index", "path n '.'; how h 0; openat2 fd=AT_FDCWD addr=n off=h len=24 group=2; enter 1" },
    { "openat2-direct", "file f 'hello'; path n 'f'; how h 0; buf b 8; files -1 -1;"
      " openat2 fd=AT_FDCWD addr=n off=h len=24 index=2 flags=LINK; read fd=1 addr=b len=5 flags=FIXED; enter 2" },
    { "openat2-direct-cloexec", "file f ''; path n 'f'; how h O_CLOEXEC; files -1; openat2 fd=AT_FDCWD addr=n off=h len=24 index=1; enter 1" },
    { "openat2-direct-no-table", "file f ''; path n 'f'; how h 0; openat2 fd=AT_FDCWD addr=n off=h len=24 index=1; enter 1" },
    { "openat2-direct-beyond", "file f ''; path n 'f'; how h 0; files -1; openat2 fd=AT_FDCWD addr=n off=h len=24 index=5; enter 1" },
    { "openat2-alloc", "file f ''; path n 'f'; how h 0; files f -1; openat2 fd=AT_FDCWD addr=n off=h len=24 index=ALLOC; enter 1;"
      " openat2 fd=AT_FDCWD addr=n off=h len=24 index=ALLOC; enter 1" },
    { "openat2-no-descriptor-left", "file f 'x'; path n 'f'; how h 0; limit nofile;"
      " openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "openat2-failure-breaks-link", "ordered; path n 'f'; how h 0; openat2 fd=AT_FDCWD addr=n off=h len=24 flags=LINK; nop; enter 2" },
    { "openat2-all-may-go", "file f 'hello'; pipe p; path n 'f'; how h O_RDWR|O_APPEND; buf c 4;"
      " read fd=pr addr=c len=3 ud=1 flags=LINK; openat2 fd=AT_FDCWD addr=n off=h len=24 ud=2; enter 0; smash n; smash h;"
      " put pw 'abc'; until 1 2" },
};
const unsigned oracle_programs_xattr_count =
    sizeof oracle_programs_xattr / sizeof oracle_programs_xattr[0];
