#include "host/gateway/denial.h"

#include <string.h>

#include "host/wire/frame.h"

void
client_deny(struct client *client, const struct denial *denial)
{
    const char *const texts[] = {denial->what, denial->rule, denial->reason,
                                 denial->fix};
    OWNED_BUFFER data = {0};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (field_add(&data, texts[i], strlen(texts[i]), NULL) != 0)
            buf_clear(&data); /* no words then: it is refused all the same */
    client_answer(client, ANSWER_DENIED, data.data, data.len);
}
