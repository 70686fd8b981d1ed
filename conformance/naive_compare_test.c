/* Files are written by hand, so that what is wrong in one is known to the byte. */
#include "conformance/naive_fixture_test.h"

enum { ID, AT, MEAN, KIND, NOTE, RAW, POSITION, COLUMNS };
static const char *const kinds[] = {"up", "down"};
static struct naive_column items[COLUMNS] = {
    [ID] = {.name = "id", .written = "id", .type = NAIVE_STRING},
    [AT] = {.name = "at", .written = "at", .type = NAIVE_TIME},
    [MEAN] = {.name = "mean", .written = "mean", .type = NAIVE_DECIMAL, .scale = 2},
    [KIND] = {.name = "kind",
              .written = "kind",
              .type = NAIVE_ENUM,
              .symbols = kinds,
              .symbol_count = COUNT(kinds)},
    [NOTE] = {.name = "note", .written = "note", .type = NAIVE_STRING, .is_free = true},
    [RAW] = {.name = "raw", .written = "raw", .type = NAIVE_BYTES},
    [POSITION] = {.name = "position", .written = "position", .type = NAIVE_LONG, .physical = true}};
static const struct naive_columns columns = {items, COLUMNS};

static const char sound_schema[] =
    "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"id\",\"type\":\"string\"},"
    "{\"name\":\"at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}},"
    "{\"name\":\"mean\",\"type\":[\"null\",{\"type\":\"bytes\",\"logicalType\":\"decimal\","
    "\"precision\":38,\"scale\":2}]},"
    "{\"name\":\"kind\",\"type\":{\"type\":\"enum\",\"name\":\"k\",\"symbols\":[\"up\",\"down\"]}},"
    "{\"name\":\"note\",\"type\":\"string\"},{\"name\":\"raw\",\"type\":\"bytes\"},"
    "{\"name\":\"position\",\"type\":\"long\",\"lockstep.physical\":true}]}";

struct row {
    const char *id;
    int at;           /* milliseconds, 0 .. 63 */
    const char *mean; /* bytes, "-": null */
    int kind;
    const char *note;
    const char *raw;
    int position; /* 0 .. 63 */
};

static void put_byte(struct ls_buf *out, int byte)
{
    struct ls_error err;
    uint8_t value = (uint8_t)byte;
    assert_int_equal(ls_buf_append(out, &value, 1, &err), 0);
}

static void put_text(struct ls_buf *out, const char *text)
{
    struct ls_error err;
    size_t size = strlen(text);
    assert_true(size < 8192);
    if (size >= 64) {
        put_byte(out, (int)(size << 1 & 0x7f) | 0x80);
        put_byte(out, (int)(size >> 6));
    } else {
        put_byte(out, (int)size << 1);
    }
    assert_int_equal(ls_buf_append(out, text, size, &err), 0);
}

static void put_row(struct ls_buf *out, const struct row *row)
{
    put_text(out, row->id);
    put_byte(out, row->at << 1);
    if (strcmp(row->mean, "-") == 0) {
        put_byte(out, 0);
    } else {
        put_byte(out, 2);
        put_text(out, row->mean);
    }
    put_byte(out, row->kind << 1);
    put_text(out, row->note);
    put_text(out, row->raw);
    put_byte(out, row->position << 1);
}

static void put_header(struct ls_buf *file, const char *schema, const char *codec)
{
    struct ls_error err;
    ls_buf_init(file, "test file", 1U << 20);
    assert_int_equal(ls_buf_append(file, "Obj\1\4", 5, &err), 0);
    put_text(file, "avro.codec");
    put_text(file, codec);
    put_text(file, "avro.schema");
    put_text(file, schema);
    assert_int_equal(ls_buf_append(file, "\0 sixteen bytes! ", 17, &err), 0);
}

/* One row. */
static void put_block(struct ls_buf *file, const void *bytes, size_t size)
{
    struct ls_error err;
    put_byte(file, 2);
    put_byte(file, (int)size << 1);
    assert_int_equal(ls_buf_append(file, bytes, size, &err), 0);
    assert_int_equal(ls_buf_append(file, " sixteen bytes! ", 16, &err), 0);
}

static void finish_file(const struct naive_shop *s, struct ls_buf *file)
{
    char path[128];
    snprintf(path, sizeof path, "%s/d.avro", s->folder);
    write_file(path, file->data, file->size);
    ls_buf_clear(file);
}

static void write_rows(const struct naive_shop *s, const char *schema, const char *codec,
                       const struct row *rows, size_t count)
{
    struct ls_buf file;
    struct ls_buf row;
    ls_buf_init(&row, "test row", 1U << 20);
    put_header(&file, schema, codec);
    for (size_t i = 0; i < count; i++) {
        row.size = 0;
        put_row(&row, &rows[i]);
        put_block(&file, row.data, row.size);
    }
    finish_file(s, &file);
    ls_buf_clear(&row);
}

/* What there should be: four rows, known by their id. The means are 3.21, null, -0.01, 0.01. */
#define A                                                                                          \
    {                                                                                              \
        "a", 1, "\1\x41", 0, "n", "xyz", 0                                                         \
    }
#define B                                                                                          \
    {                                                                                              \
        "b", 2, "-", 1, "n", "xyz", 1                                                              \
    }
#define C                                                                                          \
    {                                                                                              \
        "c", 3, "\xff", 0, "n", "xyz", 2                                                           \
    }
#define D                                                                                          \
    {                                                                                              \
        "d", 4, "\1", 0, "n", "xyz", 3                                                             \
    }

static const struct row sound[] = {A, B, C, D};

static const char *compare_all(struct naive_shop *s)
{
    static const size_t identity[] = {ID};
    struct naive_value values[COUNT(sound)][COLUMNS] = {0};
    struct naive_value *rows[COUNT(sound)];
    for (size_t i = 0; i < COUNT(sound); i++) {
        struct naive_value *row = rows[i] = values[i];
        row[ID] = ls_naive_text_value(sound[i].id);
        row[AT].number = sound[i].at;
        row[MEAN].is_null = sound[i].mean[0] == '-';
        if (!row[MEAN].is_null) {
            row[MEAN] = ls_naive_text_value(sound[i].mean);
        }
        row[KIND] = ls_naive_text_value(kinds[sound[i].kind]);
        row[KIND].number = sound[i].kind;
        row[RAW] = ls_naive_text_value(sound[i].raw);
        row[POSITION].number = sound[i].position;
    }
    const struct naive_dataset dataset = {"d.avro", &columns, COUNT(sound), rows,
                                          1,        identity, false};
    struct naive_report report = {&s->out, 0};
    s->out.size = 0;
    assert_int_equal(ls_naive_compare(&dataset, s->folder, &report, &s->err), 0);
    return ls_buf_text(&s->out, &s->err);
}

static const struct {
    struct row rows[6];
    size_t count;
    const char *wanted;
} cases[] = {
    {{A, B, C, D}, 4, ""},
    {{{"a", 1, "\1\x41", 0, "another note", "xyz", 0}, B, C, D}, 4, ""},
    {{{"a", 9, "\1\x41", 1, "n", "xyz", 0}, B, C, D},
     4,
     "d.avro: row 1 (id 'a'): at is 1970-01-01T00:00:00.009Z, should be "
     "1970-01-01T00:00:00.001Z\n"
     "d.avro: row 1 (id 'a'): kind is 'down', should be 'up'\n"},
    {{{"a", 1, "-", 0, "n", "xyz", 0},
      {"b", 2, "\5", 1, "n", "xyz", 1},
      {"c", 3, "\1", 0, "n", "xyz", 7},
      D},
     4,
     "d.avro: row 1 (id 'a'): mean is null, should be 3.21\n"
     "d.avro: row 2 (id 'b'): mean is 0.05, should be null\n"
     "d.avro: row 3 (id 'c'): mean is 0.01, should be -0.01\n"
     "d.avro: row 3 (id 'c'): position is 7, should be 2\n"},
    {{A, B, {"c", 3, "\xff\xff", 0, "n", "xyz", 2}, D}, /* the same number in too many bytes */
     4,
     "d.avro: row 3 (id 'c'): mean is -0.01 in 2 bytes ffff, should be -0.01\n"},
    {{A, B, C, {"d", 4, "\1", 0, "n", "xy!", 3}},
     4,
     "d.avro: row 4 (id 'd'): raw is 3 bytes 787921, should be 3 bytes 78797a (the first 2 bytes "
     "are alike)\n"},
    {{B, C, D}, 3, "d.avro: the row (id 'a') is missing\n"},
    {{A, C, D}, 3, "d.avro: the row (id 'b') is missing\n"},
    {{A, B, C}, 3, "d.avro: the row (id 'd') is missing\n"},
    {{A, B, {"x\n", 3, "-", 0, "n", "xyz", 2}, C, D},
     5,
     "d.avro: row 3 (id 'x\\x0a') should not be there\n"},
    {{A, B, B, C, D}, 5, "d.avro: row 3 (id 'b') should not be there\n"},
    {{A, B, C, D, D}, 5, "d.avro: row 5 (id 'd') should not be there\n"},
    {{A, {"x", 2, "-", 1, "n", "xyz", 1}, C, D},
     4,
     "d.avro: row 2 (id 'x') should not be there\nd.avro: the row (id 'b') is missing\n"},
    {{A, C, B, D},
     4,
     "d.avro: row 2 (id 'c') stands too early: the order is another (P6)\n"
     "d.avro: the row (id 'b') should stand there\n"},
    {{A, {"b", 2, "-", 5, "n", "xyz", 1}, C, D}, /* libavro takes an index that no symbol has */
     4,
     "d.avro: row 2 cannot be read: the field `kind` has another type than it should\n"
     "d.avro: the row (id 'b') is missing\n"
     "d.avro: the row (id 'c') is missing\n"
     "d.avro: the row (id 'd') is missing\n"},
};

static void rows_that_differ_are_told(void **state)
{
    struct naive_shop *s = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        write_rows(s, sound_schema, "null", cases[i].rows, cases[i].count);
        assert_string_equal(compare_all(s), cases[i].wanted);
    }
}

static void what_the_header_says_is_compared(void **state)
{
    struct naive_shop *s = *state;
    static const struct {
        const char *is, *other, *wanted;
    } headers[] = {
        {"\"name\":\"id\"", "\"name\":\"di\"", "column 1 is `di`, should be `id`"},
        {"timestamp-millis", "timestamp-micros", "the column `at` is of type"},
        {"\"scale\":2", "\"scale\":3", "the column `mean` is of type"},
        {"\"down\"", "\"left\"", "the column `kind` is of type"},
        {"\"type\":\"long\",\"lockstep", "\"type\":\"int\",\"lockstep",
         "the column `position` is of type \"int\", should be long"},
        {":true", ":false", "the column `position` is not marked as physical"},
        {"{\"name\":\"note\",\"type\":\"string\"},", "", "column 5 is `raw`, should be `note`"},
        {",\"lockstep.physical\":true}",
         ",\"lockstep.physical\":true},{\"name\":\"z\","
         "\"type\":\"int\"}",
         "there are 8 columns, should be 7"},
    };
    for (size_t i = 0; i < COUNT(headers); i++) {
        char schema[sizeof sound_schema + 64];
        const char *at = strstr(sound_schema, headers[i].is);
        assert_non_null(at);
        snprintf(schema, sizeof schema, "%.*s%s%s", (int)(at - sound_schema), sound_schema,
                 headers[i].other, at + strlen(headers[i].is));
        write_rows(s, schema, "null", NULL, 0);
        const char *is = compare_all(s);
        if (!strstr(is, headers[i].wanted) || !strstr(is, "d.avro: ")) {
            fail_msg("case %zu: %s", i, is);
        }
    }
    write_rows(s, sound_schema, "deflate", NULL, 0);
    assert_string_equal(compare_all(s), "d.avro: the codec is `deflate`, should be `null` (B1)\n");
    const struct naive_dataset any = {.path = "d.avro", .columns = &columns, .any_codec = true};
    struct naive_report report = {&s->out, 0};
    s->out.size = 0;
    assert_int_equal(ls_naive_compare(&any, s->folder, &report, &s->err), 0);
    assert_int_equal(s->out.size, 0);
}

/* An id, and an array of records. */
static const char tops_schema[] =
    "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"id\",\"type\":\"string\"},"
    "{\"name\":\"top\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"record\","
    "\"name\":\"r_top_entry\",\"fields\":[{\"name\":\"value\",\"type\":\"string\"},"
    "{\"name\":\"sum\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\","
    "\"precision\":38,\"scale\":2}}]}}}]}";

static const char *compare_tops(struct naive_shop *s, const char *schema, const char *is,
                                size_t is_size, const char *should, size_t should_size)
{
    static struct naive_column entry[] = {
        {.name = "value", .written = "value", .type = NAIVE_STRING},
        {.name = "sum", .written = "sum", .type = NAIVE_DECIMAL, .scale = 2}};
    static const struct naive_columns entries = {entry, 2};
    static const struct naive_column item = {.type = NAIVE_RECORD, .fields = &entries};
    static struct naive_column both[] = {
        {.name = "id", .written = "id", .type = NAIVE_STRING},
        {.name = "top", .written = "top", .type = NAIVE_ARRAY, .items = &item}};
    static const struct naive_columns tops = {both, 2};
    static const size_t identity[] = {0};
    struct naive_value row[] = {{.bytes = (const uint8_t *)"a", .size = 1},
                                {.bytes = (const uint8_t *)should, .size = should_size}};
    struct naive_value *rows[] = {row};
    const struct naive_dataset dataset = {"d.avro", &tops,    should ? 1 : 0, rows,
                                          1,        identity, false};
    struct naive_report report = {&s->out, 0};
    struct ls_buf file;
    put_header(&file, schema, "null");
    if (is) {
        put_block(&file, is, is_size);
    }
    finish_file(s, &file);
    s->out.size = 0;
    assert_int_equal(ls_naive_compare(&dataset, s->folder, &report, &s->err), 0);
    return ls_buf_text(&s->out, &s->err);
}

static void arrays_of_records_are_compared(void **state)
{
    struct naive_shop *s = *state;
#define BYTES(text) (text), sizeof(text) - 1
#define TWO         "\4\4DE\4\1\x41\4US\2\xff"
    static const struct {
        const char *is;
        size_t is_size;
        const char *should;
        size_t should_size;
        const char *wanted;
    } tops[] = {
        {BYTES("\2a" TWO "\0"), BYTES(TWO "\0"), ""},
        /* the same items in two blocks, one with its size */
        {BYTES("\2a\2\4DE\4\1\x41\1\12\4US\2\xff\0"), BYTES(TWO "\0"), ""},
        {BYTES("\2a\0"), BYTES("\0"), ""},
        {BYTES("\2a\0"), BYTES(TWO "\0"),
         "d.avro: row 1 (id 'a'): top is [], should be [{value 'DE', sum 3.21}, {value 'US', sum "
         "-0.01}]\n"},
        {BYTES("\2a\2\4DE\2\x41\0"), BYTES(TWO "\0"),
         "d.avro: row 1 (id 'a'): top is [{value 'DE', sum 0.65}], should be [{value 'DE', sum "
         "3.21}, {value 'US', sum -0.01}]\n"},
        /* the same number in too many bytes */
        {BYTES("\2a\2\2x\4\0\5\0"), BYTES("\2\2x\2\5\0"),
         "d.avro: row 1 (id 'a'): top is [{value 'x', sum 0.05 in 2 bytes 0005}], should be "
         "[{value 'x', sum 0.05}]\n"},
    };
    for (size_t i = 0; i < COUNT(tops); i++) {
        assert_string_equal(compare_tops(s, tops_schema, tops[i].is, tops[i].is_size,
                                         tops[i].should, tops[i].should_size),
                            tops[i].wanted);
    }
    static const char *const others[][2] = {
        {"\"value\"", "\"what\""},
        {"\"name\":\"sum\"", "\"name\":\"sun\""},
        {"\"scale\":2", "\"scale\":3"},
        {"\"type\":\"string\"},{\"name\":\"sum", "\"type\":\"bytes\"},{\"name\":\"sum"}};
    for (size_t i = 0; i < COUNT(others); i++) {
        char schema[sizeof tops_schema + 64];
        const char *at = strstr(tops_schema, others[i][0]);
        assert_non_null(at);
        snprintf(schema, sizeof schema, "%.*s%s%s", (int)(at - tops_schema), tops_schema,
                 others[i][1], at + strlen(others[i][0]));
        const char *is = compare_tops(s, schema, NULL, 0, NULL, 0);
        if (!strstr(is, "d.avro: the column `top` is of type {")) {
            fail_msg("case %zu: %s", i, is);
        }
    }
}

/* A row of a dataset whose items may be null has none where it has to have one. */
static void an_entry_without_a_value_cannot_be_read(void **state)
{
    struct naive_shop *s = *state;
    char schema[sizeof tops_schema + 64];
    static const char whole[] = "\"type\":\"string\"},{\"name\":\"sum";
    const char *at = strstr(tops_schema, whole);
    snprintf(schema, sizeof schema, "%.*s%s%s", (int)(at - tops_schema), tops_schema,
             "\"type\":[\"null\",\"string\"]},{\"name\":\"sum", at + sizeof whole - 1);
    assert_string_equal(compare_tops(s, schema, BYTES("\2a\2\0\2\5\0"), BYTES("\0")),
                        "d.avro: row 1 cannot be read: an item has no `value`\n"
                        "d.avro: the row (id 'a') is missing\n");
}

static void what_is_no_file_is_told(void **state)
{
    struct naive_shop *s = *state;
    char path[128];
    assert_string_equal(compare_all(s), "d.avro: the file is missing\n");
    snprintf(path, sizeof path, "%s/d.avro", s->folder);
    write_file(path, "", 0);
    assert_string_equal(compare_all(s), "d.avro: no Avro container file\n");
    write_file(path, "Obj\1\2\x16", 6);
    assert_string_equal(compare_all(s), "d.avro: no Avro container file\n");
}

static void ten_differences_are_enough(void **state)
{
    struct naive_shop *s = *state;
    struct row rows[30];
    char ids[COUNT(rows)][4];
    for (size_t i = 0; i < COUNT(rows); i++) {
        snprintf(ids[i], sizeof ids[i], "x%zu", i);
        rows[i] = (struct row){ids[i], 1, "-", 0, "n", "xyz", 0};
    }
    write_rows(s, sound_schema, "null", rows, COUNT(rows));
    const char *text = compare_all(s);
    size_t lines = 0;
    for (const char *at = text; *at; at++) {
        lines += *at == '\n';
    }
    assert_int_equal(lines, NAIVE_DIFFERENCES_MAX + 1);
    assert_non_null(strstr(text, "the first 10 differences are told"));
}

static void values_are_shown_to_people(void **state)
{
    struct naive_shop *s = *state;
    static const struct naive_column money = {.type = NAIVE_DECIMAL, .scale = 3};
    static const struct naive_column whole = {.type = NAIVE_DECIMAL};
    static const struct naive_column bytes = {.type = NAIVE_BYTES};
    static const struct naive_column truth = {.type = NAIVE_BOOLEAN};
    static const struct {
        const struct naive_column *column;
        const char *bytes;
        size_t size;
        const char *wanted;
    } shown[] = {
        {&money, "\0", 1, "0.000"},
        {&money, "\x7f", 1, "0.127"},
        {&money, "\x80", 1, "-0.128"},
        {&money, "\x03\xe8", 2, "1.000"},
        {&money, "", 0, "0 bytes "},
        {&whole, "\0", 1, "0"},
        {&whole, "\xff", 1, "-1"},
        {&whole, "\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 16,
         "170141183460469231731687303715884105727"},
        {&bytes, "\xc3\x01", 2, "2 bytes c301"},
        {&truth, NULL, 0, "false"},
    };
    for (size_t i = 0; i < COUNT(shown); i++) {
        struct naive_value value = {.bytes = (const uint8_t *)shown[i].bytes,
                                    .size = shown[i].size};
        s->out.size = 0;
        assert_int_equal(ls_naive_show(shown[i].column, &value, &s->out, &s->err), 0);
        assert_string_equal(ls_buf_text(&s->out, &s->err), shown[i].wanted);
    }
}

static void refused_memory_is_an_error(void **state)
{
    struct naive_shop *s = *state;
    static const size_t identity[] = {ID};
    const struct naive_dataset dataset = {"d.avro", &columns, 0, NULL, 1, identity, false};
    write_rows(s, sound_schema, "null", sound, COUNT(sound));
    for (unsigned long n = 1;; n++) {
        struct naive_report report = {&s->out, 0};
        ls_buf_clear(&s->out);
        ls_mem_refuse(n);
        int rc = ls_naive_compare(&dataset, s->folder, &report, &s->err);
        ls_mem_refuse(0);
        if (rc == 0) {
            assert_int_equal(report.count, COUNT(sound));
            assert_true(n > 4);
            break;
        }
        assert_int_equal(rc, LS_E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHOP_TEST(rows_that_differ_are_told),
        SHOP_TEST(what_the_header_says_is_compared),
        SHOP_TEST(arrays_of_records_are_compared),
        SHOP_TEST(an_entry_without_a_value_cannot_be_read),
        SHOP_TEST(what_is_no_file_is_told),
        SHOP_TEST(ten_differences_are_enough),
        SHOP_TEST(values_are_shown_to_people),
        SHOP_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
