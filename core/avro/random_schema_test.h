/* Random schemas for the tests of this folder: a pure function of a seed, so that a failure's seed
 * shows it again. */
#ifndef LS_AVRO_RANDOM_SCHEMA_TEST_H
#define LS_AVRO_RANDOM_SCHEMA_TEST_H

#include "core/avro/schema.h"
#include "core/base/buf.h"
#include "core/base/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct rng {
    uint64_t key;
    uint64_t drawn;
};

static inline struct rng rng_of(uint64_t seed)
{
    return (struct rng){.key = ls_stream_key(seed, "avro tests")};
}

static inline uint64_t rng_word(struct rng *rng)
{
    return ls_word(rng->key, rng->drawn++, 0);
}

static inline uint64_t rng_below(struct rng *rng, uint64_t n)
{
    return ls_below(rng_word(rng), n);
}

#define MAKER_DEPTH_MAX 4
#define MAKER_NAMES_MAX 40

struct maker {
    struct rng *rng;
    struct ls_buf text;
    unsigned names;             /* defined so far: T0, T1, ... */
    bool open[MAKER_NAMES_MAX]; /* a record whose fields are being written */
    bool odd;                   /* may records contain themselves, and fixed have no size? */
};

static inline void make_type(struct maker *maker, unsigned depth, bool behind_choice);

static inline void emit(struct maker *maker, const char *text)
{
    struct ls_error err;
    assert_int_equal(ls_buf_append_text(&maker->text, text, &err), 0);
}

static inline void emit_name(struct maker *maker, const char *before, unsigned name)
{
    struct ls_error err;
    /* in full, so that it means the same inside any definition */
    assert_int_equal(ls_buf_appendf(&maker->text, &err, "%s\"%sT%u\"", before,
                                    name % 3 == 2 ? "other.space." : "space.", name),
                     0);
}

static inline void make_primitive(struct maker *maker)
{
    static const char *const forms[] = {
        "\"null\"",
        "\"boolean\"",
        "\"int\"",
        "\"long\"",
        "\"float\"",
        "\"double\"",
        "\"bytes\"",
        "\"string\"",
        "\"string\"",
        "{\"type\":\"int\",\"logicalType\":\"date\"}",
        "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}",
        "{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}",
        "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":20,\"scale\":3}",
    };
    emit(maker, forms[rng_below(maker->rng, sizeof forms / sizeof *forms)]);
}

static inline void make_named(struct maker *maker, enum ls_avro_type kind, unsigned depth)
{
    unsigned name = maker->names++;
    struct ls_error err;
    emit_name(maker, "{\"name\":", name);
    if (kind == LS_AVRO_FIXED) {
        unsigned size = !maker->odd + (unsigned)rng_below(maker->rng, 20);
        assert_int_equal(
            ls_buf_appendf(&maker->text, &err, ",\"type\":\"fixed\",\"size\":%u}", size), 0);
        return;
    }
    unsigned count = 1 + (unsigned)rng_below(maker->rng, 6);
    if (kind == LS_AVRO_ENUM) {
        count += rng_below(maker->rng, 8) == 0 ? 70 : 0; /* an index of two bytes */
        emit(maker, ",\"type\":\"enum\",\"symbols\":[");
        for (unsigned i = 0; i < count; i++) {
            assert_int_equal(ls_buf_appendf(&maker->text, &err, "%s\"S%u\"", i ? "," : "", i), 0);
        }
        emit(maker, "]}");
        return;
    }
    maker->open[name] = true;
    emit(maker, ",\"type\":\"record\",\"fields\":[");
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(
            ls_buf_appendf(&maker->text, &err, "%s{\"name\":\"f%u\",\"type\":", i ? "," : "", i),
            0);
        make_type(maker, depth + 1, false);
        emit(maker, "}");
    }
    emit(maker, "]}");
    maker->open[name] = false;
}

/* Branches in rising order of kind, so that no two are of one; named types are new. */
static inline void make_union(struct maker *maker, unsigned depth)
{
    static const char *const plain[] = {"null",  "boolean", "int",   "long",
                                        "float", "double",  "bytes", "string"};
    bool nullable = rng_below(maker->rng, 2);
    bool null_first = rng_below(maker->rng, 2);
    emit(maker, "[");
    if (nullable) { /* null and one other */
        emit(maker, null_first ? "\"null\"," : "");
        uint64_t kind = 1 + rng_below(maker->rng, 9);
        if (kind < 8 || maker->names == MAKER_NAMES_MAX) {
            emit(maker, "\"");
            emit(maker, plain[kind < 8 ? kind : 7]);
            emit(maker, "\"");
        } else if (kind == 8) {
            emit(maker, "{\"type\":\"array\",\"items\":");
            make_type(maker, depth + 1, true);
            emit(maker, "}");
        } else {
            make_named(maker, rng_below(maker->rng, 2) ? LS_AVRO_ENUM : LS_AVRO_RECORD, depth);
        }
        emit(maker, null_first ? "]" : ",\"null\"]");
        return;
    }
    const char *comma = "";
    for (int kind = 0; kind < 8; kind++) {
        if (rng_below(maker->rng, 3) == 0) {
            emit(maker, comma);
            emit(maker, "\"");
            emit(maker, plain[kind]);
            emit(maker, "\"");
            comma = ",";
        }
    }
    for (int i = 0; i < 2 && maker->names < MAKER_NAMES_MAX; i++) {
        emit(maker, comma);
        make_named(maker, i ? LS_AVRO_FIXED : LS_AVRO_RECORD, depth);
        comma = ",";
    }
    if (!*comma) {
        emit(maker, "\"null\"");
    }
    emit(maker, "]");
}

/* A type that was defined before; one whose definition is still open only where a value can do
 * without it. */
static inline void make_reference(struct maker *maker, bool behind_choice)
{
    unsigned name = (unsigned)rng_below(maker->rng, maker->names);
    if (!maker->open[name] || (maker->odd && behind_choice)) {
        emit_name(maker, "", name);
    } else if (maker->odd) {
        emit_name(maker, "[\"null\",", name);
        emit(maker, "]");
    } else {
        make_primitive(maker);
    }
}

/* `behind_choice`: the value may be left out (an item, an entry). */
static inline void make_type(struct maker *maker, unsigned depth, bool behind_choice)
{
    static const enum ls_avro_type kinds[] = {LS_AVRO_RECORD, LS_AVRO_ENUM, LS_AVRO_FIXED};
    uint64_t dice = depth < MAKER_DEPTH_MAX ? rng_below(maker->rng, 20) : 0;
    if (dice >= 18 && maker->names < MAKER_NAMES_MAX) {
        make_named(maker, kinds[rng_below(maker->rng, 3)], depth);
    } else if (dice >= 16 && maker->names) {
        make_reference(maker, behind_choice);
    } else if (dice >= 13) {
        make_union(maker, depth + 1);
    } else if (dice >= 9) {
        emit(maker,
             dice >= 11 ? "{\"type\":\"map\",\"values\":" : "{\"type\":\"array\",\"items\":");
        make_type(maker, depth + 1, true);
        emit(maker, "}");
    } else {
        make_primitive(maker);
    }
}

/* A schema; with `record`, a record at its root; with `odd`, things in it that not every library
 * takes. Free with ls_schema_free. */
static inline struct ls_schema *random_schema(struct rng *rng, bool record, bool odd)
{
    struct ls_error err = {0};
    struct maker maker = {.rng = rng, .odd = odd};
    struct ls_schema *schema = NULL;
    ls_buf_init(&maker.text, "random schema", LS_SCHEMA_TEXT_MAX);
    if (record) {
        make_named(&maker, LS_AVRO_RECORD, 0);
    } else {
        make_type(&maker, 0, false);
    }
    if (ls_schema_parse((const char *)maker.text.data, maker.text.size, &schema, &err) < 0) {
        fail_msg("%s\n%.*s", err.text, (int)maker.text.size, (const char *)maker.text.data);
    }
    ls_buf_clear(&maker.text);
    return schema;
}

#endif
