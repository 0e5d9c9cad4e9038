/* URLs of guests, and paths as servers read them: what is made of a text says
 * the same when it is read again, and no dots climb out of it. */
#include "host/gateway/fetch_rule.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

static void
check_path(const struct url_path *path)
{
    if (path->plain[0] != '/' || path->bare[0] != '/' ||
        strstr(path->bare, "/../") != NULL || strstr(path->bare, "//") != NULL)
        abort();
    if (!url_path_matches("/**", path->bare) ||
        !url_path_matches("/**", path->plain))
        abort();
    for (const char *c = path->bare; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == '\\')
            abort();
}

static void
check_url(const struct fetch_url *url)
{
    struct fetch_url again = {0};
    struct err err = {0};
    check_path(&url->path);
    if (fetch_url_read(url->text, &again, &err) != 0 ||
        again.tls != url->tls || again.port != url->port ||
        strcmp(again.host, url->host) != 0 ||
        strcmp(again.text, url->text) != 0 ||
        strcmp(again.path.bare, url->path.bare) != 0)
        abort();
    fetch_url_clear(&again);
}

/* A rule, a newline, a URL. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[1024];
    struct fetch_rules rules = {0};
    struct fetch_url url = {0};
    struct err err = {0};
    if (size >= sizeof text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    char *rest = strchr(text, '\n');
    if (rest == NULL)
        return 0;
    *rest++ = '\0';
    json_t *list = json_pack("[s]", text); /* NULL: not UTF-8 */
    bool ruled = list != NULL && fetch_rules_read(list, &rules, &err) == 0;
    if (fetch_url_read(rest, &url, &err) == 0) {
        check_url(&url);
        if (ruled && fetch_rules_find(&rules, 0, &url) != NULL &&
            rules.rows[0].tls != url.tls)
            abort();
    } else if (err.msg[0] == '\0') {
        abort();
    }
    fetch_url_clear(&url);
    fetch_rules_clear(&rules);
    json_decref(list);
    return 0;
}
