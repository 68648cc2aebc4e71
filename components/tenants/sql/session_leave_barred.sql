-- Lets the sessions act in no tenant that act in this one and are of people without a second factor.
-- Parameters: $1 tenant_id.
update session
set tenant_id = null
where tenant_id = $1 and not exists (
  select 1 from second_factor f where f.user_id = session.user_id and f.confirmed_at_ms is not null
)
returning id
