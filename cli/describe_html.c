/* The page: head, totals, event types; describe_cards.c has the fields. */
#include "cli/describe_cards.h"
#include "cli/describe_svg.h"
#include "cli/describe_text.h"
#include "core/base/civil.h"
#include "core/base/text.h"

static const char page_head[] = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                                "<meta name=\"viewport\" content=\"width=device-width\">\n";

static const char page_style[] =
    "<style>\n"
    ":root{color-scheme:light dark;--ink:#1b1f24;--dim:#57606a;--page:#f6f8fa;--card:#fff;"
    "--line:#d8dee4;--fill:#3b7dd8;--asked:#d9480f;--k0:#cf222e66;--k1:#e3a00866;--k2:#1a7f3766}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9198a1;--page:#0d1117;"
    "--card:#161b22;--line:#30363d;--fill:#5b9bf0;--asked:#ffa657;--k0:#ff7b7266;--k1:#e3b34166;"
    "--k2:#3fb95066}}\n"
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;"
    "color:var(--ink);background:var(--page)}\n"
    "h1{font-size:1.7rem;margin:0}h2{font-size:1.2rem;margin:2.2rem 0 .6rem}h3{font-size:1rem;"
    "margin:0}h3 small{font-weight:400;color:var(--dim)}p{margin:.3rem 0}.s{color:var(--dim)}\n"
    "code{font:12.5px/1.45 ui-monospace,monospace;color:var(--dim);overflow-wrap:anywhere}\n"
    ".t{display:flex;flex-wrap:wrap;gap:.8rem;margin:1rem 0}.t div,.g,.w{background:var(--card);"
    "border:1px solid var(--line);border-radius:.5rem;padding:.7rem 1rem}.t b{display:block;"
    "font-size:1.25rem;font-variant-numeric:tabular-nums}\n"
    ".w{overflow-x:auto}.w td "
    "code{display:block;min-width:13rem}a{color:var(--fill)}.f2{display:grid;gap:.8rem;grid-"
    "template-columns:"
    "repeat(auto-fill,minmax(21rem,1fr))}.g{min-width:0}\n"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.25rem .6rem "
    ".25rem 0;vertical-align:top}th{color:var(--dim);font-weight:500;font-size:.85rem}"
    ".w tr+tr td{border-top:1px solid var(--line)}.n{text-align:right;white-space:nowrap;"
    "font-variant-numeric:tabular-nums}.g table{font-size:.85rem}.g td{padding:.05rem .5rem "
    ".05rem 0}.g td:first-child{max-width:11rem;overflow:hidden;text-overflow:ellipsis;"
    "white-space:nowrap}td.p{width:35%;min-width:5rem}\n"
    "svg{display:block;width:100%}svg.b{height:.8em;margin:.35em 0}svg.h{height:5rem;"
    "margin-top:.5rem}svg.c{height:11rem}.f{fill:var(--fill)}.a{fill:var(--asked)}"
    ".m{fill:var(--asked)}\n"
    ".k0{fill:var(--k0);background:var(--k0)}.k1{fill:var(--k1);background:var(--k1)}"
    ".k2{fill:var(--k2);background:var(--k2)}i{display:inline-block;width:.9em;height:.9em;"
    "margin-right:.4em;vertical-align:-.1em}.x{display:flex;justify-content:space-between;"
    "font-size:.8rem;color:var(--dim);border-top:1px solid var(--line);"
    "font-variant-numeric:tabular-nums}\n"
    ".q{font-size:.85rem;margin:.4rem 0 0;font-variant-numeric:tabular-nums}.q span{"
    "white-space:nowrap;margin-right:.7em}.q u{color:var(--dim);text-decoration:none}\n"
    "</style></head><body>\n";

static void put_tile(struct describe_out *out, const char *value, const char *name)
{
    describe_put(out, "<div><b>%s</b>%s</div>\n", value, name);
}

static void put_totals(struct describe_out *out, const struct ls_describe *d)
{
    const struct ls_spec *spec = d->plan->spec;
    char grouped[LS_GROUPED_MAX];
    char text[LS_DURATION_TEXT_MAX];
    char rate[DESCRIBE_TEXT_MAX];
    int64_t span_ms = d->end_ms - d->begin_ms;
    describe_put(out, "%s<title>", page_head);
    describe_put_text(out, spec->domain);
    describe_put(out, ", described</title>%s<h1>", page_style);
    describe_put_text(out, spec->domain);
    describe_put(out, "</h1>\n<p class=\"s\">What seed %lld gives. ", (long long)spec->seed);
    describe_put_notes(out, " ", d);
    describe_put(out, "</p>\n<div class=\"t\">");
    ls_duration_format(span_ms, text);
    put_tile(out, ls_grouped(d->events, grouped), "events");
    put_tile(out, text, "of data time");
    put_tile(out, describe_rate(d->events, (uint64_t)span_ms, rate), "events/s, the mean");
    put_tile(out, ls_grouped(d->plan->type_count, grouped), "event types");
    describe_put(out, "</div>\n");
}

static void put_curve(struct describe_out *out, const struct ls_describe *d)
{
    char times[2][LS_TIME_TEXT_MAX];
    char text[LS_DURATION_TEXT_MAX];
    char rate[DESCRIBE_TEXT_MAX];
    uint64_t most = 0;
    for (size_t i = 0; i < d->bin_count; i++) {
        most = d->bins[i] > most ? d->bins[i] : most;
    }
    ls_time_format(d->begin_ms, times[0]);
    ls_time_format(d->end_ms, times[1]);
    ls_duration_format(d->bin_ms, text);
    describe_put(out, "<h2>Events over time</h2>\n<div class=\"w\">");
    describe_put_curve(out, d);
    describe_put(out,
                 "<div class=\"x\"><span>%s</span><span>steps of %s; the highest is %s/s</span>"
                 "<span>%s</span></div>",
                 times[0], text, describe_rate(most, (uint64_t)d->bin_ms, rate), times[1]);
    describe_put_happenings(out, d);
    describe_put(out, "</div>\n");
}

static void put_types(struct describe_out *out, const struct ls_describe *d)
{
    uint64_t most = 0;
    for (size_t t = 0; t < d->plan->type_count; t++) {
        uint64_t asked = describe_count_of(d->types[t].asked, d->events);
        most = asked > most ? asked : most;
        most = d->types[t].events > most ? d->types[t].events : most;
    }
    describe_put(out, "<h2>Event types</h2>\n<div class=\"w\"><table><tr><th>Event type</th>"
                      "<th class=\"n\">Events</th><th class=\"n\">Share</th>"
                      "<th class=\"n\">Asked</th><th></th><th>Asked how</th></tr>\n");
    for (size_t t = 0; t < d->plan->type_count; t++) {
        const struct ls_describe_type *type = &d->types[t];
        char grouped[LS_GROUPED_MAX];
        char shares[2][DESCRIBE_TEXT_MAX];
        describe_put(out,
                     "<tr><td><a href=\"#%s\">%s</a></td><td class=\"n\">%s</td>"
                     "<td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"p\">",
                     type->plan->spec->name, type->plan->spec->name,
                     ls_grouped(type->events, grouped),
                     describe_percent(type->events, d->events, shares[0]),
                     describe_percent(type->asked, LS_SHARE_WHOLE, shares[1]));
        describe_put_bar(out, type->events, describe_count_of(type->asked, d->events), most);
        describe_put(out, "</td><td><code>");
        describe_put_type(out, d->plan->spec, type->plan->spec);
        describe_put(out, "</code></td></tr>\n");
    }
    describe_put(out, "</table>");
    if (d->plan->slots.lifecycle_count) {
        describe_put(out, "<p class=\"s\">%s</p>", describe_type_note);
    }
    describe_put(out, "</div>\n");
}

static void put_type(struct describe_out *out, const struct ls_describe *d,
                     const struct ls_describe_type *type)
{
    char grouped[3][LS_GROUPED_MAX];
    const char *name = type->plan->spec->name;
    describe_put(out, "<h2 id=\"%s\">%s</h2>\n<p class=\"s\">%s events, %s damaged", name, name,
                 ls_grouped(type->events, grouped[0]), ls_grouped(type->damaged, grouped[1]));
    if (type->plan->changed) {
        describe_put(out, ", %s of version %lld", ls_grouped(type->changed, grouped[2]),
                     (long long)type->plan->changed->version->number);
    }
    describe_put(out, "</p>\n<div class=\"f2\">\n");
    for (size_t i = 0; i < type->field_count; i++) {
        describe_put_field_card(out, d, type, &type->fields[i]);
    }
    describe_put(out, "</div>\n");
}

static void put_faults(struct describe_out *out, const struct ls_describe *d)
{
    static const char *const without[] = {"rate", NULL};
    bool first = true;
    for (int kind = 0; kind < LS_DESCRIBE_FAULTS; kind++) {
        const struct ls_describe_fault *fault = &d->faults[kind];
        char grouped[3][LS_GROUPED_MAX];
        char rate[DESCRIBE_TEXT_MAX];
        if (!fault->spec) {
            continue;
        }
        if (first) {
            describe_put(out, "<h2>Faults</h2>\n<div class=\"w\"><table><tr><th>Fault</th>"
                              "<th class=\"n\">Rate</th><th class=\"n\">Of events</th>"
                              "<th class=\"n\">Expected</th><th class=\"n\">Counted</th><th></th>"
                              "<th>Asked how</th></tr>\n");
        }
        first = false;
        describe_put(out,
                     "<tr><td>%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td>"
                     "<td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"p\">",
                     fault->name, describe_ratio(fault->spec->rate, rate),
                     ls_grouped(fault->exposed, grouped[0]),
                     ls_grouped(fault->expected, grouped[1]),
                     ls_grouped(fault->counted, grouped[2]));
        uint64_t most = fault->expected > fault->counted ? fault->expected : fault->counted;
        describe_put_bar(out, fault->counted, fault->expected, most + most / 4);
        describe_put(out, "</td><td><code>");
        describe_put_section(out, "", d->plan->spec, "faults", fault->name, without);
        describe_put(out, "</code></td></tr>\n");
    }
    describe_put(out, first ? "" : "</table></div>\n");
}

static void put_episodes(struct describe_out *out, const struct ls_describe *d)
{
    if (!d->plan->episode_count) {
        return;
    }
    describe_put(out, "<h2>Episodes</h2>\n<div class=\"w\"><table><tr><th>Episode</th>"
                      "<th class=\"n\">Expected</th><th class=\"n\">Met</th>"
                      "<th class=\"n\">Events in them</th><th>Asked how</th></tr>\n");
    for (size_t k = 0; k < d->plan->episode_count; k++) {
        const struct ls_describe_episode *episode = &d->episodes[k];
        char grouped[2][LS_GROUPED_MAX];
        char met[DESCRIBE_TEXT_MAX];
        describe_put(out,
                     "<tr><td>%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td>"
                     "<td class=\"n\">%s</td><td><code>",
                     episode->plan->name, ls_grouped(episode->expected, grouped[0]),
                     describe_distinct(&episode->met, met),
                     ls_grouped(episode->events, grouped[1]));
        describe_put_section(out, "", d->plan->spec, "episodes", episode->plan->name,
                             (const char *const[]){NULL});
        describe_put(out, "</code></td></tr>\n");
    }
    describe_put(out, "</table></div>\n");
}

void describe_html(struct describe_out *out, const struct ls_describe *d)
{
    put_totals(out, d);
    put_curve(out, d);
    put_types(out, d);
    put_faults(out, d);
    put_episodes(out, d);
    describe_put_keys_and_delays(out, d);
    for (size_t t = 0; t < d->plan->type_count; t++) {
        put_type(out, d, &d->types[t]);
    }
    describe_put(out, "</body></html>\n");
}
