-- The invitations of a tenant that can be accepted, after a cursor, by id.
-- Parameters: $1 tenant_id, $2 now_ms, $3 after_id, $4 rows.
select id, email, role, invited_by, created_at_ms, expires_at_ms
from invitation
where tenant_id = $1 and expires_at_ms > $2 and id > $3
order by id
limit $4
