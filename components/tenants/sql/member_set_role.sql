-- Changes what a member is, unless it is not what is expected any more, or the tenant would be left without an owner.
-- Parameters: $1 role, $2 tenant_id, $3 user_id, $4 expected_role.
update membership
set role = $1
where tenant_id = $2 and user_id = $3 and role = $4
  and (role <> 'owner' or $1 = 'owner' or exists (
    select 1 from membership o
    where o.tenant_id = membership.tenant_id and o.role = 'owner' and o.user_id <> membership.user_id
  ))
returning user_id
