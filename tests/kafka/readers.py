#!/usr/bin/env python3
"""Topics that `generate` wrote, read by two others: confluent-kafka, and kcat. Each partition has the keys, values, headers and timestamps of the file log,
in order, as fastavro reads it.

usage: readers.py PROGRAM SPEC ADDRESS"""
import datetime
import json
import os
import pathlib
import sys
import tempfile

import confluent_kafka
import fastavro

import cluster

EVENTS = 20_000
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MILLISECOND = datetime.timedelta(milliseconds=1)


def from_files(folder):
    """{(topic, partition): [(timestamp, key, headers, value)]}"""
    found = {}
    for topic in json.loads((folder / 'manifest.json').read_text())['topics']:
        for partition in range(topic['partitions']):
            with (folder / topic['name'] / f'{partition}.avro').open('rb') as file:
                found[topic['name'], partition] = [((row['timestamp'] - EPOCH) // MILLISECOND, row['key'],
                                                    [(header['key'], header['value']) for header in row['headers']], row['value'])
                                                   for row in fastavro.reader(file)]
    return found


def from_broker(address, prefix, places):
    """The same of these partitions, by one consumer."""
    consumer = confluent_kafka.Consumer({'bootstrap.servers': address, 'group.id': 'readers', 'isolation.level': 'read_committed',
                                         'enable.partition.eof': True, 'enable.auto.commit': False})
    consumer.assign([confluent_kafka.TopicPartition(f'{prefix}.{topic}', partition, confluent_kafka.OFFSET_BEGINNING) for topic, partition in places])
    rows = {place: [] for place in places}
    ended = set()
    while len(ended) < len(rows):
        message = consumer.poll(30)
        if message is None:
            sys.exit(f'{prefix}: no word from the broker')
        place = message.topic()[len(prefix) + 1:], message.partition()
        if not message.error():
            rows[place].append((message.timestamp()[1], message.key(), list(message.headers() or []), message.value()))
        elif message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:
            ended.add(place)
        else:
            sys.exit(str(message.error()))
    consumer.close()
    return rows


def from_kcat(address, prefix, topic, partition):
    """Timestamps, and the sizes of keys and values."""
    words = ['kcat', '-C', '-q', '-e', '-b', address, '-t', f'{prefix}.{topic}', '-p', str(partition), '-o', 'beginning',
             '-X', 'isolation.level=read_committed', '-f', '%T %K %S\\n']
    return [tuple(map(int, line.split())) for line in cluster.run(*words).splitlines()]


def main():
    program, spec, address = sys.argv[1], sys.argv[2], sys.argv[3]
    folder = pathlib.Path(tempfile.mkdtemp(prefix='readers-'))
    prefix = f'readers-{os.getpid()}'
    for place in (f'log:{folder}/log', f'kafka://{address}/{prefix}'):
        cluster.run(program, 'generate', spec, '--events', EVENTS, '--to', place)
    total = 0
    files = from_files(folder / 'log')
    there = from_broker(address, prefix, list(files))
    for (topic, partition), rows in files.items():
        read = there[topic, partition]
        if read != rows:
            at = next((i for i, pair in enumerate(zip(read, rows)) if pair[0] != pair[1]), min(len(read), len(rows)))
            sys.exit(f'{topic}/{partition}: {len(read)} records, the file log has {len(rows)}; the first that differs is number {at}:\n'
                     f'{read[at:at + 1]}\n{rows[at:at + 1]}')
        sizes = [(row[0], -1 if row[1] is None else len(row[1]), -1 if row[3] is None else len(row[3])) for row in rows]
        if from_kcat(address, prefix, topic, partition) != sizes:
            sys.exit(f'{topic}/{partition}: kcat reads something else')
        total += len(rows)
    if total < EVENTS:
        sys.exit(f'only {total} records were compared')
    print(f'{total} records: the same to confluent-kafka {confluent_kafka.__version__} and kcat')


if __name__ == '__main__':
    main()
