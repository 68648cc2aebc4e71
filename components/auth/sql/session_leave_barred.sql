-- Lets the sessions of a person act in no tenant that act in one which demands a second factor, or which it is no member of.
-- Parameters: $1 user_id.
update session
set tenant_id = null
where user_id = $1
  and tenant_id is not null
  and tenant_id not in (
    select t.id
    from membership m
    join tenant t on t.id = m.tenant_id
    where m.user_id = $1 and t.second_factor_required = 0
  )
returning id
