import type { CreateFunctionStmt, FunctionParameter } from "libpg-query";
import { nodeAs, nodesAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { PgNode } from "../../../sql/parse-statement.ts";
import { quoteIdentifier } from "../../../sql/quote.ts";
import type { Options, QualifiedName } from "../../model/names.ts";
import type { Routine } from "../../model/routine.ts";
import { routineId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import type { Appliers } from "./applier.ts";
import { depend, withField } from "./edit.ts";
import { expressionText } from "./expression-text.ts";
import { routineNamed } from "./find-object.ts";
import { valueText } from "./options.ts";
import { typeId } from "./references.ts";
import { typeReference } from "./type-reference.ts";
import { newName } from "./types.ts";

export const ROUTINE_APPLIERS: Appliers = {
  CreateFunctionStmt(node, { state, unfollowed }) {
    if (node.sql_body !== undefined) {
      unfollowed(`what the body of the function ${namesOf(node.funcname).join(".")} depends on`);
    }
    const routine = routineOf(node, state);
    putRoutine(state, routine);
    const types = nodesAs(node.parameters, "FunctionParameter").map(({ argType }) => typeReference(argType, state));
    const result = node.returnType === undefined ? [] : [typeReference(node.returnType, state)];
    const id = routineId(routine);
    state.store.setDependencies(id, []);
    depend(
      state,
      id,
      [...types, ...result].flatMap((type) => typeId(type, state)),
    );
  },
  AlterFunctionStmt(node, { state }) {
    const found = routineNamed(node.func, state);
    if (found !== undefined && "language" in found) {
      putRoutine(state, withOptions(found, nodesAs(node.actions, "DefElem")));
    }
  },
};

/** In the place of the one with the same arguments; what was granted and said of that one stays. */
function putRoutine(state: CatalogState, routine: Routine): void {
  const key = keyOf(routine);
  const all = state.store.maps.routines.get(key) ?? [];
  const before = all.find(({ identityArguments }) => identityArguments === routine.identityArguments);
  const kept = before === undefined ? {} : { owner: before.owner };
  const next: Routine = {
    ...routine,
    ...kept,
    ...(before?.grants === undefined ? {} : { grants: before.grants }),
    ...(before?.comment === undefined ? {} : { comment: before.comment }),
  };
  state.store.put("routines", key, [...all.filter((one) => one !== before), next]);
}

function routineOf(node: CreateFunctionStmt, state: CatalogState): Routine {
  const name: QualifiedName = newName(node.funcname, state);
  const parameters = nodesAs(node.parameters, "FunctionParameter");
  const inputs = parameters.filter(({ mode }) => mode !== "FUNC_PARAM_OUT" && mode !== "FUNC_PARAM_TABLE");
  const options = nodesAs(node.options, "DefElem");
  const option = (wanted: string): PgNode | undefined => options.find(({ defname }) => defname === wanted)?.arg;
  const body = namesOf(option("as"));
  const isSet = node.returnType?.setof === true || parameters.some(({ mode }) => mode === "FUNC_PARAM_TABLE");
  const language = (namesOf(option("language"))[0] ?? "sql").toLowerCase();
  const result = resultOf(node, parameters, state);
  // OUT arguments of procedures are among their input arguments (PostgreSQL 14 and newer).
  const identity = node.is_procedure === true ? parameters : inputs;
  const base: Routine = {
    ...name,
    kind: node.is_procedure === true ? "procedure" : "function",
    owner: state.user,
    identityArguments: identity.map(({ argType }) => typeReference(argType, state).text).join(", "),
    arguments: argumentsText(parameters, node.is_procedure === true, state),
    signature: argumentsText(withoutDefaults(parameters), node.is_procedure === true, state),
    defaults: inputs.filter(({ defexpr }) => defexpr !== undefined).length,
    ...(result === undefined ? {} : { result }),
    language,
    volatility: "volatile",
    parallel: "unsafe",
    strict: false,
    securityDefiner: false,
    leakproof: false,
    cost: language === "c" || language === "internal" ? 1 : 100,
    rows: isSet ? 1000 : 0,
    ...(body[0] === undefined ? {} : { body: body.at(-1) ?? "" }),
    ...(body.length > 1 ? { library: body[0] ?? "" } : {}),
    ...(node.sql_body === undefined ? {} : { sqlBody: expressionText(node.sql_body) }),
    definition: "",
  };
  return withOptions(base, options);
}

const MODES: Readonly<Record<string, string>> = {
  FUNC_PARAM_OUT: "OUT ",
  FUNC_PARAM_INOUT: "INOUT ",
  FUNC_PARAM_VARIADIC: "VARIADIC ",
};

function argumentsText(parameters: readonly FunctionParameter[], isProcedure: boolean, state: CatalogState): string {
  // Procedures are printed with IN, which functions leave out.
  const input = isProcedure ? "IN " : "";
  return parameters
    .filter(({ mode }) => mode !== "FUNC_PARAM_TABLE")
    .map(({ mode, name, argType, defexpr }) => {
      const named = name === undefined ? "" : `${quoteIdentifier(name)} `;
      const preset = defexpr === undefined ? "" : ` DEFAULT ${expressionText(defexpr)}`;
      return `${MODES[mode ?? ""] ?? input}${named}${typeReference(argType, state).text}${preset}`;
    })
    .join(", ");
}

const withoutDefaults = (parameters: readonly FunctionParameter[]): FunctionParameter[] =>
  parameters.map(({ defexpr: _, ...parameter }) => parameter);

function resultOf(
  node: CreateFunctionStmt,
  parameters: readonly FunctionParameter[],
  state: CatalogState,
): string | undefined {
  if (node.is_procedure === true) {
    return undefined;
  }
  const table = parameters.filter(({ mode }) => mode === "FUNC_PARAM_TABLE");
  if (table.length > 0) {
    const columns = table.map(
      ({ name = "", argType }) => `${quoteIdentifier(name)} ${typeReference(argType, state).text}`,
    );
    return `TABLE(${columns.join(", ")})`;
  }
  const set = node.returnType?.setof === true ? "SETOF " : "";
  if (node.returnType !== undefined) {
    return set + typeReference(node.returnType, state).text;
  }
  const outs = parameters.filter(({ mode }) => mode === "FUNC_PARAM_OUT" || mode === "FUNC_PARAM_INOUT");
  const [only, another] = outs;
  return only === undefined || another !== undefined ? "record" : typeReference(only.argType, state).text;
}

/** The options that CREATE and ALTER share. */
function withOptions(
  routine: Routine,
  options: readonly { readonly defname?: string; readonly arg?: PgNode }[],
): Routine {
  let next = routine;
  for (const { defname, arg } of options) {
    const text = arg === undefined ? "" : valueText(arg);
    const isOn = text === "true";
    switch (defname) {
      case "volatility":
        next = { ...next, volatility: text as Routine["volatility"] };
        break;
      case "strict":
        next = { ...next, strict: isOn };
        break;
      case "security":
        next = { ...next, securityDefiner: isOn };
        break;
      case "leakproof":
        next = { ...next, leakproof: isOn };
        break;
      case "parallel":
        next = { ...next, parallel: text as Routine["parallel"] };
        break;
      case "cost":
        next = { ...next, cost: Number(text) };
        break;
      case "rows":
        next = { ...next, rows: Number(text) };
        break;
      case "window":
        next = { ...next, kind: isOn ? "window function" : next.kind };
        break;
      case "set":
        next = withField(next, "settings", settingsAfter(next.settings, arg));
        break;
      default:
    }
  }
  return next;
}

function settingsAfter(settings: Options | undefined, arg: PgNode | undefined): Options | undefined {
  const set = nodeAs(arg, "VariableSetStmt");
  if (set === undefined || set.kind === "VAR_RESET_ALL") {
    return undefined;
  }
  const { [set.name ?? ""]: _, ...rest } = settings ?? {};
  const next =
    set.kind === "VAR_SET_VALUE" ? { ...rest, [set.name ?? ""]: (set.args ?? []).map(valueText).join(", ") } : rest;
  return Object.keys(next).length === 0 ? undefined : next;
}
