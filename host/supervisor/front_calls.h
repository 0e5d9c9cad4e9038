/* Calls of guests, from the guest to the client or to its policy's broker, and
 * back. */
#ifndef IMMURE_FRONT_CALLS_H
#define IMMURE_FRONT_CALLS_H

#include "host/supervisor/front.h"

/* A FRAME_CALL of the guest that has the request's job: 1 when it went to the
 * client, 0 when the guest was told no, -1 when it breaks the protocol. */
int front_take_call(struct front *front, struct request *request,
                    struct run *run, struct span payload, struct err *err);

/* A FRAME_ANSWER of the client.  One that nobody waits for is ignored: the
 * step that asked may be over. */
int front_take_answer(struct request *request, struct span payload,
                      struct err *err);

/* A FRAME_ANSWER of a pool's broker. */
void front_take_gateway(struct front *front, struct pool *pool, uint16_t id,
                        struct span payload);

/* A FRAME_REGISTER of an operator's program; -1 when it breaks the
 * protocol. */
int front_take_register(struct request *request, struct run *run,
                        struct span payload, struct err *err);

/* What pool_add_gateway() came to: the pool's job may call it. */
void front_gateway_added(struct front *front, struct pool *pool,
                         const struct err *cause);

/* The broker answers nothing of what it was asked. */
void front_lost_broker(struct front *front, struct pool *pool);

/* The job, or a session's step, is over, with what it was granted. */
void front_end_calls(struct request *request);

/* The job's guest is gone, and with it what it has open at its gateways. */
void front_leave_gateways(struct request *request);

/* Once a second: a broker that keeps no deadline is ended. */
void front_check_brokers(struct front *front, uint64_t now_ns);

/* A session's step is interrupted: a call that it waits in ends with an error,
 * so that the signal is seen even if it came just before the waiting. */
void front_interrupt_call(struct request *request);

#endif
