import { createHash } from "node:crypto";
import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { parseExpression } from "../../effects/alter-table/expression.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Backfill } from "../../migrations/backfill.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { keyThatStays } from "../bulk/key-that-stays.ts";
import { noteMoves } from "../bulk/note-moves.ts";
import type { OnlineContext } from "../online-context.ts";
import { alone, type OnlineForm, pieces, refused } from "../piece.ts";
import { stepTable } from "../step-table.ts";
import type { SweepSpec } from "../sweep-spec.ts";
import type { StepPlace, TypedForm } from "../typed-form.ts";

/**
 * A function of the file gives rows their values. The statement that stands for it in plans changes nothing; only its
 * sweep does.
 *
 * @throws LockkeeperError `migration_module_invalid`
 */
export function backfillForm(step: Backfill, { file }: StepPlace): TypedForm {
  const name = stepTable(step.table);
  const isWhere = step.where === undefined || parseExpression(step.where) !== undefined;
  if (name === undefined || !isWhere) {
    throw new LockkeeperError("migration_module_invalid", {
      message: `${file}: ${name === undefined ? `${step.table} is no name of a table` : `\`where\` is no SQL expression: ${step.where}`}.`,
      at: { file },
      notDone: "Nothing was run.",
    });
  }
  const { columns, where } = step;
  const batch = /\((step \d+)\)$/.exec(file)?.[1] ?? file;
  const plainOn = (on: string): string =>
    `UPDATE ${on} SET ${columns.map((column) => `${quoteIdentifier(column)} = ${quoteIdentifier(column)}`).join(", ")}` +
    `${where === undefined ? "" : ` WHERE ${where}`}`;
  const plain = plainOn(
    quoteQualified({ ...(name.schema === undefined ? {} : { schema: name.schema }), name: name.name }),
  );
  const specOf = (table: Pick<Table, "schema" | "name">, key: readonly string[] | undefined): SweepSpec => ({
    table: { schema: table.schema, name: table.name },
    action: { kind: "callback", columns, batch },
    ...(where === undefined ? {} : { where }),
    visits: "once",
    ...(key === undefined ? {} : { key }),
    triggers: "fire",
    isAuthors: true,
  });
  const tableIn = (state: CatalogState | undefined): Table | undefined => state?.table(name);
  return {
    words: backfillInWords(step),
    plain: () => [plain],
    sweep: (state) => {
      const table = tableIn(state);
      const key = table === undefined || state === undefined ? undefined : keyOf(table, columns, state);
      return specOf(table ?? { schema: name.schema ?? "public", name: name.name }, key);
    },
    online: (context) => online(step, tableIn(context.state), plainOn, specOf, context),
  };
}

const keyOf = (table: Table, columns: readonly string[], state: CatalogState): readonly string[] | undefined =>
  keyThatStays({ table, assigned: columns.map((column) => ({ column })), state });

function online(
  { table: called, columns }: Backfill,
  table: Table | undefined,
  plainOn: (on: string) => string,
  specOf: (table: Table, key: readonly string[]) => SweepSpec,
  { state }: OnlineContext,
): OnlineForm {
  if (table === undefined) return refused(`names the table ${called}, which is not there`);
  if (table.kind === "foreign" || table.persistence === "temporary") {
    return refused(`goes over ${called}, whose rows are not kept in this database`);
  }
  const wrong = columns.find((name) => table.columns.find((one) => one.name === name)?.generated !== undefined);
  const missing = columns.find((name) => !table.columns.some((one) => one.name === name));
  if (missing !== undefined) return refused(`names the column ${missing}, which ${called} does not have`);
  if (wrong !== undefined) return refused(`names the column ${wrong}, whose values PostgreSQL computes`);
  const key = keyOf(table, columns, state);
  if (key === undefined) {
    return refused(
      `goes over ${called}, where no unique key over columns that are never null and stay as they are tells the rows apart`,
      "add a unique key first",
    );
  }
  const moves = noteMoves(table, key, state);
  return pieces(
    ...moves.before,
    {
      ...alone(plainOn(quoteQualified(table)), "migrate"),
      sweep: { ...specOf(table, key), moved: moves.name },
      notes: [
        "The function of the file says what the columns hold; it gets the rows in batches, which are locked while it works.",
        "Each batch commits for itself: others see rows that are done beside rows that are not.",
        `Each row is visited once, by (${key.join(", ")}), also where others change its key meanwhile: a trigger notes that until the end. Rows that are inserted meanwhile may be done or not.`,
      ],
    },
    ...moves.behind,
  );
}

/** The function's own text counts, however it is laid out: half of the rows by one and half by another would be nobody's intention. */
function backfillInWords({ table, columns, where, batch }: Backfill): string {
  const text = createHash("sha256").update(batch.toString().replaceAll(/\s/g, "")).digest("hex").slice(0, 12);
  return `backfill(${JSON.stringify({ table, columns, ...(where === undefined ? {} : { where }), batch: text })})`;
}
