#include "cli/describe_svg.h"

#define BAR_WIDTH        1000
#define HISTOGRAM_BINS   40
#define HISTOGRAM_HEIGHT 60
#define BIN_WIDTH        10
#define CURVE_HEIGHT     160

static uint64_t scaled(uint64_t part, uint64_t whole, uint64_t length)
{
    return whole ? (uint64_t)(((ls_u128)part * length + whole / 2) / whole) : 0;
}

void describe_put_bar(struct describe_out *out, uint64_t count, uint64_t asked, uint64_t most)
{
    describe_put(out,
                 "<svg class=\"b\" viewBox=\"0 0 %d 10\" preserveAspectRatio=\"none\" "
                 "aria-hidden=\"true\"><rect class=\"f\" width=\"%llu\" height=\"10\"/>",
                 BAR_WIDTH, (unsigned long long)scaled(count, most, BAR_WIDTH));
    if (asked != UINT64_MAX) {
        uint64_t at = scaled(asked, most, BAR_WIDTH);
        describe_put(out, "<rect class=\"a\" x=\"%llu\" width=\"8\" height=\"10\"/>",
                     (unsigned long long)(at > 8 ? at - 8 : 0));
    }
    describe_put(out, "</svg>");
}

/* Bins of one width from `low` on. */
struct bins {
    int64_t low;
    uint64_t width;
    size_t count;
    uint64_t values[HISTOGRAM_BINS];
    uint64_t most;
};

static int64_t end_of(const struct bins *bins, size_t i)
{
    ls_i128 end = (ls_i128)bins->low + (ls_i128)bins->width * (i + 1) - 1;
    return end > INT64_MAX ? INT64_MAX : (int64_t)end;
}

static void fill(struct bins *bins, const struct ls_quantiles *numbers, int64_t high)
{
    uint64_t span = (uint64_t)high - (uint64_t)bins->low;
    bins->width = span / HISTOGRAM_BINS + 1;
    bins->count = (size_t)(span / bins->width) + 1;
    uint64_t below = bins->low == INT64_MIN ? 0 : ls_quantiles_upto(numbers, bins->low - 1);
    for (size_t i = 0; i < bins->count; i++) {
        uint64_t upto = ls_quantiles_upto(numbers, end_of(bins, i));
        bins->values[i] = upto - below;
        bins->most = bins->values[i] > bins->most ? bins->values[i] : bins->most;
        below = upto;
    }
}

bool describe_put_histogram(struct describe_out *out, const struct ls_quantiles *numbers,
                            int64_t *first, int64_t *last)
{
    struct bins bins = {0};
    if (numbers->count == 0 || numbers->least == numbers->greatest) {
        return false;
    }
    bins.low = ls_quantiles_at(numbers, (struct ls_ratio){1, 100});
    int64_t high = ls_quantiles_at(numbers, (struct ls_ratio){99, 100});
    fill(&bins, numbers, high);
    describe_put(out,
                 "<svg class=\"h\" viewBox=\"0 0 %zu %d\" preserveAspectRatio=\"none\" "
                 "role=\"img\" aria-label=\"histogram\">",
                 bins.count * BIN_WIDTH, HISTOGRAM_HEIGHT);
    for (size_t i = 0; i < bins.count; i++) {
        uint64_t height = scaled(bins.values[i], bins.most, HISTOGRAM_HEIGHT);
        height += bins.values[i] && !height;
        describe_put(out, "<rect class=\"f\" x=\"%zu\" y=\"%llu\" width=\"%d\" height=\"%llu\"/>",
                     i * BIN_WIDTH, (unsigned long long)(HISTOGRAM_HEIGHT - height), BIN_WIDTH - 1,
                     (unsigned long long)height);
    }
    size_t mark = bins.count > 20 ? 2 : 1;
    uint64_t median = (uint64_t)ls_quantiles_at(numbers, (struct ls_ratio){1, 2});
    describe_put(out, "<rect class=\"m\" x=\"%llu\" width=\"%zu\" height=\"%d\"/></svg>",
                 (unsigned long long)((median - (uint64_t)bins.low) / bins.width * BIN_WIDTH +
                                      BIN_WIDTH / 2 - 1),
                 mark, HISTOGRAM_HEIGHT);
    *first = bins.low;
    *last = high;
    return true;
}

static void put_bands(struct describe_out *out, const struct ls_describe *d, uint64_t width)
{
    struct describe_happening happenings[DESCRIBE_HAPPENINGS];
    size_t count = describe_happenings(d, happenings);
    uint64_t span_ms = (uint64_t)d->bin_ms * d->bin_count;
    for (size_t i = 0; i < count; i++) {
        const struct describe_happening *h = &happenings[i];
        if (h->from_ms > d->end_ms || h->to_ms < d->begin_ms) {
            continue;
        }
        int64_t from = h->from_ms < d->begin_ms ? d->begin_ms : h->from_ms;
        int64_t to = h->to_ms > d->end_ms ? d->end_ms : h->to_ms;
        uint64_t x = scaled((uint64_t)(from - d->begin_ms), span_ms, width - 2);
        uint64_t end = scaled((uint64_t)(to - d->begin_ms), span_ms, width);
        describe_put(out,
                     "<rect class=\"k%zu\" x=\"%llu\" width=\"%llu\" height=\"%d\"><title>%s"
                     "</title></rect>",
                     i, (unsigned long long)x, (unsigned long long)(end > x + 2 ? end - x : 2),
                     CURVE_HEIGHT, h->name);
    }
}

void describe_put_curve(struct describe_out *out, const struct ls_describe *d)
{
    uint64_t most = 0;
    for (size_t i = 0; i < d->bin_count; i++) {
        most = d->bins[i] > most ? d->bins[i] : most;
    }
    uint64_t width = d->bin_count * BIN_WIDTH;
    describe_put(out,
                 "<svg class=\"c\" viewBox=\"0 0 %llu %d\" preserveAspectRatio=\"none\" "
                 "role=\"img\" aria-label=\"events over time\">",
                 (unsigned long long)width, CURVE_HEIGHT);
    describe_put(out, "<path class=\"f\" d=\"M0 %d", CURVE_HEIGHT);
    for (size_t i = 0; i < d->bin_count; i++) {
        describe_put(out, "V%llu",
                     (unsigned long long)(CURVE_HEIGHT - scaled(d->bins[i], most, CURVE_HEIGHT)));
        describe_put(out, "H%zu", (i + 1) * BIN_WIDTH);
    }
    describe_put(out, "V%dZ\"/>", CURVE_HEIGHT);
    put_bands(out, d, width);
    describe_put(out, "</svg>");
}
