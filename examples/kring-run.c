/* SPDX-License-Identifier: MIT */
/*
 * kring-run: runs a command, hands on what it writes, limits its time, and ends with its status.
 * Everything is an operation of one ring: the pipes, the clock, our own signals, the child's end.
 */
#include "common.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

enum { BUFFER_BYTES = 64 * 1024, NOT_FOUND = 127, NOT_EXECUTABLE = 126, SIGNALLED = 128 };
enum { OPTION_TIMEOUT = OPTION_OWN, OPTION_GRACE };

static const char help[] =
    "Usage: kring-run [OPTION...] COMMAND [ARGUMENT...]\n"
    "Runs COMMAND in a process group of its own, hands on what it writes to standard output and\n"
    "standard error as it comes, and ends with its status: 128 + N when signal N ended it, 127\n"
    "when it was not found, 126 when it cannot be run. SIGINT, SIGTERM, SIGHUP and SIGQUIT are\n"
    "sent on to the command's group.\n"
    "  --timeout SECONDS    then SIGTERM is sent, and after the grace SIGKILL (default: never)\n"
    "  --grace SECONDS      from SIGTERM to SIGKILL, and from the command's end to that of the\n"
    "                       pipes when others still hold them (default 2)\n"
    COMMON_HELP;

/* What the command writes, on its way to where we write. */
struct stream {
    struct run *run;
    const char *name;
    int from, to;
    bool open;
    bool reading; /* kring_cancel() has something to end */
    kring_op op;
    uint32_t length;
    char buffer[BUFFER_BYTES];
};

struct run {
    struct app app;
    struct stream streams[2];
    int64_t timeout_ns, grace_ns; /* -1: none */
    pid_t child;
    siginfo_t info;
    bool ended;     /* the child has, and info says how */
    bool failed;    /* something of ours did */
    kring_op signals_op, limit_op, grace_op;
    bool limit_set, grace_set;
    struct kring_signals signals;
    struct kring_signal signal;
    struct kring_time limit, grace;
};

static void read_on(struct stream *stream);

static bool start(struct run *run, const char *name, kring_op op, kring_done *done, void *user)
{
    int error = kring_start(run->app.ring, op, done, user);

    if (error < 0) {
        say_explained(&run->app, name, op, error);
        run->failed = true;
    }
    return error >= 0;
}

static void send_to_child(struct run *run, int number)
{
    int error = run->ended ? 0 : kring_signal_send(KRING_TO_GROUP, run->child, number);

    if (error < 0 && error != -ESRCH)
        say("cannot send signal %d: %s", number, error_text(error));
}

/* ---- Output ---- */

static void close_stream(struct stream *stream)
{
    if (!stream->open)
        return;
    stream->open = false;
    close(stream->from); /* whoever writes more gets SIGPIPE */
}

static void on_written(struct kring *ring, kring_op op, const struct kring_result *result,
                       void *user)
{
    struct stream *stream = user;

    (void)ring;
    (void)op;
    tally_add(&stream->run->app, "write", result->engine);
    if (result->value >= 0) {
        read_on(stream);
        return;
    }
    if (result->value != -EPIPE) {
        say("%s: %s", stream->name, error_text(result->value));
        stream->run->failed = true;
    }
    close_stream(stream);
}

static void on_read(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct stream *stream = user;

    (void)op;
    stream->reading = false;
    tally_add(&stream->run->app, "read", result->engine);
    if (result->value > 0) {
        stream->length = (uint32_t)result->value;
        if (!start(stream->run, "write", kring_write_all(ring, stream->to, stream->buffer,
                                                         stream->length, KRING_CUR_POS),
                   on_written, stream))
            close_stream(stream);
        return;
    }
    if (result->value == -ECANCELED && stream->run->ended) {
        read_on(stream); /* again, now with a limit */
        return;
    }
    /* -ETIME: others hold the pipe, and what they write later is not the command's. */
    if (result->value < 0 && result->value != -ETIME) {
        say("%s: %s", stream->name, error_text(result->value));
        stream->run->failed = true;
    }
    close_stream(stream);
}

/* One buffer each: a slow reader of ours makes the command wait in its own write. */
static void read_on(struct stream *stream)
{
    stream->op = kring_read(stream->run->app.ring, stream->from, stream->buffer, BUFFER_BYTES,
                            KRING_CUR_POS);
    if (stream->run->ended)
        kring_set_deadline(stream->run->app.ring, stream->op, stream->run->grace_ns);
    stream->reading = start(stream->run, "read", stream->op, on_read, stream);
    if (!stream->reading)
        close_stream(stream);
}

/* ---- Time ---- */

static void on_grace(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct run *run = user;

    (void)ring;
    (void)op;
    run->grace_set = false;
    if (result->value != -ETIME || run->ended)
        return;
    tally_add(&run->app, "timeout", result->engine);
    say("still there: SIGKILL");
    send_to_child(run, SIGKILL);
}

static void begin_grace(struct run *run)
{
    run->grace.seconds = run->grace_ns / KRING_SECOND;
    run->grace.nanoseconds = run->grace_ns % KRING_SECOND;
    run->grace_op = kring_timeout(run->app.ring, &run->grace, 0, 0);
    run->grace_set = start(run, "timeout", run->grace_op, on_grace, run);
}

static void on_limit(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct run *run = user;

    (void)ring;
    (void)op;
    run->limit_set = false;
    if (result->value != -ETIME)
        return;
    tally_add(&run->app, "timeout", result->engine);
    say("its time is over: SIGTERM");
    send_to_child(run, SIGTERM);
    send_to_child(run, SIGCONT); /* a stopped one cannot end */
    begin_grace(run);
}

/* ---- Signals and the end ---- */

static void on_signal(struct kring *ring, kring_op op, const struct kring_result *result,
                      void *user)
{
    struct run *run = user;

    (void)ring;
    (void)op;
    tally_add(&run->app, "signal", result->engine);
    if (result->flags & KRING_MORE)
        send_to_child(run, (int)run->signal.number);
    else if (result->value != -ECANCELED)
        say("signals: %s", error_text(result->value));
}

static void on_end(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct run *run = user;

    (void)op;
    tally_add(&run->app, "waitid", result->engine);
    run->ended = true;
    if (result->value < 0) {
        say("waitid: %s", error_text(result->value));
        run->failed = true;
    }
    if (run->limit_set)
        kring_cancel(ring, run->limit_op);
    if (run->grace_set)
        kring_cancel(ring, run->grace_op);
    for (unsigned i = 0; i < 2; i++)
        if (run->streams[i].reading)
            kring_cancel(ring, run->streams[i].op);
}

/* ---- The command ---- */

/* As it would be without us: mask and dispositions. */
static int spawn(struct run *run, char **command, const int ends[2], const sigset_t *mask)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t defaults;
    int error;

    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&how);
    posix_spawn_file_actions_adddup2(&files, ends[0], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDERR_FILENO);
    posix_spawnattr_setpgroup(&how, 0);
    posix_spawnattr_setsigmask(&how, mask);
    posix_spawnattr_setsigdefault(&how, &defaults);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                       POSIX_SPAWN_SETSIGDEF);
    error = posix_spawnp(&run->child, command[0], &files, &how, command, environ);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

static int begin(struct run *run, char **command, const sigset_t *mask)
{
    int pipes[2][2], ends[2], error;

    for (unsigned i = 0; i < 2; i++) {
        if (pipe2(pipes[i], O_CLOEXEC) < 0) {
            say("pipe: %s", strerror(errno));
            return EXIT_FAILURE;
        }
        ends[i] = pipes[i][1];
        run->streams[i].run = run;
        run->streams[i].from = pipes[i][0];
        run->streams[i].to = i == 0 ? STDOUT_FILENO : STDERR_FILENO;
        run->streams[i].name = i == 0 ? "standard output" : "standard error";
        run->streams[i].open = true;
    }
    error = spawn(run, command, ends, mask);
    close(ends[0]);
    close(ends[1]);
    if (error == 0)
        return EXIT_SUCCESS;
    say("%s: %s", command[0], strerror(error));
    return error == ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
}

static void watch(struct run *run)
{
    struct kring *ring = run->app.ring;

    if (!start(run, "waitid", kring_waitid(ring, P_PID, run->child, &run->info, WEXITED), on_end,
               run)) {
        send_to_child(run, SIGKILL);
        run->ended = true;
        return;
    }
    run->signals_op = kring_signals_receive_each(ring, run->signals.fd, &run->signal);
    start(run, "signals", run->signals_op, on_signal, run);
    for (unsigned i = 0; i < 2; i++)
        read_on(&run->streams[i]);
    if (run->timeout_ns < 0)
        return;
    run->limit.seconds = run->timeout_ns / KRING_SECOND;
    run->limit.nanoseconds = run->timeout_ns % KRING_SECOND;
    run->limit_op = kring_timeout(ring, &run->limit, 0, 0);
    run->limit_set = start(run, "timeout", run->limit_op, on_limit, run);
}

static int status_of(const struct run *run)
{
    if (run->info.si_signo == 0)
        return EXIT_FAILURE;
    if (run->info.si_code == CLD_EXITED)
        return run->info.si_status != 0 || !run->failed ? run->info.si_status : EXIT_FAILURE;
    say("ended by signal %d (%s)", run->info.si_status, strsignal(run->info.si_status));
    return SIGNALLED + run->info.si_status;
}

static int64_t parse_seconds(const char *option, const char *text)
{
    char *end;
    double seconds;

    errno = 0;
    seconds = strtod(text, &end);
    if (end == text || *end != '\0' || errno != 0 || !(seconds >= 0) || seconds > 1e9) {
        say("%s needs a number of seconds, not '%s'", option, text);
        exit(EXIT_USAGE);
    }
    return (int64_t)(seconds * (double)KRING_SECOND);
}

static char **parse(struct run *run, int argc, char **argv)
{
    static const struct option options[] = {COMMON_OPTIONS,
                                            {"timeout", required_argument, NULL, OPTION_TIMEOUT},
                                            {"grace", required_argument, NULL, OPTION_GRACE},
                                            {NULL, 0, NULL, 0}};
    int option;

    run->timeout_ns = -1;
    run->grace_ns = 2 * KRING_SECOND;
    /* "+": the first word that is no option is the command, and the rest is its own. */
    while ((option = getopt_long(argc, argv, "+v", options, NULL)) != -1) {
        if (option == OPTION_TIMEOUT)
            run->timeout_ns = parse_seconds("--timeout", optarg);
        else if (option == OPTION_GRACE)
            run->grace_ns = parse_seconds("--grace", optarg);
        else
            common_option(&run->app, option, help);
    }
    if (optind == argc) {
        say("what shall be run?");
        common_option(&run->app, '?', help);
    }
    return argv + optind;
}

int main(int argc, char **argv)
{
    static const int forwarded[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    static struct run run = {.app = APP_INIT};
    char **command = parse(&run, argc, argv);
    sigset_t mask;
    int status;

    signal(SIGPIPE, SIG_IGN); /* a reader that went away ends one stream, not us */
    sigprocmask(SIG_SETMASK, NULL, &mask);
    run.app.options.operations = 16;
    app_open(&run.app);
    status = kring_signals_open(&run.signals, forwarded, 4);
    if (status < 0) {
        say("signals: %s", error_text(status));
        return EXIT_FAILURE;
    }
    status = begin(&run, command, &mask);
    if (status == EXIT_SUCCESS) {
        watch(&run);
        while (!run.ended || run.streams[0].open || run.streams[1].open)
            if (kring_run(run.app.ring, KRING_FOREVER) < 0)
                break;
        status = status_of(&run);
    }
    app_report(&run.app, stderr);
    kring_close(run.app.ring, KRING_SECOND);
    kring_signals_close(&run.signals);
    return status;
}
