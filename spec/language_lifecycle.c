/* The option rows of what entities live through: lifecycles and episodes. */
#include "spec/language_internal.h"

static const struct ls_option step_rows[] = {
    {"event", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_step, event),
     .summary = "The event type; each belongs to one step of one lifecycle.",
     .example = "payment_captured"},
    {"after", LS_OPTION_TABLE, 0, offsetof(struct ls_spec_step, after),
     .table = &ls_spec_delay_table,
     .summary = "How long after the step that it follows; the first step has none.",
     .example = "{exponential: {mean: 20s}, max: 10m}"},
    {"probability", LS_OPTION_RATIO, 0, offsetof(struct ls_spec_step, probability), .fallback = "1",
     .summary = "How often it is taken where the step that it follows was.", .example = "96/100"},
    {"follows", LS_OPTION_NAME, 0, offsetof(struct ls_spec_step, follows),
     .summary = "The step that it follows, by its event type [the one above].",
     .example = "order_placed"},
    {"unless", LS_OPTION_NAME, 0, offsetof(struct ls_spec_step, unless),
     .summary = "Not taken where this other step was, which follows the same one.",
     .example = "payment_captured"},
    END,
};
static const struct ls_table step_table = {"lifecycle step",
                                           "One event of a lifecycle.",
                                           sizeof(struct ls_spec_step),
                                           offsetof(struct ls_spec_step, where),
                                           NO_PLACE,
                                           step_rows};

static const struct ls_option lifecycle_rows[] = {
    {"entity", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_lifecycle, entity),
     .summary = "The entity that all its events are about.", .example = "customer"},
    {"steps", LS_OPTION_LIST, LS_OPTION_REQUIRED, offsetof(struct ls_spec_lifecycle, steps),
     .table = &step_table, .summary = "Its events, each behind the one that it follows."},
    END,
};
const struct ls_table ls_spec_lifecycle_table = {
    "lifecycle",
    "Events that belong together: an order, its payment, its refund.",
    sizeof(struct ls_spec_lifecycle),
    offsetof(struct ls_spec_lifecycle, where),
    NO_PLACE,
    lifecycle_rows};

static const struct ls_option episode_rows[] = {
    {"entity", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_episode, entity),
     .summary = "Whose episodes they are.", .example = "device"},
    {"field", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_episode, field),
     .summary = "The number that is shifted, in every event type about the entity that has it.",
     .example = "current"},
    {"every", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct ls_spec_episode, every_ms),
     .minimum = "1s", .maximum = "3650d",
     .summary = "In each such span of time an entity has one or none.", .example = "6h"},
    {"probability", LS_OPTION_RATIO, 0, offsetof(struct ls_spec_episode, probability),
     .fallback = "1", .summary = "How often it has one.", .example = "1/10"},
    {"for", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct ls_spec_episode, for_ms),
     .minimum = "1ms", .maximum = "3650d", .summary = "How long it lasts.", .example = "3m"},
    {"rise", LS_OPTION_DURATION, 0, offsetof(struct ls_spec_episode, rise_ms), .fallback = "0",
     .minimum = "0", .maximum = "3650d",
     .summary = "How long until the shift is whole: 0 for a jump.", .example = "30s"},
    {"add", LS_OPTION_QUANTITY, 0, offsetof(struct ls_spec_episode, add),
     .summary = "How much is added to the value,", .example = "25.0"},
    {"times", LS_OPTION_DECIMAL, 0, offsetof(struct ls_spec_episode, times), .minimum = "0",
     .maximum = "1000", .summary = "or by how much it is multiplied.", .example = "3.5"},
    END,
};
const struct ls_table ls_spec_episode_table = {
    "episode",
    "A stretch of time in which an entity's values are off; it is in the truth.",
    sizeof(struct ls_spec_episode),
    offsetof(struct ls_spec_episode, where),
    offsetof(struct ls_spec_episode, given),
    episode_rows};
