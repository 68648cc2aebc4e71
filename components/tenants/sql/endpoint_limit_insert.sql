-- Limits an operation in a plan.
-- Parameters: $1 plan, $2 operation, $3 calls, $4 window_ms.
insert into endpoint_limit (plan, operation, calls, window_ms)
values ($1, $2, $3, $4)
returning operation
