#include "host/gateway/kinds.h"

/* clang-format off */
const struct gateway_kind *const gateway_kinds[] = {
    &gateway_cache,
    &gateway_clock,
#ifdef WITH_CURL
    &gateway_fetch,
#endif
    &gateway_log,
    &gateway_session,
    &gateway_sql,
    &gateway_stream,
    &gateway_stub,
    NULL,
};
/* clang-format on */
