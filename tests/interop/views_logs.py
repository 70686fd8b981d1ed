#!/usr/bin/env python3
"""Random views and alert rules over random logs, which fastavro writes: times around the epoch, equal times and ids, nulls, numbers at the ends of their
types. A stream and a batch run have to leave the same files, and both the naive recomputation and tests/model/views_model.py have to come to them; a
value that does not fit has to end all of them.

usage: views_logs.py PROGRAM NAIVE_ROWS FOLDER [FIRST [COUNT]]; what differs stays in FOLDER"""
import collections
import decimal
import filecmp
import io
import json
import os
import re
import shutil
import subprocess
import sys

import fastavro

from views import Datasets, check

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'model'))
from views_questions import ENVELOPE, Maker        # pylint: disable=wrong-import-position

REFUSED = 65
HEADER = fastavro.parse_schema({'type': 'record', 'name': 'header', 'fields': [{'name': 'magic', 'type': {'type': 'fixed', 'name': 'magic', 'size': 4}}, {
    'name': 'meta', 'type': {'type': 'map', 'values': 'bytes'}}, {'name': 'sync', 'type': {'type': 'fixed', 'name': 'sync', 'size': 16}}]})


class Logs(Maker):
    def records(self, count):
        """Ids that are new more often than not, since a partition takes each once."""
        out = super().records(count)
        for i, r in enumerate(r for rs in out.values() for r in rs):
            if self.rng.random() < .6:
                r['event_id'] = f'{self.some("u", "", "z")}{i}'
        return out

    def spec(self):
        spec = super().spec()
        self.delays = {n: self.rng.randrange(20) for n in self.tables}
        spec['pipeline'] |= {'watermark': {'delay': '1ms', 'topics': {n: {'delay': f'{d}ms'} for n, d in self.delays.items()}},
                             'dedupe': {'horizon': self.some('50ms', '1h')}, 'max_ahead': '1h', 'max_skew': '1h'}
        return spec

    def write(self, folder, schemas, records):
        """The log over one that the program generated: its manifest, and a file of each partition."""
        path = f'{folder}/manifest.json'
        with open(path, encoding='utf-8') as f:
            manifest = json.load(f)
        for topic in manifest['topics']:
            name = topic['name'].rpartition('.')[2]
            crc64, schema = schemas[topic['name']]
            for p in range(2):
                mine = [r for r in records[name] if r['partition'] == p]
                topic['ends'][p] = len(mine)
                file = f'{folder}/{topic["name"]}/{p}.avro'
                with open(file, 'r+b') as f:
                    frame = fastavro.reader(f).writer_schema
                    f.seek(0)
                    sync = fastavro.schemaless_reader(f, HEADER)['sync']        # behind the header, which stays: the program knows a log by it
                    f.truncate()
                    out = io.BytesIO()
                    for i, r in enumerate(mine):
                        fastavro.schemaless_writer(out, frame, self.logged(name, r, i, crc64, schema))
                    if mine:
                        fastavro.schemaless_writer(f, 'long', len(mine))
                        fastavro.schemaless_writer(f, 'bytes', out.getvalue())
                        f.write(sync)
        with open(path, 'w', encoding='utf-8') as f:
            json.dump(manifest, f)

    def logged(self, name, r, offset, crc64, schema):
        ingest = r['watermark'] + self.delays[name]
        fields = list(self.tables[name].values())[len(ENVELOPE):-3]
        payload = {f.written: decimal.Decimal(r[f.name]).scaleb(-f.scale) if r[f.name] is not None and f.scale and f.name == 'weight' else r[f.name]
                   for f in fields}
        value = {**{f.name: r[f.name] for f in ENVELOPE}, 'ingest_time': ingest, 'payload': payload}
        out = io.BytesIO()
        fastavro.schemaless_writer(out, schema, value)
        return {'offset': offset, 'timestamp': ingest, 'key': r['entity_id'].encode(), 'headers': [], 'value': b'\xc3\x01' + crc64 + out.getvalue()}


def run(*words, fine=(0,)):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode not in fine:
        sys.exit(f'{" ".join(words)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}')
    return done


def load(program, path, spec, met):
    """Writes the spec without the views that the program refuses, if it says why in words that it has for that."""
    while True:
        with open(path, 'w', encoding='utf-8') as f:
            json.dump(spec, f)
        done = run(program, 'config', 'check', path, fine=(0, REFUSED))
        if done.returncode == 0:
            return
        said = done.stdout + done.stderr
        wrong = {(part, int(i)) for part, i in re.findall(r'= in pipeline\.(views|alerts)\[(\d+)\]', said)}
        assert wrong, said
        met['refused'] += len(wrong)
        for part, i in sorted(wrong, reverse=True):
            del spec['pipeline'][part][i]


def same_files(a, b):
    """What is in one folder alone, or not the same."""
    def files(folder):
        return {os.path.relpath(os.path.join(at, n), folder) for at, _, names in os.walk(folder) for n in names}
    alone = files(a) ^ files(b)
    return alone | {n for n in files(a) & files(b) if not filecmp.cmp(f'{a}/{n}', f'{b}/{n}', shallow=False)}


def one(program, naive, folder, seed, met):
    work = f'{folder}/{seed}'
    os.makedirs(work)
    path, log, maker = f'{work}/spec.yaml', f'{work}/log', Logs(seed)
    spec, records = maker.spec(), maker.records(maker.some(0, 1, 30, 120, 120))
    load(program, path, spec, met)
    run(program, 'generate', path, '--to', f'log:{log}', '--events', '1')
    derived = json.loads(run(program, 'schema', 'derive', path).stdout)['schemas']
    schemas = {s['subject'].removesuffix('-value'): (bytes.fromhex(s['crc64'])[::-1], fastavro.parse_schema(s['schema'])) for s in derived}
    maker.write(log, schemas, records)
    codes = {mode: run(program, 'run', mode, path, '--from', f'log:{log}', '--to', f'{work}/{mode}', fine=(0, REFUSED)).returncode
             for mode in ('stream', 'batch')}
    assert codes['stream'] == codes['batch'], (seed, codes)
    answer = run(naive, path, log, f'{work}/batch/datasets', fine=(0, REFUSED, 1))
    assert answer.returncode == codes['batch'] and (codes['batch'] == 0) != ('must have ended the run' in answer.stderr), (
        seed, codes, answer.stdout, answer.stderr)
    if codes['batch']:
        met['ends'] += 1
    else:
        differ = same_files(f'{work}/stream/datasets', f'{work}/batch/datasets')
        assert not differ, (seed, differ)
        for view, (rows, late) in zip([*spec['pipeline']['views'], *spec['pipeline']['alerts']], check(spec, f'{work}/batch/datasets', quiet=True).values()):
            kind = 'alert' if 'when' in view else 'join' if 'join' in view else 'rolling' if 'rolling' in view else next(iter(view['window']))
            met[f'{kind} rows'] += rows
            met[f'{kind} late'] += late
        met['admitted'] += sum(map(len, Datasets(spec, f'{work}/batch/datasets').records.values()))
    shutil.rmtree(work)


def main():
    words = sys.argv[1:]
    if len(words) not in (3, 4, 5):
        sys.exit(__doc__)
    program, naive, folder = (os.path.abspath(w) for w in words[:3])
    first, count = (int(w) for w in (words[3:] + ['0', '60'][len(words) - 3:]))
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    met = collections.Counter()
    for seed in range(first, first + count):
        one(program, naive, folder, seed, met)
    print(', '.join(f'{n} {what}' for what, n in sorted(met.items())))
    shutil.rmtree(folder)


if __name__ == '__main__':
    main()
