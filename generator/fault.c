#include "generator/fault.h"

#include <assert.h>

const char *ls_fault_name(enum ls_fault fault)
{
    static const char *const names[LS_FAULT_COUNT] = {
        [LS_FAULT_NONE] = "none",
        [LS_FAULT_TRUNCATED] = "truncated",
        [LS_FAULT_CORRUPT] = "corrupt",
        [LS_FAULT_OUT_OF_RANGE] = "out_of_range",
        [LS_FAULT_MISSING] = "missing",
        [LS_FAULT_CLOCK_AHEAD] = "clock_ahead",
        [LS_FAULT_CLOCK_BACK] = "clock_back",
        [LS_FAULT_UNKNOWN_REFERENCE] = "unknown_reference",
        [LS_FAULT_UNKNOWN_SCHEMA] = "unknown_schema",
        [LS_FAULT_WRONG_FRAME] = "wrong_frame",
        [LS_FAULT_EMPTY] = "empty",
        [LS_FAULT_OVERSIZED] = "oversized",
        [LS_FAULT_DUPLICATE] = "duplicate",
        [LS_FAULT_CONFLICT] = "conflict",
    };
    assert(fault < LS_FAULT_COUNT);
    return names[fault];
}

const struct ls_spec_fault *ls_fault_spec(const struct ls_spec_faults *faults, enum ls_fault fault)
{
    const struct ls_spec_fault *const specs[LS_FAULT_COUNT] = {
        [LS_FAULT_NONE] = NULL,
        [LS_FAULT_TRUNCATED] = faults->truncated,
        [LS_FAULT_CORRUPT] = faults->corrupt,
        [LS_FAULT_OUT_OF_RANGE] = faults->out_of_range,
        [LS_FAULT_MISSING] = faults->missing,
        [LS_FAULT_CLOCK_AHEAD] = faults->clock_ahead,
        [LS_FAULT_CLOCK_BACK] = faults->clock_back,
        [LS_FAULT_UNKNOWN_REFERENCE] = faults->unknown_reference,
        [LS_FAULT_UNKNOWN_SCHEMA] = faults->unknown_schema,
        [LS_FAULT_WRONG_FRAME] = faults->wrong_frame,
        [LS_FAULT_EMPTY] = faults->empty,
        [LS_FAULT_OVERSIZED] = faults->oversized,
        [LS_FAULT_DUPLICATE] = faults->duplicate,
        [LS_FAULT_CONFLICT] = faults->conflict,
    };
    assert(fault < LS_FAULT_COUNT);
    return specs[fault];
}
