#include "generator/device_fixture_test.h"
#include "generator/statistics_test.h"
#include "generator/truth_rows_test.h"

enum { EVENTS = 40000 };

static const char happening[] =
    "delay: {exponential: {mean: 300ms}, max: 5s}\n"
    "quality: [{check: not_null, field: note}, {check: range, field: heat, min: -100, max: 1000}]\n"
    "faults:\n"
    "  late: {rate: 1/10, delay: {uniform: [1s, 20s]}, max: 20s}\n"
    "  jitter: {rate: 1/5, max: 500ms}\n"
    "  duplicate: {rate: 1/10, gap: {uniform: [1, 500]}}\n"
    "  conflict: {rate: 1/50, field: heat}\n"
    "  truncated: {rate: 1/50}\n"
    "  missing: {rate: 1/50, field: note}\n"
    "  out_of_range: {rate: 1/50, field: heat}\n"
    "  clock_ahead: {rate: 1/50, by: 1h}\n"
    "episodes:\n"
    "  hot: {entity: device, field: heat, every: 20s, probability: 1/2, for: 4s, rise: 1s, add: "
    "25}\n"
    "  spike: {entity: device, field: current, every: 30s, for: 3s, times: 3.5}\n";
static const char fields[] =
    "      - {name: heat, type: int, walk: {around: 50, within: 10, over: 30s}}\n"
    "      - {name: current, type: money, uniform: [1.00, 5.00]}\n"
    "      - {name: note, type: string, const: x, null: never}\n";

/* The first episode that holds a device at a time, from 1 on. */
static unsigned episode_then(const struct maker *m, uint64_t n, int64_t time, uint32_t *height)
{
    for (unsigned k = 0; k < m->plan->episode_count; k++) {
        *height = ls_episode_height(&m->plan->episodes[k], n, time);
        if (*height) {
            return k + 1;
        }
    }
    return 0;
}

/* An event is in the episode that holds its device at its time, and nothing else is wrong with it;
 * no copy is of one, and none is in one. */
static void nothing_else_is_wrong_in_an_episode(void **state)
{
    struct maker *m = *state;
    plan_device(m, "", fields, happening);
    make_run(m, EVENTS);
    size_t found[3] = {0};
    size_t copies = 0;
    size_t faults = 0;
    for (size_t i = 0; i < m->run.count; i++) {
        const struct ls_event *e = &m->run.events[i];
        uint32_t height = 0;
        if (e->original != e->index) {
            copies++;
            assert_int_equal(e->episode, 0);
            assert_int_equal(m->run.events[e->original].episode, 0);
            continue;
        }
        unsigned episode = episode_then(m, e->entity, e->event_time, &height);
        assert_int_equal(e->episode, episode);
        found[episode]++;
        faults += e->late || e->jitter || e->fault != LS_FAULT_NONE;
        if (episode) {
            assert_int_equal(e->height, height);
            assert_false(e->late || e->jitter);
            assert_int_equal(e->fault, LS_FAULT_NONE);
            assert_int_equal(e->ingest_time, e->timestamp_ms);
        }
    }
    assert_true(copies > 1000 && faults > 5000);
    /* half of all spans have 4 s of 20 s; of the rest a tenth is the other's */
    double originals = (double)(m->run.count - copies);
    assert_true(fabs((double)found[1] / originals - .1) < .02);
    assert_true(fabs((double)found[2] / originals - .09) < .015);
}

/* Exactly by the height: what is added, or by how much it is multiplied; and nothing elsewhere. */
static void values_are_shifted_by_the_height(void **state)
{
    struct maker *m = *state;
    plan_device(m, "", fields, happening);
    const struct ls_op *heat = op_named(m, 0, "heat");
    const struct ls_op *current = op_named(m, 0, "current");
    size_t rising = 0;
    make_run(m, EVENTS);
    for (size_t i = 0; i < m->run.count; i++) {
        const struct ls_event *e = &m->run.events[i];
        if (e->fault != LS_FAULT_NONE && e->fault != LS_FAULT_DUPLICATE &&
            e->fault != LS_FAULT_CLOCK_AHEAD) {
            continue;
        }
        int64_t base = ls_walk_at(heat->walk, ls_mix(heat->key + e->entity), e->event_time, 50);
        int64_t drawn = 100 + (int64_t)ls_below(ls_word(current->key, e->original, 0), 401);
        int64_t added = e->episode == 1 ? 25 * (int64_t)e->height / 65536 : 0;
        int64_t more = e->episode == 2 ? drawn * 5 / 2 * (int64_t)e->height / 65536 : 0;
        assert_in_range(base, 40, 60);
        assert_int_equal(column_of(m, e, "heat").number, base + added);
        assert_int_equal(column_of(m, e, "current_cents").number, drawn + more);
        rising += added > 0 && added < 25;
    }
    assert_true(rising > 100);
}

/* The truth names it, and nothing but it. */
static void the_truth_names_them(void **state)
{
    struct maker *m = *state;
    plan_device(m, "", fields, happening);
    make_run(m, EVENTS);
    struct ls_truth *truth = truth_of(m, EVENTS, "truth");
    for (uint32_t p = 0; p < 2; p++) {
        struct truth_rows rows = truth_rows_of(m, "truth", 0, p);
        int64_t position = 0;
        size_t at = 0;
        size_t named = 0;
        for (size_t i = 0; i < m->run.count; i++) {
            const struct ls_event *e = &m->run.events[i];
            if (e->partition != p) {
                continue;
            }
            const struct truth_row *row = at < rows.count && rows.rows[at].position == position
                                              ? &rows.rows[at++]
                                              : NULL;
            position++;
            if (e->episode) {
                assert_non_null(row);
                assert_memory_equal(row->id, e->event_id, LS_EVENT_ID_SIZE);
                assert_string_equal(row->faults, e->episode == 1 ? "hot" : "spike");
                assert_string_equal(row->outcome, "ADMITTED");
                named++;
            } else {
                assert_true(!row || (!strstr(row->faults, "hot") && !strstr(row->faults, "spike")));
            }
        }
        assert_int_equal(at, rows.count);
        assert_true(named > 1000);
        free(rows.rows);
    }
    ls_truth_free(truth);
}

/* The event whose number a text of this one is. */
static const struct ls_event *event_named(const struct maker *m, const struct ls_event *e,
                                          const char *column)
{
    char text[32] = {0};
    struct ls_cell id = column_of(m, e, column);
    assert_in_range(id.size, 1, 9);
    memcpy(text, id.bytes, id.size);
    unsigned long i = strtoul(text, NULL, 10);
    assert_in_range(i, 0, e->index - 1);
    return &m->run.events[i];
}

/* What a step takes from the one before is what that one had, in its own episode or out of it. */
static void steps_take_what_was(void **state)
{
    static const char steps[] =
        "  - name: check\n    entity: device\n    metrics:\n"
        "      - {name: id, type: string, ref: reading.id}\n"
        "      - {name: heat, type: int, ref: reading.heat}\n"
        "      - {name: current, type: money, ref: reading.current}\n"
        "      - {name: doubled, type: long, ref: reading.doubled}\n"
        "      - {name: noise, type: int, walk: {around: 0, within: 5, over: 30s}}\n"
        "      - {name: own, type: string, id: \"{n}\"}\n"
        "  - name: repair\n    entity: device\n    metrics:\n"
        "      - {name: id, type: string, ref: check.id}\n"
        "      - {name: check, type: string, ref: check.own}\n"
        "      - {name: heat, type: int, ref: check.heat}\n"
        "      - {name: noise, type: int, ref: check.noise}\n"
        "      - {name: current, type: money, ref: reading.current}\n"
        "  - name: free\n    weight: 1\n    entity: device\n    metrics:\n"
        "      - {name: x, type: int, const: 1}\n";
    static const char more[] =
        "  noisy: {entity: device, field: noise, every: 10s, for: 5s, add: 100}\n"
        "lifecycles:\n  visit:\n    entity: device\n    steps:\n"
        "      - {event: reading}\n"
        "      - {event: check, after: {exponential: {mean: 2s}, max: 20s}}\n"
        "      - {event: repair, after: {exponential: {mean: 2s}, max: 20s}}\n";
    struct maker *m = *state;
    char all[4096];
    char top[4096];
    snprintf(all, sizeof all,
             "%s      - {name: doubled, type: long, expr: heat * 2}\n"
             "      - {name: id, type: string, id: \"{n}\"}\n%s",
             fields, steps);
    snprintf(top, sizeof top, "%s%s", strstr(happening, "episodes:\n"), more);
    plan_device(m, "", all, top);
    for (size_t type = 1; type < 3; type++) {
        assert_int_equal(op_named(m, type, "heat")->low, op_named(m, 0, "heat")->low);
        assert_int_equal(op_named(m, type, "heat")->high, op_named(m, 0, "heat")->high);
    }
    make_run(m, 12000);
    size_t shifted[4] = {0};
    for (size_t i = 0; i < m->run.count; i++) {
        const struct ls_event *e = &m->run.events[i];
        if (e->type != 1 && e->type != 2) {
            continue;
        }
        const struct ls_event *first = event_named(m, e, "id");
        assert_true(first->type == 0 && first->entity == e->entity);
        int64_t heat = column_of(m, first, "heat").number;
        shifted[first->episode]++;
        assert_int_equal(column_of(m, e, "heat").number, heat);
        assert_int_equal(column_of(m, e, "current_cents").number,
                         column_of(m, first, "current_cents").number);
        if (e->type == 1) {
            assert_int_equal(column_of(m, e, "doubled").number, 2 * heat);
            assert_int_equal(column_of(m, e, "noise").number > 90, e->episode == 3);
        } else {
            const struct ls_event *check = event_named(m, e, "check");
            shifted[check->episode] += check->episode == 3;
            assert_int_equal(check->type, 1);
            assert_int_equal(column_of(m, e, "noise").number, column_of(m, check, "noise").number);
        }
    }
    for (size_t k = 0; k < 4; k++) {
        assert_true(shifted[k] > 50);
    }
}

/* ---- bounds */

static void bounds_take_episodes_in(void **state)
{
    static const struct {
        const char *field, *shift;
        int64_t low, high;
    } cases[] = {
        {"type: int, uniform: [1, 5]", "add: 10", 1, 15},
        {"type: int, uniform: [1, 5]", "add: -10", -9, 5},
        {"type: int, uniform: [1, 5]", "times: 3", 1, 15},
        {"type: int, uniform: [1, 5]", "times: 0.5", 0, 5},
        {"type: int, uniform: [1, 5]", "times: 0", 0, 5},
        {"type: int, uniform: [-5, 5]", "times: 3", -15, 15},
        {"type: int, uniform: [-5, -1]", "times: 3", -15, -1},
        {"type: int, uniform: [1, 5], max: 7", "add: 10", 1, 7},
        {"type: int, uniform: [1, 5], min: 0, max: 5", "add: -10", 0, 5},
        {"type: int, walk: {around: 20, within: 5, over: 1m}", "add: 10", 15, 35},
        {"type: money, walk: {around: 20, share: 1/2, over: 1m}", "times: 1.5", 1000, 4500},
        {"type: int, uniform: [1, 2000000000]", "times: 1000", 1, INT32_MAX},
        {"type: int, uniform: [-2000000000, 1]", "add: -2000000000", INT32_MIN, 1},
        {"type: long, lognormal: {median: 4503599627370496, sigma: 5}", "times: 1000", 0,
         INT64_MAX},
        {"type: long, uniform: [-4503599627370496, 4503599627370496]", "times: 1000",
         INT64_C(1000) * -(INT64_C(1) << 52), INT64_C(1000) << 52},
        {"type: long, lognormal: {median: 4503599627370496, sigma: 5}", "add: 9223372036854775807",
         0, INT64_MAX},
    };
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char field[256];
        char top[256];
        snprintf(field, sizeof field, "      - {name: v, %s}\n", cases[k].field);
        snprintf(top, sizeof top,
                 "episodes: {off: {entity: device, field: v, every: 10s, for: 8s, rise: 4s, %s}}\n",
                 cases[k].shift);
        plan_device(m, "", field, top);
        const struct ls_op *op = op_named(m, 0, "v");
        if (op->low != cases[k].low || op->high != cases[k].high) {
            fail_msg("%s, %s: %lld to %lld", cases[k].field, cases[k].shift, (long long)op->low,
                     (long long)op->high);
        }
        size_t inside = 0;
        for (uint64_t i = 0; i < 2000; i++) {
            struct ls_event e = make(m, i);
            int64_t value =
                column_of(m, &e, strstr(cases[k].field, "money") ? "v_cents" : "v").number;
            assert_true(value >= op->low && value <= op->high);
            inside += e.episode;
        }
        assert_true(inside > 1000);
    }
}

/* ---- problems */

static void wrong_episodes_are_refused(void **state)
{
    static const struct {
        const char *episode, *rule, *part, *hint;
    } cases[] = {
        {"off: {entity: device, field: v, every: 9s, for: 1s}", "LS2028",
         "either adds to a value or multiplies it", "write `add: 25.0`, or `times: 3`"},
        {"off: {entity: device, field: v, every: 9s, for: 1s, add: 1, times: 2}", "LS2028",
         "either adds to a value or multiplies it", "write `add: 25.0`, or `times: 3`"},
        {"off: {entity: device, field: v, every: 9s, for: 10s, add: 1}", "LS2028",
         "an episode is longer than the span it lies in", "lower `for`, or raise `every`"},
        {"off: {entity: device, field: v, every: 9s, for: 1s, rise: 2s, add: 1}", "LS2028",
         "an episode is over before it has risen", "lower `rise`"},
        {"off: {entity: device, field: word, every: 9s, for: 1s, add: 1}", "LS2028",
         "an episode cannot shift `word`, which is `choice`", "let the field be a walk"},
        {"off: {entity: device, field: sum, every: 9s, for: 1s, add: 1}", "LS2028",
         "an episode cannot shift `sum`, which is `expr`", "or a number that is drawn"},
        {"off: {entity: device, field: day, every: 9s, for: 1s, times: 2}", "LS2028",
         "an episode cannot shift `day`, which is `uniform`", "or a number that is drawn"},
        {"off: {entity: device, field: number, every: 9s, for: 1s, add: 1}", "LS2028",
         "an episode cannot shift `number`, which is `sequence`", "or a number that is drawn"},
        {"off: {entity: device, field: same, every: 9s, for: 1s, add: 1}", "LS2028",
         "an episode cannot shift `same`, which is `ref`", "or a number that is drawn"},
        {"off: {entity: plant, field: v, every: 9s, for: 1s, add: 1}", "LS2028",
         "no event type about a plant has the field `v`", "name another entity or another field"},
        {"late: {entity: device, field: v, every: 9s, for: 1s, add: 1}", "LS2028",
         "`late` is a fault, which the truth could not tell from an episode",
         "choose another name"},
        {"conflict: {entity: device, field: v, every: 9s, for: 1s, add: 1}", "LS2028",
         "`conflict` is a fault", "choose another name"},
        {"off: {entity: device, field: v, every: 9s, for: 1s, add: 1.5}", "LS2018",
         "this is no value of type int", "an int is a whole number"},
        {"off: {entity: device, field: v, every: 9s, for: 1s, add: 1s}", "LS2018",
         "this is no value of type int", "an int is a whole number"},
        {"off: {entity: devise, field: v, every: 9s, for: 1s, add: 1}", "LS2002",
         "there is no entity `devise`", "did you mean `device`?"},
        {"off: {entity: device, field: w, every: 9s, for: 1s, add: 1}", "LS2013",
         "no event type has a field `w`", "v"},
        {"off: {entity: device, field: v, every: 9s, for: 1s, times: -1}", "LS1103",
         "times: expected", "0"},
    };
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char top[512];
        char line[256];
        char text[DEVICE_TEXT_MAX];
        snprintf(line, sizeof line, "  %s\n", cases[k].episode);
        snprintf(top, sizeof top, "episodes:\n%s", line);
        device_text(text, "      - {name: same, type: int, uniform: [1, 5]}\n",
                    "      - {name: v, type: int, uniform: [1, 5]}\n"
                    "      - {name: word, type: string, choice: [a, b]}\n"
                    "      - {name: sum, type: int, expr: v + 1}\n"
                    "      - {name: day, type: date, uniform: [1s, 5d]}\n"
                    "      - {name: number, type: int, sequence: {first: 1, step: 1}}\n"
                    "      - {name: same, type: int, ref: device.same}\n",
                    top);
        char *with = changed(text, "event_types:\n",
                             "  plant: {count: 5, id: \"P{n}\"}\nevent_types:\n");
        int rc = load_text(&m->base, with, NULL);
        ls_plan_free(m->plan);
        m->plan = NULL;
        rc = rc < 0 ? rc : ls_plan_new(m->base.spec, &m->plan, &m->base.report, &m->base.err);
        if (rc != LS_E_DATA) {
            fail_msg("%s is taken", cases[k].episode);
        }
        check_report(&m->base, cases[k].rule, line_of(with, line), cases[k].part);
        check_report(&m->base, cases[k].rule, line_of(with, line), cases[k].hint);
        free(with);
    }
}

static void there_are_fifteen_at_most(void **state)
{
    struct maker *m = *state;
    char top[4096] = "episodes:\n";
    char text[DEVICE_TEXT_MAX];
    static const char field[] = "      - {name: v, type: int, uniform: [1, 5]}\n";
    for (int k = 0; k <= LS_SPEC_EPISODES_MAX; k++) {
        char line[128];
        if (k == LS_SPEC_EPISODES_MAX) {
            plan_device(m, "", field, top);
            assert_int_equal(m->plan->episode_count, LS_SPEC_EPISODES_MAX);
        }
        snprintf(line, sizeof line,
                 "  e%d: {entity: device, field: v, every: 9s, for: 1s, add: 1}\n", k);
        strcat(top, line);
    }
    device_text(text, "", field, top);
    assert_int_equal(load_text(&m->base, text, NULL), LS_E_DATA);
    check_report(&m->base, "LS2010", line_of(text, "  e0:"),
                 "a spec has at most 15 episodes, this one 16");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(nothing_else_is_wrong_in_an_episode),
        MAKER_TEST(values_are_shifted_by_the_height),
        MAKER_TEST(the_truth_names_them),
        MAKER_TEST(steps_take_what_was),
        MAKER_TEST(bounds_take_episodes_in),
        MAKER_TEST(wrong_episodes_are_refused),
        MAKER_TEST(there_are_fifteen_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
