-- The limits of operations of every plan, or of one.
-- Parameters: $1 plan or empty.
select plan, operation, calls, window_ms
from endpoint_limit
where $1 = '' or plan = $1
order by plan, operation
