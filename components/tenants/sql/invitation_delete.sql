-- Withdraws an invitation.
-- Parameters: $1 tenant_id, $2 id.
delete from invitation
where tenant_id = $1 and id = $2
returning id
