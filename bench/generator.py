"""The generator: threads, shards, rates, memory."""
import shutil

from measure import ROOT, SPEC, pairs, run, show

ORDERS = ROOT / 'bench' / 'order.yaml'
LOAD = ROOT / 'fixtures' / 'domains' / 'iot.yaml'
MEMORY_MAX = 64                         # MiB
MEMORY_SLACK = 1.10                     # of the most held at the smallest number of events


def whole_runs(events):
    def generate(spec, *more):
        return 'generate', spec, '--events', events, *more, '--to', 'null:'
    reached = pairs('two threads, one', generate(SPEC, '--threads', 2), generate(SPEC, '--threads', 1), 1.7)
    reached &= pairs('shard 1 of 8, whole', generate(ORDERS, '--threads', 1, '--shard', '1/8'), generate(ORDERS, '--threads', 1), 0.35, most=True)
    for spec in sorted((ROOT / 'fixtures' / 'domains').glob('*.yaml')):
        pairs(f'  of {spec.stem}', generate(spec, '--threads', 1, '--shard', '1/8'), generate(spec, '--threads', 1), None, most=True)
    return reached


def rates(folder, events):
    def rate(what, *arguments, times=3, aim=None):
        best = min(run('generate', SPEC, '--events', events, *arguments)[0] for _ in range(times))
        show(what, f'{events / best / 1e6:6.2f} million events/s' + (f' (aim: {aim})' if aim else ''))
    rate('generate, no log, 1 thread', '--threads', 1, '--to', 'null:', aim='3 a core')
    rate('generate, no log', '--to', 'null:')
    rate('generate into a file log', '--to', f'log:{folder}/log', times=1)
    shutil.rmtree(folder / 'log')


def memory(folder, events):
    held = []
    def hold(what, spec, count, *more):
        _, mebibytes = run('generate', spec, *more, '--events', count, '--to', f'log:{folder}/memory')
        shutil.rmtree(folder / 'memory')
        show('generate, memory', f'{mebibytes:6.1f} MiB for {count:,} {what}')
        held.append(mebibytes)
    hold('order events', ORDERS, 4 * events)
    hold('order events', ORDERS, 16 * events)
    hold('events of ecommerce', SPEC, 4 * events)
    hold('readings of 10,000,000 devices', LOAD, events, '--profile', 'load', '--set', 'entities.device.count=10_000_000')
    flat = held[1] <= held[0] * MEMORY_SLACK and max(held) <= MEMORY_MAX
    show('generate, memory', f"{'flat' if flat else 'GROWS'}: {held[1] / held[0]:.2f} times as much for 4 times the events, {MEMORY_MAX} MiB at most")
    return flat


def measure(folder, events):
    reached = whole_runs(3 * events)
    rates(folder, events)
    return memory(folder, events) and reached
