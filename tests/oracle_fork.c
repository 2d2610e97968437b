/* SPDX-License-Identifier: MIT */
/*
 * fork(), and what a user-mode kernel 5.10 owes its child: now and then a page that the parent has
 * unmapped stays where the child maps nothing. A ring that is opened there is written into that page
 * until the kernel, which knows of none, puts an empty one in its place.
 * KRING_TEST_FILL=1 has each child map what is free, touch it and give it back, which ends that.
 */
#define _GNU_SOURCE
#include "oracle.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGES = 512 }; /* one by one, so that they lie in the lowest gaps, as rings do */

static void fill_gaps(void)
{
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    void *pages[PAGES];

    for (unsigned i = 0; i < PAGES; i++)
        pages[i] = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    for (unsigned i = 0; i < PAGES; i++)
        if (pages[i] != MAP_FAILED)
            munmap(pages[i], size);
}

pid_t oracle_fork(void)
{
    pid_t pid = fork();

    if (pid == 0 && getenv("KRING_TEST_FILL") != NULL)
        fill_gaps();
    return pid;
}
