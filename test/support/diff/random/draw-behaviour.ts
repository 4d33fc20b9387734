import { APP } from "./draw-material.ts";
import { withTable } from "./draw-on-tables.ts";
import type { Draft } from "./part.ts";

type Draw = (draft: Draft) => void;

const view: Draw = (draft) => {
  const { dice } = draft;
  const from = dice.pick(draft.relations);
  const other = dice.pick(draft.relations);
  const called = dice.pick(draft.functions);
  const columns = draft.columns.filter(({ relation }) => relation.part === from.part);
  const column = columns.length > 0 ? dice.pick(columns) : undefined;
  const read = column?.holds === "composite" ? `(o.${column.name}).x` : `o.${column?.name ?? "id"}`;
  const extra = `${read} AS c`;
  const materialized = dice.chance(0.2);
  // What may hold nothing yet cannot be read.
  const mayBeEmpty = from.mayBeEmpty === true || other.mayBeEmpty === true;
  const name = draft.name("v");
  const kind = materialized ? "MATERIALIZED VIEW" : "VIEW";
  const part = draft.add(
    {
      id: `view ${name}`,
      needs: [from.part, other.part, called.part, ...(column?.parts ?? [])],
      ways: [
        ` AS SELECT o.id, ${extra} FROM ${from.name} o`,
        ` AS SELECT ${extra}, o.id FROM ${from.name} o WHERE o.id > 0`,
        ` AS SELECT o.id, ${called.name}(o.id) AS f FROM ${from.name} o JOIN ${other.name} p ON p.id = o.id`,
        ` AS SELECT id FROM ${other.name}`,
        ` AS WITH w AS (SELECT o FROM ${from.name} o WHERE ${read} IS NOT NULL) SELECT (o).id, count(*) AS n FROM w GROUP BY 1`,
        `${materialized ? "" : " WITH (security_barrier = true)"} AS SELECT o.id, ${extra} FROM ${from.name} o`,
      ].map(
        (query, way, { length }) =>
          `CREATE ${kind} ${name}${query}${materialized && (mayBeEmpty || way === length - 1) ? " WITH NO DATA" : ""}`,
      ),
    },
    `${kind} ${name}`,
  );
  draft.relations.push({
    part,
    name,
    kind: materialized ? "materialized view" : "view",
    mayBeEmpty: materialized || mayBeEmpty,
  });
  if (materialized && dice.chance(0.5)) {
    const made = draft.name("i");
    draft.add(
      {
        id: `index ${made}`,
        needs: [part],
        ways: [`CREATE INDEX ${made} ON ${name} (id)`, `CREATE INDEX ${made} ON ${name} (id DESC)`],
      },
      `INDEX ${made}`,
    );
  }
  if (!materialized && dice.chance(0.2)) {
    draft.add({
      id: `default of ${name}`,
      needs: [part],
      ways: ["1", `${called.name}(2)`].map((value) => `ALTER VIEW ${name} ALTER COLUMN id SET DEFAULT ${value}`),
    });
  }
};

const trigger = withTable((draft, table) => {
  const { part, name } = draft.dice.pick(draft.triggerFunctions);
  const called = draft.dice.pick(draft.functions);
  const made = draft.name("tg");
  draft.add(
    {
      id: `trigger ${made}`,
      needs: [table.part, part, called.part],
      ways: [
        `CREATE TRIGGER ${made} BEFORE UPDATE OF id ON ${table.name} FOR EACH ROW EXECUTE FUNCTION ${name}()`,
        `CREATE TRIGGER ${made} AFTER INSERT OR UPDATE ON ${table.name} FOR EACH ROW WHEN (${called.name}(NEW.id) > 5) EXECUTE FUNCTION ${name}('x')`,
        `CREATE TRIGGER ${made} AFTER INSERT ON ${table.name} FOR EACH ROW EXECUTE FUNCTION ${name}(); ALTER TABLE ${table.name} DISABLE TRIGGER ${made}`,
        `CREATE TRIGGER ${made} AFTER UPDATE ON ${table.name} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ${name}()`,
        `CREATE CONSTRAINT TRIGGER ${made} AFTER UPDATE ON ${table.name} DEFERRABLE FOR EACH ROW EXECUTE FUNCTION ${name}()`,
      ],
    },
    `TRIGGER ${made} ON ${table.name}`,
  );
});

const viewTrigger: Draw = (draft) => {
  const views = draft.relations.filter(({ kind }) => kind === "view");
  if (views.length > 0) {
    const { part, name } = draft.dice.pick(views);
    const called = draft.dice.pick(draft.triggerFunctions);
    const made = draft.name("tg");
    draft.add(
      {
        id: `trigger ${made}`,
        needs: [part, called.part],
        ways: ["INSERT", "UPDATE OR DELETE"].map(
          (event) =>
            `CREATE TRIGGER ${made} INSTEAD OF ${event} ON ${name} FOR EACH ROW EXECUTE FUNCTION ${called.name}()`,
        ),
      },
      `TRIGGER ${made} ON ${name}`,
    );
  }
};

const rule = withTable((draft, { part, name }) => {
  const other = draft.dice.pick(draft.relations);
  const called = draft.dice.pick(draft.functions);
  const made = draft.name("ru");
  draft.add(
    {
      id: `rule ${made}`,
      needs: [part, other.part, called.part],
      ways: [
        `CREATE RULE ${made} AS ON DELETE TO ${name} WHERE old.id > 900 DO INSTEAD NOTHING`,
        `CREATE RULE ${made} AS ON DELETE TO ${name} DO ALSO SELECT ${called.name}(old.id), o.id FROM ${other.name} o`,
        `CREATE RULE ${made} AS ON UPDATE TO ${name} WHERE EXISTS (SELECT FROM ${other.name}) DO ALSO NOTHING; ALTER TABLE ${name} DISABLE RULE ${made}`,
      ],
    },
    `RULE ${made} ON ${name}`,
  );
});

const policy = withTable((draft, table) => {
  const called = draft.dice.pick(draft.functions);
  const other = draft.dice.pick(draft.relations);
  const made = draft.name("po");
  draft.add(
    {
      id: `policy ${made}`,
      needs: [table.part, called.part, other.part],
      ways: [
        `CREATE POLICY ${made} ON ${table.name} USING (id > 0)`,
        `CREATE POLICY ${made} ON ${table.name} FOR UPDATE TO pg_monitor USING (${called.name}(id) > 0) WITH CHECK (id < 1000)`,
        `CREATE POLICY ${made} ON ${table.name} AS RESTRICTIVE USING (EXISTS (SELECT FROM ${other.name} o WHERE o.id = ${table.name}.id))`,
        `CREATE POLICY ${made} ON ${table.name} FOR INSERT TO pg_monitor, pg_read_all_stats WITH CHECK (${called.name}(id) IN (SELECT id FROM ${other.name}))`,
      ],
    },
    `POLICY ${made} ON ${table.name}`,
  );
});

const rowSecurity = withTable((draft, { part, name }) => {
  draft.add({
    id: `row security ${draft.parts.length}`,
    needs: [part],
    ways: ["ENABLE ROW LEVEL SECURITY", "ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"].map(
      (what) => `ALTER TABLE ${name} ${what}`,
    ),
  });
});

const publication: Draw = (draft) => {
  const columns = draft.columns.filter(
    ({ relation, holds }) => holds === "text" && (relation.kind === "table" || relation.kind === "partitioned"),
  );
  if (columns.length === 0) {
    return;
  }
  const { parts, relation, name } = draft.dice.pick(columns);
  const other = draft.dice.pick(draft.relations.filter(({ kind }) => kind === "table" || kind === "partitioned"));
  const made = draft.name("pu");
  draft.add(
    {
      id: `publication ${made}`,
      needs: [APP, ...parts, other.part],
      ways: [
        `FOR TABLE ${relation.name}`,
        ...(relation.kind === "partitioned"
          ? [`FOR TABLE ${relation.name} (id, ${name}) WITH (publish_via_partition_root = true)`]
          : [`FOR TABLE ${relation.name} (id, ${name})`, `FOR TABLE ONLY ${relation.name} WHERE (id > 3)`]),
        "WITH (publish = 'insert')",
        `FOR TABLE ${relation.name}${other === relation ? "" : `, ${other.name}`}, TABLES IN SCHEMA app`,
        "FOR ALL TABLES",
      ].map((what) => `CREATE PUBLICATION ${made} ${what}`),
    },
    `PUBLICATION ${made}`,
  );
};

const boundFunction: Draw = (draft) => {
  const relation = draft.dice.pick(draft.relations);
  const type = draft.dice.pick([...draft.enums, ...draft.domains, ...draft.composites, ...draft.ranges, relation]);
  const name = draft.name("g");
  const part = draft.add({
    id: `function ${name}`,
    needs: [relation.part, type.part],
    ways: [
      `CREATE FUNCTION ${name}(n int) RETURNS int IMMUTABLE LANGUAGE sql BEGIN ATOMIC SELECT max(id) FROM ${relation.name}; END`,
      `CREATE FUNCTION ${name}(n int, r ${relation.name} DEFAULT NULL) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1'`,
      `CREATE FUNCTION ${name}(n int, r ${type.name} DEFAULT NULL) RETURNS int IMMUTABLE LANGUAGE sql RETURN 1 + n`,
      `CREATE FUNCTION ${name}(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'; REVOKE EXECUTE ON FUNCTION ${name}(int) FROM public`,
    ],
  });
  draft.functions.push({ part, name });
};

const typedFunction: Draw = (draft) => {
  const { dice } = draft;
  const relation = dice.pick(draft.relations);
  const type = dice.pick([...draft.enums, ...draft.domains, ...draft.composites, ...draft.ranges, relation]);
  const name = draft.name("h");
  draft.add({
    id: `function ${name}`,
    needs: [relation.part, type.part],
    ways: [
      `CREATE FUNCTION ${name}(v ${type.name}) RETURNS SETOF ${type.name} LANGUAGE sql AS 'SELECT $1'`,
      `CREATE FUNCTION ${name}(v ${type.name}) RETURNS TABLE (one ${type.name}, two int) LANGUAGE sql AS 'SELECT $1, 2'`,
      `CREATE PROCEDURE ${name}(v ${type.name}) LANGUAGE plpgsql AS 'BEGIN NULL; END'`,
      `CREATE FUNCTION ${name}(v ${type.name}[]) RETURNS bigint LANGUAGE sql RETURN (SELECT count(*) FROM ${relation.name})`,
      `CREATE FUNCTION ${name}(v ${type.name}) RETURNS int LANGUAGE plpgsql SECURITY DEFINER COST 5 SET work_mem = '1MB' AS 'BEGIN RETURN 1; END'`,
    ],
  });
};

const aggregate: Draw = (draft) => {
  const name = draft.name("ag");
  draft.add(
    {
      id: `aggregate ${name}`,
      needs: [],
      ways: ["", ", INITCOND = '0'"].map(
        (tail) => `CREATE AGGREGATE ${name} (int) (SFUNC = int4pl, STYPE = int${tail})`,
      ),
    },
    `AGGREGATE ${name}(int)`,
  );
};

const eventTrigger: Draw = (draft) => {
  const name = draft.name("et");
  const called = draft.name("etf");
  const part = draft.add({
    id: `event function ${called}`,
    needs: [],
    ways: [`CREATE FUNCTION ${called}() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END'`],
  });
  draft.add(
    {
      id: `event trigger ${name}`,
      needs: [part],
      ways: ["ddl_command_start", "ddl_command_end WHEN TAG IN ('CREATE TABLE')", "sql_drop"].map(
        (event) => `CREATE EVENT TRIGGER ${name} ON ${event} EXECUTE FUNCTION ${called}()`,
      ),
    },
    `EVENT TRIGGER ${name}`,
  );
};

const foreignTable: Draw = (draft) => {
  const [wrapper, server, name] = [draft.name("w"), draft.name("srv"), draft.name("ft")];
  const wrapperPart = draft.add(
    {
      id: `wrapper ${wrapper}`,
      needs: [],
      ways: ["", " OPTIONS (debug 'true')"].map((options) => `CREATE FOREIGN DATA WRAPPER ${wrapper}${options}`),
    },
    `FOREIGN DATA WRAPPER ${wrapper}`,
  );
  const serverPart = draft.add(
    {
      id: `server ${server}`,
      needs: [wrapperPart],
      ways: ["", " VERSION '1'", " TYPE 'x'"].map(
        (what) => `CREATE SERVER ${server}${what} FOREIGN DATA WRAPPER ${wrapper}`,
      ),
    },
    `SERVER ${server}`,
  );
  draft.add(
    {
      id: `foreign table ${name}`,
      needs: [serverPart],
      ways: ["id int", "id int OPTIONS (x 'y') NOT NULL", "id bigint DEFAULT 4, t text"].map(
        (columns) => `CREATE FOREIGN TABLE ${name} (${columns}) SERVER ${server}`,
      ),
    },
    `FOREIGN TABLE ${name}`,
  );
};

/** Views and what runs by itself or is called. */
export const BEHAVIOUR: readonly Draw[] = [
  view,
  view,
  view,
  trigger,
  viewTrigger,
  rule,
  policy,
  policy,
  rowSecurity,
  publication,
  boundFunction,
  typedFunction,
  aggregate,
  eventTrigger,
  foreignTable,
];
