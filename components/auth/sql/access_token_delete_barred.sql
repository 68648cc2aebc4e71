-- Removes the tokens of a person that act in tenants which demand a second factor.
-- Parameters: $1 user_id.
delete from access_token
where session_id in (select id from session where user_id = $1)
  and tenant_id in (select id from tenant where second_factor_required = 1)
returning digest
