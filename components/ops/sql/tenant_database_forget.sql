-- Forgets the database of a tenant that was left, with nothing of the tenant in it.
-- Parameters: $1 tenant_id, $2 identity.
delete from tenant_database
where tenant_id = $1 and identity = $2 and left_at_ms is not null
returning tenant_id
