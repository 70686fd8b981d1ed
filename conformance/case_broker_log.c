/* LOG, and the cases of TXN that are about what is read: a log on Kafka under other hands. */
#include "conformance/case_kafka.h"
#include "conformance/cases.h"

#include <stdlib.h>

/* The input as the case has it, written and read: what comes of it is what came of the file log. */
static int run_equal(struct ls_case_kafka *k, struct ls_error *err)
{
    int rc = ls_kafka_input_write(&k->input, err);
    return rc < 0 ? rc : ls_case_kafka_equal(k, "topics", err);
}

/* ---- TXN-5 */

static int run_txn_5(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const unsigned sizes[] = {70};
    struct ls_case_kafka k;
    int rc = ls_case_kafka_begin(v, r, &k, err);
    k.input.sizes = sizes;
    k.input.aborted = true;
    rc = rc < 0 ? rc : run_equal(&k, err);
    ls_verify_count(r, "transactions", k.input.transactions, true);
    ls_verify_count(r, "taken back before", k.input.taken_back, true);
    ls_case_kafka_clear(&k);
    return rc;
}

const struct ls_case ls_case_txn_5 = {
    .id = "TXN-5",
    .title = "aborted transactions in the input",
    .text = "The log's topics are written in transactions, and every other one is sent and taken "
            "back before: its records stand there twice, once for nobody. Both runs over the "
            "topics have to give the datasets of the batch run over the file log.",
    .kafka = true,
    .run = run_txn_5,
};

/* ---- TXN-6 */

static int run_txn_6(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const unsigned sizes[] = {1, 2, 1, 7, 1, 150};
    struct ls_case_kafka k;
    int rc = ls_case_kafka_begin(v, r, &k, err);
    k.input.sizes = sizes;
    k.input.size_count = sizeof sizes / sizeof *sizes;
    rc = rc < 0 ? rc : run_equal(&k, err);
    ls_verify_count(r, "records", k.input.records, true);
    ls_verify_count(r, "offsets without one", k.input.gaps, true);
    ls_case_kafka_clear(&k);
    return rc;
}

const struct ls_case ls_case_txn_6 = {
    .id = "TXN-6",
    .title = "control markers: gaps are not losses",
    .text = "The log's topics are written in many small transactions, whose markers take offsets "
            "too. Nothing is missing there: both runs over the topics have to give the datasets "
            "of the batch run over the file log, positions included.",
    .kafka = true,
    .run = run_txn_6,
};
