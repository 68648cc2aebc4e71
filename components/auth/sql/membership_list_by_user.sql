-- The first memberships of a person, by tenant.
-- Parameters: $1 user_id, $2 rows.
select m.tenant_id, t.name, m.role
from membership m
join tenant t on t.id = m.tenant_id
where m.user_id = $1
order by m.tenant_id
limit $2
