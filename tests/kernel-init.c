/* SPDX-License-Identifier: MIT */
/*
 * Init of a guest kernel: mounts what the tests need, runs a job, prints "kernel-init: status N" and
 * powers off. The job is the shell script that the environment variable `kring_job` names (the
 * kernel hands a KEY=VALUE that it does not know to init), where the guest's root is this machine's
 * (hostfs); else init's own arguments (what follows -- on the kernel's command line) are the
 * program and its arguments, where the root is an initramfs that holds nothing else. Static: the
 * guest's kernel may be older than what the machine's own libc was built for, and nothing is to be
 * loaded.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

static void mount_on(const char *type, const char *dir, const char *options)
{
    if (mkdir(dir, 0755) < 0 && errno != EEXIST)
        fprintf(stderr, "kernel-init: mkdir %s: %s\n", dir, strerror(errno));
    if (mount(type, dir, type, 0, options) < 0)
        fprintf(stderr, "kernel-init: mount %s: %s\n", dir, strerror(errno));
}

static void raise_loopback(void)
{
    struct ifreq ifr = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr) < 0)
        fprintf(stderr, "kernel-init: lo: %s\n", strerror(errno));
    close(fd);
}

int main(int argc, char **argv)
{
    const char *job = getenv("kring_job");
    struct utsname name;
    int status = -1;
    pid_t child, pid;

    mount_on("proc", "/proc", NULL);
    mount_on("sysfs", "/sys", NULL);
    mount_on("devtmpfs", "/dev", NULL);
    mount_on("devpts", "/dev/pts", "ptmxmode=0666");
    mount_on("tmpfs", "/dev/shm", "mode=1777");
    raise_loopback();
    setenv("TMPDIR", "/dev/shm", 1);
    setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
    uname(&name);
    printf("kernel-init: %s %s\n", name.release, name.machine);
    fflush(stdout);
    child = fork();
    if (child == 0) {
        setsid();
        if (job)
            execl("/bin/sh", "sh", job, (char *)NULL);
        else if (argc > 1)
            execv(argv[1], argv + 1);
        _exit(127);
    }
    /* Orphans of the tests come to init: each is reaped. */
    while ((pid = wait(&status)) != child)
        if (pid < 0 && errno != EINTR)
            break;
    printf("\nkernel-init: status %d\n",
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    fflush(stdout);
    sync();
    reboot(RB_POWER_OFF);
    return 1;
}
