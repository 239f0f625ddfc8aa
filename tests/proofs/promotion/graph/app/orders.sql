insert into daily select cast(placed as date), count(*) from orders group by cast(placed as date);
