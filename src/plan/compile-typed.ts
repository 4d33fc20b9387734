import { typedForm } from "../online/typed-form.ts";
import type { CompileOptions } from "./compile-plan.ts";
import { compileSql } from "./compile-sql.ts";
import type { AuthoredTyped, Step } from "./plan.ts";

/**
 * The steps of what a typed step says: its plain statements where no catalog is at hand or the author wants them, and its
 * online form otherwise. To whoever looks at the plan it is one statement.
 *
 * @throws LockkeeperError `reshape_invalid`, `partition_invalid`, `plan_refused`
 */
export function compileTyped({ step, file }: AuthoredTyped, options: CompileOptions): Step[] {
  const { words, plain, online, sweep } = typedForm(step, { file, now: options.online?.now ?? new Date() });
  const found = options.direct === true ? options.online?.state : undefined;
  return compileSql({ kind: "sql", text: plain(found).join(";\n"), file, firstLine: 1 }, options, {
    written: words,
    form: online,
    ...(sweep === undefined ? {} : { sweep: sweep(options.online?.state) }),
  });
}
