-- Where TimescaleDB is installed: transactions in chunks of a day, and the aggregate per minute kept
-- up by the database itself. How long chunks are kept and when they are compressed are settings,
-- applied by every fraudstream db migrate.
drop view transactions_per_minute;
drop table transactions_minutes;

-- a hypertable brings its own index over time
drop index transactions_time;

select create_hypertable(
    'transactions', 'event_time',
    chunk_time_interval => interval '1 day', migrate_data => true
);

alter table transactions set (
    timescaledb.compress,
    timescaledb.compress_orderby = 'event_time desc, batch desc, batch_row desc'
);

create materialized view transactions_per_minute
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select
    time_bucket(interval '1 minute', event_time) as bucket,
    action,
    country,
    channel,
    payment_method,
    count(*) as transactions,
    count(*) filter (where action <> 'approve') as flagged,
    sum(amount_base) as amount_base,
    coalesce(sum(amount_base) filter (where action <> 'approve'), 0) as flagged_amount_base,
    count(*) filter (where score < 0.001) as score_to_0_001,
    count(*) filter (where score >= 0.001 and score < 0.01) as score_to_0_01,
    count(*) filter (where score >= 0.01 and score < 0.1) as score_to_0_1,
    count(*) filter (where score >= 0.1 and score < 0.5) as score_to_0_5,
    count(*) filter (where score >= 0.5) as score_to_1
from transactions
group by 1, 2, 3, 4, 5
with no data;
