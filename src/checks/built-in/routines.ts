import type { Routine } from "../../catalog/model/routine.ts";
import { databaseError } from "../../postgres/server-error.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import type { Check, CheckFinding } from "../check.ts";
import { NOT_ITS_FAULT } from "./objects.ts";

/** What looks at the bodies of functions when they are made, by language. */
const VALIDATORS: Readonly<Record<string, string>> = { sql: "fmgr_sql_validator", plpgsql: "plpgsql_validator" };

const broken: Check = {
  id: "function-broken",
  title: "Every function could be created as it is: what its body names is there",
  area: "structure",
  severity: "warning",
  depth: "probed",
  phase: "both",
  async find({ catalog, askAsWritten }) {
    const findings: CheckFinding[] = [];
    const plpgsql = await askAsWritten<{ schema: string }>(
      `SELECT n.nspname AS schema FROM pg_catalog.pg_language l JOIN pg_catalog.pg_proc p ON p.oid = l.lanvalidator
         JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE l.lanname = 'plpgsql'`,
    );
    const schemas: Readonly<Record<string, string | undefined>> = { sql: "pg_catalog", plpgsql: plpgsql[0]?.schema };
    for (const routine of catalog.routines) {
      const validator = VALIDATORS[routine.language];
      const schema = schemas[routine.language];
      // The server keeps what a body in SQL's own form names.
      if (validator === undefined || schema === undefined || routine.sqlBody !== undefined) continue;
      const name = `${quoteQualified(routine)}(${routine.identityArguments})`;
      try {
        await askAsWritten(
          `SELECT ${quoteIdentifier(schema)}.${validator}(f.routine) FROM (SELECT ${quoteLiteral(name)}::pg_catalog.regprocedure AS routine,
             pg_catalog.set_config('search_path', ${searchPath(routine)}, true) OFFSET 0) AS f`,
        );
      } catch (error) {
        const code = databaseError(error)?.code;
        if (code === undefined || NOT_ITS_FAULT.has(code)) throw error;
        findings.push({
          object: name,
          message: `The body of ${name} does not hold any more: ${databaseError(error)?.message}.`,
        });
      }
    }
    return findings;
  },
};

/** Its own; without one the caller's decides, for which its schema mostly is good too. */
const searchPath = ({ settings, schema }: Routine): string => {
  const own = settings?.["search_path"];
  return own === undefined
    ? `pg_catalog.concat_ws(', ', nullif(pg_catalog.current_setting('search_path'), ''), ${quoteLiteral(quoteIdentifier(schema))})`
    : quoteLiteral(own);
};

export const ROUTINE_CHECKS: readonly Check[] = [broken];
