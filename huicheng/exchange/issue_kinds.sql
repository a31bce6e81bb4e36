-- Each kind of problem with its exact count and its first rows, the commonest first.
SELECT
    field, code, outcome, count(*) AS count,
    arg_min({'row': "row", 'value': value, 'detail': detail}, "row", $examples) AS examples
FROM read_parquet($path)
GROUP BY field, code, outcome
ORDER BY count DESC, field, code, outcome
LIMIT $kinds
