#!/usr/bin/env python3
"""An independent computation with an independent Avro library: fastavro reads the log, the truth and every dataset,
and the view revenue_1m is computed again
from the normalized dataset. usage: recompute_view.py PROGRAM SPEC FOLDER"""
import collections
import decimal
import glob
import os
import shutil
import subprocess
import sys

import fastavro

EVENTS = 120000


def records(path):
    with open(path, 'rb') as f:
        return list(fastavro.reader(f))


def milliseconds(t):
    return int(t.timestamp() * 1000 + 0.5)


def half_even(numerator, denominator, scale):
    exact = decimal.Decimal(numerator) / decimal.Decimal(denominator)
    return exact.quantize(decimal.Decimal(1).scaleb(-scale), rounding=decimal.ROUND_HALF_EVEN)


def recompute(folder):
    """The rows of revenue_1m: a plain reading of its definition in the spec."""
    groups = collections.defaultdict(list)
    for path in glob.glob(f'{folder}/normalized/*.order_placed/*.avro'):
        for r in records(path):
            start = milliseconds(r['event_time']) // 60000 * 60000
            if r['quantity'] > 0 and start + 60000 > milliseconds(r['watermark']):
                groups[start, r['category'], r['country']].append(r)
    rows = []
    for (start, category, country), members in groups.items():
        amounts = [r['amount_cents'] for r in members]
        rows.append(dict(window_start=start, window_end=start + 60000, category=category, country=country, orders=len(members),
                         large=sum(a >= 10000 for a in amounts), revenue_cents=sum(amounts), net_cents=sum(r['net_cents'] for r in members),
                         smallest_cents=min(amounts), largest_cents=max(amounts), average=half_even(sum(amounts), 100 * len(amounts), 2),
                         customers=len({r['entity_id'] for r in members}), feature_version=1))
    key = lambda r: (r['window_end'], r['window_start'], len(r['category']), r['category'], len(r['country']), r['country'])
    return sorted(rows, key=key)


def main(program, spec, work):
    decimal.getcontext().prec = 60
    shutil.rmtree(work, ignore_errors=True)
    run = lambda *words: subprocess.run([program, *words], check=True, stdout=subprocess.DEVNULL)
    run('generate', spec, '--to', f'log:{work}/log', '--truth', f'{work}/truth', '--events', str(EVENTS))
    run('run', 'batch', spec, '--from', f'log:{work}/log', '--to', f'{work}/batch')
    files = glob.glob(f'{work}/**/*.avro', recursive=True)
    counts = {path: len(records(path)) for path in files}
    logged = sum(n for path, n in counts.items() if os.path.relpath(path, work).startswith('log/raw.'))
    assert logged == EVENTS, logged
    want = recompute(f'{work}/batch/datasets')
    got = records(f'{work}/batch/datasets/views/revenue_1m.avro')
    for r in got:
        r['window_start'], r['window_end'] = milliseconds(r['window_start']), milliseconds(r['window_end'])
    for i, (a, b) in enumerate(zip(got, want)):
        assert a == b, f'row {i}: the view has {a}, fastavro and Python say {b}'
    assert len(got) == len(want) > 50, (len(got), len(want))
    print(f'fastavro read {len(files)} files with {sum(counts.values())} records; {len(got)} rows of revenue_1m agree')
    shutil.rmtree(work)


if __name__ == '__main__':
    main(*sys.argv[1:])
