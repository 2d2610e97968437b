/* SPDX-License-Identifier: MIT */
/*
 * Registered buffers, and what is common to all registered resources: nodes. A node is a buffer's
 * bounds, or a tag, or both; its slot in a table and each request that uses it count as users. When
 * the last one is gone its tag is posted, as io_free_rsrc_node() of io_uring/rsrc.c does: so a
 * tag's CQE says that nothing reads or writes the resource any more. A file has a node only when it
 * has a tag.
 */
#include "engine.h"

#include <linux/fcntl.h>
#include <linux/uio.h>

#if CONFIG_KRING_SOFT_ENGINE

#define BUFFERS_MAX 16384u             /* IORING_MAX_REG_BUFFERS */
#define LENGTH_MAX (UINT64_C(1) << 30) /* of one buffer */
#define POPULATE_WRITE 23              /* MADV_POPULATE_WRITE, 5.14 */
#define WILLNEED 3

uint32_t kring__node_new(struct kring__soft *soft, uint64_t tag)
{
    uint32_t index = soft->node_free;
    struct kring__node *node;

    if (index != KRING__NONE)
        soft->node_free = soft->nodes[index].next;
    else if (soft->node_top < kring__node_count(&soft->config))
        index = soft->node_top++;
    else
        return KRING__NONE;
    node = &soft->nodes[index];
    memset(node, 0, sizeof *node);
    node->tag = tag;
    node->users = 1;
    return index;
}

static void free_node(struct kring__soft *soft, uint32_t index)
{
    soft->nodes[index].next = soft->node_free;
    soft->node_free = index;
}

void kring__node_put(struct kring__soft *soft, uint32_t index)
{
    struct kring__node *node;

    if (index == KRING__NONE)
        return;
    node = &soft->nodes[index];
    if (--node->users > 0)
        return;
    if (node->tag == 0) {
        free_node(soft, index);
        return;
    }
    /* Posted in the order of the releases, behind what waits for room already. */
    node->next = KRING__NONE;
    if (soft->tags.last == KRING__NONE)
        soft->tags.first = index;
    else
        soft->nodes[soft->tags.last].next = index;
    soft->tags.last = index;
    kring__cq_flush_overflow(soft);
}

bool kring__tag_post(struct kring__soft *soft)
{
    uint32_t index = soft->tags.first;

    if (!kring__cq_put(soft, soft->nodes[index].tag, 0, 0))
        return false;
    soft->tags.first = soft->nodes[index].next;
    if (soft->tags.first == KRING__NONE)
        soft->tags.last = KRING__NONE;
    free_node(soft, index);
    return true;
}

void kring__req_put_nodes(struct kring__soft *soft, struct kring__req *req)
{
    kring__node_put(soft, req->buffer_node);
    kring__node_put(soft, req->file_node);
    req->buffer_node = req->file_node = KRING__NONE;
}

/*
 * The kernel pins the pages, which fails where there are none or where they cannot be written.
 * Here they are made present; a kernel without that advice is only asked whether they exist.
 */
static int check_memory(uint64_t addr, uint64_t length)
{
    int advice = POPULATE_WRITE;
    long res;

    for (;;) {
        /* Advice wants the start of a page, whose size nobody tells. */
        for (uint64_t page = 4096; page <= 65536; page *= 4) {
            uint64_t start = addr & ~(page - 1);

            if (kring__sys_madvise((void *)(uintptr_t)start, 0, advice) == -EINVAL)
                continue;
            res = kring__sys_madvise((void *)(uintptr_t)start, (size_t)(addr - start + length),
                                     advice);
            /* EINVAL and EFAULT: not writable, or nothing that has pages. */
            return res == -ENOMEM || res == -EFAULT || res == -EINVAL ? -EFAULT : 0;
        }
        if (advice == WILLNEED)
            return 0;
        advice = WILLNEED;
    }
}

/* A slot's new content: KRING__NONE for an empty vector. */
static int make_node(struct kring__soft *soft, const struct iovec *vector, uint64_t tag,
                     uint32_t *index)
{
    uint64_t addr = (uintptr_t)vector->iov_base, length = vector->iov_len;
    uintptr_t end;

    *index = KRING__NONE;
    if (length > SIZE_MAX / 2)
        return -EINVAL;
    if (addr == 0) {
        if (length != 0)
            return -EFAULT;
        return tag != 0 ? -EINVAL : 0;
    }
    if (length == 0 || length > LENGTH_MAX)
        return -EFAULT;
    if (__builtin_add_overflow((uintptr_t)addr, (uintptr_t)((length + 4095) & ~UINT64_C(4095)),
                               &end))
        return -EOVERFLOW;
    if (check_memory(addr, length) < 0)
        return -EFAULT;
    *index = kring__node_new(soft, tag);
    if (*index == KRING__NONE)
        return -ENOMEM;
    soft->nodes[*index].addr = addr;
    soft->nodes[*index].length = (uint32_t)length;
    return 0;
}

/* Entry i of the two arrays, of which either may be missing. */
static int take_entry(struct kring__soft *soft, uint64_t vectors, uint64_t tags, uint32_t i,
                      uint32_t *index)
{
    struct iovec vector = {NULL, 0};
    uint64_t tag = 0;

    if (vectors != 0)
        memcpy(&vector, (const void *)((uintptr_t)vectors + i * sizeof vector), sizeof vector);
    if (tags != 0)
        memcpy(&tag, (const void *)((uintptr_t)tags + i * sizeof tag), sizeof tag);
    return make_node(soft, &vector, tag, index);
}

int kring__buffers_register(struct kring__soft *soft, uint64_t vectors, uint64_t tags,
                            uint32_t count)
{
    uint32_t i;
    int error = 0;

    if (soft->fixed_count != 0)
        return -EBUSY;
    if (count == 0 || count > BUFFERS_MAX)
        return -EINVAL;
    if (count > soft->config.fixed_buffers)
        return -ENOMEM;
    for (i = 0; i < count; i++) {
        error = take_entry(soft, vectors, tags, i, &soft->fixed[i]);
        if (error < 0)
            break;
    }
    if (error == 0) {
        soft->fixed_count = count;
        return 0;
    }
    /* Never registered, so no tag is due. */
    while (i-- > 0)
        if (soft->fixed[i] != KRING__NONE)
            free_node(soft, soft->fixed[i]);
    return error;
}

int kring__buffers_unregister(struct kring__soft *soft)
{
    if (soft->fixed_count == 0)
        return -ENXIO;
    /* From the last to the first, as the kernel does. */
    while (soft->fixed_count > 0)
        kring__node_put(soft, soft->fixed[--soft->fixed_count]);
    return 0;
}

int kring__buffers_update(struct kring__soft *soft, uint32_t offset, uint64_t vectors,
                          uint64_t tags, uint32_t count)
{
    uint32_t done;
    int error = 0;

    if (soft->fixed_count == 0)
        return -ENXIO;
    if (offset + count > soft->fixed_count)
        return -EINVAL;
    if (vectors == 0)
        return -EFAULT;
    for (done = 0; done < count; done++) {
        uint32_t index, old = soft->fixed[offset + done];

        error = take_entry(soft, vectors, tags, done, &index);
        if (error < 0)
            break;
        soft->fixed[offset + done] = index;
        kring__node_put(soft, old);
    }
    return done ? (int)done : error;
}

void kring__soft_buffers(const struct kring__soft *soft, uint32_t first, struct iovec *vectors,
                         uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t index = first + i < soft->fixed_count ? soft->fixed[first + i] : KRING__NONE;

        vectors[i].iov_base = NULL;
        vectors[i].iov_len = 0;
        if (index != KRING__NONE) {
            vectors[i].iov_base = (void *)(uintptr_t)soft->nodes[index].addr;
            vectors[i].iov_len = soft->nodes[index].length;
        }
    }
}

/* The kernel has looked for the file before it looks for the buffer. */
static int no_buffer(const struct kring__req *req)
{
    bool file = kring__row(req->sqe.opcode)->flags & KRING__FILE;

    return file && kring__sys_fcntl(req->fd, F_GETFD, 0) < 0 ? -EBADF : -EFAULT;
}

int kring__req_fixed_slot(struct kring__soft *soft, struct kring__req *req)
{
    uint32_t slot = req->sqe.buf_index;

    /* Looked up once: later tries keep it, whatever is registered meanwhile. */
    if (req->buffer_node != KRING__NONE)
        return 0;
    if (!CONFIG_KRING_REGISTERED_BUFFERS || slot >= soft->fixed_count ||
        soft->fixed[slot] == KRING__NONE)
        return no_buffer(req);
    req->buffer_node = soft->fixed[slot];
    soft->nodes[req->buffer_node].users++;
    return 0;
}

int kring__req_fixed_buffer(struct kring__soft *soft, struct kring__req *req, uint64_t addr,
                            uint64_t length)
{
    const struct kring__node *node;
    uint64_t end;
    int error = kring__req_fixed_slot(soft, req);

    if (error < 0)
        return error;
    node = &soft->nodes[req->buffer_node];
    if (__builtin_add_overflow(addr, length, &end) || addr < node->addr ||
        end > node->addr + node->length)
        return no_buffer(req);
    return 0;
}

int64_t kring__req_fixed_vectors(struct kring__soft *soft, struct kring__req *req,
                                 const struct iovec *vectors, size_t count)
{
    uint64_t total = 0;
    int error = kring__req_fixed_slot(soft, req);

    for (size_t i = 0; error == 0 && i < count; i++) {
        uint64_t length = vectors[i].iov_len;

        error = kring__req_fixed_buffer(soft, req, (uintptr_t)vectors[i].iov_base, length);
        if (error == 0 && length == 0) /* io_vec_fill_bvec() refuses it */
            error = -EFAULT;
        total += length;
    }
    return error < 0 ? error : (int64_t)total;
}

#endif
