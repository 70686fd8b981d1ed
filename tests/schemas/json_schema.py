"""The part of JSON Schema (2020-12) that the files in schemas/ use. Any other keyword is refused, so that no schema is taken for checked that is not."""
import re

SILENT = {'$schema', '$defs', 'title', 'description', 'default'}
TYPES = {'object': dict, 'array': list, 'string': str, 'boolean': bool, 'integer': int, 'number': (int, float), 'null': type(None)}


def is_of(value, name):
    return isinstance(value, TYPES[name]) and not (isinstance(value, bool) and name in ('integer', 'number'))


def is_number(value):
    return is_of(value, 'number')


class Checker:
    """`closed`: a member that the schema does not describe is a problem also where the schema allows it."""

    def __init__(self, root, closed=False):
        self.root, self.closed = root, closed

    def problems(self, value, schema=None, path=''):
        schema = self.root if schema is None else schema
        if isinstance(schema, bool):
            return [] if schema else [f'{path}: must not be there']
        found = []
        for key, want in schema.items():
            if key not in SILENT:
                found += getattr(self, 'check_' + key.strip('$').lower())(value, want, schema, path or '.')
        return found

    def check_ref(self, value, want, schema, path):
        return self.problems(value, self.root['$defs'][want.removeprefix('#/$defs/')], path)

    def check_type(self, value, want, schema, path):
        names = want if isinstance(want, list) else [want]
        return [] if any(is_of(value, name) for name in names) else [f'{path}: no {" or ".join(names)}: {value!r}']

    def check_const(self, value, want, schema, path):
        return [] if value == want and type(value) is type(want) else [f'{path}: not {want!r}: {value!r}']

    def check_enum(self, value, want, schema, path):
        return [] if value in want else [f'{path}: none of {want}: {value!r}']

    def check_pattern(self, value, want, schema, path):
        return [f'{path}: does not match {want}: {value!r}'] if isinstance(value, str) and not re.search(want, value) else []

    def check_minimum(self, value, want, schema, path):
        return [f'{path}: below {want}: {value}'] if is_number(value) and value < want else []

    def check_maximum(self, value, want, schema, path):
        return [f'{path}: above {want}: {value}'] if is_number(value) and value > want else []

    def check_required(self, value, want, schema, path):
        return [f'{path}: has no {key}' for key in want if isinstance(value, dict) and key not in value]

    def check_properties(self, value, want, schema, path):
        if not isinstance(value, dict):
            return []
        found = [problem for key in want if key in value for problem in self.problems(value[key], want[key], f'{path}{key}/')]
        if self.closed and 'additionalProperties' not in schema and 'type' in schema:     # without a type it is a condition
            found += self.check_additionalproperties(value, False, schema, path)
        return found

    def check_additionalproperties(self, value, want, schema, path):
        rest = [key for key in value if key not in schema.get('properties', {})] if isinstance(value, dict) else []
        if want is False:
            return [f'{path}: {key} is not described' for key in rest]
        return [problem for key in rest for problem in self.problems(value[key], want, f'{path}{key}/')]

    def check_propertynames(self, value, want, schema, path):
        return [problem for key in (value if isinstance(value, dict) else ()) for problem in self.problems(key, want, path)]

    def check_items(self, value, want, schema, path):
        return [problem for i, item in enumerate(value if isinstance(value, list) else ()) for problem in self.problems(item, want, f'{path}{i}/')]

    def count(self, value, schemas, path):
        return sum(not self.problems(value, schema, path) for schema in schemas)

    def check_allof(self, value, want, schema, path):
        return [problem for one in want for problem in self.problems(value, one, path)]

    def check_anyof(self, value, want, schema, path):
        return [] if self.count(value, want, path) else [f'{path}: fits none of {len(want)} forms: {value!r}'[:300]]

    def check_oneof(self, value, want, schema, path):
        count = self.count(value, want, path)
        return [] if count == 1 else [f'{path}: fits {count} of {len(want)} forms, not one: {value!r}'[:300]]
