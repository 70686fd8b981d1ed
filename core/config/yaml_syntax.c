/* What libyaml says about a text that is no YAML, with what it mostly means. */
#include "core/config/yaml_compose.h"

#include <string.h>

static const struct {
    const char *problem;
    const char *hint;
} syntax_hints[] = {
    {"cannot start any token", "indent with spaces, not tabs, and quote a text that begins with @, "
                               "` or %"},
    {"mapping values are not allowed", "quote a text that holds a colon and a space, and check "
                                       "this line's indent"},
    {"could not find expected ':'", "an entry is `key: value`: a key, a colon, a space"},
    {"did not find expected key", "the keys of one map begin in one column"},
    {"did not find expected '-'", "the items of one list begin in one column, each with a dash "
                                  "and a space"},
    {"did not find expected ',' or", "commas go between the entries, and what was opened must be "
                                     "closed"},
    {"unexpected end of stream", "a quote or bracket above is still open"},
    {"found a tab character", "indent with spaces, not tabs"},
    {"expected <document start>", "the document has ended above: is this line's indent right?"},
    {"unknown escape", "in double quotes a backslash begins an escape; in single quotes it is "
                       "itself"},
    {"unexpected document indicator", "a quote above is still open"},
    {"trailing UTF-8", "the file must be UTF-8"},
    {"leading UTF-8", "the file must be UTF-8"},
    {"incomplete UTF-8", "the file must be UTF-8"},
    {"control characters", "write it as an escape in double quotes, as in \"\\x07\""},
};

static const char *syntax_hint(const char *problem)
{
    for (size_t i = 0; i < sizeof syntax_hints / sizeof *syntax_hints; i++) {
        if (strstr(problem, syntax_hints[i].problem)) {
            return syntax_hints[i].hint;
        }
    }
    return NULL;
}

/* The reader knows only the offset of a bad byte; and where the text ends without a line's end,
 * libyaml adds a line that nobody sees. */
static yaml_mark_t mark_at(const struct ls_yaml_input *input, size_t offset)
{
    yaml_mark_t mark = {0, 0, 0};
    for (size_t i = 0; i < offset && i < input->size; i++) {
        unsigned char byte = (unsigned char)input->text[i];
        if (byte == '\n') {
            mark.line++;
            mark.column = 0;
        } else if ((byte & 0xc0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

void ls_compose_syntax(struct ls_composer *c)
{
    const yaml_parser_t *p = &c->parser;
    if (p->error == YAML_MEMORY_ERROR) {
        c->rc = ls_error_nomem(c->err, c->input->size);
        return;
    }
    const char *problem = p->problem ? p->problem : "this is no YAML";
    bool reader = p->error == YAML_READER_ERROR;
    yaml_mark_t mark = mark_at(c->input, reader ? p->problem_offset : c->input->size);
    if (!reader && p->problem_mark.line <= mark.line) {
        mark = p->problem_mark;
    }
    struct ls_where where = ls_compose_where(c, mark, NULL);
    const char *context = reader ? NULL : p->context;
    if (!context) {
        ls_diag_add(c->diag, LS_SEVERITY_ERROR, "LS1001", where, syntax_hint(problem), "%s",
                    problem);
        return;
    }
    struct ls_where begin = ls_compose_where(c, p->context_mark, NULL);
    ls_diag_add(c->diag, LS_SEVERITY_ERROR, "LS1001", where, syntax_hint(problem),
                "%s, %s that begins at %d:%d", problem, context, begin.line, begin.column);
}
