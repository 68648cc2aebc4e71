-- The sessions that go on in which the operator acts as a person of a tenant, after a cursor, by id.
-- Parameters: $1 tenant_id, $2 now_ms, $3 after_id, $4 rows.
select id, user_id, created_at_ms, expires_at_ms
from session
where tenant_id = $1 and impersonated = 1 and ended_at_ms is null and expires_at_ms > $2 and id > $3
order by id
limit $4
