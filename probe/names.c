/* SPDX-License-Identifier: MIT */
/* Static names of codes: errno numbers (which differ between architectures), evidence, causes. */
#include <errno.h>

#include "internal.h"

#define ERRNOS(X) \
    X(EPERM) X(ENOENT) X(ESRCH) X(EINTR) X(EIO) X(ENXIO) X(E2BIG) X(ENOEXEC) X(EBADF) X(ECHILD) \
    X(EAGAIN) X(ENOMEM) X(EACCES) X(EFAULT) X(ENOTBLK) X(EBUSY) X(EEXIST) X(EXDEV) X(ENODEV) \
    X(ENOTDIR) X(EISDIR) X(EINVAL) X(ENFILE) X(EMFILE) X(ENOTTY) X(ETXTBSY) X(EFBIG) X(ENOSPC) \
    X(ESPIPE) X(EROFS) X(EMLINK) X(EPIPE) X(EDOM) X(ERANGE) X(EDEADLK) X(ENAMETOOLONG) \
    X(ENOLCK) X(ENOSYS) X(ENOTEMPTY) X(ELOOP) X(ENODATA) X(ETIME) X(ENOLINK) X(EPROTO) \
    X(EBADMSG) X(EOVERFLOW) X(EBADFD) X(EBADR) X(EILSEQ) X(EUSERS) X(ENOTSOCK) X(EDESTADDRREQ) \
    X(EMSGSIZE) X(EPROTOTYPE) X(ENOPROTOOPT) X(EPROTONOSUPPORT) X(ESOCKTNOSUPPORT) \
    X(EOPNOTSUPP) X(EPFNOSUPPORT) X(EAFNOSUPPORT) X(EADDRINUSE) X(EADDRNOTAVAIL) X(ENETDOWN) \
    X(ENETUNREACH) X(ENETRESET) X(ECONNABORTED) X(ECONNRESET) X(ENOBUFS) X(EISCONN) \
    X(ENOTCONN) X(ESHUTDOWN) X(ETIMEDOUT) X(ECONNREFUSED) X(EHOSTDOWN) X(EHOSTUNREACH) \
    X(EALREADY) X(EINPROGRESS) X(ESTALE) X(EDQUOT) X(ECANCELED) X(EOWNERDEAD) \
    X(ENOTRECOVERABLE) X(EREMOTEIO) X(ENOKEY) X(EKEYEXPIRED) X(ENOMEDIUM)

#define NAME_CASE(name) \
    case name: \
        return #name;

const char *kring_error_name(int64_t error)
{
    if (error >= 0 || error < -1000000)
        return "E?";
    switch ((int)-error) {
    ERRNOS(NAME_CASE)
    case KRING_EKERNEL:
        return "KRING_EKERNEL";
    case KRING_EIDLE:
        return "KRING_EIDLE";
    case KRING_ECLOSED:
        return "KRING_ECLOSED";
    case KRING_ELOST:
        return "KRING_ELOST";
    case KRING_EEOF:
        return "KRING_EEOF";
    default:
        return "E?";
    }
}

const char *kring__evidence_name(unsigned evidence)
{
    static const char *const names[] = {
        [KRING__EVIDENCE_NONE] = "none",   [KRING__QUERIED] = "queried",
        [KRING__PROBED] = "probed",        [KRING__TRIED] = "tried",
        [KRING__IMPLIED] = "implied",      [KRING__MASKED] = "masked",
        [KRING__DEMOTED] = "demoted",
    };

    return evidence < sizeof names / sizeof names[0] ? names[evidence] : "?";
}

const char *kring__answer_name(unsigned answer)
{
    static const char *const names[] = {"cannot tell", "yes", "no"};

    return answer < 3 ? names[answer] : "?";
}

const char *kring__cause_name(unsigned cause)
{
    static const char *const names[] = {
        [KRING_CAUSE_NONE] = "none",         [KRING_CAUSE_OPTION] = "option",
        [KRING_CAUSE_CONFIG] = "config",     [KRING_CAUSE_ABSENT] = "absent",
        [KRING_CAUSE_SYSCTL] = "sysctl",     [KRING_CAUSE_SECCOMP] = "seccomp",
        [KRING_CAUSE_LSM] = "lsm",           [KRING_CAUSE_MEMLOCK] = "memlock",
        [KRING_CAUSE_MEMORY] = "memory",     [KRING_CAUSE_FDS] = "fds",
        [KRING_CAUSE_FLAGS] = "flags",       [KRING_CAUSE_UNPROVEN] = "unproven",
        [KRING_CAUSE_SIMULATED] = "simulated", [KRING_CAUSE_QUIRK] = "quirk",
        [KRING_CAUSE_UNKNOWN] = "unknown",
    };

    return cause < sizeof names / sizeof names[0] ? names[cause] : "?";
}
