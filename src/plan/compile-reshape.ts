import { reshapeOnline } from "../online/reshape/reshape-online.ts";
import { plainReshape, reshapeInWords, writtenTable } from "../online/reshape/written-reshape.ts";
import type { CompileOptions } from "./compile-plan.ts";
import { compileSql } from "./compile-sql.ts";
import type { AuthoredReshape, Step } from "./plan.ts";

/**
 * The steps of a change of a table's columns: its plain statements where no catalog is at hand or the author wants them,
 * and its online form otherwise. To whoever looks at the plan it is one statement.
 *
 * @throws LockkeeperError `reshape_invalid`, `plan_refused`
 */
export function compileReshape({ reshape, file }: AuthoredReshape, options: CompileOptions): Step[] {
  writtenTable(reshape, file);
  const text = plainReshape(reshape).join(";\n");
  return compileSql({ kind: "sql", text, file, firstLine: 1 }, options, {
    written: reshapeInWords(reshape),
    form: (context) => reshapeOnline(reshape, file, context),
  });
}
