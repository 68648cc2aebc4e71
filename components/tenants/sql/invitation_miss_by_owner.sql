-- Whether the address isn't invited as an owner, which only an owner may change; no row back means that it is.
-- Parameters: $1 tenant_id, $2 email.
select 1 as missing
where not exists (select 1 from invitation where tenant_id = $1 and email = $2 and role = 'owner')
