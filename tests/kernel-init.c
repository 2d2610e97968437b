/* SPDX-License-Identifier: MIT */
/*
 * Init of a guest kernel: mounts what the tests need, runs a job, prints "kernel-init: status N"
 * and powers off. The job is the shell script that the environment variable `kring_job` names (the
 * kernel hands a KEY=VALUE that it does not know to init), where the guest's root is this machine's
 * (hostfs); else init's own arguments (what follows -- on the kernel's command line) are the
 * program and its arguments, where the root is an initramfs that holds nothing else. Static: the
 * guest's kernel may be older than what the machine's own libc was built for, and nothing is to be
 * loaded.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

static void insert(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST))
        fprintf(stderr, "kernel-init: module %s: %s\n", path, strerror(errno));
    if (fd >= 0)
        close(fd);
}

/* A line of modules.dep, "MODULE: NEEDED...", from its end: there stands what needs nothing. */
static void insert_line(const char *folder, char *line)
{
    char path[2048], *word;

    while ((word = strrchr(line, ' ')) != NULL) {
        if (word[1]) {
            snprintf(path, sizeof path, "%s/%s", folder, word + 1);
            insert(path);
        }
        *word = 0;
    }
    line[strlen(line) - 1] = 0; /* the colon */
    snprintf(path, sizeof path, "%s/%s", folder, line);
    insert(path);
}

static bool lists(const char *folder, const char *list, const char *module, char *line, int size)
{
    char path[512];
    bool found = false;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, list);
    file = fopen(path, "re");
    while (file && !found && fgets(line, size, file)) {
        line[strcspn(line, "\n")] = 0;
        found = strncmp(line, module, strlen(module)) == 0;
    }
    if (file)
        fclose(file);
    return found;
}

/* What this kernel has as a module comes from its own package; it may be built in instead. */
static void load_module(const char *folder, const char *module)
{
    char line[1024];

    if (lists(folder, "modules.dep", module, line, sizeof line))
        insert_line(folder, line);
    else if (!lists(folder, "modules.builtin", module, line, sizeof line))
        fprintf(stderr, "kernel-init: missing: %s in %s\n", module, folder);
}

/* By full path: the package is unpacked beside init's folder, in guests/NAME/root. */
static void load_modules(const char *init, const char *release)
{
    char pattern[512];
    glob_t found;

    snprintf(pattern, sizeof pattern, "%.*s/../*/root/usr/lib/uml/modules/%s",
             (int)(strrchr(init, '/') - init), init, release);
    if (glob(pattern, 0, NULL, &found) != 0) {
        fprintf(stderr, "kernel-init: missing: %s\n", pattern);
        return;
    }
    load_module(found.gl_pathv[0], "kernel/net/ipv6/ipv6.ko");
    load_module(found.gl_pathv[0], "kernel/fs/overlayfs/overlay.ko");
    load_module(found.gl_pathv[0], "kernel/drivers/block/loop.ko");
    load_module(found.gl_pathv[0], "kernel/fs/ext4/ext4.ko");
    globfree(&found);
}

/* The machine's root is a hostfs, and what the tests want to see beside it is made here. */
static void more_file_systems(void)
{
    static const char ext4[] = "truncate -s 64M /dev/shm/ext4.image && "
                               "mkfs.ext4 -q /dev/shm/ext4.image && mkdir /dev/ext4 && "
                               "mount -o loop /dev/shm/ext4.image /dev/ext4";

    if (system(ext4) == 0)
        setenv("KRING_TEST_EXT4", "/dev/ext4", 1);
    else
        fprintf(stderr, "kernel-init: no ext4\n");
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
    uname(&name);
    if (job && strchr(argv[0], '/'))
        load_modules(argv[0], name.release);
    raise_loopback(); /* with IPv6 there it gives the loopback ::1, too */
    setenv("TMPDIR", "/dev/shm", 1);
    setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
    if (job)
        more_file_systems();
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
