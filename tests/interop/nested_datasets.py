#!/usr/bin/env python3
"""What fastavro reads in the normalized dataset and the view of a spec with every type is what it reads in the log: decimals, floats, bytes, the
fields of records, arrays and maps. usage: nested_datasets.py PROGRAM SPEC FOLDER"""
import collections
import decimal
import glob
import io
import json
import os
import shutil
import subprocess
import sys

import fastavro

EVENTS = 3000
FRAME = 10      # bytes: single-object encoding
MADE = {'rate', 'worth_cents', 'partition', 'position', 'watermark'}       # columns that normalize and the pipeline add
DROPPED = {'total', 'serial', 'firmware'}        # by normalize, and a field that the new version lacks
NEW = {'battery', 'history'}


def rows(path):
    with open(path, 'rb') as f:
        reader = fastavro.reader(f)
        return list(reader), reader.writer_schema


def leaves(value, schema):
    """The fields of a record by their own names, those of records among them."""
    for f in schema['fields']:
        if isinstance(f['type'], dict) and f['type']['type'] == 'record':
            yield from leaves(value[f['name']], f['type'])
        else:
            yield f['name'], value[f['name']]


def check_partition(log, normalized, schemas, seen):
    values = [r['value'] for r in rows(log)[0]]
    for row in rows(normalized)[0]:
        value = values[row['position']]
        schema = schemas[value[2:FRAME].hex()]
        fields = dict(leaves(fastavro.schemaless_reader(io.BytesIO(value[FRAME:]), schema), schema))
        seen['version', row['schema_version']] += 1
        for name in set(row) - MADE:        # of the readers' version: what the writer lacks is null
            written = fields.get(name)
            assert (name in fields or name in NEW) and row[name] == written and type(row[name]) is type(written), (name, row[name], written)
            seen[name, type(row[name]).__name__] += 1
        assert set(fields) - DROPPED <= set(row)
        seen['items', len(row['tags'])] += 1
        seen['keys', len(row['labels'])] += 1
    return len(rows(normalized)[0])


def check_view(folder):
    """Sums of decimals, exactly."""
    groups = collections.defaultdict(list)
    for path in glob.glob(f'{folder}/normalized/*/*.avro'):
        for r in rows(path)[0]:
            start = int(r['event_time'].timestamp()) // 30 * 30
            if r['energy'] > decimal.Decimal('0.25') and start + 30 > r['watermark'].timestamp():
                groups[start, r['band'], r['region'], r['room']].append(r)
    view = rows(f'{folder}/views/by_band.avro')[0]
    assert len(view) == len(groups)
    for r in view:
        members = groups[int(r['window_start'].timestamp()), r['band'], r['region'], r['room']]
        assert r['readings'] == len(members) and r['energy'] == sum(m['energy'] for m in members)
        assert r['least'] == min(m['price'] for m in members) and r['most'] == max(m['rate'] for m in members)
        assert r['middle'] == (r['energy'] / len(members)).quantize(decimal.Decimal('0.00001'), rounding=decimal.ROUND_HALF_EVEN)
    return len(view)


def main(program, spec, work):
    decimal.getcontext().prec = 60
    shutil.rmtree(work, ignore_errors=True)
    run = lambda *words: subprocess.run([program, *words], check=True, stdout=subprocess.PIPE).stdout
    run('generate', spec, '--to', f'log:{work}/log', '--events', str(EVENTS))
    run('run', 'batch', spec, '--from', f'log:{work}/log', '--to', f'{work}/batch')
    derived = json.loads(run('schema', 'derive', spec))['schemas']
    schemas = {bytes.fromhex(s['crc64'])[::-1].hex(): fastavro.parse_schema(s['schema']) for s in derived}
    seen, count = collections.Counter(), 0
    for log in sorted(glob.glob(f'{work}/log/raw.*/*.avro')):
        topic = os.path.basename(os.path.dirname(log))
        count += check_partition(log, f'{work}/batch/datasets/normalized/{topic}/{os.path.basename(log)}', schemas, seen)
    kinds = {kind for _, kind in seen}
    assert {'Decimal', 'float', 'bytes', 'list', 'dict', 'NoneType'} <= kinds and {seen['items', n] > 0 for n in range(5)} == {True}, seen
    assert {seen['keys', n] > 0 for n in range(4)} == {True} and seen['version', 1] > 100 and seen['version', 2] > 100 and count > EVENTS * 0.8
    groups = check_view(f'{work}/batch/datasets')
    print(f'{count} normalized rows are what the log holds, {groups} rows of the view are their sums')
    shutil.rmtree(work)


if __name__ == '__main__':
    main(*sys.argv[1:])
