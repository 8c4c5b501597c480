-- How often recovery took an order up since its last step: what can never finish is tried ever more seldom, and counted.
alter table orders add column taken_up int not null default 0;
