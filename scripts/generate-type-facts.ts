/**
 * Writes `src/effects/alter-table/type-facts.ts`: which types become which without work, as the tables of real servers
 * say it, and how volatile their functions are. Needs every major of {@link MAJORS} to be installed.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { connect } from "../src/postgres/session.ts";

const MAJORS = [15, 16, 17, 18];

const BUILT_IN = (type: string): string =>
  `${type}.typnamespace = 'pg_catalog'::regnamespace AND ${type}.typtype IN ('b', 'r', 'm') AND ${type}.typcategory <> 'A'`;

/** source, target, method (binary, function, inout), context (implicit, assignment, explicit). */
const CASTS = `
SELECT concat_ws(' ', s.typname, t.typname, castmethod, castcontext) AS fact
FROM pg_cast JOIN pg_type s ON s.oid = castsource JOIN pg_type t ON t.oid = casttarget
WHERE ${BUILT_IN("s")} AND ${BUILT_IN("t")}`;

/**
 * Access method, type, operator class. As GetDefaultOpClass chooses: the class of the type itself, otherwise that of a
 * type it is binary coercible to without being asked, the preferred type of its category first.
 */
const OPERATOR_CLASSES = `
SELECT DISTINCT ON (am.amname, t.typname) concat_ws(' ', am.amname, t.typname, opcname) AS fact
FROM pg_type t CROSS JOIN pg_opclass oc JOIN pg_am am ON am.oid = oc.opcmethod JOIN pg_type i ON i.oid = oc.opcintype
WHERE ${BUILT_IN("t")} AND oc.opcdefault AND i.typtype <> 'p' AND (i.oid = t.oid OR EXISTS (
  SELECT FROM pg_cast WHERE castsource = t.oid AND casttarget = i.oid AND castmethod = 'b' AND castcontext = 'i'))
ORDER BY am.amname, t.typname, i.oid = t.oid DESC, i.typispreferred DESC`;

/** \`all\`: each function of that name; \`some\`: others of that name are not. */
const VOLATILE = `
SELECT concat_ws(' ', proname, CASE WHEN bool_and(provolatile = 'v') THEN 'all' ELSE 'some' END) AS fact
FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f'
GROUP BY proname HAVING bool_or(provolatile = 'v')
AND NOT bool_and(prorettype IN ('trigger'::regtype, 'internal'::regtype, 'event_trigger'::regtype, 'void'::regtype, 'language_handler'::regtype) OR proretset)`;

/** Functions that SQL can call, none of that name volatile. */
const STEADY = `
SELECT proname AS fact FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind IN ('f', 'w')
GROUP BY proname HAVING NOT bool_or(provolatile = 'v')
AND bool_or(NOT ('internal'::regtype::oid = ANY (proargtypes) OR 'cstring'::regtype::oid = ANY (proargtypes))
AND prorettype NOT IN ('trigger'::regtype, 'internal'::regtype, 'cstring'::regtype, 'event_trigger'::regtype))
AND bool_or(proname !~ '^(pg_stat_get|ts_?(typ)?anl|RI_FKey)' AND oid NOT IN (SELECT oprcode FROM pg_operator) AND oid NOT IN (SELECT amproc FROM pg_amproc))`;

interface Facts {
  readonly name: string;
  readonly says: string;
  readonly query: string;
}

export const FACTS: readonly Facts[] = [
  {
    name: "CASTS",
    says: "Source, target, method (b: binary coercible, f: function, i: by the text form), context (i: implicit, a: assignment, e: explicit).",
    query: CASTS,
  },
  {
    name: "DEFAULT_OPERATOR_CLASSES",
    says: "Access method, type, the operator class that an index gets when none is written.",
    query: OPERATOR_CLASSES,
  },
  {
    name: "VOLATILE_FUNCTIONS",
    says: "Functions of the server's own that are volatile: all of that name, or some of them.",
    query: VOLATILE,
  },
  {
    name: "STEADY_FUNCTIONS",
    says: "Functions of the server's own that are not volatile, without those behind operators.",
    query: STEADY,
  },
];

type Found = ReadonlyMap<string, readonly number[]>;

/** Of each list the majors that a fact holds for. */
async function found(): Promise<readonly Found[]> {
  const lists = FACTS.map(() => new Map<string, number[]>());
  for (const major of MAJORS) {
    await using server = await startEmbeddedServer({ major, settings: { fsync: "off" } });
    await using session = await connect(server.url());
    for (const [at, { query }] of FACTS.entries()) {
      for (const { fact } of await session.query<{ fact: string }>(query)) {
        lists[at]?.set(fact, [...(lists[at].get(fact) ?? []), major]);
      }
    }
  }
  return lists;
}

/** Facts of all majors as they are; others with the majors they hold from and up to. */
function line(fact: string, majors: readonly number[]): string {
  const [first = 0, last = 0] = [majors[0], majors.at(-1)];
  const from = first === MAJORS[0] ? "" : ` >=${first}`;
  const upTo = last === MAJORS.at(-1) ? "" : ` <=${last}`;
  return fact + from + upTo;
}

function written(lists: readonly Found[]): string {
  const texts = FACTS.map(({ name, says }, at) => {
    const lines = [...(lists[at] ?? [])].map(([fact, majors]) => line(fact, majors)).sort();
    return `/** ${says} */\nexport const ${name} = \`\n${lines.join("\n")}\n\`;\n`;
  });
  return `// Written by scripts/generate-type-facts.ts from servers of the majors ${MAJORS.join(", ")}. Do not change by hand.
// One fact a line; \`>=17\` and \`<=16\` say which majors it holds for, without them all.

${texts.join("\n")}`;
}

if (import.meta.main) {
  writeFileSync(join(import.meta.dirname, "../src/effects/alter-table/type-facts.ts"), written(await found()));
}
