-- Decides about one call and counts it, in one statement; the function is made by a migration.
-- Parameters: $1 by_token, $2 key_id, $3 digest, $4 asked_tenant_id, $5 tenant_required, $6 allowed_roles,
-- $7 allowed_scopes, $8 metered, $9 at_ms, $10 day_ms, $11 endpoint, $12 client, $13 impersonator_allowed,
-- $14 client_network.
select outcome, credential_id, person_id, tenant_id, role, scopes, plan, requests_per_minute, burst, level, level_at_ms,
  calls, calls_quota, endpoint_state, key_state, impersonated, new_network
from insula_admit_4($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
