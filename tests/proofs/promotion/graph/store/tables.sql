create table orders (id bigint, placed timestamp(3));
