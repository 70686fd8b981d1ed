/* Against libavro, and the avrocat that comes with it. Only sound values: libavro takes enum
 * indexes, booleans and strings that are not. */
#include "core/avro/container.h"
#include "core/avro/row.h"

#include "core/avro/random_test.h"

#include <avro.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#define CELLS_MAX 4096

static struct ls_cell cells[CELLS_MAX];
static char folder[] = "/tmp/ls_interop_XXXXXX";
static char path[64];
static struct ls_error err;

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder)) {
        return -1;
    }
    snprintf(path, sizeof path, "%s/a.avro", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return ls_tree_remove(folder, &err);
}

/* A random schema as both sides have it, and a value of libavro's. */
struct pair {
    struct ls_schema *schema;
    struct ls_layout *layout; /* NULL where it has too many columns */
    avro_schema_t theirs;
    avro_value_iface_t *iface;
    avro_value_t value;
};

static void pair_init(struct pair *pair, struct rng *rng)
{
    pair->schema = random_schema(rng, true, false);
    if (ls_layout_new(pair->schema, &pair->layout, &err) < 0) {
        assert_int_equal(err.code, LS_E_DATA);
    }
    if (avro_schema_from_json_length(pair->schema->text, pair->schema->text_size, &pair->theirs)) {
        fail_msg("%s\n%s", avro_strerror(), pair->schema->text);
    }
    pair->iface = avro_generic_class_from_schema(pair->theirs);
    assert_non_null(pair->iface);
    assert_int_equal(avro_generic_value_new(pair->iface, &pair->value), 0);
}

static void pair_clear(struct pair *pair)
{
    avro_value_decref(&pair->value);
    avro_value_iface_decref(pair->iface);
    avro_schema_decref(pair->theirs);
    ls_layout_free(pair->layout);
    ls_schema_free(pair->schema);
}

static void they_read(struct pair *pair, const struct ls_buf *datum)
{
    avro_reader_t reader = avro_reader_memory((const char *)datum->data, (int64_t)datum->size);
    avro_value_reset(&pair->value);
    if (avro_value_read(reader, &pair->value)) {
        fail_msg("%s\n%s", avro_strerror(), pair->schema->text);
    }
    avro_reader_free(reader);
}

static void they_write(avro_value_t *value, struct ls_buf *out)
{
    size_t size;
    assert_int_equal(avro_value_sizeof(value, &size), 0);
    out->size = 0;
    assert_int_equal(ls_buf_reserve(out, size + 1, &err), 0);
    avro_writer_t writer = avro_writer_memory((char *)out->data, (int64_t)size);
    assert_int_equal(avro_value_write(writer, value), 0);
    out->size = (size_t)avro_writer_tell(writer);
    avro_writer_free(writer);
}

/* Their value of a column, from the parts of its path. */
static avro_value_t their_value(const struct pair *pair, const struct ls_column *column)
{
    avro_value_t value = pair->value;
    char part[100];
    for (const char *at = column->path; *at;) {
        size_t size = strcspn(at, ".");
        avro_value_t inner = {0};
        snprintf(part, sizeof part, "%.*s", (int)size, at);
        assert_int_equal(avro_value_get_by_name(&value, part, &inner, NULL), 0);
        value = inner;
        at += size + (at[size] == '.');
    }
    return value;
}

static void assert_same_bytes(const struct ls_cell *cell, const void *bytes, size_t size)
{
    assert_int_equal(cell->size, size);
    assert_true(size == 0 || memcmp(cell->bytes, bytes, size) == 0);
}

static void assert_same_leaf(const struct ls_cell *cell, enum ls_avro_type type,
                             avro_value_t *value)
{
    const void *bytes = NULL;
    const char *text = NULL;
    size_t size = 0;
    int number = 0;
    int32_t narrow = 0;
    int64_t wide = 0;
    float single = 0;
    double real = 0;
    struct ls_buf span;
    switch (type) {
    case LS_AVRO_NULL:
        assert_int_equal(avro_value_get_type(value), AVRO_NULL);
        break;
    case LS_AVRO_BOOLEAN:
        assert_int_equal(avro_value_get_boolean(value, &number), 0);
        assert_int_equal(cell->number, number);
        break;
    case LS_AVRO_INT:
        assert_int_equal(avro_value_get_int(value, &narrow), 0);
        assert_int_equal(cell->number, narrow);
        break;
    case LS_AVRO_LONG:
        assert_int_equal(avro_value_get_long(value, &wide), 0);
        assert_int_equal(cell->number, wide);
        break;
    case LS_AVRO_FLOAT:
        assert_int_equal(avro_value_get_float(value, &single), 0);
        assert_memory_equal(&(uint32_t){(uint32_t)cell->number}, &single, sizeof single);
        break;
    case LS_AVRO_DOUBLE:
        assert_int_equal(avro_value_get_double(value, &real), 0);
        assert_memory_equal(&cell->number, &real, sizeof real);
        break;
    case LS_AVRO_BYTES:
        assert_int_equal(avro_value_get_bytes(value, &bytes, &size), 0);
        assert_same_bytes(cell, bytes, size);
        break;
    case LS_AVRO_STRING:
        assert_int_equal(avro_value_get_string(value, &text, &size), 0);
        assert_same_bytes(cell, text, size - 1); /* theirs counts a NUL */
        break;
    case LS_AVRO_FIXED:
        assert_int_equal(avro_value_get_fixed(value, &bytes, &size), 0);
        assert_same_bytes(cell, bytes, size);
        break;
    case LS_AVRO_ENUM:
        assert_int_equal(avro_value_get_enum(value, &number), 0);
        assert_int_equal(cell->number, number);
        text = avro_schema_enum_get(avro_value_get_schema(value), number);
        assert_same_bytes(cell, text, strlen(text));
        break;
    default: /* a span */
        ls_buf_init(&span, "span", 1 << 26);
        they_write(value, &span);
        assert_same_bytes(cell, span.data, span.size);
        ls_buf_clear(&span);
    }
}

static void assert_same_cell(const struct pair *pair, size_t i)
{
    const struct ls_column *column = &pair->layout->columns[i];
    avro_value_t value = their_value(pair, column);
    if (column->nullable) {
        int branch = -1;
        avro_value_t current = {0};
        assert_int_equal(avro_value_get_discriminant(&value, &branch), 0);
        assert_int_equal(cells[i].is_null, branch == column->null_branch);
        if (cells[i].is_null) {
            return;
        }
        assert_int_equal(avro_value_get_current_branch(&value, &current), 0);
        value = current;
    }
    assert_same_leaf(&cells[i], column->node->type, &value);
}

/* What we encode they read, to the values that we read; what they encode from that is what we
 * encoded. */
static void libavro_agrees_on_rows(void **state)
{
    (void)state;
    struct ls_buf datum;
    struct ls_buf theirs;
    ls_buf_init(&datum, "datum", 1 << 26);
    ls_buf_init(&theirs, "datum", 1 << 26);
    for (uint64_t seed = 0; seed < 400; seed++) {
        struct rng rng = rng_of(1000000 + seed);
        struct pair pair;
        pair_init(&pair, &rng);
        for (int i = 0; pair.layout && i < 5; i++) {
            datum.size = 0;
            random_value(&rng, RANDOM_PLAIN, pair.schema->root, 0, &datum);
            they_read(&pair, &datum);
            they_write(&pair.value, &theirs);
            assert_int_equal(theirs.size, datum.size);
            assert_memory_equal(theirs.data, datum.data, datum.size);
            assert_int_equal(
                ls_row_decode(pair.layout, theirs.data, theirs.size, cells, NULL, NULL),
                LS_DECODE_OK);
            for (size_t column = 0; column < pair.layout->count; column++) {
                assert_same_cell(&pair, column);
            }
            assert_int_equal(ls_buf_reserve(&datum, ls_row_size_max(pair.layout, cells), &err), 0);
            uint8_t *again = datum.data + datum.size;
            assert_int_equal(ls_row_encode(pair.layout, cells, again) - again, theirs.size);
            assert_memory_equal(again, theirs.data, theirs.size);
        }
        pair_clear(&pair);
    }
    ls_buf_clear(&datum);
    ls_buf_clear(&theirs);
}

#define VALUES_MAX 300

/* `count` values of the pair's schema; value i is bytes ends[i - 1] .. ends[i] of `all`. */
static void random_values(struct rng *rng, const struct pair *pair, size_t count,
                          struct ls_buf *all, size_t *ends)
{
    all->size = 0;
    for (size_t i = 0; i < count; i++) {
        random_value(rng, RANDOM_PLAIN, pair->schema->root, 0, all);
        ends[i] = all->size;
    }
}

static void libavro_reads_our_files(void **state)
{
    (void)state;
    struct ls_buf all;
    struct ls_buf theirs;
    ls_buf_init(&all, "values", 1 << 28);
    ls_buf_init(&theirs, "value", 1 << 26);
    for (uint64_t seed = 0; seed < 60; seed++) {
        static size_t ends[VALUES_MAX];
        struct rng rng = rng_of(2000000 + seed);
        struct pair pair;
        struct ls_container_writer *writer;
        pair_init(&pair, &rng);
        size_t count = rng_below(&rng, VALUES_MAX);
        random_values(&rng, &pair, count, &all, ends);
        assert_int_equal(ls_container_create(path, "a", pair.schema->text, 7, &writer, &err), 0);
        for (size_t i = 0; i < count; i++) {
            size_t from = i ? ends[i - 1] : 0;
            const uint8_t *at = all.data ? all.data + from : NULL;
            assert_int_equal(ls_container_append(writer, at, ends[i] - from, &err), 0);
        }
        assert_int_equal(ls_container_finish(writer, false, &err), 0);
        ls_container_writer_free(writer);
        avro_file_reader_t reader;
        assert_int_equal(avro_file_reader(path, &reader), 0);
        for (size_t i = 0; i < count; i++) {
            size_t from = i ? ends[i - 1] : 0;
            assert_int_equal(avro_file_reader_read_value(reader, &pair.value), 0);
            they_write(&pair.value, &theirs);
            assert_int_equal(theirs.size, ends[i] - from);
            assert_true(!theirs.size || !memcmp(theirs.data, all.data + from, theirs.size));
        }
        assert_int_equal(avro_file_reader_read_value(reader, &pair.value), EOF);
        avro_file_reader_close(reader);
        pair_clear(&pair);
    }
    ls_buf_clear(&all);
    ls_buf_clear(&theirs);
}

static void we_read_files_of_libavro(void **state)
{
    (void)state;
    struct ls_buf all;
    struct ls_buf read;
    ls_buf_init(&all, "values", 1 << 28);
    ls_buf_init(&read, "values", 1 << 28);
    for (uint64_t seed = 0; seed < 60; seed++) {
        static size_t ends[VALUES_MAX];
        struct rng rng = rng_of(3000000 + seed);
        struct pair pair;
        pair_init(&pair, &rng);
        size_t count = rng_below(&rng, VALUES_MAX);
        random_values(&rng, &pair, count, &all, ends);
        avro_file_writer_t writer;
        unlink(path);
        assert_int_equal(
            avro_file_writer_create_with_codec(path, pair.theirs, &writer, "null", 1 << 20), 0);
        for (size_t i = 0; i < count; i++) {
            size_t from = i ? ends[i - 1] : 0;
            struct ls_buf one = {.data = all.data ? all.data + from : NULL, .size = ends[i] - from};
            they_read(&pair, &one);
            assert_int_equal(avro_file_writer_append_value(writer, &pair.value), 0);
            if (i % 50 == 49) {
                assert_int_equal(avro_file_writer_flush(writer), 0);
            }
        }
        assert_int_equal(avro_file_writer_close(writer), 0);
        struct ls_container_reader *reader;
        struct ls_block block;
        uint64_t records = 0;
        if (ls_container_open(path, &reader, &err) < 0) {
            fail_msg("%s", err.text);
        }
        read.size = 0;
        while (ls_container_next(reader, &block, &err) == 1) {
            struct ls_span span = {block.bytes, block.bytes + block.size};
            for (uint64_t i = 0; i < block.count; i++) {
                assert_int_equal(ls_datum_skip(pair.schema->root, &span), LS_DECODE_OK);
            }
            assert_ptr_equal(span.at, span.end);
            assert_int_equal(block.first_record, records);
            assert_int_equal(ls_buf_append(&read, block.bytes, block.size, &err), 0);
            records += block.count;
        }
        assert_int_equal(records, count);
        assert_int_equal(read.size, all.size);
        assert_true(!all.size || !memcmp(read.data, all.data, all.size));
        ls_container_reader_free(reader);
        pair_clear(&pair);
    }
    ls_buf_clear(&all);
    ls_buf_clear(&read);
}

static void avrocat_prints_our_files(void **state)
{
    (void)state;
    static char program[] = "avrocat";
    static const char schema_text[] = "{\"type\":\"record\",\"name\":\"R\",\"doc\":\"kept\","
                                      "\"fields\":[{\"name\":\"id\",\"type\":\"string\"},"
                                      "{\"name\":\"n\",\"type\":\"long\",\"default\":7}]}";
    static const char expected[] = "{\"id\": \"a\", \"n\": -1}\n{\"id\": \"bc\", \"n\": 64}\n"
                                   "{\"id\": \"\", \"n\": 0}\n";
    struct ls_container_writer *writer;
    assert_int_equal(ls_container_create(path, "a", schema_text, 2, &writer, &err), 0);
    assert_int_equal(ls_container_append(writer,
                                         "\x02"
                                         "a\x01",
                                         3, &err),
                     0);
    assert_int_equal(ls_container_append(writer,
                                         "\x04"
                                         "bc\x80\x01",
                                         5, &err),
                     0);
    assert_int_equal(ls_container_append(writer, "\x00\x00", 2, &err), 0);
    assert_int_equal(ls_container_finish(writer, false, &err), 0);
    ls_container_writer_free(writer);
    char printed_path[80];
    char *const arguments[] = {program, path, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = -1;
    snprintf(printed_path, sizeof printed_path, "%s/printed", folder);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, printed_path, O_WRONLY | O_CREAT,
                                     0666);
    int rc = posix_spawnp(&child, program, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (rc == ENOENT) {
        skip(); /* it is not installed here */
    }
    assert_int_equal(rc, 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    struct ls_buf printed;
    ls_buf_init(&printed, "printed", 1000);
    assert_int_equal(ls_file_read(printed_path, &printed, &err), 0);
    assert_string_equal(ls_buf_text(&printed, &err), expected);
    ls_buf_clear(&printed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libavro_agrees_on_rows),
        cmocka_unit_test(libavro_reads_our_files),
        cmocka_unit_test(we_read_files_of_libavro),
        cmocka_unit_test(avrocat_prints_our_files),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
