-- Removes the earlier invitation of an address.
-- Parameters: $1 tenant_id, $2 email.
delete from invitation
where tenant_id = $1 and email = $2
returning id
