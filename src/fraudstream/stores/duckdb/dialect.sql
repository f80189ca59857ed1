-- Names that the shared migrations use and DuckDB does not have. Plain text as jsonb is written
-- twice as fast as DuckDB's own json, which parses every value, and the json functions take it too.
create type jsonb as text;
