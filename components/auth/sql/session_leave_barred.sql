-- Lets the sessions of a person act in no tenant that act in one which demands a second factor.
-- Parameters: $1 user_id.
update session
set tenant_id = null
where user_id = $1 and tenant_id in (select id from tenant where second_factor_required = 1)
returning id
