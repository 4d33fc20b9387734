/**
 * The first version of the state schema. Statements are idempotent towards an empty schema that an administrator made
 * beforehand, and need nothing but CREATE on the database (or ownership of that schema).
 */
export const VERSION_1 = `
CREATE TABLE lockkeeper.meta (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version integer NOT NULL,
  installed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  floor text
);
COMMENT ON TABLE lockkeeper.meta IS 'Version of this state schema; floor: oldest migration whose applications the database still serves.';
INSERT INTO lockkeeper.meta (version) VALUES (0);

CREATE TABLE lockkeeper.run (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  migration_id text NOT NULL,
  direction text NOT NULL CHECK (direction IN ('up', 'down', 'contract')),
  state text NOT NULL CHECK (state IN ('queued', 'running', 'paused', 'failed', 'aborted', 'done', 'undone', 'superseded')),
  plan jsonb NOT NULL,
  checksum text NOT NULL,
  token bigint,
  holder text,
  queued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz,
  error jsonb,
  undoes bigint REFERENCES lockkeeper.run,
  completes bigint REFERENCES lockkeeper.run,
  floor_before text,
  throttle jsonb
);
CREATE INDEX run_migration ON lockkeeper.run (migration_id, id);
CREATE INDEX run_completes ON lockkeeper.run (completes) WHERE completes IS NOT NULL;
CREATE INDEX run_unfinished ON lockkeeper.run (id) WHERE state IN ('queued', 'running', 'paused', 'failed', 'aborted');
COMMENT ON TABLE lockkeeper.run IS 'One execution of one plan; throttle: how its sweeps behave by the will of somebody who watches.';

CREATE TABLE lockkeeper.migration (
  id text PRIMARY KEY,
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  checksum text NOT NULL,
  origin text NOT NULL CHECK (origin IN ('run', 'baseline', 'adopt')),
  adopted_from text,
  run_id bigint,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  applied_by text NOT NULL DEFAULT session_user,
  duration_ms bigint,
  file_gone boolean NOT NULL DEFAULT false,
  contract text CHECK (contract IN ('waiting', 'done'))
);
COMMENT ON TABLE lockkeeper.migration IS 'The migrations that are in force, in the order in which they came; contract: whether what they left standing is still there.';

CREATE TABLE lockkeeper.step (
  run_id bigint NOT NULL,
  ordinal integer NOT NULL,
  kind text NOT NULL,
  title text NOT NULL,
  state text NOT NULL CHECK (state IN ('started', 'done')),
  token bigint NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  probe jsonb,
  facts jsonb,
  locks jsonb,
  PRIMARY KEY (run_id, ordinal)
);
COMMENT ON TABLE lockkeeper.step IS 'Steps begun and done; a transactional step and its row commit together.';

CREATE TABLE lockkeeper.undo_sql (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id bigint NOT NULL,
  step integer NOT NULL,
  statement integer NOT NULL,
  item integer NOT NULL,
  sql text NOT NULL
);
CREATE INDEX undo_sql_run ON lockkeeper.undo_sql (run_id);
COMMENT ON TABLE lockkeeper.undo_sql IS 'Undo statements computed from the catalog as it was just before the statement.';

-- What a migration runs may have put another role in force, which has no right to the journal: functions that write it
-- go back to the role the session began with. Both settings end with the transaction. The session authorization comes
-- first: changing it puts the role away.
CREATE FUNCTION lockkeeper.leave_role() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  -- Most roles in force are those that write the journal anyway, and going back takes as long as the rest together.
  IF NOT pg_catalog.has_table_privilege('lockkeeper.undo_sql', 'INSERT') THEN
    SET LOCAL SESSION AUTHORIZATION DEFAULT;
    SET LOCAL role TO DEFAULT;
  END IF;
END $$;

-- The caller computes the texts, under the role that runs the migration: what is found depends on what it may see.
CREATE FUNCTION lockkeeper.keep_captured(p_run bigint, p_step integer, p_statement integer, p_item integer, p_sql text[])
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_user text := session_user;
  v_role text := pg_catalog.current_setting('role');
BEGIN
  IF pg_catalog.cardinality(p_sql) > 0 THEN
    PERFORM lockkeeper.leave_role();
    INSERT INTO lockkeeper.undo_sql (run_id, step, statement, item, sql)
    SELECT p_run, p_step, p_statement, p_item, u.sql FROM pg_catalog.unnest(p_sql) WITH ORDINALITY AS u(sql, n) ORDER BY u.n;
    PERFORM pg_catalog.set_config('session_authorization', v_user, true), pg_catalog.set_config('role', v_role, true)
      WHERE v_user <> session_user OR v_role <> pg_catalog.current_setting('role');
  END IF;
END $$;

-- An undo that needs nothing from the catalog but a schema's name; as a function it is planned once for all steps.
CREATE FUNCTION lockkeeper.keep_undo(p_run bigint, p_step integer, p_statement integer, p_item integer,
  p_before text, p_relation text, p_behind text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_schema text := CASE WHEN p_relation IS NULL THEN current_schema() ELSE (SELECT n.nspname
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = to_regclass(p_relation)) END;
BEGIN
  IF v_schema IS NOT NULL THEN
    PERFORM lockkeeper.keep_captured(p_run, p_step, p_statement, p_item, ARRAY[
      p_before || CASE WHEN v_schema LIKE 'pg\\_temp\\_%' THEN 'pg_temp' ELSE quote_ident(v_schema) END || p_behind]);
  END IF;
END $$;

CREATE TABLE lockkeeper.lease (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  token bigint NOT NULL DEFAULT 0,
  holder text,
  details jsonb,
  acquired_at timestamptz,
  expires_at timestamptz,
  request text CHECK (request IN ('pause', 'abort')),
  requested_by text
);
INSERT INTO lockkeeper.lease DEFAULT VALUES;
COMMENT ON TABLE lockkeeper.lease IS 'One runner per database: who holds it until when, with a fencing token.';

CREATE TABLE lockkeeper.workload (
  run_id bigint NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  calls jsonb NOT NULL
);
COMMENT ON TABLE lockkeeper.workload IS 'How often statements had been called that use what waits for contract, by user and query.';

CREATE TABLE lockkeeper.audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor text NOT NULL DEFAULT session_user,
  action text NOT NULL,
  subject text,
  reason text,
  detail jsonb
);
COMMENT ON TABLE lockkeeper.audit IS 'Decisions of people: repairs, baselines, adoptions, aborts.';

-- The session is named only where the server is the one that introduced itself as p_backend: a pooler would pass the name
-- on to whoever comes next.
CREATE FUNCTION lockkeeper.acquire_lease(p_holder text, p_details jsonb, p_ttl interval, p_backend integer DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_before lockkeeper.lease;
  v_token bigint;
BEGIN
  SELECT * INTO v_before FROM lockkeeper.lease FOR UPDATE;
  IF v_before.holder IS NOT NULL AND v_before.expires_at > clock_timestamp() THEN
    RETURN jsonb_build_object('held', true, 'holder', v_before.holder, 'details', v_before.details,
      'acquiredAt', v_before.acquired_at, 'expiresAt', v_before.expires_at, 'paused', EXISTS (
        SELECT FROM lockkeeper.run AS r WHERE r.token = v_before.token AND r.state = 'paused'));
  END IF;
  UPDATE lockkeeper.lease SET token = token + 1, holder = p_holder, details = p_details, acquired_at = clock_timestamp(),
    expires_at = clock_timestamp() + p_ttl, request = NULL, requested_by = NULL
    RETURNING token INTO v_token;
  PERFORM set_config('application_name', 'lockkeeper/' || v_token, false) WHERE p_backend = pg_backend_pid();
  RETURN jsonb_build_object('held', false, 'token', v_token,
    'replaced', CASE WHEN v_before.holder IS NULL THEN NULL ELSE v_before.token END);
END $$;

-- A step must not wait for the disk behind a renewal; one that a crash of the server loses ends the lease sooner.
CREATE FUNCTION lockkeeper.renew_lease(p_token bigint, p_ttl interval) RETURNS jsonb
LANGUAGE sql AS $$
  SELECT pg_catalog.set_config('synchronous_commit', 'off', true);
  UPDATE lockkeeper.lease SET expires_at = clock_timestamp() + p_ttl
  WHERE token = p_token AND holder IS NOT NULL
  RETURNING jsonb_build_object('request', request, 'requestedBy', requested_by, 'reason',
    (SELECT a.reason FROM lockkeeper.audit AS a
     WHERE a.action = request AND (a.detail ->> 'token')::bigint = p_token ORDER BY a.id DESC LIMIT 1), 'throttle',
    (SELECT r.throttle FROM lockkeeper.run AS r
     WHERE r.token = p_token AND r.state IN ('running', 'paused') ORDER BY r.id DESC LIMIT 1))
$$;

CREATE FUNCTION lockkeeper.release_lease(p_token bigint) RETURNS void
LANGUAGE sql AS $$
  UPDATE lockkeeper.lease SET holder = NULL, details = NULL, expires_at = NULL, request = NULL, requested_by = NULL
  WHERE token = p_token
$$;

-- Holding the row in share mode until the commit keeps a successor out between this look and that commit.
CREATE FUNCTION lockkeeper.assert_lease(p_token bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lockkeeper.leave_role();
  PERFORM FROM lockkeeper.lease WHERE token = p_token AND holder IS NOT NULL FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the lease with token % is no longer held', p_token USING ERRCODE = 'LK001';
  END IF;
END $$;

-- Before the work: refuses early, without a lock on the lease, and puts the step's settings in force.
-- LK003: commits that were not flushed were lost in a crash of the server, and with them their journal rows.
CREATE FUNCTION lockkeeper.begin_step(p_token bigint, p_run bigint, p_ordinal integer, p_settings json, p_after_run bigint)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lockkeeper.leave_role();
  PERFORM set_config('lock_timeout', p_settings ->> 'lock_timeout', true);
  -- A connection that was lost may leave its transaction at work, which would commit while the step is tried again.
  PERFORM pg_advisory_xact_lock(1819239275, 1684959088);
  IF NOT EXISTS (SELECT FROM lockkeeper.lease WHERE token = p_token AND holder IS NOT NULL) THEN
    RAISE EXCEPTION 'the lease with token % is no longer held', p_token USING ERRCODE = 'LK001';
  END IF;
  IF EXISTS (SELECT FROM lockkeeper.step WHERE run_id = p_run AND ordinal = p_ordinal AND state = 'done') THEN
    RAISE EXCEPTION 'step % of run % is done already', p_ordinal, p_run USING ERRCODE = 'LK002';
  END IF;
  IF (p_ordinal > 0 AND NOT EXISTS (SELECT FROM lockkeeper.step
        WHERE run_id = p_run AND ordinal = p_ordinal - 1 AND state = 'done'))
     OR NOT EXISTS (SELECT FROM lockkeeper.run WHERE id = p_run)
     OR NOT EXISTS (SELECT FROM lockkeeper.run WHERE id = p_after_run AND state IN ('done', 'undone')
        UNION ALL SELECT WHERE p_after_run IS NULL) THEN
    RAISE EXCEPTION 'what comes before step % of run % is not in the journal', p_ordinal, p_run USING ERRCODE = 'LK003';
  END IF;
  PERFORM set_config('lockkeeper.step', p_run || '/' || p_ordinal, true);
  -- transaction_timestamp() is the same for all transactions that came in one message.
  PERFORM set_config('lockkeeper.begun', extract(epoch FROM clock_timestamp())::text, true);
  PERFORM set_config(key, value, true) FROM json_each_text(p_settings);
  -- PostgreSQL 17 and newer; a default of the role must not end a step that takes long.
  PERFORM set_config('transaction_timeout', '0', true) WHERE current_setting('transaction_timeout', true) <> '0';
END $$;

-- When the step's transaction began, by begin_step; of other transactions, when they began.
CREATE FUNCTION lockkeeper.begun_at() RETURNS timestamptz
LANGUAGE sql AS $$
  SELECT coalesce(pg_catalog.to_timestamp(nullif(pg_catalog.current_setting('lockkeeper.begun', true), '')::double precision),
    pg_catalog.transaction_timestamp())
$$;

-- Whether the transaction is still the one that begin_step began: a script's own COMMIT or ROLLBACK took the mark away.
CREATE FUNCTION lockkeeper.assert_step(p_run bigint, p_ordinal integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF pg_catalog.current_setting('lockkeeper.step', true) IS DISTINCT FROM p_run || '/' || p_ordinal THEN
    RAISE EXCEPTION 'the transaction of step % of run % has ended', p_ordinal, p_run USING ERRCODE = 'LK004';
  END IF;
END $$;

-- A step that cannot share a transaction with its journal row: announced first, with what the probe saw before. One that
-- another runner had begun was interrupted: between its beginning and its end nobody may have worked.
CREATE FUNCTION lockkeeper.start_step(p_token bigint, p_run bigint, p_ordinal integer, p_kind text, p_title text, p_probe jsonb)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lockkeeper.assert_lease(p_token);
  INSERT INTO lockkeeper.step (run_id, ordinal, kind, title, state, token, started_at, probe)
  VALUES (p_run, p_ordinal, p_kind, p_title, 'started', p_token, clock_timestamp(), p_probe)
  ON CONFLICT (run_id, ordinal) DO UPDATE SET token = p_token,
    facts = CASE WHEN step.token <> p_token THEN '{"interrupted": true}' ELSE step.facts END WHERE step.state <> 'done';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'step % of run % is done already', p_ordinal, p_run USING ERRCODE = 'LK002';
  END IF;
END $$;

-- Only for callers that have asserted the lease.
CREATE FUNCTION lockkeeper.record_run_end(p_token bigint, p_run bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_run lockkeeper.run;
  v_undone lockkeeper.run;
BEGIN
  -- A short run was never marked as running: it began with its first step.
  UPDATE lockkeeper.run SET state = 'done', finished_at = clock_timestamp(), error = NULL, token = p_token,
    started_at = coalesce(started_at, (SELECT min(s.started_at) FROM lockkeeper.step AS s WHERE s.run_id = p_run),
      lockkeeper.begun_at()),
    holder = coalesce(holder, (SELECT l.holder FROM lockkeeper.lease AS l)),
    floor_before = CASE WHEN plan ? 'raisesFloorTo' THEN (SELECT floor FROM lockkeeper.meta) END
  WHERE id = p_run AND state NOT IN ('done', 'undone') RETURNING * INTO v_run;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'run % is done already', p_run USING ERRCODE = 'LK002';
  END IF;
  IF v_run.direction = 'up' THEN
    INSERT INTO lockkeeper.migration (id, checksum, origin, run_id, duration_ms, contract)
    VALUES (v_run.migration_id, v_run.checksum, 'run', p_run,
      extract(epoch FROM clock_timestamp() - v_run.started_at) * 1000,
      CASE WHEN v_run.plan ? 'contract' THEN 'waiting' END);
  ELSIF v_run.direction = 'contract' THEN
    UPDATE lockkeeper.migration SET contract = 'done' WHERE id = v_run.migration_id;
  ELSE
    DELETE FROM lockkeeper.migration WHERE id = v_run.migration_id;
    -- The last one that raised the floor first, so that it ends where it was before all of them.
    FOR v_undone IN SELECT * FROM lockkeeper.run WHERE v_run.undoes IN (id, completes) AND state = 'done' ORDER BY id DESC LOOP
      UPDATE lockkeeper.meta SET floor = v_undone.floor_before WHERE floor = v_undone.plan ->> 'raisesFloorTo';
    END LOOP;
    UPDATE lockkeeper.run SET state = 'undone' WHERE v_run.undoes IN (id, completes) AND state <> 'superseded';
  END IF;
  IF v_run.direction <> 'down' AND v_run.plan ? 'raisesFloorTo' THEN
    UPDATE lockkeeper.meta SET floor = v_run.plan ->> 'raisesFloorTo';
  END IF;
END $$;

CREATE FUNCTION lockkeeper.finish_run(p_token bigint, p_run bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lockkeeper.assert_lease(p_token);
  PERFORM lockkeeper.record_run_end(p_token, p_run);
END $$;

-- The last statement before the commit of a step: fence, exactly-once, the locks observed, and the run's end.
-- Returns how long the step took, ms. p_observe: false where nobody else can be in the way of its locks.
CREATE FUNCTION lockkeeper.finish_step(p_token bigint, p_run bigint, p_ordinal integer, p_kind text, p_title text,
  p_facts jsonb, p_last boolean, p_observe boolean DEFAULT true) RETURNS double precision
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lockkeeper.assert_lease(p_token);
  INSERT INTO lockkeeper.step (run_id, ordinal, kind, title, state, token, started_at, finished_at, facts, locks)
  VALUES (p_run, p_ordinal, p_kind, p_title, 'done', p_token, lockkeeper.begun_at(), clock_timestamp(), p_facts,
    CASE WHEN p_observe THEN (SELECT jsonb_agg(jsonb_build_object('relation', c.oid::regclass::text, 'mode', l.mode) ORDER BY c.oid)
     FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation
     WHERE l.locktype = 'relation' AND l.pid = pg_backend_pid() AND l.granted AND c.relkind IN ('r', 'p', 'm', 'v')
       AND l.mode IN ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
       AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'lockkeeper'::regnamespace)) END)
  ON CONFLICT (run_id, ordinal) DO UPDATE SET state = 'done', token = p_token, finished_at = clock_timestamp(),
    facts = CASE WHEN step.token <> p_token OR step.facts ? 'interrupted'
      THEN coalesce(excluded.facts, '{}') || '{"interrupted": true}' ELSE excluded.facts END,
    locks = coalesce(excluded.locks, step.locks) WHERE step.state <> 'done';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'step % of run % is done already', p_ordinal, p_run USING ERRCODE = 'LK002';
  END IF;
  IF p_last THEN
    PERFORM lockkeeper.record_run_end(p_token, p_run);
  END IF;
  RETURN extract(epoch FROM clock_timestamp() - lockkeeper.begun_at()) * 1000;
END $$;

-- Between runs that share a transaction: when the one before ended.
CREATE FUNCTION lockkeeper.mark_end() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_catalog.set_config('lockkeeper.ended', pg_catalog.concat_ws(' ',
    nullif(pg_catalog.current_setting('lockkeeper.ended', true), ''), extract(epoch FROM pg_catalog.clock_timestamp())), true);
END $$;

-- Like finish_step, for runs of one step each that share this transaction, in their order. Returns how long each took, ms.
CREATE FUNCTION lockkeeper.finish_together(p_token bigint, p_runs bigint[], p_titles text[], p_facts jsonb)
RETURNS double precision[]
LANGUAGE plpgsql AS $$
DECLARE
  v_at timestamptz[] := ARRAY[lockkeeper.begun_at()] || ARRAY(SELECT pg_catalog.to_timestamp(t.epoch::double precision)
    FROM pg_catalog.string_to_table(pg_catalog.current_setting('lockkeeper.ended', true), ' ') WITH ORDINALITY AS t(epoch, n)
    ORDER BY t.n);
  v_count integer;
BEGIN
  PERFORM lockkeeper.assert_lease(p_token);
  INSERT INTO lockkeeper.step (run_id, ordinal, kind, title, state, token, started_at, finished_at, facts)
  SELECT p_runs[n], 0, 'ddl', p_titles[n], 'done', p_token, v_at[n], v_at[n + 1], p_facts
  FROM generate_subscripts(p_runs, 1) AS n ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  IF v_count < cardinality(p_runs) THEN
    RAISE EXCEPTION 'a step of the runs % is done already', p_runs USING ERRCODE = 'LK002';
  END IF;
  UPDATE lockkeeper.run SET state = 'done', finished_at = v_at[n + 1], error = NULL, token = p_token,
    started_at = coalesce(started_at, v_at[n]), holder = coalesce(holder, (SELECT l.holder FROM lockkeeper.lease AS l))
  FROM generate_subscripts(p_runs, 1) AS n WHERE id = p_runs[n] AND state NOT IN ('done', 'undone');
  GET DIAGNOSTICS v_count = ROW_COUNT;
  IF v_count < cardinality(p_runs) THEN
    RAISE EXCEPTION 'a run of % is done already, or not in the journal', p_runs USING ERRCODE = 'LK003';
  END IF;
  INSERT INTO lockkeeper.migration (id, checksum, origin, run_id, duration_ms)
  SELECT r.migration_id, r.checksum, 'run', r.id, extract(epoch FROM v_at[n + 1] - v_at[n]) * 1000
  FROM generate_subscripts(p_runs, 1) AS n JOIN lockkeeper.run AS r ON r.id = p_runs[n] ORDER BY n;
  RETURN ARRAY(SELECT extract(epoch FROM v_at[n + 1] - v_at[n]) * 1000 FROM generate_subscripts(p_runs, 1) AS n ORDER BY n);
END $$;

-- Applications ask for readiness under their own roles; plans, titles and undo texts stay private. What is granted here
-- keeps its name and meaning in later versions, because applications of older releases go on asking.
GRANT USAGE ON SCHEMA lockkeeper TO PUBLIC;
-- They run with the rights of the session, and are called while a migration's role is in force; default privileges may
-- keep new functions from everybody.
GRANT EXECUTE ON FUNCTION lockkeeper.leave_role, lockkeeper.keep_captured, lockkeeper.keep_undo, lockkeeper.assert_lease,
  lockkeeper.begin_step, lockkeeper.assert_step, lockkeeper.start_step, lockkeeper.finish_step, lockkeeper.mark_end,
  lockkeeper.finish_together TO PUBLIC;
GRANT SELECT ON lockkeeper.meta, lockkeeper.migration TO PUBLIC;
GRANT SELECT (id, migration_id, direction, state, queued_at, started_at, finished_at) ON lockkeeper.run TO PUBLIC;
GRANT SELECT (run_id, ordinal, state) ON lockkeeper.step TO PUBLIC;
`;
