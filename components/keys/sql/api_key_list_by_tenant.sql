-- The keys of a tenant after a cursor, by id; revoked ones too.
-- Parameters: $1 tenant_id, $2 after_id, $3 rows.
select id, created_by, name, scopes, live, created_at_ms, expires_at_ms, revoked_at_ms
from api_key
where tenant_id = $1 and id > $2
order by id
limit $3
