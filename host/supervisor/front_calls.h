/* Calls of guests, from the guest to the client and back. */
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

/* A session's step is interrupted: a call that it waits in ends with an error,
 * so that the signal is seen even if it came just before the waiting. */
void front_interrupt_call(struct request *request);

#endif
