-- The tenants of one person after a cursor, by id, with the person's role in each.
-- Parameters: $1 user_id, $2 after_id, $3 rows.
select t.id, t.name, t.state, t.state_by, t.state_reason, t.plan, t.region, t.settings, t.version, t.created_at_ms,
  m.role
from membership m
join tenant t on t.id = m.tenant_id
where m.user_id = $1 and m.tenant_id > $2
order by m.tenant_id
limit $3
