#include "pipeline/output/run_journal.h"

#include "core/base/buf.h"
#include "core/base/civil.h"
#include "core/base/json.h"
#include "core/base/text.h"

#include <assert.h>
#include <stdio.h>

#define SHOWN_MAX      200 /* bytes of an id in a field */
#define ID_MAX         (6 * SHOWN_MAX + 8)
#define MESSAGE_MAX    (2 * ID_MAX + 1024)
#define KEY_BYTES_MAX  (1U << 20)
#define COLUMNS_MAX    (2 * LS_VIEW_COLUMNS_MAX + 8)
#define COUNT_OF(list) (sizeof(list) / sizeof *(list))

/* A text's beginning, at most SHOWN_MAX bytes of it, cut in front of a character. */
static size_t shown(const uint8_t *text, size_t size)
{
    if (size <= SHOWN_MAX) {
        return size;
    }
    size_t cut = SHOWN_MAX;
    while (cut > SHOWN_MAX - 4 && (text[cut] & 0xc0) == 0x80) {
        cut--;
    }
    return cut;
}

/* An id as a person reads it: in quotes, whatever bytes it has. Returns out. */
static const char *quoted(const uint8_t *text, size_t size, char out[ID_MAX])
{
    struct ls_buf json;
    struct ls_error unheard;
    ls_buf_init(&json, "an id", ID_MAX);
    bool fine = text && ls_json_string(&json, text, shown(text, size), &unheard) == 0;
    snprintf(out, ID_MAX, "%.*s", fine ? (int)json.size : 4, fine ? (char *)json.data : "none");
    ls_buf_clear(&json);
    return out;
}

static struct ls_journal_field id_field(const char *name, const uint8_t *text, size_t size)
{
    return ls_field_bytes(name, text, text ? shown(text, size) : 0);
}

/* ---- records */

void ls_run_tell_quarantined(struct ls_journal *journal, const struct ls_topic_plan *topic,
                             uint32_t partition, uint64_t position, const struct ls_log_record *raw,
                             const struct ls_record *record)
{
    static const char event[] = "record_quarantined";
    if (!ls_journal_samples(journal, event, ls_reasons[record->reason].name)) {
        return;
    }
    char ids[2][ID_MAX];
    char message[MESSAGE_MAX];
    const struct ls_cell none = {.is_null = true};
    const struct ls_cell *id = record->has_fields ? &record->cells[LS_COLUMN_EVENT_ID] : &none;
    const struct ls_reason_text *reason = &ls_reasons[record->reason];
    const struct ls_journal_field fields[] = {
        ls_field_text("reason", reason->name),          ls_field_text("stage", reason->stage),
        ls_field_text("detail", record->detail),        id_field("event_id", id->bytes, id->size),
        id_field("entity_id", raw->key, raw->key_size), ls_field_text("topic", topic->type->topic),
        ls_field_count("partition", partition),         ls_field_count("position", position),
    };
    snprintf(message, sizeof message,
             "quarantined %s%s%s: record %llu of partition %u of %s, event %s, entity %s",
             reason->name, *record->detail ? ", " : "", record->detail,
             (unsigned long long)position, partition, topic->type->topic,
             quoted(id->bytes, id->size, ids[0]), quoted(raw->key, raw->key_size, ids[1]));
    ls_journal_write(journal, LS_JOURNAL_INFO, event, message, fields, COUNT_OF(fields));
}

void ls_run_tell_late(struct ls_journal *journal, const struct ls_view *view,
                      const struct ls_run_late *late)
{
    static const char event[] = "record_late";
    if (!ls_journal_samples(journal, event, view->spec->name)) {
        return;
    }
    char ids[2][ID_MAX];
    char message[MESSAGE_MAX];
    char times[4][LS_TIME_TEXT_MAX];
    char behind[LS_DURATION_TEXT_MAX];
    const struct ls_cell *id = &late->record->cells[LS_COLUMN_EVENT_ID];
    const struct ls_cell *entity = &late->record->cells[LS_COLUMN_ENTITY_ID];
    ls_time_format(late->record->event_time, times[0]);
    ls_time_format(late->start_ms, times[1]);
    ls_time_format(late->end_ms, times[2]);
    ls_time_format(late->watermark_ms, times[3]);
    ls_duration_format(late->watermark_ms - late->end_ms, behind);
    const struct ls_journal_field fields[] = {
        ls_field_text("view", view->spec->name),
        id_field("event_id", id->bytes, id->size),
        id_field("entity_id", entity->bytes, entity->size),
        ls_field_text("topic", late->topic->type->topic),
        ls_field_count("partition", late->partition),
        ls_field_count("position", late->position),
        ls_field_text("event_time", times[0]),
        ls_field_text("window_start", times[1]),
        ls_field_text("window_end", times[2]),
        ls_field_text("watermark", times[3]),
        ls_field_number("behind_ms", late->watermark_ms - late->end_ms),
    };
    snprintf(message, sizeof message,
             "late for %s by %s: record %llu of partition %u of %s, event %s, entity %s",
             view->spec->name, behind, (unsigned long long)late->position, late->partition,
             late->topic->type->topic, quoted(id->bytes, id->size, ids[0]),
             quoted(entity->bytes, entity->size, ids[1]));
    ls_journal_write(journal, LS_JOURNAL_INFO, event, message, fields, COUNT_OF(fields));
}

/* ---- alerts */

enum { EVENT_TIME, EVENT_ID, KEY }; /* columns of an alert's row: the key's, transition, severity */

/* {"entity_id": "M1"}: the fields of the group's key, which stand behind `at`. */
static int key_as_json(const struct ls_view *view, struct ls_span at, struct ls_buf *out,
                       struct ls_error *err)
{
    int rc = ls_buf_append_text(out, "{", err);
    for (size_t i = 0; rc == 0 && i < view->by_count; i++) {
        const struct ls_field *field = &view->schema->root->fields[KEY + i];
        rc = ls_buf_appendf(out, err, "%s\"%s\":", i ? "," : "", field->name);
        if (rc == 0 && ls_datum_json(field->type, &at, true, out, &rc, err) != LS_DECODE_OK) {
            rc = ls_error_set(err, LS_E_BUG, "a row that cannot be read");
        }
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "}", err);
}

static void tell_alert(struct ls_journal *journal, const char *event, const struct ls_view *view,
                       const struct ls_cell *cells, const char *key, size_t key_size)
{
    char id[ID_MAX];
    char message[MESSAGE_MAX];
    char time[LS_TIME_TEXT_MAX];
    const struct ls_cell *event_id = &cells[EVENT_ID];
    const struct ls_cell *transition = &cells[KEY + view->by_count];
    const struct ls_cell *severity = transition + 1;
    ls_time_format(cells[EVENT_TIME].number, time);
    const struct ls_journal_field fields[] = {
        ls_field_text("rule", view->spec->name),
        ls_field_bytes("transition", transition->bytes, transition->size),
        ls_field_bytes("severity", severity->bytes, severity->size),
        ls_field_json("key", key, key_size),
        id_field("event_id", event_id->bytes, event_id->size),
        ls_field_text("event_time", time),
    };
    snprintf(message, sizeof message, "alert %s %.*s (%.*s) for %.*s by event %s at %s",
             view->spec->name, (int)transition->size, (const char *)transition->bytes,
             (int)severity->size, (const char *)severity->bytes,
             (int)(key_size < ID_MAX ? key_size : ID_MAX), key,
             quoted(event_id->bytes, event_id->size, id), time);
    ls_journal_write(journal, LS_JOURNAL_INFO, event, message, fields, COUNT_OF(fields));
}

void ls_run_tell_alert(struct ls_journal *journal, const struct ls_view *view, const uint8_t *row,
                       size_t size)
{
    struct ls_cell cells[COLUMNS_MAX];
    if (view->kind != LS_VIEW_ALERT || !ls_journal_takes(journal, LS_JOURNAL_INFO)) {
        return;
    }
    assert(view->layout->count <= COLUMNS_MAX);
    if (ls_row_decode(view->layout, row, size, cells, NULL, NULL) != LS_DECODE_OK) {
        return; /* a row of ours */
    }
    bool raised = cells[KEY + view->by_count].number == 0;
    static const char *const events[] = {"alert_cleared", "alert_raised"};
    const char *event = events[raised];
    if (!ls_journal_samples(journal, event, view->spec->name)) {
        return;
    }
    struct ls_buf key;
    struct ls_error unheard;
    ls_buf_init(&key, "an alert's key", KEY_BYTES_MAX);
    const struct ls_span at = {cells[EVENT_ID].bytes + cells[EVENT_ID].size, row + size};
    bool fine = key_as_json(view, at, &key, &unheard) == 0;
    tell_alert(journal, event, view, cells, fine ? (char *)key.data : NULL, fine ? key.size : 0);
    ls_buf_clear(&key);
}

/* ---- checkpoints */

void ls_run_tell_checkpoint(struct ls_journal *journal, uint64_t number, uint64_t bytes,
                            uint64_t duration_ns)
{
    char message[160];
    char size[LS_GROUPED_MAX];
    char took[LS_DURATION_TEXT_MAX];
    uint64_t ms = duration_ns / 1000000;
    const struct ls_journal_field fields[] = {ls_field_count("number", number),
                                              ls_field_count("bytes", bytes),
                                              ls_field_count("duration_ms", ms)};
    if (ls_journal_takes(journal, LS_JOURNAL_INFO)) {
        ls_duration_format((int64_t)ms, took);
        snprintf(message, sizeof message, "checkpoint %llu: %s bytes, %s%s",
                 (unsigned long long)number, ls_grouped(bytes, size), took, ms ? "" : "ms");
        ls_journal_write(journal, LS_JOURNAL_INFO, "checkpoint_taken", message, fields,
                         COUNT_OF(fields));
    }
}

void ls_run_tell_damaged(struct ls_journal *journal, const struct ls_error *why)
{
    char message[LS_ERROR_TEXT_MAX + 64];
    const struct ls_journal_field field = ls_field_text("reason", why->text);
    snprintf(message, sizeof message, "a checkpoint is passed over: %s", why->text);
    ls_journal_write(journal, LS_JOURNAL_WARN, "checkpoint_damaged", message, &field, 1);
}

void ls_run_tell_restored(struct ls_journal *journal, uint64_t number, uint64_t records)
{
    char message[160];
    char grouped[LS_GROUPED_MAX];
    const struct ls_journal_field fields[] = {ls_field_count("number", number),
                                              ls_field_count("records", records)};
    snprintf(message, sizeof message, "goes on from checkpoint %llu, behind %s records",
             (unsigned long long)number, ls_grouped(records, grouped));
    ls_journal_write(journal, LS_JOURNAL_INFO, "checkpoint_restored", message, fields,
                     COUNT_OF(fields));
}
