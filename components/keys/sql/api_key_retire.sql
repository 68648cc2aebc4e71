-- Names a key's successor, after which the key ends: at that time if it doesn't end before, or at once. Not for a key
-- that has ended or has a successor already, or is not what is expected any more.
-- Parameters: $1 successor_id, $2 ends_at_ms, $3 revoked_at_ms, $4 revoked_because, $5 tenant_id, $6 id,
-- $7 expected_version, $8 now_ms.
update api_key
set successor_id = $1,
  expires_at_ms = case when expires_at_ms < $2 then expires_at_ms else coalesce($2, expires_at_ms) end,
  revoked_at_ms = $3, revoked_because = $4, version = version + 1
where tenant_id = $5 and id = $6 and version = $7 and successor_id is null and revoked_at_ms is null
  and (expires_at_ms is null or expires_at_ms > $8)
returning id
