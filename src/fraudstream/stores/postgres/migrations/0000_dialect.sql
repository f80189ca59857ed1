-- What the shared migrations use and plain PostgreSQL does not have. TimescaleDB brings its own
-- time_bucket; this one gives the same buckets for widths without months, from the same origin.
do $$
begin
    if to_regprocedure('time_bucket(interval, timestamptz)') is null then
        create function time_bucket(bucket_width interval, ts timestamptz) returns timestamptz
        language sql immutable strict parallel safe
        as 'select date_bin(bucket_width, ts, timestamptz ''2000-01-03 00:00:00+00'')';
    end if;
end
$$;
