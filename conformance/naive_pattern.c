/* Whether a text is one of a pattern (core/base/pattern.h has the language), read anew for each
 * text: every place of a letter that the pattern has, from the last one backwards. */
#include "conformance/naive_internal.h"

#include <stdlib.h>
#include <string.h>

/* A place that one letter may stand at. */
struct place {
    const char *element; /* "x", "\\x" or "[a-z]" in the pattern */
    bool may_be_empty;
};

/* The letter at *at, which a backslash may stand before; *at goes behind it. */
static uint8_t take_letter(const char **at)
{
    *at += **at == '\\';
    return (uint8_t) * (*at)++;
}

/* Does the element take the letter? *behind, unless NULL, is where the next one begins. */
static bool takes(const char *element, uint8_t letter, const char **behind)
{
    const char *at = element;
    bool found = false;
    if (*at == '[') {
        for (at++; *at != ']';) {
            uint8_t from = take_letter(&at);
            uint8_t to = from;
            if (*at == '-' && at[1] != ']') {
                at++;
                to = take_letter(&at);
            }
            found = found || (letter >= from && letter <= to);
        }
        at++;
    } else {
        found = take_letter(&at) == letter;
    }
    if (behind) {
        *behind = at;
    }
    return found;
}

/* How often an element may come: what stands behind it. */
static const char *take_times(const char *at, long *least, long *most)
{
    char *end;
    *least = *most = 1;
    if (*at == '?') {
        *least = 0;
        return at + 1;
    }
    if (*at != '{') {
        return at;
    }
    *least = *most = strtol(at + 1, &end, 10);
    if (*end == ',') {
        *most = strtol(end + 1, &end, 10);
    }
    return end + 1;
}

static size_t list_places(const char *pattern, struct place places[LS_PATTERN_TEXT_MAX])
{
    size_t count = 0;
    while (*pattern) {
        const char *element = pattern;
        long least;
        long most;
        takes(element, 0, &pattern);
        pattern = take_times(pattern, &least, &most);
        for (long k = 0; k < most && count < LS_PATTERN_TEXT_MAX; k++) {
            places[count++] = (struct place){element, k >= least};
        }
    }
    return count;
}

bool ls_naive_is_like(const char *pattern, const uint8_t *text, size_t size)
{
    struct place places[LS_PATTERN_TEXT_MAX];
    /* whether the letters from each one on fit the places from here on, and from the next on */
    bool here[LS_PATTERN_TEXT_MAX + 1] = {false};
    bool next[LS_PATTERN_TEXT_MAX + 1] = {false};
    size_t count = list_places(pattern, places);
    if (size > count) {
        return false;
    }
    here[size] = true;
    while (count > 0) {
        count--;
        memcpy(next, here, sizeof next);
        for (size_t i = 0; i <= size; i++) {
            bool taken = i < size && next[i + 1] && takes(places[count].element, text[i], NULL);
            here[i] = taken || (places[count].may_be_empty && next[i]);
        }
    }
    return here[0];
}
