/* The flags (P1): which event types have them, and which admitted records they find. */
#include "conformance/naive_internal.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

static bool is_listed(const struct ls_spec_check *spec, const char *type)
{
    for (size_t i = 0; i < spec->events.count; i++) {
        if (strcmp(spec->events.items[i], type) == 0) {
            return true;
        }
    }
    return false;
}

/* What the flag reads, in the row as the steps leave it; false: this event type does not have it
 * all. */
static bool compile(const struct ls_spec_check *spec, const struct naive_columns *columns,
                    struct ls_arena *arena, struct naive_flag *out)
{
    struct ls_error unheard;
    *out = (struct naive_flag){.spec = spec};
    if (spec->when) {
        return ls_naive_expr_parse(spec->when, columns, arena, &out->when, &unheard) == 0;
    }
    out->field = ls_naive_column_find(columns, spec->monotonic);
    out->per = ls_naive_column_find(columns, spec->per);
    return out->field < columns->count && out->per < columns->count &&
           ls_naive_rescale(spec->tolerance.number.value, spec->tolerance.number.scale,
                            columns->items[out->field].scale, &out->tolerance);
}

int ls_naive_flags_compile(const struct naive_world *world, struct naive_topic *topic,
                           struct naive_columns *columns, struct ls_arena *arena,
                           struct ls_error *err)
{
    const struct ls_spec_check *items = world->spec->quality.items;
    struct naive_columns *before = ls_arena_new(arena, 1, sizeof *before, err);
    topic->flags = before
                       ? ls_arena_new(arena, world->spec->quality.count, sizeof *topic->flags, err)
                       : NULL;
    if (!topic->flags) {
        return err->code;
    }
    topic->flag_count = 0;
    *before = *columns; /* without the flags; their place in the list stays */
    for (size_t i = 0; i < world->spec->quality.count; i++) {
        bool listed = is_listed(&items[i], topic->type->name);
        if (!items[i].flag || (items[i].events.count && !listed)) {
            continue;
        }
        struct naive_flag *flag = &topic->flags[topic->flag_count];
        if (compile(&items[i], before, arena, flag)) {
            flag->column = columns->count;
            columns->items[columns->count++] = (struct naive_column){
                .name = items[i].flag, .written = items[i].flag, .type = NAIVE_BOOLEAN};
            topic->flag_count++;
        } else if (listed) {
            return ls_error_set(err, LS_E_DATA,
                                "the naive recomputation cannot follow the flag `%s` of %s",
                                items[i].flag, topic->type->name);
        }
    }
    return 0;
}

void ls_naive_flags_of_row(const struct naive_topic *topic, struct naive_value *row)
{
    for (size_t k = 0; k < topic->flag_count; k++) {
        const struct naive_flag *flag = &topic->flags[k];
        struct ls_error unheard; /* a flag that could leave 128 bits is refused with its spec */
        bool holds = flag->when && ls_naive_expr_holds(flag->when, row, &unheard) > 0;
        row[flag->column] = (struct naive_value){.number = holds};
    }
}

/* ---- monotonic ones */

struct seen {
    const struct naive_value *per;
    struct naive_record *record;
};

/* By the value of `per`, then by position: records of one partition stand in one array. */
static int by_per(const void *a, const void *b)
{
    const struct seen *left = a;
    const struct seen *right = b;
    int order = ls_naive_value_order(left->per, right->per);
    return order ? order : (left->record > right->record) - (left->record < right->record);
}

/* The records of one value of `per`, in order: from one that is far ahead of all before it, those
 * before it count no more. */
static void judge_run(const struct naive_flag *flag, const struct seen *run, size_t count,
                      int64_t horizon)
{
    int64_t latest = 0;
    int64_t greatest = 0;
    for (size_t i = 0; i < count; i++) {
        struct naive_value *row = run[i].record->row;
        int64_t time = run[i].record->event[NAIVE_EVENT_TIME].number;
        int64_t number = row[flag->field].number;
        bool anew = i == 0 || time - latest > horizon;
        row[flag->column].number = !anew && (ls_i128)number + flag->tolerance < greatest;
        latest = anew || time > latest ? time : latest;
        greatest = anew || number > greatest ? number : greatest;
    }
}

static int judge_monotonic(const struct naive_world *world, const struct naive_flag *flag,
                           const struct naive_partition *partition, struct ls_error *err)
{
    int64_t horizon = world->spec->pipeline->dedupe->horizon_ms;
    struct seen *seen = ls_mem_new(partition->count, sizeof *seen, err);
    size_t count = 0;
    if (!seen) {
        return err->code;
    }
    for (size_t i = 0; i < partition->count; i++) {
        struct naive_record *record = &partition->records[i];
        if (ls_naive_is_admitted(record) && !record->row[flag->field].is_null &&
            !record->row[flag->per].is_null) {
            seen[count++] = (struct seen){&record->row[flag->per], record};
        }
    }
    if (count) {
        qsort(seen, count, sizeof *seen, by_per);
    }
    for (size_t from = 0, to; from < count; from = to) {
        to = from + 1;
        while (to < count && ls_naive_value_order(seen[from].per, seen[to].per) == 0) {
            to++;
        }
        judge_run(flag, seen + from, to - from, horizon);
    }
    ls_mem_free(seen);
    return 0;
}

int ls_naive_flags_judge(const struct naive_world *world, const struct naive_topic *topic,
                         const struct naive_partition *partition, struct ls_error *err)
{
    int rc = 0;
    for (size_t k = 0; rc == 0 && k < topic->flag_count; k++) {
        if (!topic->flags[k].when) {
            rc = judge_monotonic(world, &topic->flags[k], partition, err);
        }
    }
    return rc;
}
