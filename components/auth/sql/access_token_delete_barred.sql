-- Removes the tokens of a person but those that act in no tenant, or in one that it is a member of and that demands no second
-- factor. What a person was removed from it doesn't see, and may come back to.
-- Parameters: $1 user_id.
delete from access_token
where session_id in (select id from session where user_id = $1)
  and tenant_id is not null
  and tenant_id not in (
    select t.id
    from membership m
    join tenant t on t.id = m.tenant_id
    where m.user_id = $1 and t.second_factor_required = 0
  )
returning digest
