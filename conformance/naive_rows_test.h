/* Views over records that are written by hand, as text: for the tests of the recomputation, and for
 * tests/model/naive_rows.c, which answers a model's questions.
 *
 *   order 0 1000 400 e1 C1 amount=250 method=cash
 *
 * is a normalized record of the event type `order` in partition 0, next in position, its event_time
 * 1000, its watermark 400, then event_id, entity_id, and its fields by name as integers (cents,
 * milliseconds, unscaled decimals), words, or `true`; those that are not named are null. Rows come
 * out as lines of values with commas between them, times as integers. */
#ifndef LS_CONFORMANCE_NAIVE_ROWS_TEST_H
#define LS_CONFORMANCE_NAIVE_ROWS_TEST_H

#include "conformance/naive_internal.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

#define HAND_WORDS_MAX 64 /* of a line */

struct hand {
    struct ls_spec *spec;
    struct ls_naive job;
    struct naive_world world;
    struct ls_buf out;
    struct ls_error err;
};

static inline int hand_topic(struct hand *h, struct naive_topic *topic)
{
    struct ls_arena *arena = &h->world.arena;
    topic->partition_count = (size_t)h->spec->topics->partitions;
    topic->partitions = ls_arena_new(arena, topic->partition_count, sizeof *topic->partitions,
                                     &h->err);
    if (!topic->partitions) {
        return h->err.code;
    }
    int rc = ls_naive_versions(h->spec, topic->type, arena, &topic->versions, &topic->version_count,
                               &h->err);
    if (rc == 0) {
        topic->event = topic->versions[topic->version_count - 1].columns;
        rc = ls_naive_steps_compile(&h->world, topic, arena, &h->err);
    }
    return rc;
}

/* Loads the spec of a file. What is wrong with it stands in `out`. To be closed in any case. */
static inline int hand_open(struct hand *h, const char *path, const char *folder)
{
    struct ls_layers layers = {.spec_path = path, .config_root = folder};
    *h = (struct hand){0};
    ls_buf_init(&h->out, "rows by hand", 64U << 20);
    ls_arena_init(&h->world.arena, "world by hand", (size_t)1 << 30);
    int rc = ls_spec_load(&layers, &h->spec, &h->out, &h->err);
    if (rc < 0) {
        return rc;
    }
    h->job = (struct ls_naive){.spec = h->spec};
    h->world.job = &h->job;
    h->world.spec = h->spec;
    h->world.topic_count = h->spec->event_types.count;
    h->world.topics = ls_arena_new(&h->world.arena, h->world.topic_count, sizeof *h->world.topics,
                                   &h->err);
    rc = h->world.topics ? 0 : h->err.code;
    for (size_t t = 0; rc == 0 && t < h->world.topic_count; t++) {
        h->world.topics[t].type = ls_spec_event_type_at(h->spec, t);
        rc = hand_topic(h, &h->world.topics[t]);
    }
    return rc;
}

static inline void hand_close(struct hand *h)
{
    for (size_t t = 0; h->world.topics && t < h->world.topic_count; t++) {
        for (size_t p = 0; p < h->world.topics[t].partition_count; p++) {
            ls_mem_free(h->world.topics[t].partitions[p].records);
        }
    }
    ls_arena_clear(&h->world.arena);
    ls_spec_free(h->spec);
    ls_buf_clear(&h->out);
}

static inline int hand_wrong(struct hand *h, const char *word)
{
    return ls_error_set(&h->err, LS_E_DATA, "`%s` is not understood", word);
}

static inline int hand_value(struct hand *h, const struct naive_column *column, const char *text,
                             struct naive_value *out)
{
    *out = (struct naive_value){0};
    if (column->type == NAIVE_STRING) {
        char *copy = ls_arena_text(&h->world.arena, text, strlen(text), &h->err);
        *out = ls_naive_text_value(copy ? copy : "");
        return copy ? 0 : h->err.code;
    }
    if (column->type == NAIVE_BOOLEAN) {
        out->number = strcmp(text, "true") == 0;
        return 0;
    }
    if (column->type != NAIVE_ENUM) {
        out->number = strtoll(text, NULL, 10);
        return 0;
    }
    for (size_t i = 0; i < column->symbol_count; i++) {
        if (strcmp(column->symbols[i], text) == 0) {
            *out = ls_naive_text_value(column->symbols[i]);
            out->number = (int64_t)i;
            return 0;
        }
    }
    return hand_wrong(h, text);
}

static inline int hand_record(struct hand *h, struct naive_topic *topic, size_t partition_index,
                              char *const *words, size_t count)
{
    struct naive_partition *partition = &topic->partitions[partition_index];
    struct naive_value *row = ls_arena_new(&h->world.arena, topic->row.count + 1, sizeof *row,
                                           &h->err);
    size_t capacity = partition->count; /* where that is a power of two, and nothing */
    int rc = row ? 0 : h->err.code;
    if (rc == 0 && (capacity & (capacity - 1)) == 0) {
        rc = ls_mem_grow(&partition->records, &capacity, 2 * capacity + 1,
                         sizeof *partition->records, &h->err);
    }
    for (size_t i = 0; rc == 0 && i < topic->row.count; i++) {
        row[i].is_null = true;
    }
    const char *const envelope[] = {words[4], words[2], words[2], "test", "1", words[5]};
    for (size_t i = 0; rc == 0 && i < NAIVE_PAYLOAD; i++) {
        rc = hand_value(h, &topic->row.items[i], envelope[i], &row[i]);
    }
    for (size_t i = 6; rc == 0 && i < count; i++) {
        char *value = strchr(words[i], '=');
        if (!value) {
            return hand_wrong(h, words[i]);
        }
        *value++ = '\0';
        size_t column = ls_naive_column_find(&topic->row, words[i]);
        rc = column < topic->row.count
                 ? hand_value(h, &topic->row.items[column], value, &row[column])
                 : hand_wrong(h, words[i]);
    }
    if (rc == 0) {
        struct naive_value *physical = row + topic->row.count - 3;
        physical[3] = ls_naive_text_value(topic->type->name);
        const int64_t numbers[] = {(int64_t)partition_index, (int64_t)partition->count,
                                   strtoll(words[3], NULL, 10)};
        for (size_t i = 0; i < 3; i++) {
            physical[i] = (struct naive_value){.number = numbers[i]};
        }
        partition->records[partition->count++] = (struct naive_record){
            .outcome = LS_ADMITTED, .event = row, .row = row, .watermark_ms = numbers[2]};
    }
    return rc;
}

/* One record; the line is used up. */
static inline int hand_line(struct hand *h, char *line)
{
    char *words[HAND_WORDS_MAX];
    size_t count = 0;
    for (char *at = line; *at && count < HAND_WORDS_MAX;) {
        words[count++] = at;
        at += strcspn(at, " ");
        if (*at) {
            *at++ = '\0';
        }
    }
    if (count < 6) {
        return hand_wrong(h, line);
    }
    for (size_t t = 0; t < h->world.topic_count; t++) {
        struct naive_topic *topic = &h->world.topics[t];
        size_t partition = (size_t)strtoull(words[1], NULL, 10);
        if (strcmp(topic->type->name, words[0]) == 0 && partition < topic->partition_count) {
            return hand_record(h, topic, partition, words, count);
        }
    }
    return hand_wrong(h, words[0]);
}

static inline int hand_show_row(struct hand *h, const struct naive_columns *columns,
                                const struct naive_value *row)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < columns->count; i++) {
        struct naive_column column = columns->items[i];
        column.type = column.type == NAIVE_TIME ? NAIVE_LONG : column.type;
        rc = ls_buf_append_text(&h->out, i ? "," : "", &h->err);
        rc = rc < 0 ? rc : ls_naive_show(&column, &row[i], &h->out, &h->err);
    }
    return rc < 0 ? rc : ls_buf_append_text(&h->out, "\n", &h->err);
}

/* Appends a view's rows to `out`, then "late TOPIC PARTITION" with what is late, where any is. */
static inline int hand_show(struct hand *h, const struct naive_view *view)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < view->row_count; i++) {
        rc = hand_show_row(h, &view->columns, view->rows[i]);
    }
    for (size_t l = 0; rc == 0 && l < view->late_count; l++) {
        const struct naive_late *late = &view->late[l];
        if (late->count) {
            rc = ls_buf_appendf(&h->out, &h->err, "late %s %zu\n", late->topic, late->partition);
        }
        for (size_t i = 0; rc == 0 && i < late->count; i++) {
            rc = hand_show_row(h, &view->late_columns, late->rows[i]);
        }
    }
    return rc;
}

#endif
