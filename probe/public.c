/* SPDX-License-Identifier: MIT */
/* The public questions about a ring's engines: kring_caps, kring_explain and their kin. */
#include <errno.h>
#include <string.h>

#include "internal.h"

static int length(size_t bytes)
{
    return bytes < INT32_MAX ? (int)bytes : INT32_MAX;
}

int kring_caps(struct kring *ring, struct kring_caps *caps)
{
    if (ring == NULL || caps == NULL)
        return -EINVAL;
    *caps = kring__ring_caps(ring)->pub;
    return 0;
}

int kring_explain_opcode(struct kring *ring, unsigned opcode, int64_t error, char *text,
                         size_t size)
{
    if (ring == NULL || (text == NULL && size != 0))
        return -EINVAL;
    return length(kring__explain_text(kring__ring_caps(ring), opcode, 0, 0, error, text, size));
}

int kring_explain(struct kring *ring, kring_op op, int64_t error, char *text, size_t size)
{
    const struct io_uring_sqe *sqe;
    struct kring__text out;
    int stale = 0;

    if (ring == NULL || (text == NULL && size != 0))
        return -EINVAL;
    sqe = kring__ring_sqe(ring, op, &stale);
    if (sqe != NULL)
        return length(kring__explain_text(kring__ring_caps(ring), sqe->opcode,
                                          kring__variants_of(sqe), sqe->flags, error, text, size));
    /* The operation is gone (a failed start frees it): what the code means, and the engines. */
    kring__text_init(&out, text, size);
    if (error != 0 || stale != 0) {
        kring__text_add(&out, kring_error_name(error != 0 ? error : stale));
        kring__text_add(&out, " (");
        kring__text_number(&out, error != 0 ? error : stale);
        kring__text_add(&out, "), of an operation that is gone");
    }
    if (kring__ring_caps(ring)->pub.engine != KRING_ENGINE_KERNEL) {
        kring__text_add(&out, "; no kernel engine: ");
        out.length += kring__cause_text(kring__ring_caps(ring),
                                        out.length < out.size ? text + out.length : NULL,
                                        out.length < out.size ? size - out.length : 0);
    }
    return length(out.length);
}

int kring_open_explain(const struct kring_options *options, char *text, size_t size)
{
    struct kring__kernel kernel;
    struct kring__wish wish;
    struct kring__caps caps;
    int error;

    if (text == NULL && size != 0)
        return -EINVAL;
    error = kring__wish_init(&wish, options);
    if (error < 0)
        return error;
    if (wish.engine == KRING_ENGINE_SOFT) {
        kring__caps_none(&caps, &wish, 0);
    } else {
        kring__probe_forget();
        if (kring__kernel_open(&kernel, &wish, &caps) == 0)
            kring__kernel_close(&kernel);
    }
    if (caps.pub.engine == KRING_ENGINE_KERNEL && wish.engine == KRING_ENGINE_KERNEL &&
        options != NULL && options->direct_descriptors != 0 &&
        caps.op[IORING_OP_LISTEN].answer != KRING__YES) {
        struct kring__text out;

        kring__text_init(&out, text, size);
        kring__text_add(&out, "io_uring works, but not all operations take direct descriptors "
                              "before Linux 6.11; engine auto instead of kernel keeps their table "
                              "on the soft engine");
        return length(out.length);
    }
    return length(kring__cause_text(&caps, text, size));
}
