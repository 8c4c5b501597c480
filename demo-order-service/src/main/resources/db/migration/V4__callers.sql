-- Orders are their callers' own, and so are the keys. Those of before are nobody's: only an admin reads them, and their keys
-- still stand for them, whoever repeats one, so that no order is placed twice.
alter table orders add column caller text not null default '';
-- For whom the caller said it called.
alter table orders add column on_behalf_of text;
alter table orders drop constraint orders_idempotency_key_key;
alter table orders add constraint orders_key unique (idempotency_key, caller);

-- The pages of a caller's orders.
create index orders_of_caller on orders (caller, placed_at, id);
