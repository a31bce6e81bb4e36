SELECT -- columns --
FROM a_table
ORDER BY _row
