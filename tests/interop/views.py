#!/usr/bin/env python3
"""A third computation of views and alert rules: fastavro reads the normalized datasets of a run, tests/model/views_model.py makes of them what the
contract says, and that has to be what stands in views/, alerts/ and late/: the rows in their order, and the schemas. The counts of summary.json too.

usage: views.py SPEC.json DATASETS              SPEC.json: what `lockstep config show SPEC --json` prints
       views.py PROGRAM SPEC FOLDER EVENTS [EMPTY]...    generates, runs stream and batch, and does that for both, which are the same; all but the
                                                         views called EMPTY have rows"""
import datetime
import decimal
import glob
import json
import os
import pathlib
import shutil
import subprocess
import sys
import uuid

import fastavro

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'model'))
import sql_views        # pylint: disable=wrong-import-position
from views_model import LATE, View, field_of        # pylint: disable=wrong-import-position

EPOCH, DAY, MS = datetime.datetime(1970, 1, 1), datetime.date(1970, 1, 1), datetime.timedelta(milliseconds=1)
decimal.getcontext().prec = 60


def read(path):
    with open(path, 'rb') as f:
        reader = fastavro.reader(f)
        return list(reader), reader.writer_schema


def plain(value, avro):
    """A value of fastavro's as the model has it."""
    if isinstance(avro, list):
        return None if value is None else plain(value, avro[1])
    if isinstance(value, datetime.datetime):
        return (value.replace(tzinfo=None) - EPOCH) // MS
    if isinstance(value, datetime.date):
        return (value - DAY).days
    if isinstance(value, decimal.Decimal):
        return int(value.scaleb(avro['scale']))
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, list) and isinstance(avro['items'], dict) and avro['items']['type'] == 'record':
        return [[plain(item[f['name']], f['type']) for f in avro['items']['fields']] for item in value]
    return value


def declared(fields):
    for f in fields:
        yield f['name']
        yield from declared(f.get('fields', []))


def fields_of(schema, event_type):
    """Fields by their names in the spec: a long NAME_cents that the spec does not have is the money NAME."""
    names = set(declared([f for part in ('attributes', 'dimensions', 'metrics') for f in event_type.get(part, [])]))
    out = {}
    for f in schema['fields']:
        name, nullable = f['name'], isinstance(f['type'], list)
        avro = f['type'][1] if nullable else f['type']
        money = avro == 'long' and name.endswith('_cents') and name not in names
        name = name.removesuffix('_cents') if money else name
        out[name] = field_of(name, avro, nullable, money)
    return out


class Datasets:
    def __init__(self, spec, folder):
        self.spec, self.folder, self.tables, self.records = spec, folder, {}, {}
        self.prefix = spec.get('topics', {}).get('prefix', 'raw')
        for event_type in spec['event_types']:
            name, topic = event_type['name'], self.topic(event_type['name'])
            self.records[name] = []
            for path in sorted(glob.glob(f'{folder}/normalized/{topic}/*.avro')):
                rows, schema = read(path)
                self.tables[name] = fields_of(schema, event_type)
                types = [(n, f['name'], f['type']) for n, f in zip(self.tables[name], schema['fields'])]
                self.records[name] += [{'_topic': topic, **{n: plain(r[written], avro) for n, written, avro in types}} for r in rows]

    def topic(self, name):
        return f'{self.prefix}.{self.spec["domain"]}.{name}'

    def compare(self, path, fields, should, name):
        """The rows of a file, and its schema but for the names of its enums."""
        rows, schema = read(f'{self.folder}/{path}')
        says = [[f['name'], essence(f['type'])] for f in schema['fields']]
        wanted = [[f.written, essence(['null', f.avro] if f.nullable else f.avro)] for f in fields]
        assert says == wanted, f'{path}: the schema has\n{says}\nand should have\n{wanted}'
        assert schema['name'] == name, (path, schema['name'], name)
        types = [(f['name'], f['type']) for f in schema['fields']]
        found = [[plain(r[n], avro) for n, avro in types] for r in rows]
        for i, (is_there, row) in enumerate(zip(found, should)):
            assert is_there == row and list(map(type, is_there)) == list(map(type, row)), f'{path}: row {i} is\n{is_there}\nand should be\n{row}'
        assert len(found) == len(should), f'{path}: there are {len(found)} rows, should be {len(should)}'
        return len(found)

    def check(self, view):
        made = View(view, self.tables, self.records)
        name, folder = view['name'], 'alerts' if made.is_alert else 'views'
        rows = self.compare(f'{folder}/{name}.avro', made.fields, made.rows, f'{self.spec["domain"]}.{folder}.{name}')
        late, seen = 0, set()
        for n in made.names:
            topic = self.topic(n)
            for path in glob.glob(f'{self.folder}/normalized/{topic}/*.avro'):
                partition = int(pathlib.Path(path).stem)
                should = sorted(made.late[topic, partition], key=lambda row: (row[6], row[3]))
                seen.add(f'late/{name}/{topic}/{partition}.avro')
                late += self.compare(f'late/{name}/{topic}/{partition}.avro', LATE, should, 'lockstep.late')
        there = {os.path.relpath(p, self.folder) for p in glob.glob(f'{self.folder}/late/{name}/**/*.avro', recursive=True)}
        assert there == seen, there ^ seen
        return rows, late


def essence(avro):
    """A type without the names of enums, and without the namespaces of records."""
    if isinstance(avro, list):
        return [essence(a) for a in avro]
    if not isinstance(avro, dict):
        return avro
    out = {k: v for k, v in avro.items() if k in ('type', 'logicalType', 'scale', 'precision', 'symbols')}
    if avro['type'] == 'array':
        out['items'] = essence(avro['items'])
    if avro['type'] == 'record':
        out |= {'name': avro['name'].rpartition('.')[2], 'fields': [[f['name'], essence(f['type'])] for f in avro['fields']]}
    return out if len(out) > 1 else out['type']


def check(spec, folder, quiet=False):
    datasets, counts = Datasets(spec, folder), {}
    pipeline = spec['pipeline']
    with open(f'{folder}/../summary.json', encoding='utf-8') as f:
        summary = json.load(f)['views']
    for view in [*pipeline.get('views', []), *pipeline.get('alerts', [])]:
        rows, late = datasets.check(view)
        counts[view['name']] = rows, late
        assert summary[view['name']] == {'rows': rows, 'late': late}, (view['name'], summary[view['name']], rows, late)
        if not quiet:
            print(f'{view["name"]}: {rows} rows and {late} late ones are what the model says')
    return counts


def ask_sql(spec, folder):
    datasets = Datasets(spec, folder)

    def rows_of(view):
        rows, schema = read(f'{folder}/views/{view}.avro')
        return [{f['name']: plain(r[f['name']], f['type']) for f in schema['fields']} for r in rows]
    database = sql_views.load(datasets.records, datasets.tables, folder)
    for view, rows in sql_views.check(spec['domain'], database, rows_of).items():
        print(f'{view}: {rows} rows are what DuckDB says')


def main():
    if len(sys.argv) == 3:
        with open(sys.argv[1], encoding='utf-8') as f:
            check(json.load(f, parse_float=str), sys.argv[2])
        return
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    program, path, work, events, *empty = sys.argv[1:]
    run = lambda *words: subprocess.run([program, *words], check=True, stdout=subprocess.PIPE).stdout
    shutil.rmtree(work, ignore_errors=True)
    spec = json.loads(run('config', 'show', path, '--json'), parse_float=str)
    run('generate', path, '--to', f'log:{work}/log', '--events', events)
    for mode in ('stream', 'batch'):
        run('run', mode, path, '--from', f'log:{work}/log', '--to', f'{work}/{mode}')
    sums = [pathlib.Path(f'{work}/{mode}/datasets/SHA256SUMS').read_text(encoding='utf-8') for mode in ('stream', 'batch')]
    assert sums[0] == sums[1], 'stream and batch differ'
    counts = check(spec, f'{work}/stream/datasets')
    if spec['domain'] in sql_views.QUERIES:
        ask_sql(spec, f'{work}/stream/datasets')
    without = {name for name, (rows, _) in counts.items() if rows == 0}
    assert without == set(empty) and any(late > 0 for _, late in counts.values()), (without, counts)
    shutil.rmtree(work)


if __name__ == '__main__':
    main()
