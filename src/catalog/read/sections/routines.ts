import type { Aggregate, Routine } from "../../model/routine.ts";
import {
  grantsOf,
  inSchemas,
  notOfExtension,
  operatorName,
  optionsOf,
  routineName,
  wordFor,
} from "../sql-fragments.ts";
import { type RowOf, section } from "./section.ts";

/** The constructors of a range come and go with it. */
const NOT_OF_TYPE = `NOT EXISTS (SELECT FROM pg_depend made WHERE made.classid = 'pg_proc'::regclass AND made.objid = p.oid
  AND made.deptype = 'i')`;

// $1 holds few schemas: without the first condition every built-in function is looked up in it.
const OURS = `p.oid >= 16384 AND ${inSchemas("p.pronamespace")} AND ${notOfExtension("proc", "p.oid")}
  AND ${NOT_OF_TYPE}`;

const HEAD = `p.oid::bigint AS oid, p.pronamespace::bigint AS schema, p.proname AS name, pg_get_userbyid(p.proowner) AS owner, ${grantsOf("p.proacl")} AS grants,
  oidvectortypes(p.proargtypes) AS "identityArguments", pg_get_function_arguments(p.oid) AS arguments,
  pg_get_function_result(p.oid) AS result, ${wordFor("p.proparallel", { s: "safe", r: "restricted", u: "unsafe" })} AS parallel`;

export const ROUTINES = section<RowOf<Routine>>(
  "routines",
  `SELECT ${HEAD}, pg_get_function_identity_arguments(p.oid) AS signature, p.pronargdefaults AS defaults,
     ${wordFor("p.prokind", { f: "function", p: "procedure", w: "window function" })} AS kind, l.lanname AS language,
     ${wordFor("p.provolatile", { i: "immutable", s: "stable", v: "volatile" })} AS volatility,
     p.proisstrict AS strict, p.prosecdef AS "securityDefiner", p.proleakproof AS leakproof, p.procost AS cost, p.prorows AS rows,
     ${routineName("p.prosupport")} AS support, ${optionsOf("p.proconfig")} AS settings, p.probin AS library,
     (SELECT json_agg(format_type(t.oid, NULL) ORDER BY t.place) FROM unnest(p.protrftypes) WITH ORDINALITY t (oid, place)) AS transforms,
     CASE WHEN p.prosqlbody IS NULL THEN p.prosrc END AS body, pg_get_function_sqlbody(p.oid) AS "sqlBody",
     pg_get_functiondef(p.oid) AS definition
   FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.prokind <> 'a' AND ${OURS}`,
  "SELECT FROM pg_proc WHERE oid >= 16384",
);

const FINAL_MODIFY = { r: "read only", s: "shareable", w: "read write" } as const;

export const AGGREGATES = section<RowOf<Aggregate>>(
  "aggregates",
  `SELECT ${HEAD}, ${wordFor("a.aggkind", { n: "normal", o: "ordered set", h: "hypothetical set" })} AS kind, a.aggnumdirectargs AS "directArguments",
     json_build_object('function', ${routineName("a.aggtransfn")}, 'type', format_type(a.aggtranstype, NULL),
       'space', a.aggtransspace, 'initial', a.agginitval) AS transition,
     ${routineName("a.aggfinalfn")} AS "finalFunction", a.aggfinalextra AS "finalExtra", ${wordFor("a.aggfinalmodify", FINAL_MODIFY)} AS "finalModify",
     ${routineName("a.aggcombinefn")} AS "combineFunction", ${routineName("a.aggserialfn")} AS "serialFunction",
     ${routineName("a.aggdeserialfn")} AS "deserialFunction", ${operatorName("a.aggsortop")} AS "sortOperator",
     CASE WHEN a.aggmtransfn <> 0 THEN json_build_object(
       'transition', json_build_object('function', ${routineName("a.aggmtransfn")}, 'type', format_type(a.aggmtranstype, NULL),
         'space', a.aggmtransspace, 'initial', a.aggminitval),
       'inverseFunction', ${routineName("a.aggminvtransfn")}, 'finalFunction', ${routineName("a.aggmfinalfn")},
       'finalExtra', a.aggmfinalextra, 'finalModify', ${wordFor("a.aggmfinalmodify", FINAL_MODIFY)}) END AS moving
   FROM pg_proc p JOIN pg_aggregate a ON a.aggfnoid = p.oid WHERE ${OURS}`,
  "SELECT FROM pg_aggregate WHERE aggfnoid::oid >= 16384",
);
