-- Creates the tenant of a person who registers.
-- Parameters: $1 id, $2 name, $3 state, $4 plan, $5 created_at_ms.
insert into tenant (id, name, state, plan, created_at_ms)
values ($1, $2, $3, $4, $5)
returning id
