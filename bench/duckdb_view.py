"""The hopping view of bench/pipeline.py by DuckDB, from the normalized records that a run wrote: how long it takes, and whether it comes to the same rows.

    duckdb_view.py DATASETS
"""
import csv
import datetime
import pathlib
import sys
import tempfile
import time

import duckdb
import fastavro

from measure import show

COLUMNS = ('event_time', 'watermark', 'category', 'country', 'quantity', 'amount', 'entity_id')
READ = "create table orders as select * from read_csv('{}', header=true, nullstr='\\N', columns={{'event_time': 'BIGINT', 'watermark': 'BIGINT', " \
       "'category': 'VARCHAR', 'country': 'VARCHAR', 'quantity': 'BIGINT', 'amount': 'BIGINT', 'entity_id': 'VARCHAR'}})"
VIEW = """
    with placed as (
        select *, unnest(range(5)) as back from orders where quantity > 0),
    counted as (
        select *, ((event_time - ((event_time % 60000) + 60000) % 60000) - 60000 * back) as start from placed)
    select start, category, country, count(*), sum(amount), count(distinct entity_id)
    from counted where watermark is null or start + 300000 > watermark
    group by all order by all"""


def milliseconds(value):
    """Of a time as fastavro gives it."""
    if isinstance(value, datetime.datetime):
        return round((value - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) / datetime.timedelta(milliseconds=1))
    return value


def rows(path):
    with open(path, 'rb') as file:
        yield from fastavro.reader(file)


def write_csv(datasets, path):
    with open(path, 'w', newline='') as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for part in sorted((datasets / 'normalized').glob('*.order_placed/*.avro')):
            for row in rows(part):
                out = [milliseconds(row['event_time']), milliseconds(row['watermark']), row['category'], row['country'], row['quantity'],
                       row['amount_cents'], row['entity_id']]
                writer.writerow('\\N' if value is None else value for value in out)


def main():
    datasets = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory(dir=datasets.parent) as folder:
        write_csv(datasets, f'{folder}/orders.csv')
        begin = time.monotonic()
        connection = duckdb.connect()
        connection.execute('set threads = 1')
        connection.execute(READ.format(f'{folder}/orders.csv'))
        read = time.monotonic()
        found = connection.execute(VIEW).fetchall()
        end = time.monotonic()
    ours = sorted((milliseconds(row['window_start']), row['category'], row['country'], row['orders'], row['revenue_cents'], row['customers'])
                  for row in rows(datasets / 'views' / 'revenue_5m.avro'))
    same = ours == sorted(found)
    show('DuckDB, the same view', f'{read - begin:.2f} s to read the orders alone, as normalized, from CSV, {end - read:.2f} s for the view, one thread: '
         + (f'the same {len(ours):,} rows' if same else 'OTHER rows: SHORT'))
    sys.exit(0 if same else 1)


if __name__ == '__main__':
    main()
