-- All tenants after a cursor, by id, of a state, plan and region where these are not null; the reader is a member of none.
-- Parameters: $1 after_id, $2 state, $3 plan, $4 region, $5 rows.
select id, name, state, state_by, state_reason, plan, region, isolation, settings, version, created_at_ms, null as role
from tenant
where id > $1 and ($2 is null or state = $2) and ($3 is null or plan = $3) and ($4 is null or region = $4)
order by id
limit $5
