-- Whether a tenant demands a second factor that a person doesn't have; no row back means that it lets the person in.
-- Parameters: $1 id, $2 user_id.
select t.id
from tenant t
where t.id = $1 and t.second_factor_required = 1 and not exists (
  select 1 from second_factor f where f.user_id = $2 and f.confirmed_at_ms is not null
)
