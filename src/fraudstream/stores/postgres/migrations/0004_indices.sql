-- One for each way in which rows are looked for. What is always asked in the order of writing has a
-- BRIN, which costs nearly nothing to keep: rows lie on the disk in that order.
create index transactions_id on transactions (transaction_id);
create index transactions_account on transactions (account_id, event_time);
create index transactions_alerted on transactions (event_time) where action <> 'approve';
create index transactions_batch on transactions using brin (batch)
    with (pages_per_range = 32, autosummarize = on);
create index transactions_time on transactions using brin (event_time)
    with (pages_per_range = 32, autosummarize = on);

create index labels_transaction on labels (transaction_id);
create index labels_fraud on labels (time_bucket(interval '1 minute', event_time)) where is_fraud;
create index reversals_transaction on reversals (transaction_id);
create index profiles_account on profiles (account_id);
create index alerts_newest on alerts (batch, batch_row);
create index rejects_newest on rejects (batch, source_partition, source_offset);
create index rejects_place on rejects (source_partition, source_offset);

alter table journal add primary key (batch);
create index journal_versions on journal (versions_id, batch);
alter table versions add primary key (id);
alter table feature_sets add primary key (fingerprint);
alter table sink_offsets add primary key (sink);
alter table migrations add primary key (name);

-- Numbers that differ in every row: compressing them costs more time than it saves room.
alter table transactions alter column features set storage external;
