-- Makes a person the owner of a tenant, unless it owns as many as it may.
-- Parameters: $1 tenant_id, $2 created_at_ms, $3 user_id, $4 most.
insert into membership (tenant_id, user_id, role, created_at_ms)
select $1, u.id, 'owner', $2
from user_account u
where u.id = $3 and (select count(*) from membership m where m.user_id = u.id and m.role = 'owner') < $4
returning user_id
