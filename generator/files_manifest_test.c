#include "generator/files_manifest.h"

#include "generator/fixture_test.h"

static struct ls_sink_domain domain_of(const struct maker *m)
{
    return (struct ls_sink_domain){m->plan, 3000, INT64_MAX, {0, 0}};
}

static void write_one(struct maker *m, const struct ls_sink_domain *domain, bool complete)
{
    const struct ls_files_entry entry = {"order.csv", "raw.shop.order", 12};
    assert_int_equal(ls_files_manifest_write(".", "csv", domain, complete, complete ? &entry : NULL,
                                             complete, &m->base.err),
                     0);
}

static void a_manifest_says_whose_the_files_are(void **state)
{
    struct maker *m = *state;
    struct ls_buf text;
    char wanted[1000];
    char sha256[LS_HEX_MAX];
    plan_fine(m, sample_spec, NULL);
    const struct ls_sink_domain domain = domain_of(m);
    ls_hex(m->plan->spec->hash.bytes, LS_SHA256_SIZE, sha256);
    ls_buf_init(&text, "test", 10000);
    for (int complete = 0; complete < 2; complete++) {
        write_one(m, &domain, complete);
        text.size = 0;
        assert_int_equal(ls_file_read("manifest.json", &text, &m->base.err), 0);
        snprintf(wanted, sizeof wanted,
                 "{\n  \"lockstep_files\": 1,\n  \"complete\": %s,\n  \"format\": \"csv\",\n"
                 "  \"domain\": \"shop\",\n  \"spec_sha256\": \"%s\",\n  \"events\": \"3000\",\n"
                 "  \"until\": \"9223372036854775807\",\n  \"files\": [%s]\n}\n",
                 complete ? "true" : "false", sha256,
                 complete ? "\n    {\"name\": \"order.csv\", \"topic\": \"raw.shop.order\", "
                            "\"events\": 12}\n  "
                          : "");
        assert_string_equal(ls_buf_text(&text, &m->base.err), wanted);
    }
    ls_buf_clear(&text);
}

static void check_look(struct maker *m, const char *format, const struct ls_sink_domain *domain,
                       bool resume, int code, enum ls_files_state wanted, const char *part)
{
    enum ls_files_state found;
    m->base.err.text[0] = '\0';
    int rc = ls_files_manifest_look(".", format, domain, resume, &found, &m->base.err);
    assert_int_equal(rc, code);
    if (!strstr(m->base.err.text, part)) {
        fail_msg("`%s` does not say `%s`", m->base.err.text, part);
    }
    if (rc == 0) {
        assert_int_equal(found, wanted);
    }
}

static void only_the_same_run_is_resumed(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, NULL);
    struct ls_sink_domain domain = domain_of(m);
    check_look(m, "csv", &domain, false, 0, LS_FILES_NONE, "");
    check_look(m, "csv", &domain, true, 0, LS_FILES_NONE, "");
    write_one(m, &domain, false);
    check_look(m, "csv", &domain, true, 0, LS_FILES_PARTIAL, "");
    check_look(m, "csv", &domain, false, LS_E_DATA, 0,
               "there is a partial csv output in . already: remove it, or finish it with --resume");
    check_look(m, "avro", &domain, false, LS_E_DATA, 0,
               "there is a partial csv output in . already: remove it");
    check_look(m, "avro", &domain, true, LS_E_DATA, 0, "is csv: resume it with --to csv:., or");
    domain.events++;
    check_look(m, "csv", &domain, true, LS_E_DATA, 0, "another run of this spec");
    domain.events--;
    domain.until_ms--;
    check_look(m, "csv", &domain, true, LS_E_DATA, 0, "another run of this spec");
    domain.until_ms++;
    domain.shard = (struct ls_shard){1, 4};
    check_look(m, "csv", &domain, true, LS_E_DATA, 0, "--until or --shard that it was begun with");
    write_one(m, &domain, false);
    check_look(m, "csv", &domain, true, 0, LS_FILES_PARTIAL, "");
    domain.shard.number = 2;
    check_look(m, "csv", &domain, true, LS_E_DATA, 0, "another run of this spec");
    domain.shard = (struct ls_shard){0, 0};
    check_look(m, "csv", &domain, true, LS_E_DATA, 0, "another run of this spec");
    write_one(m, &domain, true);
    check_look(m, "csv", &domain, true, 0, LS_FILES_COMPLETE, "");
    check_look(m, "csv", &domain, false, LS_E_DATA, 0,
               "there is a finished csv output in . already: remove it");
    plan_fine(m, sample_spec, SETS("seed=8"));
    domain = domain_of(m);
    check_look(m, "csv", &domain, true, LS_E_DATA, 0, "domain shop): it cannot be resumed");
}

static void what_is_no_manifest_is_not_touched(void **state)
{
    struct maker *m = *state;
    static const char *const texts[] = {"",
                                        "{}",
                                        "[]",
                                        "{\"lockstep_log\": 1}",
                                        "{\"lockstep_files\": 2}",
                                        "{\"lockstep_files\": 1"};
    plan_fine(m, sample_spec, NULL);
    const struct ls_sink_domain domain = domain_of(m);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(ls_file_replace("manifest.json", texts[i], strlen(texts[i]), &m->base.err),
                         0);
        check_look(m, "csv", &domain, true, LS_E_DATA, 0, "./manifest.json is no manifest");
    }
    const char *const empty = "{\"lockstep_files\": 1}"; /* of nobody's run */
    assert_int_equal(ls_file_replace("manifest.json", empty, strlen(empty), &m->base.err), 0);
    check_look(m, "csv", &domain, true, LS_E_DATA, 0, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(a_manifest_says_whose_the_files_are),
        MAKER_TEST(only_the_same_run_is_resumed),
        MAKER_TEST(what_is_no_manifest_is_not_touched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
