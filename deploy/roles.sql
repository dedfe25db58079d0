-- The owner of all schemas and the logins of the three services. Idempotent; run by an administrator in the database
-- itself, before `python -m indexer migrate`, `relayer migrate` and `api migrate`, which make and grant the rest.
DO $$
DECLARE
    login text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sealbook') THEN
        CREATE ROLE sealbook NOLOGIN;
    END IF;
    -- An administrator who is no superuser needs membership to act as the owner.
    IF NOT pg_has_role(current_user, 'sealbook', 'SET') THEN
        EXECUTE format('GRANT sealbook TO %I WITH SET TRUE', current_user);
    END IF;
    FOREACH login IN ARRAY ARRAY['indexer', 'relayer', 'api'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', login);
        END IF;
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), login);
    END LOOP;
    EXECUTE format('GRANT CREATE, CONNECT ON DATABASE %I TO sealbook', current_database());
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END
$$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
