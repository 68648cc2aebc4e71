-- How a tenant's product data is kept apart from the others'. Here it is in shared tables, each row with its tenant.
alter table tenant add column isolation text not null default 'shared' check (isolation = 'shared');

-- The newest step of the tenant's own schema, where it has one.
alter table tenant add column schema_step bigint not null default 0;

-- The steps of tenants' own schemas: none here.
create table tenant_step (
  number bigint primary key,
  name text not null,
  statements text not null
);
