/* Texts of a simple pattern: letters as they are, [A-Z0-9] one of some, {3} or {2,5} so often what
 * stands before, ? at most once, a backslash before what is meant as it stands. Nothing repeats
 * without end, so that texts can be made of it, and any bytes be matched in bounded time. */
#ifndef LS_BASE_PATTERN_H
#define LS_BASE_PATTERN_H

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/base/draw.h"

#define LS_PATTERN_TEXT_MAX 1024

struct ls_pattern_part {
    unsigned least, most;
    size_t count; /* of the bytes that it may be */
    const uint8_t *bytes;
    uint64_t has[2]; /* the same as bits, of printable ASCII */
};

struct ls_pattern {
    size_t count;
    const struct ls_pattern_part *parts;
    size_t text_max; /* bytes; no text is longer */
};

/* A problem (LS2026) goes to `diag`: false then, or with err->code set. */
bool ls_pattern_compile(const char *text, struct ls_where where, struct ls_arena *arena,
                        struct ls_diag *diag, struct ls_pattern *out, struct ls_error *err);

static inline bool ls_pattern_part_has(const struct ls_pattern_part *part, uint8_t byte)
{
    return byte < 128 && part->has[byte / 64] >> byte % 64 & 1;
}

/* Is all of it a text of the pattern? Any bytes are fine. Looks at each byte of a text, which is
 * not longer than `text_max`, once for each part. */
bool ls_pattern_matches(const struct ls_pattern *pattern, const void *text, size_t size);

/* The text of the words behind `base`; out[pattern->text_max]. Returns its size. */
size_t ls_pattern_write(const struct ls_pattern *pattern, uint64_t base, uint8_t *out);

#endif
