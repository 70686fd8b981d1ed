#include "generator/sink_files.h"

#include "generator/event_datum.h"
#include "generator/generate_fixture_test.h"

#include <sys/resource.h>

enum { EVENTS = 3000 };

static const char *const kinds[] = {"avro", "jsonl", "csv"};

enum { KINDS = sizeof kinds / sizeof *kinds };

static struct ls_generate job_in(const struct maker *m, const char *kind, const char *name,
                                 struct place *place)
{
    struct ls_generate job = job_at(m, kind, name, place);
    job.events = EVENTS;
    return job;
}

static void make_whole(struct maker *m, const char *kind, const char *name)
{
    struct place place;
    const struct ls_generate job = job_in(m, kind, name, &place);
    generate(m, &job);
}

static void resume(struct maker *m, const char *kind, const char *name)
{
    struct place place;
    struct ls_generate job = job_in(m, kind, name, &place);
    job.resume = true;
    assert_int_equal(generate(m, &job).events, EVENTS);
}

static const char *path_in(const char *name, const char *kind, const char *file)
{
    static char paths[4][100];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s/%s", name, kind, file);
    return path;
}

/* "order" and "jsonl" are the file order.jsonl. */
static const char *file_in(const char *name, const char *kind, const char *type, const char *end)
{
    char file[60];
    snprintf(file, sizeof file, "%s.%s%s", type, kind, end);
    return path_in(name, kind, file);
}

static void move(const char *from, const char *to)
{
    assert_int_equal(rename(from, to), 0);
}

/* The manifest says no more that all is there. */
static void unfinish(struct maker *m, const char *kind, const char *name)
{
    struct ls_buf text;
    ls_buf_init(&text, "test", 10000);
    const char *path = path_in(name, kind, "manifest.json");
    assert_int_equal(ls_file_read(path, &text, &m->base.err), 0);
    char *word = strstr((char *)(uintptr_t)ls_buf_text(&text, &m->base.err), "true");
    assert_non_null(word);
    memcpy(word, "null", 4); /* as good as false */
    assert_int_equal(ls_file_replace(path, text.data, text.size, &m->base.err), 0);
    ls_buf_clear(&text);
}

static void a_whole_run_leaves_whole_files(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, NULL);
    for (size_t n = 0; n < KINDS; n++) {
        const char *kind = kinds[n];
        struct place place;
        const struct ls_generate job = job_in(m, kind, "a", &place);
        struct ls_generated made = generate(m, &job);
        bool apart = strcmp(kind, "jsonl") != 0;
        assert_int_equal(made.events, EVENTS);
        assert_true(apart ? made.damaged > 20 : made.damaged == 0);
        static const char *const types[] = {"order", "payment", "visit"};
        for (size_t t = 0; t < 3; t++) {
            assert_true(ls_path_exists(file_in("a", kind, types[t], "")));
            assert_false(ls_path_exists(file_in("a", kind, types[t], ".part")));
        }
        assert_int_equal(ls_path_exists(path_in("a", kind, "visit.damaged.jsonl")), apart);
        assert_true(ls_path_exists("a/truth/totals.json"));
        assert_true(ls_path_exists(path_in("a", kind, "reference/products.avro")));
        remove_folder(m, "a");
    }
}

static void an_interrupted_run_is_resumed_to_the_same_bytes(void **state)
{
    struct maker *m = *state;
    static const uint64_t stops[] = {1024, 2048, EVENTS};
    plan_fine(m, sample_spec, NULL);
    for (size_t n = 0; n < KINDS; n++) {
        const char *kind = kinds[n];
        make_whole(m, kind, "whole");
        for (size_t k = 0; k < sizeof stops / sizeof *stops; k++) {
            struct place place;
            struct ls_generate job = job_in(m, kind, "a", &place);
            struct stop stop = {stops[k], EVENTS};
            job.progress = stop_there;
            job.context = &stop;
            check_refused(m, &job, LS_E_INTERRUPTED, "stopped");
            assert_true(ls_path_exists(file_in("a", kind, "order", ".part")));
            assert_false(ls_path_exists(file_in("a", kind, "order", "")));
            job.resume = true; /* interrupted twice */
            check_refused(m, &job, LS_E_INTERRUPTED, "stopped");
            resume(m, kind, "a");
            check_same_folders(m, "a", "whole");
            remove_folder(m, "a");
        }
        remove_folder(m, "whole");
    }
}

/* What a kill leaves: of each file another share, some not begun, a line or a block torn. */
static void a_killed_run_is_resumed_to_the_same_bytes(void **state)
{
    struct maker *m = *state;
    static const size_t sizes[][3] = {{0, 0, 0},
                                      {1, SIZE_MAX, 100},
                                      {100000, 5000, 0},
                                      {100001, SIZE_MAX, SIZE_MAX},
                                      {SIZE_MAX, SIZE_MAX, SIZE_MAX}};
    plan_fine(m, sample_spec, NULL);
    for (size_t n = 0; n < KINDS; n++) {
        const char *kind = kinds[n];
        make_whole(m, kind, "whole");
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            make_whole(m, kind, "a");
            unfinish(m, kind, "a");
            static const char *const types[] = {"order", "payment", "visit"};
            for (size_t t = 0; t < 3; t++) {
                assert_int_equal(unlink(file_in("a", kind, types[t], "")), 0);
                copy_file(m, file_in("whole", kind, types[t], ""),
                          file_in("a", kind, types[t], ".part"), sizes[k][t]);
            }
            if (k == 0) { /* killed before this one was made */
                assert_int_equal(unlink(file_in("a", kind, "visit", ".part")), 0);
            }
            resume(m, kind, "a");
            check_same_folders(m, "a", "whole");
            remove_folder(m, "a");
        }
        remove_folder(m, "whole");
    }
}

static void an_interrupted_renaming_is_finished(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, NULL);
    for (size_t n = 0; n < KINDS; n++) {
        const char *kind = kinds[n];
        make_whole(m, kind, "whole");
        make_whole(m, kind, "a");
        unfinish(m, kind, "a");
        resume(m, kind, "a"); /* all had their names */
        check_same_folders(m, "a", "whole");
        unfinish(m, kind, "a");
        move(file_in("a", kind, "payment", ""), file_in("a", kind, "payment", ".part"));
        resume(m, kind, "a");
        check_same_folders(m, "a", "whole");
        unfinish(m, kind, "a");
        copy_file(m, file_in("a", kind, "payment", ""), file_in("a", kind, "payment", ".part"), 9);
        struct place place;
        struct ls_generate job = job_in(m, kind, "a", &place);
        job.resume = true;
        check_refused(m, &job, LS_E_DATA, "there are both");
        remove_folder(m, "a");
        remove_folder(m, "whole");
    }
}

static void other_bytes_are_named(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, NULL);
    for (size_t n = 0; n < KINDS; n++) {
        const char *kind = kinds[n];
        struct place place;
        struct ls_buf bytes;
        char wanted[100];
        make_whole(m, kind, "a");
        unfinish(m, kind, "a");
        const char *whole = file_in("a", kind, "order", "");
        const char *part = file_in("a", kind, "order", ".part");
        move(whole, part);
        ls_buf_init(&bytes, "test", 16U << 20);
        assert_int_equal(ls_file_read(part, &bytes, &m->base.err), 0);
        bytes.data[70000] ^= 1;
        assert_int_equal(ls_file_replace(part, bytes.data, 90000, &m->base.err), 0);
        struct ls_generate job = job_in(m, kind, "a", &place);
        job.resume = true;
        snprintf(wanted, sizeof wanted, "%s differs from what is made now at byte 70000", part);
        check_refused(m, &job, LS_E_DATA, wanted);
        bytes.data[70000] ^= 1;
        assert_int_equal(ls_buf_append(&bytes, "more", 4, &m->base.err), 0);
        assert_int_equal(ls_file_replace(part, bytes.data, bytes.size, &m->base.err), 0);
        check_refused(m, &job, LS_E_DATA, "holds 4 bytes more");
        assert_false(ls_path_exists(whole));
        ls_buf_clear(&bytes);
        remove_folder(m, "a");
    }
}

static void nothing_is_written_over(void **state)
{
    struct maker *m = *state;
    struct place place;
    plan_fine(m, sample_spec, NULL);
    for (size_t n = 0; n < KINDS; n++) {
        const char *kind = kinds[n];
        struct ls_generate job = job_in(m, kind, "a", &place);
        make_whole(m, kind, "a");
        check_refused(m, &job, LS_E_DATA, "there is a finished");
        job.resume = true;
        assert_true(generate(m, &job).was_complete);
        job.events++;
        check_refused(m, &job, LS_E_DATA, "another run of this spec");
        remove_folder(m, "a");
        job = job_in(m, kind, "a", &place);
        const char *theirs = file_in("a", kind, "payment", "");
        assert_int_equal(ls_folder_make_above(theirs, &m->base.err), 0);
        assert_int_equal(ls_file_replace(theirs, "mine", 4, &m->base.err), 0);
        check_refused(m, &job, LS_E_DATA, theirs);
        struct ls_buf bytes;
        ls_buf_init(&bytes, "test", 100);
        assert_int_equal(ls_file_read(theirs, &bytes, &m->base.err), 0);
        assert_string_equal(ls_buf_text(&bytes, &m->base.err), "mine");
        ls_buf_clear(&bytes);
        remove_folder(m, "a");
    }
}

/* ---- what the files hold */

static size_t events_of(const struct maker *m, size_t type, bool damaged, uint64_t *indices)
{
    size_t count = 0;
    for (size_t i = 0; i < m->run.count; i++) {
        struct ls_span datum;
        const struct ls_event *e = &m->run.events[i];
        if (e->type == type &&
            (ls_event_datum(&m->plan->types[type], e, &datum) != NULL) == damaged) {
            indices[count++] = i;
        }
    }
    return count;
}

static void avro_files_hold_the_datums(void **state)
{
    struct maker *m = *state;
    static uint64_t indices[EVENTS];
    plan_fine(m, sample_spec, NULL);
    make_run(m, EVENTS);
    make_whole(m, "avro", "a");
    for (size_t t = 0; t < 3; t++) {
        const struct ls_plan_type *type = &m->plan->types[t];
        struct ls_container_reader *reader;
        struct ls_block block;
        size_t count = events_of(m, t, false, indices);
        size_t at = 0;
        assert_int_equal(
            ls_container_open(file_in("a", "avro", type->spec->name, ""), &reader, &m->base.err),
            0);
        size_t size;
        const char *schema = ls_container_schema(reader, &size);
        assert_int_equal(size, type->spec->schema->text_size);
        assert_memory_equal(schema, type->spec->schema->text, size);
        while (ls_container_next(reader, &block, &m->base.err) == 1) {
            const uint8_t *bytes = block.bytes;
            for (uint64_t k = 0; k < block.count; k++) {
                struct ls_span datum;
                const struct ls_event *e = &m->run.events[indices[at++]];
                assert_null(ls_event_datum(type, e, &datum));
                assert_memory_equal(bytes, datum.at, (size_t)(datum.end - datum.at));
                bytes += datum.end - datum.at;
            }
            assert_ptr_equal(bytes, block.bytes + block.size);
        }
        assert_int_equal(at, count);
        ls_container_reader_free(reader);
    }
}

/* A row of a file against its event, which may lack columns. */
static void check_row(const struct ls_plan_type *type, const struct ls_event *e,
                      const struct ls_span *row, size_t lacking[2])
{
    struct ls_span datum;
    struct ls_cell written[LS_COLUMN_PAYLOAD + LS_SPEC_FIELDS_MAX];
    struct ls_cell cells[LS_COLUMN_PAYLOAD + LS_SPEC_FIELDS_MAX];
    const struct ls_layout *readers = type->spec->layout;
    const struct ls_layout *layout = ls_event_version(type, e)->layout;
    assert_null(ls_event_datum(type, e, &datum));
    assert_int_equal(
        ls_row_decode(layout, datum.at, (size_t)(datum.end - datum.at), written, NULL, NULL),
        LS_DECODE_OK);
    assert_int_equal(
        ls_row_decode(readers, row->at, (size_t)(row->end - row->at), cells, NULL, NULL),
        LS_DECODE_OK);
    for (size_t c = 0; c < readers->count; c++) {
        int from = ls_layout_find(layout, readers->columns[c].path);
        const struct ls_cell wanted = from < 0 ? (struct ls_cell){.is_null = true} : written[from];
        assert_int_equal(cells[c].is_null, wanted.is_null);
        assert_int_equal(cells[c].number, wanted.number);
        assert_int_equal(cells[c].size, wanted.size);
        assert_true(!wanted.size || memcmp(cells[c].bytes, wanted.bytes, wanted.size) == 0);
        lacking[e->changed] += from < 0;
    }
}

/* Of two versions of orders: a file has the columns of the newer one. */
static void older_events_are_read_as_the_readers_do(void **state)
{
    struct maker *m = *state;
    static uint64_t indices[EVENTS];
    struct ls_container_reader *reader;
    struct ls_block block;
    size_t lacking[2] = {0, 0};
    size_t at = 0;
    char *gone = changed(sample_spec, "ref: product.sku}", "ref: product.sku, until: 3}");
    char *text = changed(gone, "since: 2}", "nullable: 1/2, since: 3}");
    plan_fine(m, text, SETS("faults.schema_change={at: 1s, event: order, to: 3, mixed: 5s}"));
    make_run(m, EVENTS);
    make_whole(m, "avro", "a");
    const struct ls_plan_type *type = &m->plan->types[0];
    size_t count = events_of(m, 0, false, indices);
    assert_int_equal(ls_container_open(file_in("a", "avro", "order", ""), &reader, &m->base.err),
                     0);
    size_t size;
    const char *schema = ls_container_schema(reader, &size);
    assert_int_equal(size, type->spec->schema->text_size);
    assert_memory_equal(schema, type->spec->schema->text, size);
    while (ls_container_next(reader, &block, &m->base.err) == 1) {
        struct ls_span rest = {block.bytes, block.bytes + block.size};
        for (uint64_t k = 0; k < block.count; k++) {
            struct ls_span row = rest;
            assert_int_equal(ls_datum_skip(type->spec->schema->root, &rest), LS_DECODE_OK);
            row.end = rest.at;
            check_row(type, &m->run.events[indices[at++]], &row, lacking);
        }
        assert_ptr_equal(rest.at, rest.end);
    }
    assert_int_equal(at, count);
    assert_true(lacking[0] > 10); /* `channel` */
    assert_int_equal(lacking[1], 0);
    ls_container_reader_free(reader);
    free(text);
    free(gone);
}

static void damaged_events_stand_apart(void **state)
{
    struct maker *m = *state;
    static uint64_t indices[EVENTS];
    plan_fine(m, sample_spec, NULL);
    make_run(m, EVENTS);
    make_whole(m, "csv", "a");
    size_t damaged = 0;
    for (size_t t = 0; t < 3; t++) {
        char file[60];
        struct ls_buf text;
        size_t count = events_of(m, t, true, indices);
        snprintf(file, sizeof file, "%s.damaged.jsonl", m->plan->types[t].spec->name);
        ls_buf_init(&text, "test", 1U << 20);
        assert_int_equal(ls_file_read(path_in("a", "csv", file), &text, &m->base.err), 0);
        const char *at = ls_buf_text(&text, &m->base.err);
        for (size_t k = 0; k < count; k++) {
            const struct ls_event *e = &m->run.events[indices[k]];
            size_t size = strcspn(at, "\n");
            char hex[2000];
            json_t *line = json_loadb(at, size, JSON_REJECT_DUPLICATES, NULL);
            assert_int_equal(json_integer_value(json_object_get(line, "index")), e->index);
            assert_string_equal(json_string_value(json_object_get(line, "bytes")),
                                ls_hex(e->value, e->value_size, hex));
            json_decref(line);
            at += size + 1;
        }
        assert_int_equal(*at, '\0');
        ls_buf_clear(&text);
        damaged += count;
    }
    assert_true(damaged > 20);
}

/* ---- trouble */

static void a_full_disk_is_an_error_and_can_be_resumed(void **state)
{
    struct maker *m = *state;
    struct rlimit before;
    static const rlim_t sizes[] = {100, 30000, 150000};
    plan_fine(m, sample_spec, SETS("entities.product.count=100"));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    for (size_t n = 0; n < KINDS; n++) {
        const char *kind = kinds[n];
        make_whole(m, kind, "whole");
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            struct place place;
            struct ls_generated made;
            const struct ls_generate job = job_in(m, kind, "full", &place);
            const struct rlimit limit = {sizes[k], before.rlim_max};
            assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
            int rc = ls_generate(&job, &made, &m->base.err);
            assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
            assert_int_equal(rc, LS_E_IO);
            assert_non_null(strstr(m->base.err.text, "full/"));
            resume(m, kind, "full");
            check_same_folders(m, "full", "whole");
            remove_folder(m, "full");
        }
        remove_folder(m, "whole");
    }
    signal(SIGXFSZ, SIG_DFL);
}

static void refused_memory_is_an_error(void **state)
{
    struct maker *m = *state;
    struct place place;
    plan_fine(m, sample_spec, SETS("entities.product.count=10", "entities.customer.count=10"));
    for (size_t n = 0; n < KINDS; n++) {
        const char *kind = kinds[n];
        unsigned refused = 0;
        int rc;
        struct ls_generate job = job_in(m, kind, "whole", &place);
        job.events = 200;
        job.truth_folder = NULL;
        generate(m, &job);
        do {
            struct ls_generated made;
            job = job_in(m, kind, "a", &place);
            job.events = 200;
            job.truth_folder = NULL;
            job.resume = true; /* of what the refusal before left */
            ls_mem_refuse(++refused);
            rc = ls_generate(&job, &made, &m->base.err);
            ls_mem_refuse(0);
            assert_true(rc == 0 || rc == LS_E_NOMEM);
        } while (rc != 0);
        assert_true(refused > 30);
        check_same_folders(m, "a", "whole");
        remove_folder(m, "a");
        remove_folder(m, "whole");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(a_whole_run_leaves_whole_files),
        MAKER_TEST(an_interrupted_run_is_resumed_to_the_same_bytes),
        MAKER_TEST(a_killed_run_is_resumed_to_the_same_bytes),
        MAKER_TEST(an_interrupted_renaming_is_finished),
        MAKER_TEST(other_bytes_are_named),
        MAKER_TEST(nothing_is_written_over),
        MAKER_TEST(avro_files_hold_the_datums),
        MAKER_TEST(older_events_are_read_as_the_readers_do),
        MAKER_TEST(damaged_events_stand_apart),
        MAKER_TEST(a_full_disk_is_an_error_and_can_be_resumed),
        MAKER_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
