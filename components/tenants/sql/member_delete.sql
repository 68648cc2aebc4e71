-- Removes a member, unless it is not what is expected any more, or the tenant would be left without an owner.
-- Parameters: $1 tenant_id, $2 user_id, $3 expected_role.
delete from membership
where tenant_id = $1 and user_id = $2 and role = $3
  and (role <> 'owner' or exists (
    select 1 from membership o
    where o.tenant_id = membership.tenant_id and o.role = 'owner' and o.user_id <> membership.user_id
  ))
returning user_id
