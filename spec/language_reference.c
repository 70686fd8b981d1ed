/* The option rows of reference tables, and of what is looked up in them. */
#include "spec/language_internal.h"

const char *const ls_table_column_words[] = {"string",  "int",       "long", "boolean", "money",
                                             "decimal", "timestamp", "date", NULL};

static const struct ls_option column_rows[] = {
    {"name", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_column, field.name),
     .summary = "The column, as the file's first line has it.", .example = "rate"},
    {"type", LS_OPTION_WORD, LS_OPTION_REQUIRED, offsetof(struct ls_spec_column, type_word),
     .words = ls_table_column_words,
     .summary = "Its type. Numbers are written as 12 or -24.90, booleans as true and false, "
                "timestamps as 2026-01-01T00:00:00Z or with an offset, dates as 2026-01-01; an "
                "empty field is null, one of two quotes an empty text.",
     .example = "string"},
    {"precision", LS_OPTION_INTEGER, 0, offsetof(struct ls_spec_column, field.precision),
     .minimum = "1", .maximum = "18", .summary = "How many digits a decimal has at most.",
     .example = "12"},
    {"scale", LS_OPTION_INTEGER, 0, offsetof(struct ls_spec_column, field.decimal_scale),
     .minimum = "0", .maximum = "18",
     .summary = "How many of a decimal's digits are decimal places [0].", .example = "6"},
    END,
};
const struct ls_table ls_spec_column_table = {"column of a file",
                                              "A column of a reference table that is a file.",
                                              sizeof(struct ls_spec_column),
                                              offsetof(struct ls_spec_column, field.where),
                                              offsetof(struct ls_spec_column, field.given),
                                              column_rows};

static const struct ls_option reference_rows[] = {
    {"from", LS_OPTION_TEXT, 0, offsetof(struct ls_spec_reference, from),
     .summary = "entities.NAME: the population, with its attributes as columns,",
     .example = "entities.product"},
    {"file", LS_OPTION_TEXT, LS_OPTION_DEPLOYMENT, offsetof(struct ls_spec_reference, file),
     .summary = "or a file, looked for from the spec's folder: comma-separated values with a line "
                "of names in front. Its content counts, not where it lies.",
     .example = "reference/fx.csv"},
    {"columns", LS_OPTION_LIST, 0, offsetof(struct ls_spec_reference, columns),
     .table = &ls_spec_column_table,
     .summary = "The columns of a file that are read; it may have others."},
    {"key", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_reference, key_column),
     .summary = "The column that records are matched with, a text. A name that no attribute of "
                "the population has is that of the column with its ids.",
     .example = "product_id"},
    {"valid", LS_OPTION_NAMES, 0, offsetof(struct ls_spec_reference, valid),
     .summary = "The columns that say when a row holds: from the first one's time on, before the "
                "second one's; null for ever. Then a key may have many rows, one at a time [all "
                "rows hold always].",
     .example = "[valid_from, valid_to]"},
    {"happens", LS_OPTION_NAME, 0, offsetof(struct ls_spec_reference, happens),
     .summary = "The column that says when what a row tells of happens, for `adjust`: a key may "
                "have any number of rows. Null for what never does.",
     .example = "ex_time"},
    {"known", LS_OPTION_NAME, 0, offsetof(struct ls_spec_reference, known),
     .summary = "The column that says from when on a row was known; null for always. The row of "
                "an id that was known last replaces the others [always].",
     .example = "known_from"},
    {"id", LS_OPTION_NAME, 0, offsetof(struct ls_spec_reference, id),
     .summary = "The column that says which rows are one row, restated. With `valid` or `happens` "
                "it has to be said [the key].",
     .example = "row_id"},
    END,
};
const struct ls_table ls_spec_reference_table = {
    "reference table",
    "Data that records are checked against and enriched from.",
    sizeof(struct ls_spec_reference),
    offsetof(struct ls_spec_reference, where),
    NO_PLACE,
    reference_rows};

static const struct ls_option lookup_rows[] = {
    {"table", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_lookup, table),
     .summary = "A reference table.", .example = "products"},
    {"key", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_lookup, key),
     .summary = "The field with the key.", .example = "product_id"},
    {"take", LS_OPTION_NAME, 0, offsetof(struct ls_spec_lookup, take),
     .summary = "The column to take; none beside an `expr`, which names columns as TABLE.COLUMN.",
     .example = "category"},
    {"at", LS_OPTION_NAME, 0, offsetof(struct ls_spec_lookup, at),
     .summary = "The field with the time at which the row has to hold, of a table with `valid` "
                "[event_time].",
     .example = "ordered_at"},
    END,
};
const struct ls_table ls_spec_lookup_table = {
    "lookup",
    "A row of a reference table; all of it is null where the table has none for the key (and the "
    "time).",
    sizeof(struct ls_spec_lookup),
    offsetof(struct ls_spec_lookup, where),
    NO_PLACE,
    lookup_rows};

static const struct ls_option adjust_rows[] = {
    {"table", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_adjust, table),
     .summary = "A reference table with `happens`.", .example = "corporate_actions"},
    {"key", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_adjust, key),
     .summary = "The field with the key.", .example = "instrument_id"},
    {"factor", LS_OPTION_NAMES, LS_OPTION_REQUIRED, offsetof(struct ls_spec_adjust, factor),
     .summary = "The columns with the factor's numerator and denominator, whole numbers.",
     .example = "[numerator, denominator]"},
    {"at", LS_OPTION_NAME, 0, offsetof(struct ls_spec_adjust, at),
     .summary = "The field with the time behind which what counts happens [event_time].",
     .example = "traded_at"},
    END,
};
const struct ls_table ls_spec_adjust_table = {
    "adjustment",
    "The factors of all that happens to the key after a time.",
    sizeof(struct ls_spec_adjust),
    offsetof(struct ls_spec_adjust, where),
    NO_PLACE,
    adjust_rows};
