#include "pipeline/view/contribution.h"

#include "core/base/draw.h"
#include "pipeline/kinds_test.h"
#include "pipeline/view/counts.h"

static struct ls_record record; /* large, as are these */
static uint8_t key[LS_GROUP_KEY_MAX];
static struct ls_contribution contribution;

static int contribute(struct pipe *p, const struct ls_view *view, struct message *m)
{
    encode(p, m);
    ls_record_examine(p->plan, &p->plan->topics[m->topic], &m->raw, &record);
    if (record.reason != LS_ADMITTED) {
        fail_msg("%s: %s", ls_reasons[record.reason].name, record.detail);
    }
    ls_record_normalize(&p->plan->topics[m->topic], 0, 0, 0, &record);
    return ls_view_contribution(view, view->by_topic[m->topic], &record, key, &contribution,
                                &p->base.err);
}

/* ---- keys and conditions */

/* The group's key is the Avro binary of the `by` fields; null is a group of its own. */
static void test_keys(void **state)
{
    static const struct {
        const char *item, *shop;
        size_t size;
        const char *bytes;
    } cases[] = {
        {"pen", "S1", 10, "\2\6Ulm\2\6pen"},
        {"", "S0", 8, "\2\10Bonn\2\0"},
        {"p\xc3\xa9n", "S1", 11, "\2\6Ulm\2\10p\xc3\xa9n"},
        {"pen", NULL, 6, "\0\2\6pen"},
    };
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message m;
        begin_message(p, &m, SALE, 1, 0);
        m.cells[ITEM] = text_of(cases[i].item);
        m.cells[SHOP] = cases[i].shop ? text_of(cases[i].shop) : null_of();
        assert_int_equal(contribute(p, view_of(p, "all"), &m), 1);
        assert_int_equal(contribution.key_size, cases[i].size);
        assert_memory_equal(contribution.key, cases[i].bytes, cases[i].size);
    }
    struct message m;
    begin_message(p, &m, SALE, 1, 0);
    m.cells[KIND] = number_of(ODD);
    assert_int_equal(contribute(p, view_of(p, "shifted"), &m), 1);
    assert_int_equal(contribution.key_size, 1);
    assert_int_equal(contribution.key[0], 4); /* the symbol's index */
    begin_message(p, &m, VISIT, 1, 0);
    assert_int_equal(contribute(p, view_of(p, "visits"), &m), 1);
    assert_int_equal(contribution.key_size, 0);
}

/* Of each type of a key, from two sources: of either the same bytes. */
static void test_keys_of_types(void **state)
{
    static const struct {
        const char *by;
        size_t cell;
        struct ls_cell value; /* of `cell` */
        size_t size;
        const char *sale, *visit; /* NULL: the same */
    } cases[] = {
        {"vip", VIP, {.number = 1}, 1, "\1", NULL},
        {"vip", VIP, {.number = 0}, 1, "\0", NULL},
        {"seen", SEEN, {.number = -1}, 2, "\2\1", NULL},
        {"seen", SEEN, {.is_null = true}, 1, "\0", NULL},
        {"price", PRICE, {.number = -129}, 4, "\2\4\xff\x7f", NULL},
        {"price", PRICE, {.is_null = true}, 1, "\0", NULL},
        {"amount", AMOUNT, {.number = 64}, 3, "\2\x80\1", NULL}, /* null in sales alone */
        {"score", SCORE, {.number = 3}, 2, "\2\6", NULL},        /* null in visits alone */
        {"kind", KIND, {.number = ODD}, 1, "\4", NULL},
        {"entity_id",
         LS_COLUMN_ENTITY_ID,
         {.bytes = (const uint8_t *)"S2", .size = 2},
         3,
         "\4S2",
         NULL},
        {"event_type", VIP, {.number = 1}, 5, "\x8sale", "\xavisit"},
        {"partition", VIP, {.number = 1}, 1, "\0", NULL},
    };
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char views[256];
        snprintf(
            views, sizeof views,
            "  views: [{name: v, from: [visit, sale], window: {session: 1s}, by: [%s], select: "
            "{n: count}}]\n",
            cases[i].by);
        plan_kinds(p, views, NULL);
        for (uint32_t topic = 0; topic < TOPICS; topic++) {
            const char *bytes = topic == VISIT && cases[i].visit ? cases[i].visit : cases[i].sale;
            size_t size = cases[i].size + (topic == VISIT && cases[i].visit);
            struct message m;
            begin_message(p, &m, topic, 1, 0);
            m.cells[cases[i].cell] = cases[i].value;
            assert_int_equal(contribute(p, view_of(p, "v"), &m), 1);
            if (contribution.key_size != size || memcmp(contribution.key, bytes, size) != 0) {
                fail_msg("case %zu, topic %u: a key of %u bytes", i, topic, contribution.key_size);
            }
            assert_int_equal(contribution.joins, !cases[i].value.is_null);
        }
    }
}

/* What makes records a pair: the entity, then the fields of `on`; null joins nothing. */
static void test_keys_of_joins(void **state)
{
    struct pipe *p = *state;
    plan_kinds(p,
               "  views: [{name: v, join: {left: visit, right: sale, on: [item, vip], within: 0}, "
               "select: {x: {expr: left.kind}}}]\n",
               NULL);
    for (uint32_t topic = 0; topic < TOPICS; topic++) {
        struct message m;
        begin_message(p, &m, topic, 1, 0);
        assert_int_equal(contribute(p, view_of(p, "v"), &m), 1);
        assert_int_equal(contribution.key_size, 9);
        assert_memory_equal(contribution.key, "\4S0\2\6pen\1", 9);
        assert_true(contribution.joins);
        m.cells[ITEM] = null_of();
        assert_int_equal(contribute(p, view_of(p, "v"), &m), 1);
        assert_int_equal(contribution.key_size, 5);
        assert_false(contribution.joins);
    }
}

/* The view's condition, and those of its columns; unknown is false. */
static void test_conditions(void **state)
{
    static const struct {
        int64_t kind;
        struct ls_cell amount;
        int holds;
        bool paid, mean;
    } cases[] = {
        {GOOD, {.number = 1}, 1, true, true},       {GOOD, {.number = 0}, 1, false, true},
        {BAD, {.number = 1}, 1, true, false},       {ODD, {.number = 1}, 0, false, false},
        {GOOD, {.is_null = true}, 1, false, false}, /* each is null, too */
    };
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message m;
        begin_message(p, &m, SALE, 1, 0);
        m.cells[KIND] = number_of(cases[i].kind);
        m.cells[AMOUNT] = cases[i].amount;
        assert_int_equal(contribute(p, view_of(p, "all"), &m), cases[i].holds);
        if (cases[i].holds) {
            assert_true(contribution.inputs[0].present); /* n */
            assert_int_equal(contribution.inputs[1].present, cases[i].paid);
            assert_int_equal(contribution.inputs[2].present, !cases[i].amount.is_null);
            assert_int_equal(contribution.inputs[5].present, cases[i].mean);
        }
    }
}

/* A condition that several sources share is judged over the fields of each. */
static void test_conditions_of_sources(void **state)
{
    static const struct {
        const char *where;
        int sale, visit;
    } cases[] = {
        {"event_type = 'sale'", 1, 0}, {"event_type != 'sale' and kind = 'good'", 0, 1},
        {"score = -4", 1, 1}, /* their columns have other numbers */
        {"price = 1.5", 1, 1},         {"seen is null", 1, 1},
        {"seen > event_time", 0, 0},
    };
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char views[256];
        snprintf(views, sizeof views,
                 "  views: [{name: v, from: [sale, visit], rolling: {over: 1s}, where: \"%s\", "
                 "select: {n: {count: {where: \"%s\"}}}}]\n",
                 cases[i].where, cases[i].where);
        plan_kinds(p, views, NULL);
        for (uint32_t topic = 0; topic < TOPICS; topic++) {
            struct message m;
            begin_message(p, &m, topic, 1, 0);
            int expected = topic == SALE ? cases[i].sale : cases[i].visit;
            assert_int_equal(contribute(p, view_of(p, "v"), &m), expected);
            assert_true(!expected || contribution.inputs[0].present);
        }
    }
}

static void test_limits(void **state)
{
    static char longest[LS_GROUP_KEY_MAX];
    struct pipe *p = *state;
    char *text = changed(pipe_spec, "where: \"kind != 'odd'\"",
                         "where: \"score * 1000000000000000000 * "
                         "1000000000000000000 > 0\"");
    pipe_plan(p, text, NULL);
    free(text);
    struct message m;
    begin_message(p, &m, SALE, 7, 0);
    assert_int_equal(contribute(p, view_of(p, "all"), &m), 0);
    m.cells[SCORE] = number_of(INT64_MAX);
    assert_int_equal(contribute(p, view_of(p, "all"), &m), LS_E_DATA);
    assert_string_equal(p->base.err.text,
                        "view all: a condition leaves 128 bits at the record with event_id id-7");
    memset(longest, 'x', sizeof longest - 1);
    longest[100] = '\0';
    m.cells[LS_COLUMN_EVENT_ID] = text_of(longest);
    assert_int_equal(contribute(p, view_of(p, "all"), &m), LS_E_DATA);
    longest[64] = '\0'; /* as much of it as a message shows */
    const char *at = strstr(p->base.err.text, longest);
    assert_true(at && at[64] == '\0');
    memset(longest, 'x', sizeof longest - 1);
    m.cells[LS_COLUMN_EVENT_ID] = text_of("id-8");
    m.cells[SCORE] = number_of(1);
    contribute(p, view_of(p, "all"), &m);
    record.normal[ITEM] = text_of(longest);
    assert_int_equal(ls_view_contribution(view_of(p, "all"), view_of(p, "all")->sources, &record,
                                          key, &contribution, &p->base.err),
                     LS_E_DATA);
    assert_non_null(strstr(p->base.err.text, "view all: a group's key of about "));
    assert_non_null(strstr(p->base.err.text, "passes the limit of 65536"));
}

/* ---- inputs */

/* Columns of each kind: a number, a text, both operands of a ratio and of a top. */
static void test_inputs(void **state)
{
    enum { TOTAL = 1, EACH, BEGIN, END, WHO, MIDDLE, MOST };
    struct pipe *p = *state;
    plan_kinds(p, kinds_views, NULL);
    const struct ls_view *view = view_of(p, "hops");
    const struct ls_input *in = contribution.inputs;
    for (uint32_t topic = 0; topic < TOPICS; topic++) {
        struct message m;
        begin_message(p, &m, topic, 1, 77);
        assert_int_equal(contribute(p, view, &m), 1);
        assert_int_equal(contribution.event_time, 77);
        assert_int_equal(contribution.id_size, 4);
        assert_memory_equal(contribution.id, "id-1", 4);
        assert_ptr_equal(contribution.source, view->by_topic[topic]);
        assert_true(in[0].present && in[TOTAL].present && in[WHO].present);
        assert_int_equal(in[TOTAL].number, 1250);
        assert_true(in[EACH].present && in[EACH].to_present);
        assert_int_equal(in[EACH].number, 1250);
        assert_int_equal(in[EACH].to, -4);
        assert_int_equal(in[BEGIN].size, 3);
        assert_memory_equal(in[BEGIN].bytes, "pen", 3);
        assert_int_equal(in[END].number, 1250);
        assert_null(in[END].bytes);
        assert_int_equal(in[MIDDLE].number, -4);
        assert_true(in[MOST].present && in[MOST].to_present);
        assert_int_equal(in[MOST].to, 15000);
    }
    /* a ratio has each operand by itself; a top has both or none */
    struct message m;
    begin_message(p, &m, SALE, 1, 0);
    m.cells[AMOUNT] = m.cells[PRICE] = null_of();
    assert_int_equal(contribute(p, view, &m), 1);
    assert_false(in[EACH].present);
    assert_true(in[EACH].to_present);
    assert_false(in[MOST].present);
    begin_message(p, &m, VISIT, 1, 0);
    m.cells[SCORE] = m.cells[ITEM] = null_of();
    assert_int_equal(contribute(p, view, &m), 1);
    assert_true(in[EACH].present);
    assert_false(in[EACH].to_present);
    assert_false(in[MOST].present);
    assert_false(in[BEGIN].present);
}

/* Fields that expressions want when the record's turn comes. */
static void test_kept(void **state)
{
    struct pipe *p = *state;
    plan_kinds(p, kinds_views, NULL);
    const struct ls_view *view = view_of(p, "pairs"); /* item, kind, two times, two amounts, item */
    struct message m;
    assert_int_equal(view->kept_count, 7);
    memset(contribution.kept, 0xff, sizeof contribution.kept);
    begin_message(p, &m, SALE, 1, 5);
    assert_int_equal(contribute(p, view, &m), 1);
    begin_message(p, &m, VISIT, 2, 9);
    m.cells[KIND] = number_of(BAD);
    m.cells[AMOUNT] = number_of(3);
    assert_int_equal(contribute(p, view, &m), 1);
    const struct ls_cell *kept = contribution.kept; /* of both now: each has its own */
    assert_int_equal(kept[0].size, 3);
    assert_int_equal(kept[1].size, 3); /* an enum's symbol, as expressions see it */
    assert_memory_equal(kept[1].bytes, "bad", 3);
    assert_int_equal(kept[2].number, 9);
    assert_int_equal(kept[3].number, 5);
    assert_int_equal(kept[4].number, 3);
    assert_int_equal(kept[5].number, 1250);
}

/* ---- names of distinct values */

static uint32_t name_of(const char *text, size_t size, int64_t number, uint8_t *out)
{
    const struct ls_input input = {
        .present = true, .number = number, .bytes = (const uint8_t *)text, .size = (uint32_t)size};
    memset(out, 0, LS_DISTINCT_INLINE);
    return ls_distinct_name(&input, out);
}

/* Each text has another name than all the others, those around the limit too. */
static void test_distinct_names(void **state)
{
    enum { TEXTS = 140 };
    static char text[TEXTS];
    static uint8_t names[TEXTS][LS_DISTINCT_INLINE];
    static uint32_t sizes[TEXTS];
    (void)state;
    memset(text, 'a', sizeof text);
    for (uint32_t i = 0; i < TEXTS; i++) {
        sizes[i] = name_of(text, i, 0, names[i]);
        assert_true(sizes[i] <= LS_DISTINCT_INLINE);
        assert_int_equal(sizes[i], i < LS_DISTINCT_INLINE ? i + 1 : 33);
        for (uint32_t k = 0; k < i; k++) {
            assert_false(sizes[i] == sizes[k] && memcmp(names[i], names[k], sizes[i]) == 0);
        }
    }
    /* a short text that looks like the name of a long one */
    uint8_t name[LS_DISTINCT_INLINE];
    uint32_t size = name_of((const char *)names[100] + 1, 32, 0, name);
    assert_false(size == sizes[100] && memcmp(name, names[100], size) == 0);
    assert_int_equal(name_of(NULL, 0, -1, name), 8);
    assert_memory_equal(name, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
}

static int value_of(enum ls_aggregate_kind kind, enum ls_field_type type, int64_t number,
                    const char *text, struct ls_buf *out)
{
    struct ls_error err;
    const struct ls_normal_column field = {.type = type};
    const struct ls_view_column column = {.kind = kind, .input = &field};
    const struct ls_input input = {.present = true,
                                   .number = number,
                                   .bytes = (const uint8_t *)text,
                                   .size = text ? (uint32_t)strlen(text) : 0};
    return ls_input_value(&column, &input, out, &err);
}

/* What stands in a set: the name of what is distinct, a bucket, the Avro binary of a top's. */
static void test_values_of_sets(void **state)
{
    static const struct {
        enum ls_aggregate_kind kind;
        enum ls_field_type type;
        int64_t number;
        const char *text;
        size_t size;
        const char *bytes;
    } cases[] = {
        {LS_AGGREGATE_DISTINCT, LS_FIELD_LONG, 1, NULL, 8, "\1\0\0\0\0\0\0\0"},
        {LS_AGGREGATE_DISTINCT, LS_FIELD_STRING, 0, "ab", 3, "\0ab"},
        {LS_AGGREGATE_QUANTILE, LS_FIELD_LONG, 257, NULL, 8, "\x80\0\0\0\0\0\1\0"},
        {LS_AGGREGATE_QUANTILE, LS_FIELD_LONG, -1, NULL, 8, "\x7f\xff\xff\xff\xff\xff\xff\xff"},
        {LS_AGGREGATE_TOP, LS_FIELD_STRING, 0, "ab", 3, "\4ab"},
        {LS_AGGREGATE_TOP, LS_FIELD_STRING, 0, "", 1, "\0"},
        {LS_AGGREGATE_TOP, LS_FIELD_UUID, 0, "u", 2, "\2u"},
        {LS_AGGREGATE_TOP, LS_FIELD_ENUM, 2, NULL, 1, "\4"},
        {LS_AGGREGATE_TOP, LS_FIELD_BOOLEAN, 1, NULL, 1, "\1"},
        {LS_AGGREGATE_TOP, LS_FIELD_DECIMAL, -129, NULL, 3, "\4\xff\x7f"},
        {LS_AGGREGATE_TOP, LS_FIELD_LONG, -65, NULL, 2, "\x81\1"},
        {LS_AGGREGATE_TOP, LS_FIELD_MONEY, 64, NULL, 2, "\x80\1"},
        {LS_AGGREGATE_TOP, LS_FIELD_TIMESTAMP, -1, NULL, 1, "\1"},
    };
    struct ls_buf out;
    (void)state;
    ls_buf_init(&out, "value", 1U << 16);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(
            value_of(cases[i].kind, cases[i].type, cases[i].number, cases[i].text, &out), 0);
        if (out.size != cases[i].size || memcmp(out.data, cases[i].bytes, out.size) != 0) {
            fail_msg("case %zu: %zu bytes", i, out.size);
        }
    }
    ls_buf_clear(&out);
}

/* ---- as bytes */

/* A contribution of random inputs: nulls, empty and long texts, extreme numbers. */
static void draw_input(uint64_t word, bool text, struct ls_input *out)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
    *out = (struct ls_input){.present = word & 1, .to_present = word & 2};
    if (out->present && text) {
        out->bytes = (const uint8_t *)letters;
        out->size = (uint32_t)(word >> 2) % (sizeof letters - 1);
    } else if (out->present) {
        out->number = (int64_t)ls_mix(word) >> (word % 64);
    }
    out->to = out->to_present ? (int64_t)ls_mix(word + 1) >> (word % 64) : 0;
}

static bool same_text(const uint8_t *a, uint32_t a_size, const uint8_t *b, uint32_t b_size)
{
    return !a == !b && a_size == b_size && (a_size == 0 || memcmp(a, b, a_size) == 0);
}

static void test_round_trip(void **state)
{
    static struct ls_contribution back;
    struct pipe *p = *state;
    struct ls_buf bytes;
    plan_kinds(p, kinds_views, NULL);
    ls_buf_init(&bytes, "contribution", 1U << 16);
    for (uint64_t round = 0; round < 400; round++) {
        const struct ls_view *view = &p->views->views[round % p->views->count];
        uint64_t draw = ls_stream_key(round, "round trip");
        contribution.source = &view->sources[round % view->source_count];
        for (size_t i = 0; i < view->column_count; i++) {
            draw_input(ls_mix(draw + i), round % 3 == 0, &contribution.inputs[i]);
        }
        for (size_t k = 0; k < contribution.source->kept_count; k++) {
            struct ls_input cell;
            draw_input(ls_mix(draw + 100 + k), round % 3 == 1, &cell);
            contribution.kept[contribution.source->kept[k].slot] = (struct ls_cell){
                .is_null = !cell.present,
                .number = cell.to,
                .bytes = cell.bytes,
                .size = cell.size};
        }
        bytes.size = 3; /* appended */
        FINE(p, ls_buf_reserve(&bytes, 3, &p->base.err));
        FINE(p, ls_contribution_put(view, &contribution, &bytes, &p->base.err));
        memset(&back, 0xaa, sizeof back);
        back.source = contribution.source;
        assert_ptr_equal(ls_contribution_get(view, bytes.data + 3, &back), bytes.data + bytes.size);
        for (size_t i = 0; i < view->column_count; i++) {
            const struct ls_input *a = &contribution.inputs[i];
            const struct ls_input *b = &back.inputs[i];
            assert_int_equal(a->present, b->present);
            assert_int_equal(a->to_present, b->to_present);
            assert_true(same_text(a->bytes, a->size, b->bytes, b->size));
            assert_int_equal(a->number, b->number);
            assert_int_equal(a->to, b->to);
        }
        for (size_t k = 0; k < contribution.source->kept_count; k++) {
            const struct ls_cell *a = &contribution.kept[contribution.source->kept[k].slot];
            const struct ls_cell *b = &back.kept[contribution.source->kept[k].slot];
            assert_int_equal(a->is_null, b->is_null);
            assert_true(a->is_null || (a->number == b->number &&
                                       same_text(a->bytes, a->size, b->bytes, b->size)));
        }
    }
    ls_buf_clear(&bytes);
}

/* ---- the one total order */

static void test_order(void **state)
{
    /* ascending: event_time, id bytes (the shorter first), topic, partition, position */
    static const struct {
        int64_t event_time;
        const char *id;
        uint32_t topic, partition;
        uint64_t position;
    } places[] = {
        {INT64_MIN, "z", 9, 9, 9},  {-1, "z", 9, 9, 9},         {0, "", 9, 9, 9},
        {0, "a", 9, 9, 9},          {0, "aa", 9, 9, 9},         {0, "b", 0, 9, 9},
        {0, "b", 0, 10, 0},         {0, "b", 1, 0, 9},          {0, "b", 1, 0, UINT64_MAX},
        {0, "b", 1, UINT32_MAX, 0}, {0, "b", UINT32_MAX, 0, 0}, {0, "\x7f", 0, 0, 0},
        {0, "\x80", 0, 0, 0},       {0, "\xff", 0, 0, 0},       {1, "", 0, 0, 0},
        {INT64_MAX, "", 0, 0, 0},
    };
    enum { PLACES = sizeof places / sizeof *places };
    (void)state;
    for (int a = 0; a < PLACES; a++) {
        for (int b = 0; b < PLACES; b++) {
            const struct ls_place_in_order x = {
                places[a].event_time, (const uint8_t *)places[a].id, (uint32_t)strlen(places[a].id),
                places[a].topic,      places[a].partition,           places[a].position};
            const struct ls_place_in_order y = {
                places[b].event_time, (const uint8_t *)places[b].id, (uint32_t)strlen(places[b].id),
                places[b].topic,      places[b].partition,           places[b].position};
            int order = ls_order(&x, &y);
            assert_int_equal((order > 0) - (order < 0), (a > b) - (a < b));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_keys),
        PIPE_TEST(test_keys_of_types),
        PIPE_TEST(test_keys_of_joins),
        PIPE_TEST(test_conditions),
        PIPE_TEST(test_conditions_of_sources),
        PIPE_TEST(test_limits),
        PIPE_TEST(test_inputs),
        PIPE_TEST(test_kept),
        PIPE_TEST(test_distinct_names),
        PIPE_TEST(test_values_of_sets),
        PIPE_TEST(test_round_trip),
        PIPE_TEST(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
