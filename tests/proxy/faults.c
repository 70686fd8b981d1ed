#include "tests/proxy/faults.h"

#include "core/base/draw.h"
#include "core/base/mem.h"

#include <stddef.h>
#include <string.h>

/* ---- the command line */

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit durations[] = {
    {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {"m", UINT64_C(60000000000)}, {NULL, 0}};
static const struct unit sizes[] = {{"B", 1},           {"kB", 1000},  {"MB", 1000000},
                                    {"GB", 1000000000}, {"KiB", 1024}, {"MiB", 1048576},
                                    {NULL, 0}};
static const struct unit none[] = {{"", 1}, {NULL, 0}};

/* "12ms" in the smallest unit; at most 2^62, so that twice it fits. */
static bool read_number(const char *text, size_t size, const struct unit *units, uint64_t *out)
{
    size_t digits = strspn(text, "0123456789");
    ls_i128 value;
    if (digits > size || !ls_decimal_parse(text, digits, 0, &value) || value > INT64_MAX) {
        return false;
    }
    for (; units->name; units++) {
        if (strlen(units->name) == size - digits &&
            memcmp(text + digits, units->name, size - digits) == 0) {
            value *= units->factor;
            *out = (uint64_t)value;
            return value <= INT64_MAX / 2;
        }
    }
    return false;
}

static bool read_all(const char *text, const struct unit *units, uint64_t *out)
{
    return read_number(text, strlen(text), units, out);
}

static bool read_slices(const char *text, struct faults *out)
{
    const char *dots = strstr(text, "..");
    return dots && read_number(text, (size_t)(dots - text), none, &out->slice_min) &&
           read_all(dots + 2, none, &out->slice_max) && out->slice_min > 0 &&
           out->slice_min <= out->slice_max;
}

static bool read_place(const char *text, struct faults *out)
{
    struct ls_error err;
    const char *colon = strrchr(text, ':');
    uint64_t port = 0;
    if (!colon || colon == text || !read_all(colon + 1, none, &port) || port < 1 || port > 65535) {
        return false;
    }
    out->host = ls_mem_copy(text, (size_t)(colon - text), &err);
    out->port = colon + 1;
    return out->host;
}

static bool read_option(const char *name, const char *value, struct faults *out)
{
    static const struct {
        const char *name;
        const struct unit *units;
        size_t offset;
    } numbers[] = {
        {"--seed", none, offsetof(struct faults, seed)},
        {"--latency", durations, offsetof(struct faults, latency_ns)},
        {"--jitter", durations, offsetof(struct faults, jitter_ns)},
        {"--reset-every", sizes, offsetof(struct faults, reset_every)},
        {"--reset-after", durations, offsetof(struct faults, reset_after_ns)},
        {"--stall-every", durations, offsetof(struct faults, stall_every_ns)},
        {"--stall-for", durations, offsetof(struct faults, stall_for_ns)},
        {"--half-open-every", none, offsetof(struct faults, half_open_every)},
    };
    uint64_t number = 0;
    if (strcmp(name, "--listen") == 0) {
        bool sound = read_all(value, none, &number) && number <= 65535;
        out->listen = (uint16_t)number;
        return sound;
    }
    if (strcmp(name, "--to") == 0) {
        return read_place(value, out);
    }
    if (strcmp(name, "--slice") == 0) {
        return read_slices(value, out);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strcmp(name, numbers[i].name) == 0) {
            bool sound = read_all(value, numbers[i].units, &number);
            memcpy((uint8_t *)out + numbers[i].offset, &number, sizeof number);
            return sound;
        }
    }
    return false;
}

int faults_read(int argc, char **argv, struct faults *out, struct ls_error *err)
{
    static const char usage[] =
        "--listen PORT --to HOST:PORT --seed N [--latency 5ms] [--jitter 10ms] [--slice 1..100] "
        "[--reset-every 2MB] [--reset-after 3s] [--stall-every 5s --stall-for 1s] "
        "[--half-open-every 4]";
    bool listens = false;
    bool seeded = false;
    *out = (struct faults){0};
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (!read_option(argv[i], value, out)) {
            return ls_error_set(err, LS_E_USAGE, "`%s %s` is not understood: it takes %s", argv[i],
                                value, usage);
        }
        listens = listens || strcmp(argv[i], "--listen") == 0;
        seeded = seeded || strcmp(argv[i], "--seed") == 0;
    }
    if (!listens || !seeded || !out->host || !out->stall_every_ns != !out->stall_for_ns) {
        return ls_error_set(err, LS_E_USAGE, "%s: it takes %s",
                            listens && seeded && out->host
                                ? "--stall-every and --stall-for go together"
                                : "--listen, --to or --seed is missing",
                            usage);
    }
    return 0;
}

/* ---- draws */

static uint64_t draw(const struct faults *faults, const char *stream, uint64_t index, uint64_t n)
{
    return ls_word(ls_stream_key(faults->seed, stream), index, n);
}

static uint64_t way(uint64_t connection, enum faults_direction direction)
{
    return 2 * connection + direction;
}

/* 1 .. 2 * mean. */
static uint64_t about(uint64_t word, uint64_t mean)
{
    return 1 + ls_below(word, 2 * mean);
}

uint64_t faults_delay_ns(const struct faults *faults, uint64_t connection,
                         enum faults_direction direction, uint64_t n)
{
    uint64_t word = draw(faults, "jitter", way(connection, direction), n);
    return faults->latency_ns + ls_below(word, faults->jitter_ns + 1);
}

uint64_t faults_slice(const struct faults *faults, uint64_t connection,
                      enum faults_direction direction, uint64_t n)
{
    uint64_t word = draw(faults, "slice", way(connection, direction), n);
    return faults->slice_max
               ? faults->slice_min + ls_below(word, faults->slice_max - faults->slice_min + 1)
               : FAULTS_NEVER;
}

uint64_t faults_reset_byte(const struct faults *faults, uint64_t connection,
                           enum faults_direction direction)
{
    uint64_t word = draw(faults, "reset byte", way(connection, direction), 0);
    return faults->reset_every ? about(word, faults->reset_every) : FAULTS_NEVER;
}

uint64_t faults_reset_ns(const struct faults *faults, uint64_t connection)
{
    uint64_t word = draw(faults, "reset time", connection, 0);
    return faults->reset_after_ns ? about(word, faults->reset_after_ns) : FAULTS_NEVER;
}

uint64_t faults_stall_ns(const struct faults *faults, uint64_t connection, uint64_t n)
{
    uint64_t word = draw(faults, "stall", connection, n);
    return faults->stall_every_ns ? about(word, faults->stall_every_ns) : FAULTS_NEVER;
}

uint64_t faults_half_open_byte(const struct faults *faults, uint64_t connection,
                               enum faults_direction direction)
{
    uint64_t every = faults->half_open_every;
    if (!every ||
        ls_below(draw(faults, "half open", connection / every, 0), every) != connection % every) {
        return FAULTS_NEVER;
    }
    bool down = draw(faults, "half open direction", connection, 0) & 1;
    return down == (direction == FAULTS_DOWN)
               ? 1 + ls_below(draw(faults, "half open byte", connection, 0), FAULTS_HALF_OPEN_BYTES)
               : FAULTS_NEVER;
}
