#!/usr/bin/env python3
"""Model of the values of contract clauses G2 and G3: the executable form of "Distributions", "Fields" and "Episodes" in docs/generation.md.

It reads a spec (as JSON, which is YAML) and makes events from their indices alone: one endless phase of a constant rate, free event types, no
faults. The specs below use every source of values; what the model makes of them is compared with what the program prints:

    values_model.py PROGRAM     exit 1 at the first event that differs
"""
import datetime
import decimal
import fractions
import functools
import json
import math
import os
import re
import struct
import subprocess
import sys
import tempfile

from generator_model import M64, below, hit, mix

Q = fractions.Fraction
Q32 = 1 << 32
DAY = 86400000


@functools.lru_cache(maxsize=None)
def key(seed, stream):
    name = 0
    for c in stream.encode():
        name = mix(name ^ c)
    return mix(seed ^ name)


def word(k, i, draw=0):
    return mix(mix(k + i & M64) + draw & M64)


# fixed point: integers throughout; tables are floors, worked out here with 60 digits

decimal.getcontext().prec = 60
LN2 = decimal.Decimal(2).ln()
LOG2E_Q62, LN2_Q63, LN2_Q32, LOG2E_Q32 = 6653256548922161245, 6393154322601327829, 2977044472, 6196328019
RECIPROCAL = [2**71 // (256 + 2 * i + 1) for i in range(128)]
LOG2 = [int((decimal.Decimal(256 + 2 * i + 1) / 256).ln() / LN2 * 2**62) for i in range(128)]
EXP2 = [int((LN2 * i / 128).exp() * 2**62) for i in range(128)]


def toward_zero(a, b):
    return abs(a) // b * (1 if a >= 0 else -1)


def log2(x):
    shift = 64 - x.bit_length()
    mantissa = x << shift
    i = mantissa >> 56 & 127
    z = (mantissa * RECIPROCAL[i] >> 63) - 2**63
    z2 = z * z >> 63
    z3 = z2 * z >> 63
    series = z - toward_zero(z2, 2) + toward_zero(z3, 3) - toward_zero(z3 * z >> 63, 4)
    return (63 - shift << 32) + (LOG2[i] + (series * LOG2E_Q62 >> 63) >> 30)


def scale_exp2(base, x):
    whole, fraction = x >> 32, x & Q32 - 1
    y = ((fraction & 2**25 - 1) << 31) * (LN2_Q63 << 1) >> 65
    y2 = y * y >> 62
    y3 = y2 * y >> 62
    y4 = y3 * y >> 62
    e = EXP2[fraction >> 25] * (2**62 + y + y2 // 2 + y3 // 6 + y4 // 24) >> 62
    product = base * e << 1
    value = product >> 63 - whole if whole <= 63 else product << whole - 63
    return min(value, M64)


def minus_ln(x, bits):
    return ((bits << 32) - log2(x)) * LN2_Q32 >> 32


def exponential(w):
    return minus_ln(w | 1, 64)


def cubic(r, c0, c1, c2, c3):
    value = (c3 * 2**24 * r >> 32) + c2 * 2**24
    value = (value * r >> 32) + c1 * 2**24
    return (value * r >> 32) + c0 * 2**24


def quantile(w):
    q = w - 2**63
    if (q if q >= 0 else -q - 1) <= 7839866231326559436:
        r = 775778468 - (q * q >> 96)
        above = cubic(r, 14547624251, 216613548571, 684150202569, 253872831309)
        return q * toward_zero(above * Q32, cubic(r, Q32, 76859167626, 338261993473, 288568388360)) >> 64
    r = math.isqrt(minus_ln(2 * (w if q < 0 else M64 - w) + 1, 65) << 32)
    if r <= 21345987461:
        r -= 6871947674
        z = cubic(r, 6113616556, 11840431941, 5612356093, 731167549) * Q32 // cubic(r, Q32, 3165397952, 516303730, 0)
    else:
        r -= 5 * Q32
        z = cubic(r, 28595484729, 13233766559, 1841179222, 74462724) * Q32 // cubic(r, Q32, 1039291643, 52648579, 0)
    return -z if q < 0 else z


def normal(w):
    x = (w if w < 2**63 else M64 - w) + 1
    s = x.bit_length() - 1
    j, along = divmod(((x << 64 - s & M64) << 7) >> 32, Q32)
    points = [-quantile(((128 + k) << s >> 7) - 1) for k in ((j, j + 1) if x < 2**63 else (0, 0))]
    far = points[0] - ((points[0] - points[1]) * along >> 32)
    return -far if w < 2**63 else far


# distributions

@functools.lru_cache(maxsize=None)
def poisson_limits(mean):
    """The least count, and the first word behind each count but the last."""
    weights, mode, top = {}, mean >> 32, 1 << 48
    weight, k = top, mode
    while weight:
        weights[k] = weight
        weight = (weight * k << 32) // mean
        k -= 1
    weight, k = top, mode
    while weight:
        weights[k] = weight
        k += 1
        weight = (weight * mean >> 32) // k
    counts, total, limits, running = sorted(weights), sum(weights.values()), [], 0
    for count in counts[:-1]:
        running += weights[count]
        limits.append((running << 64) // total)
    return counts[0], limits


@functools.lru_cache(maxsize=None)
def zipf_buckets(s, n):
    """[first rank, number of ranks, threshold] of each bucket."""
    buckets, sums, first, running = [], [], 1, 0
    while first <= n:
        width = min(1 if first < 128 else 1 << first.bit_length() - 7, n - first + 1)
        running += sum(power(1, k, s) for k in range(first, first + width))
        buckets.append([first, width])
        sums.append(running)
        first += width
    shift = max(0, running.bit_length() - 64)
    return [[*bucket, min((total >> shift << 64) // (running >> shift), M64)] for bucket, total in zip(buckets, sums)]


def power(a, b, s):
    return scale_exp2(1 << 62, -((log2(b) - log2(a)) * s >> 32))


def zipf(k, i, s, n):
    buckets = zipf_buckets(s, n)
    first, width, _ = next((b for b in buckets if word(k, i) < b[2]), buckets[-1])
    draw = 1
    while width > 1:
        rank = first + below(word(k, i, draw), width)
        if word(k, i, draw + 1) <= min(power(first, rank, s) << 2, M64):
            return rank
        draw += 2
    return first


def q32(text):
    return int(Q(str(text)) * Q32)


# what a spec says

OPTIONS = ('name', 'type', 'nullable', 'null', 'min', 'max', 'precision', 'scale', 'places', 'least', 'most', 'keys', 'present')
UNITS = {'ms': 1, 's': 1000, 'm': 60000, 'h': 3600000, 'd': DAY}


def duration(text):
    number, unit = re.fullmatch(r'(-?\d+)(ms|s|m|h|d)', text).groups()
    return int(number) * UNITS[unit]


def ratio(text):
    r = Q(str(text))
    return r.numerator, r.denominator


def weights_of(value):
    """Pairs; a list may have a word twice."""
    return list(value.items()) if isinstance(value, dict) else [(one, 1) for one in value]


def time_of(text):
    return round(datetime.datetime.fromisoformat(text.replace('Z', '+00:00')).replace(tzinfo=datetime.timezone.utc).timestamp()) * 1000


class Field:
    def __init__(self, spec, seed, path, records=()):
        self.spec, self.name, self.type, self.path, self.records = spec, spec['name'], spec['type'], path, records
        rest = [k for k in spec if k not in OPTIONS]
        assert len(rest) == 1, spec
        self.source, self.settings = rest[0], spec[rest[0]]
        shared = self.source == 'walk' and self.settings.get('name')
        self.key, self.null_key = key(seed, f'walks.{shared}' if shared else path), key(seed, path + '.null')
        self.is_number = self.type in ('int', 'long', 'money', 'decimal', 'float', 'double')
        self.is_time = self.type in ('timestamp', 'date', 'local_timestamp')
        binary = self.type in ('float', 'double')
        self.scale = 2 if self.type == 'money' else spec.get('places', 2) if binary else spec.get('scale', 0)
        self.ones = 10**self.scale
        limit = 2**31 if self.type in ('int', 'date') else 2**63
        self.low, self.high = -limit, limit - 1
        if self.type == 'decimal':
            self.high = 10**spec['precision'] - 1
            self.low = -self.high
        if 'min' in spec:
            self.low = self.unit(spec['min'])
        if 'max' in spec:
            self.high = self.unit(spec['max'])
        if self.source == 'choice_by':
            rows = [*self.settings['cases'].values(), {'choice': self.settings.get('otherwise', {})}]
            self.words = list(dict.fromkeys(one for row in rows for one, _ in weights_of(row['choice'])))

    def unit(self, value):
        """A number or a duration of the spec as an integer: at the field's scale, milliseconds."""
        return duration(value) if isinstance(value, str) else int(Q(str(value)) * self.ones)

    def clamp(self, value):
        return min(max(value, self.low), self.high)


def leaves(fields, records=()):
    """Fields, those of records in their place, with the records that each lies in."""
    for field in fields:
        if field['type'] == 'record':
            yield from leaves(field['fields'], (*records, field['name']))
        else:
            yield field, records


class Walk:
    def __init__(self, settings, field, start):
        self.start, self.over, self.tick = start, duration(settings['over']), field.unit(settings.get('tick', 0))
        self.within = -(-Q32 * ratio(settings['share'])[0] // ratio(settings['share'])[1]) if 'share' in settings else field.unit(settings['within'])
        self.is_share = 'share' in settings
        raw = [Q32]
        for _ in range(settings.get('octaves', 8) - 1):
            raw.append(raw[-1] * 3037000499 >> 32)
        self.heights = [(r << 31) // sum(raw) for r in raw]

    def at(self, k, time, middle):
        cell, rest = divmod(time - self.start, self.over)
        along, noise = rest * (M64 // self.over) >> 32, 0
        for octave, height in enumerate(self.heights):
            c = (cell << octave) + (along << octave >> 32)
            a, b = self.grid(k, octave, c), self.grid(k, octave, c + 1)
            noise += (a + ((b - a) * ((along << octave & Q32 - 1) >> 1) >> 31)) * height >> 31
        within = abs(middle) * self.within >> 32 if self.is_share else self.within
        value = middle + (within * noise >> 31)
        return (value + self.tick // 2) // self.tick * self.tick if self.tick > 1 else value

    @staticmethod
    def grid(k, octave, at):
        word = mix(k + 8 * (at >> octave % 2) + octave // 2 & M64)
        value = word >> (0 if octave % 2 == 0 else 42 if at % 2 else 21) & 0x1FFFFF
        return (value - (value >> 20 << 21)) << 11


class Episode:
    def __init__(self, name, settings, seed, start):
        self.name, self.settings, self.start, self.key = name, settings, start, key(seed, 'episodes.' + name)
        self.every, self.length, self.rise = (duration(settings.get(k, '0ms')) for k in ('every', 'for', 'rise'))

    def height(self, n, time):
        base = mix(self.key + n & M64)
        shift = below(mix(base), self.every)
        k = (time - self.start + shift) // self.every
        if not hit(mix(base + 3 * k + 1 & M64), ratio(self.settings.get('probability', 1))):
            return 0
        begin = self.start + k * self.every - shift + below(mix(base + 3 * k + 2 & M64), self.every - self.length + 1)
        passed = time - begin + 1
        if not 1 <= passed <= self.length:
            return 0
        return 65536 if passed >= self.rise else (passed << 16) // self.rise + 1

    def shift(self, field, value, height):
        if 'times' in self.settings:
            by = value * (int(Q(str(self.settings['times'])) * 65536) - 65536) >> 16
        else:
            by = field.unit(self.settings['add'])
        return value + (by * height >> 16)


# what a pattern says

def pattern_parts(text):
    """(least, most, letters) of each part."""
    parts, at = [], 0

    def letter():
        nonlocal at
        at += 1 + (text[at] == '\\')
        return text[at - 1]
    while at < len(text):
        letters = set()
        if text[at] == '[':
            at += 1
            while text[at] != ']':
                first = last = letter()
                if text[at] == '-' and text[at + 1] != ']':
                    at += 1
                    last = letter()
                letters |= {chr(c) for c in range(ord(first), ord(last) + 1)}
            at += 1
        else:
            letters = {letter()}
        times = re.match(r'\{(\d+)(?:,(\d+))?\}|\?', text[at:])
        least, most = 1, 1
        if times:
            least, most = (0, 1) if times[0] == '?' else (int(times[1]), int(times[2] or times[1]))
            at += len(times[0])
        parts.append((least, most, sorted(letters)))
    return parts


class Generator:
    def __init__(self, spec):
        self.spec, self.seed, self.start = spec, spec['seed'], time_of(spec['start'])
        count, unit = re.fullmatch(r'(\d+)/(s|m|h)', spec['arrival'][0]['rate']).groups()
        self.rate = Q(int(count), UNITS[unit])
        self.attributes = {e: {a['name']: Field(a, self.seed, f'entities.{e}.attributes.{a["name"]}') for a in entity.get('attributes', [])}
                           for e, entity in spec['entities'].items()}
        self.types = [(t, [Field(f, self.seed, f'event_types.{t["name"]}.{f["name"]}', records)
                           for role in ('attributes', 'dimensions', 'metrics') for f, records in leaves(t.get(role, []))]) for t in spec['event_types']]
        self.episodes = [Episode(name, settings, self.seed, self.start) for name, settings in spec.get('episodes', {}).items()]

    @staticmethod
    def choose(weights, w):
        x = below(w, sum(weight for _, weight in weights))
        for one, weight in weights:
            if x < weight:
                return one
            x -= weight
        raise AssertionError

    def distribution(self, word_name, settings, k, i, unit, scale):
        """A value before it is brought into its bounds; `unit` reads the settings."""
        w = word(k, i)
        if word_name == 'uniform':
            a, b = (unit(value) for value in settings)
            return a + below(w, b - a + 1)
        if word_name == 'exponential':
            return unit(settings['mean']) * exponential(w) >> 32
        if word_name == 'normal':
            return unit(settings['mean']) + (normal(w) * unit(settings['deviation']) + 2**31 >> 32)
        if word_name == 'lognormal':
            return scale_exp2(unit(settings['median']), normal(w) * (q32(settings['sigma']) * LOG2E_Q32 >> 32) >> 32)
        if word_name == 'zipf':
            return zipf(k, i, q32(settings['s']), settings['n']) * scale
        assert word_name == 'poisson', word_name
        least, limits = poisson_limits(q32(settings))
        return (least + sum(w >= limit for limit in limits)) * scale

    def to_time(self, field, ms):
        return (self.start + ms) // (DAY if field.type == 'date' else 1)

    def drawn(self, field, i):
        """The value of number i, whose draws are the field's own: of an event or of an entity."""
        settings, k = field.settings, field.key
        if field.source == 'const':
            return self.constant(field)
        if field.source == 'choice':
            chosen = self.choose(weights_of(settings), word(k, i))
            return int(Q(chosen) * field.ones) if field.is_number else chosen
        if field.source == 'bernoulli':
            return 'true' if hit(word(k, i), ratio(settings)) else 'false'
        if field.source == 'id':
            return re.sub(r'\{n(?::0(\d+))?\}', lambda m: str(i).zfill(int(m[1] or 1)), settings)
        if field.source == 'member':
            return self.entity_id(settings, below(word(k, i), self.spec['entities'][settings]['count']))
        if field.source == 'uuid':
            digits = f'{word(k, i) & ~0xf000 | 0x4000:016x}{word(k, i, 1) & 2**62 - 1 | 2**63:016x}'
            return '-'.join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        if field.source == 'words':
            settings = settings if isinstance(settings, dict) and 'of' in settings else {'of': settings}
            least, most = settings.get('least', 1), settings.get('most', 1)
            count = least + below(word(k, i), most - least + 1)
            return ' '.join(self.choose(weights_of(settings['of']), word(k, i, draw)) for draw in range(1, count + 1))
        if field.source == 'pattern':
            return self.pattern(settings, k, i)
        if field.source == 'sequence':
            value = field.unit(settings['first']) + field.unit(settings['step']) * i
            value = min(max(value, -(2**63 - 1) // 4), (2**63 - 1) // 4)
        else:
            value = self.distribution(field.source, settings, k, i, field.unit, field.ones)
            value = min(max(value, -2**52), 2**52) if field.is_time else value
        return field.clamp(self.to_time(field, value) if field.is_time else value)

    @staticmethod
    def constant(field):
        if field.is_time:
            return time_of(field.settings) // (DAY if field.type == 'date' else 1)
        if field.type == 'boolean':
            return 'true' if field.settings else 'false'
        return field.settings if isinstance(field.settings, str) else field.unit(field.settings)

    @staticmethod
    def pattern(text, k, i):
        draws = iter(range(1 << 20))
        out = ''
        for least, most, letters in pattern_parts(text):
            times = least + (below(word(k, i, next(draws)), most - least + 1) if most > least else 0)
            for _ in range(times):
                out += letters[below(word(k, i, next(draws)), len(letters))] if len(letters) > 1 else letters[0]
        return out

    def entity_id(self, entity, n):
        return re.sub(r'\{n(?::0(\d+))?\}', lambda m: str(n).zfill(int(m[1] or 1)), self.spec['entities'][entity]['id'])

    def pick(self, entity, i):
        e, k = self.spec['entities'][entity], key(self.seed, f'entities.{entity}.pick')
        if e.get('pick', 'uniform') == 'uniform':
            return below(word(k, i), e['count'])
        if e['pick'] == 'in_turn':
            return i % e['count']
        return zipf(k, i, q32(e['pick']['zipf']), e['count']) - 1

    def event(self, i):
        weights = [(t, spec['weight']) for t, (spec, _) in enumerate(self.types)]
        spec, fields = self.types[self.choose(weights, word(key(self.seed, 'event_types'), i)) if len(weights) > 1 else 0]
        scheduled = self.start + int(i / self.rate)
        event_time = scheduled - self.delay(i)
        n = self.pick(spec['entity'], i)
        held = next(((e, h) for e in self.episodes if e.settings['entity'] == spec['entity'] and (h := e.height(n, event_time))), None)
        payload = {}
        for field in fields:
            if 'nullable' in field.spec and hit(word(field.null_key, i), ratio(field.spec['nullable'])):
                payload[field.name] = None
            else:
                payload[field.name] = self.value(field, i, spec, event_time, payload, held)
        return {'event': i, 'faults': held[0].name if held else '', 'topic': f'raw.{self.spec["domain"]}.{spec["name"]}', 'timestamp_ms': scheduled,
                'key': self.entity_id(spec['entity'], n),
                'value': {'event_id': f'{mix(key(self.seed, "event_id") + i & M64):016x}', 'event_time': show(event_time, 'timestamp'),
                          'ingest_time': show(scheduled, 'timestamp'), 'source': self.spec['domain'], 'schema_version': 1,
                          'entity_id': self.entity_id(spec['entity'], n),
                          'payload': self.shown(fields, payload)}}

    @staticmethod
    def shown(fields, payload):
        made = {}
        for f in fields:
            inner = made
            for record in f.records:
                inner = inner.setdefault(record, {})
            inner[f.name + '_cents' * (f.type == 'money')] = show(payload[f.name], f.type, f.scale)
        return made

    def item(self, field, path, i):
        """An item of an array or a map, from a stream of its own."""
        item = Field({'name': field.name, **field.settings}, self.seed, path)
        made = self.drawn(item, i)
        return show(item.clamp(made) if item.is_number else made, item.type, item.scale)

    def nested(self, field, i):
        if field.type == 'array':
            least, most = field.spec.get('least', 0), field.spec['most']
            return [self.item(field, f'{field.path}[{k}]', i) for k in range(least + below(word(field.key, i), most - least + 1))]
        present = ratio(field.spec.get('present', 1))
        return {k: self.item(field, f'{field.path}.{k}', i) for k in field.spec['keys']
                if hit(word(key(self.seed, f'{field.path}.{k}.present'), i), present)}

    def delay(self, i):
        settings = {k: v for k, v in self.spec['delay'].items() if k != 'max'}
        (word_name, settings), most = *settings.items(), duration(self.spec['delay']['max'])
        return min(max(self.distribution(word_name, settings, key(self.seed, 'delay'), i, duration, 1), 0), most)

    def named(self, name, i, event_time, payload):
        """A field above, event_time, ENTITY.id or ENTITY.ATTRIBUTE."""
        if '.' not in name:
            return event_time if name == 'event_time' else payload[name]
        entity, attribute = name.split('.')
        return self.attribute(entity, attribute, self.pick(entity, i))

    def attribute(self, entity, name, n):
        """A value of number n, which belongs to one of another population in turn where its population says so."""
        if name == 'id':
            return self.entity_id(entity, n)
        field, owner = self.attributes[entity][name], self.spec['entities'][entity].get('of')
        owners = self.spec['entities'][owner]['count'] if owner else 1
        if field.source == 'ref':
            return self.attribute(owner, field.settings.split('.')[1], n % owners)
        if field.source == 'expr':
            def named(found):
                of, _, attribute = found.rpartition('.')
                return (self.attribute(owner, attribute, n % owners), self.attributes[owner][attribute]) if of else \
                       (self.attribute(entity, found, n), self.attributes[entity][found])
            return self.computed(field, named)
        return self.drawn(field, n // owners if field.source == 'sequence' else n)

    def value(self, field, i, spec, event_time, payload, held):
        settings = field.settings
        if field.type in ('array', 'map'):
            return self.nested(field, i)
        if field.source == 'ref':
            return self.named(settings, i, event_time, payload)
        if field.source == 'expr':
            return self.expression(field, i, event_time, payload)
        if field.source == 'choice_by':
            case = settings['cases'].get(self.named(settings['field'], i, event_time, payload))
            weights = weights_of(case['choice'] if case else settings['otherwise'])
            return self.choose([(one, sum(c for w, c in weights if w == one)) for one in field.words], word(field.key, i))
        if field.source == 'walk':
            entity = settings['from'].split('.')[0] if 'from' in settings else spec['entity']
            n = self.pick(entity, i)
            middle = self.named(settings['from'], i, event_time, payload) if 'from' in settings else field.unit(settings['around'])
            made = Walk(settings, field, self.start).at(mix(field.key + n & M64), event_time, middle)
        else:
            made = self.drawn(field, i)
        if held and held[0].settings['field'] == field.name:
            made = held[0].shift(field, made, held[1])
        return field.clamp(made) if isinstance(made, int) and not field.is_time else made

    def expression(self, field, i, event_time, payload):
        fields = {f.name: f for _, fields in self.types for f in fields}

        def named(found):
            entity, _, attribute = found.partition('.')
            of = self.attributes[entity][attribute] if attribute and attribute != 'id' else fields.get(found)
            return self.named(found, i, event_time, payload), of
        return self.computed(field, named)

    @staticmethod
    def computed(field, named):
        """Exact: a field is a fraction here, and an integer at the scale of the field again. `named` has the value of a name, and its field."""
        values = {}

        def name(found):
            value, of = named(found[0])
            values[f'v{len(values)}'] = Q(value, of.ones) if of and of.scale and value is not None else value
            return f'v{len(values) - 1}'
        text = re.sub(r'\b(?!(?:and|or|not)\b)[a-z]\w*(?:\.[a-z]\w*)?', name, field.settings)
        if None in values.values():
            return None
        exact = re.sub(r'\d+\.\d+', lambda found: f'Q({found[0]!r})', re.sub(r'(?<![<>])=', '==', text))
        made = eval(exact, {'Q': Q}, values)
        if field.type == 'boolean':
            return 'true' if made else 'false'
        return made if isinstance(made, str) else field.clamp(int(made * field.ones))


def narrow(number):
    """The binary32 nearest to a fraction: one of the three around what a binary64 rounds it to."""
    bits, = struct.unpack('<I', struct.pack('<f', abs(number)))
    near = [struct.unpack('<f', struct.pack('<I', max(0, bits + step)))[0] for step in (-1, 0, 1)]
    distance = [abs(Q(one) - abs(number)) for one in near]
    tied = [k for k in range(3) if distance[k] == min(distance)]
    best = near[next(k for k in tied if len(tied) == 1 or (bits + k - 1) % 2 == 0)]
    return best if number >= 0 else -best


def shortest_narrow(value):
    """The number that the fewest digits say which read back to this binary32."""
    texts = (f'{value:.{digits}g}' for digits in range(1, 10))
    return next(float(text) for text in texts if struct.pack('<f', float(text)) == struct.pack('<f', value))


def show(value, kind, scale=0):
    """As the program prints it in JSON."""
    if value is not None and kind == 'decimal':
        return f'{value // 10**scale}' if not scale else f'{"-" * (value < 0)}{abs(value) // 10**scale}.{abs(value) % 10**scale:0{scale}d}'
    if value is not None and kind == 'double':
        return value / 10**scale        # of integers: rounded once
    if value is not None and kind == 'float':
        return shortest_narrow(narrow(Q(value, 10**scale)))
    if value is not None and kind == 'bytes':
        return value.encode().decode('latin-1')
    if value is None or kind in ('string', 'enum', 'uuid', 'int', 'long', 'money', 'array', 'map'):
        return value
    if kind == 'boolean':
        return value == 'true'
    at = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=value * (DAY if kind == 'date' else 1))
    if kind == 'date':
        return at.strftime('%Y-%m-%d')
    return at.isoformat(timespec='milliseconds') + ('Z' if kind == 'timestamp' else '')


# every source, and everything that can be done to it

def spec(seed, start):
    price = {'name': 'price', 'type': 'money', 'lognormal': {'median': 24.90, 'sigma': 0.8}, 'min': 0.99, 'max': 499}
    device = [price,
              {'name': 'kind', 'type': 'enum', 'choice': {'pump': 3, 'fan': 1, 'none': 0}},
              {'name': 'serial', 'type': 'string', 'pattern': '[A-Z]{3}-?[0-9a-f]{2,5}\\.v[1-9]'},
              {'name': 'offset_ms', 'type': 'int', 'uniform': [-43200000, 43200000]},
              {'name': 'since', 'type': 'date', 'sequence': {'first': '-36h', 'step': '-7h'}},
              {'name': 'base', 'type': 'int', 'normal': {'mean': 100, 'deviation': 30}},
              {'name': 'tag', 'type': 'uuid', 'uuid': None},
              {'name': 'label', 'type': 'string', 'words': {'of': {'red': 3, 'small': 2, 'light': 1}, 'least': 2, 'most': 4}},
              {'name': 'good', 'type': 'boolean', 'bernoulli': '2/3'},
              {'name': 'born', 'type': 'timestamp', 'uniform': ['-9d', '1d']},
              {'name': 'nick', 'type': 'string', 'id': 'no {n}!'},
              {'name': 'tariff', 'type': 'decimal', 'precision': 7, 'scale': 5, 'lognormal': {'median': 0.25, 'sigma': 1.2}, 'max': 40}]
    metrics = [{'name': 'count', 'type': 'int', 'poisson': 1.6},
               {'name': 'many', 'type': 'long', 'poisson': 9999.5, 'nullable': '1/5'},
               {'name': 'rare', 'type': 'money', 'poisson': 0.01},
               {'name': 'rank', 'type': 'int', 'zipf': {'s': 1.2, 'n': 5000}},
               {'name': 'wait', 'type': 'long', 'exponential': {'mean': 250000}},
               {'name': 'noise', 'type': 'long', 'normal': {'mean': -5, 'deviation': 1000000}, 'max': 900000},
               {'name': 'cost', 'type': 'money', 'lognormal': {'median': 5, 'sigma': 2.5}, 'max': 1000, 'null': 'never'},
               {'name': 'ok', 'type': 'boolean', 'bernoulli': 0.001},
               {'name': 'flag', 'type': 'boolean', 'choice': {'true': 1, 'false': 2}, 'nullable': 0.5},
               {'name': 'channel', 'type': 'string', 'choice': ['web', 'app', 'web', 'fax'], 'nullable': '1/4'},
               {'name': 'method', 'type': 'enum', 'choice_by': {'field': 'channel', 'otherwise': {'cash': 1, 'card': 1, 'odd': 0},
                                                               'cases': {'app': {'choice': {'wallet': 3, 'card': 1}}, 'web': {'choice': ['card', 'invoice']}}}},
               {'name': 'way', 'type': 'string', 'choice_by': {'field': 'device.kind',
                                                               'cases': {'pump': {'choice': ['in', 'out', 'in']}}, 'otherwise': ['off']}},
               {'name': 'code', 'type': 'string', 'pattern': 'x?[a-c_-]{0,3}\\[[ -~]'},
               {'name': 'note', 'type': 'string', 'words': {'of': ['to', 'be', 'or'], 'most': 3}, 'nullable': '1/7'},
               {'name': 'trace', 'type': 'uuid', 'uuid': None},
               {'name': 'line', 'type': 'string', 'id': 'L{n:05}'},
               {'name': 'number', 'type': 'long', 'sequence': {'first': 10, 'step': -3}},
               {'name': 'slot', 'type': 'timestamp', 'sequence': {'first': '0s', 'step': '15m'}},
               {'name': 'due', 'type': 'date', 'exponential': {'mean': '5d'}},
               {'name': 'met', 'type': 'local_timestamp', 'normal': {'mean': '-1h', 'deviation': '3d'}},
               {'name': 'heat', 'type': 'int', 'walk': {'from': 'device.base', 'within': 20, 'over': '10m', 'tick': 3}},
               {'name': 'current', 'type': 'money', 'walk': {'around': 20.00, 'share': '1/20', 'over': '1h', 'octaves': 11}},
               {'name': 'quote', 'type': 'money', 'min': 5.00,
                'walk': {'name': 'price', 'from': 'plant.price', 'share': '1/3', 'over': '1m', 'octaves': 1, 'tick': 0.05}},
               {'name': 'load', 'type': 'long', 'uniform': [-50, 50]},
               {'name': 'total', 'type': 'money', 'expr': 'device.price * count + rare', 'max': 2000},
               {'name': 'both', 'type': 'long', 'expr': 'load * 2 - heat + device.base'},
               {'name': 'high', 'type': 'boolean', 'expr': 'total > 50.00 or count = 2 and load <= 0'},
               {'name': 'again', 'type': 'string', 'expr': 'note', 'null': 'never'},
               {'name': 'local', 'type': 'local_timestamp', 'expr': 'event_time + device.offset_ms'},
               {'name': 'energy', 'type': 'decimal', 'precision': 12, 'scale': 3, 'exponential': {'mean': 12.125}, 'nullable': '1/9'},
               {'name': 'worth', 'type': 'decimal', 'precision': 18, 'scale': 8, 'expr': 'energy * device.tariff', 'null': 'never', 'max': 25.5},
               {'name': 'step', 'type': 'decimal', 'precision': 3, 'scale': 3, 'choice': {'-0.999': 1, '0': 1, '0.5': 2}},
               {'name': 'ranks', 'type': 'decimal', 'precision': 9, 'scale': 4, 'zipf': {'s': 1.1, 'n': 300}},
               {'name': 'whole', 'type': 'decimal', 'precision': 18, 'scale': 0, 'sequence': {'first': -100000000, 'step': 7777777}},
               {'name': 'volts', 'type': 'float', 'places': 1, 'walk': {'around': 230, 'within': 12.5, 'over': '3m', 'tick': 0.2}},
               {'name': 'angle', 'type': 'double', 'places': 6, 'normal': {'mean': -0.25, 'deviation': 1.5}, 'min': -2, 'nullable': '1/6'},
               {'name': 'large', 'type': 'float', 'places': 0, 'uniform': [-4000000000000000, 4000000000000000]},
               {'name': 'half', 'type': 'double', 'poisson': 0.5},
               {'name': 'twice', 'type': 'double', 'places': 4, 'expr': 'load * 2 - energy', 'null': 'never'},
               {'name': 'raw', 'type': 'bytes', 'pattern': '[a-f]{0,4}'},
               {'name': 'said', 'type': 'bytes', 'words': {'of': ['\u00fc', 'na', '\u20ac'], 'most': 3}, 'nullable': '1/4'},
               {'name': 'fixed', 'type': 'bytes', 'const': 'z\u00e9ro'},
               {'name': 'mark', 'type': 'bytes', 'id': '#{n:03}'}]
    nested = [{'name': 'parcel', 'type': 'record', 'fields': [
                   {'name': 'weight', 'type': 'decimal', 'precision': 6, 'scale': 3, 'normal': {'mean': 2, 'deviation': 0.75}, 'min': 0.001},
                   {'name': 'to', 'type': 'record', 'fields': [{'name': 'street', 'type': 'string', 'words': ['Elm', 'Oak'], 'nullable': '1/3'},
                                                               {'name': 'floor', 'type': 'int', 'uniform': [-2, 30]}]},
                   {'name': 'fare', 'type': 'money', 'expr': 'floor * 1.25'}]},
              {'name': 'tags', 'type': 'array', 'most': 4, 'items': {'type': 'string', 'choice': {'new': 2, 'b\u00fcro': 1}}},
              {'name': 'codes', 'type': 'array', 'least': 2, 'most': 3, 'nullable': '1/5', 'items': {'type': 'money', 'exponential': {'mean': 9.5}, 'max': 12}},
              {'name': 'moods', 'type': 'array', 'least': 1, 'most': 64, 'items': {'type': 'enum', 'choice': ['up', 'down']}},
              {'name': 'curve', 'type': 'array', 'least': 3, 'most': 3, 'items': {'type': 'float', 'places': 3, 'normal': {'mean': 1, 'deviation': 0.3}}},
              {'name': 'days', 'type': 'array', 'most': 2, 'items': {'type': 'date', 'uniform': ['-9d', '9d']}},
              {'name': 'labels', 'type': 'map', 'keys': ['color', 'size'], 'present': '1/2', 'values': {'type': 'string', 'pattern': '[a-z]{1,4}'}},
              {'name': 'limits', 'type': 'map', 'keys': ['low', 'high'], 'nullable': 0.1,
               'values': {'type': 'decimal', 'precision': 4, 'scale': 1, 'uniform': [-9, 9]}},
              {'name': 'flags', 'type': 'map', 'keys': ['a', 'b', 'c'], 'present': 0.9, 'values': {'type': 'boolean', 'bernoulli': '1/4'}},
              {'name': 'names', 'type': 'map', 'keys': ['k'], 'values': {'type': 'uuid', 'uuid': None}}]
    repair = [{'name': 'device_id', 'type': 'string', 'ref': 'device.id'},
              {'name': 'kind', 'type': 'string', 'ref': 'device.kind'},
              {'name': 'label', 'type': 'string', 'ref': 'device.label'},
              {'name': 'price', 'type': 'money', 'ref': 'device.price'},
              {'name': 'begins', 'type': 'timestamp', 'sequence': {'first': '-2d', 'step': '31h'}},
              {'name': 'day', 'type': 'date', 'sequence': {'first': '-2d', 'step': '31h'}},
              {'name': 'hours', 'type': 'int', 'uniform': [1, 90]},
              {'name': 'ends', 'type': 'timestamp', 'expr': 'begins + hours * 3600000 + device.offset_ms'},
              {'name': 'bill', 'type': 'money', 'expr': 'price * hours + 0.5', 'max': 9999},
              {'name': 'dear', 'type': 'boolean', 'expr': 'bill > 900.00 or hours = 3'},
              {'name': 'by', 'type': 'string', 'member': 'plant'}]
    bill = [{'name': 'repair_id', 'type': 'string', 'ref': 'repair.id'}, {'name': 'ends', 'type': 'timestamp', 'ref': 'repair.ends'},
            {'name': 'bill', 'type': 'money', 'ref': 'repair.bill'}, {'name': 'known', 'type': 'timestamp', 'sequence': {'first': '0s', 'step': '9d'}},
            {'name': 'tax', 'type': 'decimal', 'precision': 12, 'scale': 4, 'expr': 'bill * 0.19'}]
    refs = [{'name': f'device_{a["name"]}', 'type': 'string' if a['type'] == 'enum' else a['type'], 'ref': f'device.{a["name"]}',
             **{k: a[k] for k in ('precision', 'scale') if k in a}} for a in device]
    refs += [{'name': 'device_id', 'type': 'string', 'ref': 'device.id', 'null': 'never'}, {'name': 'plant_id', 'type': 'string', 'ref': 'plant.id'},
             {'name': 'plant_name', 'type': 'string', 'ref': 'plant.name', 'null': 'never'}]
    billed = [{'name': f'{e}_{a["name"]}', **{k: a[k] for k in ('type', 'precision', 'scale') if k in a}, 'ref': f'{e}.{a["name"]}'}
              for e, attributes in (('repair', repair), ('bill', bill)) for a in attributes]
    billed += [{'name': 'later', 'type': 'timestamp', 'expr': 'bill.ends + 1000'}]
    constants = [{'name': 'c_int', 'type': 'int', 'const': -7}, {'name': 'c_money', 'type': 'money', 'const': 19.99},
                 {'name': 'c_text', 'type': 'string', 'const': 'EUR'}, {'name': 'c_time', 'type': 'timestamp', 'const': '1969-12-31T23:59:59Z'},
                 {'name': 'c_date', 'type': 'date', 'const': '1969-12-31'}, {'name': 'c_true', 'type': 'boolean', 'const': True},
                 {'name': 'c_decimal', 'type': 'decimal', 'precision': 18, 'scale': 18, 'const': -0.123456789012345678},
                 {'name': 'c_float', 'type': 'float', 'const': 0.1}, {'name': 'c_double', 'type': 'double', 'places': 6, 'const': -2.000001}]
    return {'lockstep': 1, 'domain': 'values', 'seed': seed, 'start': start, 'arrival': [{'rate': '7/s'}],
            'entities': {'device': {'count': 37, 'id': 'D{n:03}', 'attributes': device},
                         'shift': {'count': 3, 'id': 'S{n}', 'pick': 'in_turn'},
                         'repair': {'of': 'device', 'count': 100, 'id': 'R{n}', 'attributes': repair},
                         'bill': {'of': 'repair', 'count': 130, 'id': 'B{n}', 'pick': 'in_turn', 'attributes': bill},
                         'plant': {'count': 900, 'id': 'P{n}-x', 'pick': {'zipf': 1.05},
                                   'attributes': [price, {'name': 'name', 'type': 'string', 'words': {'of': ['a', 'b'], 'most': 2}}]}},
            'event_types': [{'name': 'reading', 'weight': 5, 'entity': 'device', 'metrics': metrics, 'attributes': refs},
                            {'name': 'visit', 'weight': 2, 'entity': 'plant', 'dimensions': constants,
                             'attributes': [{'name': 'shift_id', 'type': 'string', 'ref': 'shift.id'}],
                             'metrics': [{'name': 'load', 'type': 'int', 'uniform': [1, 9]}, *nested]},
                            {'name': 'billed', 'weight': 2, 'entity': 'bill', 'attributes': billed}],
            'delay': {'lognormal': {'median': '2s', 'sigma': 1.5}, 'max': '5m'},
            'episodes': {'hot': {'entity': 'device', 'field': 'heat', 'every': '2m', 'probability': '1/3', 'for': '30s', 'rise': '10s', 'add': 250},
                         'spike': {'entity': 'device', 'field': 'load', 'every': '1m', 'for': '7s', 'times': 3.7},
                         'low': {'entity': 'device', 'field': 'current', 'every': '50s', 'probability': 0.4, 'for': '5s', 'times': 0.25},
                         'busy': {'entity': 'plant', 'field': 'load', 'every': '90s', 'for': '20s', 'rise': '20s', 'add': -40}},
            'topics': {'partitions': 3}, 'pipeline': {'watermark': {'delay': '1s'}, 'dedupe': {'horizon': '1m'}}}


def as_yaml(value):
    """JSON, but for what YAML tells from a text by its looks, and `uuid`, which stands alone."""
    text = json.dumps(value)
    return re.sub(r'"uuid": null', 'uuid', text)


def compare(program, folder, made, count):
    path = os.path.join(folder, 'values.yaml')
    with open(path, 'w', encoding='utf-8') as f:
        f.write(as_yaml(made))
    done = subprocess.run([program, 'sample', path, '-n', str(count), '--json'], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    model, inside = Generator(made), 0
    for i, line in enumerate(done.stdout.splitlines()):
        said, should = json.loads(line), model.event(i)
        found = {k: said['record'][k] if k in said['record'] else said[k] for k in should}
        inside += found['faults'] != ''
        if found != should:
            differ = [(k, found['value']['payload'].get(k), v) for k, v in should['value']['payload'].items() if found['value']['payload'].get(k) != v]
            sys.exit(f'event {i} of seed {made["seed"]}: field, program, model: {differ or (found, should)}')
    assert i + 1 == count and inside > count / 20, (i, inside)
    return inside


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        inside = sum(compare(os.path.abspath(sys.argv[1]), folder, spec(seed, start), 700)
                     for seed, start in ((7, '2026-01-01T00:00:00Z'), (20260101, '1969-12-31T23:59:30Z')))
    print(f'1400 events, {inside} of them in episodes')


if __name__ == '__main__':
    main()
