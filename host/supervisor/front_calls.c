#include "host/supervisor/front_calls.h"

int
front_take_call(struct front *front, struct request *request, struct run *run,
                struct span payload, struct err *err)
{
    static const struct span nothing = {(const uint8_t *)"", 0};
    struct call call;
    enum answer_status status;
    if (call_parse(payload, &call, err) != 0 ||
        calls_begin(&request->calls, &call, run_now_ns(), &status, err) != 0)
        return -1;
    if (status == ANSWER_VALUE) {
        client_link_send(&front->client, FRAME_CALL, request->id, payload,
                         nothing);
        return 1;
    }
    const struct answer answer = {call.serial, status, nothing};
    return run_answer(run, &answer, err);
}

int
front_take_answer(struct request *request, struct span payload,
                  struct err *err)
{
    struct answer answer;
    if (answer_parse(payload, &answer, err) != 0)
        return -1;
    if (answer.status != ANSWER_VALUE && answer.status != ANSWER_ERROR)
        return err_set(err, ERR_PROTO, 0, "an answer that is not a client's");
    if (request->guest == NULL ||
        !calls_end(&request->calls, &answer, run_now_ns()))
        return 0;
    return run_answer(&request->guest->run, &answer, err);
}

void
front_interrupt_call(struct request *request)
{
    static const char text[] = "the call was interrupted";
    struct err err;
    struct answer answer = {request->calls.serial,
                            ANSWER_ERROR,
                            {(const uint8_t *)text, sizeof text - 1}};
    struct run *run = &request->guest->run;
    if (calls_end(&request->calls, &answer, run_now_ns()) &&
        run_answer(run, &answer, &err) != 0)
        run_give_up(run, &err);
}
