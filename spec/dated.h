/* Which rows of a reference table are in force (contract P11): restated ones replaced, retracted
 * ones gone. The generator asks it of the tables that it makes, before anybody reads them, the
 * pipeline of those that it reads. */
#ifndef LS_SPEC_DATED_H
#define LS_SPEC_DATED_H

#include "core/base/hash.h"
#include "spec/spec.h"

/* Times in milliseconds; a date is its midnight in UTC. */
struct ls_dated {
    struct ls_id key, id; /* of their texts */
    int64_t known;        /* INT64_MIN: always */
    int64_t begin, end;   /* it holds for begin <= t < end; INT64_MIN, INT64_MAX: open. Of what
                             happens: when, and INT64_MAX */
    uint64_t row;         /* in the table, from 0 */
    const void *cells;    /* the caller's */
};

enum ls_dated_problem {
    LS_DATED_FINE,
    LS_DATED_BACKWARDS, /* a row ends before it begins */
    LS_DATED_TWICE,     /* two rows of one id, known from one time on */
    LS_DATED_OVERLAP    /* two rows of one key in force at one time */
};

/* Keeps the rows in force among those with known < as_of (INT64_MAX: all), by key, then by begin,
 * then by row. `at_once`: rows of one key may be in force at one time. On a problem, the first
 * one that a reader of the table meets, `both` has the rows that it is about, the lower one first,
 * twice the same where it is about one; what is in `rows` is lost. */
enum ls_dated_problem ls_dated_in_force(struct ls_dated *rows, size_t *count, int64_t as_of,
                                        bool at_once, struct ls_dated both[2]);

/* What the cells of a row, by the table's `fields`, say of it. */
void ls_dated_of(const struct ls_spec_reference *table, const struct ls_cell *cells, uint64_t row,
                 struct ls_dated *out);

/* The error of a problem: LS_E_DATA. `cells` are of the two rows, whose places in the table (lines
 * of a file) are `places`. */
int ls_dated_refuse(const struct ls_spec_reference *table, enum ls_dated_problem problem,
                    const struct ls_cell *const cells[2], const uint64_t places[2],
                    struct ls_error *err);

/* The time in a cell of type timestamp or date, which is not null. */
int64_t ls_dated_time(int type, const struct ls_cell *cell);

#endif
