#include "pipeline/stream/emission.h"

#define ROW_MAX (1U << 24)

void ls_emission_init(struct ls_emission *emission)
{
    *emission = (struct ls_emission){0};
    ls_buf_init(&emission->bytes, "a view's row", ROW_MAX);
    ls_buf_init(&emission->tops, "a row's lists of tops", ROW_MAX);
    ls_buf_init(&emission->scratch, "what a record brings to a view", ROW_MAX);
}

void ls_emission_clear(struct ls_emission *emission)
{
    ls_buf_clear(&emission->bytes);
    ls_buf_clear(&emission->tops);
    ls_buf_clear(&emission->scratch);
}

int ls_emission_write(struct ls_emission *emission, const struct ls_view *view, int64_t time_ms,
                      struct ls_error *err)
{
    int rc = emission->delays ? ls_delays_add(emission->delays, emission->highest - time_ms, err)
                              : 0;
    ++*emission->rows;
    return rc < 0 ? rc
                  : ls_outputs_row(emission->outputs, view, emission->bytes.data,
                                   emission->bytes.size, err);
}
