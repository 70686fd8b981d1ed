/* Draws are unrelated (contract G2): of neighbouring seeds, of neighbouring events and entities, of
 * two fields of one event; for each source of values. */
#include "generator/device_fixture_test.h"
#include "generator/statistics_test.h"

enum { COUNT = 20000, BINS = 8, FEATURES_MAX = 40 };

/* What of a value is looked at. */
enum part { NUMBER, NOTHING, SIZE, FIRST, LAST };

static const struct source {
    const char *name, *field;
    bool of_entities; /* too */
    enum part parts[3];
    size_t part_count;
} sources[] = {
    {"uniform", "type: int, uniform: [1, 1000]", true, {NUMBER}, 1},
    {"normal", "type: long, normal: {mean: 0, deviation: 1000}", true, {NUMBER}, 1},
    {"lognormal", "type: money, lognormal: {median: 24.90, sigma: 1}", true, {NUMBER}, 1},
    {"exponential", "type: long, exponential: {mean: 1000}", true, {NUMBER}, 1},
    {"zipf", "type: int, zipf: {s: 0.9, n: 1000}", true, {NUMBER}, 1},
    {"poisson", "type: int, poisson: 30", true, {NUMBER}, 1},
    {"date", "type: date, uniform: [0s, 1000d]", true, {NUMBER}, 1},
    {"bernoulli", "type: boolean, bernoulli: 1/3", true, {NUMBER}, 1},
    {"choice", "type: string, choice: [a, b, c, d]", true, {FIRST}, 1},
    {"choice_by",
     "type: enum, choice_by: {field: device.plain_choice, cases: {x: {choice: [p, q, r]}}, "
     "otherwise: [r, q, p]}",
     false,
     {NUMBER},
     1},
    {"pattern", "type: string, pattern: \"[a-z]{1,8}[0-9]\"", true, {SIZE, FIRST, LAST}, 3},
    {"words", "type: string, words: {of: [a, b, c, d], most: 5}", true, {SIZE, FIRST}, 2},
    {"uuid", "type: uuid, uuid", true, {FIRST, LAST}, 2},
    {"walk", "type: int, walk: {around: 0, within: 1000, over: 1h}", false, {NUMBER}, 1},
    {"nullable", "type: int, const: 1, nullable: 1/3", false, {NOTHING}, 1},
    {"perhaps", "type: string, const: x, nullable: 1/4", false, {NOTHING}, 1},
};
enum { SOURCES = sizeof sources / sizeof *sources };

/* One number of each event, or of each entity. */
struct feature {
    char name[32];
    double values[2][COUNT]; /* of two neighbouring seeds */
    uint8_t bins[2][COUNT];  /* by rank: equal values in one */
};

static struct feature features[FEATURES_MAX];
static size_t feature_count;

static double part_of(const struct ls_cell *cell, enum part part)
{
    switch (part) {
    case NOTHING:
        return cell->is_null;
    case SIZE:
        return cell->size;
    case FIRST:
        return cell->bytes[0];
    case LAST:
        return cell->bytes[cell->size - 1];
    case NUMBER:
        break;
    }
    return cell->number < 0 ? -log1p(-(double)cell->number) : log1p((double)cell->number);
}

static void text_of(char text[DEVICE_TEXT_MAX])
{
    char attributes[DEVICE_TEXT_MAX / 4] = "      - {name: plain_choice, type: string, choice: [x, "
                                           "y]}\n";
    char fields[DEVICE_TEXT_MAX / 4] = "";
    for (size_t s = 0; s < SOURCES; s++) {
        size_t at[] = {strlen(attributes), strlen(fields)};
        snprintf(fields + at[1], sizeof fields - at[1], "      - {name: %s, %s}\n", sources[s].name,
                 sources[s].field);
        if (sources[s].of_entities) {
            snprintf(attributes + at[0], sizeof attributes - at[0], "      - {name: %s, %s}\n",
                     sources[s].name, sources[s].field);
        }
    }
    device_text(text, attributes, fields, "delay: {exponential: {mean: 10s}, max: 5m}\n");
}

static struct feature *feature_of(const char *what, const char *name, enum part part)
{
    for (feature_count = 0; features[feature_count].name[0]; feature_count++) {
        assert_true(feature_count + 1 < FEATURES_MAX);
    }
    struct feature *f = &features[feature_count++];
    snprintf(f->name, sizeof f->name, "%s%s.%d", what, name, part);
    return f;
}

static void fill_events(struct maker *m, unsigned seed)
{
    for (size_t i = 0; i < COUNT; i++) {
        const struct ls_event *e = &m->run.events[i];
        struct feature *f = features;
        for (size_t s = 0; s < SOURCES; s++) {
            struct ls_cell cell = column_of(
                m, e,
                strcmp(sources[s].name, "lognormal") == 0 ? "lognormal_cents" : sources[s].name);
            for (size_t p = 0; p < sources[s].part_count; p++, f++) {
                f->values[seed][i] = part_of(&cell, sources[s].parts[p]);
            }
        }
        (f++)->values[seed][i] = (double)e->entity;
        (f++)->values[seed][i] = (double)(e->scheduled_ms - e->event_time);
        (f++)->values[seed][i] = e->event_id[0];
    }
}

static void fill_entities(struct maker *m, unsigned seed)
{
    struct feature *f = features;
    for (size_t s = 0; s < SOURCES; s++) {
        for (size_t p = 0; sources[s].of_entities && p < sources[s].part_count; p++, f++) {
            const struct ls_op *op = attribute_named(m, 0, sources[s].name);
            for (uint64_t n = 0; n < COUNT; n++) {
                uint8_t text[LS_OP_TEXT_MAX + LS_OP_SPOILT];
                struct ls_cell cell;
                ls_attribute_value(op, n, text, &cell);
                f->values[seed][n] = part_of(&cell, sources[s].parts[p]);
            }
        }
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sort_into_bins(struct feature *f, unsigned seed)
{
    static double sorted[COUNT];
    double edges[BINS - 1];
    memcpy(sorted, f->values[seed], sizeof sorted);
    qsort(sorted, COUNT, sizeof *sorted, compare);
    for (size_t b = 1; b < BINS; b++) {
        edges[b - 1] = sorted[b * COUNT / BINS];
    }
    for (size_t i = 0; i < COUNT; i++) {
        uint8_t bin = 0;
        while (bin < BINS - 1 && f->values[seed][i] >= edges[bin]) {
            bin++;
        }
        f->bins[seed][i] = bin;
    }
}

/* Pearson's test of a table of the two, and their correlation; `lag` behind the second. */
static void check_pair(const struct feature *a, const struct feature *b, unsigned seed_a,
                       unsigned seed_b, size_t lag)
{
    unsigned table[BINS][BINS] = {{0}};
    unsigned rows[BINS] = {0};
    unsigned columns[BINS] = {0};
    size_t count = COUNT - lag;
    double chi = 0;
    size_t used[2] = {0};
    char what[128];
    snprintf(what, sizeof what, "%s of seed %u, %s of seed %u, %zu behind", a->name, seed_a,
             b->name, seed_b, lag);
    for (size_t i = 0; i < count; i++) {
        uint8_t x = a->bins[seed_a][i];
        uint8_t y = b->bins[seed_b][i + lag];
        table[x][y]++;
        rows[x]++;
        columns[y]++;
    }
    for (size_t k = 0; k < BINS; k++) {
        used[0] += rows[k] > 0;
        used[1] += columns[k] > 0;
    }
    for (size_t k = 0; k < (size_t)BINS * BINS; k++) {
        size_t row = k / BINS;
        size_t column = k % BINS;
        double expected = (double)rows[row] * columns[column] / (double)count;
        double off = table[row][column] - expected;
        chi += expected > 0 ? off * off / expected : 0;
    }
    assert_true(used[0] > 1 && used[1] > 1);
    double degrees = (double)((used[0] - 1) * (used[1] - 1));
    if (chi > chi_square_bound(degrees)) {
        fail_msg("%s: chi-square %.1f of %.0f degrees", what, chi, degrees);
    }
    check_unrelated(what, a->values[seed_a], b->values[seed_b] + lag, count);
}

/* The same index of the next seed, the next index of the same one and of the next (whoever adds
 * index and seed would have one and the same there), and all others of the same index. */
static void check_features(void)
{
    for (size_t a = 0; a < feature_count; a++) {
        sort_into_bins(&features[a], 0);
        sort_into_bins(&features[a], 1);
    }
    for (size_t a = 0; a < feature_count; a++) {
        check_pair(&features[a], &features[a], 0, 1, 0);
        check_pair(&features[a], &features[a], 0, 0, 1);
        check_pair(&features[a], &features[a], 0, 0, 2);
        check_pair(&features[a], &features[a], 0, 1, 1);
        check_pair(&features[a], &features[a], 1, 0, 1);
        for (size_t b = 0; b < a; b++) {
            check_pair(&features[a], &features[b], 0, 0, 0);
            check_pair(&features[a], &features[b], 0, 1, 0);
        }
    }
}

static void plan_seed(struct maker *m, unsigned seed)
{
    char text[DEVICE_TEXT_MAX];
    char set[32];
    text_of(text);
    snprintf(set, sizeof set, "seed=%u", 20260101 + seed);
    /* so many that neighbours are hardly ever of one device, whose walk is continuous */
    plan_fine(m, text, SETS(set, "entities.device.count=200_000"));
}

static void events_are_unrelated(void **state)
{
    struct maker *m = *state;
    memset(features, 0, sizeof features);
    for (size_t s = 0; s < SOURCES; s++) {
        for (size_t p = 0; p < sources[s].part_count; p++) {
            feature_of("", sources[s].name, sources[s].parts[p]);
        }
    }
    feature_of("", "pick", NUMBER);
    feature_of("", "delay", NUMBER);
    feature_of("", "event_id", FIRST);
    for (unsigned seed = 0; seed < 2; seed++) {
        plan_seed(m, seed);
        make_run(m, COUNT);
        fill_events(m, seed);
    }
    check_features();
}

static void entities_are_unrelated(void **state)
{
    struct maker *m = *state;
    memset(features, 0, sizeof features);
    for (size_t s = 0; s < SOURCES; s++) {
        for (size_t p = 0; sources[s].of_entities && p < sources[s].part_count; p++) {
            feature_of("device.", sources[s].name, sources[s].parts[p]);
        }
    }
    for (unsigned seed = 0; seed < 2; seed++) {
        plan_seed(m, seed);
        fill_entities(m, seed);
    }
    check_features();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(events_are_unrelated),
        MAKER_TEST(entities_are_unrelated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
