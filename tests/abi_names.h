/* SPDX-License-Identifier: MIT */
/*
 * What abi_names.sh writes for one header: every constant by its name, every struct as
 * "sizeof(struct S)", every member as "offsetof(struct S, M)" and "sizeof(struct S, M)", and for
 * a system header its LINUX_VERSION_CODE. A table ends with a null name.
 *
 * Two headers that define the same names cannot meet in one translation unit; their tables can.
 */
#ifndef KRING_TESTS_ABI_NAMES_H
#define KRING_TESTS_ABI_NAMES_H

struct kring_abi_entry {
    const char *name;
    long long value;
};

/* The two tables that test_abi.c compares; the symbols to give to abi_names.sh. */
extern const struct kring_abi_entry kring_abi_system[]; /* <linux/io_uring.h> */
extern const struct kring_abi_entry kring_abi_ours[];   /* kring/uapi.h */

#endif
