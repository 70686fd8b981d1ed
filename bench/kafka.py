"""Kafka, with the broker on the same machine: producing beside a minimal program over librdkafka, a paced minute, and a run from Kafka to Kafka."""
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

from measure import BUILD, ROOT, run, show, verdict

SPEC = ROOT / 'bench' / 'kafka.yaml'
MINIMAL = BUILD / 'bench' / 'kafka-minimal'
TOPIC = 'raw.visits.page_viewed'
PARTITIONS = 8
PAIRS = 15
PRODUCE_WANTED, PRODUCE_AIM = 0.80, 0.95        # of the minimal program's rate
STREAM_WANTED = 200_000                         # events/s
PACE, PACE_SECONDS = 50_000, 60
SLIP_MOST_MS = 2.0                              # above that of a bare loop, at the 999th of 1000
FRESH = 3                                       # pairs in one cluster: their topics are memory


class Cluster:
    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix='lockstep-bench-', dir='/dev/shm' if os.access('/dev/shm', os.W_OK) else None)
        self.start()
        return self

    def start(self):
        self.address = subprocess.run([ROOT / 'ci/kafka', 'start', '--at', f'{self.folder}/cluster'], check=True, capture_output=True, text=True).stdout.strip()

    def again(self):
        self.stop()
        self.start()

    def stop(self):
        subprocess.run([ROOT / 'ci/kafka', 'stop', '--at', f'{self.folder}/cluster'], check=True)

    def __exit__(self, *_):
        self.stop()
        os.rmdir(self.folder)

    def place(self, prefix):
        return f'kafka://{self.address}/{prefix}'


def minimal(cluster, topic, events, size):
    begin = time.monotonic()
    subprocess.run([MINIMAL, cluster.address, topic, str(PARTITIONS), str(events), str(size)], check=True)
    return time.monotonic() - begin


def interval(ratios):
    """The narrowest order statistics around the median that hold it with 95 in 100."""
    low = {15: 3, 21: 5}.get(len(ratios), 0)
    ordered = sorted(ratios)
    return ordered[low], ordered[-1 - low]


def produce(cluster, events):
    ratios, ours, theirs = [], [], []
    told = subprocess.run([BUILD / 'cli' / 'lockstep', 'generate', SPEC, '--events', str(events), '--to', 'null:'], check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True).stdout
    size = int(re.search(r'([0-9,]+) bytes of values', told).group(1).replace(',', '')) // events
    for number in range(PAIRS):
        if number % FRESH == 0:
            cluster.again()
            run('generate', SPEC, '--events', 1, '--to', cluster.place('minimal'))
            minimal(cluster, f'minimal.{TOPIC}', events // 10, size)
            run('generate', SPEC, '--events', events // 10, '--to', cluster.place('warm'))
        turns = [lambda: ours.append(run('generate', SPEC, '--events', events, '--to', cluster.place(f'ours{number}'))[0]),
                 lambda: theirs.append(minimal(cluster, f'minimal.{TOPIC}', events, size))]
        for turn in turns if number % 2 else reversed(turns):
            turn()
        ratios.append(theirs[-1] / ours[-1])
    ratio, (low, high) = statistics.median(ratios), interval(ratios)
    reached = ratio >= PRODUCE_WANTED
    show('produce, minimal program',
         f'{events / statistics.median(theirs) / 1e6:.2f} million messages/s of {size} bytes, generate {events / statistics.median(ours) / 1e6:.2f}: '
         f'ratio {ratio:.2f} (95 %: {low:.2f} to {high:.2f}, {PAIRS} pairs), wanted {PRODUCE_WANTED:.2f}, aim {PRODUCE_AIM:.2f}: {verdict(reached)}')
    return reached


def stream(cluster, events, folder):
    cluster.again()
    run('generate', SPEC, '--events', events, '--to', cluster.place('in'))
    seconds = min(run('run', 'stream', SPEC, '--from', cluster.place('in'), '--to', cluster.place(f'out{n}'), '--state', folder / f'state{n}', '--final')[0]
                  for n in range(3))
    rate = events / seconds
    reached = rate >= STREAM_WANTED
    show('stream, Kafka to Kafka', f'{rate:,.0f} events/s exactly once, wanted {STREAM_WANTED:,}: {verdict(reached)}')
    return reached


def slip(text):
    """[p50, p99, p99.9, max] in ms."""
    number = '([0-9.,]+) us'
    found = re.search(f'slip p50 +{number}, p99 +{number}, p99.9 +{number}, max +{number}', text)
    return [float(word.replace(',', '')) / 1000 for word in found.groups()]


def paced(cluster):
    """A minute at a fixed rate, and beside it, on the same cores, a loop that sleeps to the same moments and does nothing."""
    cluster.again()
    run('generate', SPEC, '--events', PACE * PACE_SECONDS, '--to', cluster.place('warm'))  # brokers take seconds to compile what they do most
    bare = subprocess.Popen([BUILD / 'bench' / 'lockstep-bench', 'bare', str(PACE_SECONDS)], stdout=subprocess.PIPE, text=True)
    command = [BUILD / 'cli' / 'lockstep', 'generate', SPEC, '--events', PACE * PACE_SECONDS, '--to', cluster.place('paced'), '--pace', f'{PACE}/s']
    text = subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    ours, theirs = slip(text), slip(bare.communicate()[0])
    rate = float(re.search(r'pace \S+ ([0-9.,]+) events/s', text).group(1).replace(',', ''))
    show(f'paced at {PACE:,}/s for {PACE_SECONDS} s',
         f'{rate:,.1f} events/s; slip p50 {ours[0]:.3f} ms, p99 {ours[1]:.2f}, p99.9 {ours[2]:.2f}, most {ours[3]:.2f}')
    show('  a bare loop beside it', f'slip p50 {theirs[0]:.3f} ms, p99 {theirs[1]:.2f}, p99.9 {theirs[2]:.2f}, most {theirs[3]:.2f}')
    checked = subprocess.run([BUILD / 'cli' / 'lockstep', 'log', 'check', cluster.place('paced')], check=True, stdout=subprocess.PIPE, text=True).stdout
    lost = PACE * PACE_SECONDS - int(re.search(r'([0-9,]+) records', checked.splitlines()[-1]).group(1).replace(',', ''))
    reached = abs(rate - PACE) <= PACE / 1000 and lost == 0 and ours[2] - theirs[2] <= SLIP_MOST_MS
    show('  in all', f'{lost} lost, {(rate / PACE - 1) * 100:+.4f} % of the rate, {ours[2] - theirs[2]:+.2f} ms at p99.9, wanted {SLIP_MOST_MS:.0f} at most: '
                     f'{verdict(reached)}')
    return reached


def measure(folder, events):
    with Cluster() as cluster:
        reached = produce(cluster, events)
        reached &= stream(cluster, events, pathlib.Path(folder))
        reached &= paced(cluster)
    return reached
