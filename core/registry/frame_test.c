#include "core/registry/frame.h"

#include "core/base/draw.h"
#include "core/base/mem.h"
#include "core/registry/server_test.h"

#include <stdatomic.h>

static struct ls_error err;
static struct ls_wire_map *map;
static uint64_t key, drawn;

enum { VALUE_MAX = 64 };

static uint64_t below(uint64_t n)
{
    return ls_below(ls_word(key, drawn++, 0), n);
}

static int make_map(void **state)
{
    (void)state;
    key = ls_stream_key(1, "frame_test");
    drawn = 0;
    map = ls_wire_map_new(&err);
    return map ? 0 : -1;
}

static int free_map(void **state)
{
    (void)state;
    ls_wire_map_free(map);
    return 0;
}

#define MAP_TEST(test) cmocka_unit_test_setup_teardown(test, make_map, free_map)

static void add(uint32_t id, uint64_t crc64)
{
    if (ls_wire_map_add(map, id, crc64, &err) < 0) {
        fail_msg("%s", err.text);
    }
}

typedef struct ls_wire_value (*translate)(const struct ls_wire_map *map, const uint8_t *value,
                                          size_t size);

/* Translates; whatever is left as it is has to be the very same bytes. */
static enum ls_wire_kind become(translate to, const uint8_t *value, size_t size, uint8_t *out,
                                size_t *out_size)
{
    struct ls_wire_value made = to(map, value, size);
    *out_size = ls_wire_copy(&made, out);
    assert_int_equal(*out_size, made.head_size + made.rest_size);
    if (made.kind != LS_WIRE_TRANSLATED) {
        assert_int_equal(made.head_size, 0);
        assert_ptr_equal(made.rest, value);
        assert_int_equal(made.rest_size, size);
    }
    return made.kind;
}

static void frames_have_their_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *value, *wire;
        size_t value_size, wire_size;
    } cases[] = {
        {"\xc3\x01\x08\x07\x06\x05\x04\x03\x02\x01xyz", "\0\x0a\x0b\x0c\x0dxyz", 13, 8},
        {"\xc3\x01\x08\x07\x06\x05\x04\x03\x02\x01", "\0\x0a\x0b\x0c\x0d", 10, 5},
        {"\xc3\x01\x08\x07\x06\x05\x04\x03\x02\x01\0\0\0\0\0", "\0\x0a\x0b\x0c\x0d\0\0\0\0\0", 15,
         10},
    };
    uint8_t out[VALUE_MAX];
    size_t size;
    add(UINT32_C(0x0a0b0c0d), UINT64_C(0x0102030405060708));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(
            become(ls_wire_to, (const uint8_t *)cases[i].value, cases[i].value_size, out, &size),
            LS_WIRE_TRANSLATED);
        assert_int_equal(size, cases[i].wire_size);
        assert_memory_equal(out, cases[i].wire, size);
        assert_int_equal(
            become(ls_wire_from, (const uint8_t *)cases[i].wire, cases[i].wire_size, out, &size),
            LS_WIRE_TRANSLATED);
        assert_int_equal(size, cases[i].value_size);
        assert_memory_equal(out, cases[i].value, size);
    }
}

static void what_has_no_known_frame_stays(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        size_t size;
        enum ls_wire_kind to, from;
    } cases[] = {
        {NULL, 0, LS_WIRE_OTHER, LS_WIRE_OTHER},
        {"", 0, LS_WIRE_OTHER, LS_WIRE_OTHER},
        {"\0", 1, LS_WIRE_OTHER, LS_WIRE_OTHER},
        {"\0\x0a\x0b\x0c", 4, LS_WIRE_OTHER, LS_WIRE_OTHER}, /* an id is cut */
        {"\0\x0a\x0b\x0c\x0e", 5, LS_WIRE_OTHER, LS_WIRE_UNKNOWN},
        {"\0\x0a\x0b\x0c\x0d", 5, LS_WIRE_AMBIGUOUS, LS_WIRE_TRANSLATED},
        {"\0\x0a\x0b\x0c\x0d...", 8, LS_WIRE_AMBIGUOUS, LS_WIRE_TRANSLATED},
        {"\0\0\0\0\0", 5, LS_WIRE_OTHER, LS_WIRE_UNKNOWN}, /* no entry is not the entry 0 */
        {"\xc3\x01\x08\x07\x06\x05\x04\x03\x02", 9, LS_WIRE_OTHER, LS_WIRE_OTHER},
        {"\xc3\x01\x09\x07\x06\x05\x04\x03\x02\x01z", 11, LS_WIRE_UNKNOWN, LS_WIRE_OTHER},
        {"\xc3\x01\0\0\0\0\0\0\0\0", 10, LS_WIRE_UNKNOWN, LS_WIRE_OTHER},
        {"\xc3\x02\x08\x07\x06\x05\x04\x03\x02\x01z", 11, LS_WIRE_OTHER, LS_WIRE_OTHER},
        {"\xc2\x01\x08\x07\x06\x05\x04\x03\x02\x01z", 11, LS_WIRE_OTHER, LS_WIRE_OTHER},
    };
    uint8_t out[VALUE_MAX];
    size_t size;
    add(UINT32_C(0x0a0b0c0d), UINT64_C(0x0102030405060708));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const uint8_t *value = (const uint8_t *)cases[i].value;
        assert_int_equal(become(ls_wire_to, value, cases[i].size, out, &size), cases[i].to);
        assert_int_equal(become(ls_wire_from, value, cases[i].size, out, &size), cases[i].from);
    }
}

/* Bytes of any kind, but often with the beginning of a frame. */
static size_t draw_value(const uint64_t *crc64s, const uint32_t *ids, size_t count, uint8_t *out)
{
    size_t size = below(40);
    for (size_t i = 0; i < size; i++) {
        out[i] = (uint8_t)below(256);
    }
    uint8_t frame[LS_SINGLE_OBJECT_SIZE];
    size_t frame_size = 0;
    switch (below(6)) {
    case 0:
        frame_size = (size_t)(ls_put_single_object(frame, crc64s[below(count)]) - frame);
        break;
    case 1:
        frame_size = (size_t)(ls_put_confluent(frame, ids[below(count)]) - frame);
        break;
    case 2:
        frame_size = (size_t)(ls_put_single_object(frame, ls_word(key, drawn++, 1)) - frame);
        break;
    case 3:
        frame_size = (size_t)(ls_put_confluent(frame, (uint32_t)below(1000)) - frame);
        break;
    case 4:
        frame[0] = 0;
        frame_size = 1;
        break;
    default:
        break;
    }
    memcpy(out, frame, size < frame_size ? size : frame_size); /* short ones are cut */
    return size;
}

/* For any bytes: what was translated to the wire comes back; so does what was not, unless it was
 * called ambiguous, and only such values come back as something else. The other way likewise, where
 * a fingerprint has one id. */
static void values_come_back(void **state)
{
    (void)state;
    enum { COUNT = 50, ROUNDS = 200000 };
    uint64_t crc64s[COUNT];
    uint32_t ids[COUNT];
    unsigned kinds[2][4] = {{0}};
    for (size_t i = 0; i < COUNT; i++) {
        crc64s[i] = ls_word(key, drawn++, 2);
        ids[i] = (uint32_t)(i % 2 ? i : below(UINT32_MAX));
        add(ids[i], crc64s[i]);
    }
    for (size_t i = 0; i < ROUNDS; i++) {
        uint8_t value[VALUE_MAX];
        uint8_t there[VALUE_MAX];
        uint8_t back[VALUE_MAX];
        size_t there_size;
        size_t back_size;
        size_t size = draw_value(crc64s, ids, COUNT, value);
        enum ls_wire_kind to = become(ls_wire_to, value, size, there, &there_size);
        enum ls_wire_kind from = become(ls_wire_from, there, there_size, back, &back_size);
        assert_int_equal(to == LS_WIRE_TRANSLATED || to == LS_WIRE_AMBIGUOUS,
                         from == LS_WIRE_TRANSLATED);
        bool same = back_size == size && memcmp(back, value, size) == 0;
        assert_int_equal(same, to != LS_WIRE_AMBIGUOUS);
        assert_true(to != LS_WIRE_AMBIGUOUS || value[0] == 0);
        kinds[0][to]++;

        from = become(ls_wire_from, value, size, there, &there_size);
        to = become(ls_wire_to, there, there_size, back, &back_size);
        same = back_size == size && memcmp(back, value, size) == 0;
        assert_int_equal(same, from == LS_WIRE_TRANSLATED || to != LS_WIRE_TRANSLATED);
        kinds[1][from]++;
    }
    for (int k = 0; k < 4; k++) { /* the draws were worth something */
        assert_true(kinds[0][k] > 1000);
        assert_true(kinds[1][k] > 1000 || k == LS_WIRE_AMBIGUOUS);
    }
}

static void a_fingerprint_may_have_several_ids(void **state)
{
    (void)state;
    static const uint8_t other[] = {0, 0, 0, 0, 9, 'x'};
    uint8_t there[VALUE_MAX];
    uint8_t back[VALUE_MAX];
    size_t size;
    add(7, 77);
    add(9, 77);
    add(7, 77);
    assert_int_equal(ls_wire_map_count(map), 2);
    assert_int_equal(ls_wire_map_add(map, 9, 99, &err), LS_E_DATA);
    assert_non_null(strstr(err.text, "two registries"));
    assert_int_equal(become(ls_wire_from, other, sizeof other, back, &size), LS_WIRE_TRANSLATED);
    assert_int_equal(become(ls_wire_to, back, size, there, &size), LS_WIRE_TRANSLATED);
    assert_int_equal(there[4], 7); /* the first */
}

static void a_full_map_finds_all(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < LS_WIRE_SCHEMAS_MAX; i++) {
        add(i * 8192, (uint64_t)i << 13); /* all fingerprints begin at one slot */
    }
    assert_int_equal(ls_wire_map_add(map, 1, 1, &err), LS_E_DATA);
    assert_non_null(strstr(err.text, "LS_WIRE_SCHEMAS_MAX"));
    assert_int_equal(ls_wire_map_add(map, 8192, 8192, &err), 0); /* it is there */
    for (uint32_t i = 0; i < LS_WIRE_SCHEMAS_MAX; i++) {
        uint8_t value[LS_SINGLE_OBJECT_SIZE];
        uint8_t want[LS_CONFLUENT_SIZE];
        uint8_t got[VALUE_MAX];
        size_t size;
        ls_put_single_object(value, (uint64_t)i << 13);
        ls_put_confluent(want, i * 8192);
        assert_int_equal(become(ls_wire_to, value, sizeof value, got, &size), LS_WIRE_TRANSLATED);
        assert_memory_equal(got, want, sizeof want);
    }
}

static atomic_bool done;

/* What is found is whole, and what was found once is found again. */
static void *look(void *context)
{
    bool *fine = context;
    uint32_t seen = 0;
    *fine = true;
    for (bool last = false; !last;) {
        last = atomic_load(&done);
        for (uint32_t id = 1; id <= LS_WIRE_SCHEMAS_MAX; id++) {
            uint8_t value[LS_CONFLUENT_SIZE];
            ls_put_confluent(value, id);
            struct ls_wire_value made = ls_wire_from(map, value, sizeof value);
            bool found = made.kind == LS_WIRE_TRANSLATED;
            *fine = *fine && (found || id > seen) &&
                    (!found || ls_get_u64(made.head + 2) == ls_mix(id));
            if (found && id > seen) {
                seen = id;
            } else if (!found) {
                break;
            }
        }
    }
    *fine = *fine && seen == LS_WIRE_SCHEMAS_MAX;
    return NULL;
}

static void a_map_grows_while_it_is_read(void **state)
{
    (void)state;
    pthread_t threads[2];
    bool fine[2];
    atomic_store(&done, false);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, look, &fine[i]), 0);
    }
    for (uint32_t id = 1; id <= LS_WIRE_SCHEMAS_MAX; id++) {
        add(id, ls_mix(id));
    }
    atomic_store(&done, true);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        assert_true(fine[i]);
    }
}

#define REPLY(status, body)                                                                        \
    {                                                                                              \
        status, body, WHOLE, 0, NULL, NULL, 0                                                      \
    }

static void a_subject_fills_it(void **state)
{
    (void)state;
    static const struct reply replies[] = {
        REPLY(200, "[1, 2, 3, 4]"),
        REPLY(200, "{\"id\": 5, \"version\": 1, \"schema\": \"\\\"int\\\"\"}"),
        REPLY(200, "{\"id\": 6, \"version\": 2, \"schema\": \"{}\", \"schemaType\": \"JSON\"}"),
        REPLY(404, "{\"error_code\": 40402, \"message\": \"gone\"}"),
        REPLY(200, "{\"id\": 8, \"version\": 4, \"schema\": \"{\\\"type\\\": \\\"int\\\"}\"}"),
        REPLY(200, "[1, 2, 4, 5]"), /* what is known is not asked for again */
        REPLY(200, "{\"id\": 9, \"version\": 5, \"schema\": \"\\\"long\\\"\"}"),
        REPLY(404, "{\"error_code\": 40401, \"message\": \"none\"}"),
        REPLY(500, "{}"),
    };
    static struct server server;
    struct ls_registry *registry;
    uint8_t value[LS_SINGLE_OBJECT_SIZE];
    server_start(&server, replies, sizeof replies / sizeof *replies);
    const struct ls_registry_options options = {.url = server.url};
    assert_int_equal(ls_registry_open(&options, &registry, &err), 0);
    assert_int_equal(ls_wire_map_fill(map, registry, "s", &err), 0);
    assert_int_equal(ls_wire_map_count(map), 2);
    assert_int_equal(ls_wire_map_fill(map, registry, "s", &err), 0);
    assert_int_equal(ls_wire_map_count(map), 3);
    assert_int_equal(ls_wire_map_fill(map, registry, "t", &err), LS_REGISTRY_ABSENT);
    assert_int_equal(ls_wire_map_fill(map, registry, "t", &err), LS_E_IO);
    assert_memory_equal(err.text, "subject t: ", 11);
    assert_int_equal(server.count, 9);
    ls_put_single_object(value, ls_crc64_avro("\"int\"", 5));
    struct ls_wire_value made = ls_wire_to(map, value, sizeof value);
    assert_int_equal(made.head[4], 5);
    ls_registry_close(registry);
    server_stop(&server);
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    ls_mem_refuse(1);
    assert_null(ls_wire_map_new(&err));
    ls_mem_refuse(0);
    assert_int_equal(err.code, LS_E_NOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAP_TEST(frames_have_their_bytes), MAP_TEST(what_has_no_known_frame_stays),
        MAP_TEST(values_come_back),        MAP_TEST(a_fingerprint_may_have_several_ids),
        MAP_TEST(a_full_map_finds_all),    MAP_TEST(a_map_grows_while_it_is_read),
        MAP_TEST(a_subject_fills_it),      cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
