"""The pipeline on the shop's events with one hopping view: rates of stream and batch with one worker, what two bring, what checkpoints cost, what is held
of more events, a batch within a fraction of its input's size; and the same view by DuckDB, where that is installed."""
import hashlib
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

from measure import ROOT, SPEC, pairs, run, show, verdict

VIEW = ('pipeline.views=[{name: revenue_5m, from: order_placed, window: {hopping: {size: 5m, every: 1m}}, by: [category, country], '
        'where: "quantity > 0", select: {orders: count, revenue: {sum: amount}, average: {avg: amount, scale: 2}, customers: {distinct: entity_id}}}]')
SETS = ('--set', VIEW, '--set', 'pipeline.alerts=[]')
BATCH_WANTED, BATCH_AIM = 1.5, 2.0      # million events/s on one core
STREAM_WANTED, STREAM_AIM = 0.8, 1.0
WORKERS_WANTED = 1.6
CHECKPOINT_MOST = 0.05                  # of the time, with one each 5 s
MEMORY_SLACK = 1.15                     # of what is held of a tenth of the events


class Place:
    """A folder with a log of so many events."""
    def __init__(self, folder, events):
        self.folder, self.events = pathlib.Path(folder), events
        self.log = f'log:{self.folder}/log'
        run('generate', SPEC, *SETS, '--events', events, '--to', self.log)

    def command(self, mode, *more, to='out', workers=1):
        return 'run', mode, SPEC, *SETS, '--from', self.log, '--to', self.folder / to, '--workers', workers, *more

    def clear(self):
        shutil.rmtree(self.folder / 'out', ignore_errors=True)

    def run(self, mode, *more, **settings):
        self.clear()
        return run(*self.command(mode, *more, **settings))

    def bytes(self):
        return sum(path.stat().st_size for path in (self.folder / 'log').rglob('*') if path.is_file())


def sums(folder):
    return hashlib.sha256((pathlib.Path(folder) / 'datasets' / 'SHA256SUMS').read_bytes()).hexdigest()


def rate(place, mode, where, wanted=None, aim=None):
    best = place.events / min(place.run(mode)[0] for _ in range(3)) / 1e6
    reached = not wanted or best >= wanted
    show(f'run {mode}, {where}', f'{best:6.2f} million events/s' + (f', wanted {wanted}, aim {aim}: {verdict(reached)}' if wanted else ''))
    return reached


def checkpoints(place):
    """Runs with many checkpoints and with the last one alone: what each costs, as a share of 5 s."""
    found = []
    for _ in range(5):
        alone = place.run('stream', '--checkpoint', 0)[0]
        every = place.run('stream', '--checkpoint', 0, '--checkpoint-records', place.events // 10)[0]
        found.append((every - alone) / 9 / 5)
    share = statistics.median(found)
    show('a checkpoint each 5 s', f'costs {share:.1%} ({min(found):.1%} to {max(found):.1%}), wanted {CHECKPOINT_MOST:.0%} at most: '
         f'{verdict(share <= CHECKPOINT_MOST)}')
    return share <= CHECKPOINT_MOST


def memory(folder, events):
    """With a checkpoint each 100,000 records; of the smaller number the buffers of all files are full."""
    held = {}
    for count in (events, 10 * events):
        with tempfile.TemporaryDirectory(dir=folder) as inner:
            held[count] = Place(inner, count).run('stream', '--checkpoint', 0, '--checkpoint-records', 100_000)[1]
        show('run stream, memory', f'{held[count]:6.1f} MiB for {count:,} events')
    ratio = held[10 * events] / held[events]
    show('run stream, memory', f'{ratio:.2f} times as much for 10 times the events, wanted {MEMORY_SLACK:.2f} at most: {verdict(ratio <= MEMORY_SLACK)}')
    return ratio <= MEMORY_SLACK


def small_memory(place):
    """The log is five times what batch may use."""
    mebibytes = max(16, place.bytes() // 5 // 2**20)
    large, held_large = place.run('batch')
    want = sums(place.folder / 'out')
    small, held = place.run('batch', '--memory', f'{mebibytes}MiB')
    same = sums(place.folder / 'out') == want
    show('run batch, little memory', f'--memory {mebibytes}MiB on a log of {place.bytes() / 2**20:,.0f} MiB: {small / large:.2f} of the time, '
         f"{held:.0f} instead of {held_large:.0f} MiB held, {'the same bytes' if same else 'OTHER bytes: SHORT'}")
    return same


def duckdb(place):
    python = ROOT / 'build' / 'python' / 'bin' / 'python'
    program = ROOT / 'bench' / 'duckdb_view.py'
    if subprocess.run([python, '-c', 'import duckdb, fastavro'], stderr=subprocess.DEVNULL).returncode != 0:
        show('DuckDB', 'not measured: build/python has no duckdb (ci/setup test)')
        return True
    place.run('batch')
    return subprocess.run([python, program, place.folder / 'out' / 'datasets'], stdout=sys.stdout).returncode == 0


def measure(folder, events):
    memory_folder = '/dev/shm' if os.access('/dev/shm', os.W_OK) else folder
    reached = True
    with tempfile.TemporaryDirectory(dir=memory_folder, prefix='lockstep-bench-') as inner:
        place = Place(inner, events)
        reached &= rate(place, 'batch', 'in memory', BATCH_WANTED, BATCH_AIM)
        reached &= rate(place, 'stream', 'in memory', STREAM_WANTED, STREAM_AIM)
        for mode in ('batch', 'stream'):
            reached &= pairs(f'run {mode}, two workers, one', place.command(mode, workers=2), place.command(mode), WORKERS_WANTED, before=place.clear)
        reached &= checkpoints(place)
        reached &= small_memory(place)
        reached &= duckdb(place)
    with tempfile.TemporaryDirectory(dir=folder) as inner:
        place = Place(inner, events)
        rate(place, 'batch', 'on disk')
        rate(place, 'stream', 'on disk')
    return memory(folder, events) and reached
