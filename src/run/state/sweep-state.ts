/**
 * The part of the state schema that sweeps keep. What a sweep does in the tables and how far it has come commit
 * together: a batch is one transaction.
 */
export const SWEEP_STATE = `
CREATE TABLE lockkeeper.sweep (
  run_id bigint NOT NULL,
  step integer NOT NULL,
  pass integer NOT NULL DEFAULT 0,
  done boolean NOT NULL DEFAULT false,
  facts jsonb NOT NULL,
  rows_before bigint NOT NULL DEFAULT 0,
  held_ms bigint NOT NULL DEFAULT 0,
  holds jsonb NOT NULL DEFAULT '[]',
  began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  PRIMARY KEY (run_id, step)
);
COMMENT ON TABLE lockkeeper.sweep IS 'Passes over tables; pass 0 does the work, those after it verify and repair. facts: what was found when it began; rows_before: changed in passes before this one; holds: why it stands still at this moment.';

-- Where rows are found by place, low, at and high hold one text such as (12,0), and high is not part of the range; where
-- they are found by key, they hold a text for each column of the key, and the range is what lies behind low, up to high.
-- An absent low is the beginning of all keys.
CREATE TABLE lockkeeper.sweep_range (
  run_id bigint NOT NULL,
  step integer NOT NULL,
  part integer NOT NULL,
  ordinal integer NOT NULL,
  low text[],
  at text[],
  high text[] NOT NULL,
  strides integer NOT NULL DEFAULT 1,
  stride integer NOT NULL DEFAULT 0,
  done boolean NOT NULL DEFAULT false,
  seen bigint NOT NULL DEFAULT 0,
  rows bigint NOT NULL DEFAULT 0,
  batches bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (run_id, step, part, ordinal)
) WITH (fillfactor = 50);
COMMENT ON TABLE lockkeeper.sweep_range IS 'Stretches of the tables of a sweep and how far each is done; of this pass: rows changed, and rows seen that were to be.';

CREATE TABLE lockkeeper.sweep_failure (
  run_id bigint NOT NULL,
  step integer NOT NULL,
  relation text NOT NULL,
  key jsonb NOT NULL,
  part integer NOT NULL,
  low text[],
  high text[] NOT NULL,
  sqlstate text NOT NULL,
  message text NOT NULL,
  detail text,
  "constraint" text,
  "column" text,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run_id, step, relation, key)
);
COMMENT ON TABLE lockkeeper.sweep_failure IS 'Rows that a sweep could not do, by their key.';

-- The place that is p_size lines behind another, but not behind p_high. A block has room for 2048 lines.
CREATE FUNCTION lockkeeper.place_behind(p_at text[], p_high text[], p_size bigint) RETURNS text[]
LANGUAGE sql STABLE AS $$
  SELECT ARRAY['(' || (n.at >> 11) || ',' || (n.at & 2047) || ')']
  FROM (SELECT least((a.p)[0]::bigint * 2048 + (a.p)[1]::bigint + p_size, (h.p)[0]::bigint * 2048 + (h.p)[1]::bigint)
    FROM (SELECT p_at[1]::point) AS a(p), (SELECT p_high[1]::point) AS h(p)) AS n(at)
$$;

CREATE FUNCTION lockkeeper.begin_sweep(p_token bigint, p_run bigint, p_step integer, p_facts jsonb, p_ranges jsonb)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lockkeeper.assert_lease(p_token);
  INSERT INTO lockkeeper.sweep (run_id, step, facts) VALUES (p_run, p_step, p_facts) ON CONFLICT DO NOTHING;
  IF FOUND THEN
    -- Of sweeps that never came to their end.
    DELETE FROM lockkeeper.sweep_moved AS m WHERE NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.oid = m.trigger);
    PERFORM lockkeeper.add_ranges(p_run, p_step, p_ranges);
  END IF;
END $$;

-- Only for callers that have asserted the lease.
CREATE FUNCTION lockkeeper.add_ranges(p_run bigint, p_step integer, p_ranges jsonb) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO lockkeeper.sweep_range (run_id, step, part, ordinal, low, at, high)
  SELECT p_run, p_step, r.part, r.ordinal, r.low, r.low, r.high
  FROM pg_catalog.jsonb_to_recordset(p_ranges) AS r(part integer, ordinal integer, low text[], high text[])
$$;

-- p_part: null for all tables.
CREATE FUNCTION lockkeeper.drop_ranges(p_run bigint, p_step integer, p_part integer) RETURNS void
LANGUAGE sql AS $$
  WITH gone AS (
    DELETE FROM lockkeeper.sweep_range WHERE run_id = p_run AND step = p_step AND part = coalesce(p_part, part) RETURNING rows)
  UPDATE lockkeeper.sweep SET rows_before = rows_before + (SELECT coalesce(sum(rows), 0) FROM gone)
    WHERE run_id = p_run AND step = p_step
$$;

-- The ranges of a table whose storage is another than the one they were made for. Another worker may have done it already.
CREATE FUNCTION lockkeeper.replace_ranges(p_token bigint, p_run bigint, p_step integer, p_part integer,
  p_storage bigint, p_new_storage bigint, p_ranges jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lockkeeper.assert_lease(p_token);
  UPDATE lockkeeper.sweep SET facts = jsonb_set(facts, ARRAY['parts', p_part::text, 'storage'], to_jsonb(p_new_storage))
    WHERE run_id = p_run AND step = p_step AND (facts -> 'parts' -> p_part ->> 'storage')::bigint = p_storage;
  IF FOUND THEN
    PERFORM lockkeeper.drop_ranges(p_run, p_step, p_part);
    PERFORM lockkeeper.add_ranges(p_run, p_step, p_ranges);
  END IF;
END $$;

-- Over everything once more.
CREATE FUNCTION lockkeeper.begin_pass(p_token bigint, p_run bigint, p_step integer, p_pass integer, p_ranges jsonb)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lockkeeper.assert_lease(p_token);
  UPDATE lockkeeper.sweep SET pass = p_pass WHERE run_id = p_run AND step = p_step AND pass = p_pass - 1;
  IF FOUND THEN
    PERFORM lockkeeper.drop_ranges(p_run, p_step, NULL);
    PERFORM lockkeeper.add_ranges(p_run, p_step, p_ranges);
  END IF;
END $$;

-- Rows that failed are tried again: by their keys in ranges of their own. By place, where a row that was mended may be
-- anywhere by now, by the verification that follows; without one (p_ranges is not null) by going over all ranges anew.
CREATE FUNCTION lockkeeper.retry_failures(p_token bigint, p_run bigint, p_step integer, p_keyed integer[], p_ranges jsonb)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lockkeeper.assert_lease(p_token);
  INSERT INTO lockkeeper.sweep_range (run_id, step, part, ordinal, low, at, high)
  SELECT p_run, p_step, f.part, f.n + (SELECT max(r.ordinal) FROM lockkeeper.sweep_range AS r
      WHERE r.run_id = p_run AND r.step = p_step AND r.part = f.part), f.low, f.low, f.high
    FROM (SELECT *, row_number() OVER (PARTITION BY part ORDER BY at) AS n FROM lockkeeper.sweep_failure
      WHERE run_id = p_run AND step = p_step AND part = ANY (p_keyed)) AS f;
  IF p_ranges IS NOT NULL THEN
    PERFORM lockkeeper.drop_ranges(p_run, p_step, r.part) FROM (SELECT DISTINCT part FROM lockkeeper.sweep_failure
      WHERE run_id = p_run AND step = p_step AND part <> ALL (p_keyed)) AS r;
    PERFORM lockkeeper.add_ranges(p_run, p_step, (SELECT coalesce(jsonb_agg(r.range), '[]')
      FROM jsonb_array_elements(p_ranges) AS r(range)
      WHERE (r.range ->> 'part')::integer IN (SELECT part FROM lockkeeper.sweep_failure
        WHERE run_id = p_run AND step = p_step AND part <> ALL (p_keyed))));
  END IF;
  DELETE FROM lockkeeper.sweep_failure WHERE run_id = p_run AND step = p_step;
END $$;

CREATE FUNCTION lockkeeper.hold_sweep(p_token bigint, p_run bigint, p_step integer, p_holds jsonb, p_ms bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lockkeeper.assert_lease(p_token);
  UPDATE lockkeeper.sweep SET holds = p_holds, held_ms = p_ms WHERE run_id = p_run AND step = p_step;
END $$;

CREATE FUNCTION lockkeeper.end_sweep(p_token bigint, p_run bigint, p_step integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lockkeeper.assert_lease(p_token);
  UPDATE lockkeeper.sweep SET done = true, finished_at = clock_timestamp(), holds = '[]'
    WHERE run_id = p_run AND step = p_step AND NOT done;
  DELETE FROM lockkeeper.sweep_moved AS m USING lockkeeper.sweep AS s
    WHERE s.run_id = p_run AND s.step = p_step AND m.trigger = (s.facts ->> 'moved')::oid;
END $$;

-- Before the work of a batch: refuses early, without a lock on the lease, and puts settings in force.
CREATE FUNCTION lockkeeper.begin_batch(p_token bigint, p_settings json) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lockkeeper.leave_role();
  IF NOT EXISTS (SELECT FROM lockkeeper.lease WHERE token = p_token AND holder IS NOT NULL) THEN
    RAISE EXCEPTION 'the lease with token % is no longer held', p_token USING ERRCODE = 'LK001';
  END IF;
  PERFORM set_config(key, value, true) FROM json_each_text(p_settings);
  -- PostgreSQL 17 and newer; a batch has a limit of its own.
  PERFORM set_config('transaction_timeout', '0', true) WHERE current_setting('transaction_timeout', true) <> '0';
END $$;

-- Goes on in one range, which no other transaction works on until this one has ended: that also keeps a batch out whose
-- connection was lost and which is still at work. Nothing free: the answer has no range.
-- p_job:
--   relation  the table as it is called; oid, and its storage where rows are found by place
--   size      of the batch, in lines or keys; bound: SQL of its end ($1 its beginning, $2 the range's end, $3 size)
--   work      SQL ($1 beginning, $2 end, $3 stride); strides: how many passes are made over a range
--   count     SQL of the number of rows to be done, where that is asked first
--   one       SQL of the end of every row in the batch, where each is done by itself; key: SQL of a row's key
--   prefer    the range to go on with; avoid: ranges that others are at
--   silent    users' triggers do not fire
--   moved     the trigger that notes rows whose keys change; moved_work: work that leaves out those of $4, a list of keys,
--             and says how many rows it did and by which keys
--   read      a function works in between: the first call locks the rows of the batch and answers them; the second one has
--             what it gave back, in given: range, to, ended, values, keys of the rows, entries that were looked at, failed
--   chase     rows that moved are gone over: $4 has those that are to be done
-- LK005: the table is not the one, or has not the storage, that the ranges were made for.
-- LK006: a row that was done got another key while the batch was at work; again, and the batch leaves it out.
CREATE FUNCTION lockkeeper.sweep_batch(p_token bigint, p_run bigint, p_step integer, p_part integer, p_job jsonb)
RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_user text := session_user;
  v_role text := pg_catalog.current_setting('role');
  v_begun timestamptz := clock_timestamp();
  v_oid oid := (p_job ->> 'oid')::oid;
  v_hot bigint := pg_stat_get_xact_tuples_hot_updated(v_oid);
  v_strides integer := (p_job ->> 'strides')::integer;
  v_range lockkeeper.sweep_range;
  v_end text[];
  v_ended boolean;
  v_seen bigint;
  v_rows bigint := 0;
  v_more bigint;
  v_from text[];
  v_to text[];
  v_failed jsonb := '[]';
  v_failure jsonb;
  v_state text;
  v_message text;
  v_detail text;
  v_constraint text;
  v_column text;
  v_moved oid := (p_job ->> 'moved')::oid;
  v_chase boolean := p_job ? 'chase';
  v_any boolean := false;
  v_keys jsonb := '[]';
  v_entries bigint[];
  v_did jsonb := '[]';
  v_more_did jsonb;
BEGIN
  PERFORM lockkeeper.leave_role();
  SELECT * INTO v_range FROM lockkeeper.sweep_range AS r
    WHERE r.run_id = p_run AND r.step = p_step AND r.part = p_part AND NOT r.done
      AND r.ordinal = coalesce((p_job #>> '{given,range}')::integer, r.ordinal)
    ORDER BY r.ordinal IS DISTINCT FROM (p_job ->> 'prefer')::integer, p_job -> 'avoid' @> to_jsonb(r.ordinal), r.ordinal
    LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN jsonb_build_object('open', (SELECT count(*) FROM lockkeeper.sweep_range AS r
      WHERE r.run_id = p_run AND r.step = p_step AND r.part = p_part AND NOT r.done));
  END IF;
  -- Rows that are done are told by the condition, so another number of strides begins the range anew.
  IF v_range.strides <> v_strides THEN
    v_range.at := v_range.low;
    v_range.stride := 0;
  END IF;
  IF p_job ? 'given' THEN
    v_any := v_moved IS NOT NULL;
    v_keys := p_job #> '{given,values}';
    v_entries := ARRAY(SELECT e::bigint FROM jsonb_array_elements_text(p_job #> '{given,entries}') AS e);
    v_failed := p_job #> '{given,failed}';
  ELSIF v_chase THEN
    WITH l AS (SELECT l.key FROM lockkeeper.last_moves(v_moved) AS l WHERE NOT l.done AND NOT EXISTS (
        SELECT FROM lockkeeper.sweep_failure AS f WHERE f.run_id = p_run AND f.step = p_step AND f.high = l.key)
      ORDER BY l.seq LIMIT (p_job ->> 'size')::bigint)
    SELECT coalesce((SELECT jsonb_agg(l.key) FROM l), '[]'), (SELECT array_agg(m.seq) FROM lockkeeper.sweep_moved AS m
        WHERE m.trigger = v_moved AND m.key IN (SELECT l.key FROM l)) INTO v_keys, v_entries;
    v_any := true;
  ELSIF v_moved IS NOT NULL THEN
    SELECT coalesce(jsonb_agg(l.key) FILTER (WHERE l.done), '[]'), count(*) > 0 INTO v_keys, v_any
      FROM lockkeeper.last_moves(v_moved) AS l;
  END IF;
  IF (p_job ->> 'silent')::boolean THEN
    PERFORM set_config('session_replication_role', 'replica', true);
  END IF;
  PERFORM set_config('session_authorization', v_user, true), set_config('role', v_role, true)
    WHERE v_user <> session_user OR v_role <> current_setting('role');

  IF p_job ? 'given' THEN
    v_ended := (p_job #>> '{given,ended}')::boolean;
    v_end := ARRAY(SELECT jsonb_array_elements_text(p_job #> '{given,to}'));
  ELSIF v_chase THEN
    v_ended := jsonb_array_length(v_keys) < (p_job ->> 'size')::bigint;
    v_end := v_range.high;
  ELSE
    EXECUTE p_job ->> 'bound' INTO v_end USING v_range.at, v_range.high, (p_job ->> 'size')::bigint;
    v_end := coalesce(v_end, v_range.high);
    v_ended := v_end = v_range.high;
  END IF;
  IF p_job ? 'read' AND NOT p_job ? 'given' THEN
    EXECUTE p_job ->> 'read' INTO v_did, v_keys USING v_range.at, v_end, v_range.stride, v_keys;
    RETURN jsonb_build_object('range', v_range.ordinal, 'from', v_range.at, 'to', v_end, 'ended', v_ended, 'values', v_did,
      'keys', v_keys, 'entries', to_jsonb(coalesce(v_entries, '{}')));
  END IF;
  IF p_job ? 'count' THEN
    EXECUTE p_job ->> 'count' INTO v_seen USING v_range.at, v_end, v_range.stride;
  END IF;
  IF v_seen IS DISTINCT FROM 0 AND p_job ? 'work' THEN
    IF p_job ? 'given' THEN
      EXECUTE p_job ->> 'work' USING v_range.at, v_end, v_range.stride, v_keys;
      GET DIAGNOSTICS v_rows = ROW_COUNT;
      SET CONSTRAINTS ALL IMMEDIATE;
      -- What the function left as it is was visited too.
      v_did := (SELECT coalesce(jsonb_agg(k), '[]') FROM jsonb_array_elements(p_job #> '{given,keys}') AS k
        WHERE k NOT IN (SELECT f -> 'high' FROM jsonb_array_elements(v_failed) AS f));
    ELSIF NOT p_job ? 'one' AND v_any THEN
      EXECUTE p_job ->> 'moved_work' INTO v_rows, v_did USING v_range.at, v_end, v_range.stride, v_keys;
    ELSIF NOT p_job ? 'one' THEN
      EXECUTE p_job ->> 'work' USING v_range.at, v_end, v_range.stride;
      GET DIAGNOSTICS v_rows = ROW_COUNT;
    ELSE
      v_from := v_range.at;
      FOR v_to IN EXECUTE p_job ->> 'one' USING v_range.at, v_end, v_range.stride, v_keys LOOP
        BEGIN
          IF v_any THEN
            EXECUTE p_job ->> 'moved_work' INTO v_more, v_more_did USING v_from, v_to, v_range.stride,
              CASE WHEN v_chase THEN jsonb_build_array(v_to) ELSE v_keys END;
          ELSE
            EXECUTE p_job ->> 'work' USING v_from, v_to, v_range.stride;
            GET DIAGNOSTICS v_more = ROW_COUNT;
          END IF;
          SET CONSTRAINTS ALL IMMEDIATE;
          v_rows := v_rows + v_more;
          v_did := v_did || coalesce(v_more_did, '[]');
        EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
          GET STACKED DIAGNOSTICS v_state = RETURNED_SQLSTATE, v_message = MESSAGE_TEXT, v_detail = PG_EXCEPTION_DETAIL,
            v_constraint = CONSTRAINT_NAME, v_column = COLUMN_NAME;
          EXECUTE p_job ->> 'key' INTO v_failure USING v_from, v_to, v_range.stride;
          v_failed := v_failed || jsonb_build_object('key', v_failure, 'low', v_from, 'high', v_to, 'sqlstate', v_state,
            'message', v_message, 'detail', nullif(v_detail, ''), 'constraint', nullif(v_constraint, ''),
            'column', nullif(v_column, ''));
        END;
        v_from := v_to;
      END LOOP;
    END IF;
  END IF;

  PERFORM lockkeeper.leave_role();
  -- The work has a lock on the table by now, which keeps it as it is until the commit.
  IF to_regclass(p_job ->> 'relation') IS DISTINCT FROM v_oid
     OR p_job ? 'storage' AND pg_relation_filenode(v_oid) IS DISTINCT FROM (p_job ->> 'storage')::oid THEN
    RAISE EXCEPTION 'the table % is not as it was', p_job ->> 'relation' USING ERRCODE = 'LK005';
  END IF;
  -- What the batch did is locked until its commit, so no row of it gets another key from here on.
  IF v_moved IS NOT NULL AND EXISTS (SELECT FROM lockkeeper.last_moves(v_moved) AS l WHERE l.tx <> pg_current_xact_id()
      AND (NOT v_any OR l.done AND to_jsonb(l.key) IN (SELECT e FROM jsonb_array_elements(v_did) AS e))) THEN
    RAISE EXCEPTION 'a row of % got another key', p_job ->> 'relation' USING ERRCODE = 'LK006';
  END IF;
  IF v_chase THEN
    DELETE FROM lockkeeper.sweep_moved AS m WHERE m.seq = ANY (v_entries)
      AND to_jsonb(m.key) NOT IN (SELECT f -> 'high' FROM jsonb_array_elements(v_failed) AS f);
  ELSIF v_moved IS NOT NULL AND v_did <> '[]' THEN
    INSERT INTO lockkeeper.sweep_moved (trigger, key, done)
      SELECT v_moved, l.key, true FROM lockkeeper.last_moves(v_moved) AS l
      WHERE NOT l.done AND to_jsonb(l.key) IN (SELECT e FROM jsonb_array_elements(v_did) AS e);
  END IF;
  UPDATE lockkeeper.sweep_range AS r SET
    at = CASE WHEN v_ended OR v_chase THEN r.low ELSE v_end END,
    strides = v_strides,
    stride = v_range.stride + v_ended::integer,
    done = v_ended AND v_range.stride + 1 >= v_strides,
    seen = r.seen + coalesce(v_seen, v_rows),
    rows = r.rows + v_rows,
    batches = r.batches + 1
    WHERE r.run_id = p_run AND r.step = p_step AND r.part = p_part AND r.ordinal = v_range.ordinal;
  INSERT INTO lockkeeper.sweep_failure
    (run_id, step, relation, part, key, low, high, sqlstate, message, detail, "constraint", "column")
  SELECT p_run, p_step, p_job ->> 'relation', p_part, f.key, f.low, f.high, f.sqlstate, f.message, f.detail,
      f."constraint", f."column"
    FROM jsonb_to_recordset(v_failed) AS f(key jsonb, low text[], high text[], sqlstate text, message text, detail text,
      "constraint" text, "column" text)
  ON CONFLICT (run_id, step, relation, key) DO UPDATE SET low = excluded.low, high = excluded.high,
    sqlstate = excluded.sqlstate, message = excluded.message, detail = excluded.detail,
    "constraint" = excluded."constraint", "column" = excluded."column", at = excluded.at;
  PERFORM lockkeeper.assert_lease(p_token);
  RETURN jsonb_build_object('range', v_range.ordinal, 'stride', v_range.stride, 'strides', v_strides, 'ended', v_ended,
    'done', v_ended AND v_range.stride + 1 >= v_strides, 'from', v_range.at, 'to', v_end, 'seen', v_seen,
    'rows', v_rows, 'failed', jsonb_array_length(v_failed),
    'setAside', CASE WHEN v_failed <> '[]' THEN (SELECT count(*) FROM lockkeeper.sweep_failure AS f
      WHERE f.run_id = p_run AND f.step = p_step) END,
    'hot', pg_stat_get_xact_tuples_hot_updated(v_oid) - v_hot, 'wal', pg_current_wal_insert_lsn() - '0/0'::pg_lsn,
    'ms', extract(epoch FROM clock_timestamp() - v_begun) * 1000);
END $$;

-- Called while a migration's role is in force.
GRANT EXECUTE ON FUNCTION lockkeeper.place_behind, lockkeeper.begin_batch, lockkeeper.sweep_batch TO PUBLIC;
`;
