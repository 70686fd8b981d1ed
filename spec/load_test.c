#include "spec/spec.h"

#include "spec/fixture_test.h"
#include "spec/sample_test.h"

#define SETS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void things_are_found_by_name(void **state)
{
    struct fixture *f = *state;
    const struct ls_spec *spec = load_fine(f, sample_spec, NULL);
    const struct ls_spec_event_type *order = ls_spec_event_type(spec, "order");
    const struct ls_spec_entity *product = ls_spec_entity(spec, "product");
    assert_string_equal(order->name, "order");
    assert_ptr_equal(order, ls_spec_event_type_at(spec, 0));
    assert_null(ls_spec_event_type(spec, "orders"));
    assert_string_equal(product->key, "product");
    assert_null(ls_spec_entity(spec, ""));
    assert_string_equal(ls_spec_field(order, "amount")->column_name, "amount_cents");
    assert_null(ls_spec_field(order, "amount_cents"));
    assert_null(ls_spec_field(order, "fax")); /* of version 1 */
    assert_string_equal(ls_spec_attribute(product, "sku")->name, "sku");
    assert_null(ls_spec_attribute(product, "id"));
    assert_string_equal(ls_spec_reference(spec, "products")->key_column, "product_id");
    assert_null(ls_spec_reference(spec, "product"));
}

static void a_topic_may_have_a_watermark_of_its_own(void **state)
{
    struct fixture *f = *state;
    const struct ls_spec *spec = load_fine(f, sample_spec, NULL);
    assert_int_equal(ls_spec_watermark_delay(spec, ls_spec_event_type(spec, "order")), 2000);
    assert_int_equal(ls_spec_watermark_delay(spec, ls_spec_event_type(spec, "payment")), 1000);
}

static void what_was_written_is_known(void **state)
{
    struct fixture *f = *state;
    const struct ls_spec *spec = load_fine(f, sample_spec, NULL);
    const struct ls_spec_event_type *order = ls_spec_event_type(spec, "order");
    const struct ls_spec_field *tip = ls_spec_field(order, "tip");
    const struct ls_spec_check *checks = spec->quality.items;
    const struct ls_spec_field *amount = ls_spec_field(order, "amount");
    int64_t bound = -7;
    assert_true(ls_spec_field_given(tip, "max") && !ls_spec_field_given(tip, "min"));
    assert_true(ls_spec_field_given(tip, "nullable") && !ls_spec_field_given(tip, "no_option"));
    assert_true(ls_spec_check_given(&checks[1], "min") && !ls_spec_check_given(&checks[0], "min"));
    assert_false(ls_spec_check_low(&checks[0], amount, &bound));
    assert_false(ls_spec_check_high(&checks[0], amount, &bound));
    assert_int_equal(bound, -7);
    assert_true(ls_spec_check_low(&checks[1], amount, &bound) && bound == 1);
    assert_true(ls_spec_check_high(&checks[1], amount, &bound) && bound == 10000000);
    spec = load_fine(f, sample_spec,
                     SETS("normalize={order: [{set: a, expr: quantity, scale: 0}, "
                          "{set: b, expr: quantity}]}"));
    const struct ls_spec_normalize *steps = ls_spec_event_type(spec, "order")->normalize->items;
    assert_true(ls_spec_normalize_scaled(&steps[0]) && !ls_spec_normalize_scaled(&steps[1]));
}

/* ---- the hash names what can change a byte, and nothing else (contract P12) */

static struct ls_sha256 hash_of(struct fixture *f, const char *text, const char *const *sets)
{
    return load_fine(f, text, sets)->hash;
}

static bool same(const struct ls_sha256 *a, const struct ls_sha256 *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static void spellings_hash_alike(void **state)
{
    static const struct {
        const char *find, *replacement;
    } cases[] = {
        {"lockstep: 1\n", "# a comment\nlockstep: 1\n\n"},
        {"count: 500\n", "count: 5_00\n"},
        {"for: 20s", "for: 20000ms"},
        {"rate: 100/s", "rate: 6000/m"},
        {"rate: 1/50, gap", "rate: 2/100, gap"},
        {"mean: 1.50", "mean: 1.5"},
        {"2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00"},
        {"domain: shop\nseed: 7\n", "seed: 7\ndomain: \"shop\"\n"},
        {"topics: {partitions: 3}", "topics: {partitions: 3, prefix: raw}"}, /* its default */
        {"choice: [happy, sad]", "choice: {happy: 1, sad: 1}"},
        {"const: home}", "const: \"home\"}"},
    };
    struct fixture *f = *state;
    struct ls_sha256 hash = hash_of(f, sample_spec, NULL);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char *text = changed(sample_spec, cases[k].find, cases[k].replacement);
        struct ls_sha256 other = hash_of(f, text, NULL);
        if (!same(&hash, &other)) {
            fail_msg("%s", cases[k].replacement);
        }
        free(text);
    }
    struct ls_sha256 set = hash_of(f, sample_spec, SETS("seed=7"));
    assert_true(same(&hash, &set));
}

static void whatever_changes_a_byte_changes_the_hash(void **state)
{
    static const struct {
        const char *find, *replacement;
    } cases[] = {
        {"seed: 7", "seed: 8"},
        {"domain: shop", "domain: shup"},
        {"start: 2026", "start: 2027"},
        {"rate: 333/s", "rate: 334/s"},
        {"count: 500", "count: 501"},
        {"s: 1.05", "s: 1.06"},
        {"\"C{n:05}\"", "\"C{n:06}\""},
        {"{US: 50, DE: 20, JP: 15}", "{DE: 20, US: 50, JP: 15}"}, /* the order decides draws */
        {"weight: 30", "weight: 31"},
        {"schema_version: 2", "schema_version: 3"},
        {"nullable: 4/5", "nullable: 3/5"},
        {"min: 0.99", "min: 0.98"},
        {"max: 20.00", "max: 21.00"},
        {"mean: 300ms", "mean: 301ms"},
        {"rate: 1/60", "rate: 1/61"},
        {"by: 400d", "by: 401d"},
        {"partitions: 3", "partitions: 4"},
        {"horizon: 20s", "horizon: 21s"},
        {"max_skew: 10s", "max_skew: 11s"},
        {"tumbling: 1m", "tumbling: 2m"},
        {"{drop: coupon}", "{drop: channel}"},
        {"amount >= 100.00", "amount > 100.00"},
        {"const: home", "const: house"},
        {"  - name: visit\n    weight: 5\n    entity: product",
         "  - name: visited\n    weight: 5\n    entity: product"},
    };
    struct fixture *f = *state;
    struct ls_sha256 hashes[1 + sizeof cases / sizeof *cases];
    hashes[0] = hash_of(f, sample_spec, NULL);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char *text = changed(sample_spec, cases[k].find, cases[k].replacement);
        hashes[k + 1] = hash_of(f, text, NULL);
        for (size_t b = 0; b <= k; b++) {
            if (same(&hashes[k + 1], &hashes[b])) {
                fail_msg("%s", cases[k].replacement);
            }
        }
        free(text);
    }
}

/* ---- errors */

static void a_spec_may_be_missing_or_no_yaml(void **state)
{
    struct fixture *f = *state;
    const struct ls_layers layers = {.spec_path = "none.yaml", .config_root = "."};
    assert_int_equal(ls_spec_load(&layers, &f->spec, &f->report, &f->err), LS_E_NOINPUT);
    assert_non_null(strstr(f->err.text, "none.yaml"));
    assert_null(f->spec);
    assert_int_equal(load_text(f, "lockstep: [\n", NULL), LS_E_DATA);
    assert_non_null(strstr(ls_buf_text(&f->report, &f->err), "LS1001"));
    assert_int_equal(load_text(f, "lockstep: 1\n", NULL), LS_E_DATA);
    const char *report = ls_buf_text(&f->report, &f->err);
    static const char *const required[] = {"domain",   "seed",        "start",   "arrival",
                                           "entities", "event_types", "pipeline"};
    for (size_t k = 0; k < sizeof required / sizeof *required; k++) {
        assert_non_null(strstr(report, required[k]));
    }
    assert_non_null(strstr(f->err.text, "spec.yaml has 7 errors"));
    assert_int_equal(load_text(f, sample_spec, SETS("lockstep=2")), LS_E_DATA);
    assert_non_null(strstr(ls_buf_text(&f->report, &f->err), "LS1103"));
    ls_spec_free(NULL);
}

static void all_problems_are_told(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(load_text(f, sample_spec,
                               SETS("event_types[0].entity=nobody", "quality[0].field=nothing",
                                    "normalize.nowhere=[{drop: x}]", "entities.product.id=P")),
                     LS_E_DATA);
    const char *report = ls_buf_text(&f->report, &f->err);
    static const char *const rules[] = {"LS2002", "LS2013", "LS2003", "LS2004"};
    for (size_t k = 0; k < 4; k++) {
        assert_non_null(strstr(report, rules[k]));
    }
    assert_non_null(strstr(report, "4 errors"));
}

static void refused_memory_is_an_error(void **state)
{
    struct fixture *f = *state;
    const struct ls_layers layers = {.spec_path = "spec.yaml", .config_root = "."};
    unsigned refused = 0;
    int rc;
    load_fine(f, sample_spec, NULL);
    do {
        ls_spec_free(f->spec);
        f->spec = NULL;
        ls_mem_refuse(++refused);
        rc = ls_spec_load(&layers, &f->spec, &f->report, &f->err);
        ls_mem_refuse(0);
        if (rc != 0 && rc != LS_E_NOMEM) {
            fail_msg("%u: %d %s", refused, rc, f->err.text);
        }
        assert_true((rc == 0) == (f->spec != NULL));
        assert_int_equal(f->report.size, 0);
    } while (rc != 0);
    assert_true(refused > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(things_are_found_by_name),
        FIXTURE_TEST(a_topic_may_have_a_watermark_of_its_own),
        FIXTURE_TEST(what_was_written_is_known),
        FIXTURE_TEST(spellings_hash_alike),
        FIXTURE_TEST(whatever_changes_a_byte_changes_the_hash),
        FIXTURE_TEST(a_spec_may_be_missing_or_no_yaml),
        FIXTURE_TEST(all_problems_are_told),
        FIXTURE_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
