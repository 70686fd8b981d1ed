"""Clauses P5-P8 of docs/contract.md as a small executable model: the rows of every kind of view and of alert rules, and what is late, from normalized
records. Integers and fractions throughout, one record after another, nothing incremental.

views_questions.py holds the naive recomputation against it, over random specs and records; tests/interop/views.py the datasets of a run. Values are
None, bool, int (numbers at their field's scale; milliseconds; days) or str; an entry of `top` is a list of two."""
import collections
import fractions
import re

Q = fractions.Fraction
LONG = range(-2**63, 2**63)
TIME = {'type': 'long', 'logicalType': 'timestamp-millis'}
UNITS = {'ms': 1, 's': 1000, 'm': 60000, 'h': 3600000, 'd': 86400000}


class Ends(Exception):
    """A value that does not fit its type, or 128 bits on the way: the run ends."""


def duration(text):
    return sum(int(n) * UNITS[u] for n, u in re.findall(r'(\d+)(ms|[smhd])', str(text)))


# ---- fields

Field = collections.namedtuple('Field', 'name written avro nullable kind scale')        # avro: the type without null; kind: that of expressions


def decimal_type(scale, precision=38):
    return {'type': 'bytes', 'logicalType': 'decimal', 'precision': precision, 'scale': scale}


def field_of(name, avro, nullable=False, money=False):
    logical = avro.get('logicalType') if isinstance(avro, dict) else None
    base = avro['type'] if isinstance(avro, dict) else avro
    kind = ('time' if logical in ('timestamp-millis', 'local-timestamp-millis') else 'number' if logical == 'decimal' or base in ('int', 'long') else
            'boolean' if base == 'boolean' else 'text' if base in ('string', 'enum') else None)
    scale = avro['scale'] if logical == 'decimal' else 2 if money else 0
    return Field(name, f'{name}_cents' if money else name, avro, nullable, kind, scale)


TYPE_NAME = Field('event_type', 'event_type', 'string', False, 'text', 0)


def is_decimal(field):
    return isinstance(field.avro, dict) and field.avro.get('logicalType') == 'decimal'


def is_money(field):
    return field.written != field.name


def shared_fields(tables):
    """Of several event types: what all of them have with one type, and event_type, the event type's name where that is none of those."""
    def essence(f):
        same = {k: v for k, v in f.avro.items() if k != 'name'} if isinstance(f.avro, dict) else f.avro
        return same, f.scale, is_money(f)
    first, *others = tables
    shared = {n: f._replace(nullable=any(t[n].nullable for t in tables)) for n, f in first.items()
              if all(n in t and essence(t[n]) == essence(f) for t in others)}
    return {'event_type': TYPE_NAME, **shared}


def types_of(fields):
    return {n: (f.kind, f.scale) for n, f in fields.items()}


# ---- Avro binary

def zigzag(n):
    n, out = (n << 1) ^ (n >> 63), bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes(out + bytes([n]))


def encode(field, value):
    if isinstance(value, bool):
        return bytes([value])
    if is_decimal(field):
        data = value.to_bytes((value.bit_length() if value >= 0 else (~value).bit_length()) // 8 + 1, 'big', signed=True)
        return zigzag(len(data)) + data
    if isinstance(field.avro, dict) and field.avro['type'] == 'enum':
        return zigzag(field.avro['symbols'].index(value))
    return zigzag(value) if isinstance(value, int) else zigzag(len(value.encode())) + value.encode()


def key_bytes(fields, values):
    return b''.join((b'' if not f.nullable else zigzag(v is not None)) + (b'' if v is None else encode(f, v)) for f, v in zip(fields, values))


# ---- expressions: precedence climbing to closures over a dictionary of names

TOKEN = re.compile(r"\s*(?:(\d[\d_]*(?:\.[\d_]*)?)|([A-Za-z_][\w.]*)|'((?:[^']|'')*)'|(<=|>=|!=|[-+*/()=<>]))")
LEVELS = {'or': 1, 'and': 2, '=': 4, '!=': 4, '<': 4, '<=': 4, '>': 4, '>=': 4, 'is': 4, '+': 5, '-': 5, '*': 6, '/': 6}
Expr = collections.namedtuple('Expr', 'kind scale value names sides', defaults=(None,))          # sides: of a quotient


def fits(value, scale):
    if abs(value * 10**scale) >= 2**127:
        raise Ends
    return value


class Parser:
    def __init__(self, text, types):
        self.types, self.tokens, at = types, [], 0
        while text[at:].strip():
            m = TOKEN.match(text, at)
            self.tokens.append(next((k, g) for k, g in zip(('number', 'name', 'text', 'sign'), m.groups()) if g is not None))
            at = m.end()
        self.tokens.append(('end', ''))

    def take(self, *words):
        if self.tokens[0][0] in ('name', 'sign') and self.tokens[0][1] in words:
            return self.tokens.pop(0)[1]
        return None

    def parse(self, level=0):
        left = self.prefix()
        while LEVELS.get(self.tokens[0][1], 0) > level and self.tokens[0][0] in ('name', 'sign'):
            word = self.tokens.pop(0)[1]
            if word == 'is':
                inverse = self.take('not') is not None
                assert self.take('null')
                left = Expr('boolean', 0, lambda env, x=left, no=inverse: (x.value(env) is None) != no, left.names)
            else:
                left = self.binary(word, left, self.parse(LEVELS[word]))
        return left

    def prefix(self):
        if self.take('not'):
            x = self.parse(3)
            return Expr('boolean', 0, lambda env: None if (v := x.value(env)) is None else not v, x.names)
        if self.take('-'):
            x = self.parse(7)
            return Expr('number', x.scale, lambda env: None if (v := x.value(env)) is None else fits(-v, x.scale), x.names)
        if self.take('('):
            x = self.parse()
            assert self.take(')')
            return x
        kind, word = self.tokens.pop(0)
        if kind == 'number':
            places = len(word.replace('_', '').partition('.')[2])
            number = Q(word.replace('_', ''))
            return Expr('number', places, lambda env: number, frozenset())
        if kind == 'text':
            return Expr('text', 0, lambda env: word.replace("''", "'"), frozenset())
        if word in ('true', 'false'):
            return Expr('boolean', 0, lambda env: word == 'true', frozenset())
        if word == 'null':
            return Expr(None, 0, lambda env: None, frozenset())
        kind, scale = self.types[word]
        return Expr(kind, scale, (lambda env: None if (v := env[word]) is None else Q(v, 10**scale)) if kind == 'number' else lambda env: env[word],
                    frozenset([word]))

    def binary(self, word, a, b):
        names = a.names | b.names
        if word in ('and', 'or'):
            def logic(env):
                x, y = a.value(env), b.value(env)
                decisive = word == 'or'
                return decisive if decisive in (x, y) else None if None in (x, y) else not decisive
            return Expr('boolean', 0, logic, names)
        if LEVELS[word] == 4:
            test = {'=': lambda c: c == 0, '!=': lambda c: c != 0, '<': lambda c: c < 0, '<=': lambda c: c <= 0, '>': lambda c: c > 0, '>=': lambda c: c >= 0}
            scale = max(a.scale, b.scale)

            def compare(env):
                x, y = a.value(env), b.value(env)
                if x is None or y is None:
                    return None
                if a.kind == 'text':
                    x, y = x.encode(), y.encode()
                elif a.kind == 'number':
                    fits(x, scale), fits(y, scale)
                return test[word]((x > y) - (x < y))
            return Expr('boolean', 0, compare, names)
        times = (a.kind == 'time') + (b.kind == 'time')
        scale = a.scale + b.scale if word == '*' else max(a.scale, b.scale)

        def calculate(env):
            x, y = a.value(env), b.value(env)
            if x is None or y is None or (word == '/' and y == 0):
                return None
            return x / y if word == '/' else fits(x * y if word == '*' else x + y if word == '+' else x - y, scale)
        return Expr('time' if times == 1 else 'number', scale, calculate, names, (a, b) if word == '/' else None)


def expression(text, types):
    return Parser(str(text), types).parse()


def holds(condition, env):
    return condition.value(env) is True


# ---- columns

def of_settings(entry):
    """An entry of `select`: the aggregate's word, its settings, the options beside it."""
    if isinstance(entry, str):
        return entry, {}, {}
    beside = {k: v for k, v in entry.items() if k in ('scale', 'q')}
    (word, given), = ((k, v) for k, v in entry.items() if k not in beside)
    if not isinstance(given, dict):
        given = {} if given is None else {('expr' if word == 'expr' else 'field'): given}
    return word, given, beside


def quantile(q, values):
    value = sorted(values)[-(-q * len(values) // 1) - 1]
    low = max(0, abs(value).bit_length() - 8)
    return (abs(value) >> low << low) * (-1 if value < 0 else 1)


class Column:
    """A column of `select`: its field in rows and in expressions, and its value over records (dictionaries), the last of which is the present one."""

    def __init__(self, view, name, entry, fields, types):
        self.name, (self.word, given, beside) = name, of_settings(entry)
        self.where = expression(given['where'], types_of(fields)) if 'where' in given else None
        self.of = fields.get(given.get('field', given.get('of')))
        self.to = fields.get(given.get('to', given.get('by')))
        self.scale, self.q, self.k = int(beside.get('scale', 0)), Q(str(beside.get('q', 1))), int(given.get('k', 10))
        self.expr = expression(given['expr'], types) if self.word == 'expr' else None
        assert (self.of is not None) == ('field' in given or 'of' in given) and (self.to is not None) == ('to' in given or 'by' in given), entry
        self.field = self.define(view)

    def define(self, view):
        of, name = self.of, self.name
        if self.expr:
            kind, scale = self.expr.kind, self.scale if self.expr.sides else self.expr.scale
            self.scale = scale
            avro = {'text': 'string', 'boolean': 'boolean', 'time': TIME, 'number': decimal_type(scale) if scale else 'long'}[kind]
            return field_of(name, avro, True)
        if self.word in ('count', 'distinct'):
            return field_of(name, 'long')
        if self.word in ('avg', 'ratio'):
            return field_of(name, decimal_type(self.scale), True)
        if self.word in ('first', 'last'):
            return field_of(name, of.avro, True, is_money(of))
        if self.word == 'top':
            has = self.number('sum', self.to, True) if self.to else field_of('count', 'long')
            return field_of(name, {'type': 'array', 'items': {'type': 'record', 'name': f'{view}_{name}_entry', 'fields': [
                {'name': 'value', 'type': of.avro}, {'name': has.written, 'type': has.avro}]}})
        return self.number(name, of, self.word == 'sum')

    @staticmethod
    def number(name, of, is_sum):
        avro = of.avro if of.kind == 'time' or (is_decimal(of) and not is_sum) else decimal_type(of.scale) if is_decimal(of) else 'long'
        return field_of(name, avro, True, is_money(of))

    def value(self, records, env):
        """Exactly, whether or not it fits."""
        if self.expr:
            return self.expr_value(env)
        records = [r for r in records if self.where is None or holds(self.where, r)]
        if self.word == 'count':
            return len(records)
        values = [r[self.of.name] for r in records if r[self.of.name] is not None]
        if self.word == 'distinct':
            return len(set(values))
        if self.word == 'top':
            return self.top(records)
        if not values:
            return None
        if self.word in ('min', 'max', 'sum', 'first', 'last'):
            return {'min': min, 'max': max, 'first': lambda v: v[0], 'last': lambda v: v[-1], 'sum': sum}[self.word](values)
        if self.word == 'quantile':
            return quantile(self.q, values)
        over = len(values) if self.word == 'avg' else Q(sum(r[self.to.name] for r in records if r[self.to.name] is not None), 10**self.to.scale)
        return round(Q(sum(values), 10**self.of.scale) / over * 10**self.scale) if over else None

    def top(self, records):
        has = collections.defaultdict(int)
        for r in records:
            if r[self.of.name] is not None and (self.to is None or r[self.to.name] is not None):
                has[r[self.of.name]] += 1 if self.to is None else r[self.to.name]
        return [list(x) for x in sorted(has.items(), key=lambda x: (-x[1], encode(self.of, x[0])))[:self.k]]

    def expr_value(self, env):
        value = self.expr.value(env)
        if value is not None and self.expr.sides:        # both become whole numbers, with no more places than it takes
            a, b = self.expr.sides
            places = max(a.scale, self.scale + b.scale)
            fits(a.value(env), places), fits(b.value(env), places - self.scale)
        if value is None or self.expr.kind in ('text', 'boolean'):
            return value
        return int(value) if self.expr.kind == 'time' else round(value * 10**self.scale)

    def final(self, value):
        """The value as it stands in a row."""
        decimal = is_decimal(self.to) if self.word == 'top' and self.to else is_decimal(self.field)
        for number in [has for _, has in value] if self.word == 'top' else [value]:
            if isinstance(number, int) and not (abs(number) < 10**38 if decimal else number in LONG):
                raise Ends
        return value


class Select:
    """All columns of a view, and the conditions over them."""

    def __init__(self, view, fields, conditions=()):
        types, self.columns, self.used = types_of(fields), [], set()
        for name, entry in (view.get('select') or {}).items():
            column = Column(view['name'], name, entry, fields, dict(types))
            self.used |= (column.expr.names if column.expr else set()) & {c.name for c in self.columns}
            self.columns.append(column)
            types[name] = column.field.kind, column.field.scale        # it hides a field of that name
        self.conditions = [c and expression(c, types) for c in conditions]
        self.used |= set().union(*(c.names for c in self.conditions if c)) & {c.name for c in self.columns}

    def run(self, records):
        """The values, and what conditions are judged over."""
        env, values = dict(records[-1]), []
        for column in self.columns:
            value = column.value(records, env)
            values.append(value)
            env[column.name] = value
            if column.name in self.used and isinstance(value, int) and value not in LONG:
                raise Ends
        return values, env


# ---- views

LATE = [field_of('event_id', 'string'), field_of('entity_id', 'string'), *(field_of(n, TIME) for n in ('event_time', 'window_start', 'window_end')),
        field_of('partition', 'int'), field_of('position', 'long'), field_of('watermark', TIME)]


class View:
    """Its rows and the `fields` of them; what is `late` by topic and partition. `tables`: of each event type its fields by name. `records`: of each event
    type dictionaries of its fields, and `_topic`."""

    def __init__(self, spec, tables, records):
        self.spec, self.rows, self.late, self.by, self.is_alert = spec, [], collections.defaultdict(list), [], 'when' in spec
        join = spec.get('join')
        names = self.names = [join['left'], join['right']] if join else [spec['from']] if isinstance(spec['from'], str) else spec['from']
        if join:
            self.make_join(join, names, tables, records)
            return
        fields = shared_fields([tables[n] for n in names])
        by = spec.get('by', [])
        self.by = [fields[n] for n in ([by] if isinstance(by, str) else by)]
        self.select = Select(spec, fields, [spec.get('when'), spec.get('clear')])
        inner = [c.where for c in self.select.columns if c.where]
        where = expression(spec['where'], types_of(fields)) if 'where' in spec else None
        seen = [r for r in self.read(names, tables, records) if where is None or holds(where, r)]
        for r in seen:        # of late records too: what leaves 128 bits ends the run
            [holds(w, r) for w in inner]
        if 'window' in spec:
            self.make_windows(seen, *next(iter(spec['window'].items())))
        else:
            self.make_rolling(seen)

    @staticmethod
    def read(names, tables, records):
        own = shared_fields([tables[n] for n in names])['event_type'] is not TYPE_NAME
        return [r if own else {**r, 'event_type': n} for n in names for r in records[n]]

    @staticmethod
    def order(r):
        return r['event_time'], r['event_id'].encode(), r['_topic'].encode(), r['partition'], r['position']

    def group(self, r):
        return key_bytes(self.by, [r[f.name] for f in self.by])

    def put_late(self, r, start, end):
        row = [r['event_id'], r['entity_id'], r['event_time'], start, end, r['partition'], r['position'], r['watermark']]
        self.late[r['_topic'], r['partition']].append(row)

    def on_time(self, seen):
        for r in seen:
            if r['event_time'] < r['watermark']:
                self.put_late(r, r['event_time'], r['event_time'])
        return sorted((r for r in seen if r['event_time'] >= r['watermark']), key=self.order)

    def define(self, *head, others=()):
        self.fields = [*head, *self.by, *others, *(c.field for c in self.select.columns), field_of('feature_version', 'int')]

    def put(self, head, of, others, values):
        values = [c.final(v) for c, v in zip(self.select.columns, values)]
        self.rows.append([*head, *(of[f.name] for f in self.by), *others, *values, int(self.spec.get('feature_version', 1))])

    def make_windows(self, seen, word, given):
        self.define(field_of('window_start', TIME), field_of('window_end', TIME))
        windows = collections.defaultdict(list)
        if word == 'session':
            gap = duration(given['gap'] if isinstance(given, dict) else given)
            groups = collections.defaultdict(list)
            for r in self.on_time(seen):
                groups[self.group(r)].append(r)
            for key, members in groups.items():
                start = None
                for before, r in zip([None, *members], members):
                    if before is None or r['event_time'] - before['event_time'] >= gap:
                        start = r['event_time']
                    windows[start, key].append(r)
            rows = [(members[-1]['event_time'] + gap, start, key, members) for (start, key), members in windows.items()]
        else:
            given = given if isinstance(given, dict) else {'size': given}
            size = duration(given['size'])
            every, offset = duration(given.get('every', given['size'])), duration(given.get('offset', 0))
            for r in seen:
                t = r['event_time']
                for start in range(offset + ((t - size - offset) // every + 1) * every, t + 1, every):
                    assert start <= t < start + size
                    if start + size > r['watermark']:
                        windows[start, self.group(r)].append(r)
                    else:
                        self.put_late(r, start, start + size)
            rows = [(start + size, start, key, sorted(members, key=self.order)) for (start, key), members in windows.items()]
        for end, start, _, members in sorted(rows, key=lambda row: row[:3]):
            self.put([start, end], members[0], [], self.select.run(members)[0])

    def make_rolling(self, seen):
        """Alert rules too: there, of all rows those where the state of the group changes."""
        rolling, state, groups = self.spec.get('rolling'), collections.defaultdict(bool), collections.defaultdict(list)
        over, step = (duration(rolling['over']), duration(rolling.get('step', 0))) if rolling else (0, 0)
        enums = [field_of(n, {'type': 'enum', 'name': n, 'symbols': s}) for n, s in (('transition', ['RAISED', 'CLEARED']),
                                                                                    ('severity', ['INFO', 'WARNING', 'CRITICAL']))]
        self.define(field_of('event_time', TIME), field_of('event_id', 'string'), others=enums if self.is_alert else ())
        for r in self.on_time(seen):
            key, t = self.group(r), r['event_time']
            sight = (lambda x: x // step > t // step - over // step) if step else (lambda x: x > t - over)
            groups[key] = [*(x for x in groups[key] if sight(x['event_time'])), r] if rolling else [r]
            values, env = self.select.run(groups[key])
            head = [t, r['event_id']]
            if not self.is_alert:
                self.put(head, r, [], values)
                continue
            when, clear = self.select.conditions
            if holds(when, env) if not state[key] else holds(clear, env) if clear else not holds(when, env):
                state[key] = not state[key]
                self.put(head, r, ['RAISED' if state[key] else 'CLEARED', self.spec['severity']], values)

    def make_join(self, join, names, tables, records):
        on = join.get('on', [])
        on, within = [on] if isinstance(on, str) else on, duration(join['within'])
        sides = [(side, shared_fields([tables[n]])) for side, n in zip(('left', 'right'), names)]
        self.select = Select(self.spec, {f'{side}.{n}': f for side, fields in sides for n, f in fields.items()})
        self.define(field_of('event_time', TIME), field_of('left_event_id', 'string'), field_of('right_event_id', 'string', True),
                    field_of('entity_id', 'string'))
        lefts, rights = (self.on_time(self.read([n], tables, records)) for n in names)
        of_entity = collections.defaultdict(list)
        for b in rights:
            of_entity[b['entity_id']].append(b)
        for a in lefts:
            pairs = [b for b in of_entity[a['entity_id']] if 0 <= b['event_time'] - a['event_time'] <= within
                     and all(a[n] is not None and a[n] == b[n] for n in on)]
            for b in pairs or [None] * (join.get('keep') == 'left'):
                env = {f'{side}.{n}': r and r[n] for (side, fields), r in zip(sides, (a, b)) for n in fields}
                values = self.select.run([env])[0]
                self.put([a['event_time'], a['event_id'], b and b['event_id'], a['entity_id']], a, [], values)
