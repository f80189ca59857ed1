-- What came with a rejected message, so that it can be sent again as it was.
alter table rejects add column key bytea;
alter table rejects add column headers jsonb;
