-- Who may see what. The owner of the tables is whoever migrates; the application works as agente_app, which is neither owner nor
-- superuser; agente_readonly is for BI tools. Where the migrating user may not create roles, a warning is raised and the
-- application works as the connecting user: create both roles, grant agente_app to that user, and migrate again.

-- +goose Up
-- +goose StatementBegin
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['agente_app', 'agente_readonly'] LOOP
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', wanted);
      END IF;
      EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
    EXCEPTION
      WHEN insufficient_privilege THEN
        RAISE WARNING 'role % could not be created or granted to %: ask an administrator of this database', wanted, current_user;
      WHEN duplicate_object OR unique_violation THEN
        NULL; -- another database of the same server was migrated at the same moment
    END;
  END LOOP;
END
$$;
-- +goose StatementEnd

CREATE TABLE table_rights (
  table_name text PRIMARY KEY,
  app        text NOT NULL, -- 'SELECT, INSERT, …'; '' for nothing
  readonly   text NOT NULL  -- '*' for every column, a list of columns, or '' for nothing
);
COMMENT ON TABLE table_rights IS 'What agente_app and agente_readonly may do with each table; applied after every migration.';

-- +goose StatementBegin
CREATE FUNCTION grant_rights() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  r table_rights;
  other text;
  has_app boolean := EXISTS (SELECT FROM pg_roles WHERE rolname = 'agente_app');
  has_readonly boolean := EXISTS (SELECT FROM pg_roles WHERE rolname = 'agente_readonly');
BEGIN
  FOREACH r IN ARRAY ARRAY(SELECT t FROM table_rights t ORDER BY t.table_name) LOOP
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', r.table_name);
    EXECUTE format('REVOKE ALL ON public.%I FROM PUBLIC', r.table_name);
    FOR other IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
      EXECUTE format('REVOKE ALL ON public.%I FROM %I', r.table_name, other);
    END LOOP;
    EXECUTE format('DROP POLICY IF EXISTS agente_app ON public.%I', r.table_name);
    EXECUTE format('DROP POLICY IF EXISTS agente_readonly ON public.%I', r.table_name);
    IF has_app THEN
      EXECUTE format('REVOKE ALL ON public.%I FROM agente_app', r.table_name);
      IF r.app <> '' THEN
        EXECUTE format('GRANT %s ON public.%I TO agente_app', r.app, r.table_name);
        EXECUTE format('CREATE POLICY agente_app ON public.%I TO agente_app USING (true) WITH CHECK (true)', r.table_name);
      END IF;
    END IF;
    IF has_readonly THEN
      EXECUTE format('REVOKE ALL ON public.%I FROM agente_readonly', r.table_name);
      IF r.readonly <> '' THEN
        EXECUTE format('GRANT SELECT %s ON public.%I TO agente_readonly',
          CASE r.readonly WHEN '*' THEN '' ELSE '(' || r.readonly || ')' END, r.table_name);
        EXECUTE format('CREATE POLICY agente_readonly ON public.%I FOR SELECT TO agente_readonly USING (true)', r.table_name);
      END IF;
    END IF;
  END LOOP;
  FOR other IN SELECT rolname FROM pg_roles WHERE rolname IN ('agente_app', 'agente_readonly') LOOP
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', other);
  END LOOP;
END
$$;
-- +goose StatementEnd

REVOKE ALL ON FUNCTION grant_rights() FROM PUBLIC;

INSERT INTO table_rights VALUES
  ('table_rights', 'SELECT', ''),
  ('goose_db_version', 'SELECT', '');

-- +goose Down
-- +goose StatementBegin
DO $$
DECLARE
  other text;
BEGIN
  FOR other IN SELECT rolname FROM pg_roles WHERE rolname IN ('agente_app', 'agente_readonly') LOOP
    EXECUTE format('REVOKE USAGE ON SCHEMA public FROM %I', other);
    EXECUTE format('REVOKE ALL ON goose_db_version FROM %I', other);
    EXECUTE format('DROP POLICY IF EXISTS %I ON goose_db_version', other);
  END LOOP;
END
$$;
-- +goose StatementEnd
DROP FUNCTION grant_rights();
DROP TABLE table_rights;
