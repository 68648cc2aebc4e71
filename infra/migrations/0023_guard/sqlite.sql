-- Who did what is looked through, a bounded part at a time: finding it by an index cost each entry more than it was worth.
drop index audit_entry_by_actor;

-- Until when a tenant's database is left alone that did not answer.
alter table tenant_database add column silent_until_ms bigint not null default 0;

-- What a bucket was before it was last taken from: on PostgreSQL alone, and so always empty here.
alter table bucket add column before_level bigint;

alter table bucket add column before_at_ms bigint;
