#!/usr/bin/env python3
"""Model of the schedules of contract clause G4, in exact fractions: the executable form of "Times" in docs/generation.md.

What is due up to a time is a sum of areas under the rate, and event k of a phase arrives at the last millisecond at which no more than k
events are due; Poisson arrivals are those of generator_model.py. Random schedules, made from the contract's own draws, give one digest
each, which generator/arrival_test.c computes too:

    arrival_model.py --write FILE     write the digests as a C header (generator/arrival_vectors_test.h)
    arrival_model.py --check FILE     exit 1 when the file holds other ones
"""
import fractions
import math
import pathlib
import sys

from generator_model import ERA, M64, below, mix, poisson_place, word

LISTS = 256
DAY = 86400000
Q = fractions.Fraction


class Constant:
    def __init__(self, rate):
        self.rate = rate

    def due(self, ms):
        return self.rate * ms


class Ramp:
    def __init__(self, rate, to, length):
        self.rate, self.to, self.length = rate, to, length

    def due(self, ms):
        now = self.rate + (self.to - self.rate) * ms / self.length
        return (self.rate + now) / 2 * ms


class Burst:
    def __init__(self, rate, burst, every, length):
        self.rate, self.burst, self.every, self.calm = rate, burst, every, every - length

    def due(self, ms):
        cycles, rest = divmod(ms, self.every)
        calm = cycles * self.calm + min(rest, self.calm)
        return self.rate * calm + self.burst * (ms - calm)


class Diurnal:
    """Straight lines between 96 knots a period, the first at the peak."""

    def __init__(self, mean, peak_to_trough, period, peak_at, start):
        self.period = period
        swing = math.floor(10000 * (peak_to_trough - 1) / (peak_to_trough + 1) + Q(1, 2))
        shares = [10000 + self.nearest(swing * round(2**30 * math.cos(2 * math.pi * knot / 96))) for knot in range(97)]
        self.knots = [mean * share / 10000 for share in shares]
        self.before = [Q(0)]
        for a, b in zip(self.knots, self.knots[1:]):
            self.before.append(self.before[-1] + (a + b) / 2 * period / 96)
        self.begin = (start - (start // DAY * DAY + peak_at)) % period

    @staticmethod
    def nearest(by):
        return (abs(by) + 2**29 >> 30) * (1 if by >= 0 else -1)

    def from_peak(self, ms):
        cycles, rest = divmod(ms, self.period)
        knot = rest * 96 // self.period
        gone = rest - Q(knot * self.period, 96)
        a, b = self.knots[knot:knot + 2]
        now = a + (b - a) * gone * 96 / self.period
        return cycles * self.before[96] + self.before[knot] + (a + now) / 2 * gone

    def due(self, ms):
        return self.from_peak(self.begin + ms) - self.from_peak(self.begin)


class Phase:
    """`length` is 0 where the phase is endless; `count` is then None."""

    def __init__(self, start, length, curve, silence=0, stream=None):
        self.start, self.length, self.curve, self.silence, self.stream = start, length, curve, silence, stream
        self.count = math.floor(curve.due(length)) if length else None

    def time(self, k):
        if self.stream:
            return self.start + self.poisson(*divmod(k, ERA))
        if self.silence:
            return self.start + self.silence + k * (self.length - self.silence) // self.count
        low, high = 0, self.length or 1
        while not self.length and self.curve.due(high) <= k:
            high *= 2
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.curve.due(middle) <= k else (low, middle)
        return self.start + low

    def poisson(self, era, j):
        """The last era is what is left of the phase, with the arrivals that are left."""
        rate = self.curve.rate
        begin, length, arrivals = era * ERA / rate, ERA / rate, ERA
        if self.length and self.count < (era + 1) * ERA:
            length, arrivals = self.length - begin, self.count - era * ERA
        return math.floor(begin + length * poisson_place(*self.stream, era, j, arrivals) / 2**32)


class Schedule:
    def __init__(self, seed, which):
        """A schedule from draws; arrival_test.c makes the same one."""
        self.which, self.number = which, 0
        self.phases, self.firsts, first = [], [], 0
        start = self.draw(400 * DAY) - 200 * DAY
        count = 1 + self.draw(6)
        for index in range(count):
            phase = self.phase(seed, index, start, index + 1 == count and which % 2)
            self.phases.append(phase)
            self.firsts.append(first)
            if phase.length:
                first += phase.count
                start += phase.length
        self.total = first if self.phases[-1].length else None

    def draw(self, n):
        self.number += 1
        return below(word(SEED, 'schedules', self.which, self.number), n)

    def phase(self, seed, index, start, endless):
        kind = self.draw(6)
        length = 1 + self.draw((50, 5000, 600000, 3 * DAY)[self.draw(4)])
        per_ms = (1, 7, 1000, 60000, 86400000, 1000000)[self.draw(6)]
        most = per_ms * (1, 20, 10000)[self.draw(3)] // (1, 100, 1000)[self.draw(3)] + 1
        rate, other = Q(1 + self.draw(most), per_ms), Q(self.draw(most), per_ms)
        part = 1 + self.draw(length)
        ratio, period, peak_at = Q(100 + self.draw(9900), 100), 1000 + self.draw((5000, DAY, 31 * DAY - 1000)[self.draw(3)]), self.draw(DAY)
        endless = endless and kind not in (1, 3)
        if kind == 0:
            curve = Constant(rate)
        elif kind == 1:
            curve = Ramp(other, rate, length) if self.draw(2) else Ramp(rate, other, length)
        elif kind == 2:
            curve = Burst(other, rate, part + 1 + self.draw(length), part)
        elif kind == 5:
            curve = Diurnal(rate, ratio, period, peak_at, start)
        else:
            curve = Constant(rate)
        return Phase(start, 0 if endless else length, curve, part if kind == 3 else 0, (seed, f'arrival[{index}].poisson') if kind == 4 else None)

    def time(self, i):
        p = max(p for p, first in enumerate(self.firsts) if first <= i)
        return self.phases[p].time(i - self.firsts[p])


SEED = 20260101
SHARED = 1187 * ERA + 1140      # this arrival and the next lie at one of their era's 2^32 places


def digest(which):
    schedule = Schedule(SEED + which, which)
    value = mix(M64 if schedule.total is None else schedule.total)
    for _ in range(16):
        i = schedule.draw(100000 if schedule.total is None else schedule.total or 1)
        if schedule.total is None or i < schedule.total:
            value = mix(value ^ schedule.time(i) & M64)
    return value


def largest():
    """The longest phases with the highest rates and the finest denominators: a digest each."""
    start, century, most = -62135596800000, 36500 * DAY, Q(10**4)
    less = most - Q(1, 10**9)
    phases = (Phase(start, century, Ramp(most, 0, century)), Phase(start, century, Ramp(less, most, century)),
              Phase(start, century, Burst(most, less, 365 * DAY, 364 * DAY)), Phase(start, century, Constant(less), 0, (7, 'arrival[0].poisson')),
              Phase(start, century, Constant(less), century - 1), Phase(start, century, Diurnal(less, Q(1000), 31 * DAY, 64800000, start)),
              Phase(start, 0, Diurnal(most, Q(1000), 31 * DAY, 64800001, start)))
    for which, phase in enumerate(phases):
        count = phase.count or 2**62
        value = mix(count)
        for number in range(100):
            value = mix(value ^ phase.time(below(word(SEED, 'largest', which, number), count)) & M64)
        yield mix(value ^ phase.time(count - 1) & M64)


def in_rows(digests):
    return '\n'.join('    ' + ' '.join(f'0x{d:016x},' for d in digests[at:at + 4]) for at in range(0, len(digests), 4))


def header():
    early = Phase(0, 0, Constant(Q(90, 1000)), 0, (7, 'arrival[0].poisson'))
    late = Phase(0, 60000, Constant(Q(90, 1000)), 0, (7, 'arrival[0].poisson'))
    slow = Phase(0, 0, Constant(Q(1, 10**9)), 0, (1, 'shared'))
    times = [early.time(j) for j in (*range(8), 4095, 4096, 10**9)] + [late.time(j) for j in (4096, 5399)]
    shared = [slow.time(SHARED + j) for j in range(3)]
    assert shared[0] == shared[1] < shared[2]
    guard = 'LS_GENERATOR_ARRIVAL_VECTORS_TEST_H'
    return f'''/* Made by tests/model/arrival_model.py --write: what the model says of random schedules, and
 * of Poisson arrivals with 90/s and seed 7: 0 .. 7, 4095, 4096, 10^9 of an endless phase,
 * 4096 and 5399 of one of 60 s. */
#ifndef {guard}
#define {guard}

#include <stdint.h>

static const uint64_t digests_of_the_model[] = {{
{in_rows([digest(which) for which in range(LISTS)])}
}};
/* And of the largest phases. */
static const uint64_t largest_of_the_model[] = {{
{in_rows(list(largest()))}
}};
static const int64_t poisson_times_of_the_model[] = {{
    {', '.join(map(str, times))}}};
/* {SHARED} .. {SHARED + 2} of an endless phase with 1/1000000s, seed 1 and stream `shared`. */
static const int64_t shared_place_of_the_model[] = {{
{chr(10).join(f'    {time},' for time in shared)}
}};

#endif
'''


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ('--write', '--check'):
        sys.exit(__doc__)
    path, text = pathlib.Path(sys.argv[2]), header()
    if sys.argv[1] == '--write':
        path.write_text(text)
    elif path.read_text() != text:
        sys.exit(f'{path} holds other vectors than the model makes: tests/model/arrival_model.py --write {path}')
    print(f'{LISTS} schedules')


if __name__ == '__main__':
    main()
