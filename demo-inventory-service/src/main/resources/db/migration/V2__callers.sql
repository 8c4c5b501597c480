-- A key is its caller's own. Those of before are nobody's.
alter table restock add column caller text not null default '';
alter table restock drop constraint restock_pkey;
alter table restock add primary key (idempotency_key, caller);
