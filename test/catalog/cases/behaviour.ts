import { attributeCases } from "../attribute-case.ts";

const G = "tables[public.t].triggers[g]";
const R = "tables[public.t].rules[r]";
const P = "tables[public.t].policies[p]";
const E = "eventTriggers[e]";
const TABLE = {
  given:
    "CREATE TABLE t (a int, b int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE FUNCTION f2() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
};
const g = (when: string, tail = "FOR EACH ROW EXECUTE FUNCTION f()", kind = "TRIGGER"): string =>
  `CREATE ${kind} g ${when} ON t ${tail}`;
const EVENT = { given: "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'" };
const e = "CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION f()";

export const TRIGGER_CASES = attributeCases(
  [
    ["trigger", "SELECT", g("AFTER INSERT"), `${G}.events`, [undefined, ["insert"]]],
    ["trigger timing", g("AFTER INSERT"), g("BEFORE INSERT"), `${G}.timing`, ["after", "before"]],
    [
      "trigger events",
      g("AFTER INSERT"),
      g("AFTER INSERT OR UPDATE OR DELETE"),
      `${G}.events`,
      [["insert"], ["insert", "update", "delete"]],
    ],
    [
      "truncate trigger",
      g("AFTER DELETE", "FOR EACH STATEMENT EXECUTE FUNCTION f()"),
      g("AFTER TRUNCATE", "FOR EACH STATEMENT EXECUTE FUNCTION f()"),
      `${G}.events`,
      [["delete"], ["truncate"]],
    ],
    [
      "trigger level",
      g("AFTER INSERT"),
      g("AFTER INSERT", "FOR EACH STATEMENT EXECUTE FUNCTION f()"),
      `${G}.level`,
      ["row", "statement"],
    ],
    ["trigger columns", g("AFTER UPDATE"), g("AFTER UPDATE OF b, a"), `${G}.columns`, [[], ["b", "a"]]],
    [
      "trigger function",
      g("AFTER INSERT"),
      g("AFTER INSERT", "FOR EACH ROW EXECUTE FUNCTION f2()"),
      `${G}.function`,
      [
        { schema: "public", name: "f" },
        { schema: "public", name: "f2" },
      ],
    ],
    [
      "trigger arguments",
      g("AFTER INSERT"),
      g("AFTER INSERT", "FOR EACH ROW EXECUTE FUNCTION f('x')"),
      `${G}.definition`,
      [
        "CREATE TRIGGER g AFTER INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.f()",
        "CREATE TRIGGER g AFTER INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.f('x')",
      ],
    ],
    [
      "trigger condition",
      g("AFTER INSERT"),
      g("AFTER INSERT", "FOR EACH ROW WHEN (NEW.a > 0) EXECUTE FUNCTION f()"),
      `${G}.when`,
      [undefined, "(new.a > 0)"],
    ],
    [
      "transition table",
      g("AFTER UPDATE", "FOR EACH STATEMENT EXECUTE FUNCTION f()"),
      g("AFTER UPDATE", "REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION f()"),
      `${G}.oldTable`,
      [undefined, "before"],
    ],
    [
      "trigger disabled",
      g("AFTER INSERT"),
      `${g("AFTER INSERT")}; ALTER TABLE t DISABLE TRIGGER g`,
      `${G}.enabled`,
      ["origin", "disabled"],
    ],
    [
      "trigger for replicas",
      g("AFTER INSERT"),
      `${g("AFTER INSERT")}; ALTER TABLE t ENABLE REPLICA TRIGGER g`,
      `${G}.enabled`,
      ["origin", "replica"],
    ],
    [
      "trigger always",
      g("AFTER INSERT"),
      `${g("AFTER INSERT")}; ALTER TABLE t ENABLE ALWAYS TRIGGER g`,
      `${G}.enabled`,
      ["origin", "always"],
    ],
    [
      "constraint trigger",
      g("AFTER INSERT"),
      g("AFTER INSERT", undefined, "CONSTRAINT TRIGGER"),
      `${G}.constraint`,
      [false, true],
    ],
    [
      "constraint trigger deferred",
      g("AFTER INSERT", undefined, "CONSTRAINT TRIGGER"),
      g("AFTER INSERT", "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f()", "CONSTRAINT TRIGGER"),
      `${G}.initiallyDeferred`,
      [false, true],
    ],
    [
      "trigger comment",
      g("AFTER INSERT"),
      `${g("AFTER INSERT")}; COMMENT ON TRIGGER g ON t IS 'x'`,
      `${G}.comment`,
      [undefined, "x"],
    ],
    [
      "trigger of a partition",
      "CREATE TABLE q (a int, b int) PARTITION BY LIST (a); ALTER TABLE q ATTACH PARTITION t DEFAULT; CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
      "CREATE TABLE q (a int, b int) PARTITION BY LIST (a); ALTER TABLE q ATTACH PARTITION t DEFAULT; CREATE TRIGGER g AFTER INSERT ON q FOR EACH ROW EXECUTE FUNCTION f()",
      `${G}.inherited`,
      [false, true],
    ],
    ["rule", "SELECT", "CREATE RULE r AS ON INSERT TO t DO INSTEAD NOTHING", `${R}.event`, [undefined, "insert"]],
    [
      "rule's action",
      "CREATE RULE r AS ON INSERT TO t DO INSTEAD NOTHING",
      "CREATE RULE r AS ON INSERT TO t DO ALSO NOTHING",
      `${R}.instead`,
      [true, false],
    ],
    [
      "rule's text",
      "CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING",
      "CREATE RULE r AS ON DELETE TO t WHERE OLD.a > 1 DO INSTEAD NOTHING",
      `${R}.definition`,
      [
        "CREATE RULE r AS\n    ON DELETE TO public.t DO INSTEAD NOTHING;",
        "CREATE RULE r AS\n    ON DELETE TO public.t\n   WHERE (old.a > 1) DO INSTEAD NOTHING;",
      ],
    ],
    [
      "rule disabled",
      "CREATE RULE r AS ON INSERT TO t DO INSTEAD NOTHING",
      "CREATE RULE r AS ON INSERT TO t DO INSTEAD NOTHING; ALTER TABLE t DISABLE RULE r",
      `${R}.enabled`,
      ["origin", "disabled"],
    ],
    [
      "rule comment",
      "CREATE RULE r AS ON INSERT TO t DO INSTEAD NOTHING",
      "CREATE RULE r AS ON INSERT TO t DO INSTEAD NOTHING; COMMENT ON RULE r ON t IS 'x'",
      `${R}.comment`,
      [undefined, "x"],
    ],
    ["policy", "SELECT", "CREATE POLICY p ON t", `${P}.command`, [undefined, "all"]],
    ["policy command", "CREATE POLICY p ON t", "CREATE POLICY p ON t FOR DELETE", `${P}.command`, ["all", "delete"]],
    ["restrictive", "CREATE POLICY p ON t", "CREATE POLICY p ON t AS RESTRICTIVE", `${P}.permissive`, [true, false]],
    [
      "policy roles",
      "CREATE POLICY p ON t",
      "CREATE POLICY p ON t TO pg_monitor, pg_signal_backend",
      `${P}.roles`,
      [["public"], ["pg_monitor", "pg_signal_backend"]],
    ],
    [
      "policy using",
      "CREATE POLICY p ON t",
      "CREATE POLICY p ON t USING (a > 0)",
      `${P}.using`,
      [undefined, "(a > 0)"],
    ],
    [
      "policy check",
      "CREATE POLICY p ON t",
      "CREATE POLICY p ON t WITH CHECK (a > 0)",
      `${P}.check`,
      [undefined, "(a > 0)"],
    ],
    [
      "policy comment",
      "CREATE POLICY p ON t",
      "CREATE POLICY p ON t; COMMENT ON POLICY p ON t IS 'x'",
      `${P}.comment`,
      [undefined, "x"],
    ],
  ],
  TABLE,
);

export const EVENT_TRIGGER_CASES = attributeCases(
  [
    ["event trigger", "SELECT", e, `${E}.function.name`, [undefined, "f"]],
    [
      "event trigger's event",
      e,
      "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()",
      `${E}.event`,
      ["sql_drop", "ddl_command_end"],
    ],
    [
      "event trigger's tags",
      e,
      "CREATE EVENT TRIGGER e ON sql_drop WHEN TAG IN ('DROP VIEW', 'DROP TABLE') EXECUTE FUNCTION f()",
      `${E}.tags`,
      [[], ["DROP TABLE", "DROP VIEW"]],
    ],
    ["event trigger disabled", e, `${e}; ALTER EVENT TRIGGER e DISABLE`, `${E}.enabled`, ["origin", "disabled"]],
    ["event trigger's comment", e, `${e}; COMMENT ON EVENT TRIGGER e IS 'x'`, `${E}.comment`, [undefined, "x"]],
  ],
  EVENT,
);
