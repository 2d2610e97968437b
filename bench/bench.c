/* SPDX-License-Identifier: MIT */
/*
 * What kring itself costs per operation: on io_uring against bare code over the same system calls,
 * on the soft engine against a plain pread loop. Both sides of a pair run in turn, in
 * slices of half a millisecond of which the median counts: shorter than a scheduler's turn, so that
 * other programs on the machine disturb few of them.
 */
#include "raw.h"
#include "table.h"

#include <kring.h>

#include <stdint.h>
#include <stdlib.h>

enum { BLOCK = 4096, BLOCKS = 256, BATCH_MOST = 32, SLICES = 41 };
#define SLICE_SECONDS 0.0005

struct bench {
    struct kring *ring; /* the side under test */
    struct raw_ring raw;
    int file;
    unsigned batch;
    unsigned next; /* block of the file */
    unsigned done;
    char buffers[BATCH_MOST][BLOCK];
};

/* Does `rounds` batches. */
typedef void work(struct bench *bench, unsigned rounds);

static void die(const char *what, int64_t error)
{
    fprintf(stderr, "bench: %s: %lld (%s)\n", what, (long long)error, kring_error_name(error));
    exit(EXIT_FAILURE);
}

static int64_t next_offset(struct bench *bench)
{
    return (int64_t)(bench->next++ % BLOCKS) * BLOCK;
}

static void raw_round(struct bench *bench, int expected)
{
    int error = raw_submit_and_wait(&bench->raw, bench->batch);
    struct io_uring_cqe *cqe;
    unsigned done = 0;

    if (error < 0)
        die("io_uring_enter", error);
    while (done < bench->batch) {
        while ((cqe = raw_peek(&bench->raw)) != NULL) {
            if (cqe->res != expected)
                die("bare result", cqe->res);
            (*(unsigned *)(uintptr_t)cqe->user_data)++;
            raw_seen(&bench->raw);
            done++;
        }
        if (done < bench->batch && (error = raw_submit_and_wait(&bench->raw, 1)) < 0)
            die("io_uring_enter", error);
    }
}

static void raw_nop(struct bench *bench, unsigned rounds)
{
    while (rounds-- > 0) {
        for (unsigned i = 0; i < bench->batch; i++) {
            struct io_uring_sqe *sqe = raw_sqe(&bench->raw);

            sqe->opcode = IORING_OP_NOP;
            sqe->user_data = (uintptr_t)&bench->done;
        }
        raw_round(bench, 0);
    }
}

static void raw_read(struct bench *bench, unsigned rounds)
{
    while (rounds-- > 0) {
        for (unsigned i = 0; i < bench->batch; i++) {
            struct io_uring_sqe *sqe = raw_sqe(&bench->raw);

            sqe->opcode = IORING_OP_READ;
            sqe->fd = bench->file;
            sqe->addr = (uintptr_t)bench->buffers[i];
            sqe->len = BLOCK;
            sqe->off = (uint64_t)next_offset(bench);
            sqe->user_data = (uintptr_t)&bench->done;
        }
        raw_round(bench, BLOCK);
    }
}

static void plain_read(struct bench *bench, unsigned rounds)
{
    while (rounds-- > 0) {
        for (unsigned i = 0; i < bench->batch; i++) {
            if (pread(bench->file, bench->buffers[i], BLOCK, (off_t)next_offset(bench)) != BLOCK)
                die("pread", -errno);
            bench->done++;
        }
    }
}

static void on_nop(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    (void)ring, (void)op;
    if (result->value != 0)
        die("kring nop", result->value);
    ++*(unsigned *)user;
}

static void on_read(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    (void)ring, (void)op;
    if (result->value != BLOCK)
        die("kring read", result->value);
    ++*(unsigned *)user;
}

static void kring_round(struct bench *bench)
{
    while (bench->done < bench->batch) {
        int count = kring_run(bench->ring, KRING_FOREVER);

        if (count < 0)
            die("kring_run", count);
    }
    bench->done = 0;
}

static void kring_nops(struct bench *bench, unsigned rounds)
{
    bench->done = 0;
    while (rounds-- > 0) {
        for (unsigned i = 0; i < bench->batch; i++) {
            int error = kring_start(bench->ring, kring_nop(bench->ring), on_nop, &bench->done);

            if (error < 0)
                die("kring_start", error);
        }
        kring_round(bench);
    }
}

static void kring_reads(struct bench *bench, unsigned rounds)
{
    bench->done = 0;
    while (rounds-- > 0) {
        for (unsigned i = 0; i < bench->batch; i++) {
            kring_op op = kring_read(bench->ring, bench->file, bench->buffers[i], BLOCK,
                                     next_offset(bench));
            int error = kring_start(bench->ring, op, on_read, &bench->done);

            if (error < 0)
                die("kring_start", error);
        }
        kring_round(bench);
    }
}

static double time_of(struct bench *bench, work *side, unsigned rounds)
{
    double began = seconds_now();

    side(bench, rounds);
    return seconds_now() - began;
}

static unsigned calibrate(struct bench *bench, work *side)
{
    unsigned rounds = 16;

    while (time_of(bench, side, rounds) < SLICE_SECONDS && rounds < 1u << 24)
        rounds *= 2;
    return rounds;
}

static void compare(const char *name, struct bench *bench, work *base, work *kring, unsigned runs,
                    double aim)
{
    struct samples samples = {0};
    unsigned rounds = calibrate(bench, base);
    double operations = (double)rounds * bench->batch;

    time_of(bench, kring, rounds);
    for (unsigned run = 0; run < runs; run++) {
        double base_time[SLICES];
        double kring_time[SLICES];

        for (unsigned i = 0; i < SLICES; i++) {
            base_time[i] = time_of(bench, base, rounds);
            kring_time[i] = time_of(bench, kring, rounds);
        }
        sample(&samples, operations / median(base_time, SLICES),
               operations / median(kring_time, SLICES));
    }
    table_row(name, &samples, aim);
}

static int cached_file(void)
{
    static const char block[BLOCK] = "kring";
    char name[] = "/tmp/kring-bench-XXXXXX";
    int fd = mkstemp(name);

    if (fd < 0)
        die("a temporary file", -errno);
    unlink(name);
    for (unsigned i = 0; i < BLOCKS; i++) {
        if (write(fd, block, sizeof block) != (ssize_t)sizeof block)
            die("writing the temporary file", -errno);
    }
    return fd;
}

static int open_ring(struct bench *bench, enum kring_engine engine)
{
    struct kring_options options = KRING_OPTIONS_INIT;

    options.engine = engine;
    options.flags = KRING_NO_ENVIRONMENT;
    return kring_open(&bench->ring, &options);
}

static void bench_kernel(struct bench *bench, unsigned runs)
{
    struct kring_caps caps;
    int error = open_ring(bench, KRING_ENGINE_KERNEL);

    if (error == 0) {
        kring_caps(bench->ring, &caps);
        error = raw_open(&bench->raw, 64, caps.setup_flags);
    }
    if (error < 0) {
        printf("io_uring does not run here (%s): not measured.\n\n", kring_error_name(error));
        return;
    }
    printf("kring on io_uring against bare code over the same calls (setup flags 0x%x both):\n\n",
           (unsigned)(caps.setup_flags & RAW_SETUP_FLAGS));
    table_head("op/s");
    bench->batch = 1;
    compare("nop, 1 at a time", bench, raw_nop, kring_nops, runs, 0.90);
    compare("4 KiB cached read, 1 at a time", bench, raw_read, kring_reads, runs, 0.90);
    bench->batch = BATCH_MOST;
    compare("nop, batches of 32", bench, raw_nop, kring_nops, runs, 0.90);
    compare("4 KiB cached read, batches of 32", bench, raw_read, kring_reads, runs, 0.90);
    printf("\n");
    kring_close(bench->ring, KRING_SECOND);
    close(bench->raw.fd);
}

static void bench_soft(struct bench *bench, unsigned runs)
{
    int error = open_ring(bench, KRING_ENGINE_SOFT);

    if (error < 0)
        die("kring_open soft", error);
    printf("kring on the soft engine against a plain pread loop:\n\n");
    table_head("op/s");
    bench->batch = 1;
    compare("4 KiB cached read, 1 at a time", bench, plain_read, kring_reads, runs, 0.75);
    bench->batch = BATCH_MOST;
    compare("4 KiB cached read, batches of 32", bench, plain_read, kring_reads, runs, 0.75);
    printf("\n");
    kring_close(bench->ring, KRING_SECOND);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    unsigned runs = runs_wanted(argc, argv);

    bench.file = cached_file();
    bench_kernel(&bench, runs);
    bench_soft(&bench, runs);
    close(bench.file);
    return EXIT_SUCCESS;
}
