#include "conformance/rewrite.h"

#include "spec/heartbeat.h"

#include <string.h>

struct rewriting {
    ls_rewrite_fn *each;
    void *context;
    uint64_t changed;
};

static bool read_heartbeat(struct ls_perturb *p, const struct ls_log_record *record)
{
    int64_t time_ms;
    if (!p->spec->topics->heartbeat_ms || record->key ||
        !ls_heartbeat_is(record->value, record->value_size) ||
        ls_heartbeat_read(record->value, record->value_size, &time_ms) != LS_DECODE_OK) {
        return false;
    }
    p->version = NULL;
    p->cells[LS_COLUMN_INGEST_TIME] = (struct ls_cell){.number = time_ms};
    return true;
}

static int rewrite_one(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                       struct ls_error *err)
{
    struct rewriting *r = context;
    struct ls_log_record copy = *record;
    uint8_t heartbeat[LS_HEARTBEAT_SIZE_MAX];
    if ((read_heartbeat(p, record) || ls_perturb_decode(p, record)) &&
        r->each(p, &copy, r->context)) {
        r->changed++;
        if (p->version) {
            int rc = ls_perturb_encode(p, &copy, err);
            if (rc < 0) {
                return rc;
            }
        } else {
            copy.value = heartbeat;
            copy.value_size = ls_heartbeat_write(p->cells[LS_COLUMN_INGEST_TIME].number, heartbeat);
        }
    }
    return ls_perturb_append(p, &copy, err);
}

int ls_rewrite_log(const struct ls_spec *spec, const char *from, const char *to,
                   ls_rewrite_fn *each, void *context, uint64_t *changed, struct ls_error *err)
{
    struct rewriting rewriting = {each, context, 0};
    int rc = ls_perturb_log(spec, from, to, rewrite_one, &rewriting, err);
    *changed = rewriting.changed;
    return rc;
}

struct ls_cell *ls_rewrite_cell(struct ls_perturb *p, const char *field)
{
    for (size_t i = 0; p->version && i < p->version->field_count; i++) {
        if (strcmp(p->version->fields[i]->name, field) == 0) {
            return &p->cells[LS_COLUMN_PAYLOAD + i];
        }
    }
    return NULL;
}

bool ls_column_is_time(const struct ls_column *column)
{
    const char *logical = column->node->logical;
    return logical && (strcmp(logical, "timestamp-millis") == 0 ||
                       strcmp(logical, "local-timestamp-millis") == 0);
}

static void shift(int64_t *time, int64_t shift_ms)
{
    int64_t moved;
    if (!__builtin_add_overflow(*time, shift_ms, &moved)) {
        *time = moved;
    }
}

void ls_rewrite_shift(struct ls_perturb *p, struct ls_log_record *record, int64_t shift_ms)
{
    shift(&record->timestamp_ms, shift_ms);
    record->timestamp_ms -= record->timestamp_ms == -1;
    if (!p->version) {
        shift(&p->cells[LS_COLUMN_INGEST_TIME].number, shift_ms);
        return;
    }
    for (size_t i = 0; i < p->version->layout->count; i++) {
        if (!p->cells[i].is_null && ls_column_is_time(&p->version->layout->columns[i])) {
            shift(&p->cells[i].number, shift_ms);
        }
    }
}
