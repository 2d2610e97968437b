/* SPDX-License-Identifier: MIT */
/* What changes the names of files: rename, unlink, mkdir, symlink, link. */
#include "oracle_programs.h"

const struct oracle_program oracle_programs_names[] = {
    /* ---- renameat; len is the new directory: -100 is AT_FDCWD ---- */
    { "rename-replaces", "file f 'one'; file g 'two'; path a 'f'; path b 'g';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "rename-noreplace", "file f 'one'; path a 'f'; path b 'g';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b of=RENAME_NOREPLACE; enter 1; tree" },
    { "rename-noreplace-exists", "file f 'one'; file g 'two'; path a 'f'; path b 'g';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b of=RENAME_NOREPLACE; enter 1; tree" },
    { "rename-exchange", "file f 'one'; file g 'two'; path a 'f'; path b 'g';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b of=RENAME_EXCHANGE; enter 1; tree" },
    { "rename-exchange-missing", "file f 'one'; path a 'f'; path b 'g';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b of=RENAME_EXCHANGE; enter 1; tree" },
    { "rename-two-flags", "file f 'one'; path a 'f'; path b 'g';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b of=RENAME_EXCHANGE|RENAME_NOREPLACE; enter 1; tree" },
    { "rename-unknown-flag", "file f 'one'; path a 'f'; path b 'g';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b of=0x80; enter 1; tree" },
    { "rename-dirfds", "subdir x; subdir y; file x/f 'one'; open dx x O_DIRECTORY; open dy y O_DIRECTORY;"
      " path a 'f'; path b 'g'; renameat fd=dx addr=a len=dy off=b; enter 1; tree" },
    { "rename-directory", "subdir x; file x/f 'one'; path a 'x'; path b 'y';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "rename-onto-full-directory", "subdir x; subdir y; file y/f 'one'; path a 'x'; path b 'y';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "rename-file-onto-directory", "file f 'one'; subdir y; path a 'f'; path b 'y';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "rename-directory-onto-file", "subdir x; file f 'one'; path a 'x'; path b 'f';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "rename-into-itself", "subdir x; path a 'x'; path b 'x/y';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "rename-to-itself", "file f 'one'; path a 'f'; renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=a; enter 1; tree" },
    { "rename-missing", "path a 'f'; path b 'g'; renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "rename-dot", "path a '.'; path b 'g'; renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "rename-through-file", "file f 'one'; file g ''; path a 'f'; path b 'g/h';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "rename-other-file-system", "file f 'one'; path a 'f'; path b '/proc/kring';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "rename-loop", "file f 'one'; symlink l l; path a 'f'; path b 'l/g';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "rename-symlink-itself", "file f 'one'; symlink l f; path a 'l'; path b 'm';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "rename-closed-new-dirfd", "closed x; file f 'one'; path a 'f'; path b 'g';"
      " renameat fd=AT_FDCWD addr=a len=x off=b; enter 1; tree" },
    { "rename-closed-old-dirfd", "closed x; file f 'one'; path a 'f'; path b 'g';"
      " renameat fd=x addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "rename-file-as-dirfd", "file f 'one'; path a 'f'; path b 'g';"
      " renameat fd=AT_FDCWD addr=a len=f off=b; enter 1; tree" },
    { "rename-empty-old", "file f 'one'; path a ''; path b 'g';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "rename-empty-new", "file f 'one'; path a 'f'; path b '';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "rename-bad-old", "path b 'g'; renameat fd=AT_FDCWD addr=8 len=AT_FDCWD off=b; enter 1" },
    { "rename-bad-new", "file f 'one'; path a 'f'; renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=8; enter 1; tree" },
    { "rename-long", "file f 'one'; path a 'f'; path b 'n'*300;"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "rename-fixed", "dir d; files d; file f 'one'; path a 'f'; path b 'g';"
      " renameat fd=0 addr=a len=AT_FDCWD off=b flags=FIXED; enter 1; tree" },
    { "rename-buf-index", "file f 'one'; path a 'f'; path b 'g';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b group=1; enter 1; tree" },
    { "rename-index", "file f 'one'; path a 'f'; path b 'g';"
      " renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b index=1; enter 1; tree" },
    { "rename-names-may-go", "file f 'one'; pipe p; path a 'f'; path b 'g'; buf c 4;"
      " read fd=pr addr=c len=3 ud=1 flags=LINK; renameat fd=AT_FDCWD addr=a len=AT_FDCWD off=b ud=2; enter 0;"
      " smash a; smash b; put pw 'abc'; until 1 2; tree" },

    /* ---- unlinkat ---- */
    { "unlink-file", "file f 'one'; path a 'f'; unlinkat fd=AT_FDCWD addr=a; enter 1; tree" },
    { "unlink-one-of-two", "file f 'one'; path a 'f'; path b 'g'; linkat fd=AT_FDCWD addr=a len=AT_FDCWD off=b;"
      " enter 1; unlinkat fd=AT_FDCWD addr=a; enter 1; tree" },
    { "unlink-symlink", "file f 'one'; symlink l f; path a 'l'; unlinkat fd=AT_FDCWD addr=a; enter 1; tree" },
    { "unlink-directory", "subdir x; path a 'x'; unlinkat fd=AT_FDCWD addr=a; enter 1; tree" },
    { "unlink-removedir", "subdir x; path a 'x'; unlinkat fd=AT_FDCWD addr=a of=AT_REMOVEDIR; enter 1; tree" },
    { "unlink-removedir-full", "subdir x; file x/f ''; path a 'x'; unlinkat fd=AT_FDCWD addr=a of=AT_REMOVEDIR;"
      " enter 1; tree" },
    { "unlink-removedir-file", "file f ''; path a 'f'; unlinkat fd=AT_FDCWD addr=a of=AT_REMOVEDIR; enter 1; tree" },
    { "unlink-removedir-dot", "path a '.'; unlinkat fd=AT_FDCWD addr=a of=AT_REMOVEDIR; enter 1" },
    { "unlink-removedir-busy", "path a '/proc'; unlinkat fd=AT_FDCWD addr=a of=AT_REMOVEDIR; enter 1" },
    { "unlink-dirfd", "subdir x; file x/f 'one'; open d x O_DIRECTORY; path a 'f'; unlinkat fd=d addr=a; enter 1; tree" },
    { "unlink-missing", "path a 'f'; unlinkat fd=AT_FDCWD addr=a; enter 1" },
    { "unlink-through-file", "file f ''; path a 'f/g'; unlinkat fd=AT_FDCWD addr=a; enter 1; tree" },
    { "unlink-loop", "symlink l l; path a 'l/g'; unlinkat fd=AT_FDCWD addr=a; enter 1; tree" },
    { "unlink-closed-dirfd", "closed x; path a 'f'; unlinkat fd=x addr=a; enter 1" },
    { "unlink-file-dirfd", "file f ''; path a 'g'; unlinkat fd=f addr=a; enter 1" },
    { "unlink-empty", "path a ''; unlinkat fd=AT_FDCWD addr=a; enter 1" },
    { "unlink-bad-address", "unlinkat fd=AT_FDCWD addr=8; enter 1" },
    { "unlink-long", "path a 'n'*300; unlinkat fd=AT_FDCWD addr=a; enter 1" },
    { "unlink-unknown-flag", "file f ''; path a 'f'; unlinkat fd=AT_FDCWD addr=a of=0x100; enter 1; tree" },
    { "unlink-off-set", "file f ''; path a 'f'; unlinkat fd=AT_FDCWD addr=a off=1; enter 1; tree" },
    { "unlink-len-set", "file f ''; path a 'f'; unlinkat fd=AT_FDCWD addr=a len=1; enter 1; tree" },
    { "unlink-fixed", "dir d; files d; file f ''; path a 'f'; unlinkat fd=0 addr=a flags=FIXED; enter 1; tree" },
    { "unlink-name-may-go", "file f 'one'; pipe p; path a 'f'; buf c 4; read fd=pr addr=c len=3 ud=1 flags=LINK;"
      " unlinkat fd=AT_FDCWD addr=a ud=2; enter 0; smash a; put pw 'abc'; until 1 2; tree" },

    /* ---- mkdirat ---- */
    { "mkdir-mode", "path a 'x'; mkdirat fd=AT_FDCWD addr=a len=0751; enter 1; tree" },
    { "mkdir-umask", "path a 'x'; mkdirat fd=AT_FDCWD addr=a len=0777; enter 1; tree" },
    { "mkdir-mode-beyond", "path a 'x'; mkdirat fd=AT_FDCWD addr=a len=0xffff0700; enter 1; tree" },
    { "mkdir-exists", "subdir x; path a 'x'; mkdirat fd=AT_FDCWD addr=a len=0700; enter 1; tree" },
    { "mkdir-dot", "path a '.'; mkdirat fd=AT_FDCWD addr=a len=0700; enter 1" },
    { "mkdir-slash", "path a 'x/'; mkdirat fd=AT_FDCWD addr=a len=0700; enter 1; tree" },
    { "mkdir-no-parent", "path a 'x/y'; mkdirat fd=AT_FDCWD addr=a len=0700; enter 1; tree" },
    { "mkdir-through-file", "file f ''; path a 'f/x'; mkdirat fd=AT_FDCWD addr=a len=0700; enter 1; tree" },
    { "mkdir-dirfd", "subdir x; open d x O_DIRECTORY; path a 'y'; mkdirat fd=d addr=a len=0700; enter 1; tree" },
    { "mkdir-closed-dirfd", "closed x; path a 'y'; mkdirat fd=x addr=a len=0700; enter 1; tree" },
    { "mkdir-loop", "symlink l l; path a 'l/y'; mkdirat fd=AT_FDCWD addr=a len=0700; enter 1; tree" },
    { "mkdir-empty", "path a ''; mkdirat fd=AT_FDCWD addr=a len=0700; enter 1; tree" },
    { "mkdir-bad-address", "mkdirat fd=AT_FDCWD addr=8 len=0700; enter 1; tree" },
    { "mkdir-long", "path a 'n'*300; mkdirat fd=AT_FDCWD addr=a len=0700; enter 1" },
    { "mkdir-off-set", "path a 'x'; mkdirat fd=AT_FDCWD addr=a off=1; enter 1; tree" },
    { "mkdir-flags-set", "path a 'x'; mkdirat fd=AT_FDCWD addr=a of=1; enter 1; tree" },
    { "mkdir-fixed", "dir d; files d; path a 'x'; mkdirat fd=0 addr=a flags=FIXED; enter 1; tree" },
    { "mkdir-then-inside", "ordered; path a 'x'; path b 'x/y'; mkdirat fd=AT_FDCWD addr=a len=0700 flags=LINK;"
      " mkdirat fd=AT_FDCWD addr=b len=0700; enter 2; tree" },

    /* ---- symlinkat ---- */
    { "symlink-to-nothing", "path t 'no/where'; path a 'l'; symlinkat addr=t fd=AT_FDCWD off=a; enter 1; tree" },
    { "symlink-dirfd", "subdir x; open d x O_DIRECTORY; path t '../f'; path a 'l'; symlinkat addr=t fd=d off=a;"
      " enter 1; tree" },
    { "symlink-exists", "file f ''; path t 't'; path a 'f'; symlinkat addr=t fd=AT_FDCWD off=a; enter 1; tree" },
    { "symlink-no-parent", "path t 't'; path a 'x/l'; symlinkat addr=t fd=AT_FDCWD off=a; enter 1; tree" },
    { "symlink-through-file", "file f ''; path t 't'; path a 'f/l'; symlinkat addr=t fd=AT_FDCWD off=a; enter 1; tree" },
    { "symlink-closed-dirfd", "closed x; path t 't'; path a 'l'; symlinkat addr=t fd=x off=a; enter 1; tree" },
    { "symlink-loop", "symlink l l; path t 't'; path a 'l/m'; symlinkat addr=t fd=AT_FDCWD off=a; enter 1; tree" },
    { "symlink-empty-target", "path t ''; path a 'l'; symlinkat addr=t fd=AT_FDCWD off=a; enter 1; tree" },
    { "symlink-empty-path", "path t 't'; path a ''; symlinkat addr=t fd=AT_FDCWD off=a; enter 1; tree" },
    { "symlink-bad-target", "path a 'l'; symlinkat addr=8 fd=AT_FDCWD off=a; enter 1; tree" },
    { "symlink-bad-path", "path t 't'; symlinkat addr=t fd=AT_FDCWD off=8; enter 1; tree" },
    { "symlink-long-target", "path t 'n/'*2500; path a 'l'; symlinkat addr=t fd=AT_FDCWD off=a; enter 1; tree" },
    { "symlink-long-path", "path t 't'; path a 'n'*300; symlinkat addr=t fd=AT_FDCWD off=a; enter 1; tree" },
    { "symlink-len-set", "path t 't'; path a 'l'; symlinkat addr=t fd=AT_FDCWD off=a len=1; enter 1; tree" },
    { "symlink-flags-set", "path t 't'; path a 'l'; symlinkat addr=t fd=AT_FDCWD off=a of=1; enter 1; tree" },
    { "symlink-fixed", "dir d; files d; path t 't'; path a 'l'; symlinkat addr=t fd=0 off=a flags=FIXED; enter 1; tree" },
    { "symlink-strings-may-go", "pipe p; path t 't'; path a 'l'; buf c 4; read fd=pr addr=c len=3 ud=1 flags=LINK;"
      " symlinkat addr=t fd=AT_FDCWD off=a ud=2; enter 0; smash t; smash a; put pw 'abc'; until 1 2; tree" },

    /* ---- linkat ---- */
    { "link-shares", "file f 'one'; path a 'f'; path b 'g'; linkat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "link-dirfds", "subdir x; subdir y; file x/f 'one'; open dx x O_DIRECTORY; open dy y O_DIRECTORY;"
      " path a 'f'; path b 'g'; linkat fd=dx addr=a len=dy off=b; enter 1; tree" },
    { "link-symlink-itself", "file f 'one'; symlink l f; path a 'l'; path b 'm';"
      " linkat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "link-symlink-follow", "file f 'one'; symlink l f; path a 'l'; path b 'm';"
      " linkat fd=AT_FDCWD addr=a len=AT_FDCWD off=b of=AT_SYMLINK_FOLLOW; enter 1; tree" },
    { "link-empty-path", "file f 'one'; path a ''; path b 'g'; linkat fd=f addr=a len=AT_FDCWD off=b of=AT_EMPTY_PATH;"
      " enter 1; tree" },
    { "link-empty-path-refused", "file f 'one'; path a ''; path b 'g'; linkat fd=f addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "link-exists", "file f 'one'; file g 'two'; path a 'f'; path b 'g';"
      " linkat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "link-missing", "path a 'f'; path b 'g'; linkat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "link-directory", "subdir x; path a 'x'; path b 'y'; linkat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "link-through-file", "file f 'one'; path a 'f'; path b 'f/g'; linkat fd=AT_FDCWD addr=a len=AT_FDCWD off=b;"
      " enter 1; tree" },
    { "link-loop", "file f 'one'; symlink l l; path a 'f'; path b 'l/g';"
      " linkat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "link-other-file-system", "file f 'one'; path a 'f'; path b '/proc/kring';"
      " linkat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "link-unknown-flag", "file f 'one'; path a 'f'; path b 'g';"
      " linkat fd=AT_FDCWD addr=a len=AT_FDCWD off=b of=0x1; enter 1; tree" },
    { "link-closed-old-dirfd", "closed x; path a 'f'; path b 'g'; linkat fd=x addr=a len=AT_FDCWD off=b; enter 1" },
    { "link-closed-new-dirfd", "closed x; file f 'one'; path a 'f'; path b 'g'; linkat fd=AT_FDCWD addr=a len=x off=b;"
      " enter 1; tree" },
    { "link-bad-old", "path b 'g'; linkat fd=AT_FDCWD addr=8 len=AT_FDCWD off=b; enter 1" },
    { "link-bad-new", "file f 'one'; path a 'f'; linkat fd=AT_FDCWD addr=a len=AT_FDCWD off=8; enter 1; tree" },
    { "link-long", "file f 'one'; path a 'f'; path b 'n'*300; linkat fd=AT_FDCWD addr=a len=AT_FDCWD off=b; enter 1; tree" },
    { "link-fixed", "dir d; files d; file f 'one'; path a 'f'; path b 'g';"
      " linkat fd=0 addr=a len=AT_FDCWD off=b flags=FIXED; enter 1; tree" },
    { "link-buf-index", "file f 'one'; path a 'f'; path b 'g'; linkat fd=AT_FDCWD addr=a len=AT_FDCWD off=b group=1;"
      " enter 1; tree" },
    { "link-names-may-go", "file f 'one'; pipe p; path a 'f'; path b 'g'; buf c 4;"
      " read fd=pr addr=c len=3 ud=1 flags=LINK; linkat fd=AT_FDCWD addr=a len=AT_FDCWD off=b ud=2; enter 0;"
      " smash a; smash b; put pw 'abc'; until 1 2; tree" },
};
const unsigned oracle_programs_names_count =
    sizeof oracle_programs_names / sizeof oracle_programs_names[0];
