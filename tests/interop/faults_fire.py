#!/usr/bin/env python3
"""Each fault and episode that a domain declares fires in a million events of it as it stands, and each reason occurs that a fault of it has.
Usage: faults_fire.py PROGRAM SPEC FOLDER"""
import collections
import json
import pathlib
import shutil
import subprocess
import sys

import fastavro

EVENTS = 1_000_000
NOT_IN_ROWS = {'hot_key', 'schema_change'}        # they choose entities and versions; no record is wrong because of them
OUTCOMES = {'truncated': 'DECODE_TRUNCATED', 'corrupt': 'DECODE_INVALID', 'oversized': 'DECODE_INVALID', 'wrong_frame': 'FRAME_INVALID',
            'empty': 'FRAME_INVALID', 'unknown_schema': 'SCHEMA_UNKNOWN', 'out_of_range': 'RANGE', 'missing': 'NOT_NULL',
            'unknown_reference': 'REFERENCE_UNKNOWN', 'clock_ahead': 'CLOCK_SKEW', 'clock_back': 'CLOCK_SKEW', 'duplicate': 'DUPLICATE',
            'conflict': 'DUPLICATE_CONFLICT'}


def declared(program, spec):
    text = subprocess.run([program, 'config', 'show', spec, '--json'], check=True, stdout=subprocess.PIPE, text=True).stdout
    values = json.loads(text)
    return set(values['faults']), set(values.get('episodes', {}))


def main():
    program, spec, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([program, 'generate', spec, '--events', str(EVENTS), '--to', 'null:', '--truth', folder], check=True,
                   stdout=subprocess.DEVNULL)
    seen, outcomes = collections.Counter(), collections.defaultdict(collections.Counter)
    for path in sorted(folder.glob('*/*.avro')):
        with open(path, 'rb') as file:
            for row in fastavro.reader(file):
                for fault in row['faults']:
                    seen[fault] += 1
                    outcomes[fault][row['outcome']] += 1
    faults, episodes = declared(program, spec)
    missing = sorted((faults | episodes) - NOT_IN_ROWS - set(seen))
    wrong = [f'{fault}: {dict(outcomes[fault])}' for fault, outcome in OUTCOMES.items() if fault in faults and not outcomes[fault][outcome]]
    shutil.rmtree(folder)
    if missing or wrong or not faults:
        sys.exit(f'never fired: {missing}; without the outcome that is theirs: {wrong}')
    print(f'{len(faults)} faults and {len(episodes)} episodes:', ', '.join(f'{name} {count}' for name, count in sorted(seen.items())))


if __name__ == '__main__':
    main()
