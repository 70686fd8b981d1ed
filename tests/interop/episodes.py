#!/usr/bin/env python3
"""The alert rules of the plant against the truth: each of the four finds the episodes of one kind, and nothing else.

Of a million events, from the truth's episodes.avro and the run's alerts/*.avro, for each rule:
  precision  every RAISED lies in an episode of the rule's kind, of its device;
  recall     every episode that lies whole in the run has a RAISED, one alone;
  in order   RAISED and CLEARED take turns, and nothing is cleared before its episode is over (or hidden: an event is in the first of the spec's
             episodes that holds its device).
All three have to hold without exception, over dozens of episodes of each kind.

usage: episodes.py PROGRAM SPEC FOLDER"""
import collections
import datetime
import pathlib
import shutil
import subprocess
import sys

import fastavro

EVENTS = 1_000_000
LEAST = 24        # episodes of a kind
KIND_OF = {'overcurrent': 'current_spike', 'pressure_lost': 'pressure_drop', 'shaking': 'vibration_high', 'heating_up': 'heating'}


def rows(path):
    with open(path, 'rb') as file:
        return list(fastavro.reader(file))


def judge(rule, alerts, episodes, others, span):
    """How many RAISED rows and whole episodes there are, and what is wrong. `others`: episodes of the kinds before this one."""
    wrong, found, open_since = [], collections.Counter(), {}
    for row in alerts:
        device, at = row['entity_id'], row['event_time']
        holder = next((e for e in episodes[device] if e['begin'] <= at < e['end']), None)
        if row['transition'] == 'RAISED':
            if device in open_since:
                wrong.append(f'{rule}: {device} is raised again at {at}')
            if holder is None:
                wrong.append(f'{rule}: {device} is raised at {at}, in no episode')
            else:
                found[device, holder['begin']] += 1
            open_since[device] = holder
        elif device not in open_since:
            wrong.append(f'{rule}: {device} is cleared at {at}, and was not raised')
        elif (of := open_since.pop(device)) and at < of['end'] and not any(e['begin'] <= at < e['end'] for e in others[device]):
            wrong.append(f'{rule}: {device} is cleared at {at}, and its episode is over at {of["end"]}')
    whole = [e for of_device in episodes.values() for e in of_device if span[0] <= e['begin'] and e['end'] <= span[1]]
    for e in whole:
        if found[e['entity_id'], e['begin']] != 1:
            wrong.append(f'{rule}: {e["entity_id"]} is raised {found[e["entity_id"], e["begin"]]} times in the episode from {e["begin"]} to {e["end"]}')
    return sum(found.values()), len(whole), wrong


def main():
    program, spec, work = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    shutil.rmtree(work, ignore_errors=True)
    run = lambda *words: subprocess.run([program, *map(str, words)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    run('generate', spec, '--to', f'log:{work}/log', '--truth', work / 'truth', '--events', EVENTS)
    run('run', 'batch', spec, '--set', 'pipeline.views=[]', '--from', f'log:{work}/log', '--to', work / 'batch')
    datasets = work / 'batch' / 'datasets'
    seen = [row['event_time'] for path in datasets.glob('normalized/*.status_changed/*.avro') for row in rows(path)]
    listed, before, told = collections.defaultdict(lambda: collections.defaultdict(list)), collections.defaultdict(list), []
    for row in rows(work / 'truth' / 'episodes.avro'):
        listed[row['episode']][row['entity_id']].append(row)
    for rule, kind in KIND_OF.items():        # in the spec's order
        raised, whole, wrong = judge(rule, rows(datasets / 'alerts' / f'{rule}.avro'), listed[kind], before, (min(seen), max(seen)))
        for device, episodes in listed[kind].items():
            before[device] += episodes
        if wrong or whole < LEAST:
            told += wrong or [f'{kind}: only {whole} episodes']
        print(f'{rule}: {raised} raised, {whole} whole episodes of {kind}')
    shutil.rmtree(work)
    if told:
        sys.exit('\n'.join(told))
    print('precision 1 and recall 1')


if __name__ == '__main__':
    main()
