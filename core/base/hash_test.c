#include "core/base/hash.h"

#include "core/base/draw.h"
#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* The vectors of Kafka's own tests. */
static void murmur2_is_kafkas(void **state)
{
    static const struct {
        const char *key;
        int32_t hash;
    } cases[] = {
        {"21", -973932308},
        {"foobar", -790332482},
        {"a-little-bit-long-string", -985981536},
        {"a-little-bit-longer-string", -1486304829},
        {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
        {"abc", 479470107},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int32_t hash = (int32_t)ls_murmur2(cases[i].key, strlen(cases[i].key));
        assert_int_equal(hash, cases[i].hash);
    }
}

/* G6: the sign bit goes, then the rest of the division; not the absolute value. */
static void partitions_follow_from_murmur2(void **state)
{
    static const struct {
        const char *key;
        uint32_t partitions;
        uint32_t partition;
    } cases[] = {
        {"21", 1, 0},      {"21", 8, 4},       {"21", 7, 3},
        {"foobar", 12, 6}, {"abc", 1000, 107}, {"a-little-bit-longer-string", 10, 9},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(ls_partition_of(cases[i].key, strlen(cases[i].key), cases[i].partitions),
                         cases[i].partition);
    }
}

/* Bytes above 127 and all remainders of four; wherever the key lies in memory. */
static void murmur2_does_not_see_alignment(void **state)
{
    uint8_t bytes[80];
    (void)state;
    for (size_t size = 0; size <= 64; size++) {
        uint8_t key[64];
        for (size_t i = 0; i < size; i++) {
            key[i] = (uint8_t)ls_word(1, i, size);
        }
        uint32_t hash = ls_murmur2(key, size);
        for (size_t at = 0; at < 9; at++) {
            memcpy(bytes + at, key, size);
            assert_int_equal(ls_murmur2(bytes + at, size), hash);
        }
        for (size_t i = 0; i < size; i++) {
            key[i] ^= 0x80;
            assert_int_not_equal(ls_murmur2(key, size), hash);
            key[i] ^= 0x80;
        }
    }
}

/* Bit by bit, from the polynomial. */
static uint32_t slow_crc32c(const uint8_t *bytes, size_t size)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0x82f63b78) : 0);
        }
    }
    return ~crc;
}

static void crc32c_vectors(void **state)
{
    uint8_t bytes[256];
    (void)state;
    assert_int_equal(ls_crc32c(0, "123456789", 9), UINT32_C(0xe3069283));
    assert_int_equal(ls_crc32c(0, "", 0), 0);
    memset(bytes, 0, 32); /* the vectors of RFC 3720, B.4 */
    assert_int_equal(ls_crc32c(0, bytes, 32), UINT32_C(0x8a9136aa));
    memset(bytes, 0xff, 32);
    assert_int_equal(ls_crc32c(0, bytes, 32), UINT32_C(0x62a8ab43));
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)i;
    }
    assert_int_equal(ls_crc32c(0, bytes, 32), UINT32_C(0x46dd794e));
    for (size_t split = 0; split <= sizeof bytes; split++) {
        uint32_t crc = ls_crc32c(0, bytes, split);
        assert_int_equal(crc, slow_crc32c(bytes, split));
        crc = ls_crc32c(crc, bytes + split, sizeof bytes - split);
        assert_int_equal(crc, slow_crc32c(bytes, sizeof bytes));
    }
}

/* Around where another way is taken, from places that are not aligned. */
static void crc32c_of_much(void **state)
{
    static uint8_t bytes[4096 + 64];
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * i / 3 + i);
    }
    for (size_t size = 4096 - 10; size <= 4096 + 30; size++) {
        for (size_t at = 0; at < 9; at += 4) {
            assert_int_equal(ls_crc32c(0, bytes + at, size), slow_crc32c(bytes + at, size));
        }
        uint32_t crc = ls_crc32c(0, bytes, 7);
        assert_int_equal(ls_crc32c(crc, bytes + 7, size), slow_crc32c(bytes, size + 7));
    }
}

/* XXH3, 128 bits, seed 0: the value for no bytes is in the library's own tests; the others pin
 * which half is which. */
static void ids_name_bytes(void **state)
{
    static const struct {
        const char *text;
        struct ls_id id;
    } cases[] = {
        {"", {UINT64_C(0x99aa06d3014798d8), UINT64_C(0x6001c324468d497f)}},
        {"a", {UINT64_C(0xa96faf705af16834), UINT64_C(0xe6c632b61e964e1f)}},
        {"abc", {UINT64_C(0x06b05ab6733a6185), UINT64_C(0x78af5f94892f3950)}},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ls_id id = ls_id_of(cases[i].text, strlen(cases[i].text));
        assert_int_equal(id.high, cases[i].id.high);
        assert_int_equal(id.low, cases[i].id.low);
        assert_true(ls_id_equal(id, cases[i].id));
        assert_false(ls_id_equal(id, (struct ls_id){id.high ^ 1, id.low}));
        assert_false(ls_id_equal(id, (struct ls_id){id.high, id.low ^ 1}));
    }
}

static const struct {
    const char *text;
    size_t times;
    const char *hex;
} sha256_vectors[] = {
    {"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

static void sha256_in_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sha256_vectors); i++) {
        struct ls_error err;
        struct ls_sha256_stream *stream = ls_sha256_new(&err);
        assert_non_null(stream);
        for (size_t n = 0; n < sha256_vectors[i].times; n++) {
            ls_sha256_add(stream, sha256_vectors[i].text, strlen(sha256_vectors[i].text));
        }
        struct ls_sha256 digest;
        char hex[LS_HEX_MAX];
        ls_sha256_end(stream, &digest);
        ls_hex(digest.bytes, sizeof digest.bytes, hex);
        assert_string_equal(hex, sha256_vectors[i].hex);
    }
}

static void sha256_in_one_call(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sha256_vectors); i++) {
        if (sha256_vectors[i].times > 1) {
            continue;
        }
        struct ls_sha256 digest;
        char hex[LS_HEX_MAX];
        ls_sha256_of(sha256_vectors[i].text, strlen(sha256_vectors[i].text), &digest);
        assert_string_equal(ls_hex(digest.bytes, sizeof digest.bytes, hex), sha256_vectors[i].hex);
    }
}

static void sha256_without_memory(void **state)
{
    struct ls_error err = {0};
    (void)state;
    ls_mem_refuse(1);
    assert_null(ls_sha256_new(&err));
    assert_int_equal(err.code, LS_E_NOMEM);
}

static void hex_round_trips(void **state)
{
    uint8_t bytes[256];
    uint8_t back[256];
    char hex[513];
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 37);
    }
    for (size_t size = 0; size <= sizeof bytes; size++) {
        memset(back, 0, sizeof back);
        assert_ptr_equal(ls_hex(bytes, size, hex), hex);
        assert_int_equal(strlen(hex), 2 * size);
        assert_true(ls_unhex(hex, back, size));
        assert_memory_equal(back, bytes, size);
    }
    static const uint8_t some[] = {0x00, 0x09, 0xa0, 0xff};
    assert_string_equal(ls_hex(some, sizeof some, hex), "0009a0ff");
}

static void unhex_rejects(void **state)
{
    static const char *const cases[] = {
        "",     "0",    "00",   "000",  "00ff0", "00fff", "00FF", "0x00", " 00f",
        "00f ", "00fg", "00f:", "00f`", "00f@",  "00f/",  "g0ff", "0-ff"};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint8_t bytes[2];
        assert_false(ls_unhex(cases[i], bytes, sizeof bytes));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(murmur2_is_kafkas),
        cmocka_unit_test(partitions_follow_from_murmur2),
        cmocka_unit_test(murmur2_does_not_see_alignment),
        cmocka_unit_test(crc32c_vectors),
        cmocka_unit_test(crc32c_of_much),
        cmocka_unit_test(ids_name_bytes),
        cmocka_unit_test(sha256_in_pieces),
        cmocka_unit_test(sha256_in_one_call),
        cmocka_unit_test(sha256_without_memory),
        cmocka_unit_test(hex_round_trips),
        cmocka_unit_test(unhex_rejects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
