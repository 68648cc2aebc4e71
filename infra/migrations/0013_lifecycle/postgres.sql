-- A tenant's whole life, why and by whom its state was changed last, what it is besides, and how often it was changed.
alter table tenant
  drop constraint tenant_state_check,
  add constraint tenant_state_check
    check (state in ('pending', 'provisioning', 'active', 'suspended', 'deprovisioning', 'deleted')),
  add column state_reason text,
  add column state_by text check (state_by in ('member', 'operator')),
  add column state_at_ms bigint,
  add column region text,
  add column settings text not null default '{}',
  add column version bigint not null default 0;

create index tenant_by_end on tenant (state_at_ms) where state = 'deprovisioning';
