#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

/* Bytes of the sequence that begins at `s`, or 0. */
static size_t utf8_length(const uint8_t *s, size_t left)
{
    if (s[0] < 0x80) {
        return 1;
    }
    size_t length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || left < length) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    bool bad = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
               (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f);
    return bad ? 0 : length;
}

/* Words of eight bytes, the last of them over bytes that were seen before: nearly all text is
 * ASCII, and short. */
static bool is_ascii(const uint8_t *s, size_t size)
{
    uint64_t seen = 0;
    uint64_t word;
    if (size < 8) {
        for (size_t i = 0; i < size; i++) {
            seen |= s[i];
        }
        return seen < 0x80;
    }
    for (size_t at = 0; at < size - 8; at += 8) {
        memcpy(&word, s + at, 8);
        seen |= word;
    }
    memcpy(&word, s + size - 8, 8);
    return !((seen | word) & UINT64_C(0x8080808080808080));
}

bool ls_utf8_valid(const void *bytes, size_t size)
{
    const uint8_t *s = bytes;
    if (is_ascii(s, size)) {
        return true;
    }
    for (size_t at = 0; at < size;) {
        size_t length = utf8_length(s + at, size - at);
        if (!length) {
            return false;
        }
        at += length;
    }
    return true;
}

#define WORD_MAX 64

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t ls_edit_distance(const char *a, const char *b)
{
    size_t la = strlen(a);
    size_t lb = strlen(b);
    if (la > WORD_MAX || lb > WORD_MAX) {
        return la > lb ? la : lb;
    }
    size_t rows[3][WORD_MAX + 1]; /* two rows back, one row back, this row */
    for (size_t j = 0; j <= lb; j++) {
        rows[1][j] = j;
    }
    for (size_t i = 1; i <= la; i++) {
        rows[2][0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t best = rows[1][j - 1] + (a[i - 1] != b[j - 1]);
            best = least(best, least(rows[1][j], rows[2][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                best = least(best, rows[0][j - 2] + 1);
            }
            rows[2][j] = best;
        }
        memcpy(rows[0], rows[1], sizeof rows[0]);
        memcpy(rows[1], rows[2], sizeof rows[1]);
    }
    return rows[1][lb];
}

/* The shortest of those that begin with the word. */
static const char *completion_of(const char *word, const char *const *candidates)
{
    const char *best = NULL;
    size_t size = strlen(word);
    for (; size >= 3 && *candidates; candidates++) {
        if (strncmp(word, *candidates, size) == 0 &&
            (!best || strlen(*candidates) < strlen(best))) {
            best = *candidates;
        }
    }
    return best;
}

/* One slip, and one more for every five letters; of two that are as near, one that begins with the
 * word. */
static const char *slip_of(const char *word, const char *const *candidates)
{
    const char *best = NULL;
    size_t size = strlen(word);
    size_t best_distance = size / 5 + 2;
    for (; *candidates; candidates++) {
        size_t distance = ls_edit_distance(word, *candidates);
        bool goes_on = best && distance == best_distance && strncmp(word, *candidates, size) == 0;
        if ((distance < best_distance || goes_on) && distance < strlen(*candidates)) {
            best = *candidates;
            best_distance = distance;
        }
    }
    return best;
}

/* "amount" of "amount_cents", "max" of "maximum": what is left of the word after an underscore, or
 * two fifths of it. */
static const char *stem_of(const char *word, const char *const *candidates)
{
    const char *best = NULL;
    for (; *candidates; candidates++) {
        size_t size = strlen(*candidates);
        if (size >= 3 && strncmp(word, *candidates, size) == 0 &&
            (word[size] == '_' || 5 * size >= 2 * strlen(word)) && (!best || size > strlen(best))) {
            best = *candidates;
        }
    }
    return best;
}

const char *ls_did_you_mean(const char *word, const char *const *candidates)
{
    const char *best = completion_of(word, candidates);
    best = best ? best : slip_of(word, candidates);
    return best ? best : stem_of(word, candidates);
}

char *ls_join(const char *const *words, char *out, size_t size)
{
    size_t length = 0;
    out[0] = '\0';
    for (; *words; words++) {
        if (length + strlen(*words) + sizeof ", ..." > size) {
            snprintf(out + length, size - length, "...");
            break;
        }
        length += (size_t)snprintf(out + length, size - length, "%s%s", *words,
                                   words[1] ? ", " : "");
    }
    return out;
}

const char *ls_suggest(const char *word, const char *const *candidates, char out[LS_SUGGEST_MAX])
{
    static const char known[] = "known here: ";
    const char *near = ls_did_you_mean(word, candidates);
    if (near) {
        snprintf(out, LS_SUGGEST_MAX, "did you mean `%s`?", near);
        return out;
    }
    memcpy(out, known, sizeof known);
    ls_join(candidates, out + sizeof known - 1, LS_SUGGEST_MAX - sizeof known);
    return *candidates ? out : NULL;
}

bool ls_ends_with(const char *text, const char *end)
{
    size_t size = strlen(text);
    size_t end_size = strlen(end);
    return size >= end_size && memcmp(text + size - end_size, end, end_size) == 0;
}

bool ls_is_name(const char *text, size_t size)
{
    if (size == 0 || size > 200 || (text[0] >= '0' && text[0] <= '9')) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (c < '0' || c > '9')) {
            return false;
        }
    }
    return true;
}

bool ls_glob_match(const char *pattern, const char *text)
{
    const char *star = NULL;
    const char *resume = text;
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return *pattern == '\0';
}

char *ls_grouped(uint64_t value, char out[LS_GROUPED_MAX])
{
    char reversed[LS_GROUPED_MAX];
    size_t count = 0;
    size_t digits = 0;
    do {
        if (digits && digits % 3 == 0) {
            reversed[count++] = ',';
        }
        reversed[count++] = (char)('0' + value % 10);
        digits++;
        value /= 10;
    } while (value);
    size_t length = 0;
    while (count) {
        out[length++] = reversed[--count];
    }
    out[length] = '\0';
    return out;
}
