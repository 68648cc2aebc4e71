-- Removes the limits of operations of a plan.
-- Parameters: $1 plan.
delete from endpoint_limit
where plan = $1
returning operation
