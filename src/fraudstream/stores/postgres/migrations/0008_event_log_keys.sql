alter table event_log add primary key (batch);

-- the bytes are compressed already
alter table event_log alter column events set storage external;
