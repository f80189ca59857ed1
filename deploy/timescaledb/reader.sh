#!/bin/sh
# Once, when the database is made: the user that dashboards ask as. It can read and nothing else.
set -eu

psql --set ON_ERROR_STOP=1 --set password="$GRAFANA_DB_PASSWORD" \
    --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
create role grafana login password :'password' connection limit 20;
alter role grafana set statement_timeout = '30s';
alter role grafana set default_transaction_read_only = on;
grant connect on database fraud to grafana;
grant usage on schema public to grafana;
grant select on all tables in schema public to grafana;
alter default privileges in schema public grant select on tables to grafana;
SQL
