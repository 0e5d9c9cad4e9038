/* immure-broker: started by immure-supervisor, for a policy with gateways.
 *
 * Descriptor 3 is the supervisor.  Its environment is what the policy names
 * for secrets.  It runs no Python and no job's code; when the supervisor is
 * gone, so is it. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/gateway/broker.h"

enum { STATUS_USAGE = 125, END_MS = 2500 };

int
main(int argc, char **argv)
{
    struct err err = {0};
    struct stat st;
    (void)argv;
    if (argc != 1 || fstat(BROKER_FD, &st) != 0 || !S_ISSOCK(st.st_mode)) {
        fprintf(stderr, "immure-broker: started by immure, not by hand\n");
        return STATUS_USAGE;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    if (confine_early(&err) != 0) {
        fprintf(stderr, "immure-broker: %s\n", err.msg);
        return STATUS_USAGE;
    }
    struct event_base *base = event_base_new();
    struct broker *broker = calloc(1, sizeof *broker);
    if (base == NULL || broker == NULL ||
        broker_init(broker, base, &err) != 0) {
        fprintf(stderr, "immure-broker: no event loop: %s\n", err.msg);
        return STATUS_USAGE;
    }
    while (!broker->over && event_base_loop(base, EVLOOP_ONCE) == 0)
        ;
    broker_clear(broker);
    /* Threads may have something to end at a server, and may not be waited
     * for long: what still works then ends with this process. */
    for (int ms = 0; ms < END_MS && atomic_load(&broker->workers) > 0; ms++)
        (void)poll(NULL, 0, 1);
    _exit(0);
}
