/* What happens while a program works, told line by line as it happens: for a person, or as JSON for
 * whoever collects it. One object a line:
 *
 *   {"time":"2026-01-01T00:00:00.000Z","level":"info","event":"checkpoint_taken",
 *    "message":"checkpoint 3: 81,230 bytes, 12 ms","number":3,"bytes":81230,"duration_ms":12}
 *
 * `time` is the wall clock's. Whatever bytes a field holds, a line is valid UTF-8 and valid JSON;
 * each is written with one call. Safe for any number of threads. */
#ifndef LS_OBS_JOURNAL_H
#define LS_OBS_JOURNAL_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ls_journal_level { LS_JOURNAL_ERROR, LS_JOURNAL_WARN, LS_JOURNAL_INFO };

struct ls_journal_options {
    const char *path; /* is appended to; NULL: the standard error */
    bool json;        /* else the messages alone: on stderr as the program's other words there, in
                         a file with time and level */
    enum ls_journal_level level;    /* this one and those before it */
    unsigned rate;                  /* lines a second of one kind that is sampled */
    uint64_t (*clock_ns)(void);     /* NULL: ls_clock_ns */
    int64_t (*clock_wall_ms)(void); /* NULL: ls_clock_wall_ms */
};

struct ls_journal;

/* `options->path` is copied. LS_E_IO when it cannot be written. */
int ls_journal_open(const struct ls_journal_options *options, struct ls_journal **out,
                    struct ls_error *err);

/* Says what was left out, and closes. LS_E_IO, with the first reason, when lines were lost because
 * they could not be written. NULL is legal. */
int ls_journal_close(struct ls_journal *journal, struct ls_error *err);

/* A field behind those that every line has. */
struct ls_journal_field {
    const char *name;
    enum { LS_FIELD_OF_TEXT, LS_FIELD_OF_COUNT, LS_FIELD_OF_NUMBER, LS_FIELD_OF_JSON } kind;
    const void *bytes; /* text, or JSON that is written as it is; NULL: null */
    size_t size;
    uint64_t count;
    int64_t number;
};

struct ls_journal_field ls_field_text(const char *name, const char *text);
struct ls_journal_field ls_field_bytes(const char *name, const void *bytes, size_t size);
struct ls_journal_field ls_field_json(const char *name, const void *json, size_t size);
struct ls_journal_field ls_field_count(const char *name, uint64_t count);
struct ls_journal_field ls_field_number(const char *name, int64_t number);

/* Is a line of this level written? False for NULL: who asks first saves the work of making one. */
bool ls_journal_takes(const struct ls_journal *journal, enum ls_journal_level level);

/* Likewise, at LS_JOURNAL_INFO, of an event of which there may be any number: false also where a
 * second has had its lines of this kind. Then it is counted, and the count is told by an event
 * `left_out`. A kind is an event and which of it (a reason, a view), told apart by their addresses,
 * which live as long as the journal; at most LS_JOURNAL_KINDS_MAX. */
#define LS_JOURNAL_KINDS_MAX 512
bool ls_journal_samples(struct ls_journal *journal, const char *event, const char *which);

/* Tells the counts of what was left out until now. */
void ls_journal_settle(struct ls_journal *journal);

/* Writes a line. Nothing is answered: a run goes on without it, and ls_journal_close tells. */
void ls_journal_write(struct ls_journal *journal, enum ls_journal_level level, const char *event,
                      const char *message, const struct ls_journal_field *fields, size_t count);

#endif
