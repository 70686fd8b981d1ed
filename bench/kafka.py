"""Kafka, with the broker on the same machine: producing beside a minimal program over librdkafka, paced minutes, and a run from Kafka to Kafka."""
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
WARM, PAIRS = 4, 15                             # of whole size: a broker takes that long to compile what it does most
PRODUCE_WANTED, PRODUCE_AIM = 0.80, 0.95        # of the minimal program's rate
STREAM_WANTED = 200_000                         # events/s
PACE, PACE_SECONDS, PACE_RUNS = 50_000, 60, 3
SLIP_MOST_MS = 2.0                              # above that of a bare loop, at the 999th of 1000


class Cluster:
    """One broker for all of it. What a removed topic held is memory again at once, and is written anew by the next: memory that the machine has not had
    before costs what is timed up to twice as much."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix='lockstep-bench-', dir='/dev/shm' if os.access('/dev/shm', os.W_OK) else None)
        self.address = subprocess.run([ROOT / 'ci/kafka', 'start', '--at', f'{self.folder}/cluster', '--set', 'log.segment.delete.delay.ms=0',
                                       '--set', 'log.initial.task.delay.ms=0'], check=True, capture_output=True, text=True).stdout.strip()
        return self

    def __exit__(self, *_):
        subprocess.run([ROOT / 'ci/kafka', 'stop', '--at', f'{self.folder}/cluster'], check=True)
        os.rmdir(self.folder)

    def place(self, prefix):
        return f'kafka://{self.address}/{prefix}'

    def remove(self, *prefixes):
        for prefix in prefixes:
            run('log', 'remove', self.place(prefix))


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
    for number in range(-WARM, PAIRS):
        run('generate', SPEC, '--events', 1, '--to', cluster.place('minimal'))
        took = {}
        turns = [lambda: took.update(ours=run('generate', SPEC, '--events', events, '--to', cluster.place('ours'))[0]),
                 lambda: took.update(theirs=minimal(cluster, f'minimal.{TOPIC}', events, size))]
        for turn in turns if number % 2 else reversed(turns):
            turn()
        cluster.remove('ours', 'minimal')
        if number >= 0:
            ours.append(took['ours'])
            theirs.append(took['theirs'])
            ratios.append(theirs[-1] / ours[-1])
    ratio, (low, high) = statistics.median(ratios), interval(ratios)
    reached = ratio >= PRODUCE_WANTED
    show('produce, minimal program',
         f'{events / statistics.median(theirs) / 1e6:.2f} million messages/s of {size} bytes, generate {events / statistics.median(ours) / 1e6:.2f}: '
         f'ratio {ratio:.2f} (95 %: {low:.2f} to {high:.2f}, {PAIRS} pairs), wanted {PRODUCE_WANTED:.2f}, aim {PRODUCE_AIM:.2f}: {verdict(reached)}')
    return reached


def stream(cluster, events, folder):
    run('generate', SPEC, '--events', events, '--to', cluster.place('in'))
    seconds = []
    for number in range(3):
        seconds.append(run('run', 'stream', SPEC, '--from', cluster.place('in'), '--to', cluster.place('out'), '--state', folder / f'state{number}',
                           '--final')[0])
        cluster.remove('out')
    cluster.remove('in')
    rate = events / min(seconds)
    reached = rate >= STREAM_WANTED
    show('stream, Kafka to Kafka', f'{rate:,.0f} events/s exactly once, wanted {STREAM_WANTED:,}: {verdict(reached)}')
    return reached


def slip(text):
    """[p50, p99, p99.9, max] in ms."""
    number = '([0-9.,]+) us'
    found = re.search(f'slip p50 +{number}, p99 +{number}, p99.9 +{number}, max +{number}', text)
    return [float(word.replace(',', '')) / 1000 for word in found.groups()]


def paced_once(cluster):
    """A minute at a fixed rate, and beside it, on the same cores, a loop that sleeps to the same moments and does nothing: (sound, difference in ms)."""
    bare = subprocess.Popen([BUILD / 'bench' / 'lockstep-bench', 'bare', str(PACE_SECONDS)], stdout=subprocess.PIPE, text=True)
    command = [BUILD / 'cli' / 'lockstep', 'generate', SPEC, '--events', PACE * PACE_SECONDS, '--to', cluster.place('paced'), '--pace', f'{PACE}/s']
    text = subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    ours, theirs = slip(text), slip(bare.communicate()[0])
    rate = float(re.search(r'pace \S+ ([0-9.,]+) events/s', text).group(1).replace(',', ''))
    checked = subprocess.run([BUILD / 'cli' / 'lockstep', 'log', 'check', cluster.place('paced')], check=True, stdout=subprocess.PIPE, text=True).stdout
    lost = PACE * PACE_SECONDS - int(re.search(r'([0-9,]+) records', checked.splitlines()[-1]).group(1).replace(',', ''))
    cluster.remove('paced')
    show(f'paced at {PACE:,}/s for {PACE_SECONDS} s', f'{rate:,.1f} events/s ({(rate / PACE - 1) * 100:+.4f} %), {lost} lost; '
                                                      f'slip p50 {ours[0]:.3f} ms, p99 {ours[1]:.2f}, p99.9 {ours[2]:.2f}, most {ours[3]:.2f}')
    show('  a bare loop beside it', f'slip p50 {theirs[0]:.3f} ms, p99 {theirs[1]:.2f}, p99.9 {theirs[2]:.2f}, most {theirs[3]:.2f}')
    return abs(rate - PACE) <= PACE / 1000 and lost == 0, ours[2] - theirs[2]


def paced(cluster):
    """Every minute keeps its rate and loses nothing; how late is judged by their median, since one pause of the machine decides one of them."""
    runs = [paced_once(cluster) for _ in range(PACE_RUNS)]
    above = statistics.median(difference for _, difference in runs)
    reached = all(sound for sound, _ in runs) and above <= SLIP_MOST_MS
    show('  in all', f'{above:+.2f} ms at p99.9 (median), wanted {SLIP_MOST_MS:.0f} at most: {verdict(reached)}')
    return reached


def measure(folder, events):
    with Cluster() as cluster:
        reached = produce(cluster, events)
        reached &= stream(cluster, events, pathlib.Path(folder))
        reached &= paced(cluster)
    return reached
