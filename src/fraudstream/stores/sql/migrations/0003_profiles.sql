-- Profile events keep their table under another name, so that account_details can say what people
-- look for: one line for each account, with its sign-up time.
drop view account_details_latest;

alter table account_details rename to profiles;

alter table profiles add column signup_time timestamptz;

update profiles set signup_time = (attributes ->> 'signup_time')::timestamptz;

-- The latest profile that told a sign-up time, else the latest there is.
create view account_details as
select account_id, signup_time, attributes, event_time, arrived_at
from (
    select *, row_number() over (
        partition by account_id
        order by (signup_time is not null) desc, arrived_at desc, batch desc, batch_row desc
    ) as newest
    from profiles
) as ranked
where newest = 1;
