-- Changes what a key is, unless it is revoked or not what is expected any more.
-- Parameters: $1 name, $2 scopes, $3 expires_at_ms, $4 limit_calls, $5 limit_window_ms, $6 networks, $7 metadata,
-- $8 tenant_id, $9 id, $10 expected_version.
update api_key
set name = $1, scopes = $2, expires_at_ms = $3, limit_calls = $4, limit_window_ms = $5, networks = $6, metadata = $7,
  version = version + 1
where tenant_id = $8 and id = $9 and version = $10 and revoked_at_ms is null
returning id
