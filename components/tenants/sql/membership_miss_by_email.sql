-- Whether nobody with the address is a member; no row back means that somebody is.
-- Parameters: $1 tenant_id, $2 email.
select 1 as missing
where not exists (
  select 1 from membership m join user_account u on u.id = m.user_id where m.tenant_id = $1 and u.email = $2
)
