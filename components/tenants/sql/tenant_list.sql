-- All tenants after a cursor, by id; the reader is a member of none.
-- Parameters: $1 after_id, $2 rows.
select id, name, state, state_by, state_reason, plan, region, settings, version, created_at_ms, null as role
from tenant
where id > $1
order by id
limit $2
