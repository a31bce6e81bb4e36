-- Every table of the city's schema goes, also those that a newer version made and the backup does not know.
-- What an extension brought stays, and so does the schema itself, with whoever was given rights to it.
SET LOCAL lock_timeout = '60s';
SET LOCAL client_min_messages = warning;

DO $$
DECLARE
    gone record;
BEGIN
    FOR gone IN
        SELECT
            CASE c.relkind
                WHEN 'v' THEN 'VIEW'
                WHEN 'm' THEN 'MATERIALIZED VIEW'
                WHEN 'S' THEN 'SEQUENCE'
                ELSE 'TABLE'
            END AS kind,
            c.relname AS name
        FROM pg_class AS c
        WHERE
            c.relnamespace = to_regnamespace(quote_ident(current_schema()))
            AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
            AND NOT EXISTS (
                SELECT FROM pg_depend AS d
                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'i')
            )
    LOOP
        EXECUTE format('DROP %s IF EXISTS %I.%I CASCADE', gone.kind, current_schema(), gone.name);
    END LOOP;
END $$;
