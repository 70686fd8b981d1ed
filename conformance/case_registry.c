/* REG: a schema registry whose ids the values have. */
#include "conformance/case_kafka.h"
#include "conformance/case_tools.h"
#include "conformance/cases.h"
#include "core/avro/frame.h"

#include <string.h>

#define UNKNOWN_ID  UINT32_C(0x7ffffff0)
#define UNKNOWN_ONE 20 /* records in so many */

/* ---- REG-1 */

static int run_reg_1(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const uint32_t first_ids[] = {1, 70000};
    static const char *const names[] = {"one", "two"};
    struct ls_case_kafka k;
    uint64_t framed = 0;
    uint64_t schemas = 0;
    int rc = ls_case_kafka_begin(v, r, &k, err);
    for (size_t i = 0; rc == 0 && i < 2 && r->verdict == LS_VERDICT_PASS; i++) {
        k.input.uri = ls_arena_printf(&v->arena, err, "%s-%s", k.cluster, names[i]);
        k.input.first_id = first_ids[i];
        k.input.framed = k.input.schemas = k.input.records = 0;
        k.run.from = k.input.uri;
        rc = k.input.uri ? ls_kafka_input_write(&k.input, err) : err->code;
        rc = rc < 0 ? rc : ls_case_kafka_equal(&k, names[i], err);
        framed += k.input.framed;
        schemas += k.input.schemas;
    }
    ls_verify_count(r, "values with ids", framed, true);
    ls_verify_count(r, "ids", schemas, true);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_reg_1 = {
    .id = "REG-1",
    .title = "the same schemas, other ids",
    .text = "The log's topics are written twice, with the ids of two schema registries in the "
            "place of fingerprints. What a schema is, its fingerprint says: both runs over either "
            "have to give the datasets of the batch run over the file log.",
    .kafka = true,
    .run = run_reg_1,
};

/* ---- REG-2 */

struct unknown {
    uint64_t key;
    uint64_t count;
    uint8_t value[LS_CONFLUENT_SIZE + 1]; /* one of no schema's */
};

static int make_unknown(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                        struct ls_error *err)
{
    struct unknown *x = context;
    struct ls_log_record changed = *record;
    if (ls_case_draw(p, x->key, UNKNOWN_ONE)) {
        ls_put_confluent(x->value, UNKNOWN_ID + (uint32_t)(x->count++ % 8));
        changed.value = x->value;
        changed.value_size = sizeof x->value;
    }
    return ls_perturb_append(p, &changed, err);
}

/* Both runs over topics with ids, while nobody answers where the registry was. */
static int run_without_registry(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const char *const nobody[] = {"-X", "registry.url=http://127.0.0.1:9", "-X",
                                         "registry.patience=1s", NULL};
    struct ls_case_kafka k;
    int rc = ls_case_kafka_begin(v, r, &k, err);
    k.input.first_id = 1;
    k.run.more = nobody;
    rc = rc < 0 ? rc : ls_case_kafka_write_equal(&k, err);
    ls_verify_count(r, "values with ids, and no registry", k.input.framed, true);
    return ls_case_kafka_end(&k, rc, err);
}

static int run_reg_2(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct unknown unknown = {.key = ls_stream_key(v->job->seed, "REG-2")};
    const struct ls_perturbation perturbation = {.each = make_unknown, .context = &unknown};
    struct ls_case_runs runs = {0};
    int rc = ls_case_perturbed(v, r, &perturbation, &runs, err);
    ls_verify_count(r, "values with an unknown id", unknown.count, true);
    return rc < 0 || r->verdict != LS_VERDICT_PASS ? rc : run_without_registry(v, r, err);
}

const struct ls_case ls_case_reg_2 = {
    .id = "REG-2",
    .title = "an unknown id; a registry that is down",
    .text = "Values begin with the frame of a schema registry and an id that nobody knows: both "
            "runs have to set the same records aside. And topics whose values have a registry's "
            "ids are read while nobody answers where it was: a log says itself what its ids mean, "
            "and both runs have to give the datasets of the batch run over the file log. What a "
            "writer does with a registry that is down, slow or answers 5xx is no matter of what a "
            "run computes.",
    .kafka = true,
    .run = run_reg_2,
};
