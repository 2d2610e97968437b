/* SPDX-License-Identifier: MIT */
/*
 * What seeded programs are made of: requests and rounds as templates, one line each.
 *
 *   {3-9}     a number of this range          [a/b/c]   one of these texts
 *   @a        a new user_data, kept as `a`    $a        the one kept as `a`
 *   #         the number of the round, for the names of new objects
 *   <link>    a request of the table below with a link flag, whose user_data nobody needs
 *   <last>    one without a link flag, its user_data kept as `z`
 *   <inline>  the same, but none that a worker of the kernel may run
 *   <chain>   up to four of the first, then the second
 *
 * Only what has one possible outcome may stand here. A request of the table never waits (it has
 * something to do, MSG_DONTWAIT or RWF_NOWAIT) and needs no clean-up; a round ends what it began,
 * and leaves the pipe q and the sockets t empty.
 */
#ifndef KRING_TESTS_ORACLE_RANDOM_H
#define KRING_TESTS_ORACLE_RANDOM_H

#include "oracle.h"

/* Its own kernel-side order is defined only by a link: the kernel may use a worker for it. */
#define RANDOM_WORKER 1u
#define RANDOM_FIXED 2u  /* with IOSQE_FIXED_FILE */
#define RANDOM_FAILS 4u  /* refused at preparation: what follows waits for the next enter */
#define RANDOM_SELECT 8u /* with IOSQE_BUFFER_SELECT */
#define RANDOM_HARD 16u  /* its failure does not break a soft link of the kernel (D20, D30): hard ones */

struct random_request {
    uint8_t opcode;
    uint8_t flags;
    uint16_t since; /* if later than the operation's */
    const char *text;
};
struct random_round {
    uint8_t opcode; /* the youngest operation in it */
    uint8_t often;  /* this many tickets in the draw */
    uint16_t since;
    const char *text;
};

extern const struct random_request random_requests[];
extern const unsigned random_request_count;
extern const struct random_round random_rounds[];
extern const unsigned random_round_count;
/* The objects that requests and rounds use; what not every kernel can make of them. */
extern const char random_world[];
struct random_thing {
    uint16_t since;
    const char *text;
};
extern const struct random_thing random_things[];
extern const unsigned random_thing_count;

#endif
