-- How the tables of these names, separated by single spaces, are bound to the scope where the statement is run, and about
-- how many rows they have in all (-1 if nobody has looked yet). A table that isn't there has no row.
-- Parameters: $1 names.
select c.relname as name, c.relrowsecurity::int as is_bound, c.relforcerowsecurity::int as is_forced,
  (select count(*) from pg_policy p where p.polrelid = c.oid and pg_get_expr(p.polqual, p.polrelid) ~ 'insula[._]scope')
    as policies,
  c.reltuples::bigint as estimate
from pg_class c
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and c.relname = any (string_to_array($1, ' '))
