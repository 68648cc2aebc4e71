-- Removes the tokens that act in a tenant and are of people without a second factor.
-- Parameters: $1 tenant_id.
delete from access_token
where tenant_id = $1 and not exists (
  select 1
  from session s
  join second_factor f on f.user_id = s.user_id and f.confirmed_at_ms is not null
  where s.id = access_token.session_id
)
returning digest
