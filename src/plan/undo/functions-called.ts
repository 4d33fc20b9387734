import type { FuncCall } from "libpg-query";
import { namesOf } from "../../sql/object-name.ts";
import { walk } from "../../sql/walk.ts";

/** Every call in a tree: the function's name and its arguments. */
export function functionsCalled(
  tree: unknown,
): readonly { readonly name: readonly string[]; readonly call: FuncCall }[] {
  const calls: { name: readonly string[]; call: FuncCall }[] = [];
  walk(tree, (tag, fields) => {
    if (tag !== "FuncCall") return;
    const call: FuncCall = fields;
    calls.push({ name: namesOf(call.funcname), call });
  });
  return calls;
}
