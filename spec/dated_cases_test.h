/* Tables with times, and what a record finds in them: the pipeline and the naive recomputation,
 * which share no code, are held to the same cases. */
#ifndef LS_SPEC_DATED_CASES_TEST_H
#define LS_SPEC_DATED_CASES_TEST_H

#include <stddef.h>
#include <stdint.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define NEVER        INT64_MIN /* an empty field */

/* Rows have columns id, k (the key), begins and ends (or ex, when it happens), known, v (or up and
 * down, `v` and `w`). */
struct dated_row {
    const char *id, *key;
    int64_t begin, end, known, v, w;
};

/* ---- look-ups: v of the row that holds */

/* A ends at 10, goes on from 20 to 30 in another row and from 30 on in a third; B always holds. */
static const struct dated_row dated[] = {
    {"a3", "A", 30, NEVER, NEVER, 3, 0}, {"b", "B", NEVER, NEVER, NEVER, 9, 0},
    {"a1", "A", NEVER, 10, NEVER, 1, 0}, {"a2", "A", 20, 30, NEVER, 2, 0},
    {"gone", "C", 1, 5, 1, 4, 0},        {"gone", "C", 3, 3, 2, 4, 0},
};

static const struct {
    const char *key;
    int64_t at;
    const char *value;
} dated_cases[] = {
    {"A", INT64_MIN, "1"}, {"A", -1, "1"},        {"A", 9, "1"},  {"A", 10, "null"},
    {"A", 19, "null"},     {"A", 20, "2"},        {"A", 29, "2"}, {"A", 30, "3"},
    {"A", 31, "3"},        {"A", INT64_MAX, "3"}, {"B", 0, "9"},  {"C", 4, "null"},
    {"D", 0, "null"},      {NULL, 0, "null"},
};

/* ---- local times: v is how far they are ahead */

/* From 100 on a clock is put back by 10, from 200 on forward by 10: it shows 90 to 99 ahead twice,
 * and leaves out what it would show at 200. H has a hole, E ends. */
static const struct dated_row zones[] = {
    {"a1", "A", NEVER, 100, NEVER, 20, 0},
    {"a2", "A", 100, 200, NEVER, 10, 0},
    {"a3", "A", 200, NEVER, NEVER, 20, 0},
    {"h1", "H", NEVER, 100, NEVER, 10, 0},
    {"h2", "H", 150, NEVER, NEVER, 20, 0},
    {"e", "E", 50, 60, NEVER, -5, 0},
    {"n1", "N", NEVER, 100, NEVER, 5, 0},
    {"n2", "N", 100, 120, NEVER, NEVER, 0},
    {"n3", "N", 120, NEVER, NEVER, 5, 0},
    {"b1", "B", 50, 100, NEVER, 0, 0},
    {"b2", "B", 100, NEVER, NEVER, 0, 0},
    /* short rows with wide offsets: readings are not in the order of the rows */
    {"w1", "W", NEVER, 100, NEVER, 0, 0},
    {"w2", "W", 100, 105, NEVER, 500, 0},
    {"w3", "W", 105, NEVER, NEVER, -300, 0},
};

static const struct {
    const char *name, *key;
    int64_t local;
    const char *utc;
} zone_cases[] = {
    {"before", "A", 50, "30"},
    {"last of the first", "A", 109, "89"},
    {"shown twice: the earlier one", "A", 110, "90"},
    {"shown twice, last", "A", 119, "99"},
    {"shown once", "A", 120, "110"},
    {"last before the gap", "A", 209, "199"},
    {"in the gap: the offset before it", "A", 210, "200"},
    {"in the gap, last", "A", 219, "209"},
    {"behind the gap", "A", 220, "200"},
    {"a hole is no gap", "H", 110, "null"},
    {"behind the hole", "H", 170, "150"},
    {"before the table", "E", 44, "null"},
    {"its first", "E", 45, "50"},
    {"its last", "E", 54, "59"},
    {"behind it", "E", 55, "null"},
    {"before two rows that meet", "B", 40, "null"},
    {"before what is unknown", "N", 104, "99"},
    {"the unknown", "N", 105, "null"},
    {"behind it", "N", 125, "120"},
    {"wide: the first row", "W", 99, "99"},
    {"wide: the second", "W", 602, "102"},
    {"wide: between the second and what it would be", "W", 100, "400"},
    {"wide: the third alone", "W", -195, "-195"},
    {"wide: ahead of the third's beginning", "W", 606, "906"},
    {"no such key", "X", 50, "null"},
    {"no key", NULL, 50, "null"},
    {"no time", "A", NEVER, "null"},
    {"the last time there is", "E", INT64_MAX, "null"},
    {"the first", "A", INT64_MIN + 1, "failed"},
};

/* ---- adjustments of a number of 64 bits by up / down */

static const struct dated_row acts[] = {
    {"a1", "A", 10, 0, NEVER, 1, 2},         {"a2", "A", 20, 0, NEVER, 1, 3},
    {"a3", "A", 20, 0, NEVER, 3, 1},         {"z", "Z", 10, 0, NEVER, 1, 0},
    {"n1", "N", 10, 0, NEVER, 1, 0},         {"n2", "N", 20, 0, NEVER, 1, NEVER},
    {"never", "A", NEVER, 0, NEVER, 1, 7},   {"o1", "O", 10, 0, NEVER, INT64_MAX, 1},
    {"o2", "O", 20, 0, NEVER, 1, INT64_MAX}, {"w1", "W", 10, 0, NEVER, INT64_MAX, 1},
    {"w2", "W", 20, 0, NEVER, INT64_MAX, 1}, {"w3", "W", 30, 0, NEVER, 1, INT64_MAX},
    {"w4", "W", 40, 0, NEVER, 1, INT64_MAX}, {"m", "M", 10, 0, NEVER, -1, 2},
    {"u", "U", 10, 0, NEVER, NEVER, 3},      {"v", "V", 10, 0, NEVER, INT64_MAX, 1},
};

static const struct {
    const char *name, *key;
    int64_t at, price; /* NEVER: null */
    const char *adjusted;
} act_cases[] = {
    {"all", "A", 9, 1000, "500"},
    {"not at its time", "A", 10, 1000, "1000"},
    {"rounded once", "A", 9, 1001, "500"},
    {"half to even, up", "A", 9, 1003, "502"},
    {"none", "A", 20, 1000, "1000"},
    {"no such key", "X", 0, 1000, "1000"},
    {"no key", NULL, 0, 1000, "1000"},
    {"no price", "A", 9, NEVER, "null"},
    {"a zero below", "Z", 9, 1000, "failed"},
    {"a zero below, in the past", "Z", 10, 1000, "1000"},
    {"an unknown factor makes the product unknown", "N", 9, 1000, "null"},
    {"an unknown factor above, too", "U", 9, 1000, "null"},
    {"it fits in the end", "O", 9, 1000, "1000"},
    {"it does not fit", "O", 19, 1000, "0"},
    {"it fits no more", "W", 9, 1000, "failed"},
    {"more than its field holds", "V", 9, 2, "failed"},
    {"less than its field holds", "V", 9, -2, "failed"},
    {"it fits from later on", "W", 10, 1000, "0"},
    {"a sign", "M", 9, 5, "-2"},
};

#endif
