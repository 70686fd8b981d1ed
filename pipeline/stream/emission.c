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
                      const uint8_t *key, size_t key_size, struct ls_error *err)
{
    static const uint8_t nothing[1];
    const struct ls_row_tag tag = {time_ms, key_size ? key : nothing, key_size};
    int rc = emission->delays ? ls_delays_add(emission->delays, emission->highest - time_ms, err)
                              : 0;
    ++*emission->rows;
    return rc < 0 ? rc
                  : ls_outputs_row(emission->outputs, view, emission->bytes.data,
                                   emission->bytes.size, &tag, err);
}
