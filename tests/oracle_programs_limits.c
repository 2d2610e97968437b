/* SPDX-License-Identifier: MIT */
/* Errnos that need something to be missing: rights, room, a table entry, a peer. */
#include "oracle_programs.h"

#define FULL "limit nofile; "
#define NO_RIGHTS "no-rights; "

const struct oracle_program oracle_programs_limits[] = {
    /* ---- no descriptor is left ---- */
    { "emfile-accept", "sock l unix listening; dial c l; " FULL "accept fd=l; enter 1" },
    { "emfile-accept-multishot", "ordered; sock l unix listening; dial c l; " FULL
      "accept fd=l ioprio=ACCEPT_MULTISHOT; enter 1" },
    { "emfile-openat", "file f 'x'; path n 'f'; " FULL "openat fd=AT_FDCWD addr=n; enter 1" },
    { "emfile-socket", FULL "socket fd=AF_UNIX off=SOCK_STREAM; enter 1" },
    { "emfile-fixed-fd-install", "file f 'x'; files f; " FULL "fixed_fd_install fd=0 flags=FIXED; enter 1" },
    { "emfile-pipe", "buf b 8; " FULL "pipe addr=b; enter 1" },

    /* ---- no file may grow ---- */
    { "efbig-write", "file f 'abcd'; buf b 'efghijkl'; limit fsize 6; write fd=f addr=b len=8 off=4; enter 1" },
    { "efbig-write-beyond", "file f 'abcd'; buf b 'efgh'; limit fsize 4; write fd=f addr=b len=4 off=4; enter 1" },
    { "efbig-writev", "file f 'abcd'; buf b 'efgh'; iov v b:0:4; limit fsize 4; writev fd=f addr=v len=1 off=8; enter 1" },
    { "efbig-write-fixed", "file f 'abcd'; buf b 'efgh'; iov v b:0:4; buffers v 1; limit fsize 4;"
      " write_fixed fd=f addr=b len=4 off=8; enter 1" },
    { "efbig-writev-fixed", "file f 'abcd'; buf b 'efgh'; iov v b:0:4; buffers v 1; limit fsize 4;"
      " writev_fixed fd=f addr=v len=1 off=8; enter 1" },
    { "efbig-fallocate", "file f 'abcd'; limit fsize 4; fallocate fd=f off=0 addr=100; enter 1" },
    { "efbig-ftruncate", "file f 'abcd'; limit fsize 4; ftruncate fd=f off=100; enter 1" },

    /* ---- a file that may not change ---- */
    { "eperm-write", "memfd f 'abcd' sealed; buf b 'ef'; write fd=f addr=b len=2 off=0; enter 1" },
    { "eperm-writev", "memfd f 'abcd' sealed; buf b 'ef'; iov v b:0:2; writev fd=f addr=v len=1 off=0; enter 1" },
    { "eperm-write-fixed", "memfd f 'abcd' sealed; buf b 'ef'; iov v b:0:2; buffers v 1; write_fixed fd=f addr=b len=2 off=0; enter 1" },
    { "eperm-writev-fixed", "memfd f 'abcd' sealed; buf b 'ef'; iov v b:0:2; buffers v 1;"
      " writev_fixed fd=f addr=v len=1 off=0; enter 1" },
    { "eperm-ftruncate", "memfd f 'abcd' sealed; ftruncate fd=f off=2; enter 1" },
    { "eperm-ftruncate-longer", "memfd f 'abcd' sealed; ftruncate fd=f off=20; enter 1" },
    { "eperm-fallocate", "memfd f 'abcd' sealed; fallocate fd=f off=0 addr=100; enter 1" },
    { "memfd-write", "memfd f 'abcd'; buf b 'ef'; write fd=f addr=b len=2 off=1; enter 1" },

    /* ---- no right ---- */
    { "eacces-openat", NO_RIGHTS "file f 'x'; mode f 0; path n 'f'; openat fd=AT_FDCWD addr=n; enter 1" },
    { "eacces-openat-dir", NO_RIGHTS "subdir d; mode d 0; path n 'd/f'; openat fd=AT_FDCWD addr=n; enter 1" },
    { "eacces-statx", NO_RIGHTS "subdir d; mode d 0; path n 'd/f'; statxbuf x; statx fd=AT_FDCWD addr=n off=x; enter 1" },
    { "eacces-bind", NO_RIGHTS "subdir d; mode d 0; sock c unix; address a path d/s;"
      " bind fd=c addr=a off=len:a; enter 1" },
    { "eacces-connect-unix", NO_RIGHTS "subdir d; mode d 0; sock c unix; address a path d/s;"
      " connect fd=c addr=a off=len:a; enter 1" },
    { "eacces-openat2", NO_RIGHTS "file f 'x'; mode f 0; path n 'f'; how h 0; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "eacces-names", NO_RIGHTS "subdir d; mode d 0; file f 'x'; path n 'f'; path m 'd/x'; path a 'user.a'; buf v 'v';"
      " renameat fd=AT_FDCWD addr=n len=AT_FDCWD off=m ud=1; unlinkat fd=AT_FDCWD addr=m ud=2;"
      " mkdirat fd=AT_FDCWD addr=m len=0700 ud=3; symlinkat addr=n fd=AT_FDCWD off=m ud=4;"
      " linkat fd=AT_FDCWD addr=n len=AT_FDCWD off=m ud=5; setxattr addr3=m addr=a off=v len=1 ud=6;"
      " getxattr addr3=m addr=a ud=7; until 1 2 3 4 5 6 7; tree" },
    { "eacces-fsetxattr", NO_RIGHTS "file f 'x' rdonly; mode f 0444; path a 'user.a'; buf v 'v';"
      " fsetxattr fd=f addr=a off=v len=1; enter 1; tree" },
    { "eacces-fgetxattr", NO_RIGHTS "file f 'x' wronly; attribute f user.a 'v'; mode f 0200; path a 'user.a';"
      " fgetxattr fd=f addr=a; enter 1" },
    { "eperm-setxattr", "fifo p; path n 'p'; path a 'user.a'; buf v 'v'; setxattr addr3=n addr=a off=v len=1; enter 1" },
    { "eperm-setsockopt", NO_RIGHTS "sock c tcp; buf v '\\x00'*4; set v 7; uring_cmd fd=c cmd=SETSOCKOPT level=SOL_SOCKET"
      " optname=SO_PRIORITY addr3=v index=4; enter 1" },
    { "eperm-socket", NO_RIGHTS "socket fd=AF_INET off=SOCK_RAW len=1; enter 1" },

    /* ---- paths ---- */
    { "eloop-openat", "symlink s s; path n 's'; openat fd=AT_FDCWD addr=n; enter 1" },
    { "eloop-statx", "symlink s s; path n 's'; statxbuf x; statx fd=AT_FDCWD addr=n off=x; enter 1" },
    { "eloop-bind", "symlink s s; sock c unix; address a path s/s; bind fd=c addr=a off=len:a; enter 1" },
    { "enotdir-bind", "file f 'x'; sock c unix; address a path f/s; bind fd=c addr=a off=len:a; enter 1" },
    { "exdev-linkat", "path n '/proc/version'; path m 'g'; linkat fd=AT_FDCWD addr=n len=AT_FDCWD off=m; enter 1; tree" },
    { "eloop-connect", "symlink s s; sock c unix; address a path s/s; connect fd=c addr=a off=len:a; enter 1" },
    { "enotdir-connect", "file f 'x'; sock c unix; address a path f/s; connect fd=c addr=a off=len:a; enter 1" },
    { "etxtbsy-openat2", "path n '/proc/self/exe'; how h O_WRONLY; openat2 fd=AT_FDCWD addr=n off=h len=24; enter 1" },
    { "etxtbsy-openat", "path n '/proc/self/exe'; openat fd=AT_FDCWD addr=n of=O_WRONLY; enter 1" },
    { "eopnotsupp-openat", "path n '/proc'; openat fd=AT_FDCWD addr=n of=O_TMPFILE|O_RDWR len=0600; enter 1" },

    /* ---- files that cannot ---- */
    { "eio-read", "device m /proc/self/mem; buf b 8; read fd=m addr=b len=8 off=0; enter 1" },
    { "eio-readv", "device m /proc/self/mem; buf b 8; iov v b:0:8; readv fd=m addr=v len=1 off=0; enter 1" },
    { "eio-write", "device m /proc/self/mem; buf b 8; write fd=m addr=b len=8 off=0; enter 1" },
    { "eio-writev", "device m /proc/self/mem; buf b 8; iov v b:0:8; writev fd=m addr=v len=1 off=0; enter 1" },
    { "enospc-write-fixed", "device f /dev/full; buf b 'abcd'; iov v b:0:4; buffers v 1; write_fixed fd=f addr=b len=4; enter 1" },
    { "enospc-writev-fixed", "device f /dev/full; buf b 'abcd'; iov v b:0:4; buffers v 1;"
      " writev_fixed fd=f addr=v len=1; enter 1" },
    { "eisdir-readv-fixed", "dir d; buf b 8; iov v b:0:4; buffers v 1; readv_fixed fd=d addr=v len=1; enter 1" },
    { "eagain-writev-fixed", "pipe p full; buf b 'abcd'; iov v b:0:4; buffers v 1;"
      " writev_fixed fd=pw addr=v len=1 of=RWF_NOWAIT; enter 1" },
    { "eopnotsupp-writev", "file f 'x'; buf b 'ab'; iov v b:0:2; writev fd=f addr=v len=1 of=0x8000; enter 1" },

    /* ---- the network; broadcast is of loopback ---- */
    { "edestaddrreq-write", "sock c udp; buf b 'hi'; write fd=c addr=b len=2; enter 1" },
    { "edestaddrreq-writev", "sock c udp; buf b 'hi'; iov v b:0:2; writev fd=c addr=v len=1; enter 1" },
    { "edestaddrreq-write-fixed", "sock c udp; buf b 'hi'; iov v b:0:2; buffers v 1; write_fixed fd=c addr=b len=2; enter 1" },
    { "edestaddrreq-writev-fixed", "sock c udp; buf b 'hi'; iov v b:0:2; buffers v 1;"
      " writev_fixed fd=c addr=v len=1; enter 1" },
    { "eaddrnotavail-bind", "sock c tcp; address a ip 192.0.2.1 0; bind fd=c addr=a off=len:a; enter 1" },
    { "enetunreach-connect", "sock c tcp; address a ip 127.255.255.255 9; connect fd=c addr=a off=len:a; enter 1" },
    { "eacces-connect", "sock c udp; address a ip 127.255.255.255 9; connect fd=c addr=a off=len:a; enter 1" },
    { "eacces-send", "sock c udp; address a ip 127.255.255.255 9; buf b 'hi';"
      " send fd=c addr=b len=2 off=a addrlen=len:a; enter 1" },
    { "eacces-sendmsg", "sock c udp; address a ip 127.255.255.255 9; buf b 'hi'; iov v b:0:2; msg m iov=v name=a;"
      " sendmsg fd=c addr=m len=1; enter 1" },
    { "econnrefused-recv", "sock u udp bound; address a of u; sock c udp; connect fd=c addr=a off=len:a; enter 1;"
      " closefd u; put c 'hi'; buf b 8; recv fd=c addr=b len=8; enter 1" },
    { "econnrefused-recvmsg", "sock u udp bound; address a of u; sock c udp; connect fd=c addr=a off=len:a; enter 1;"
      " closefd u; put c 'hi'; buf b 8; iov v b:0:8; msg m iov=v; recvmsg fd=c addr=m len=1; enter 1" },
    { "eisconn-sendmsg", "sock l unix listening; dial c l; address a of l; buf b 'hi'; iov v b:0:2; msg m iov=v name=a;"
      " sendmsg fd=c addr=m len=1; enter 1" },
    { "econnreset-sendmsg", "sock l tcp listening; dial c l; accept fd=l as=s; enter 1; reset s; buf b 'hi'; iov v b:0:2;"
      " msg m iov=v; sendmsg fd=c addr=m len=1; enter 1" },
    { "econnreset-dgram-sendmsg", "pair d dgram; closefd db; buf b 'hi'; iov v b:0:2; msg m iov=v;"
      " sendmsg fd=da addr=m len=1; enter 1" },
    { "eopnotsupp-sendmsg", "pair d dgram; buf b 'hi'; iov v b:0:2; msg m iov=v;"
      " sendmsg fd=da addr=m len=1 of=MSG_OOB; enter 1" },
    { "unconnected-send-zc", "sock c tcp; buf b 'hi'; send_zc fd=c addr=b len=2; enter 2" },
    { "unconnected-sendmsg-zc", "sock c tcp; buf b 'hi'; iov v b:0:2; msg m iov=v; sendmsg_zc fd=c addr=m len=1;"
      " enter 2" },
    { "econnreset-sendmsg-zc", "sock l tcp listening; dial c l; accept fd=l as=s; enter 1; reset s; buf b 'hi';"
      " iov v b:0:2; msg m iov=v; sendmsg_zc fd=c addr=m len=1; enter 2" },
};
const unsigned oracle_programs_limits_count = sizeof oracle_programs_limits / sizeof oracle_programs_limits[0];
