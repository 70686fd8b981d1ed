/* Session windows over records in order: a group has one open session at a time, which ends when
 * the next record of any group is `gap` or more behind its last one. So open sessions lie in a list
 * by their last record, and only its front is looked at. */
#include "core/base/mem.h"
#include "core/base/mutant.h"
#include "pipeline/stream/key_table.h"
#include "pipeline/stream/operator.h"

#include <stdlib.h>
#include <string.h>

struct session {
    struct ls_keyed keyed;           /* the key is behind the state, in the session's own memory */
    struct session *before, *behind; /* open ones, by `last` */
    int64_t start, last;             /* event times */
    struct ls_group_state state;
    bool dirty;
    struct session *next_dirty, *before_dirty;
};

struct sessions {
    struct ls_operator op;
    struct ls_key_table groups;
    struct session *first, *last; /* of the list */
    struct session *dirty;        /* changed since the last checkpoint */
    struct session **closed;      /* ended, and to be written */
    size_t closed_count, closed_capacity;
};

/* ---- groups */

static void leave_list(struct sessions *s, struct session *session)
{
    *(session->before ? &session->before->behind : &s->first) = session->behind;
    *(session->behind ? &session->behind->before : &s->last) = session->before;
    session->before = session->behind = NULL;
}

static void join_list(struct sessions *s, struct session *session)
{
    session->before = s->last;
    session->behind = NULL;
    *(s->last ? &s->last->behind : &s->first) = session;
    s->last = session;
}

static void make_dirty(struct sessions *s, struct session *session)
{
    if (!session->dirty) {
        session->dirty = true;
        session->before_dirty = NULL;
        session->next_dirty = s->dirty;
        if (s->dirty) {
            s->dirty->before_dirty = session;
        }
        s->dirty = session;
    }
}

static void make_clean(struct sessions *s, struct session *session)
{
    if (session->dirty) {
        *(session->before_dirty ? &session->before_dirty->next_dirty
                                : &s->dirty) = session->next_dirty;
        if (session->next_dirty) {
            session->next_dirty->before_dirty = session->before_dirty;
        }
        session->dirty = false;
    }
}

static void session_free(const struct sessions *s, struct session *session)
{
    ls_group_state_clear(s->op.view, &session->state);
    ls_mem_free(session);
}

/* The open session of a group, begun where there is none. */
static int session_of(struct sessions *s, const uint8_t *key, size_t size, int64_t time_ms,
                      struct session **out, struct ls_error *err)
{
    const struct ls_view *view = s->op.view;
    *out = (struct session *)(void *)ls_key_find(&s->groups, key, size);
    if (*out) {
        return 0;
    }
    size_t state_size = ls_group_state_size(view);
    int rc = ls_key_reserve(&s->groups, err);
    struct session *session = rc < 0 ? NULL
                                     : ls_mem_new(1, sizeof *session + state_size + size, err);
    if (!session) {
        return err->code;
    }
    uint8_t *copy = (uint8_t *)(session + 1) + state_size;
    if (size) {
        memcpy(copy, key, size);
    }
    ls_group_state_init(view, session + 1, &session->state);
    session->keyed = (struct ls_keyed){copy, (uint32_t)size};
    session->start = session->last = time_ms;
    ls_key_add(&s->groups, &session->keyed);
    join_list(s, session);
    *out = session;
    return 0;
}

/* ---- in order */

/* Those that no record at or behind `time_ms` belongs to. */
static int close_before(struct sessions *s, int64_t time_ms, struct ls_error *err)
{
    int rc = 0;
    while (rc == 0 && s->first &&
           s->first->last <= time_ms - s->op.view->gap_ms - LS_MUTANT(SESSION_AT_GAP)) {
        struct session *session = s->first;
        rc = ls_mem_grow(&s->closed, &s->closed_capacity, s->closed_count + 1,
                         sizeof(struct session *), err);
        if (rc == 0) {
            ls_key_remove(&s->groups, &session->keyed);
            leave_list(s, session);
            make_clean(s, session);
            s->closed[s->closed_count++] = session;
        }
    }
    return rc;
}

static int take(struct ls_operator *op, struct ls_waiting *record, struct ls_emission *emission,
                struct ls_error *err)
{
    struct sessions *s = (struct sessions *)op;
    struct ls_contribution c;
    struct session *session = NULL;
    int64_t time_ms = record->place.event_time;
    int rc = close_before(s, time_ms, err);
    rc = rc < 0 ? rc : session_of(s, record->key, record->key_size, time_ms, &session, err);
    if (rc == 0) {
        ls_operator_read(op, record, &c);
        rc = ls_group_add(op->view, &session->state, &c, &record->place, &emission->scratch, err);
        session->last = time_ms;
        leave_list(s, session);
        join_list(s, session);
        make_dirty(s, session);
    }
    ls_operator_drop(op, record);
    return rc;
}

static int by_end(const void *a, const void *b)
{
    const struct session *x = *(struct session *const *)a;
    const struct session *y = *(struct session *const *)b;
    if (x->last != y->last) {
        return x->last < y->last ? -1 : 1;
    }
    if (x->start != y->start) {
        return x->start < y->start ? -1 : 1;
    }
    return ls_keyed_order(&x->keyed, &y->keyed);
}

static int write_session(struct sessions *s, const struct session *session, struct ls_emission *e,
                         struct ls_error *err)
{
    const struct ls_view *view = s->op.view;
    int64_t end = session->last + view->gap_ms;
    int rc = ls_group_results(view, &session->state, &e->row, &e->tops, err);
    rc = rc < 0 ? rc
                : ls_row_of_window(view, session->start, end, session->keyed.key,
                                   session->keyed.key_size, &e->row, &e->bytes, err);
    return rc < 0
               ? rc
               : ls_emission_write(e, view, end, session->keyed.key, session->keyed.key_size, err);
}

static int advance(struct ls_operator *op, int64_t low, struct ls_emission *emission,
                   struct ls_error *err)
{
    struct sessions *s = (struct sessions *)op;
    int rc = low == INT64_MIN ? 0 : close_before(s, low, err);
    if (s->closed_count) {
        qsort(s->closed, s->closed_count, sizeof(struct session *), by_end);
    }
    for (size_t i = 0; i < s->closed_count; i++) {
        rc = rc < 0 ? rc : write_session(s, s->closed[i], emission, err);
        session_free(s, s->closed[i]);
    }
    s->closed_count = 0;
    return rc;
}

/* ---- checkpoints: 1, start, last, key and state, until 0 */

static int put_session(const struct sessions *s, const struct session *session, struct ls_buf *out,
                       struct ls_error *err)
{
    const uint64_t words[] = {1, (uint64_t)session->start, (uint64_t)session->last};
    int rc = ls_checkpoint_put_words(out, words, 3, err);
    rc = rc < 0 ? rc
                : ls_checkpoint_put_bytes(out, session->keyed.key, session->keyed.key_size, err);
    return rc < 0 ? rc : ls_group_state_put(s->op.view, &session->state, out, err);
}

static int put(struct ls_operator *op, bool whole, struct ls_buf *out, struct ls_error *err)
{
    struct sessions *s = (struct sessions *)op;
    int rc = 0;
    for (struct session *session = s->first; whole && rc == 0 && session;
         session = session->behind) {
        rc = put_session(s, session, out, err);
    }
    while (rc == 0 && s->dirty) {
        rc = whole ? 0 : put_session(s, s->dirty, out, err);
        make_clean(s, s->dirty);
    }
    return rc < 0 ? rc : ls_checkpoint_put(out, 0, err);
}

static int get(struct ls_operator *op, struct checkpoint_reader *r, int64_t low,
               struct ls_error *err)
{
    struct sessions *s = (struct sessions *)op;
    int rc = 0;
    (void)low; /* ls_operator_settle's matter: a later file may have another session of the group */
    while (rc == 0 && ls_checkpoint_get(r) == 1) {
        struct session *session;
        uint64_t words[2];
        size_t size;
        ls_checkpoint_get_words(r, words, 2);
        const uint8_t *key = ls_checkpoint_get_bytes(r, &size);
        rc = r->bad ? 0 : session_of(s, key, size, (int64_t)words[0], &session, err);
        if (rc == 0 && !r->bad) {
            session->start = (int64_t)words[0];
            session->last = (int64_t)words[1];
            rc = ls_group_state_get(op->view, r, &session->state, err);
        }
    }
    return rc;
}

/* The list anew, by the last record; sessions that were over are gone. */
static int settle(struct ls_operator *op, int64_t low, struct ls_error *err)
{
    struct sessions *s = (struct sessions *)op;
    struct session **all = ls_mem_new(s->groups.count, sizeof(struct session *), err);
    size_t count = 0;
    if (!all) {
        return err->code;
    }
    while (s->first) {
        all[count++] = s->first;
        leave_list(s, s->first);
    }
    if (count) {
        qsort(all, count, sizeof(struct session *), by_end);
    }
    for (size_t i = 0; i < count; i++) {
        if (low != INT64_MIN && all[i]->last <= low - op->view->gap_ms) {
            ls_key_remove(&s->groups, &all[i]->keyed);
            session_free(s, all[i]);
        } else {
            join_list(s, all[i]);
        }
    }
    ls_mem_free(all);
    return 0;
}

static size_t groups(const struct ls_operator *op)
{
    return ((const struct sessions *)op)->groups.count;
}

static void clear(struct ls_operator *op)
{
    struct sessions *s = (struct sessions *)op;
    while (s->first) {
        struct session *session = s->first;
        leave_list(s, session);
        session_free(s, session);
    }
    for (size_t i = 0; i < s->closed_count; i++) {
        session_free(s, s->closed[i]);
    }
    ls_mem_free(s->closed);
    ls_key_clear(&s->groups);
}

const struct ls_operator_kind ls_operator_sessions = {.size = sizeof(struct sessions),
                                                      .take = take,
                                                      .advance = advance,
                                                      .put = put,
                                                      .get = get,
                                                      .settle = settle,
                                                      .groups = groups,
                                                      .clear = clear};
