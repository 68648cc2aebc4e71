-- Whether a member may act in its tenant: the tenant is active, and the member has the second factor, if the tenant demands
-- one; no row back means that it may not.
-- Parameters: $1 tenant_id, $2 user_id.
select m.tenant_id
from membership m
join tenant t on t.id = m.tenant_id
where m.tenant_id = $1 and m.user_id = $2 and t.state = 'active' and (t.second_factor_required = 0 or exists (
  select 1 from second_factor f where f.user_id = m.user_id and f.confirmed_at_ms is not null
))
