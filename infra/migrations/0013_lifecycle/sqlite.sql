-- A tenant's whole life, why and by whom its state was changed last, what it is besides, and how often it was changed.
-- A check can't be changed here, so the column is made anew.
alter table tenant add column life text not null default 'active'
  check (life in ('pending', 'provisioning', 'active', 'suspended', 'deprovisioning', 'deleted'));

update tenant set life = state;

alter table tenant drop column state;

alter table tenant rename column life to state;

alter table tenant add column state_reason text;

alter table tenant add column state_by text check (state_by in ('member', 'operator'));

alter table tenant add column state_at_ms bigint;

alter table tenant add column region text;

alter table tenant add column settings text not null default '{}';

alter table tenant add column version bigint not null default 0;

create index tenant_by_end on tenant (state_at_ms) where state = 'deprovisioning';
