-- What brings product data back from a database of a tenant's own: on PostgreSQL alone, and so always empty here.
alter table tenant_database add column attempt text;

alter table tenant_database add column attempted_at_ms bigint;

alter table tenant_database add column left_at_ms bigint;

create table product_arrival (
  tenant_id text not null references tenant (id),
  place bigint not null,
  moved_table text not null,
  moved_rows text not null,
  primary key (tenant_id, place)
) without rowid;
