#include "generator/device_fixture_test.h"
#include "generator/statistics_test.h"

enum { EVENTS = 20000, UUID_SIZE = 36 };

static size_t draw(const struct ls_op *op, uint64_t index, char out[LS_OP_TEXT_MAX + 2])
{
    size_t size = ls_op_draw_text(op, index, (uint8_t *)out);
    assert_in_range(size, 0, op->text_max);
    out[size] = '\0';
    return size;
}

/* ---- UUIDs */

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, UUID_SIZE);
}

/* Version 4, variant 1: 122 even bits, and none twice. */
static void uuids_are_random_ones(void **state)
{
    static const char hex[] = "0123456789abcdef";
    static char texts[EVENTS][UUID_SIZE];
    static unsigned digits[UUID_SIZE][16];
    static unsigned halves[256];
    double sixteen[16];
    double both[256];
    double four[16] = {0};
    struct maker *m = *state;
    plan_device(m, "", "      - {name: u, type: uuid, uuid}\n", "");
    for (size_t k = 0; k < 16; k++) {
        sixteen[k] = 1. / 16;
        four[k] = k >= 8 && k < 12 ? 1. / 4 : 0;
    }
    for (uint64_t i = 0; i < EVENTS; i++) {
        char text[LS_OP_TEXT_MAX + 2];
        assert_int_equal(draw(op_named(m, 0, "u"), i, text), UUID_SIZE);
        memcpy(texts[i], text, UUID_SIZE);
        for (size_t k = 0; k < UUID_SIZE; k++) {
            const char *digit = strchr(hex, text[k]);
            assert_int_equal(!digit, k == 8 || k == 13 || k == 18 || k == 23);
            assert_true(digit || text[k] == '-');
            digits[k][digit ? digit - hex : 0]++;
        }
        assert_int_equal(text[14], '4');
        halves[16 * (strchr(hex, text[1]) - hex) + (strchr(hex, text[20]) - hex)]++;
    }
    for (size_t k = 0; k < 256; k++) {
        both[k] = 1. / 256;
    }
    check_shares("halves", halves, both, 256);
    for (size_t k = 0; k < UUID_SIZE; k++) {
        if (texts[0][k] != '-' && k != 14) {
            check_shares("digits", digits[k], k == 19 ? four : sixteen, 16);
        }
    }
    qsort(texts, EVENTS, UUID_SIZE, compare);
    for (size_t i = 1; i < EVENTS; i++) {
        assert_memory_not_equal(texts[i - 1], texts[i], UUID_SIZE);
    }
}

/* ---- words */

static const char words_field[] =
    "      - {name: w, type: string, words: {of: {red: 3, small: 2, never: 0, light: 1}, least: 1, "
    "most: 4}}\n";

/* So many words, each by its weight whatever the others are. */
static void words_follow_their_weights(void **state)
{
    static const char *const words[] = {"red", "small", "never", "light"};
    static const double shares[] = {3 / 6., 2 / 6., 0, 1 / 6.};
    static const double even[] = {1 / 4., 1 / 4., 1 / 4., 1 / 4.};
    struct maker *m = *state;
    unsigned counts[4] = {0};
    unsigned at[4][4] = {{0}};
    unsigned pairs[16] = {0};
    double pair_shares[16];
    plan_device(m, "", words_field, "");
    for (uint64_t i = 0; i < EVENTS; i++) {
        char text[LS_OP_TEXT_MAX + 2];
        size_t before = 0;
        size_t count = 0;
        draw(op_named(m, 0, "w"), i, text);
        for (char *word = text, *end = text; end; word = end ? end + 1 : NULL, count++) {
            size_t k = 0;
            end = strchr(word, ' ');
            size_t size = end ? (size_t)(end - word) : strlen(word);
            while (k < 4 && (strlen(words[k]) != size || memcmp(words[k], word, size) != 0)) {
                k++;
            }
            assert_in_range(k, 0, 3);
            at[count][k]++;
            pairs[4 * before + k] += count == 1;
            before = k;
        }
        assert_in_range(count, 1, 4);
        counts[count - 1]++;
    }
    check_shares("counts", counts, even, 4);
    for (size_t k = 0; k < 16; k++) {
        pair_shares[k] = shares[k / 4] * shares[k % 4];
        check_shares("words", at[k % 4], shares, 4);
    }
    check_shares("pairs", pairs, pair_shares, 16);
}

/* The longest text that words may make, and one byte more. */
static void words_have_their_room(void **state)
{
    struct maker *m = *state;
    char word[80];
    char field[256];
    char text[LS_OP_TEXT_MAX + 2];
    memset(word, 'x', 63);
    word[63] = '\0';
    snprintf(field, sizeof field,
             "      - {name: w, type: string, words: {of: [%s], least: 64, most: 64}}\n", word);
    plan_device(m, "", field, "");
    assert_int_equal(op_named(m, 0, "w")->text_max, LS_OP_TEXT_MAX);
    assert_int_equal(draw(op_named(m, 0, "w"), 0, text), LS_OP_TEXT_MAX - 1);
    make_run(m, 10);
    struct ls_cell cell = column_of(m, &m->run.events[3], "w");
    assert_int_equal(cell.size, LS_OP_TEXT_MAX - 1);
    assert_memory_equal(cell.bytes, text, cell.size);
}

/* ---- of entities */

/* A drawn text of a device is one and the same in all its readings: as it stands, in a field that
 * can be null by its schema, in one that is null now and then, and through expressions. */
static void texts_of_entities_reach_every_field(void **state)
{
    static const char *const kinds[] = {"pattern: \"[a-z]{0,9}\"", "uuid",
                                        "words: {of: [red, light], most: 3}"};
    static const char *const columns[] = {"plainly", "may", "now_and_then", "named", "copied"};
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        char attribute[128];
        snprintf(attribute, sizeof attribute, "      - {name: serial, type: string, %s}\n",
                 kinds[k]);
        plan_device(m, attribute,
                    "      - {name: plainly, type: string, ref: device.serial}\n"
                    "      - {name: may, type: string, ref: device.serial, null: never}\n"
                    "      - {name: now_and_then, type: string, ref: device.serial, nullable: "
                    "1/2}\n"
                    "      - {name: named, type: string, expr: device.serial}\n"
                    "      - {name: copied, type: string, expr: may, null: never}\n",
                    "");
        make_run(m, 500);
        size_t nulls = 0;
        for (size_t i = 0; i < m->run.count; i++) {
            const struct ls_event *e = &m->run.events[i];
            uint8_t text[LS_OP_TEXT_MAX + LS_OP_SPOILT];
            struct ls_cell serial;
            ls_attribute_value(attribute_named(m, 0, "serial"), e->entity, text, &serial);
            for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
                struct ls_cell found = column_of(m, e, columns[c]);
                nulls += found.is_null;
                if (c == 2 && found.is_null) {
                    continue;
                }
                if (!same_cell(&found, &serial)) {
                    fail_msg("%s of event %zu is `%.*s`, not `%.*s`", columns[c], i,
                             (int)found.size, (const char *)found.bytes, (int)serial.size,
                             (const char *)serial.bytes);
                }
            }
        }
        check_share("nulls", (double)nulls, .5, 500);
    }
}

/* Readings with so many notes of 4095 bytes, and checks behind them that repeat the notes through
 * expressions of the reading. `more` stands among a check's fields, `rest` at the top. */
static const char *notes_text(char out[DEVICE_TEXT_MAX], unsigned notes, const char *more,
                              const char *rest)
{
    static const char *const lines[] = {
        "      - {name: note_%u, type: string, words: {of: [%063u], least: 64, most: 64}}\n",
        "      - {name: copy_%u, type: string, expr: note_%u, null: never}\n",
        "      - {name: copy_%u, type: string, ref: reading.copy_%u, null: never}\n"};
    char fields[DEVICE_TEXT_MAX / 2];
    char top[1024];
    size_t size = 0;
    for (unsigned k = 0; k < 3 * notes; k++) {
        size_t room = sizeof fields - size;
        if (k == 2 * notes) {
            size += (size_t)snprintf(fields + size, room,
                                     "  - name: check\n    entity: device\n    metrics:\n");
            room = sizeof fields - size;
        }
        size += (size_t)snprintf(fields + size, room, lines[k / notes], k % notes, k % notes);
    }
    snprintf(fields + size, sizeof fields - size,
             "%s  - name: free\n    weight: 1\n    entity: device\n    metrics:\n"
             "      - {name: x, type: int, const: 1}\n",
             more);
    snprintf(top, sizeof top,
             "lifecycles:\n  visit:\n    entity: device\n    steps:\n"
             "      - {event: reading}\n"
             "      - {event: check, after: {exponential: {mean: 2s}, max: 9s}}\n%s",
             rest);
    return device_text(out, "      - {name: serial, type: string, uuid}\n", fields, top);
}

#define SERIAL "      - {name: serial, type: string, expr: device.serial}\n"
#define MISSING                                                                                    \
    "quality: [{check: not_null, field: copy_0}]\n"                                                \
    "faults: {missing: {rate: 1/3, field: copy_0}}\n"

/* Whether the texts of hidden values have room is found when the spec is planned; one that a fault
 * replaces counts too. */
static void hidden_texts_have_their_room(void **state)
{
    static const struct {
        unsigned notes;
        const char *more, *rest;
        bool fits;
    } cases[] = {{3, "", "", true},      {4, "", "", true},         {4, SERIAL, "", false},
                 {3, "", MISSING, true}, {3, SERIAL, "", true},     {3, SERIAL, MISSING, false},
                 {5, "", "", false},     {2, SERIAL, MISSING, true}};
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char text[DEVICE_TEXT_MAX];
        notes_text(text, cases[k].notes, cases[k].more, cases[k].rest);
        if (!cases[k].fits) {
            assert_int_equal(plan_text(m, text, NULL), LS_E_DATA);
            check_report(&m->base, "LS2010", line_of(text, "  - name: check"),
                         "shorten them, or name fewer in expressions");
            continue;
        }
        plan_fine(m, text, NULL);
        make_run(m, 200);
        size_t checks = 0;
        for (size_t i = 0; i < m->run.count; i++) {
            checks += m->run.events[i].type == 1;
            if (m->run.events[i].type == 1) {
                struct ls_cell copy = column_of(m, &m->run.events[i], "copy_1");
                assert_int_equal(copy.size, LS_OP_TEXT_MAX - 1);
                assert_memory_equal(copy.bytes + copy.size - 2, "01", 2);
            }
        }
        assert_true(checks > 10);
    }
}

/* ---- the format's bits; as tests/model/values_model.py has them too */

static void texts_are_pinned(void **state)
{
    static const struct {
        const char *field, *texts[8];
    } pins[] = {{"u",
                 {"d05e2d5d-cdce-4028-8322-0d1ed29d2951", "9c521a5a-5310-42c7-805b-ffdf987ebe3d",
                  "ed6a26c2-7262-4adc-b6d8-041a43675a2a", "03caef08-1ec1-4e76-be52-1592afa3d8ae"}},
                {"w",
                 {"light small", "red small", "light", "light light red light",
                  "small small red red", "red light small", "red", "red small red red"}}};
    struct maker *m = *state;
    char fields[512];
    snprintf(fields, sizeof fields, "%s      - {name: u, type: uuid, uuid}\n", words_field);
    plan_device(m, "", fields, "");
    for (size_t k = 0; k < sizeof pins / sizeof *pins; k++) {
        for (uint64_t i = 0; i < 8 && pins[k].texts[i]; i++) {
            char text[LS_OP_TEXT_MAX + 2];
            draw(op_named(m, 0, pins[k].field), i, text);
            assert_string_equal(text, pins[k].texts[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(uuids_are_random_ones),        MAKER_TEST(words_follow_their_weights),
        MAKER_TEST(words_have_their_room),        MAKER_TEST(texts_of_entities_reach_every_field),
        MAKER_TEST(hidden_texts_have_their_room), MAKER_TEST(texts_are_pinned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
