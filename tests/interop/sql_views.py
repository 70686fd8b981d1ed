"""What SQL says of the views that come naturally to it: windows that are summed, counted and joined, in the shipped domains. Each is a plain query over
the normalized records, which DuckDB answers; the columns that it names are those of the view's rows, and there are no more and no fewer of them.

Tables are event types. Times are milliseconds, money and decimals are numbers of their smallest unit. A record counts in a window that ends behind its
watermark, in a join when its own time is not behind it (clause P5 of docs/contract.md)."""
import os

import duckdb

MINUTE, HOUR = 60_000, 3_600_000


def tumbling(size, offset=0):
    return f'select *, (event_time - {offset}) // {size} * {size} + {offset} as window_start, window_start + {size} as window_end'


def hopping(size, every):
    starts = f'range(event_time // {every} * {every} - {size} + {every}, event_time + 1, {every})'
    return f'select *, unnest({starts}) as window_start, window_start + {size} as window_end'


def windows(cut, of, select, by='', where='true'):
    return f'''with cut as ({cut} from {of})
        select window_start, window_end, {by + ',' if by else ''} {select} from cut where window_end > watermark and {where} group by all'''


def pairs(left, right, within, select, on='true', keep=''):
    on_time = lambda t: f'(select * from {t} where event_time >= watermark)'
    return f'''select l.event_time, l.event_id as left_event_id, r.event_id as right_event_id, l.entity_id, {select}
        from {on_time(left)} l {keep} join {on_time(right)} r
        on l.entity_id = r.entity_id and r.event_time between l.event_time and l.event_time + {within} and {on}'''


def best(word, column):
    """`first` and `last`: by event_time and event_id, of one topic's records."""
    return f"{'arg_min' if word == 'first' else 'arg_max'}({column}, (event_time, event_id, partition, position)) filter ({column} is not null)"


SUMS = 'sum(amount_cents) as revenue_cents'
BARS = ', '.join(f'{what} as {name}' for name, what in {
    'open_cents': best('first', 'price_cents'), 'close_cents': best('last', 'price_cents'), 'high_cents': 'max(price_cents)',
    'low_cents': 'min(price_cents)', 'ticker': best('last', 'ticker')}.items())
FUNNEL = '(' + ' union all by name '.join(f"select '{t}' as event_type, entity_id, country, event_time, watermark from {t}"
                                          for t in ('page_viewed', 'cart_updated', 'order_placed', 'payment_captured')) + ')'

QUERIES = {
    'ecommerce': {
        'revenue_1m': windows(tumbling(MINUTE), 'order_placed', f'''count(*) as orders, count(*) filter (amount_cents >= 10000) as large, {SUMS},
            sum(net_cents) as net_cents, min(amount_cents) as smallest_cents, max(amount_cents) as largest_cents,
            count(distinct entity_id) as customers''', by='category, country', where='quantity > 0'),
        'revenue_5m': windows(hopping(5 * MINUTE, MINUTE), 'order_placed', f'''count(*) as orders, {SUMS}, sum(quantity) as units,
            count(distinct entity_id) as customers''', by='category'),
        'funnel_5m': windows(tumbling(5 * MINUTE), FUNNEL, '''count(*) filter (event_type = 'page_viewed') as viewed,
            count(*) filter (event_type = 'cart_updated') as carted, count(*) filter (event_type = 'order_placed') as ordered,
            count(*) filter (event_type = 'payment_captured') as paid, count(distinct entity_id) as visitors''', by='country'),
        'settlement': pairs('order_placed', 'payment_captured', 10 * MINUTE, '''l.amount_cents as amount, r.method,
            r.event_time - l.event_time as waited, r.event_id is null as is_unpaid''', on='l.order_id = r.order_id', keep='left'),
        'payments_5m': windows(tumbling(5 * MINUTE, MINUTE), 'payment_captured', 'count(*) as payments, sum(amount_cents) as captured_cents', by='method'),
        'refunds_10m': windows(tumbling(10 * MINUTE), 'refund_issued', '''count(*) as refunds, sum(amount_cents) as refunded_cents,
            count(distinct entity_id) as customers'''),
        'views_1m': windows(tumbling(MINUTE), 'page_viewed', 'count(*) as views, count(distinct entity_id) as visitors', by='page, device')},
    'market': {
        'bars_1m': windows(tumbling(MINUTE), 'trade', f'{BARS}, count(*) as trades, sum(quantity) as volume, sum(notional_cents) as turnover_cents',
                           by='instrument_id'),
        'bars_5m': windows(hopping(5 * MINUTE, MINUTE), 'trade', '''max(adjusted_cents) as high_cents, min(adjusted_cents) as low_cents,
            sum(adjusted_quantity) as volume, high_cents - low_cents as range''', by='instrument_id'),
        'turnover_1h': windows(tumbling(HOUR), 'trade', '''count(*) as trades, sum(notional_cents) as turnover_cents,
            count(distinct trader_id) as traders''', by='exchange, trading_date, in_session'),
        'spreads_5m': windows(tumbling(5 * MINUTE), 'quote', '''count(*) as quotes, max(spread_cents) as widest_cents,
            count(distinct entity_id) as instruments''', by='exchange, sector'),
        'markout': pairs('trade', 'quote', 5_000, '''r.event_time - l.event_time as waited, r.mid_cents - l.price_cents as moved, l.side''')},
    'iot': {
        'device_15m': windows(tumbling(15 * MINUTE), 'reading', '''count(*) as readings, max(temperature) as hottest, min(pressure_hpa) as least_pressure,
            max(vibration) as vibration''', by='entity_id'),
        'site_30m': windows(hopping(30 * MINUTE, 10 * MINUTE), 'reading', '''count(*) as readings, count(distinct entity_id) as devices,
            sum(power_w) as power''', by='site'),
        'status_6h': windows(tumbling(6 * HOUR), 'status_changed', 'count(*) as changes, count(distinct entity_id) as devices', by='state'),
        'after_change': pairs('status_changed', 'reading', MINUTE, 'l.state, r.event_time - l.event_time as waited, r.over_base')}}

TYPES = {'number': 'hugeint', 'time': 'bigint', 'boolean': 'boolean', 'text': 'varchar'}


def load(records, tables, folder):
    """DuckDB with a table of each event type: `records` are dictionaries, `tables` say their fields."""
    database = duckdb.connect()
    for name, fields in tables.items():
        path = os.path.join(folder, f'{name}.tsv')
        known = [f for f in fields.values() if f.kind]
        with open(path, 'w', encoding='utf-8') as file:
            file.writelines('\t'.join('\\N' if r[f.name] is None else str(r[f.name]) for f in known) + '\n' for r in records[name])
        columns = ', '.join(f"'{f.written}': '{TYPES[f.kind]}'" for f in known)
        database.execute(f'''create table {name} as select * from read_csv('{path}', auto_detect = false, delim = '\t', quote = '', escape = '',
            nullstr = '\\N', columns = {{{columns}}})''')
        os.remove(path)
    return database


def check(domain, database, rows_of):
    """`rows_of(view)` are a view's rows, as dictionaries of plain values. The number of rows of each view."""
    counts = {}
    for view, query in QUERIES[domain].items():
        answer = database.execute(query)
        names = [d[0] for d in answer.description]
        said = sorted(map(repr, ([*row] for row in answer.fetchall())))
        found = sorted(repr([row[n] for n in names]) for row in rows_of(view))
        for a, b in zip(found, said):
            assert a == b, f'{view}: a row is\n{a}\nand SQL says\n{b}\nof {names}'
        assert len(found) == len(said), f'{view}: {len(found)} rows, and SQL says {len(said)}'
        counts[view] = len(said)
    return counts
