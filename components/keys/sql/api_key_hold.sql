-- Sees that the key which is calling is still what was read of it, and keeps it so until the batch has ended; no row back
-- means that it was changed or revoked meanwhile. Changes nothing.
-- Parameters: $1 tenant_id, $2 id, $3 expected_version.
update api_key
set version = version
where tenant_id = $1 and id = $2 and version = $3 and revoked_at_ms is null
returning id
