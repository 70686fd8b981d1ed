/* States of groups in checkpoints. */
#include "pipeline/stream/group.h"

#include "pipeline/stream/checkpoint_bytes.h"

static int put_numbers(const struct ls_view *view, const struct ls_group_state *state,
                       struct ls_buf *out, struct ls_error *err)
{
    int rc = 0;
    for (unsigned i = 0; rc == 0 && i < view->number_count; i++) {
        const struct ls_aggregate *a = &state->numbers[i];
        const uint64_t words[] = {a->count, (uint64_t)(ls_u128)a->sum,
                                  (uint64_t)((ls_u128)a->sum >> 64), (uint64_t)a->least,
                                  (uint64_t)a->greatest};
        rc = ls_checkpoint_put_words(out, words, 5, err);
    }
    return rc;
}

static void get_numbers(const struct ls_view *view, struct checkpoint_reader *r,
                        struct ls_group_state *state)
{
    for (unsigned i = 0; i < view->number_count; i++) {
        uint64_t words[5];
        ls_checkpoint_get_words(r, words, 5);
        state->numbers[i] = (struct ls_aggregate){
            .count = words[0],
            .sum = (ls_i128)((ls_u128)words[2] << 64 | words[1]),
            .least = (int64_t)words[3],
            .greatest = (int64_t)words[4]};
    }
}

static int put_distinct(const struct ls_distinct *set, struct ls_buf *out, struct ls_error *err)
{
    static const uint64_t zero[2];
    int rc = ls_checkpoint_put(out, set->count, err);
    rc = rc < 0 || !set->has_zero ? rc : ls_checkpoint_put_words(out, zero, 2, err);
    for (size_t i = 0; rc == 0 && i < set->slot_count; i++) {
        const uint64_t words[] = {set->slots[i].high, set->slots[i].low};
        rc = words[0] || words[1] ? ls_checkpoint_put_words(out, words, 2, err) : 0;
    }
    return rc;
}

static int get_distinct(struct checkpoint_reader *r, struct ls_distinct *set, struct ls_error *err)
{
    int rc = 0;
    for (uint64_t left = ls_checkpoint_get(r); rc == 0 && left > 0 && !r->bad; left--) {
        uint64_t words[2];
        ls_checkpoint_get_words(r, words, 2);
        rc = ls_distinct_add(set, (struct ls_id){words[0], words[1]}, err);
    }
    return rc;
}

static int put_counts(const struct ls_counts *counts, struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_checkpoint_put(out, counts->live, err);
    for (size_t i = 0; rc == 0 && i < counts->slot_count; i++) {
        const struct ls_count *slot = &counts->slots[i];
        const uint64_t words[] = {slot->count, (uint64_t)(ls_u128)slot->sum,
                                  (uint64_t)((ls_u128)slot->sum >> 64)};
        if (slot->count) {
            rc = ls_checkpoint_put_bytes(out, ls_count_value(slot), slot->size, err);
            rc = rc < 0 ? rc : ls_checkpoint_put_words(out, words, 3, err);
        }
    }
    return rc;
}

static int get_counts(struct checkpoint_reader *r, struct ls_counts *counts, struct ls_error *err)
{
    int rc = 0;
    for (uint64_t left = ls_checkpoint_get(r); rc == 0 && left > 0 && !r->bad; left--) {
        size_t size;
        uint64_t words[3];
        const uint8_t *value = ls_checkpoint_get_bytes(r, &size);
        ls_checkpoint_get_words(r, words, 3);
        rc = r->bad ? 0
                    : ls_counts_add(counts, value, size, words[0],
                                    (ls_i128)((ls_u128)words[2] << 64 | words[1]), err);
    }
    return rc;
}

static int put_pick(const struct ls_best *pick, struct ls_buf *out, struct ls_error *err)
{
    const struct ls_place_in_order *place = &pick->place;
    const uint64_t words[] = {
        pick->present,   (uint64_t)place->event_time, place->topic, place->partition,
        place->position, (uint64_t)pick->number,      pick->is_text};
    int rc = ls_checkpoint_put_words(out, words, 7, err);
    rc = rc < 0 ? rc : ls_checkpoint_put_bytes(out, place->id, place->id_size, err);
    return rc < 0 ? rc
                  : ls_checkpoint_put_bytes(out, pick->room ? pick->room + place->id_size : NULL,
                                            pick->size, err);
}

static int get_pick(struct checkpoint_reader *r, struct ls_best *pick, struct ls_error *err)
{
    uint64_t words[7];
    size_t id_size;
    size_t size;
    ls_checkpoint_get_words(r, words, 7);
    const uint8_t *id = ls_checkpoint_get_bytes(r, &id_size);
    const uint8_t *text = ls_checkpoint_get_bytes(r, &size);
    r->bad = r->bad || (!words[6] && size); /* what is no text has no bytes */
    if (r->bad || !words[0]) {
        return 0;
    }
    const struct ls_place_in_order place = {
        (int64_t)words[1], id, (uint32_t)id_size, (uint32_t)words[2], (uint32_t)words[3], words[4]};
    return ls_best_set(pick, &place, (int64_t)words[5], words[6] ? text : NULL, (uint32_t)size,
                       err);
}

int ls_group_state_put(const struct ls_view *view, const struct ls_group_state *state,
                       struct ls_buf *out, struct ls_error *err)
{
    int rc = put_numbers(view, state, out, err);
    for (unsigned k = 0; rc == 0 && k < view->set_count; k++) {
        rc = put_distinct(&state->sets[k].distinct, out, err);
        rc = rc < 0 ? rc : put_counts(&state->sets[k].counts, out, err);
    }
    for (unsigned k = 0; rc == 0 && k < view->pick_count; k++) {
        rc = put_pick(&state->picks[k], out, err);
    }
    return rc;
}

int ls_group_state_get(const struct ls_view *view, struct checkpoint_reader *r,
                       struct ls_group_state *state, struct ls_error *err)
{
    int rc = 0;
    ls_group_state_clear(view, state);
    get_numbers(view, r, state);
    for (unsigned k = 0; rc == 0 && k < view->set_count; k++) {
        rc = get_distinct(r, &state->sets[k].distinct, err);
        rc = rc < 0 ? rc : get_counts(r, &state->sets[k].counts, err);
    }
    for (unsigned k = 0; rc == 0 && k < view->pick_count; k++) {
        rc = get_pick(r, &state->picks[k], err);
    }
    return rc;
}
