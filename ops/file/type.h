/* SPDX-License-Identifier: MIT */
/* Types of files. <linux/stat.h> keeps their names to itself where a libc is in sight. */
#ifndef KRING__FILE_TYPE_H
#define KRING__FILE_TYPE_H

#define KRING__TYPE_MASK 0170000u
#define KRING__TYPE_FIFO 0010000u
#define KRING__TYPE_CHARACTER 0020000u
#define KRING__TYPE_DIRECTORY 0040000u
#define KRING__TYPE_BLOCK 0060000u
#define KRING__TYPE_REGULAR 0100000u
#define KRING__TYPE_SOCKET 0140000u

#endif
