import { family, type Pair } from "../pair.ts";

const F =
  "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE FUNCTION f2() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'";
const T = { given: `CREATE TABLE t (a int PRIMARY KEY, b text); ${F}`, rows: "INSERT INTO t VALUES (1, 'x')" };
const g = (...ways: readonly string[]) => ways.map((way) => `CREATE TRIGGER g ${way}`);
const ROW = "FOR EACH ROW EXECUTE FUNCTION f()";
const state = (...states: readonly string[]) =>
  states.map(
    (one) => `CREATE TRIGGER g AFTER INSERT ON t ${ROW}${one === "" ? "" : `; ALTER TABLE t ${one} TRIGGER g`}`,
  );
const p = (...ways: readonly string[]) => ways.map((way) => `CREATE POLICY p ON t ${way}`);

export const TRIGGER_PAIRS: readonly Pair[] = [
  ...family(
    "trigger",
    T,
    "SELECT",
    ...g(
      `AFTER INSERT ON t ${ROW}`,
      `BEFORE INSERT ON t ${ROW}`,
      `BEFORE INSERT OR UPDATE OR DELETE ON t ${ROW}`,
      `BEFORE UPDATE OF b ON t ${ROW}`,
      `BEFORE UPDATE OF a, b ON t ${ROW}`,
      `BEFORE UPDATE ON t FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION f()`,
      `BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.a > 5) EXECUTE FUNCTION f()`,
      "BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f2()",
      "BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f2('x', '1')",
      "AFTER UPDATE ON t FOR EACH STATEMENT EXECUTE FUNCTION f2()",
      "AFTER TRUNCATE ON t FOR EACH STATEMENT EXECUTE FUNCTION f2()",
      "AFTER UPDATE ON t REFERENCING OLD TABLE AS o NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION f2()",
      "AFTER UPDATE ON t REFERENCING NEW TABLE AS n FOR EACH ROW EXECUTE FUNCTION f2()",
    ),
  ),
  ...family("whether a trigger fires", T, ...state("", "DISABLE", "ENABLE ALWAYS", "ENABLE REPLICA")),
  ...family(
    "a disabled trigger that changes",
    T,
    `CREATE TRIGGER g AFTER INSERT ON t ${ROW}; ALTER TABLE t DISABLE TRIGGER g; COMMENT ON TRIGGER g ON t IS 'x'`,
    `CREATE TRIGGER g AFTER DELETE ON t ${ROW}; ALTER TABLE t DISABLE TRIGGER g; COMMENT ON TRIGGER g ON t IS 'x'`,
  ),
  ...family(
    "constraint trigger",
    T,
    ...[
      "AFTER INSERT ON t",
      "AFTER INSERT ON t DEFERRABLE",
      "AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED",
      "AFTER INSERT OR DELETE ON t",
    ].map((way) => `CREATE CONSTRAINT TRIGGER g ${way} ${ROW}`),
    `CREATE TRIGGER g AFTER INSERT ON t ${ROW}`,
  ),
  ...family(
    "constraint trigger with another table",
    { ...T, given: `${T.given}; CREATE TABLE u (a int)` },
    `CREATE CONSTRAINT TRIGGER g AFTER INSERT ON t FROM u ${ROW}`,
    `CREATE CONSTRAINT TRIGGER g AFTER INSERT ON t ${ROW}; COMMENT ON TRIGGER g ON t IS 'x'`,
    `CREATE CONSTRAINT TRIGGER g AFTER INSERT ON u FROM t ${ROW}`,
  ),
  ...family(
    "trigger comment",
    T,
    ...["", "; COMMENT ON TRIGGER g ON t IS 'x'", "; COMMENT ON TRIGGER g ON t IS 'it''s'"].map(
      (tail) => `CREATE TRIGGER g AFTER INSERT ON t ${ROW}${tail}`,
    ),
  ),
  ...family(
    "trigger of a view",
    { ...T, given: `${T.given}; CREATE VIEW v AS SELECT a FROM t` },
    "SELECT",
    `CREATE TRIGGER g INSTEAD OF INSERT ON v ${ROW}`,
    `CREATE TRIGGER g INSTEAD OF INSERT OR UPDATE ON v ${ROW}; COMMENT ON TRIGGER g ON v IS 'x'`,
  ),
  ...family(
    "trigger of a view that is replaced",
    { ...T, given: T.given },
    ...["a, b", "b, a", "a"].map(
      (list) =>
        `CREATE VIEW v AS SELECT ${list} FROM t; CREATE TRIGGER g INSTEAD OF INSERT ON v ${ROW}; COMMENT ON TRIGGER g ON v IS 'x'`,
    ),
  ),
  ...family(
    "trigger of a column whose type changes",
    { rows: "INSERT INTO t VALUES (1, 2)", given: F },
    ...["int", "bigint", "text"].map(
      (type) =>
        `CREATE TABLE t (a int, b ${type}); CREATE TRIGGER g BEFORE UPDATE OF b ON t ${ROW}; CREATE TRIGGER h BEFORE UPDATE ON t FOR EACH ROW WHEN (OLD.b IS DISTINCT FROM NEW.b) EXECUTE FUNCTION f(); ALTER TABLE t DISABLE TRIGGER h`,
    ),
  ),
  ...family(
    "trigger of a column that goes",
    { given: F },
    `CREATE TABLE t (a int, b int); CREATE TRIGGER g BEFORE UPDATE OF b ON t ${ROW}`,
    `CREATE TABLE t (a int); CREATE TRIGGER g BEFORE UPDATE OF a ON t ${ROW}`,
    "CREATE TABLE t (a int)",
  ),
  ...family(
    "trigger with its function",
    {},
    "CREATE TABLE t (a int)",
    `CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER g BEFORE INSERT ON t ${ROW}`,
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.a := 1; RETURN NEW; END'; CREATE TABLE u (a int); CREATE TRIGGER g BEFORE INSERT ON u FOR EACH ROW EXECUTE FUNCTION f()",
  ),
  ...family(
    "state of a foreign key's triggers",
    { difference: "unsupported" },
    "CREATE TABLE p (a int PRIMARY KEY); CREATE TABLE t (a int REFERENCES p)",
    "CREATE TABLE p (a int PRIMARY KEY); CREATE TABLE t (a int REFERENCES p); ALTER TABLE t DISABLE TRIGGER ALL",
  ),
  ...family(
    "event trigger",
    {
      given:
        "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE FUNCTION f2() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
    },
    "SELECT",
    "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()",
    "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION f()",
    "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION f2()",
    "CREATE EVENT TRIGGER e ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION f()",
    "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f(); ALTER EVENT TRIGGER e DISABLE",
    "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f(); ALTER EVENT TRIGGER e ENABLE ALWAYS; COMMENT ON EVENT TRIGGER e IS 'x'",
  ),
];

export const POLICY_PAIRS: readonly Pair[] = [
  ...family(
    "policy",
    { ...T, given: "CREATE TABLE t (a int PRIMARY KEY, b text); ALTER TABLE t ENABLE ROW LEVEL SECURITY" },
    "SELECT",
    ...p(
      "",
      "USING (a > 0)",
      "USING (a > 1)",
      "USING (a > 1) WITH CHECK (b <> '')",
      "WITH CHECK (b <> 'x')",
      "FOR SELECT USING (true)",
      "FOR INSERT WITH CHECK (true)",
      "FOR UPDATE USING (true) WITH CHECK (a > 0)",
      "FOR DELETE TO pg_monitor USING (true)",
      "TO pg_monitor, pg_read_all_data USING (true)",
      "TO current_user USING (b = current_user)",
      "AS RESTRICTIVE USING (true)",
      "AS RESTRICTIVE FOR SELECT TO pg_monitor USING (a IN (SELECT 1))",
    ),
  ),
  ...family(
    "policy comment",
    T,
    "CREATE POLICY p ON t",
    "CREATE POLICY p ON t; COMMENT ON POLICY p ON t IS 'x'",
    "CREATE POLICY p ON t USING (false); COMMENT ON POLICY p ON t IS 'x'",
    "CREATE POLICY p ON t FOR SELECT; COMMENT ON POLICY p ON t IS 'x'",
  ),
  ...family(
    "policy over a column whose type changes",
    { rows: "INSERT INTO t VALUES (1, 2)" },
    ...["int", "bigint", "numeric"].map(
      (type) =>
        `CREATE TABLE t (a int, b ${type}); ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t TO pg_monitor USING (b > 0) WITH CHECK (b > 1); COMMENT ON POLICY p ON t IS 'x'`,
    ),
  ),
  ...family(
    "policy over other tables, functions and views",
    { rows: "INSERT INTO t VALUES (1)" },
    "CREATE TABLE m (who text, t int); CREATE TABLE t (a int); CREATE POLICY p ON t USING (EXISTS (SELECT FROM m WHERE m.t = a AND who = current_user))",
    "CREATE TABLE m (who text, t bigint); CREATE TABLE t (a int); CREATE POLICY p ON t USING (EXISTS (SELECT FROM m WHERE m.t = a AND who = current_user))",
    "CREATE FUNCTION may(int) RETURNS boolean LANGUAGE sql AS 'SELECT true'; CREATE TABLE t (a int); CREATE POLICY p ON t USING (may(a))",
    "CREATE FUNCTION may(x int) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true'; CREATE TABLE t (a int); CREATE POLICY p ON t USING (may(a)); CREATE POLICY q ON t AS RESTRICTIVE USING (may(2))",
    "CREATE TABLE t (a int); CREATE VIEW mine AS SELECT 1 AS x; CREATE POLICY p ON t USING (a IN (SELECT x FROM mine))",
    "CREATE TABLE t (a int); CREATE VIEW mine AS SELECT 2::bigint AS x; CREATE POLICY p ON t USING (a IN (SELECT x FROM mine))",
  ),
  ...family(
    "policy over a column that goes",
    {},
    "CREATE TABLE t (a int, b int); CREATE POLICY p ON t USING (b > 0)",
    "CREATE TABLE t (a int); CREATE POLICY p ON t USING (a > 0)",
    "CREATE TABLE t (a int)",
  ),
];
