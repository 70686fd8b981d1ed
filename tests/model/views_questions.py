#!/usr/bin/env python3
"""Random specs with all kinds of views and alert rules, and random records: the rows that the naive recomputation (conformance/naive*.c, as the program
naive_rows) makes of them have to be those of views_model.py.

usage: views_questions.py NAIVE_ROWS FOLDER; what differs stays in FOLDER"""
import collections
import datetime
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys

from views_model import LATE, TIME, Column, Ends, View, decimal_type, expression, field_of, is_decimal, is_money, shared_fields, types_of

EPOCH = datetime.datetime(1970, 1, 1)


def show(field, value):
    if value is None:
        return 'null'
    if isinstance(value, list):
        of, has = ((f['name'], field_of(f['name'], f['type'])) for f in field.avro['items']['fields'])
        text = (lambda v: f'{EPOCH + datetime.timedelta(milliseconds=v):%FT%T.%f}'[:-3] + 'Z') if of[1].kind == 'time' else lambda v: show(of[1], v)
        return '[' + ', '.join(f'{{{of[0]} {text(v)}, {has[0]} {show(has[1], n)}}}' for v, n in value) + ']'
    if isinstance(value, bool):
        return str(value).lower()
    if is_decimal(field) and field.scale:
        digits = f'{abs(value):0{field.scale + 1}}'
        return f'{"-" * (value < 0)}{digits[:-field.scale]}.{digits[-field.scale:]}'
    return f"'{value}'" if isinstance(value, str) else str(value)


def show_view(view):
    lines = [','.join(map(show, view.fields, row)) for row in view.rows]
    for (topic, partition), rows in sorted(view.late.items(), key=lambda x: ([f'raw.test.{n}' for n in view.names].index(x[0][0]), x[0][1])):
        rows.sort(key=lambda row: (row[6], row[3]))
        lines += [f'late {topic} {partition}', *(','.join(map(show, LATE, row)) for row in rows)]
    return lines


ENVELOPE = [field_of('event_id', 'string'), field_of('event_time', TIME), field_of('ingest_time', TIME), field_of('source', 'string'),
            field_of('schema_version', 'int'), field_of('entity_id', 'string')]
PHYSICAL = LATE[5:]
CHOICES = {'event_type': ['order', 'mine'], 'country': ['', 'A', 'AA', 'B', 'DE', 'É'], 'code': ['x', 'xy', 'DE'],
           'quantity': [*range(-3, 4), 127, 128, 255, 256, 257, -257, 1023, 99999], 'small': [-64, -1, 0, 1, 64, 300],
           'huge': [2**63 - 1, -2**63, 5, -1, 0, 2**62], 'amount': [-100, -1, 0, 1, 50, 99, 100, 250, 12345],
           'weight': [-1500, -1, 0, 1, 5, 999, 10**18 - 1], 'due': [-5, 0, 7, 40], 'day': [-1, 0, 3], 'flag': [False, True], 'wall': [-5, 3]}


class Maker:
    """A random spec with random records."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.tables = {name: self.event_fields() for name in ('order', 'refund', 'visit')}

    def some(self, *of):
        return self.rng.choice(of)

    def event_fields(self):
        enum = ['cash', 'card', 'bill'][:self.some(2, 3, 3)]
        pool = [field_of('country', 'string', True), field_of('method', {'type': 'enum', 'name': 'm', 'symbols': enum}, True),
                field_of('code', 'string', self.some(True, False)), field_of('flag', 'boolean', True), field_of('amount', 'long', True, True),
                field_of('quantity', self.some('int', 'long', 'long'), True), field_of('small', 'int'), field_of('huge', 'long', True),
                field_of('weight', decimal_type(self.some(3, 3, 2), 18), True), field_of('due', TIME, True),
                field_of('day', {'type': 'int', 'logicalType': 'date'}, True),
                field_of('wall', {'type': 'long', 'logicalType': 'local-timestamp-millis'}, True)]
        pool += [field_of('event_type', 'string', self.some(True, False))] if self.rng.random() < .15 else []        # which hides the type's name
        self.rng.shuffle(pool)
        return {f.name: f for f in [*ENVELOPE, *pool[:self.some(8, 10, 12, 13)], *PHYSICAL]}

    def field_spec(self, f):
        word = f.avro.get('logicalType', f.avro['type']) if isinstance(f.avro, dict) else f.avro
        kind = {'timestamp-millis': 'timestamp', 'local-timestamp-millis': 'local_timestamp'}.get(word, 'money' if is_money(f) else word)
        out = {'name': f.name, 'type': kind, **({'nullable': '1/2'} if f.nullable else {})}
        if kind == 'enum':
            out['choice'] = f.avro['symbols']
        elif kind == 'decimal':
            out |= {'precision': 18, 'scale': f.scale, 'uniform': [1, 2]}
        else:
            out |= ({'choice': ['a', 'b']} if kind == 'string' else {'choice': ['true', 'false']} if kind == 'boolean' else
                    {'uniform': ['1h', '2h']} if f.kind == 'time' else {'uniform': ['1d', '2d']} if kind == 'date' else {'uniform': [1, 2]})
        return out

    def records(self, count):
        out, marks = {n: [] for n in self.tables}, {}
        for _ in range(count):
            name, partition = self.some(*self.tables), self.rng.randrange(2)
            time = self.rng.randrange(-30, 60)
            mark = marks[name, partition] = max(marks.get((name, partition), -99), time - self.some(0, 1, 5, 20, 40))
            r = {'event_id': self.some('a', 'ab', 'b', 'B', 'c', 'd', 'é', 'z'), 'event_time': time, 'ingest_time': time, 'source': 'test', 'schema_version': 1,
                 'entity_id': self.some('C1', 'C2', 'C3'), 'partition': partition, 'watermark': mark, '_topic': f'raw.test.{name}',
                 'position': sum(x['partition'] == partition for x in out[name])}
            for f in list(self.tables[name].values())[len(ENVELOPE):-len(PHYSICAL)]:
                choices = f.avro['symbols'] if f.name == 'method' else CHOICES[f.name]
                value = self.some(*choices)
                if f.name == 'huge' and self.rng.random() < .8:
                    value = self.rng.randrange(-9, 9)
                r[f.name] = None if f.nullable and self.rng.random() < .25 else value
            out[name].append(r)
        return out

    def condition(self, types):
        word = self.some('compare', 'compare', 'null', 'and', 'or', 'not')
        if word in ('and', 'or'):
            return f'({self.condition(types)} {word} {self.condition(types)})'
        if word == 'not':
            return f'not {self.condition(types)}'
        names = [n for n, (kind, _) in types.items() if kind in ('number', 'text')]
        name = self.rng.choice(names)
        if word == 'null':
            return f'{name} is {self.some("", "not ")}null'
        sign = self.some('=', '!=', '<', '<=', '>', '>=')
        if types[name][0] == 'text':
            return f"{name} {sign} '{self.some('A', 'DE', 'cash', 'card', 'b', 'order')}'"
        return f'{self.number(types, name)} {sign} {self.some("0", "1", "0.5", "2", "100", "255.01")}'

    def number(self, types, name):
        other = self.rng.choice([n for n, (kind, _) in types.items() if kind == 'number'])
        return self.some(name, name, f'-{name}', f'{name} + {other}', f'{name} * 2', f'({name} - {other}) * 1.5', f'{name} * {other}')

    def aggregate(self, fields):
        usable = {n: f for n, f in fields.items() if f.kind}
        numbers = [n for n, f in usable.items() if f.kind == 'number'] + ['huge'] * (3 if 'huge' in usable else 0)
        ordered = [n for n, f in usable.items() if f.kind in ('number', 'time')]
        word = self.some('count', 'sum', 'min', 'max', 'avg', 'distinct', 'ratio', 'first', 'last', 'quantile', 'top')
        where = {'where': self.condition(types_of(usable))} if self.rng.random() < .3 else {}
        if word == 'count':
            return {'count': where} if where else 'count'
        if word == 'ratio':
            return {'ratio': {'of': self.rng.choice(numbers), 'to': self.rng.choice(numbers), **where}, 'scale': self.rng.randrange(10)}
        if word == 'top':
            by = {'by': self.rng.choice(numbers)} if self.rng.random() < .5 else {}
            return {'top': {'of': self.rng.choice(list(usable)), 'k': self.some(1, 2, 3, 10), **by, **where}}
        of = self.rng.choice(ordered if word in ('min', 'max') else numbers if word in ('sum', 'avg', 'quantile') else list(usable))
        beside = {'scale': self.rng.randrange(fields[of].scale, 10)} if word == 'avg' else {}
        beside |= {'q': self.some('1/2', '1/100', 0.75, '95/100', 1, '1/3')} if word == 'quantile' else {}
        return {word: {'field': of, **where} if where else of, **beside}

    def columns(self, fields, aggregates, of_records):
        types, out = {n: (f.kind, f.scale) for n, f in fields.items() if f.kind and of_records}, {}
        for i in range(self.some(1, 2, 3, 5)):
            name = self.some(f'c{i}', f'c{i}', self.rng.choice(list(fields)).replace('.', '_'))        # of a field, sometimes, which it hides
            if name in out:
                continue
            numbers = [n for n, (k, _) in types.items() if k == 'number']
            if numbers and (not aggregates or self.rng.random() < .4):
                number = self.number(types, self.rng.choice(numbers))
                text = self.some(self.rng.choice(list(types)), number, number, self.condition(types), f'({number}) / ({self.rng.choice(["2", "3", number])})')
                if not self.fine(text, types):
                    continue
                out[name] = {'expr': text, **({'scale': self.rng.randrange(10)} if re.search(' / ', text) else {})}
            else:
                out[name] = self.aggregate(fields)
            column = Column('v', name, out[name], fields, dict(types))
            types.pop(name, None)
            if column.field.kind and aggregates:        # a join's expressions see its records alone
                types[name] = column.field.kind, column.field.scale
        return out or {'c': {'expr': 'left.event_id' if 'left.event_id' in types else 'event_id'} if not aggregates else 'count'}, types

    @staticmethod
    def fine(text, types):
        """No more places than expressions have, and `/` at the top alone."""
        left, _, right = text.partition(' / ')
        return all(expression(t, types).scale <= 9 for t in (left, right) if t)

    def view(self, name):
        kind = self.some('tumbling', 'hopping', 'session', 'rolling', 'alert', 'plain alert', 'join')
        view = {'name': name, 'feature_version': self.some(1, 7)}
        if kind == 'join':
            left, right = self.rng.sample(list(self.tables), 2)
            same = [n for n, f in self.tables[left].items() if n in self.tables[right] and n not in ('event_time', 'ingest_time', 'watermark', 'position')
                    and shared_fields([self.tables[left], self.tables[right]]).get(n) and f.kind]
            view['join'] = {'left': left, 'right': right, 'within': self.some('0s', '5ms', '20ms'), 'on': self.rng.sample(same, self.some(0, 0, 1)),
                            'keep': self.some('left', 'both')}
            fields = {f'{s}.{n}': f for s, t in (('left', left), ('right', right)) for n, f in self.tables[t].items()}
            view['select'] = self.columns(fields, False, True)[0]
            return view
        names = self.rng.sample(list(self.tables), self.some(1, 1, 2, 3))
        fields = shared_fields([self.tables[n] for n in names])
        if self.some(True, False):
            view['where'] = self.condition(types_of(fields))
        by = [n for n, f in fields.items() if f.kind and n not in ('event_id', 'event_time', 'ingest_time', 'position', 'watermark')]
        view |= {'from': names, 'by': self.rng.sample(by, self.some(0, 1, 1, 2))}
        size, every, offset, gap = (f'{self.some(*n)}ms' for n in ((1, 7, 20), (1, 3, 7, 30), (0, 2, 50), (1, 4, 9)))
        if kind in ('tumbling', 'hopping', 'session'):
            view['window'] = {'tumbling': {'tumbling': {'size': size, 'offset': offset}}, 'session': {'session': gap},
                              'hopping': {'hopping': {'size': size, 'every': every, 'offset': offset}}}[kind]
        elif kind != 'plain alert':
            step = self.some(0, 1, 4)
            view['rolling'] = {'over': f'{(step or 1) * self.some(1, 3, 10)}ms', **({'step': f'{step}ms'} if step else {})}
        view['select'], types = self.columns(fields, kind != 'plain alert', 'window' not in view)
        if 'alert' in kind:
            view |= {'severity': self.some('INFO', 'WARNING', 'CRITICAL'), 'when': self.condition(types)}
            if self.some(True, False):
                view['clear'] = self.condition(types)
        return view

    def spec(self):
        views = [self.view(f'v{i}') for i in range(6)]
        return {'lockstep': 1, 'domain': 'test', 'seed': 1, 'start': '2026-01-01T00:00:00Z', 'arrival': [{'rate': '1/s'}],
                'entities': {'customer': {'count': 9, 'id': 'C{n}'}},
                'event_types': [{'name': n, 'weight': 1, 'entity': 'customer', 'attributes':
                                 [self.field_spec(f) for f in list(t.values())[len(ENVELOPE):-len(PHYSICAL)]]} for n, t in self.tables.items()],
                'topics': {'partitions': 2}, 'pipeline': {'watermark': {'delay': '1s'}, 'dedupe': {'horizon': '1m'},
                                                          'views': [v for v in views if 'when' not in v], 'alerts': [v for v in views if 'when' in v]}}


def as_line(tables, name, r):
    said = [f'{n}={str(r[n]).lower() if isinstance(r[n], bool) else r[n]}' for n in list(tables[name])[len(ENVELOPE):-len(PHYSICAL)] if r[n] is not None]
    return ' '.join([name, str(r['partition']), str(r['event_time']), str(r['watermark']), r['event_id'], r['entity_id'], *said])


def ask(program, folder, seed, met):
    maker = Maker(seed)
    spec, records = maker.spec(), maker.records(maker.some(0, 1, 20, 60, 60))
    path = os.path.join(folder, f'{seed}.yaml')
    with open(path, 'w', encoding='utf-8') as f:
        json.dump(spec, f)
    lines = ''.join(as_line(maker.tables, n, r) + '\n' for n, rs in records.items() for r in rs)
    done = subprocess.run([program, path], input=lines, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f'{path}: {done.stderr}')
    said = {block.split('\n', 1)[0]: block.split('\n')[1:-1] for block in re.split(r'^view ', done.stdout, flags=re.M)[1:]}
    for view in itertools.chain(spec['pipeline']['views'], spec['pipeline']['alerts']):
        kind = 'alert' if 'when' in view else 'join' if 'join' in view else 'rolling' if 'rolling' in view else next(iter(view['window']))
        try:
            made = View(view, maker.tables, records)
            should = show_view(made)
            met[f'{kind} rows'] += len(made.rows)
            met[f'{kind} late'] += sum(map(len, made.late.values()))
        except Ends:
            should = None
            met['ends'] += 1
        found = said[view['name']]
        if (found[:1] != [] and found[0].startswith('! ')) if should is None else found == should:
            continue
        with open(os.path.join(folder, f'{seed}.records'), 'w', encoding='utf-8') as f:
            f.write(lines)
        differ = next(((a, b) for a, b in itertools.zip_longest(found, should or []) if a != b), None)
        sys.exit(f'{path}: {json.dumps(view)}\nthe recomputation says {differ and differ[0]}\nand the model {differ and differ[1]}')
    os.remove(path)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    met = collections.Counter()
    for seed in range(600):
        ask(program, folder, seed, met)
    kinds = ('tumbling', 'hopping', 'session', 'rolling', 'alert', 'join')
    assert all(met[f'{k} rows'] > 300 and met[f'{k} late'] > 300 for k in kinds) and met['ends'] > 10, met
    print(f'{sum(met[f"{k} rows"] for k in kinds)} rows and {sum(met[f"{k} late"] for k in kinds)} late ones are the same, {met["ends"]} views end both')
    shutil.rmtree(folder)


if __name__ == '__main__':
    main()
