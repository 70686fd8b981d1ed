/* Reading a document: the door, the limits, the places. */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/config/yaml_compose.h"

#include <string.h>

/* Deep nesting under long keys makes paths that are much longer than the text. */
#define PATH_BYTES_MAX (64U << 20)

struct ls_where ls_compose_where(const struct ls_composer *c, yaml_mark_t mark, const char *path)
{
    struct ls_where where = {c->input->source, 0, 0, path};
    if (where.source) {
        where.line = (int)mark.line + 1;
        where.column = (int)mark.column + (mark.line == 0 ? c->input->column : 1);
    }
    return where;
}

void *ls_compose_take(struct ls_composer *c, size_t count, size_t size)
{
    void *pointer = ls_arena_new(c->arena, count, size, c->err);
    if (!pointer) {
        c->rc = c->err->code;
    }
    return pointer;
}

/* A limit on what a document may become; nothing is read after it. */
struct ls_yaml *ls_compose_new(struct ls_composer *c, enum ls_yaml_kind kind, struct ls_where where)
{
    if (++c->nodes > LS_YAML_NODES_MAX) {
        ls_diag_add(c->diag, LS_SEVERITY_ERROR, "LS1006", where,
                    "an alias counts as often as what it stands for",
                    "the document has more than %d values", LS_YAML_NODES_MAX);
        return NULL;
    }
    struct ls_yaml *node = ls_compose_take(c, 1, sizeof *node);
    if (node) {
        node->kind = kind;
        node->where = where;
    }
    return node;
}

bool ls_compose_depth(struct ls_composer *c, unsigned depth, struct ls_where where)
{
    if (depth <= LS_YAML_DEPTH_MAX) {
        return true;
    }
    ls_diag_add(c->diag, LS_SEVERITY_ERROR, "LS1006", where, NULL,
                "maps and lists are nested more than %d deep", LS_YAML_DEPTH_MAX);
    return false;
}

const char *ls_compose_path(struct ls_composer *c, const struct ls_where *base, const char *key,
                            size_t index)
{
    const char *path = key ? ls_yaml_path_key(base->path, key, c->arena, c->err)
                           : ls_yaml_path_item(base->path, index, c->arena, c->err);
    if (!path) {
        c->rc = c->err->code;
        return NULL;
    }
    c->path_bytes += strlen(path) + 1;
    if (c->path_bytes > PATH_BYTES_MAX) {
        ls_diag_add(c->diag, LS_SEVERITY_ERROR, "LS1006", *base, NULL,
                    "keys are too long for so many values nested so deep");
        return NULL;
    }
    return path;
}

struct ls_yaml *ls_yaml_compose(const struct ls_yaml_input *input, struct ls_arena *arena,
                                struct ls_diag *diag, struct ls_error *err)
{
    struct ls_composer c = {.input = input, .arena = arena, .diag = diag, .err = err};
    int errors = diag->errors;
    if (!yaml_parser_initialize(&c.parser)) {
        ls_error_nomem(err, sizeof c.parser);
        return NULL;
    }
    yaml_parser_set_encoding(&c.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&c.parser, (const unsigned char *)input->text, input->size);
    struct ls_yaml *root = ls_compose_document(&c);
    yaml_parser_delete(&c.parser);
    ls_mem_free(c.anchors);
    ls_mem_free(c.stack);
    return c.rc == 0 && diag->errors == errors ? root : NULL;
}

static void note_size(const struct ls_source *source, struct ls_diag *diag)
{
    struct ls_where where = {source, 0, 0, NULL};
    ls_diag_add(diag, LS_SEVERITY_ERROR, "LS1006", where,
                "put what is large into a reference table, and name its file here",
                "a YAML file of more than %u bytes is not read", LS_YAML_BYTES_MAX);
}

struct ls_yaml *ls_yaml_parse(const char *name, const char *text, size_t size,
                              struct ls_arena *arena, struct ls_diag *diag, struct ls_error *err)
{
    bool fits = size <= LS_YAML_BYTES_MAX;
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3; /* the byte order mark: libyaml would give it a column */
        size -= 3;
    }
    const struct ls_source *source = ls_diag_source(diag, name, text, fits ? size : 0, err);
    if (!source) {
        return NULL;
    }
    if (!fits) {
        note_size(source, diag);
        return NULL;
    }
    struct ls_yaml_input input = {source, source->text, size, 1, "", 0};
    struct ls_yaml *root = ls_yaml_compose(&input, arena, diag, err);
    if (root && root->kind == LS_YAML_NULL && !*root->text) {
        root->kind = LS_YAML_MAP;
        root->text = NULL;
    }
    return root;
}

struct ls_yaml *ls_yaml_load(const char *path, struct ls_arena *arena, struct ls_diag *diag,
                             struct ls_error *err)
{
    struct ls_buf buf;
    ls_buf_init(&buf, "YAML file", LS_YAML_BYTES_MAX + 1);
    struct ls_yaml *root = NULL;
    int rc = ls_file_read(path, &buf, err);
    if (rc == LS_E_DATA) { /* the buffer's limit: the person is to hear of the file's */
        const struct ls_source *source = ls_diag_source(diag, path, "", 0, err);
        if (source) {
            note_size(source, diag);
        }
    } else if (rc == 0) {
        root = ls_yaml_parse(path, (const char *)buf.data, buf.size, arena, diag, err);
    }
    ls_buf_clear(&buf);
    return root;
}
