#include "bench/hand_reading_internal.h"
#include "core/base/hash.h"
#include "core/base/mem.h"

struct hand_reading_state ls_hand_reading_state;

static struct hand_reading_state *const state = &ls_hand_reading_state;

/* s of a lognormal distribution, part / whole, as its exponent of 2 needs it */
static int64_t sigma_of(uint64_t part, uint64_t whole)
{
    return (int64_t)((ls_u128)Q32(part, whole) * UINT64_C(6196328019) >> 32);
}

static void streams_init(uint64_t seed)
{
    const struct hand_stream streams[] = {
        {&state->event_id, "event_id"},
        {&state->delay, "delay"},
        {&state->firmware, "event_types.reading.firmware"},
        {&state->walks[TEMPERATURE].key, "event_types.reading.temperature"},
        {&state->walks[PRESSURE].key, "event_types.reading.pressure"},
        {&state->walks[CURRENT].key, "event_types.reading.current"},
        {&state->walks[VIBRATION].key, "event_types.reading.vibration"},
    };
    ls_hand_streams_init(seed, streams, sizeof streams / sizeof *streams);
}

/* ---- delays */

/* In Q16 */
static uint64_t delay_q16(int64_t normal_q32)
{
    int64_t exponent = (int64_t)((ls_i128)normal_q32 * state->delay_sigma >> 32);
    return ls_scale_exp2(DELAY_MEDIAN << 16, exponent);
}

/* A chord lies above its curve by at most an eighth of the square of the change of the logarithm,
 * of the greater end. */
static void delays_init(bool above)
{
    for (size_t k = 0; k < DELAY_CHORDS; k++) {
        int64_t ends[2] = {ls_normal_points[k], ls_normal_points[k + 1]};
        if (!above) {
            ends[0] = -ends[0];
            ends[1] = -ends[1];
        }
        uint64_t begin = delay_q16(ends[0]);
        uint64_t end = delay_q16(ends[1]);
        uint64_t most = begin > end ? begin : end;
        uint64_t change = begin > end ? begin - end : end - begin;
        struct delay_chord *chord = &state->delays[above][k];
        if (most >> 31) {
            *chord = (struct delay_chord){.error_q16 = UINT32_MAX};
            continue;
        }
        chord->begin_q16 = (uint32_t)begin;
        chord->change_q16 = (int32_t)((int64_t)end - (int64_t)begin);
        uint64_t least = most - change + 1;
        uint64_t error = (change * change / least + 1) * most / (8 * least) + 1;
        chord->error_q16 = (uint32_t)error + DELAY_ROUNDING_Q16;
    }
}

/* ---- devices */

static int32_t between(int64_t least, int64_t most, int64_t value)
{
    value = value < least ? least : value;
    return (int32_t)(value < most ? value : most);
}

static int64_t normal_of(uint64_t word, int64_t mean, int64_t deviation)
{
    ls_i128 off = (ls_i128)ls_normal_draw(word) * deviation + (INT64_C(1) << 31);
    return mean + (int64_t)(off >> 32);
}

/* The number of the choice, of those with these cumulative weights; the last one is the sum. */
static unsigned choice_of(uint64_t word, const uint8_t *sums, unsigned count)
{
    uint64_t x = ls_below(word, sums[count - 1]);
    unsigned choice = 0;
    while (x >= sums[choice]) {
        choice++;
    }
    return choice;
}

static void abouts_init(void)
{
    static const int32_t offsets[4] = {3600000, -21600000, 32400000, -10800000};
    static const struct piece sites[4] = {
        {"\016hamburg", 8}, {"\016houston", 8}, {"\012osaka", 6}, {"\014recife", 7}};
    static const char models[3][7] = {"\012kx200", "\012kx300", "\012kx900"};
    for (unsigned k = 0; k < ABOUTS; k++) {
        struct about *about = &state->abouts[k];
        about->utc_offset_ms = offsets[k / 12];
        uint32_t zigzag = (uint32_t)offsets[k / 12] << 1 ^ (offsets[k / 12] < 0 ? UINT32_MAX : 0);
        for (unsigned byte = 0; byte < 4; byte++) {
            about->bytes[byte] = (char)((zigzag >> 7 * byte & 127) | (byte < 3 ? 128 : 0));
        }
        const struct piece *site = &sites[k / 3 % 4];
        memcpy(about->bytes + 4, site->bytes, 8);
        memcpy(about->bytes + 4 + site->size, models[k % 3], 6);
        about->bytes[4 + site->size + 6] = 2;
        about->size = 4 + site->size + 6 + 1;
    }
}

/* Needs the digits and the keys of streams. */
static void devices_init(uint64_t seed)
{
#define KEY_OF(attribute) ls_stream_key(seed, "entities.device.attributes." attribute)
    const uint64_t model = KEY_OF("model");
    const uint64_t site = KEY_OF("site");
    const uint64_t offset = KEY_OF("utc_offset_ms");
    const uint64_t bases[WALKS] = {KEY_OF("base_temperature"), KEY_OF("base_pressure"),
                                   KEY_OF("base_current"), KEY_OF("base_vibration")};
#undef KEY_OF
    const int64_t sigma = sigma_of(2, 10);
    const uint64_t share = (2 * LS_Q32 + 4) / 5;
    for (uint32_t n = 0; n < DEVICES; n++) {
        struct device *one = &state->devices[n];
        uint64_t words[WALKS];
        for (int k = 0; k < WALKS; k++) {
            one->walk_keys[k] = ls_hand_walk_key(&state->walks[k], n);
            words[k] = ls_word(bases[k], n, 0);
        }
        int64_t exponent = (int64_t)((ls_i128)ls_normal_draw(words[VIBRATION]) * sigma >> 32);
        one->bases[TEMPERATURE] = between(48000, 62000, normal_of(words[TEMPERATURE], 55000, 2500));
        one->bases[PRESSURE] = between(740000, 860000, normal_of(words[PRESSURE], 800000, 20000));
        one->bases[CURRENT] = between(33000, 51000, normal_of(words[CURRENT], 42000, 3000));
        one->bases[VIBRATION] = between(1000, 3000, (int64_t)ls_scale_exp2(1800, exponent));
        one->vibration_within = (uint16_t)((uint64_t)one->bases[VIBRATION] * share >> 32);
        one->about =
            (uint8_t)(choice_of(ls_word(offset, n, 0), (const uint8_t[]){4, 7, 9, 10}, 4) * 12 +
                      choice_of(ls_word(site, n, 0), (const uint8_t[]){4, 7, 9, 10}, 4) * 3 +
                      choice_of(ls_word(model, n, 0), (const uint8_t[]){5, 8, 9}, 3));
        one->key[0] = 'D';
        memcpy(one->key + 1, ls_hand_text.digits[n / 10000] + 2, 2);
        memcpy(one->key + 3, ls_hand_text.digits[n % 10000], 4);
        one->partition = (uint8_t)ls_partition_of(one->key, KEY_SIZE, PARTITIONS);
    }
}

int ls_hand_reading_init(uint64_t seed, struct ls_error *err)
{
    int rc = 0;
    for (int above = 0; above < 2; above++) {
        state->delays[above] = ls_mem_new(DELAY_CHORDS, sizeof **state->delays, err);
        if (!state->delays[above]) {
            rc = err->code;
            goto out;
        }
    }
    state->devices = ls_mem_new(DEVICES, sizeof *state->devices, err);
    if (!state->devices) {
        rc = err->code;
        goto out;
    }
    ls_normal_init();
    streams_init(seed);
    ls_hand_text_init();
    ls_hand_walk_init(&state->walks[TEMPERATURE], 6 * HOUR, TEMPERATURE_OCTAVES);
    ls_hand_walk_init(&state->walks[PRESSURE], 3 * HOUR, PRESSURE_OCTAVES);
    ls_hand_walk_init(&state->walks[CURRENT], HOUR, CURRENT_OCTAVES);
    ls_hand_walk_init(&state->walks[VIBRATION], 2 * HOUR, VIBRATION_OCTAVES);
    state->delay_sigma = sigma_of(8, 10);
    delays_init(false);
    delays_init(true);
    abouts_init();
    devices_init(seed);
out:
    if (rc < 0) {
        ls_hand_reading_clear();
    }
    return rc;
}

void ls_hand_reading_clear(void)
{
    ls_mem_free(state->devices);
    ls_mem_free(state->delays[0]);
    ls_mem_free(state->delays[1]);
    memset(state, 0, sizeof *state);
}
