/* Small things about text. */
#ifndef LS_BASE_TEXT_H
#define LS_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, nothing over-long, nothing above
 * U+10FFFF). NUL is well-formed. */
bool ls_utf8_valid(const void *bytes, size_t size);

/* How many edits (insert, delete, replace, swap of neighbours) make one word the other; words over
 * 64 bytes are as far apart as they are long. */
size_t ls_edit_distance(const char *a, const char *b);

/* The candidate that `word`, of at least three letters, is the beginning of; or the one that it is
 * most likely a slip of; or the one that it is more than ("amount_cents" of amount); or NULL when
 * none is near. `candidates` ends with NULL. */
const char *ls_did_you_mean(const char *word, const char *const *candidates);

/* "a, b, c" of words that end with NULL; cut with "..." where `size` bytes, at least 4, do not hold
 * them. Returns out. */
char *ls_join(const char *const *words, char *out, size_t size);

/* What to write instead of a word that is none of the candidates: "did you mean `x`?", or
 * "known here: a, b, c"; NULL when there are no candidates. */
#define LS_SUGGEST_MAX 400
const char *ls_suggest(const char *word, const char *const *candidates, char out[LS_SUGGEST_MAX]);

/* ".avro" at the end of "a/0.avro", say. */
bool ls_ends_with(const char *text, const char *end);

/* [A-Za-z_][A-Za-z0-9_]*, at most 200 bytes: a name that Avro, SQL and file systems all take. */
bool ls_is_name(const char *text, size_t size);

/* Shell-like pattern with `*` and `?` only. */
bool ls_glob_match(const char *pattern, const char *text);

/* 1234567 as "1,234,567"; returns out. */
#define LS_GROUPED_MAX 32
char *ls_grouped(uint64_t value, char out[LS_GROUPED_MAX]);

#endif
