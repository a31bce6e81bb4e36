-- How much of what each department delivers is filled in, valid, and, where another department supplied the
-- register's value of the same fact, of one meaning with it; in percent.
select department,
       round(100.0 * sum(filled) / nullif(sum(rows), 0), 1) as filled,
       round(100.0 * sum(valid) / nullif(sum(filled), 0), 1) as valid,
       round(100.0 * sum(consistent) / nullif(sum(compared), 0), 1) as consistent,
       max(rows) as rows
from stat.quality
group by department
order by department
