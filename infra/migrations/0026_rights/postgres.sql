-- Who serves may do with each table what a statement of a component does, and nothing else: what leads to everybody's data
-- or makes it unreadable is deleted by nobody.
revoke delete on metric, plan, platform_key, signing_key, subject_key, tenant, tenant_step, tick_cursor, user_account
  from insula_runtime;
revoke insert on metric, tenant_step from insula_runtime;
-- The function alone appends: who could write where a log ends could end it for everybody.
revoke insert on audit_entry, audit_head from insula_runtime;
revoke update on audit_head from insula_runtime;
revoke update on access_token, earlier_account_token, endpoint_limit, invitation, mailbox, metric, plan_quota, product_arrival,
  product_intent, recovery_code, report, tenant_step from insula_runtime;

-- Secrets of people are there for the person itself, and none of the platform's for anybody's scope.
perform insula_isolate(name::regclass, 'user_id = insula_scope()')
from unnest(array['account_token', 'earlier_account_token', 'recovery_code']) as name;
perform insula_isolate('refresh_token',
  'exists (select from session s where s.id = session_id and s.user_id = insula_scope())');
perform insula_isolate('signing_key', 'false');
