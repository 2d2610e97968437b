/* SPDX-License-Identifier: MIT */
/*
 * kring-probe: what kring finds on this machine, and why.
 *
 * The probe runs in a child process with a time limit: some kernels hang on io_uring and some
 * sandboxes kill at its first call, and both are answers, not reasons to fail.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tool.h"

#define LIMIT_S 10
enum { EXIT_YES = 0, EXIT_NO = 1, EXIT_USAGE = 2, EXIT_TROUBLE = 3 };

static const char usage[] =
    "usage: kring-probe [OPTION]...\n"
    "Says what io_uring can do on this machine, where kring runs each operation, and why.\n"
    "\n"
    "  (no option)            a table for people\n"
    "  --json                 the same as one JSON object\n"
    "  --op NAME              why is this operation or variant routed as it is\n"
    "  --require NAME[,NAME]  exit status 0 if io_uring has all of them, else 1\n"
    "  --config               a config.mk for this machine\n"
    "  --kernel X.Y           what it would be on that kernel (4.0 to 7.2): simulated\n"
    "  --engine ENGINE        auto (default), kernel or soft; soft makes no io_uring call\n"
    "  --entries N            size of the ring that is asked for (1 to 32768)\n"
    "  --help                 this text\n"
    "\n"
    "NAME is an operation (recv, IORING_OP_RECV), a variant (\"recv multishot\" or\n"
    "recv-multishot), a feature (nodrop, IORING_FEAT_NODROP), a setup flag\n"
    "(IORING_SETUP_DEFER_TASKRUN), an SQE flag (link, IOSQE_IO_LINK) or io_uring itself.\n"
    "KRING_ENGINE, KRING_KERNEL and KRING_QUIRKS in the environment count too.\n"
    "Exit status: 0 yes, 1 no (--require), 2 bad arguments, 3 the probe could not end.\n";

struct arguments {
    enum { SHOW_TABLE, SHOW_JSON, SHOW_OP, SHOW_REQUIRE, SHOW_CONFIG } show;
    const char *names;
    struct kring_options options;
};

static int bad(const char *what, const char *which)
{
    fprintf(stderr, "kring-probe: %s%s%s\nkring-probe --help lists the options.\n", what,
            which ? " " : "", which ? which : "");
    return EXIT_USAGE;
}

/* ---- The probe ---- */

static void settle_all(struct kring__caps *caps)
{
    for (unsigned i = 0; i < KRING__VARIANT_COUNT; i++) {
        struct io_uring_sqe sqe;
        int missing;

        memset(&sqe, 0, sizeof sqe);
        sqe.opcode = kring__variant_rows[i].opcode;
        kring__caps_settle(caps, &sqe, UINT64_C(1) << i, &missing);
    }
}

static void probe(struct kring_report *report)
{
    struct kring__kernel kernel;

    if (report->wish.engine == KRING_ENGINE_SOFT) {
        kring__caps_none(&report->caps, &report->wish, 0);
        return;
    }
    if (kring__kernel_open(&kernel, &report->wish, &report->caps) == 0) {
        settle_all(&report->caps);
        kring__kernel_close(&kernel);
    }
}

/* Waits for the child at most LIMIT_S; its status, or -1 after killing it. */
static int await(pid_t child)
{
    struct timespec slice = {0, 2000000};
    int status;

    for (int i = 0; i < LIMIT_S * 500; i++) {
        pid_t ended = waitpid(child, &status, WNOHANG);

        if (ended == child)
            return status;
        if (ended < 0 && errno != EINTR)
            return -1;
        nanosleep(&slice, NULL);
    }
    kill(child, SIGKILL); /* a child stuck in the kernel is left behind */
    return -1;
}

/* Fills report in a child of ours. 0, or an exit status after a message. */
static int probe_apart(struct kring_report *report)
{
    struct kring_report *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status;
    pid_t child;

    if (shared == MAP_FAILED) {
        perror("kring-probe: mmap");
        return EXIT_TROUBLE;
    }
    *shared = *report;
    fflush(stdout);
    child = fork();
    if (child < 0) {
        perror("kring-probe: fork");
        munmap(shared, sizeof *shared);
        return EXIT_TROUBLE;
    }
    if (child == 0) {
        probe(shared);
        _exit(0);
    }
    status = await(child);
    *report = *shared;
    munmap(shared, sizeof *shared);
    if (status == 0)
        return 0;
    if (status >= 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) {
        fprintf(stderr, "kring-probe: a seccomp filter kills at the first io_uring call: "
                        "programs must use engine soft (KRING_ENGINE=soft) here\n");
        kring__caps_none(&report->caps, &report->wish, -EPERM);
        report->caps.pub.kernel_error = 0;
        report->caps.pub.cause = KRING_CAUSE_SECCOMP;
        report->caps.pub.cause_certain = 1;
        return 0;
    }
    if (status < 0)
        fprintf(stderr, "kring-probe: the probe did not end within %d seconds: io_uring hangs on "
                        "this kernel, use engine soft (KRING_ENGINE=soft)\n", LIMIT_S);
    else
        fprintf(stderr, "kring-probe: the probe ended with %s %d\n",
                WIFSIGNALED(status) ? "signal" : "status",
                WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return EXIT_TROUBLE;
}

/* ---- What is asked ---- */

static int show_op(const struct kring_report *report, const char *text)
{
    struct kring_tool_name name;
    char sentence[768];
    uint64_t variants = 0;
    unsigned opcode, answer;

    if (!kring_tool_find(text, &name) || (name.kind != NAME_OP && name.kind != NAME_VARIANT))
        return bad("no operation or variant has the name", text);
    opcode = name.index;
    answer = report->caps.op[opcode < KRING__OP_COUNT ? opcode : 0].answer;
    if (name.kind == NAME_VARIANT) {
        opcode = kring__variant_rows[name.index].opcode;
        answer = report->caps.variant[name.index].answer;
        variants = UINT64_C(1) << name.index;
    }
    kring__explain_text(&report->caps, opcode, variants, 0, 0, sentence, sizeof sentence);
    printf("%s: %s\n%s\n", name.kind == NAME_VARIANT ? kring__variant_rows[name.index].name
                                                     : kring__rows[opcode].name,
           kring_tool_route_name(kring_tool_route(
               report, opcode, name.kind == NAME_VARIANT ? (int)name.index : -1, answer)),
           sentence);
    return EXIT_YES;
}

/* Calls each for every name of a list; stops at the first that is unknown. */
static int require(const struct kring_report *report, const char *list)
{
    int result = EXIT_YES;

    while (*list != 0) {
        size_t length = strcspn(list, ",");
        struct kring_tool_name name;
        char text[96];

        if (length == 0 || length >= sizeof text)
            return bad("--require has an empty or too long name:", list);
        memcpy(text, list, length);
        text[length] = 0;
        list += length + (list[length] == ',');
        if (!kring_tool_find(text, &name))
            return bad("no operation, variant, feature or flag has the name", text);
        if (report != NULL && !kring_tool_has(report, &name)) {
            printf("missing: %s\n", text);
            result = EXIT_NO;
        }
    }
    return result;
}

static int engine_of(const char *text)
{
    static const char *const names[] = {"auto", "kernel", "soft"};

    for (int i = 0; i < 3; i++)
        if (strcmp(text, names[i]) == 0)
            return i;
    return -1;
}

/* One option with its value (NULL: none follows); EXIT_YES, or a status after a message. */
static int option(struct arguments *a, const char *name, const char *value, bool *took)
{
    *took = true;
    if (strcmp(name, "--op") == 0 || strcmp(name, "--require") == 0) {
        if (value == NULL || *value == 0)
            return bad(name, "needs a name");
        a->show = name[2] == 'o' ? SHOW_OP : SHOW_REQUIRE;
        a->names = value;
        return EXIT_YES;
    }
    if (strcmp(name, "--kernel") == 0) {
        if (value == NULL || kring__release_parse(value) < 0)
            return bad("--kernel needs a release from 4.0 to 7.2, not", value ? value : "nothing");
        a->options.kernel = value;
        return EXIT_YES;
    }
    if (strcmp(name, "--engine") == 0) {
        if (value == NULL || engine_of(value) < 0)
            return bad("--engine needs auto, kernel or soft, not", value ? value : "nothing");
        a->options.engine = (uint32_t)engine_of(value);
        return EXIT_YES;
    }
    if (strcmp(name, "--entries") == 0) {
        char *end = NULL;
        unsigned long n = value ? strtoul(value, &end, 10) : 0;

        if (value == NULL || *value < '0' || *value > '9' || *end != 0 || n < 1 || n > 32768)
            return bad("--entries needs a number from 1 to 32768, not", value ? value : "nothing");
        a->options.entries = (uint32_t)n;
        return EXIT_YES;
    }
    *took = false;
    if (strcmp(name, "--json") == 0)
        a->show = SHOW_JSON;
    else if (strcmp(name, "--config") == 0)
        a->show = SHOW_CONFIG;
    else
        return bad("unknown argument", name);
    return EXIT_YES;
}

static int parse(struct arguments *a, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char name[24];
        char *equals = strchr(argv[i], '=');
        size_t length = equals ? (size_t)(equals - argv[i]) : strlen(argv[i]);
        bool took;
        int status;

        if (length >= sizeof name)
            return bad("unknown argument", argv[i]);
        memcpy(name, argv[i], length);
        name[length] = 0;
        status = option(a, name, equals ? equals + 1 : i + 1 < argc ? argv[i + 1] : NULL, &took);
        if (status != EXIT_YES)
            return status;
        if (!took && equals)
            return bad("this option takes no value:", argv[i]);
        if (took && !equals)
            i++;
    }
    return EXIT_YES;
}

int main(int argc, char **argv)
{
    struct arguments a = {SHOW_TABLE, NULL, KRING_OPTIONS_INIT};
    struct kring_report report;
    int status;

    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(usage, stdout);
            return EXIT_YES;
        }
    status = parse(&a, argc, argv);
    if (status == EXIT_YES && a.show == SHOW_REQUIRE)
        status = require(NULL, a.names);
    if (status != EXIT_YES)
        return status;
    memset(&report, 0, sizeof report);
    if (kring__wish_init(&report.wish, &a.options) < 0)
        return bad("KRING_ENGINE or KRING_KERNEL in the environment has an unknown value", NULL);
    status = probe_apart(&report);
    if (status != 0)
        return a.show == SHOW_REQUIRE ? EXIT_NO : status;
    if (a.show == SHOW_OP)
        status = show_op(&report, a.names);
    else if (a.show == SHOW_REQUIRE)
        status = require(&report, a.names);
    else if (a.show == SHOW_JSON)
        kring_tool_json(&report);
    else if (a.show == SHOW_CONFIG)
        kring_tool_config(&report);
    else
        kring_tool_table(&report);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("kring-probe: writing the report");
        return EXIT_TROUBLE;
    }
    return status;
}
