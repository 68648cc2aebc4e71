-- Sees that the key which is calling is still what was read of it, limited by the operator or not, and keeps it so until the
-- batch has ended; no row back means that it was changed, revoked or limited meanwhile. Exact only behind tenant_lock in
-- the same batch. Changes nothing.
-- Parameters: $1 tenant_id, $2 id, $3 expected_version, $4 expected limited.
update api_key
set version = version
where tenant_id = $1 and id = $2 and version = $3 and revoked_at_ms is null and $4 = (
  select count(*)
  from tenant_limit l
  where l.tenant_id = $1 and l.subject = coalesce(api_key.limit_root, api_key.id) and l.operator_calls is not null
)
returning id
