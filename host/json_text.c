#include "host/json_text.h"

/* No other control has a place in JSON.  jansson passes over a NUL between
 * tokens, and the text would end there as a C string, inside the result
 * (tests/wall/attacks/10). */
static bool
is_text(uint8_t c)
{
    return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t';
}

bool
json_text_is_modest(const uint8_t *data, size_t len)
{
    return json_text_is_within(data, len, JSON_TEXT_MAX, JSON_TEXT_DEPTH,
                               JSON_TEXT_VALUES);
}

bool
json_text_is_within(const uint8_t *data, size_t len, size_t bytes_max,
                    size_t depth_max, size_t values_max)
{
    size_t depth = 0, values = 0;
    bool quoted = false;
    if (len > bytes_max)
        return false;
    for (size_t i = 0; i < len; i++) {
        uint8_t c = data[i];
        if (!is_text(c))
            return false;
        if (c == '"')
            quoted = !quoted;
        else if (quoted && c == '\\')
            i++;
        if (quoted)
            continue;
        depth += c == '[' || c == '{';
        depth -= depth > 0 && (c == ']' || c == '}');
        values += c == ',' || c == '[' || c == '{';
        if (depth > depth_max || values > values_max)
            return false;
    }
    return true;
}

void
json_text_one_line(char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '\n' || *text == '\r' || *text == '\t')
            *text = ' ';
}
