/* What windows, sessions, rolling features, joins and alert rules make of a few records, from the
 * definition (contract P5 to P8). */
#ifndef LS_PIPELINE_SCENARIOS_TEST_H
#define LS_PIPELINE_SCENARIOS_TEST_H

#include "pipeline/scenario_test.h"

/* Columns whose values depend on the order, on nulls, on ties. */
#define SELECT_ALL                                                                                 \
    "select: {total: {sum: amount}, begin: {first: item}, end: {last: item}, items: {distinct: "   \
    "item}, most: {top: {of: item, k: 2}}, middle: {quantile: score, q: 1/2}, mean: {avg: "        \
    "amount, "                                                                                     \
    "scale: 3}, each: {ratio: {of: amount, to: score}, scale: 2}}"

/* ---- windows: [start, start + size), start = offset + k * every */

static const struct scenario windows_scenarios[] = {
    {"side by side",
     "{name: v, from: sale, window: {tumbling: 10ms}, select: {n: count}}",
     {AT(0, "a"), AT(9, "b"), AT(10, "c"), AT(-1, "d"), AT(-10, "e")},
     "-10 0 2\n0 10 2\n10 20 1\n"},
    {"behind the offset",
     "{name: v, from: sale, window: {tumbling: {size: 10ms, offset: 3ms}}, select: {n: count}}",
     {AT(2, "a"), AT(3, "b"), AT(12, "c"), AT(13, "d")},
     "-7 3 1\n3 13 2\n13 23 1\n"},
    {"windows that overlap",
     "{name: v, from: sale, window: {hopping: {size: 10ms, every: 5ms}}, select: {n: count}}",
     {AT(0, "a"), AT(7, "b")},
     "-5 5 1\n0 10 2\n5 15 1\n"},
    {"hops that do not divide the size",
     "{name: v, from: sale, window: {hopping: {size: 5ms, every: 2ms}}, select: {n: count}}",
     {AT(4, "a"), AT(5, "b")},
     "0 5 1\n2 7 2\n4 9 2\n"},
    {"gaps between them",
     "{name: v, from: sale, window: {hopping: {size: 5ms, every: 10ms}}, select: {n: count}}",
     {AT(0, "a"), AT(4, "b"), AT(5, "c"), AT(9, "d"), AT(10, "e")},
     "0 5 2\n10 15 1\n"},
    {"groups by the bytes of their keys, null first, a longer text behind",
     "{name: v, from: sale, window: {tumbling: 10ms}, by: [item], select: {n: count}}",
     {AT(0, "a", .item = "b"), AT(0, "b", .item = "aa"), AT(0, "c"), AT(5, "d", .item = "a"),
      AT(9, "e")},
     "0 10 - 2\n0 10 a 1\n0 10 b 1\n0 10 aa 1\n"},
    {"every column",
     "{name: v, from: [sale, visit], window: {tumbling: 10ms}, " SELECT_ALL "}",
     {AT(0, "b", .amount = 100, .score = 300),
      AT(0, "a", .amount = NONE, .item = "pen", .score = -300),
      AT(4, "c", .amount = 50, .item = "ink", .score = 5),
      AT(4, "d", .amount = 1, .item = "pen", .score = NONE, .topic = VISIT)},
     /* 151 / 3 is 50.333 cents; 1.51 / 5 */
     "0 10 151 pen pen 2 [pen:2 ink:1] 5 0.503 0.30\n"},
    {"columns of nothing",
     "{name: v, from: visit, window: {tumbling: 10ms}, where: \"vip\", " SELECT_ALL "}",
     {AT(0, "a", .score = NONE, .topic = VISIT)},
     "0 10 0 - - 0 [] - 0.000 -\n"},
    {"ties of the whole order: the topic's name, then the partition",
     "{name: v, from: [visit, sale], window: {tumbling: 10ms}, select: {b: {first: event_type}, e: "
     "{last: event_type}, f: {first: item}, l: {last: item}}}",
     {AT(0, "a", .item = "3", .topic = VISIT), AT(0, "a", .item = "2", .partition = 1),
      AT(0, "a", .item = "1"), AT(0, "a", .item = "4", .topic = VISIT, .partition = 1)},
     "0 10 sale visit 1 4\n"},
    {"where, of the view and of a column",
     "{name: v, from: sale, window: {tumbling: 10ms}, select: {n: {count: {where: \"amount > "
     "1.00\"}}, s: {sum: {field: score, where: \"amount > 1.00\"}}}}",
     {AT(0, "a", .amount = 100, .score = 1), AT(1, "b", .amount = 101, .score = 2),
      AT(2, "c", .amount = NONE, .score = 4)},
     "0 10 1 2\n"},
};

/* ---- sessions */

static const struct scenario sessions_scenarios[] = {
    {"a chain of gaps shorter than `gap`",
     "{name: v, from: sale, window: {session: 10ms}, select: {n: count}}",
     {AT(0, "a"), AT(9, "b"), AT(19, "c"), AT(28, "d"), AT(37, "e")},
     "0 19 2\n19 47 3\n"},
    {"in whatever order they come",
     "{name: v, from: sale, window: {session: 10ms}, select: {n: count}}",
     {AT(20, "c"), AT(0, "a"), AT(14, "d"), AT(9, "b"), AT(-9, "e"), AT(-30, "f")},
     "-30 -20 1\n-9 30 5\n"},
    {"one millisecond",
     "{name: v, from: sale, window: {session: 1ms}, select: {n: count}}",
     {AT(0, "a"), AT(0, "b"), AT(1, "c")},
     "0 1 2\n1 2 1\n"},
    {"rows by their end, not by their start",
     "{name: v, from: sale, window: {session: 10ms}, by: [entity_id], select: {n: count}}",
     {AT(0, "a"), AT(5, "b"), AT(3, "c", .entity = "S1")},
     "3 13 S1 1\n0 15 S0 2\n"},
    {"of one end by their start, then by the key",
     "{name: v, from: sale, window: {session: 10ms}, by: [entity_id], select: {n: count}}",
     {AT(0, "a", .entity = "S2"), AT(5, "b", .entity = "S2"), AT(5, "c", .entity = "S1"),
      AT(0, "d"), AT(5, "e")},
     "0 15 S0 2\n0 15 S2 2\n5 15 S1 1\n"},
    {"null is a group of its own",
     "{name: v, from: sale, window: {session: 10ms}, by: [item], select: {n: count}}",
     {AT(0, "a"), AT(1, "b", .item = "pen"), AT(2, "c"), AT(3, "d", .item = "")},
     "1 11 pen 1\n0 12 - 2\n3 13  1\n"},
    {"a group's next session",
     "{name: v, from: sale, window: {session: 10ms}, by: [entity_id], " SELECT_ALL "}",
     {AT(0, "a", .amount = 100, .item = "pen", .score = 4),
      AT(30, "b", .amount = 1, .item = "ink", .score = 0)},
     "0 10 S0 100 pen pen 1 [pen:1] 4 1.000 0.25\n30 40 S0 1 ink ink 1 [ink:1] 0 0.010 -\n"},
    {"every column",
     "{name: v, from: [sale, visit], window: {session: 10ms}, " SELECT_ALL "}",
     {AT(0, "b", .amount = 100, .score = 300),
      AT(0, "a", .amount = NONE, .item = "pen", .score = -300),
      AT(4, "c", .amount = 50, .item = "ink", .score = 5),
      AT(4, "d", .amount = 1, .item = "pen", .score = NONE, .topic = VISIT)},
     "0 14 151 pen pen 2 [pen:2 ink:1] 5 0.503 0.30\n"},
};

/* ---- rolling features: of the records in (t - over, t] up to this one in the order */

static const struct scenario span_scenarios[] = {
    {"a span is open at its begin",
     "{name: v, from: sale, rolling: {over: 10ms}, select: {n: count, total: {sum: amount}}}",
     {AT(0, "a", 100), AT(9, "b", 10), AT(10, "c", 1), AT(20, "d", 5)},
     "0 a 1 100\n9 b 2 110\n10 c 2 11\n20 d 1 5\n"},
    {"as of the record: of one time by id",
     "{name: v, from: sale, rolling: {over: 1ms}, select: {n: count, total: {sum: amount}}}",
     {AT(0, "b", 1), AT(0, "a", 2), AT(0, "c", NONE), AT(1, "d", 7)},
     "0 a 1 2\n0 b 2 3\n0 c 3 3\n1 d 1 7\n"},
    {"least, greatest, first and last that go again",
     "{name: v, from: sale, rolling: {over: 10ms}, select: {lo: {min: amount}, hi: {max: amount}, "
     "f: "
     "{first: amount}, l: {last: amount}}}",
     {AT(0, "a", 5), AT(3, "b", 1), AT(6, "c", 9), AT(11, "d", 4), AT(14, "e", 7),
      AT(20, "f", NONE), AT(40, "g", NONE)},
     "0 a 5 5 5 5\n3 b 1 5 5 1\n6 c 1 9 5 9\n11 d 1 9 1 4\n14 e 4 9 9 7\n20 f 4 7 4 7\n40 g - - - "
     "-\n"},
    {"equal values that go one by one",
     "{name: v, from: sale, rolling: {over: 10ms}, select: {lo: {min: amount}, hi: {max: amount}, "
     "d: "
     "{distinct: amount}}}",
     {AT(0, "a", 5), AT(5, "b", 5), AT(9, "c", 7), AT(12, "d", 7), AT(16, "e", 6), AT(21, "f", 6)},
     "0 a 5 5 1\n5 b 5 5 1\n9 c 5 7 2\n12 d 5 7 2\n16 e 6 7 2\n21 f 6 7 2\n"},
    {"sets that values leave",
     "{name: v, from: sale, rolling: {over: 10ms}, select: {d: {distinct: item}, q: {quantile: "
     "score, "
     "q: 1/2}, t: {top: {of: item, k: 1}}, b: {top: {of: item, k: 1, by: score}}}}",
     {AT(0, "a", .item = "pen", .score = 1), AT(5, "b", .item = "ink", .score = 2),
      AT(9, "c", .item = "pen", .score = 3), AT(10, "d", .score = 4),
      AT(21, "e", .item = "ink", .score = -5)},
     "0 a 1 1 [pen:1] [pen:1]\n"
     "5 b 2 1 [ink:1] [ink:2]\n"
     "9 c 2 2 [pen:2] [pen:4]\n"
     "10 d 2 3 [ink:1] [pen:3]\n"
     "21 e 1 -5 [ink:1] [ink:-5]\n"},
    {"averages and ratios",
     "{name: v, from: sale, rolling: {over: 10ms}, select: {a: {avg: amount, scale: 3}, r: {ratio: "
     "{of: amount, to: score}, scale: 1}}}",
     {AT(0, "a", 100, .score = 0), AT(1, "b", NONE, .score = 4), AT(2, "c", 50, .score = -4),
      AT(10, "d", 1, .score = 1)},
     "0 a 1.000 -\n1 b 1.000 0.2\n2 c 0.750 -\n10 d 0.255 0.5\n"},
    {"groups: rows of all in one order",
     "{name: v, from: [visit, sale], rolling: {over: 10ms}, by: [entity_id], select: {n: count, e: "
     "{last: event_type}}}",
     {AT(0, "b"), AT(0, "a", .entity = "S1"), AT(4, "c", .topic = VISIT),
      AT(5, "d", .entity = "S1", .topic = VISIT), AT(10, "e"), AT(30, "f", .entity = "S1")},
     "0 a S1 1 sale\n0 b S0 1 sale\n4 c S0 2 visit\n5 d S1 2 visit\n10 e S0 2 sale\n30 f S1 1 "
     "sale\n"},
    {"expressions over the record and the columns before",
     "{name: v, from: sale, rolling: {over: 10ms}, select: {n: count, s: {sum: amount}, share: "
     "{expr: "
     "\"amount / s\", scale: 2}, more: {expr: \"amount - s\"}, f: {first: item}, same: {expr: \"f "
     "= "
     "item\"}, what: {expr: f}, at: {expr: event_time}}}",
     {AT(0, "a", 100, .item = "pen"), AT(1, "b", 50, .item = "ink"), AT(2, "c", NONE),
      AT(20, "d", 0, .item = "")},
     "0 a 1 100 1.00 0.00 pen true pen 0\n"
     "1 b 2 150 0.33 -1.00 pen false pen 1\n"
     "2 c 3 150 - - pen - pen 2\n"
     "20 d 1 0 - 0.00  true  20\n"},
    {"a column hides the field of its name from what stands behind it",
     "{name: v, from: sale, rolling: {over: 10ms}, select: {x: {expr: score}, score: {sum: "
     "amount}, y: "
     "{expr: score}}}",
     {AT(0, "a", 100, .score = 7), AT(1, "b", 1, .score = 8)},
     "0 a 7 100 1.00\n1 b 8 101 1.01\n"},
};

/* With step: of the panes floor(t / step) - over / step < number. */
static const struct scenario panes_scenarios[] = {
    {"whole panes, the record's own up to it",
     "{name: v, from: sale, rolling: {over: 10ms, step: 5ms}, select: {n: count, f: {first: "
     "score}}}",
     {AT(0, "a", .score = 1), AT(4, "b", .score = 2), AT(5, "c", .score = 3),
      AT(9, "d", .score = 4), AT(10, "e", .score = 5), AT(14, "f", .score = 6),
      AT(15, "g", .score = 7), AT(25, "h", .score = 8), AT(40, "i", .score = 9)},
     "0 a 1 1\n4 b 2 1\n5 c 3 1\n9 d 4 1\n10 e 3 3\n14 f 4 3\n15 g 3 5\n25 h 1 8\n40 i 1 9\n"},
    {"before the epoch as behind it",
     "{name: v, from: sale, rolling: {over: 10ms, step: 5ms}, select: {n: count}}",
     {AT(-6, "a"), AT(-5, "b"), AT(-1, "c"), AT(0, "d"), AT(4, "e"), AT(5, "f")},
     "-6 a 1\n-5 b 2\n-1 c 3\n0 d 3\n4 e 4\n5 f 3\n"},
    {"one pane",
     "{name: v, from: sale, rolling: {over: 5ms, step: 5ms}, select: {n: count}}",
     {AT(0, "b"), AT(0, "a"), AT(4, "c"), AT(5, "d")},
     "0 a 1\n0 b 2\n4 c 3\n5 d 1\n"},
    {"groups have panes of their own",
     "{name: v, from: [sale, visit], rolling: {over: 10ms, step: 5ms}, by: [entity_id], select: "
     "{n: "
     "count, lo: {min: amount}, hi: {max: amount}, l: {last: item}, x: {expr: \"amount - lo\"}}}",
     {AT(0, "a", 5, .item = "pen"), AT(1, "b", 7, .entity = "S1"),
      AT(6, "c", 3, .item = "ink", .topic = VISIT), AT(7, "d", 9), AT(11, "e", 1, .entity = "S1"),
      AT(14, "f", 4)},
     "0 a S0 1 5 5 pen 0.00\n1 b S1 1 7 7 - 0.00\n6 c S0 2 3 5 ink 0.00\n7 d S0 3 3 9 ink 0.06\n"
     "11 e S1 1 1 1 - 0.00\n14 f S0 3 3 9 ink 0.01\n"},
    {"every column",
     "{name: v, from: [sale, visit], rolling: {over: 10ms, step: 5ms}, " SELECT_ALL "}",
     {AT(0, "b", .amount = 100, .score = 300),
      AT(0, "a", .amount = NONE, .item = "pen", .score = -300),
      AT(4, "c", .amount = 50, .item = "ink", .score = 5),
      AT(9, "d", .amount = 1, .item = "pen", .score = NONE, .topic = VISIT),
      AT(10, "e", .amount = NONE, .score = 1)},
     "0 a - pen pen 1 [pen:1] -300 - -\n"
     "0 b 100 pen pen 1 [pen:1] -300 1.000 -\n"
     "4 c 150 pen ink 2 [ink:1 pen:1] 5 0.750 0.30\n"
     "9 d 151 pen pen 2 [pen:2 ink:1] 5 0.503 0.30\n"
     "10 e 1 pen pen 1 [pen:1] 1 0.010 0.01\n"},
};

/* ---- alert rules */

static const struct scenario alerts_scenarios[] = {
    {"without `clear`: when `when` does not hold",
     "{name: v, from: sale, rolling: {over: 10ms}, by: [entity_id], select: {n: count}, when: n > "
     "1, "
     "severity: INFO}",
     {AT(0, "a"), AT(1, "b"), AT(2, "c"), AT(20, "d"), AT(21, "e")},
     "1 b S0 RAISED INFO 2\n20 d S0 CLEARED INFO 1\n21 e S0 RAISED INFO 2\n"},
    {"with `clear`: between the two it stays",
     "{name: v, from: sale, rolling: {over: 10ms}, select: {n: count}, when: n > 2, clear: n < 2, "
     "severity: CRITICAL}",
     {AT(0, "a"), AT(1, "b"), AT(2, "c"), AT(11, "d"), AT(12, "e"), AT(30, "f"), AT(31, "g")},
     "2 c RAISED CRITICAL 3\n30 f CLEARED CRITICAL 1\n"},
    {"one transition a record, though both hold",
     "{name: v, from: sale, by: [entity_id], when: amount > 1.00, clear: amount > 2.00, severity: "
     "WARNING}",
     {AT(0, "a", 300), AT(1, "b", 300), AT(2, "c", 150), AT(3, "d", 150), AT(4, "e", 201)},
     "0 a S0 RAISED WARNING\n1 b S0 CLEARED WARNING\n2 c S0 RAISED WARNING\n4 e S0 CLEARED "
     "WARNING\n"},
    {"unknown does not hold: without `clear` that clears",
     "{name: v, from: sale, when: amount > 1.00, severity: INFO}",
     {AT(0, "a", NONE), AT(1, "b", 101), AT(2, "c", NONE), AT(3, "d", NONE)},
     "1 b RAISED INFO\n2 c CLEARED INFO\n"},
    {"unknown does not hold: with `clear` it stays",
     "{name: v, from: sale, when: amount > 1.00, clear: amount <= 1.00, severity: INFO}",
     {AT(0, "a", 101), AT(1, "b", NONE), AT(2, "c", 100)},
     "0 a RAISED INFO\n2 c CLEARED INFO\n"},
    {"groups by themselves; one that is silent for long is still raised",
     "{name: v, from: [sale, visit], rolling: {over: 10ms}, by: [entity_id], select: {n: count}, "
     "when: "
     "n > 1, clear: n < 1, severity: INFO}",
     {AT(0, "a"), AT(0, "b", .entity = "S1"), AT(1, "c", .topic = VISIT), AT(500, "d"),
      AT(501, "e", .entity = "S1"), AT(502, "f", .entity = "S1"), AT(503, "g")},
     "1 c S0 RAISED INFO 2\n502 f S1 RAISED INFO 2\n"},
    {"over panes, of the record itself too",
     "{name: v, from: sale, rolling: {over: 10ms, step: 5ms}, select: {usual: {avg: amount, scale: "
     "2}, "
     "above: {expr: \"amount - usual\"}}, when: above > 1.00, clear: above < 0.00, severity: INFO}",
     {AT(0, "a", 100), AT(1, "b", 100), AT(2, "c", 700), AT(3, "d", 300), AT(20, "e", 100),
      AT(21, "f", 90)},
     "2 c RAISED INFO 3.00 4.00\n21 f CLEARED INFO 0.95 -0.05\n"},
};

/* ---- joins: left.event_time <= right.event_time <= left.event_time + within */

static const struct scenario join_scenarios[] = {
    {"both ends belong to it",
     "{name: v, join: {left: sale, right: visit, within: 10ms}, select: {waited: {expr: "
     "right.event_time - left.event_time}}}",
     {AT(0, "a"), AT(-1, "r", .topic = VISIT), AT(0, "s", .topic = VISIT),
      AT(10, "t", .topic = VISIT), AT(11, "u", .topic = VISIT)},
     "0 a s S0 0\n0 a t S0 10\n"},
    {"at one moment",
     "{name: v, join: {left: sale, right: visit, within: 0}, select: {i: {expr: right.item}}}",
     {AT(0, "a"), AT(0, "r", .item = "pen", .topic = VISIT), AT(1, "b"),
      AT(2, "s", .topic = VISIT)},
     "0 a r S0 pen\n"},
    {"by left, then by right, in the order of both",
     "{name: v, join: {left: visit, right: sale, within: 10ms}, select: {m: {expr: right.amount - "
     "left.amount}}}",
     {AT(0, "b", 1, .topic = VISIT), AT(0, "a", 2, .topic = VISIT), AT(5, "d", 10), AT(5, "c", 20),
      AT(5, "c", 30, .partition = 1), AT(3, "z", NONE)},
     "0 a z S0 -\n0 a c S0 0.18\n0 a c S0 0.28\n0 a d S0 0.08\n"
     "0 b z S0 -\n0 b c S0 0.19\n0 b c S0 0.29\n0 b d S0 0.09\n"},
    {"one entity",
     "{name: v, join: {left: sale, right: visit, within: 10ms}, select: {i: {expr: left.item}}}",
     {AT(0, "a"), AT(0, "b", .item = "pen", .entity = "S1"),
      AT(1, "r", .entity = "S1", .topic = VISIT)},
     "0 b r S1 pen\n"},
    {"equal fields; null is equal to nothing",
     "{name: v, join: {left: sale, right: visit, on: [item], within: 10ms}, select: {i: {expr: "
     "right.item}}}",
     {AT(0, "a", .item = "pen"), AT(0, "b"), AT(1, "r", .topic = VISIT),
      AT(2, "s", .item = "ink", .topic = VISIT), AT(3, "t", .item = "pen", .topic = VISIT),
      AT(4, "c", .item = ""), AT(5, "u", .item = "", .topic = VISIT)},
     "0 a t S0 pen\n4 c u S0 \n"},
    {"keep: left",
     "{name: v, join: {left: sale, right: visit, on: [item], within: 10ms, keep: left}, select: "
     "{l: "
     "{expr: left.item}, r: {expr: right.item}, n: {expr: right.score is null}}}",
     {AT(0, "a", .item = "pen"), AT(0, "b"), AT(1, "r", .topic = VISIT),
      AT(2, "s", .item = "ink", .topic = VISIT), AT(3, "c", .item = "ink"),
      AT(11, "t", .item = "pen", .topic = VISIT), AT(13, "u", .item = "ink", .topic = VISIT)},
     "0 a - S0 pen - true\n0 b - S0 - - true\n3 c u S0 ink ink false\n"},
    {"many of both",
     "{name: v, join: {left: sale, right: visit, within: 5ms, keep: left}, select: {n: {expr: "
     "left.score + right.score}}}",
     {AT(0, "a", .score = 10), AT(2, "b", .score = 20), AT(7, "c", .score = 30),
      AT(20, "d", .score = 40), AT(1, "r", .score = 1, .topic = VISIT),
      AT(5, "s", .score = 2, .topic = VISIT), AT(7, "t", .score = 3, .topic = VISIT),
      AT(8, "u", .score = NONE, .topic = VISIT)},
     "0 a r S0 11\n0 a s S0 12\n2 b s S0 22\n2 b t S0 23\n7 c t S0 33\n7 c u S0 -\n20 d - S0 -\n"},
};

#endif
