/* What kind of place an address is, before anybody connects to it.
 *
 * The internet is what the registries of special addresses leave (IANA, of
 * IPv4 and of IPv6; RFC 6890 and its updates).  IPv6 addresses that carry an
 * IPv4 address (mapped, compatible, NAT64, 6to4) are as the one they carry. */
#ifndef IMMURE_GATEWAY_ADDRESS_H
#define IMMURE_GATEWAY_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

enum address_kind {
    ADDRESS_PUBLIC,
    ADDRESS_PRIVATE,  /* this machine, or a network behind it */
    ADDRESS_METADATA, /* of a cloud's machines: it hands out credentials */
    ADDRESS_NEVER,    /* no single machine's: multicast, reserved, 0.0.0.0 */
};

/* *out_what: a word for messages ("loopback"); "public" for the first kind.
 * What is neither IPv4 nor IPv6 is ADDRESS_NEVER. */
enum address_kind address_classify(const struct sockaddr *sa,
                                   const char **out_what);

/* Both have the same family and address; ports are not looked at. */
bool address_same(const struct sockaddr *a, const struct sockaddr *b);

enum { ADDRESS_TEXT = INET6_ADDRSTRLEN };

void address_text(const struct sockaddr *sa, char out[ADDRESS_TEXT]);

#endif
