-- The aggregate per minute as a table, kept up by the transaction that writes each batch, so that a
-- dashboard never reads transactions. TimescaleDB's continuous aggregate takes its place.
create table transactions_minutes (
    bucket timestamptz not null,
    action text not null,
    country text,
    channel text,
    payment_method text,
    transactions bigint not null,
    flagged bigint not null,
    amount_base numeric,
    flagged_amount_base numeric not null,
    score_to_0_001 bigint not null,
    score_to_0_01 bigint not null,
    score_to_0_1 bigint not null,
    score_to_0_5 bigint not null,
    score_to_1 bigint not null
);

insert into transactions_minutes select * from transactions_per_minute;

create unique index transactions_minutes_key on transactions_minutes (
    bucket, action, coalesce(country, ''), coalesce(channel, ''), coalesce(payment_method, '')
);

create or replace view transactions_per_minute as
select
    bucket, action, country, channel, payment_method,
    transactions, flagged, amount_base, flagged_amount_base,
    score_to_0_001, score_to_0_01, score_to_0_1, score_to_0_5, score_to_1
from transactions_minutes;

-- The label that counts is looked up for the rows asked for, instead of ranking all there are.
create or replace view transactions_labelled as
select
    transactions.*,
    label.is_fraud,
    label.known_at as label_known_at,
    label.source as label_source,
    label.reason_code as label_reason
from transactions
left join lateral (
    select is_fraud, known_at, source, reason_code
    from labels
    where labels.transaction_id = transactions.transaction_id
    order by arrived_at desc, batch desc, batch_row desc
    limit 1
) as label on true;

create or replace view confirmed_fraud_per_minute as
select
    time_bucket(interval '1 minute', event_time) as bucket,
    count(*) as frauds,
    sum(amount) as amount
from labels
where is_fraud and not exists (
    select 1
    from labels as later
    where later.transaction_id = labels.transaction_id
        and (later.arrived_at, later.batch, later.batch_row)
            > (labels.arrived_at, labels.batch, labels.batch_row)
)
group by 1;
