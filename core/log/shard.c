#include "core/log/shard.h"

#include <stdio.h>

void ls_shard_format(const struct ls_shard *shard, char out[LS_SHARD_TEXT_MAX])
{
    *out = '\0';
    if (shard->count) {
        snprintf(out, LS_SHARD_TEXT_MAX, "%u/%u", shard->number, shard->count);
    }
}

/* A number without signs, spaces or needless zeros, up to the text's end or a slash. */
static const char *read_number(const char *text, uint32_t *out)
{
    uint64_t number = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9' && number <= UINT32_MAX; at++) {
        number = 10 * number + (uint64_t)(*at - '0');
    }
    *out = (uint32_t)number;
    return at == text || number > UINT32_MAX || (*text == '0' && at - text > 1) ? NULL : at;
}

bool ls_shard_read(const char *text, struct ls_shard *out)
{
    const char *behind = read_number(text, &out->number);
    behind = behind && *behind == '/' ? read_number(behind + 1, &out->count) : NULL;
    return behind && *behind == '\0' && out->number < out->count;
}
