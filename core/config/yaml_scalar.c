/* The scalars of the YAML 1.2 core schema (section 10.3.2 of the specification). */
#include "core/config/yaml_internal.h"

#include <string.h>

static bool is_word(const char *text, const char *const *words)
{
    for (; *words; words++) {
        if (strcmp(text, *words) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_integer(const char *text)
{
    if (text[0] == '0' && (text[1] == 'o' || text[1] == 'x')) {
        const char *set = text[1] == 'o' ? "01234567" : "0123456789abcdefABCDEF";
        return text[2] && text[2 + strspn(text + 2, set)] == '\0';
    }
    text += *text == '-' || *text == '+';
    return *text && text[strspn(text, "0123456789")] == '\0';
}

static bool is_float(const char *text)
{
    static const char *const nan[] = {".nan", ".NaN", ".NAN", NULL};
    static const char *const infinite[] = {".inf", ".Inf", ".INF", NULL};
    if (is_word(text, nan)) {
        return true;
    }
    text += *text == '-' || *text == '+';
    if (is_word(text, infinite)) {
        return true;
    }
    size_t whole = strspn(text, "0123456789");
    text += whole;
    if (*text == '.') {
        size_t places = strspn(text + 1, "0123456789");
        text += 1 + places;
        whole += places;
    }
    if (whole == 0) {
        return false;
    }
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '-' || *text == '+';
        size_t digits = strspn(text, "0123456789");
        return digits > 0 && text[digits] == '\0';
    }
    return *text == '\0';
}

enum ls_yaml_kind ls_yaml_resolve(const char *text, bool *boolean)
{
    static const char *const null[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const yes[] = {"true", "True", "TRUE", NULL};
    static const char *const no[] = {"false", "False", "FALSE", NULL};
    if (is_word(text, null)) {
        return LS_YAML_NULL;
    }
    *boolean = is_word(text, yes);
    if (*boolean || is_word(text, no)) {
        return LS_YAML_BOOLEAN;
    }
    if (is_integer(text)) {
        return LS_YAML_INTEGER;
    }
    return is_float(text) ? LS_YAML_FLOAT : LS_YAML_TEXT;
}
