#include "host/gateway/kinds.h"

const struct gateway_kind *const gateway_kinds[] = {
    &gateway_stub,
#ifdef WITH_CURL
    &gateway_fetch,
#endif
    NULL,
};
