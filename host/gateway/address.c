#include "host/gateway/address.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct row4 {
    uint8_t net[4];
    uint8_t bits;
    enum address_kind kind;
    const char *what;
};

struct row6 {
    uint8_t net[16];
    uint8_t bits;
    enum address_kind kind;
    const char *what;
};

/* clang-format off */
/* The first row that fits decides: the narrow before the wide. */
static const struct row4 rows4[] = {
    {{169, 254, 169, 254}, 32, ADDRESS_METADATA, "a cloud's metadata service"},
    {{169, 254, 170, 2},   32, ADDRESS_METADATA, "a cloud's metadata service"},
    {{168, 63, 129, 16},   32, ADDRESS_METADATA, "a cloud's metadata service"},
    {{100, 100, 100, 200}, 32, ADDRESS_METADATA, "a cloud's metadata service"},
    {{192, 0, 0, 192},     32, ADDRESS_METADATA, "a cloud's metadata service"},
    {{0, 0, 0, 0},          8, ADDRESS_NEVER,    "of no machine"},
    {{10, 0, 0, 0},         8, ADDRESS_PRIVATE,  "private"},
    {{100, 64, 0, 0},      10, ADDRESS_PRIVATE,  "private to a carrier"},
    {{127, 0, 0, 0},        8, ADDRESS_PRIVATE,  "loopback"},
    {{169, 254, 0, 0},     16, ADDRESS_PRIVATE,  "link-local"},
    {{172, 16, 0, 0},      12, ADDRESS_PRIVATE,  "private"},
    {{192, 0, 0, 0},       24, ADDRESS_PRIVATE,  "special"},
    {{192, 0, 2, 0},       24, ADDRESS_PRIVATE,  "for documentation"},
    {{192, 31, 196, 0},    24, ADDRESS_PRIVATE,  "special"},
    {{192, 52, 193, 0},    24, ADDRESS_PRIVATE,  "special"},
    {{192, 88, 99, 0},     24, ADDRESS_PRIVATE,  "special"},
    {{192, 168, 0, 0},     16, ADDRESS_PRIVATE,  "private"},
    {{192, 175, 48, 0},    24, ADDRESS_PRIVATE,  "special"},
    {{198, 18, 0, 0},      15, ADDRESS_PRIVATE,  "for measurements"},
    {{198, 51, 100, 0},    24, ADDRESS_PRIVATE,  "for documentation"},
    {{203, 0, 113, 0},     24, ADDRESS_PRIVATE,  "for documentation"},
    {{224, 0, 0, 0},        4, ADDRESS_NEVER,    "multicast"},
    {{240, 0, 0, 0},        4, ADDRESS_NEVER,    "reserved"},
    {{0},                   0, ADDRESS_PUBLIC,   "public"},
};

/* Of IPv6 only 2000::/3 is given to the internet. */
static const struct row6 rows6[] = {
    {{0xfd, 0x00, 0x0e, 0xc2, [15] = 0x54, [14] = 0x02}, 128,
     ADDRESS_METADATA, "a cloud's metadata service"},
    {{[15] = 1},                      128, ADDRESS_PRIVATE, "loopback"},
    {{0},                             128, ADDRESS_NEVER,   "of no machine"},
    {{0x00, 0x64, 0xff, 0x9b, 0, 1},   48, ADDRESS_PRIVATE, "a local NAT64's"},
    {{0xfc},                            7, ADDRESS_PRIVATE, "private"},
    {{0xfe, 0x80},                     10, ADDRESS_PRIVATE, "link-local"},
    {{0xfe, 0xc0},                     10, ADDRESS_PRIVATE, "site-local"},
    {{0xff},                            8, ADDRESS_NEVER,   "multicast"},
    {{0x20, 0x01, 0x00, 0x00},         32, ADDRESS_PRIVATE, "a Teredo tunnel's"},
    {{0x20, 0x01, 0x00},               23, ADDRESS_PRIVATE, "special"},
    {{0x20, 0x01, 0x0d, 0xb8},         32, ADDRESS_PRIVATE, "for documentation"},
    {{0x3f, 0xff},                     20, ADDRESS_PRIVATE, "for documentation"},
    {{0x26, 0x20, 0x00, 0x4f, 0x80},   48, ADDRESS_PRIVATE, "special"},
    {{0x20},                            3, ADDRESS_PUBLIC,  "public"},
    {{0},                               0, ADDRESS_NEVER,   "reserved"},
};

/* Where an IPv4 address stands in those that carry one. */
static const struct {
    uint8_t net[16];
    uint8_t bits, at;
} carriers[] = {
    {{[10] = 0xff, [11] = 0xff},       96, 12}, /* mapped */
    {{0x00, 0x64, 0xff, 0x9b},         96, 12}, /* NAT64, RFC 6052 */
    {{[8] = 0xff, [9] = 0xff},         96, 12}, /* translated, RFC 2765 */
    {{0x20, 0x02},                     16,  2}, /* 6to4 */
};
/* clang-format on */

static bool
begins_with(const uint8_t *address, const uint8_t *net, unsigned bits)
{
    unsigned rest = bits % 8;
    if (memcmp(address, net, bits / 8) != 0)
        return false;
    return rest == 0 ||
           ((address[bits / 8] ^ net[bits / 8]) & (0xff << (8 - rest))) == 0;
}

static enum address_kind
classify4(const uint8_t *address, const char **out_what)
{
    const struct row4 *row = rows4;
    while (!begins_with(address, row->net, row->bits))
        row++;
    *out_what = row->what;
    return row->kind;
}

/* ::a.b.c.d is of no use any more, but kernels and routers may know it. */
static bool
is_compatible(const uint8_t *address)
{
    static const uint8_t zero[12];
    return memcmp(address, zero, 12) == 0 &&
           (address[12] | address[13] | address[14]) != 0;
}

static enum address_kind
classify6(const uint8_t *address, const char **out_what)
{
    const struct row6 *row = rows6;
    if (is_compatible(address)) {
        enum address_kind kind = classify4(address + 12, out_what);
        if (kind != ADDRESS_PUBLIC)
            return kind;
        *out_what = "reserved";
        return ADDRESS_NEVER;
    }
    for (size_t i = 0; i < sizeof carriers / sizeof carriers[0]; i++)
        if (begins_with(address, carriers[i].net, carriers[i].bits))
            return classify4(address + carriers[i].at, out_what);
    while (!begins_with(address, row->net, row->bits))
        row++;
    *out_what = row->what;
    return row->kind;
}

/* The bytes of the address, or NULL; no alignment is taken for granted. */
static const uint8_t *
bytes_of(const struct sockaddr *sa, size_t *out_len)
{
    *out_len = sa->sa_family == AF_INET ? 4 : 16;
    if (sa->sa_family == AF_INET)
        return (const uint8_t *)sa + offsetof(struct sockaddr_in, sin_addr);
    if (sa->sa_family == AF_INET6)
        return (const uint8_t *)sa + offsetof(struct sockaddr_in6, sin6_addr);
    return NULL;
}

enum address_kind
address_classify(const struct sockaddr *sa, const char **out_what)
{
    size_t len;
    const uint8_t *bytes = bytes_of(sa, &len);
    if (bytes == NULL) {
        *out_what = "no address of the internet's";
        return ADDRESS_NEVER;
    }
    return len == 4 ? classify4(bytes, out_what) : classify6(bytes, out_what);
}

bool
address_same(const struct sockaddr *a, const struct sockaddr *b)
{
    size_t len, other;
    const uint8_t *x = bytes_of(a, &len), *y = bytes_of(b, &other);
    return x != NULL && y != NULL && len == other && memcmp(x, y, len) == 0;
}

void
address_text(const struct sockaddr *sa, char out[ADDRESS_TEXT])
{
    size_t len;
    const uint8_t *bytes = bytes_of(sa, &len);
    if (bytes == NULL ||
        inet_ntop(sa->sa_family, bytes, out, ADDRESS_TEXT) == NULL)
        (void)snprintf(out, ADDRESS_TEXT, "?");
}
