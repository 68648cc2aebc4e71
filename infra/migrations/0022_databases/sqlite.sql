-- Where the product data of a tenant is that has a database of its own: on PostgreSQL alone, and so always empty here.
create table tenant_database (
  tenant_id text primary key references tenant (id),
  sealed text not null,
  identity text not null,
  step bigint not null,
  set_at_ms bigint not null,
  failures bigint not null,
  retry_at_ms bigint not null
) without rowid;

-- What a batch has decided of such data and is yet to be done there.
create table product_intent (
  number integer primary key,
  id text not null unique,
  tenant_id text not null references tenant (id),
  sealed text not null,
  moved_table text,
  moved_rows text,
  created_at_ms bigint not null
);

create index product_intent_by_tenant on product_intent (tenant_id, number);
