-- Labels can come weeks after a decision, so they are joined, never stored beside it.
create view labels_latest as
select transaction_id, event_time, is_fraud, source, reason_code, amount, known_at, arrived_at
from (
    select *, row_number() over (
        partition by transaction_id order by arrived_at desc, batch desc, batch_row desc
    ) as newest
    from labels
) as ranked
where newest = 1;

create view transactions_labelled as
select
    transactions.*,
    labels_latest.is_fraud,
    labels_latest.known_at as label_known_at,
    labels_latest.source as label_source,
    labels_latest.reason_code as label_reason
from transactions
left join labels_latest on labels_latest.transaction_id = transactions.transaction_id;

create view account_details_latest as
select account_id, event_time, attributes, arrived_at
from (
    select *, row_number() over (
        partition by account_id order by arrived_at desc, batch desc, batch_row desc
    ) as newest
    from account_details
) as ranked
where newest = 1;

create view transactions_per_minute as
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
group by 1, 2, 3, 4, 5;

create view confirmed_fraud_per_minute as
select
    time_bucket(interval '1 minute', event_time) as bucket,
    count(*) as frauds,
    sum(amount) as amount
from labels_latest
where is_fraud
group by 1;
