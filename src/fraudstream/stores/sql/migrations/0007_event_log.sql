-- Each batch's decoded events, from which the engine's state can be made anew when their log has
-- forgotten them (docs/tables.md). The bytes are read by the program alone; pruning leaves null.
create table event_log (
    batch bigint not null,
    source text not null,
    newest timestamptz,
    count int not null,
    profiles int not null,
    events bytea
);
