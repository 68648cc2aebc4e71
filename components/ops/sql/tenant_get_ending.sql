-- The tenant that has been on its way out for longest, and long enough for every call that was let in before to have ended. One
-- whose own database could not be reached waits until it is time to try again.
-- Parameters: $1 latest state_at_ms, $2 now.
select id, state_at_ms,
  (select h.failures from tenant_database h where h.tenant_id = tenant.id) as failures
from tenant
where state = 'deprovisioning' and state_at_ms <= $1
  and not exists (select 1 from tenant_database d where d.tenant_id = tenant.id and d.retry_at_ms > $2)
order by state_at_ms, id
limit 1
