-- What docs/tables.md describes. Written for DuckDB and PostgreSQL alike: no names of types or
-- functions that only one of them knows (jsonb is an alias in DuckDB, see dialect.sql).

create table transactions (
    transaction_id text not null,
    event_time timestamptz not null,
    type text,
    account_id text,
    card_id text,
    card_bin text,
    merchant_id text,
    merchant_category text,
    terminal_id text,
    counterparty_id text,
    device_id text,
    ip text,
    country text,
    lat float8,
    lon float8,
    channel text,
    payment_method text,
    amount numeric(18, 4),
    currency text,
    amount_base numeric(18, 4),
    attributes jsonb,
    record_time timestamptz,
    source text,
    source_partition int,
    source_offset bigint,
    batch bigint not null,
    batch_row int not null,
    action text not null,
    decided_by text not null,
    score float8 not null,
    expected_cost jsonb not null,
    reasons jsonb not null,
    rules jsonb not null,
    lists jsonb not null,
    challengers jsonb not null,
    flags text[] not null,
    coverage float8 not null,
    features float8[] not null,
    features_version text not null,
    model_version text,
    versions_id int not null,
    decided_at timestamptz,
    latency_us int
);

-- A later label of the same transaction wins; none is ever changed or taken away.
create table labels (
    transaction_id text not null,
    event_time timestamptz,
    is_fraud boolean not null,
    source text,
    reason_code text,
    amount numeric(18, 4),
    known_at timestamptz not null,
    arrived_at timestamptz not null,
    batch bigint not null,
    batch_row int not null
);

create table reversals (
    transaction_id text not null,
    event_time timestamptz,
    amount numeric(18, 4),
    arrived_at timestamptz not null,
    batch bigint not null,
    batch_row int not null
);

-- One row for each profile event; the view account_details_latest has one for each account.
create table account_details (
    account_id text,
    event_time timestamptz,
    attributes jsonb not null,
    arrived_at timestamptz not null,
    batch bigint not null,
    batch_row int not null
);

create table alerts (
    transaction_id text not null,
    event_time timestamptz not null,
    account_id text,
    action text not null,
    score float8 not null,
    amount_base numeric(18, 4),
    reason text,
    status text not null,
    batch bigint not null,
    batch_row int not null
);

create table rejects (
    reason text not null,
    detail text not null,
    field text,
    raw bytea not null,
    source text not null,
    source_partition int not null,
    source_offset bigint not null,
    first_partition int,
    first_offset bigint,
    rejected_at timestamptz,
    batch bigint not null
);

-- as_of is UTC ms; ranges is {"start": {partition: offset}, "end": {partition: offset}}.
create table journal (
    batch bigint not null,
    epoch bigint not null,
    ranges jsonb not null,
    as_of bigint not null,
    versions_id int not null,
    committed_at timestamptz not null
);

create table versions (
    id int not null,
    kernel text,
    features text,
    model text,
    policy text,
    rules text,
    lists text
);

-- What the feature arrays' elements are, for each fingerprint that ever ran.
create table feature_sets (
    fingerprint text not null,
    names text[] not null,
    meanings text[] not null
);

create table model_versions (
    version text not null,
    stage text not null,
    features text not null,
    card jsonb,
    created_at timestamptz not null
);

create table audit_log (
    happened_at timestamptz not null,
    actor text not null,
    action text not null,
    subject text not null,
    detail jsonb
);

-- The fence: who wrote last, and up to which batch.
create table sink_offsets (
    sink text not null,
    epoch bigint not null,
    batch bigint not null
);
