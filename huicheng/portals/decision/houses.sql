-- Dwellings and other units in the register.
select count(*) as value
from base.houses
