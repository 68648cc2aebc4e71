-- Decides about one call and counts it, in one statement; the procedure is made by a migration.
-- Parameters: $1 by_session, $2 key_id, $3 digest, $4 nonce, $5 asked_tenant_id, $6 tenant_required, $7 allowed_roles,
-- $8 allowed_scopes, $9 metered, $10 at_ms, $11 day_ms. Then what it answers.
call insula_admit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
  null, null, null, null, null, null, null, null, null, null, null, null, null)
