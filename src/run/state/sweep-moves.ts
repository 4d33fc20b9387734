/**
 * The part of the state schema by which a sweep that visits each row once finds rows again whose keys change meanwhile.
 * It stands behind that of the sweeps.
 */
export const SWEEP_MOVES = `
-- What becomes of the doneness of a row whose key changes while each row may be visited only once: it goes along. The last
-- entry of a key counts; rows without one are told by where the sweep is.
CREATE TABLE lockkeeper.sweep_moved (
  trigger oid NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text[] NOT NULL,
  done boolean NOT NULL,
  pending boolean NOT NULL DEFAULT false,
  tx xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX sweep_moved_key ON lockkeeper.sweep_moved (trigger, key, seq);
COMMENT ON TABLE lockkeeper.sweep_moved IS 'Rows that got another key while a sweep visits each row once, by their new keys, and whether it had visited them. pending: before its new partition has the row.';

CREATE FUNCTION lockkeeper.last_moves(p_trigger oid)
RETURNS TABLE (key text[], seq bigint, done boolean, tx xid8)
LANGUAGE sql STABLE AS $$
  SELECT DISTINCT ON (m.key) m.key, m.seq, m.done, m.tx FROM lockkeeper.sweep_moved AS m
  WHERE m.trigger = p_trigger AND NOT m.pending ORDER BY m.key, m.seq DESC
$$;

-- A value as text that is the same in every session.
CREATE FUNCTION lockkeeper.key_image(p_value anyelement) RETURNS text
LANGUAGE sql STABLE SET TimeZone = 'UTC' SET IntervalStyle = 'iso_8601' SET bytea_output = 'hex' SET extra_float_digits = 1 AS $$
  SELECT pg_catalog.to_jsonb(p_value) #>> '{}'
$$;

-- Arguments: the name of the trigger that fires AFTER UPDATE, by which entries are told from those of other sweeps; how many
-- tables above its own are partitioned; the columns of the key. That trigger fires for rows that stay in their partition,
-- when the unique index has let them in: so entries of one key come in the order in which rows had it. For a row that goes
-- to another partition no such trigger fires: BEFORE UPDATE keeps what is to be said of it until AFTER INSERT. Whoever
-- fires it has its old row locked. The catalog is asked by functions that see it as it is: the snapshot of the session's
-- transaction may be older than the trigger. It runs with the rights of its owner, whoever made a trigger of it: no code of
-- anybody's type is called.
CREATE FUNCTION lockkeeper.note_move() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET IntervalStyle = 'iso_8601'
SET bytea_output = 'hex' SET extra_float_digits = 1 AS $$
DECLARE
  v_origin regclass;
  v_trigger oid;
  v_columns text[];
  v_oids oid[];
  v_types text[];
  v_image text;
  v_old text[];
  v_new text[];
  v_done boolean;
BEGIN
  SELECT a.relid INTO v_origin FROM pg_partition_ancestors(TG_RELID) WITH ORDINALITY AS a(relid, n)
    ORDER BY a.n DESC OFFSET TG_ARGV[1]::integer LIMIT 1;
  SELECT a.objid INTO v_trigger FROM pg_identify_object('pg_class'::regclass, coalesce(v_origin, TG_RELID), 0) AS o,
    pg_get_object_address('trigger', parse_ident(o.identity) || TG_ARGV[0], '{}') AS a;
  SELECT array_agg(format('($1).%I', k.name) ORDER BY k.n) INTO v_columns
    FROM unnest(TG_ARGV) WITH ORDINALITY AS k(name, n) WHERE k.n > 2;
  EXECUTE (SELECT 'SELECT ARRAY[' || string_agg(format('pg_typeof(%s)::oid', c), ', ') || ']' FROM unnest(v_columns) AS u(c))
    INTO v_oids USING NEW;
  WITH RECURSIVE t AS (
    SELECT u.n, u.t FROM unnest(v_oids) WITH ORDINALITY AS u(t, n)
    UNION ALL SELECT t.n, y.typbasetype FROM t JOIN pg_type AS y ON y.oid = t.t WHERE y.typtype = 'd')
  SELECT array_agg(format_type(t.t, -1) ORDER BY t.n) INTO v_types FROM t JOIN pg_type AS y ON y.oid = t.t
    WHERE y.typtype = 'e' OR y.typtype <> 'd' AND y.oid < 16384;
  IF cardinality(v_types) IS DISTINCT FROM cardinality(v_columns) THEN
    RAISE EXCEPTION 'columns of a key must be of PostgreSQL''s own types' USING ERRCODE = 'feature_not_supported';
  END IF;
  SELECT string_agg(format('to_jsonb(%s) #>> ''{}''', c), ', ' ORDER BY n) INTO v_image
    FROM unnest(v_columns) WITH ORDINALITY AS u(c, n);
  EXECUTE 'SELECT ARRAY[' || v_image || ']' INTO v_new USING NEW;
  IF TG_OP = 'INSERT' THEN
    INSERT INTO lockkeeper.sweep_moved (trigger, key, done)
      SELECT v_trigger, m.key, m.done FROM lockkeeper.sweep_moved AS m
      WHERE m.trigger = v_trigger AND m.key = v_new AND m.pending AND m.tx = pg_current_xact_id() ORDER BY m.seq DESC LIMIT 1;
    RETURN NULL;
  END IF;
  EXECUTE 'SELECT ARRAY[' || v_image || ']' INTO v_old USING OLD;
  SELECT m.done INTO v_done FROM lockkeeper.sweep_moved AS m
    WHERE m.trigger = v_trigger AND m.key = v_old AND NOT m.pending ORDER BY m.seq DESC LIMIT 1;
  IF current_setting('lockkeeper.once', true) = v_trigger::text THEN
    -- A trigger of the user's gives another key to the row that the sweep is at.
    v_done := true;
  ELSIF v_done IS NULL THEN
    -- Done where no stretch is open that has the key. Before the sweep begins nothing is done.
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM lockkeeper.open_stretches($2, $3) AS s
        WHERE (s.low IS NULL OR ROW(%1$s) > ROW(%2$s)) AND (s.high IS NULL OR ROW(%1$s) <= ROW(%3$s)))',
        array_to_string(v_columns, ', '),
        (SELECT string_agg(format('(s.low)[%s]::%s', n, t), ', ' ORDER BY n) FROM unnest(v_types) WITH ORDINALITY AS u(t, n)),
        (SELECT string_agg(format('(s.high)[%s]::%s', n, t), ', ' ORDER BY n) FROM unnest(v_types) WITH ORDINALITY AS u(t, n)))
      INTO v_done USING OLD, v_trigger, TG_RELID;
  END IF;
  INSERT INTO lockkeeper.sweep_moved (trigger, key, done, pending) VALUES (v_trigger, v_new, v_done, TG_WHEN = 'BEFORE');
  IF TG_WHEN = 'BEFORE' THEN
    PERFORM set_config('lockkeeper.moving', 'on', true);
    RETURN NEW;
  END IF;
  RETURN NULL;
END $$;

-- Where rows of a table are still to be visited that have their keys from before the sweep. Rows that failed are.
CREATE FUNCTION lockkeeper.open_stretches(p_trigger oid, p_relation oid) RETURNS TABLE (low text[], high text[])
LANGUAGE sql STABLE AS $$
  WITH s AS (
    SELECT s.run_id, s.step, s.pass, p.n - 1 AS part FROM lockkeeper.sweep AS s
      LEFT JOIN LATERAL pg_catalog.jsonb_array_elements(s.facts -> 'parts') WITH ORDINALITY AS p(part, n)
        ON (p.part ->> 'oid')::oid = p_relation
      WHERE (s.facts ->> 'moved')::oid = p_trigger AND NOT s.done)
  SELECT coalesce(r.at, r.low), r.high FROM s JOIN lockkeeper.sweep_range AS r USING (run_id, step, part)
    WHERE s.pass = 0 AND NOT r.done
  UNION ALL SELECT f.low, f.high FROM s JOIN lockkeeper.sweep_failure AS f USING (run_id, step, part)
  UNION ALL SELECT NULL, NULL WHERE NOT EXISTS (
    SELECT FROM lockkeeper.sweep AS s WHERE (s.facts ->> 'moved')::oid = p_trigger)
$$;

-- Rows that failed are tried again in a pass that goes over rows that moved: those that failed where they have always been
-- are among them from now on.
CREATE FUNCTION lockkeeper.retry_moved(p_token bigint, p_run bigint, p_step integer, p_trigger oid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lockkeeper.assert_lease(p_token);
  INSERT INTO lockkeeper.sweep_moved (trigger, key, done)
    SELECT p_trigger, f.high, false FROM lockkeeper.sweep_failure AS f WHERE f.run_id = p_run AND f.step = p_step
      AND NOT EXISTS (SELECT FROM lockkeeper.sweep_moved AS m WHERE m.trigger = p_trigger AND m.key = f.high AND NOT m.pending);
  DELETE FROM lockkeeper.sweep_failure WHERE run_id = p_run AND step = p_step;
  UPDATE lockkeeper.sweep_range SET done = false WHERE run_id = p_run AND step = p_step;
END $$;

-- Triggers are made, and batches done, while a migration's role is in force.
GRANT EXECUTE ON FUNCTION lockkeeper.key_image, lockkeeper.note_move TO PUBLIC;
`;
