#!/usr/bin/env python3
"""Random small specs: what the typed files hold (avro:, jsonl:, csv:, the standard output) is what the log holds, read with fastavro, Python's json
and Python's csv. usage: typed_files.py PROGRAM FOLDER [SPECS]"""
import collections
import csv
import datetime
import decimal
import glob
import io
import json
import os
import random
import shutil
import struct
import subprocess
import sys

import fastavro

EVENTS = 300
FRAME = 10      # bytes: single-object encoding
ESCAPES = {'"': '\\"', '\\': '\\\\'}
TEXTS = ['a', 'a,b', 'say "x"', 'two\nlines', 'cr\rhere', '', ' blank ', 'h\u00e9 \u20ac \U0001f600', 'back\\slash', 'tab\there', 'null', '[1]']


def field(rng, name):
    kinds = {
        'string': lambda: {'choice': {text: rng.randint(1, 3) for text in rng.sample(TEXTS, rng.randint(1, 6))}},
        'enum': lambda: {'choice': rng.sample(['red', 'green', 'blue', 'x1'], 3)},
        'boolean': lambda: {'choice': {'true': 1, 'false': 2}},
        'int': lambda: {'uniform': [-5, 2000]},
        'long': lambda: {'uniform': [-4000000000000000, 4000000000000000]},
        'money': lambda: {'uniform': [0, 99]},
        'decimal': lambda: rng.choice([{'precision': 7, 'scale': 3, 'uniform': [-50, 900.125]}, {'precision': 18, 'scale': 0, 'uniform': [-7, 7]},
                                       {'precision': 18, 'scale': 18, 'const': -0.123456789}]),
        'float': lambda: {'places': rng.randint(0, 6), 'uniform': [-70000, 90000]},
        'double': lambda: {'places': rng.randint(0, 6), 'normal': {'mean': 0, 'deviation': 1000}},
        'bytes': lambda: {'choice': {text: rng.randint(1, 3) for text in rng.sample(TEXTS, rng.randint(1, 6))}},
        'timestamp': lambda: {'const': rng.choice(['1969-12-31T23:59:59.999Z', '2024-02-29T12:00:00Z', '9999-01-01T00:00:00Z'])},
    }
    kind = rng.choice(sorted(kinds))
    made = {'name': name, 'type': kind, **kinds[kind]()}
    nested = rng.random()
    if nested < 0.1 and name.count('_') < 4:       # records lie in one another, but not too deep
        return {'name': name, 'type': 'record', 'fields': [field(rng, f'{name}_{k}') for k in range(rng.randint(1, 2))]}
    if nested < 0.3:
        item = {key: value for key, value in made.items() if key != 'name'}
        made = rng.choice([{'name': name, 'type': 'array', 'least': rng.randint(0, 2), 'most': rng.randint(2, 5), 'items': item},
                           {'name': name, 'type': 'map', 'keys': ['b', 'a', 'c'], 'present': rng.choice(['1/2', 1, 0]), 'values': item}])
    if rng.random() < 0.5:
        made['nullable'] = rng.choice(['1/2', '1/5'])
    return made


def spec_of(rng):
    types = [{'name': f'type_{t}', 'weight': rng.randint(1, 5), 'entity': 'user',
              'attributes': [field(rng, f'field_{f}') for f in range(rng.randint(1, 8))]} for t in range(rng.randint(1, 4))]
    return {'lockstep': 1, 'domain': 'random', 'seed': rng.randint(1, 1 << 40), 'start': '2026-01-01T00:00:00Z', 'arrival': [{'rate': '100/s'}],
            'entities': {'user': {'count': 20, 'id': 'U{n:03}'}}, 'event_types': types,
            'faults': {'truncated': {'rate': '1/11'}, 'corrupt': {'rate': '1/13'}, 'duplicate': {'rate': '1/9', 'gap': {'uniform': [1, 20]}}},
            'topics': {'partitions': rng.randint(1, 4)}, 'pipeline': {'watermark': {'delay': '1s'}, 'dedupe': {'horizon': '1m'}}}


def shortest_narrow(value):
    """The number that the fewest digits say which read back to this binary32."""
    texts = (f'{value:.{digits}g}' for digits in range(1, 10))
    return next(float(text) for text in texts if struct.pack('<f', float(text)) == struct.pack('<f', value))


def bare(schema):
    """A type without the null beside it, and its name."""
    if isinstance(schema, list):
        schema = next(one for one in schema if one != 'null')
    return schema, schema['type'] if isinstance(schema, dict) else schema


def plain(value, schema=None):
    """A value as fastavro gives it, as JSON has it."""
    schema, kind = bare(schema) if schema else (None, None)
    if isinstance(value, datetime.datetime):
        return value.strftime('%Y-%m-%dT%H:%M:%S.') + f'{value.microsecond // 1000:03d}Z'
    if isinstance(value, decimal.Decimal):
        return f'{value:f}'
    if isinstance(value, bytes):
        return value.decode('latin-1')
    if isinstance(value, float):
        return shortest_narrow(value) if kind == 'float' else value
    if kind == 'map' and value is not None:
        return {key: plain(item, schema['values']) for key, item in value.items()}
    if isinstance(value, dict):
        types = {f['name']: f['type'] for f in schema['fields']} if schema else {}
        return {key: plain(item, types.get(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item, schema['items']) for item in value]
    return value


def cell(value, kind):
    """And as CSV has it: None for an empty cell without quotes; numbers and bytes as JSON writes them, without its quotes."""
    if kind == 'bytes' and value is not None:
        return ''.join(c if ' ' <= c <= '~' and c not in '"\\' else ESCAPES.get(c, f'\\u{ord(c):04x}') for c in value)
    if isinstance(value, float):
        return float(value)
    return value if value is None or isinstance(value, str) else json.dumps(value)


def same_cell(text, value, kind):
    """Which digits a float is written with is what JSON Lines say; that they are the same number is told here."""
    if kind in ('array', 'map') and value is not None:
        return json.loads(text) == value
    should = cell(value, kind)
    return text is not None and float(text) == should if isinstance(should, float) else text == should


def flat(value, schema, path=''):
    """The columns of CSV: records are flattened. Path, value and type of each."""
    for f in schema['fields']:
        made, kind = bare(f['type'])
        if kind == 'record':
            yield from flat(value[f['name']], made, f'{path}{f["name"]}.')
        else:
            decimals = isinstance(made, dict) and made.get('logicalType') == 'decimal'
            yield path + f['name'], value[f['name']], 'decimal' if decimals else kind


def read_csv(path):
    """Rows with None for an empty cell without quotes, which the csv module cannot tell from one with quotes."""
    text = open(path, newline='', encoding='utf-8').read()
    rows, row, at = [], [], 0
    while at < len(text):
        if text[at] == '"':
            end = at + 1
            while text[end] != '"' or text[end + 1] == '"':
                end += 2 if text[end] == '"' else 1
            row.append(text[at + 1:end].replace('""', '"'))
            at = end + 1
        else:
            end = min(i for i in (text.find(',', at), text.find('\n', at)) if i >= 0)
            row.append(text[at:end] or None)
            at = end
        if text[at] == '\n':
            rows.append(row)
            row = []
        at += 1
    assert [[c or '' for c in r] for r in rows] == list(csv.reader(io.StringIO(text, newline=''))), path
    return rows


def check(run, work, number, rng):
    os.makedirs(f'{work}/{number}')
    spec = f'{work}/{number}/spec.yaml'
    with open(spec, 'w', encoding='utf-8') as f:
        json.dump(spec_of(rng), f, ensure_ascii=False)
    places = {kind: f'{work}/{number}/{kind}' for kind in ('log', 'avro', 'jsonl', 'csv')}
    for kind, place in places.items():
        run('generate', spec, '--to', f'{kind}:{place}', '--events', str(EVENTS), '--threads', str(1 + number % 2))
    stdout = run('generate', spec, '--to', '-', '--events', str(EVENTS)).decode().splitlines()
    lines = collections.defaultdict(list)
    for line in stdout:
        lines[json.loads(line)['topic']].append(line)
    sound = damaged = 0
    for path in sorted(glob.glob(f'{places["avro"]}/*.avro')):
        name = os.path.basename(path)[:-5]
        topic = f'raw.random.{name}'
        in_jsonl = open(f'{places["jsonl"]}/{name}.jsonl', encoding='utf-8').read().splitlines()
        assert in_jsonl == lines[topic], f'{name}: the standard output differs'
        records = [json.loads(line) for line in in_jsonl]
        with open(path, 'rb') as f:
            reader = fastavro.reader(f)
            schema = reader.writer_schema
            values = [plain(value, schema) for value in reader]
        bad = [r for r in records if 'damaged' in r]
        good = [r['value'] for r in records if 'damaged' not in r]
        assert values == good, f'{name}: avro differs from jsonl'
        for folder in ('avro', 'csv'):
            apart = [json.loads(line) for line in open(f'{places[folder]}/{name}.damaged.jsonl', encoding='utf-8')]
            assert [(r['partition'], r['key'], r['bytes']) for r in apart] == [(r['partition'], r['key'], r['bytes']) for r in bad], name
        header, *rows = read_csv(f'{places["csv"]}/{name}.csv')
        assert len(rows) == len(good), f'{name}: csv'
        for row, value in zip(rows, good):
            columns = list(flat(value, schema))
            assert header == [column for column, _, _ in columns], f'{name}: csv'
            assert all(same_cell(text, item, kind) for text, (_, item, kind) in zip(row, columns)), (name, row, value)
        for log in sorted(glob.glob(f'{places["log"]}/{topic}/*.avro')):
            partition = int(os.path.basename(log)[:-5])
            mine = [r for r in records if r['partition'] == partition]
            with open(log, 'rb') as f:
                logged = list(fastavro.reader(f))
            assert [(r['key'].decode(), plain(r['timestamp'])) for r in logged] == [(r['key'], r['timestamp']) for r in mine], log
            for r, line in zip(logged, mine):
                if 'damaged' in line:
                    assert r['value'].hex() == line['bytes'], log
                else:
                    assert plain(fastavro.schemaless_reader(io.BytesIO(r['value'][FRAME:]), schema), schema) == line['value'], log
        sound, damaged = sound + len(good), damaged + len(bad)
    assert sound + damaged == EVENTS and damaged > 10, (sound, damaged)
    return sound


def main(program, work, specs='20'):
    shutil.rmtree(work, ignore_errors=True)
    run = lambda *words: subprocess.run([program, *words], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    sound = sum(check(run, work, number, random.Random(number)) for number in range(int(specs)))
    print(f'{specs} specs: {sound} values are the same in the log, as Avro, JSON Lines and CSV, and on the standard output')
    shutil.rmtree(work)


if __name__ == '__main__':
    main(*sys.argv[1:])
