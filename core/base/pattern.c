#include "core/base/pattern.h"

#include <stdio.h>
#include <string.h>

#define PARTS_MAX  256
#define REPEAT_MAX 255

struct reader {
    const char *text;
    size_t at;
    struct ls_where where;
    struct ls_diag *diag;
    bool failed;
};

static void fail(struct reader *r, const char *why, const char *hint)
{
    if (!r->failed) {
        ls_diag_add(r->diag, LS_SEVERITY_ERROR, "LS2026", r->where, hint,
                    "%s, at character %zu of `%s`", why, r->at + 1, r->text);
    }
    r->failed = true;
}

/* One printable ASCII character, as it stands or behind a backslash; 0 at the end. */
static uint8_t take_letter(struct reader *r)
{
    bool escaped = r->text[r->at] == '\\';
    r->at += escaped;
    uint8_t letter = (uint8_t)r->text[r->at];
    if (!letter) {
        fail(r, escaped ? "nothing stands behind the backslash" : "a `]` is missing",
             escaped ? "write \\\\ for a backslash" : "write [A-Z], say");
        return 0;
    }
    if (letter < ' ' || letter > '~') {
        fail(r, "a pattern is of printable ASCII", "take `choice` or `words` for other letters");
        return 0;
    }
    uint8_t lower = letter | 32;
    if (escaped && ((lower >= 'a' && lower <= 'z') || (letter >= '0' && letter <= '9'))) {
        fail(r, "a backslash gives letters and digits no other meaning",
             "write [0-9] for a digit, say; a letter stands for itself");
        return 0;
    }
    r->at++;
    return letter;
}

/* [A-Z0-9_]: marks what is in it. */
static void take_class(struct reader *r, bool marked[128])
{
    r->at++;
    if (r->text[r->at] == '^') {
        fail(r, "a class says what is in it, not what is not",
             "list the letters; write \\\\^ for that one");
    }
    while (!r->failed && r->text[r->at] != ']') {
        uint8_t from = take_letter(r);
        uint8_t to = from;
        if (!r->failed && r->text[r->at] == '-' && r->text[r->at + 1] != ']') {
            r->at++;
            to = take_letter(r);
        }
        if (!r->failed && to < from) {
            fail(r, "a range goes backwards", "write [A-Z], not [Z-A]");
        }
        for (unsigned c = from; !r->failed && c <= to; c++) {
            marked[c] = true;
        }
    }
    r->at += !r->failed;
}

static unsigned take_count(struct reader *r)
{
    unsigned n = 0;
    size_t begin = r->at;
    while (r->text[r->at] >= '0' && r->text[r->at] <= '9' && n <= REPEAT_MAX) {
        n = n * 10 + (unsigned)(r->text[r->at++] - '0');
    }
    if (r->at == begin || n > REPEAT_MAX) {
        fail(r, "a number from 0 to 255 belongs here", "write {4}, or {2,5}");
    }
    return n;
}

static void take_repeat(struct reader *r, struct ls_pattern_part *part)
{
    part->least = part->most = 1;
    if (r->text[r->at] == '?') {
        r->at++;
        part->least = 0;
    } else if (r->text[r->at] == '{') {
        r->at++;
        part->least = part->most = take_count(r);
        if (r->text[r->at] == ',') {
            r->at++;
            part->most = take_count(r);
        }
        if (r->text[r->at] != '}') {
            fail(r, "a `}` is missing", "write {4}, or {2,5}");
        } else if (part->most < part->least) {
            fail(r, "the second number is below the first", "write {2,5}");
        }
        r->at += !r->failed;
    }
}

static bool take_part(struct reader *r, struct ls_arena *arena, struct ls_pattern_part *part,
                      struct ls_error *err)
{
    static const char special[] = "(){}|*+.^$]?";
    bool marked[128] = {false};
    if (r->text[r->at] == '[') {
        take_class(r, marked);
    } else if (strchr(special, r->text[r->at])) {
        char hint[] = "put a backslash before it: \\\\?";
        hint[sizeof hint - 2] = r->text[r->at];
        fail(r, "this means nothing here", hint);
    } else {
        marked[take_letter(r)] = true;
    }
    uint8_t bytes[128];
    part->count = 0;
    for (unsigned c = ' '; c < 128; c++) {
        if (marked[c]) {
            bytes[part->count++] = (uint8_t)c;
            part->has[c / 64] |= UINT64_C(1) << c % 64;
        }
    }
    if (part->count == 0) {
        fail(r, "nothing stands between the brackets", "write [A-Z], say");
        return true;
    }
    take_repeat(r, part);
    part->bytes = (const uint8_t *)ls_arena_text(arena, (const char *)bytes, part->count, err);
    return part->bytes != NULL;
}

bool ls_pattern_compile(const char *text, struct ls_where where, struct ls_arena *arena,
                        struct ls_diag *diag, struct ls_pattern *out, struct ls_error *err)
{
    struct reader r = {text, 0, where, diag, false};
    size_t most = strlen(text) < PARTS_MAX ? strlen(text) : PARTS_MAX;
    struct ls_pattern_part *parts = ls_arena_new(arena, most + 1, sizeof *parts, err);
    *out = (struct ls_pattern){.parts = parts};
    while (parts && !r.failed && text[r.at]) {
        if (out->count == PARTS_MAX) {
            fail(&r, "the pattern has more than 256 parts",
                 "write {4} behind what comes four times");
            break;
        }
        if (!take_part(&r, arena, &parts[out->count], err)) {
            return false;
        }
        out->text_max += parts[out->count++].most;
    }
    if (!r.failed && out->text_max > LS_PATTERN_TEXT_MAX) {
        fail(&r, "a text of it may be longer than 1024 bytes", "lower the numbers in braces");
    }
    return parts && !r.failed;
}

/* Where a part can end, from where the parts before it can. At each place the nearest beginning
 * that leaves room for `least` decides: one that is farther off needs more of the same letters. */
static bool match_part(const struct ls_pattern_part *part, const uint8_t *text, size_t size,
                       const bool *begins, bool *ends)
{
    bool any = false;
    bool found = false;
    size_t nearest = 0;
    size_t letters = 0; /* of the part, just in front of the place */
    for (size_t at = 0; at <= size; at++) {
        letters = at && ls_pattern_part_has(part, text[at - 1]) ? letters + 1 : 0;
        if (at >= part->least && begins[at - part->least]) {
            nearest = at - part->least;
            found = true;
        }
        ends[at] = found && at - nearest <= part->most && at - nearest <= letters;
        any = any || ends[at];
    }
    return any;
}

bool ls_pattern_matches(const struct ls_pattern *pattern, const void *text, size_t size)
{
    bool places[2][LS_PATTERN_TEXT_MAX + 1];
    if (size > pattern->text_max) {
        return false;
    }
    memset(places[0], 0, size + 1);
    places[0][0] = true;
    for (size_t k = 0; k < pattern->count; k++) {
        if (!match_part(&pattern->parts[k], text, size, places[k % 2], places[(k + 1) % 2])) {
            return false;
        }
    }
    return places[pattern->count % 2][size];
}

size_t ls_pattern_write(const struct ls_pattern *pattern, uint64_t base, uint8_t *out)
{
    size_t size = 0;
    uint64_t draw = 0;
    for (const struct ls_pattern_part *p = pattern->parts; p < pattern->parts + pattern->count;
         p++) {
        unsigned times = p->least;
        if (p->most > p->least) {
            times += (unsigned)ls_below(ls_mix(base + draw++), p->most - p->least + 1);
        }
        for (; times; times--) {
            out[size++] = p->count == 1 ? p->bytes[0]
                                        : p->bytes[ls_below(ls_mix(base + draw++), p->count)];
        }
    }
    return size;
}
