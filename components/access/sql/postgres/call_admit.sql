-- Decides about one call and counts it, in one statement; the function is made by a migration.
-- Parameters: $1 by_session, $2 key_id, $3 digest, $4 nonce, $5 asked_tenant_id, $6 tenant_required, $7 allowed_roles,
-- $8 allowed_scopes, $9 metered, $10 at_ms, $11 day_ms.
select outcome, credential_id, person_id, tenant_id, role, scopes, plan, requests_per_minute, burst, level,
  level_at_ms, calls, calls_quota
from insula_admit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
