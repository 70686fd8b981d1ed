#include "conformance/perturb.h"

#include "conformance/shop_fixture_test.h"
#include "core/base/draw.h"
#include "core/base/mem.h"

enum { SALES = 3000, VISITS = 5 };

static struct ls_spec *spec;

/* Sales in both partitions, some of them no sound values, and a few visits. */
static void put_log(const char *folder)
{
    struct ls_log *log = create_log(folder, spec);
    for (int64_t i = 0; i < SALES; i++) {
        char id[32];
        snprintf(id, sizeof id, "s%lld", (long long)i);
        const struct sale sale = {id, 100 * i, i % 7 * 300, i % 3 ? "DE" : NULL, 100 + i};
        uint8_t bytes[300];
        size_t size = put_sale(spec, &sale, bytes);
        bool broken = i % 50 == 49;
        bytes[5] ^= i % 50 == 24; /* the name of another schema */
        append_bytes(log, 0, i % 10 == 0, START + sale.sent_ms, bytes, size - broken);
    }
    for (int i = 0; i < VISITS; i++) {
        append_bytes(log, 1, 1, START, "visit", 5);
    }
    end_log(log);
}

static int setup(void **state)
{
    int rc = make_folder(state);
    spec = load_shop();
    put_log("in");
    return rc;
}

static int teardown(void **state)
{
    ls_spec_free(spec);
    return remove_folder(state);
}

/* ---- reading a log back */

typedef void each_fn(uint32_t topic, uint32_t partition, uint64_t position,
                     const struct ls_log_record *record, void *context);

static void each_of(const char *uri, each_fn *each, void *context)
{
    struct ls_log *log;
    size_t topics;
    check(ls_log_open(uri, false, &log, &err));
    const struct ls_log_topic *list = ls_log_topics(log, &topics);
    for (uint32_t t = 0; t < topics; t++) {
        for (uint32_t p = 0; p < list[t].partitions; p++) {
            struct ls_log_reader *reader;
            const struct ls_log_record *records;
            size_t count = 1;
            uint64_t position = 0;
            check(ls_log_reader_new(log, t, p, 0, &reader, &err));
            while (count) {
                check(ls_log_read(reader, 700, &records, &count, &err));
                for (size_t i = 0; i < count; i++) {
                    each(t, p, position++, &records[i], context);
                }
            }
            ls_log_reader_free(reader);
        }
    }
    ls_log_close(log);
}

struct digests {
    struct ls_id of[2][2];
    uint64_t counts[2][2];
};

static void add_digest(uint32_t topic, uint32_t partition, uint64_t position,
                       const struct ls_log_record *record, void *context)
{
    struct digests *d = context;
    (void)position;
    d->of[topic][partition] = ls_log_digest(d->of[topic][partition], record);
    d->counts[topic][partition]++;
}

/* ---- what every perturbation builds on */

static int pass_on(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                   struct ls_error *error)
{
    uint64_t *next = context; /* of the topic partition */
    assert_int_equal(p->position, next[2 * p->topic + p->partition]++);
    return ls_perturb_append(p, record, error);
}

static void records_that_are_passed_on_are_the_same(void **state)
{
    (void)state;
    uint64_t next[4] = {0};
    struct digests in = {0};
    struct digests out = {0};
    check(ls_perturb_log(spec, "in", "out", pass_on, next, &err));
    each_of("log:in", add_digest, &in);
    each_of("log:out", add_digest, &out);
    assert_memory_equal(&in, &out, sizeof in);
    assert_int_equal(in.counts[0][0] + in.counts[0][1], SALES);
    assert_int_equal(out.counts[1][1], VISITS);
    assert_int_equal(out.counts[1][0], 0);
}

/* Every sound sale has its number changed to what it was, through decoding and encoding. */
static int encode_again(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                        struct ls_error *error)
{
    uint64_t *decoded = context;
    struct ls_log_record copy = *record;
    if (ls_perturb_decode(p, record)) {
        ++*decoded;
        int rc = ls_perturb_encode(p, &copy, error);
        if (rc < 0) {
            return rc;
        }
    }
    return ls_perturb_append(p, &copy, error);
}

static void decoding_and_encoding_changes_no_byte(void **state)
{
    (void)state;
    uint64_t decoded = 0;
    struct digests in = {0};
    struct digests out = {0};
    check(ls_perturb_log(spec, "in", "out", encode_again, &decoded, &err));
    each_of("log:in", add_digest, &in);
    each_of("log:out", add_digest, &out);
    assert_memory_equal(&in, &out, sizeof in);
    assert_int_equal(decoded, SALES - SALES / 25); /* neither broken ones nor visits */
}

/* Both versions of sales are decoded, each in its own columns. */
static void either_version_is_decoded_and_encoded(void **state)
{
    (void)state;
    uint64_t decoded = 0;
    struct digests in = {0};
    struct digests out = {0};
    ls_spec_free(spec);
    spec = load_changing_shop();
    check(ls_tree_remove("in", &err));
    put_changing_log("in", spec);
    check(ls_perturb_log(spec, "in", "out", encode_again, &decoded, &err));
    each_of("log:in", add_digest, &in);
    each_of("log:out", add_digest, &out);
    assert_memory_equal(&in, &out, sizeof in);
    assert_int_equal(decoded, 2);
}

/* A copy of every tenth behind it: what is taken away again is what was there. */
static int copy_some(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                     struct ls_error *error)
{
    uint64_t *copies = context;
    int rc = ls_perturb_append(p, record, error);
    if (rc == 0 && p->topic == 0 && p->position % 10 == 3) {
        ++*copies;
        rc = ls_perturb_append(p, record, error);
    }
    return rc;
}

static void copies_stand_where_they_were_put(void **state)
{
    (void)state;
    uint64_t copies = 0;
    struct digests in = {0};
    struct digests out = {0};
    check(ls_perturb_log(spec, "in", "out", copy_some, &copies, &err));
    each_of("log:in", add_digest, &in);
    each_of("log:out", add_digest, &out);
    assert_int_equal(copies, SALES / 10);
    assert_int_equal(out.counts[0][0] + out.counts[0][1], SALES + copies);
    assert_memory_equal(&in.of[1], &out.of[1], sizeof in.of[1]);
}

static int drop_all(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                    struct ls_error *error)
{
    (void)p, (void)record, (void)context, (void)error;
    return 0;
}

static void an_empty_log_is_a_log(void **state)
{
    (void)state;
    struct digests out = {0};
    check(ls_perturb_log(spec, "in", "out", drop_all, NULL, &err));
    each_of("log:out", add_digest, &out);
    assert_int_equal(out.counts[0][0] + out.counts[0][1] + out.counts[1][1], 0);
}

/* ---- records that stand elsewhere */

struct merged {
    int64_t last_ms;
    uint32_t last_partition;
    uint64_t numbers[2]; /* of each topic */
    uint64_t positions[2][2];
    uint64_t ends;
};

static int to_the_third(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                        struct ls_error *error)
{
    struct merged *m = context;
    bool same_time = p->number > 0 && record->timestamp_ms == m->last_ms;
    assert_int_equal(p->number, m->numbers[p->topic]++);
    assert_int_equal(p->position, m->positions[p->topic][p->partition]++);
    assert_int_equal(p->count, p->topic ? VISITS : SALES);
    assert_true(p->number == 0 || record->timestamp_ms >= m->last_ms);
    assert_true(!same_time || p->partition >= m->last_partition);
    m->last_ms = record->timestamp_ms;
    m->last_partition = p->partition;
    assert_int_equal(p->to, p->partition);
    p->to = 2;
    return ls_perturb_append(p, record, error);
}

static int append_visit(struct ls_perturb *p, void *context, struct ls_error *error)
{
    struct merged *m = context;
    const struct ls_log_record record = {.value = (const uint8_t *)"end", .value_size = 3};
    m->ends++;
    return ls_perturb_append(p, &record, error);
}

static void add_time(uint32_t topic, uint32_t partition, uint64_t position,
                     const struct ls_log_record *record, void *context)
{
    int64_t(*counts)[3] = context;
    (void)position;
    (void)record;
    counts[topic][partition]++;
}

static void topics_are_merged_dealt_and_reversed(void **state)
{
    (void)state;
    struct merged m = {0};
    int64_t counts[2][3] = {{0}};
    struct ls_log *log;
    size_t topics;
    const struct ls_perturbation job = {.each = to_the_third,
                                        .end = append_visit,
                                        .context = &m,
                                        .partitions = 3,
                                        .merged = true,
                                        .reversed = true};
    check(ls_perturb_log_as(spec, "in", "out", &job, &err));
    assert_int_equal(m.numbers[0], SALES);
    assert_int_equal(m.numbers[1], VISITS);
    assert_int_equal(m.ends, 2); /* one a topic */
    check(ls_log_open("log:out", false, &log, &err));
    assert_string_equal(ls_log_topics(log, &topics)[0].name, "raw.shop.visit");
    assert_int_equal(ls_log_topics(log, &topics)[0].partitions, 3);
    ls_log_close(log);
    each_of("log:out", add_time, counts);
    assert_int_equal(counts[0][2], VISITS);
    assert_int_equal(counts[1][2], SALES);
    assert_int_equal(counts[0][0], 1); /* what came at the end of the topic */
    assert_int_equal(counts[1][0], 1);
}

/* Notes the partitions as they come. */
static int note_partition(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                          struct ls_error *error)
{
    char *come = context;
    come[p->number] = (char)('0' + p->partition);
    return ls_perturb_append(p, record, error);
}

static void of_one_time_the_first_partition_is_first(void **state)
{
    (void)state;
    char come[10] = "";
    static const struct {
        uint32_t partition;
        int64_t time_ms;
    } visits[] = {{1, 1}, {1, 5}, {0, 5}, {0, 5}, {1, 5}, {0, 6}};
    const struct ls_perturbation job = {.each = note_partition, .context = come, .merged = true};
    struct ls_log *log = create_log("ties", spec);
    for (size_t i = 0; i < COUNT(visits); i++) {
        append_bytes(log, 1, visits[i].partition, visits[i].time_ms, "visit", 5);
    }
    end_log(log);
    check(ls_perturb_log_as(spec, "ties", "out", &job, &err));
    assert_string_equal(come, "100110");
}

static void ends_come_behind_each_partition(void **state)
{
    (void)state;
    struct merged m = {0};
    struct digests out = {0};
    const struct ls_perturbation job = {.each = drop_all, .end = append_visit, .context = &m};
    check(ls_perturb_log_as(spec, "in", "out", &job, &err));
    each_of("log:out", add_digest, &out);
    assert_int_equal(m.ends, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(out.counts[i / 2][i % 2], 1);
    }
}

static int fail_at_the_tenth(struct ls_perturb *p, const struct ls_log_record *record,
                             void *context, struct ls_error *error)
{
    (void)record;
    (void)context;
    return p->position < 10 ? 0 : ls_error_set(error, LS_E_IO, "enough");
}

static void errors_end_it(void **state)
{
    (void)state;
    struct ls_log *log;
    check_refused(ls_perturb_log(spec, "in", "out", fail_at_the_tenth, NULL, &err), LS_E_IO,
                  "enough");
    check_refused(ls_log_open("log:out", false, &log, &err), LS_E_DATA, "out"); /* not finished */
    check_refused(ls_perturb_log(spec, "nowhere", "other", drop_all, NULL, &err), LS_E_NOINPUT,
                  "nowhere");
    check_refused(ls_perturb_log(spec, "in", "in", drop_all, NULL, &err), LS_E_DATA, "in");
}

static void reference_tables_are_copied(void **state)
{
    (void)state;
    struct ls_spec_reference tables[] = {{.key = "products"}, {.key = "prices"}};
    spec->reference.items = tables;
    spec->reference.count = 2;
    put_file("in/reference/products.avro", "some\0bytes", 10);
    put_text("in/reference/prices.avro", "");
    check(ls_perturb_log(spec, "in", "out", drop_all, NULL, &err));
    struct ls_buf copy;
    ls_buf_init(&copy, "copy", 100);
    check(ls_file_read("out/reference/products.avro", &copy, &err));
    assert_int_equal(copy.size, 10);
    assert_memory_equal(copy.data, "some\0bytes", 10);
    assert_true(ls_path_exists("out/reference/prices.avro"));
    assert_int_equal(remove("in/reference/prices.avro"), 0);
    check_refused(ls_perturb_log(spec, "in", "other", drop_all, NULL, &err), LS_E_NOINPUT,
                  "in/reference/prices.avro");
    ls_buf_clear(&copy);
    spec->reference.count = 0;
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    int rc;
    unsigned long nth = 0;
    check(ls_tree_remove("in", &err));
    struct ls_log *log = create_log("in", spec);
    static const struct sale sale = {"s", 0, 0, NULL, 1};
    append_sale(log, spec, 0, &sale);
    end_log(log);
    do {
        uint64_t decoded = 0;
        check(ls_tree_remove("out", &err));
        ls_mem_refuse(++nth);
        rc = ls_perturb_log(spec, "in", "out", encode_again, &decoded, &err);
        ls_mem_refuse(0);
    } while (rc == LS_E_NOMEM);
    check(rc);
    assert_true(nth > 20);
}

#define LOG_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOG_TEST(records_that_are_passed_on_are_the_same),
        LOG_TEST(decoding_and_encoding_changes_no_byte),
        LOG_TEST(either_version_is_decoded_and_encoded),
        LOG_TEST(copies_stand_where_they_were_put),
        LOG_TEST(an_empty_log_is_a_log),
        LOG_TEST(topics_are_merged_dealt_and_reversed),
        LOG_TEST(of_one_time_the_first_partition_is_first),
        LOG_TEST(ends_come_behind_each_partition),
        LOG_TEST(errors_end_it),
        LOG_TEST(reference_tables_are_copied),
        LOG_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
