-- The tenants of one person after a cursor, by id, of a state, plan and region where these are not null, with the person's
-- role in each.
-- Parameters: $1 user_id, $2 after_id, $3 state, $4 plan, $5 region, $6 rows.
select t.id, t.name, t.state, t.state_by, t.state_reason, t.plan, t.region, t.isolation, t.settings, t.version,
  t.created_at_ms, m.role
from membership m
join tenant t on t.id = m.tenant_id
where m.user_id = $1 and m.tenant_id > $2
  and ($3 is null or t.state = $3) and ($4 is null or t.plan = $4) and ($5 is null or t.region = $5)
order by m.tenant_id
limit $6
