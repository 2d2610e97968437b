/* SPDX-License-Identifier: MIT */
/* What is asked of the probe: the options, and what the environment says instead. */
#include <errno.h>
#include <string.h>

#include "../abi/sys.h"
#include "internal.h"

int kring__wish_init(struct kring__wish *wish, const struct kring_options *options)
{
    struct kring_options o = KRING_OPTIONS_INIT;
    uint32_t engine = KRING_ENGINE_AUTO;
    uint16_t release = 0;
    int number = 0;

    memset(wish, 0, sizeof *wish);
    if (options != NULL) /* an older header knew fewer fields */
        memcpy(&o, options, options->size < sizeof o ? options->size : sizeof o);
    if (o.engine > KRING_ENGINE_SOFT || o.entries > 32768)
        return -EINVAL;
    /* Without a kernel engine there is nothing to simulate. */
    if (!CONFIG_KRING_KERNEL_ENGINE)
        o.kernel = NULL;
    if (o.kernel != NULL && (number = kring__release_parse(o.kernel)) < 0)
        return -EINVAL;
    if (!(o.flags & KRING_NO_ENVIRONMENT)) {
        if (kring__environment(&engine, &release) < 0)
            return -EINVAL;
        wish->quirks_off = kring__quirks_environment();
#if CONFIG_KRING_ENV
        if (release != 0)
            kring__sys_simulate(release);
#endif
    }
    /* What the program demands in its options stands above the environment. */
    wish->engine = o.engine != KRING_ENGINE_AUTO ? o.engine : engine;
    wish->release = o.kernel != NULL ? (uint16_t)number : release;
    wish->entries = o.entries != 0 ? o.entries : CONFIG_KRING_ENTRIES;
    wish->cq_entries = o.cq_entries;
    wish->setup_wanted = o.setup_wanted;
    wish->setup_required = o.setup_required;
    wish->sq_thread_cpu = o.sq_thread_cpu;
    wish->sq_thread_idle_ms = o.sq_thread_idle_ms;
    wish->attach_fd = o.attach_fd;
    wish->exact = wish->engine == KRING_ENGINE_KERNEL;
    return 0;
}
