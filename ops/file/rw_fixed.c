/* SPDX-License-Identifier: MIT */
/* What the four operations on registered buffers add: where the data may lie. */
#include "rw.h"

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_REGISTERED_BUFFERS

int kring__rw_fixed_try(struct kring__soft *soft, struct kring__req *req, bool write)
{
    struct iovec vector = {kring__pointer(req->sqe.addr), req->sqe.len};
    int error = kring__req_fixed_buffer(soft, req, req->sqe.addr, req->sqe.len);

    return error < 0 ? error : kring__rw_try(req, &vector, 1, write);
}

int kring__rw_fixed_vectors_prep(struct kring__req *req)
{
    const struct iovec *vectors = kring__pointer(req->sqe.addr);
    int error = kring__rw_prep(req);

    if (error < 0)
        return error;
    if (req->sqe.len > KRING__RW_VECTORS)
        return -EINVAL;
    if (req->sqe.len > 0 && kring__bad_address(vectors))
        return -EFAULT;
    for (uint32_t i = 0; i < req->sqe.len; i++)
        if (vectors[i].iov_len > SIZE_MAX / 2)
            return -EINVAL;
    return 0;
}

int kring__rw_fixed_vectors_try(struct kring__soft *soft, struct kring__req *req, bool write)
{
    const struct iovec *vectors = kring__pointer(req->sqe.addr);
    int64_t total = kring__req_fixed_vectors(soft, req, vectors, req->sqe.len);

    if (total < 0)
        return (int)total;
    return total > KRING__RW_MAX ? -EINVAL : kring__rw_try(req, vectors, req->sqe.len, write);
}

#endif
