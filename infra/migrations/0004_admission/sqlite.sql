-- The token bucket of a tenant's programs (id: the tenant) or of one person (id: tenant:person, or the person).
-- The level is in 1/60,000 tokens.
create table bucket (
  id text primary key,
  level bigint not null,
  level_at_ms bigint not null
);

-- How much of a metric a tenant has used in the period that starts then.
create table usage_counter (
  tenant_id text not null references tenant (id),
  metric text not null references metric (name),
  period_start_ms bigint not null,
  used bigint not null,
  primary key (tenant_id, metric, period_start_ms)
);

