#!/usr/bin/env python3
"""Two real registries: what the verb registers twice keeps its ids, which differ between the two; an id leads to a schema of the same fingerprint; what is
incompatible ends with 3. And what core/registry's calls get (probe).

usage: real.py PROGRAM PROBE SPEC     77: there is no Java or no Maven"""
import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request

program, probe, spec = map(os.path.abspath, sys.argv[1:])
script = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'ci', 'registry')
LINE = re.compile(r'(\S+) version (\d+): id (\d+), crc-64-avro ([0-9a-f]{16})')


def start(at):
    done = subprocess.run([script, 'start', '--at', at], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout.strip()


def send(method, url, body=None):
    request = urllib.request.Request(url, method=method, data=json.dumps(body).encode() if body else None,
                                     headers={'Content-Type': 'application/vnd.schemaregistry.v1+json'})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def register(url, *more):
    return subprocess.run([program, 'schema', 'register', spec, '--registry', url, *more], capture_output=True, text=True)


def rows(url, *more):
    done = register(url, *more)
    assert done.returncode == 0, done
    found = [LINE.fullmatch(line).groups() for line in done.stdout.splitlines()]
    assert len(found) > 3, done
    return found


def fingerprint(text):
    with open('schema.avsc', 'w') as file:
        file.write(text)
    said = subprocess.run([program, 'schema', 'fingerprint', 'schema.avsc'], capture_output=True, text=True, check=True).stdout
    return re.search(r'crc-64-avro +(\w+)', said)[1]


def main():
    one, two = start('one'), start('two')
    send('POST', two + '/subjects/earlier/versions', {'schema': '"int"'})
    for url in one, two:
        send('PUT', url + '/config', {'compatibility': 'BACKWARD'})
    first, other = rows(one), rows(two)
    assert rows(one) == first and rows(two) == other, 'ids are not stable'
    assert [(s, v, crc) for s, v, _, crc in first] == [(s, v, crc) for s, v, _, crc in other]
    assert all(a[2] != b[2] for a, b in zip(first, other)), 'ids are the same in two registries'
    subjects = sorted({row[0] for row in first})
    assert subjects == sorted(send('GET', one + '/subjects')), 'other subjects than those that were said'
    for url, found in (one, first), (two, other):
        for subject, _, number, crc in found:
            assert fingerprint(send('GET', f'{url}/schemas/ids/{number}')['schema']) == crc, subject
            versions = send('GET', f'{url}/subjects/{urllib.parse.quote(subject)}/versions')
            ids = [send('GET', f'{url}/subjects/{urllib.parse.quote(subject)}/versions/{v}')['id'] for v in versions]
            assert int(number) in ids, subject

    assert [row[0] for row in rows(one, '--prefix', 'shop')] == ['shop.' + row[0] for row in first]
    beats = rows(one, '--set', 'topics.heartbeat=1s')
    assert beats[:-1] == first and beats[-1][0] == 'lockstep.heartbeat', beats
    taken = 'test.' + first[0][0]
    send('POST', f'{one}/subjects/{taken}/versions', {'schema': '{"type":"record","name":"r","fields":[{"name":"x","type":"int"}]}'})
    done = register(one, '--prefix', 'test')
    assert done.returncode == 3 and f'{taken} version' in done.stderr and '409' in done.stderr, done
    assert done.stdout == '', done
    done = register(one.rsplit('/apis', 1)[0], '-X', 'registry.patience=100ms')  # the path in front is missing
    assert done.returncode == 74 and 'is the path in front' in done.stderr, done

    subprocess.run([probe, one, two], check=True)


try:
    main()
finally:
    for place in 'one', 'two':
        subprocess.run([script, 'stop', '--at', place])
