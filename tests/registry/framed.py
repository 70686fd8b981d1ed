#!/usr/bin/env python3
"""Values on Kafka with the ids of a schema registry. confluent-kafka finds the file log's values behind Confluent's frame, by schemas that the registry has
for the ids; a log with the ids of one registry is the log with those of another; what is read back, streamed and collected is what the files hold, also
when no registry is left. And a registry that is down, slow, or answers 5xx.

usage: framed.py PROGRAM SPEC ADDRESS     77: there is no Java or no Maven"""
import http.server
import io
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import fastavro

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'kafka'))
import cluster                      # noqa: E402
import readers                      # noqa: E402

EVENTS = 5_000
REGISTRY = cluster.ROOT / 'ci' / 'registry'


class Front(http.server.ThreadingHTTPServer):
    """In front of a registry: the first answers are 503, and each takes its time."""

    def __init__(self, behind, refused, seconds):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                time.sleep(seconds)
                self.server.asked += 1
                if self.server.asked <= refused:
                    self.send_error(503)
                    return
                try:
                    with urllib.request.urlopen(behind + self.path, timeout=30) as answer:
                        body, status = answer.read(), answer.status
                except urllib.error.HTTPError as error:
                    body, status = error.read(), error.code
                self.send_response(status)
                self.send_header('Content-Type', 'application/json')
                self.send_header('Content-Length', str(len(body)))
                try:
                    self.end_headers()
                    self.wfile.write(body)
                except BrokenPipeError:
                    pass  # who asked has given up, as is meant

            def log_message(self, *_):
                pass

        super().__init__(('127.0.0.1', 0), Handler)
        self.asked = 0
        self.url = f'http://127.0.0.1:{self.server_address[1]}'
        threading.Thread(target=self.serve_forever, daemon=True).start()


def free_port():
    with socket.socket() as found:
        found.bind(('127.0.0.1', 0))
        return found.getsockname()[1]


def check_values(files, address, prefix, url):
    """Each value of the files is on Kafka with a frame of five bytes instead of ten, whose id leads to a schema that reads the rest; what was damaged in
    its frame is there as it was."""
    schemas, framed = {}, 0
    found = readers.from_broker(address, prefix, list(files))
    for (topic, partition), rows in files.items():
        there = found[topic, partition]
        assert len(there) == len(rows), (topic, partition)
        for ours, theirs in zip(rows, there):
            assert ours[:3] == theirs[:3], (topic, partition, ours, theirs)
            if ours[3] is None or theirs[3] == ours[3]:
                continue
            assert theirs[3][:1] == b'\0' and ours[3][:2] == b'\xc3\x01' and theirs[3][5:] == ours[3][10:], (topic, partition, ours, theirs)
            number = int.from_bytes(theirs[3][1:5], 'big')
            if number not in schemas:
                with urllib.request.urlopen(f'{url}/schemas/ids/{number}', timeout=30) as answer:
                    schemas[number] = fastavro.parse_schema(json.loads(json.load(answer)['schema']))
            framed += 1
            if framed % 10 == 0:
                try:
                    fastavro.schemaless_reader(io.BytesIO(theirs[3][5:]), schemas[number])
                except (EOFError, ValueError, IndexError, UnicodeDecodeError, OverflowError):
                    schemas.setdefault('damaged', []).append(number)
    assert framed > EVENTS * 0.99 and len(schemas) > 3 and len(schemas.get('damaged', [])) < EVENTS / 1000, (framed, schemas)


def refused(status, word, *command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert done.returncode == status and word in done.stderr, (command, done)


def check_troubles(program, spec, address, url, prefix, reference):
    """Down: the run says so within its patience, and leaves nothing behind. Then the same command finishes, with 5xx and slow answers on the way."""
    to = f'kafka://{address}/{prefix}-troubled'
    down = f'http://127.0.0.1:{free_port()}'
    make = [program, 'generate', spec, '--events', EVENTS, '--to', to, '--reference', reference, '-X', 'registry.patience=500ms']
    begin = time.monotonic()
    refused(74, down, *make, '-X', f'registry.url={down}')
    assert time.monotonic() - begin < 5
    always = Front(url, 10**9, 0)
    refused(74, '503', *make, '-X', f'registry.url={always.url}')
    slow = Front(url, 0, 2)
    refused(74, slow.url, *make, '-X', f'registry.url={slow.url}')
    front = Front(url, 3, 0.05)
    cluster.run(*make[:-1], 'registry.patience=20s', '-X', f'registry.url={front.url}')
    assert front.asked > 3
    return to


def check(program, spec, address, one, two, folder):
    prefix = f'framed{os.getpid()}'
    files, reference = folder / 'files', folder / 'reference'
    cluster.run(program, 'generate', spec, '--events', EVENTS, '--to', f'log:{files}')
    logs = [f'kafka://{address}/{prefix}-{name}' for name in ('one', 'two', 'none')]

    def generate(to, *words, status=0):
        return cluster.run(program, 'generate', spec, '--events', EVENTS, '--to', to, '--reference', reference, *words, status=status)

    refused(65, 'schema register SPEC --registry', program, 'generate', spec, '--events', EVENTS, '--to', logs[0], '--reference', reference,
            '-X', f'registry.url={one}')
    cluster.run(program, 'schema', 'register', spec, '--registry', one, '--prefix', f'{prefix}-one')
    cluster.run(program, 'schema', 'register', spec, '--registry', two)  # for any prefix; with other ids
    # a schema that came to the spec later would be written with its fingerprint among others with ids
    refused(65, 'has not the schema of', program, 'generate', spec, '--events', EVENTS, '--to', logs[0], '--reference', reference,
            '--set', 'topics.heartbeat=10s', '-X', f'registry.url={one}')
    generate(logs[0], '-X', f'registry.url={one}')
    generate(logs[1], '-X', f'registry.url={two}')
    generate(logs[2])
    found = readers.from_files(files)
    check_values(found, address, f'{prefix}-one', one)
    check_values(found, address, f'{prefix}-two', two)
    logs.append(check_troubles(program, spec, address, two, prefix, reference))
    # a log keeps the frames that it was begun with
    refused(64, 'without a schema registry', program, 'generate', spec, '--events', EVENTS, '--to', logs[2], '--reference', reference, '--resume',
            '-X', f'registry.url={one}')
    refused(65, 'do they come from two registries?', program, 'generate', spec, '--events', EVENTS, '--to', logs[0], '--reference', reference,
            '--resume', '-X', f'registry.url={two}')
    # rows
    stream = [program, 'run', 'stream', spec, '--from', logs[0], '--reference', reference, '--to', f'kafka://{address}/{prefix}-rows',
              '--state', folder / 'state', '--final', '-X', f'registry.url={one}']
    refused(65, 'schema register SPEC --rows', *stream)
    cluster.run(program, 'schema', 'register', spec, '--registry', one, '--rows')
    cluster.run(*stream)
    return files, logs


def main():
    program, spec, address = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), cluster.address(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        urls = []
        try:
            for name in 'one', 'two':
                done = subprocess.run([REGISTRY, 'start', '--at', folder / name], stdout=subprocess.PIPE, text=True)
                if done.returncode:
                    sys.exit(done.returncode)
                urls.append(done.stdout.strip())
            with urllib.request.urlopen(urllib.request.Request(f'{urls[1]}/subjects/earlier/versions', method='POST',
                                                               data=json.dumps({'schema': '"int"'}).encode(),
                                                               headers={'Content-Type': 'application/vnd.schemaregistry.v1+json'}), timeout=30):
                pass  # so that its ids are others
            files, logs = check(program, spec, address, *urls, folder)
        finally:
            for name in 'one', 'two':
                subprocess.run([REGISTRY, 'stop', '--at', folder / name])
        # no registry is left: the ids are in the logs
        for log in logs:
            cluster.run(program, 'log', 'compare', f'log:{files}', log)
        rows = logs[0].replace('-one', '-rows')
        cluster.run(program, 'collect', spec, '--from', rows, '--to', folder / 'collected')
        cluster.run(program, 'run', 'batch', spec, '--from', f'log:{files}', '--to', folder / 'batch')
        cluster.run('diff', '-r', folder / 'collected' / 'datasets', folder / 'batch' / 'datasets')


if __name__ == '__main__':
    main()
