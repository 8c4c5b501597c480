-- Orders are their callers' own. Those of before are nobody's: only an admin reads them.
alter table orders add column caller text not null default '';
-- For whom the caller said it called.
alter table orders add column on_behalf_of text;

-- Keys are their callers' own too. That of an order with a caller is stored as the caller, a newline, and the key; neither
-- has a newline in it. One of before stands for its order as it is, whoever repeats it, so that no order is placed twice.
-- The column stays unique by itself, because instances of the release before that still run insert "on conflict
-- (idempotency_key)".

-- The pages of a caller's orders.
create index orders_of_caller on orders (caller, placed_at, id);
