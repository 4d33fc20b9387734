import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Check, CheckFinding } from "../check.ts";
import { keyOf, tablesByName } from "./relations.ts";

const policyOff: Check = {
  id: "policy-without-effect",
  title: "Row security is on where there are policies, and there are policies where it is on",
  area: "structure",
  severity: "error",
  depth: "catalog",
  phase: "both",
  find: ({ catalog }) =>
    catalog.tables.flatMap((table): readonly CheckFinding[] => {
      if (table.policies.length > 0 === table.rowSecurity) return [];
      return table.rowSecurity
        ? [
            {
              object: quoteQualified(table),
              severity: "info",
              message: `${quoteQualified(table)} has row security and no policy: nobody but its owner sees a row of it.`,
            },
          ]
        : [
            {
              object: quoteQualified(table),
              message: `${quoteQualified(table)} has policies, and row security is off: everybody who may read it sees all of its rows.`,
              fix: `ALTER TABLE ${quoteQualified(table)} ENABLE ROW LEVEL SECURITY;`,
            },
          ];
    }),
};

const sequenceForbidden: Check = {
  id: "sequence-not-usable",
  title: "Who may insert into a table may take numbers from the sequences of its defaults",
  area: "structure",
  severity: "warning",
  depth: "catalog",
  phase: "both",
  async find({ catalog, ask }) {
    const tables = tablesByName(catalog);
    const rows = await ask<{ schema: string; name: string; sequence: string; role: string }>(
      `SELECT tn.nspname AS schema, t.relname AS name, format('%I.%I', sn.nspname, s.relname) AS sequence, r.rolname AS role
         FROM pg_depend d JOIN pg_attrdef a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
         JOIN pg_class s ON d.refclassid = 'pg_class'::regclass AND s.oid = d.refobjid AND s.relkind = 'S'
         JOIN pg_namespace sn ON sn.oid = s.relnamespace
         JOIN pg_class t ON t.oid = a.adrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
         JOIN pg_roles r ON r.rolcanlogin AND NOT r.rolsuper
        WHERE has_table_privilege(r.oid, t.oid, 'INSERT') AND NOT has_sequence_privilege(r.oid, s.oid, 'USAGE, UPDATE')
        ORDER BY 1, 2, 3, 4`,
    );
    return rows
      .filter((row) => tables.has(keyOf(row)))
      .map(({ sequence, role, ...table }) => ({
        object: quoteQualified(table),
        message: `${role} may insert into ${quoteQualified(table)}, and may not use ${sequence}, from which a default takes its values: such an INSERT fails.`,
        fix: `GRANT USAGE ON SEQUENCE ${sequence} TO ${quoteIdentifier(role)};`,
      }));
  },
};

export const ACCESS_CHECKS: readonly Check[] = [policyOff, sequenceForbidden];
