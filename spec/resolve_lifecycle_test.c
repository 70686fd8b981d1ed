#include "spec/fixture_test.h"
#include "spec/sample_test.h"

static const struct ls_spec_step *step_at(const struct ls_spec *spec, size_t lifecycle, size_t k)
{
    const struct ls_spec_lifecycle *lifecycles = spec->lifecycles.items;
    return (const struct ls_spec_step *)lifecycles[lifecycle].steps.items + k;
}

static void steps_know_their_types_and_each_other(void **state)
{
    static const struct {
        size_t lifecycle, step;
        const char *event, *entity;
        int follows, unless;
    } cases[] = {
        {0, 0, "order", "customer", -1, -1}, {0, 1, "payment", "customer", 0, -1},
        {0, 2, "refund", "customer", 1, -1}, {0, 3, "cancel", "customer", 0, 1},
        {1, 0, "leave", "courier", -1, -1},  {1, 1, "arrive", "courier", 0, -1},
    };
    const struct ls_spec *spec = load_fine(*state, session_spec, NULL);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct ls_spec_step *step = step_at(spec, cases[k].lifecycle, cases[k].step);
        const struct ls_spec_step *first = step_at(spec, cases[k].lifecycle, 0);
        const struct ls_spec_event_type *type = ls_spec_event_type(spec, cases[k].event);
        assert_ptr_equal(step->event_type, type);
        assert_ptr_equal(type->step, step);
        assert_ptr_equal(type->lifecycle->entity_type, ls_spec_entity(spec, cases[k].entity));
        assert_ptr_equal(step->follows_step,
                         cases[k].follows < 0 ? NULL : first + cases[k].follows);
        assert_ptr_equal(step->unless_step, cases[k].unless < 0 ? NULL : first + cases[k].unless);
    }
    const struct ls_spec_event_type *visit = ls_spec_event_type(spec, "visit");
    assert_true(!visit->step && !visit->lifecycle);
}

static void earlier_steps_are_counted_back(void **state)
{
    static const struct {
        const char *from, *name;
        unsigned back;
    } cases[] = {
        {"payment", "order", 1}, {"refund", "payment", 1}, {"refund", "order", 2},
        {"cancel", "order", 1},  {"cancel", "payment", 0}, {"order", "payment", 0},
        {"order", "order", 0},   {"arrive", "leave", 1},   {"arrive", "order", 0},
        {"visit", "order", 0},   {"refund", "refund", 0},
    };
    const struct ls_spec *spec = load_fine(*state, session_spec, NULL);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct ls_spec_event_type *before = NULL;
        unsigned back = ls_spec_step_before(ls_spec_event_type(spec, cases[k].from), cases[k].name,
                                            &before);
        assert_int_equal(back, cases[k].back);
        assert_ptr_equal(before, back ? ls_spec_event_type(spec, cases[k].name) : NULL);
    }
}

#define PAYMENT "{event: payment, after: {exponential: {mean: 4s}, max: 1m}, probability: 9/10}"

static void steps_hold_together(void **state)
{
    CHECK_MISTAKES(
        *state, session_spec,
        {{"      - {event: order}\n", "      - {event: order, probability: 1/2}\n", "LS2021", NULL,
          "the first step begins a session: it has no `after`, `probability`, `follows` or"},
         {"      - {event: order}\n", "      - {event: order, follows: order}\n", "LS2021", NULL,
          "leave it out"},
         {"      - {event: order}\n", "      - {event: order, unless: order}\n", "LS2021", NULL,
          "the first step begins a session"},
         {"      - {event: order}\n",
          "      - {event: order, after: {exponential: {mean: 4s}, max: 1m}}\n", "LS2021", NULL,
          "the first step begins a session"},
         {PAYMENT, "{event: payment}", "LS2021", NULL,
          "nothing says how long after the step before it comes"},
         {"follows: order, unless", "follows: ordre, unless", "LS2021", NULL,
          "did you mean `order`?"},
         {"follows: order, unless", "follows: cancel, unless", "LS2021", NULL,
          "no step above has the event type `cancel`"},
         {"unless: payment", "unless: leave", "LS2021", NULL, "known here: order, payment, refund"},
         {"unless: payment", "unless: refund", "LS2021", NULL,
          "`refund` does not follow the step that `cancel` does"},
         {"unless: payment", "unless: order", "LS2021", NULL, "let both follow the same step"}});
}

static void event_types_fit_their_steps(void **state)
{
    CHECK_MISTAKES(
        *state, session_spec,
        {{"{event: cancel,", "{event: refund,", "LS2021", NULL,
          "`refund` is a step already, on line 73"},
         {"{event: cancel,", "{event: cancle,", "LS2003", NULL, "did you mean `cancel`?"},
         {"{event: order}", "{event: oder}", "LS2003", NULL, "did you mean `order`?"},
         {"{event: payment,", "{event: paymnt,", "LS2003", NULL, "did you mean `payment`?"},
         {"  - name: cancel\n    entity: customer", "  - name: cancel\n    entity: courier",
          "LS2021", "{event: cancel,",
          "`cancel` is about a courier, the first step about a customer"},
         {"    entity: courier\n    steps", "    entity: product\n    steps", "LS2021", NULL,
          "the lifecycle is about a product, its first step `leave` about a courier"},
         {"    entity: courier\n    steps", "    entity: courir\n    steps", "LS2002", NULL,
          "did you mean `courier`?"},
         {"  - name: leave\n    weight: 2\n    entity: courier",
          "  - name: leave\n    weight: 2\n    entity: product", "LS2021",
          "    entity: courier\n    steps",
          "write `entity: product` here, or `entity: courier` there"},
         {"  - name: cancel\n    entity: customer", "  - name: cancel\n    entity: custmer",
          "LS2002", "entity: customer\n    attributes: [{name: basket, type: string, id",
          "did you mean `customer`?"}});
}

/* A step that took another lifecycle's event type still has its name. */
static void a_step_of_two_lifecycles_is_no_end(void **state)
{
    struct fixture *f = *state;
    char *text = changed(session_spec, "{event: cancel,", "{event: leave,");
    assert_int_equal(load_text(f, text, NULL), LS_E_DATA);
    assert_non_null(strstr(ls_buf_text(&f->report, &f->err), "`leave` is a step already"));
    free(text);
}

static void what_is_no_later_step_has_a_weight(void **state)
{
    CHECK_MISTAKES(
        *state, session_spec,
        {{"    entity: customer\n    attributes: [{name: basket, type: string, ref",
          "    weight: 3\n    entity: customer\n    attributes: [{name: basket, type: string, ref",
          "LS2021", NULL,
          "how often `refund` comes is said by the step that it follows, on line 74"},
         {"    weight: 2\n", "", "LS2021", "  - name: leave",
          "nothing says how often `leave` comes"},
         {"    weight: 8\n", "", "LS2021", "  - name: visit", "write `weight: 10`, say"}});
    struct fixture *f = *state;
    char *step = changed(session_spec, "unless: payment}\n",
                         "unless: payment}\n      - {event: visit, after: {uniform: [2s, 9s], max: "
                         "1m}}\n");
    char *text = changed(step, "    weight: 8\n", "");
    assert_int_equal(load_text(f, text, NULL), LS_E_DATA);
    check_report(f, "LS2021", line_of(text, "lifecycles:") + 1, "there is none that is free");
    free(text);
    free(step);
}

static void a_lifecycle_has_one_to_sixteen_steps(void **state)
{
    struct fixture *f = *state;
    char steps[1024] = "";
    for (int k = 0; k < 16; k++) {
        strcat(steps, "      - {event: leave}\n");
    }
    strcat(steps, "      - {event: arrive,");
    char *text = changed(session_spec, "      - {event: leave}\n      - {event: arrive,", steps);
    assert_int_equal(load_text(f, text, NULL), LS_E_DATA);
    check_report(f, "LS2010", line_of(text, "  delivery:") + 3,
                 "a lifecycle has 1 to 16 steps, this one 17");
    free(text);
    CHECK_MISTAKES(
        f, session_spec,
        {{"    steps:\n      - {event: leave}\n      - {event: arrive, after: {normal: "
          "{mean: 12s, deviation: 3s}, max: 1m}}\n",
          "    steps: []\n", "LS2010", NULL, "a lifecycle has 1 to 16 steps, this one 0"}});
}

/* ref: EVENT_TYPE.FIELD */
static void earlier_values_are_there_and_fit(void **state)
{
    CHECK_MISTAKES(
        *state, session_spec,
        {{"ref: payment.basket", "ref: payment.baskt", "LS2011", NULL,
          "`payment` has no field `baskt`"},
         {"ref: payment.basket", "ref: payment.baskt", "LS2011", NULL, "did you mean `basket`?"},
         {"ref: payment.basket", "ref: payment.via", "LS2011", NULL,
          "`payment` has no field `via` in all its versions"},
         {"ref: payment.basket", "ref: payment.method", "LS2011", NULL,
          "`payment` has no field `method` in all its versions"},
         {"ref: payment.basket", "ref: payment.fee", "LS2011", NULL, "in all its versions"},
         {"ref: payment.basket", "ref: cancel.basket", "LS2011", NULL,
          "`cancel` is no step that comes before `refund`"},
         {"ref: payment.basket", "ref: cancel.basket", "LS2011", NULL,
          "known here: payment, order"},
         {"ref: payment.basket", "ref: refund.amount", "LS2011", NULL,
          "`refund` is no step that comes before `refund`"},
         {"trip, type: string, ref: leave.trip", "trip, type: string, ref: order.basket", "LS2011",
          NULL, "known here: leave"},
         {"visit\n    weight: 8\n    entity: customer\n    attributes: [{name: product_id, type: "
          "string, ref: product.id, null: never}]",
          "visit\n    weight: 8\n    entity: customer\n    attributes: [{name: product_id, type: "
          "string, ref: order.product_id, null: never}]",
          "LS2011", "[{name: product_id",
          "only what follows another step takes values of earlier events"},
         {"ref: payment.basket", "ref: pament.basket", "LS2002", NULL,
          "there is no entity `pament`"},
         {"basket, type: string, ref: payment.basket", "basket, type: int, ref: payment.basket",
          "LS2011", NULL, "`payment.basket` is of type string, the field of type int"},
         {"basket, type: string, ref: payment.basket", "basket, type: int, ref: payment.basket",
          "LS2011", NULL, "write `type: string`"},
         {"type: money, ref: payment.amount", "type: long, ref: payment.amount", "LS2011", NULL,
          "write `type: money`"},
         {"type: money, ref: payment.amount", "type: money, ref: payment.amount, nullable: 1/2",
          "LS2011", NULL,
          "`amount` is what it was in the earlier event, and not null more often"}});
    struct fixture *f = *state;
    /* what only the declared version has is in all that are written, where none changes */
    char *until = changed(session_spec, "{name: quantity, type: int, uniform: [1, 9]}",
                          "{name: quantity, type: int, uniform: [1, 9], until: 5}");
    char *text = changed(until, "{name: basket, type: string, ref: payment.basket}",
                         "{name: quantity, type: long, ref: order.quantity}");
    load_fine(f, text, NULL);
    free(text);
    free(until);
}

static void sessions_are_of_steps(void **state)
{
    CHECK_MISTAKES(
        *state, session_spec,
        {{"  - name: visit\n    weight: 8\n    entity: customer\n    attributes: [",
          "  - name: visit\n    weight: 8\n    entity: customer\n    attributes: [{name: "
          "s, type: string, id: \"{session}\"}, ",
          "LS2004", "[{name: product_id",
          "only an event type that is a step of a lifecycle belongs to a session"},
         {"    id: \"K{n}\"\n", "    id: \"K{session}\"\n", "LS2004", NULL,
          "only an event type that is a step"}});
}

static void schemas_change_so_that_readers_can_follow(void **state)
{
    CHECK_MISTAKES(
        *state, session_spec,
        {{"event: payment, to: 3", "event: payment, to: 2", "LS2023", NULL,
          "`payment` is at version 2 already"},
         {"event: payment, to: 3", "event: payment, to: 1", "LS2023", NULL,
          "raise `to`, or lower the event type's schema_version"},
         {"event: payment, to: 3", "event: paymnt, to: 3", "LS2003", NULL,
          "did you mean `payment`?"},
         {"event: payment, to: 3", "event: refund, to: 2", "LS2023", NULL,
          "versions 1 and 2 of `refund` have the same fields"},
         {"event: payment, to: 3", "event: refund, to: 7", "LS2023", NULL,
          "let a field begin with `since: 7`, or end with `until: 7`"},
         {"since: 3, nullable: 1/9", "since: 3", "LS2023", NULL,
          "records of version 2 have no `via`, and it can't be null"},
         {"{name: fee, type: long, uniform: [10, 99]", "{name: fee, type: string, const: none",
          "LS2023", NULL, "`fee` of version 3 is of type string, that of version 2 of type int"},
         {"{name: via, type: string,", "{name: method, type: string,", "LS2023", NULL,
          "`method` of version 3 is of type string, that of version 2 of type enum"}});
}

static void happenings_have_their_place(void **state)
{
    CHECK_MISTAKES(*state, session_spec,
                   {{"for: 25s, partition: 1", "for: 25s, partition: 3", "LS2025", NULL,
                     "there is no partition 3: the last of each topic is 2"},
                    {"for: 25s, partition: 1", "for: 25s, partition: 1023", "LS2025", NULL,
                     "write a number from 0 to 2, or raise `topics.partitions`"},
                    {"growth: {to: 400, over: 3m}", "growth: {to: 199, over: 3m}", "LS2024", NULL,
                     "a population grows, and `to` is below `count`"},
                    {"growth: {to: 30, over: 100s}", "growth: {to: 19, over: 100s}", "LS2024", NULL,
                     "raise `to`, or lower `count`"},
                    {"share: 4/5, entity: customer", "share: 4/5, entity: custumer", "LS2002", NULL,
                     "did you mean `customer`?"},
                    {"share: 4/5, entity: customer", "share: 4/5, entity: product", "LS2203", NULL,
                     "`hot_key` strikes nothing: no event type is about a product"},
                    {"events: [order, refund]", "events: [order, refnd]", "LS2003", NULL,
                     "did you mean `refund`?"},
                    {"unknown_reference: {rate: 1/50, field: product_id",
                     "unknown_reference: {rate: 1/50, field: produc_id", "LS2013", NULL,
                     "did you mean `product_id`?"}});
    load_fine(*state, session_spec,
              ((const char *const[]){"entities.customer.growth.to=200", "faults.outage.partition=2",
                                     NULL}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(steps_know_their_types_and_each_other),
        FIXTURE_TEST(earlier_steps_are_counted_back),
        FIXTURE_TEST(steps_hold_together),
        FIXTURE_TEST(event_types_fit_their_steps),
        FIXTURE_TEST(a_step_of_two_lifecycles_is_no_end),
        FIXTURE_TEST(what_is_no_later_step_has_a_weight),
        FIXTURE_TEST(a_lifecycle_has_one_to_sixteen_steps),
        FIXTURE_TEST(earlier_values_are_there_and_fit),
        FIXTURE_TEST(sessions_are_of_steps),
        FIXTURE_TEST(schemas_change_so_that_readers_can_follow),
        FIXTURE_TEST(happenings_have_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
