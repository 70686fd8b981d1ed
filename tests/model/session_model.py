#!/usr/bin/env python3
"""Every event of a spec from its index, in integers alone: docs/generation.md as a program, for sessions, copies, growth, hot keys, outages,
schema changes and all faults. The specs below are Python data; the program gets them as JSON, which is YAML, and what it generates has to be
what the model says: the records, their values, and of a damaged value the bytes.

usage: session_model.py PROGRAM FOLDER"""
import bisect
import collections
import datetime
import decimal
import fractions
import functools
import json
import math
import os
import shutil
import subprocess
import sys

from arrival_model import Constant, Phase
from generator_model import M64, below, hit, mix, permute

K = 4096
Q32 = 1 << 32
decimal.getcontext().prec = 60


# ---- fixed point (core/base/fixed.h): exact integers, with tables that are rounded down

def table(formula, count):
    return [int(formula(decimal.Decimal(i)) // 1) for i in range(count)]


LN2 = decimal.Decimal(2).ln()
RECIPROCAL = [(1 << 63) * 256 // (256 + 2 * i + 1) for i in range(128)]
LOG2 = table(lambda i: (1 + (2 * i + 1) / 256).ln() / LN2 * (1 << 62), 128)
EXP2 = table(lambda i: (i / 128 * LN2).exp() * (1 << 62), 128)
LOG2E = int((1 << 62) / LN2)
LN2_Q63 = int((1 << 63) * LN2)
LN2_Q32 = round(LN2 * Q32)


def towards_zero(a, b):
    return a // b if (a < 0) == (b < 0) else -(-a // b)


def log2(x):
    shift = 64 - x.bit_length()
    mantissa = x << shift
    i = mantissa >> 56 & 127
    z = (mantissa * RECIPROCAL[i] >> 63) - (1 << 63)
    z2 = z * z >> 63
    z3 = z2 * z >> 63
    series = z - z2 // 2 + towards_zero(z3, 3) - towards_zero(z3 * z >> 63, 4)
    return (63 - shift << 32) + (LOG2[i] + (series * LOG2E >> 63) >> 30)


def exp2(fraction):
    rest = fraction & (1 << 25) - 1
    y = ((rest << 31) * (LN2_Q63 << 1) >> 64) >> 1
    powers = [1 << 62, y]
    for _ in range(3):
        powers.append(powers[-1] * (y << 2) >> 64)
    return EXP2[fraction >> 25] * sum(p // math.factorial(k) for k, p in enumerate(powers)) >> 62


def scale_exp2(base, x):
    product, shift = base * exp2(x & Q32 - 1) << 1, 63 - (x >> 32)
    return min(product >> shift, M64) if shift >= 0 else M64 if base else 0


def minus_ln(x, bits):
    return ((bits << 32) - log2(x)) * LN2_Q32 >> 32


def exponential(word):
    return minus_ln(word | 1, 64)


def cubic(r, *c):
    value = c[3] << 24
    for k in (2, 1, 0):
        value = (value * r >> 32) + (c[k] << 24)
    return value


def quantile(word):
    q = word - (1 << 63)
    if (-q - 1 if q < 0 else q) <= 7839866231326559436:
        r = 775778468 - (q * q >> 96)
        above, under = cubic(r, 14547624251, 216613548571, 684150202569, 253872831309), cubic(r, Q32, 76859167626, 338261993473, 288568388360)
        return q * towards_zero(above * Q32, under) >> 64
    r = math.isqrt(minus_ln(2 * (word if q < 0 else M64 - word) + 1, 65) << 32)
    if r <= 21345987461:
        r -= 6871947674
        above, under = cubic(r, 6113616556, 11840431941, 5612356093, 731167549), cubic(r, Q32, 3165397952, 516303730, 0)
    else:
        r -= 5 * Q32
        above, under = cubic(r, 28595484729, 13233766559, 1841179222, 74462724), cubic(r, Q32, 1039291643, 52648579, 0)
    return towards_zero(above * Q32, under) * (-1 if q < 0 else 1)


def normal(w):
    x = (w if w < 2**63 else M64 - w) + 1
    s = x.bit_length() - 1
    j, along = divmod(((x << 64 - s & M64) << 7) >> 32, Q32)
    points = [-quantile(((128 + k) << s >> 7) - 1) for k in ((j, j + 1) if x < 2**63 else (0, 0))]
    far = points[0] - ((points[0] - points[1]) * along >> 32)
    return -far if w < 2**63 else far


# ---- words of the spec language

def duration(text):
    units = {'ms': 1, 's': 1000, 'm': 60000, 'h': 3600000, 'd': 86400000}
    number = text.rstrip('msdh')
    return int(number) * units[text[len(number):]]


def quantity(value):
    """Milliseconds of a duration, else the number."""
    return duration(value) if isinstance(value, str) else value


def ratio(text):
    part, _, whole = str(text).partition('/')
    return int(part), int(whole or 1)


def distribution(setting, word):
    """The value at a word; numbers are whole here."""
    (kind, s), = ((k, v) for k, v in setting.items() if k in ('uniform', 'exponential', 'normal', 'lognormal'))
    if kind == 'uniform':
        low, high = map(quantity, s)
        return low + below(word, high - low + 1)
    if kind == 'exponential':
        return quantity(s['mean']) * exponential(word) >> 32
    if kind == 'normal':
        return quantity(s['mean']) + (normal(word) * quantity(s['deviation']) + (1 << 31) >> 32)
    sigma = fractions.Fraction(str(s['sigma']))
    return scale_exp2(quantity(s['median']), normal(word) * (math.floor(sigma * Q32) * 6196328019 >> 32) >> 32)


# ---- bytes

def murmur2(data):
    m, h = 0x5bd1e995, 0x9747b28c ^ len(data)
    whole = len(data) // 4 * 4
    for at in range(0, whole, 4):
        k = int.from_bytes(data[at:at + 4], 'little') * m % Q32
        h = h * m % Q32 ^ (k ^ k >> 24) * m % Q32
    if whole < len(data):
        h = (h ^ int.from_bytes(data[whole:], 'little')) * m % Q32
    h = (h ^ h >> 13) * m % Q32
    return h ^ h >> 15


def crc64(data):
    empty = 0xc15d213aa4d7a795
    crc = empty
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (empty if crc & 1 else 0)
    return crc


def long(value):
    value, out = value << 1 ^ value >> 63, b''
    while value > 127:
        value, out = value >> 7, out + bytes([value & 127 | 128])
    return out + bytes([value])


def string(text):
    data = text.encode()
    return long(len(data)) + data


def stamp(ms):
    time = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms)
    return f'{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}Z'


# ---- the model

DAMAGE = ('truncated', 'corrupt', 'out_of_range', 'missing', 'clock_ahead', 'clock_back', 'unknown_reference', 'unknown_schema', 'wrong_frame',
          'empty', 'oversized')
Slot = collections.namedtuple('Slot', 'lifecycle step session chain')       # lifecycle None: free; chain: the session's slots up to this one


class Model:
    def __init__(self, spec):
        self.spec, self.keys, self.faults = spec, {}, spec['faults']
        self.met = collections.Counter()        # what events were
        self.types = {t['name']: t for t in spec['event_types']}
        self.start = int(datetime.datetime.fromisoformat(spec['start'].replace('Z', '+00:00')).timestamp()) * 1000
        self.arrive()
        rate = sum((fractions.Fraction(*ratio(self.faults[f]['rate'])) for f in ('duplicate', 'conflict') if f in self.faults), fractions.Fraction(0))
        self.block = math.floor(1 / rate + fractions.Fraction(1, 2)) if rate else 0
        self.compose()

    def word(self, stream, i, draw=0):
        if stream not in self.keys:
            name = 0
            for c in stream.encode():
                name = mix(name ^ c)
            self.keys[stream] = mix(self.spec['seed'] ^ name)
        return mix(mix(self.keys[stream] + i & M64) + draw & M64)

    # times
    def arrive(self):
        self.phases, self.firsts, start, first = [], [], self.start, 0
        for n, phase in enumerate(self.spec['arrival']):
            rate = fractions.Fraction(phase.get('rate', phase.get('poisson')).removesuffix('/s')) / 1000
            length = duration(phase.get('for', '0s'))
            self.phases.append(Phase(start, length, Constant(rate), 0, (self.spec['seed'], f'arrival[{n}].poisson') if 'poisson' in phase else None))
            self.firsts.append(first)
            start, first = start + length, first + (self.phases[-1].count or 0)
        self.mean = rate if not length else fractions.Fraction(first, start - self.start)

    @functools.lru_cache(None)
    def scheduled(self, i):
        at = bisect.bisect_right(self.firsts, i) - 1
        return self.phases[at].time(i - self.firsts[at])

    def passed(self, i):
        return self.scheduled(i) - self.start

    def delay(self, i):
        d = self.spec.get('delay')
        return min(max(distribution(d, self.word('delay', i)), 0), duration(d['max'])) if d else 0

    def alone(self, i, name, entity):
        if not self.strikes('late', i, name, entity):
            return self.scheduled(i) - self.delay(i)
        late = self.faults['late']
        return self.scheduled(i) - min(max(distribution(late['delay'], self.word('faults.late.delay', i)), 0), duration(late['max']))

    def event_time(self, slot, name, entity):
        """Of a slot's chain, from its first on; `name` is the type of a free one."""
        time, steps = None, []
        step = slot.step
        while slot.lifecycle and step is not None:
            steps.insert(0, step['event'])
            step = step['before']
        for i, of in zip(slot.chain, steps or [name]):
            alone = self.alone(i, of, entity)
            time = alone if time is None else max(alone, time + 1)
        return time

    # slots
    def copy_place(self, block):
        return below(self.word('faults.copy', block), self.block)

    def is_copy(self, i):
        return self.block and self.copy_place(i // self.block) == i % self.block

    def rank(self, i):
        return i - i // self.block - (i % self.block > self.copy_place(i // self.block)) if self.block else i

    def index(self, rank):
        if not self.block:
            return rank
        block, place = divmod(rank, self.block - 1)
        return block * self.block + place + (place >= self.copy_place(block))

    def compose(self):
        self.steps, self.free = {}, [t for t in self.types.values()]
        self.lifecycles = self.spec.get('lifecycles', {})
        for lifecycle in self.lifecycles.values():
            for n, s in enumerate(lifecycle['steps']):
                by_name = {other['event']: other for other in lifecycle['steps']}
                s['before'] = None if n == 0 else by_name[s['follows']] if 'follows' in s else lifecycle['steps'][n - 1]
                s['excludes'] = by_name.get(s.get('unless'))
                self.steps[s['event']] = s
                self.free.remove(self.types[s['event']])
        weights = {name: self.types[lifecycle['steps'][0]['event']]['weight'] for name, lifecycle in self.lifecycles.items()}
        free = sum(t['weight'] for t in self.free)
        g = math.gcd(free, *weights.values())
        self.places, self.round = {}, 0
        for name, lifecycle in self.lifecycles.items():
            self.places[name] = self.round, weights[name] // g
            self.round += weights[name] // g * len(lifecycle['steps'])
        self.round += free // g
        for name, lifecycle in self.lifecycles.items():
            for s in lifecycle['steps'][1:]:
                s['lags'] = self.lags(name, s)

    def lags(self, name, step):
        least = self.places[name][1]
        rate = (self.mean.numerator << 64) // self.mean.denominator
        rate -= rate // self.block if self.block else 0
        starts = rate // self.round * least
        after = step['after']
        wished = []
        for k in range(K):
            ms = min(max(distribution(after, (1 << 51) * (2 * k + 1)), 0), duration(after['max']))
            wished.append(min(((starts >> 32) * ms + (1 << 31)) >> 32, (1 << 40) - 1))
        key = self.word(f'lifecycles.{name}.{step["event"]}.after', 0)
        wish = [n + max(least, wished[permute(K, key, n)]) for n in range(K)]
        order = sorted(range(K), key=lambda n: (wish[n] % K, n))
        shift = (sum(wish[n] % K - j for j, n in enumerate(order)) + K // 2) // K
        while True:
            lags = [0] * K
            for j, n in enumerate(order, shift):
                lags[j % K] = wish[n] // K * K + j - n
            if all(self.lengthen(lags, k, least) for k in range(K)):
                return lags
            shift += 1

    @staticmethod
    def lengthen(lags, k, least):
        for by in range(least - lags[k], K):
            other = (k + by) % K
            if lags[k] >= least:
                break
            if lags[other] - by >= least:
                lags[k], lags[other] = lags[other] - by, lags[k] + by
        return lags[k] >= least

    def takes(self, name, step, session):
        return hit(self.word(f'lifecycles.{name}.{step["event"]}', session), ratio(step.get('probability', 1))) and not (
            step['excludes'] and self.takes(name, step['excludes'], session))

    @functools.lru_cache(None)
    def slot(self, i):
        """Of a slot that is no copy's."""
        r, q = divmod(self.rank(i), self.round)
        place = permute(self.round, self.word('lifecycles.round', r), q)
        for name, lifecycle in self.lifecycles.items():
            begin, starts = self.places[name]
            if begin <= place < begin + starts * len(lifecycle['steps']):
                number = r * starts + (place - begin) % starts
                step = lifecycle['steps'][(place - begin) // starts]
                return self.session(i, name, step, number) or Slot(None, None, None, (i,))
        return Slot(None, None, None, (i,))

    def session(self, i, name, step, number):
        begin, starts = self.places[name]
        steps, chain, way = self.lifecycles[name]['steps'], [i], [step]
        while way[0]['before']:
            number -= way[0]['lags'][number % K]
            if number < 0:
                return None
            way.insert(0, way[0]['before'])
            r, m = divmod(number, starts)
            place = begin + steps.index(way[0]) * starts + m
            chain.insert(0, self.index(r * self.round + permute(self.round, self.word('lifecycles.round', r), place, inverse=True)))
        if not all(self.takes(name, s, number) for s in way[1:]):
            return None
        return Slot(name, step, number, tuple(chain))

    def type_of(self, i, slot):
        if slot.lifecycle:
            return self.types[slot.step['event']]
        x = below(self.word('event_types', i), sum(t['weight'] for t in self.free))
        for t in self.free:
            x -= t['weight']
            if x < 0:
                return t

    # entities
    def there(self, name):
        e = self.spec['entities'][name]
        return e['growth']['to'] if 'growth' in e else e['count']

    def pick(self, name, i):
        e, hot = self.spec['entities'][name], self.faults.get('hot_key')
        if hot and hot.get('entity', name) == name and 0 <= self.passed(i) - duration(hot['at']) < duration(hot['for']) and hit(
                self.word('faults.hot_key', i), ratio(hot['share'])):
            return 0
        count = e['count']
        if 'growth' in e:
            count += (e['growth']['to'] - count) * min(self.passed(i), duration(e['growth']['over'])) // duration(e['growth']['over'])
        return below(self.word(f'entities.{name}.pick', i), count)

    @staticmethod
    def written(template, n):
        before, _, rest = template.partition('{')
        inside, _, behind = rest.partition('}')
        return f'{before}{n:0{inside.partition(":0")[2] or 1}d}{behind}'

    # faults
    def strikes(self, fault, i, name, entity):
        f = self.faults.get(fault)
        if not f or not hit(self.word(f'faults.{fault}', i), ratio(f['rate'])) or name not in f.get('events', [name]):
            return False
        if 'field' in f and not self.column(self.types[name], f['field']):
            return False
        passed = self.passed(i) - duration(f.get('at', '0s'))
        return passed >= 0 and (duration(f.get('for', '0s')) or passed + 1) > passed and hit(
            self.word(f'faults.{fault}.entities', entity), ratio(f.get('entities', 1)))

    def damage(self, i, name, entity):
        return next((f for f in DAMAGE if self.strikes(f, i, name, entity)), None)

    def original(self, i):
        gap = max(distribution(self.faults['duplicate']['gap'], self.word('faults.duplicate.gap', i)), 1)
        for j in range(i - gap, max(i - gap - 8, -1), -1):
            if not self.is_copy(j):
                slot = self.slot(j)
                t = self.type_of(j, slot)
                if not self.damage(j, t['name'], self.pick(t['entity'], slot.chain[0])):
                    return j
        return None

    # values
    def fields(self, t, version=None):
        both = t.get('attributes', []) + t.get('dimensions', []) + t.get('metrics', [])
        return [f for f in both if version is None or f.get('since', 1) <= version < f.get('until', 9999)]

    def versions(self, t):
        change = self.faults.get('schema_change')
        return [t.get('schema_version', 1)] + ([change['to']] if change and change['event'] == t['name'] else [])

    def column(self, t, name):
        """The field, where all versions have it."""
        return next((f for f in self.fields(t) if f['name'] == name and all(f in self.fields(t, v) for v in self.versions(t))), None)

    def version(self, t, i):
        versions, change = self.versions(t), self.faults.get('schema_change')
        passed = self.passed(i) - duration(change['at']) if len(versions) == 2 else -1
        mixed = duration(change.get('mixed', '0s')) if change else 0
        new = passed >= mixed or passed >= 0 and below(self.word('faults.schema_change', i), mixed) < passed
        return versions[1] if passed >= 0 and new else versions[0]

    def value(self, t, f, slot, entity):
        """Of a field of an event of this type at the end of the slot's chain."""
        i, path = slot.chain[-1], f'event_types.{t["name"]}.{f["name"]}'
        if hit(self.word(path + '.null', i), ratio(f.get('nullable', 0))):
            return None
        if 'const' in f:
            return f['const']
        if 'id' in f:
            return self.written(f['id'].replace('{session', '{n'), slot.session if '{session' in f['id'] else i)
        if 'choice' in f:
            return self.choose(f['choice'], self.word(path, i))
        if 'uniform' in f:
            return self.number(f, self.word(path, i))
        name, _, what = f['ref'].partition('.')
        if name in self.types:
            step, back = slot.step, 0
            while step['event'] != name:
                step, back = step['before'], back + 1
            other = self.types[name]
            return self.value(other, next(x for x in self.fields(other) if x['name'] == what),
                              Slot(slot.lifecycle, step, slot.session, slot.chain[:len(slot.chain) - back]), entity)
        n = entity if name == t['entity'] else self.pick(name, i)
        population = self.spec['entities'][name]
        if what == 'id':
            return self.written(population['id'], n)
        attribute = next(a for a in population['attributes'] if a['name'] == what)
        word = self.word(f'entities.{name}.attributes.{what}', n)
        return self.choose(attribute['choice'], word) if 'choice' in attribute else self.number(attribute, word)

    @staticmethod
    def number(f, word):
        low, high = (round(fractions.Fraction(str(x)) * (100 if f['type'] == 'money' else 1)) for x in f['uniform'])
        return low + below(word, high - low + 1)

    @staticmethod
    def choose(choice, word):
        weights = choice if isinstance(choice, dict) else dict.fromkeys(choice, 1)
        x = below(word, sum(weights.values()))
        for text, weight in weights.items():
            x -= weight
            if x < 0:
                return text

    def schema(self, t, version):
        """The parsing canonical form."""
        def canonical(f):
            plain = {'int': 'int', 'long': 'long', 'money': 'long', 'string': 'string', 'boolean': 'boolean'}.get(f['type'])
            kind = json.dumps(plain) if plain else '{"name":"%s.%s_%s","type":"enum","symbols":[%s]}' % (
                self.spec['domain'], t['name'], f['name'], ','.join(f'"{s}"' for s in f['choice']))
            column = f['name'] + ('_cents' if f['type'] == 'money' else '')
            return '{"name":"%s","type":%s}' % (column, f'["null",{kind}]' if 'nullable' in f or 'null' in f else kind)
        envelope = ('event_id', 'string'), ('event_time', 'long'), ('ingest_time', 'long'), ('source', 'string'), ('schema_version', 'int'), (
            'entity_id', 'string')
        return '{"name":"%s.%s","type":"record","fields":[%s,{"name":"payload","type":{"name":"%s.%s_payload","type":"record","fields":[%s]}}]}' % (
            self.spec['domain'], t['name'], ','.join('{"name":"%s","type":"%s"}' % column for column in envelope),
            self.spec['domain'], t['name'], ','.join(canonical(f) for f in self.fields(t, version)))

    def encode(self, t, version, envelope, values):
        """The value's bytes, and where the lengths of its strings stand."""
        out, lengths = b'\xc3\x01' + crc64(self.schema(t, version).encode()).to_bytes(8, 'little'), []
        for item in envelope.values():
            lengths += [len(out)] if isinstance(item, str) else []
            out += string(item) if isinstance(item, str) else long(item)
        for f in self.fields(t, version):
            value = values[f['name']]
            if 'nullable' in f or 'null' in f:
                out += b'\0' if value is None else b'\2'
            if isinstance(value, str) and f['type'] != 'enum':
                lengths.append(len(out))
                out += string(value)
            elif value is not None:
                out += long(list(f['choice']).index(value) if f['type'] == 'enum' else value)
        return out, lengths

    # all of it
    def event(self, i):
        """What the program says of the event: its record, with the value or the bytes that are damaged."""
        copy = bool(self.is_copy(i))
        of = self.original(i) if copy else i
        slot = Slot(None, None, None, (i,)) if of is None else self.slot(of)
        repeats, of = copy and of is not None, i if of is None else of
        t = self.type_of(of, slot)
        entity = self.pick(t['entity'], slot.chain[0])
        fault = None if copy else self.damage(i, t['name'], entity)
        key = self.written(self.spec['entities'][t['entity']]['id'], entity)
        partition = (murmur2(key.encode()) & 0x7fffffff) % self.spec['topics']['partitions']
        version = self.version(t, of)
        timestamp = self.held(i, partition)
        envelope = dict(event_id=f'{mix(self.word_key("event_id") + of & M64):016x}', event_time=self.event_time(slot, t['name'], entity),
                        ingest_time=timestamp + self.skew(i, fault, t['name'], entity), source=self.spec['domain'], schema_version=version, entity_id=key)
        values = {f['name']: self.value(t, f, slot, entity) for f in self.fields(t, version)}
        if repeats and 'conflict' in self.faults:
            self.conflict(i, t, version, values)
        self.spoil(i, fault, t, values)
        self.met.update([fault, f'version {version}', f'{len(slot.chain)} steps', 'copy' if repeats else 'no original' if copy else 'own'])
        self.met['held'] += timestamp != self.scheduled(i)
        self.met['late'] += envelope['event_time'] < self.scheduled(i) - 5000
        record = dict(topic=f'raw.{self.spec["domain"]}.{t["name"]}', partition=partition, timestamp=stamp(timestamp), key=key)
        data, lengths = self.encode(t, version, envelope, values)
        damaged = self.damaged_bytes(i, fault, data, lengths)
        if damaged is not None:
            return {**record, 'value': None, 'bytes': damaged.hex()}
        shown = {**envelope, 'event_time': stamp(envelope['event_time']), 'ingest_time': stamp(envelope['ingest_time'])}
        payload = {f['name'] + ('_cents' if f['type'] == 'money' else ''): values[f['name']] for f in self.fields(t, version)}
        return {**record, 'value': {**shown, 'payload': payload}}

    def word_key(self, stream):
        self.word(stream, 0)
        return self.keys[stream]

    def held(self, i, partition):
        outage = self.faults.get('outage')
        if outage and outage['partition'] == partition and 0 <= self.passed(i) - duration(outage['at']) < duration(outage['for']):
            return self.start + duration(outage['at']) + duration(outage['for'])
        return self.scheduled(i)

    def skew(self, i, fault, name, entity):
        if fault in ('clock_ahead', 'clock_back'):
            return duration(self.faults[fault]['by']) * (1 if fault == 'clock_ahead' else -1)
        if fault or not self.strikes('jitter', i, name, entity):
            return 0
        most = duration(self.faults['jitter']['max'])
        return below(self.word('faults.jitter', i, 1), 2 * most + 1) - most

    def conflict(self, i, t, version, values):
        name = self.faults['conflict']['field']
        d, c = (fractions.Fraction(*ratio(self.faults[f]['rate'])) for f in ('duplicate', 'conflict'))
        share = c / (c + d)
        seen = any(f['name'] == name and f in self.fields(t, self.versions(t)[-1]) for f in self.fields(t, version))
        if seen and values[name] is not None and hit(self.word('faults.copy.kind', i), (share.numerator, share.denominator)):
            values[name] += 1 if values[name] < self.bound(name) else -1
            self.met['conflict'] += 1

    def bound(self, name):
        check = next(c for c in self.spec['quality'] if c['check'] == 'range' and c['field'] == name)
        return round(fractions.Fraction(str(check['max'])) * 100)

    def spoil(self, i, fault, t, values):
        """Faults of values; the numbers of these specs are money."""
        name = self.faults.get(fault, {}).get('field')
        if fault == 'out_of_range':
            values[name] = self.bound(name) + 1 + below(self.word('faults.out_of_range.value', i), 1000)
        elif fault == 'missing':
            values[name] = None
        elif fault == 'unknown_reference':
            n = self.there('product') + below(self.word('faults.unknown_reference.value', i), 1000)
            values[name] = self.written(self.spec['entities']['product']['id'], n)

    def damaged_bytes(self, i, fault, data, lengths):
        """None where the value is one that every reader takes."""
        draw = lambda what, n: below(self.word(f'faults.{fault}.{what}', i), n)
        if fault == 'truncated':
            return data[:10 + draw('place', len(data) - 10)]
        if fault == 'corrupt':
            at = lengths[draw('place', len(lengths))]
            return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
        if fault == 'unknown_schema':
            return data[:2] + bytes([data[2] ^ 1 + draw('value', 255)]) + data[3:]
        if fault == 'wrong_frame':
            x = 1 + draw('value', 254)
            return bytes([x + (x >= 0xc3)]) + data[1:]
        if fault == 'empty':
            return b''
        return data[:10].ljust(int(self.faults[fault]['size'].removesuffix('KiB')) * 1024, b'\0') if fault == 'oversized' else None


# ---- specs

PLAIN = {
    'lockstep': 1, 'domain': 'shop', 'seed': 5, 'start': '2026-01-01T00:00:00Z', 'arrival': [{'rate': '40/s'}],
    'entities': {'customer': {'count': 70, 'id': 'C{n:05}'}, 'product': {'count': 30, 'id': 'P{n}'}},
    'event_types': [
        {'name': 'order', 'weight': 6, 'entity': 'customer', 'attributes': [
            {'name': 'order_id', 'type': 'string', 'id': 'O{n:08}'}, {'name': 'basket', 'type': 'string', 'id': 'B{session}'}],
         'metrics': [{'name': 'amount', 'type': 'money', 'uniform': [1, 500]}]},
        {'name': 'payment', 'entity': 'customer', 'attributes': [{'name': 'order_id', 'type': 'string', 'ref': 'order.order_id'}],
         'metrics': [{'name': 'amount', 'type': 'money', 'ref': 'order.amount'}]},
        {'name': 'visit', 'weight': 4, 'entity': 'product', 'attributes': [{'name': 'page', 'type': 'string', 'const': 'home'}]}],
    'lifecycles': {'purchase': {'entity': 'customer', 'steps': [
        {'event': 'order'}, {'event': 'payment', 'after': {'exponential': {'mean': '4s'}, 'max': '1m'}, 'probability': '9/10'}]}},
    'delay': {'exponential': {'mean': '300ms'}, 'max': '5s'},
    'quality': [{'check': 'range', 'field': 'amount', 'min': 1, 'max': 500}],
    'faults': {'duplicate': {'rate': '1/30', 'gap': {'uniform': [1, 300]}}, 'conflict': {'rate': '1/90', 'field': 'amount'},
               'outage': {'at': '10s', 'for': '7s', 'partition': 1}},
    'topics': {'partitions': 3}, 'pipeline': {'watermark': {'delay': '2s'}, 'dedupe': {'horizon': '20s'}}}

RICH = {
    'lockstep': 1, 'domain': 'shop', 'seed': 20260101, 'start': '2026-01-01T00:00:00Z', 'arrival': [{'rate': '90/s', 'for': '20s'}, {'poisson': '60/s'}],
    'entities': {
        'customer': {'count': 50, 'growth': {'to': 300, 'over': '40s'}, 'id': 'C{n:05}', 'attributes': [
            {'name': 'tier', 'type': 'enum', 'choice': {'basic': 80, 'plus': 15, 'pro': 5}}]},
        'product': {'count': 30, 'growth': {'to': 90, 'over': '30s'}, 'id': 'P{n}', 'attributes': [{'name': 'price', 'type': 'money', 'uniform': [1, 99]}]},
        'courier': {'count': 9, 'id': 'K{n}'}},
    'event_types': [
        {'name': 'order', 'weight': 6, 'entity': 'customer', 'attributes': [
            {'name': 'basket', 'type': 'string', 'id': 'B{session:06}'}, {'name': 'product_id', 'type': 'string', 'ref': 'product.id', 'null': 'never'},
            {'name': 'coupon', 'type': 'string', 'choice': {'SAVE5': 5, 'SAVE10': 3}, 'nullable': '2/3'}],
         'metrics': [{'name': 'price', 'type': 'money', 'ref': 'product.price'}, {'name': 'amount', 'type': 'money', 'uniform': [1, 500]}]},
        {'name': 'payment', 'entity': 'customer', 'schema_version': 2, 'attributes': [
            {'name': 'product_id', 'type': 'string', 'ref': 'order.product_id', 'null': 'never'},
            {'name': 'coupon', 'type': 'string', 'ref': 'order.coupon', 'null': 'never'},
            {'name': 'method', 'type': 'enum', 'choice': ['card', 'cash'], 'until': 3},
            {'name': 'via', 'type': 'string', 'choice': ['card', 'cash', 'app'], 'since': 3, 'nullable': '1/9'},
            {'name': 'tier', 'type': 'string', 'ref': 'customer.tier'}],
         'metrics': [{'name': 'amount', 'type': 'money', 'ref': 'order.amount'}]},
        {'name': 'refund', 'entity': 'customer', 'attributes': [
            {'name': 'basket', 'type': 'string', 'ref': 'order.basket'}, {'name': 'coupon', 'type': 'string', 'ref': 'payment.coupon', 'null': 'never'}],
         'metrics': [{'name': 'amount', 'type': 'money', 'ref': 'payment.amount'}, {'name': 'price', 'type': 'money', 'ref': 'order.price'}]},
        {'name': 'cancel', 'entity': 'customer', 'attributes': [{'name': 'basket', 'type': 'string', 'ref': 'order.basket'}]},
        {'name': 'leave', 'weight': 2, 'entity': 'courier', 'attributes': [{'name': 'trip', 'type': 'string', 'id': 'T{session}'}]},
        {'name': 'arrive', 'entity': 'courier', 'attributes': [{'name': 'trip', 'type': 'string', 'ref': 'leave.trip'}]},
        {'name': 'visit', 'weight': 5, 'entity': 'customer', 'attributes': [
            {'name': 'product_id', 'type': 'string', 'ref': 'product.id', 'null': 'never'}]},
        {'name': 'ping', 'weight': 3, 'entity': 'courier', 'metrics': [{'name': 'battery', 'type': 'int', 'uniform': [0, 100]}]}],
    'lifecycles': {
        'purchase': {'entity': 'customer', 'steps': [
            {'event': 'order'},
            {'event': 'payment', 'after': {'exponential': {'mean': '3s'}, 'max': '1m'}, 'probability': '8/10'},
            {'event': 'refund', 'after': {'lognormal': {'median': '4s', 'sigma': 0.8}, 'max': '30s'}, 'probability': '1/3'},
            {'event': 'cancel', 'after': {'uniform': ['0s', '9s'], 'max': '1m'}, 'probability': '1/2', 'follows': 'order', 'unless': 'payment'}]},
        'delivery': {'entity': 'courier', 'steps': [
            {'event': 'leave'}, {'event': 'arrive', 'after': {'normal': {'mean': '5s', 'deviation': '2s'}, 'max': '1m'}}]}},
    'delay': {'lognormal': {'median': '200ms', 'sigma': 1.5}, 'max': '5s'},
    'quality': [{'check': 'not_null', 'field': 'product_id'}, {'check': 'range', 'field': 'amount', 'min': 1, 'max': 500},
                {'check': 'reference', 'field': 'product_id', 'table': 'products'}],
    'reference': {'products': {'from': 'entities.product', 'key': 'product_id'}},
    'faults': {
        'late': {'rate': '1/9', 'delay': {'normal': {'mean': '9s', 'deviation': '4s'}}, 'max': '1m', 'entities': '1/2'},
        'duplicate': {'rate': '1/20', 'gap': {'uniform': [1, 400]}}, 'conflict': {'rate': '1/60', 'field': 'amount'},
        'truncated': {'rate': '1/60'}, 'corrupt': {'rate': '1/60', 'at': '10s'},
        'out_of_range': {'rate': '1/30', 'field': 'amount', 'events': ['order', 'refund']},
        'missing': {'rate': '1/30', 'field': 'product_id', 'at': '5s', 'for': '30s'}, 'clock_ahead': {'rate': '1/90', 'by': '400d'},
        'clock_back': {'rate': '1/60', 'by': '2h', 'events': ['visit', 'payment']},
        'unknown_reference': {'rate': '1/30', 'field': 'product_id', 'entities': '2/3'}, 'unknown_schema': {'rate': '1/60'},
        'wrong_frame': {'rate': '1/60'}, 'empty': {'rate': '1/99'}, 'oversized': {'rate': '1/99', 'size': '4KiB'},
        'jitter': {'rate': '1/10', 'max': '500ms'}, 'outage': {'at': '12s', 'for': '9s', 'partition': 2},
        'hot_key': {'at': '25s', 'for': '6s', 'share': '4/5', 'entity': 'customer'},
        'schema_change': {'at': '15s', 'event': 'payment', 'to': 3, 'mixed': '15s'}},
    'topics': {'partitions': 4}, 'pipeline': {'watermark': {'delay': '2s'}, 'dedupe': {'horizon': '20s'}}}

BARE = {**PLAIN, 'seed': 1, 'faults': {}, 'lifecycles': {}, 'event_types': [
    {**PLAIN['event_types'][0], 'attributes': PLAIN['event_types'][0]['attributes'][:1]}, PLAIN['event_types'][2]]}


def check(program, folder, name, spec, count):
    path = os.path.join(folder, f'{name}.yaml')
    with open(path, 'w', encoding='utf-8') as f:
        json.dump(spec, f)
    lines = subprocess.run([program, 'generate', path, '--to', '-', '--events', str(count)], check=True, capture_output=True).stdout.splitlines()
    model, seen = Model(spec), collections.Counter()
    assert len(lines) == count
    for i, line in enumerate(lines):
        said = json.loads(line)
        seen['damaged'] += said.pop('damaged', None) is not None
        seen[said['topic']] += 1
        wanted = model.event(i)
        if said != wanted:
            sys.exit(f'{name}, event {i}: the program says\n{json.dumps(said)}\nand the model\n{json.dumps(wanted)}')
    for i in (10**6, 10**6 + 1, 10**12 + 7):     # far out, where copies and sessions are looked up backwards
        out = subprocess.run([program, 'generate', path, '--to', '-', '--from-event', str(i), '--to-event', str(i + 20)], check=True, capture_output=True)
        for k, line in enumerate(out.stdout.splitlines()):
            said = json.loads(line)
            said.pop('damaged', None)
            assert said == model.event(i + k), (name, i + k, said, model.event(i + k))
    return seen, model.met


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for name, spec, count in (('bare', BARE, 500), ('plain', PLAIN, 1500), ('rich', RICH, 4000)):
        seen, met = check(program, folder, name, spec, count)
        assert all(seen[f'raw.shop.{t["name"]}'] > 10 for t in spec['event_types']), seen
        print(f'{name}: {count} events are what the model says, {seen["damaged"]} of them damaged')
    assert all(met[what] > 4 for what in (*DAMAGE, 'version 2', 'version 3', '2 steps', '3 steps', 'copy', 'no original', 'held', 'late', 'conflict')), met
    shutil.rmtree(folder)


if __name__ == '__main__':
    main()
