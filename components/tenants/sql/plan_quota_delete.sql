-- Removes the quotas of a plan.
-- Parameters: $1 plan.
delete from plan_quota
where plan = $1
returning metric
