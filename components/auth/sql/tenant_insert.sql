-- Creates the tenant of a person who registers.
-- Parameters: $1 id, $2 name, $3 state, $4 plan, $5 created_at_ms, $6 isolation.
insert into tenant (id, name, state, plan, created_at_ms, isolation)
values ($1, $2, $3, $4, $5, $6)
returning id
