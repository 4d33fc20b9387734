import { nodeAs, nodesAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { Column, ColumnStorage } from "../../model/column.ts";
import type { QualifiedName } from "../../model/names.ts";
import type { Table } from "../../model/table.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import { addConstraint } from "./add-constraint.ts";
import type { Alter, Alteration } from "./alteration.ts";
import { collationNamed } from "./build-index.ts";
import { defineColumn, identityOf, recordType } from "./define-column.ts";
import { dropColumn } from "./drop-object.ts";
import { changeColumn, changeTable, depend, numbered, tableNow, withField } from "./edit.ts";
import { expressionText } from "./expression-text.ts";
import { inheritedColumn } from "./inherited.ts";
import { dropNotNull, setNotNull } from "./not-null.ts";
import { defaultOpclass } from "./opclass.ts";
import { genericOptions, optionsReset, optionsSet, valueText } from "./options.ts";
import { putDependencies } from "./put-dependencies.ts";
import { rebuildLeafIndexes } from "./rebuild-leaf-indexes.ts";
import { referencesIn, typeId } from "./references.ts";
import { sequenceOptions } from "./sequence-options.ts";
import { typeReference } from "./type-reference.ts";

export const alterColumn: Alter = (alteration) => {
  const { state, table, command } = alteration;
  const name = command.name ?? table.columns[(command.num ?? 0) - 1]?.name ?? "";
  const each = (change: (column: Column) => Column): void => {
    for (const one of reached(alteration)) {
      changeColumn(state, one, name, change);
    }
  };
  const list = nodeAs(command.def, "List")?.items;
  switch (command.subtype) {
    case "AT_AddColumn":
      addColumn(alteration);
      return true;
    case "AT_DropColumn":
      dropColumn(state, table, name, alteration.recurse);
      return true;
    case "AT_ColumnDefault":
      for (const one of reached(alteration)) {
        setDefault(alteration, one, name);
      }
      return true;
    case "AT_SetNotNull":
      setNotNull(state, table, name, {});
      return true;
    case "AT_DropNotNull":
      dropNotNull(state, table, name);
      return true;
    case "AT_SetExpression":
      each((column) =>
        column.generated === undefined
          ? column
          : { ...column, generated: { ...column.generated, expression: expressionText(command.def) } },
      );
      return true;
    case "AT_DropExpression":
      each((column) => withField(column, "generated", undefined));
      for (const one of reached(alteration)) {
        state.store.setDependencies(objectId("default", one.schema, one.name, name), []);
      }
      return true;
    case "AT_SetStatistics": {
      const target = command.def === undefined ? -1 : Number(valueText(command.def));
      each((column) => withField(column, "statisticsTarget", target < 0 ? undefined : target));
      return true;
    }
    case "AT_SetOptions":
      changeColumn(state, table, name, (column) => withField(column, "options", optionsSet(column.options, list)));
      return true;
    case "AT_ResetOptions":
      changeColumn(state, table, name, (column) => withField(column, "options", optionsReset(column.options, list)));
      return true;
    case "AT_AlterColumnGenericOptions":
      changeColumn(state, table, name, (column) => ({
        ...column,
        foreignOptions: genericOptions(column.foreignOptions, list),
      }));
      return true;
    case "AT_SetStorage": {
      const storage = namesOf(command.def)[0]?.toLowerCase();
      each((column) => withStorage(column, storage));
      return true;
    }
    case "AT_SetCompression": {
      const method = namesOf(command.def)[0]?.toLowerCase();
      changeColumn(state, table, name, (column) =>
        withField(column, "compression", method === "pglz" || method === "lz4" ? method : undefined),
      );
      return true;
    }
    case "AT_AlterColumnType":
      for (const one of reached(alteration)) {
        setType(alteration, one, name);
      }
      rebuildLeafIndexes(state, table, name);
      return true;
    case "AT_AddIdentity": {
      const node = nodeAs(command.def, "Constraint");
      if (node !== undefined) {
        changeColumn(state, table, name, (column) => ({
          ...column,
          identity: identityOf(node, table, name, column.type.name, state),
        }));
      }
      return true;
    }
    case "AT_SetIdentity":
      changeColumn(state, table, name, (column) => withIdentity(column, list));
      return true;
    case "AT_DropIdentity":
      changeColumn(state, table, name, (column) => withField(column, "identity", undefined));
      return true;
    default:
      return false;
  }
};

/** The table itself, and what inherits from it. */
const reached = ({ state, table, recurse }: Alteration): readonly Table[] =>
  recurse ? [table, ...state.descendantsOf(table)] : [table];

function addColumn({ state, table, command, recurse }: Alteration): void {
  const definition = nodeAs(command.def, "ColumnDef");
  if (definition === undefined) {
    return;
  }
  if (command.missing_ok === true && table.columns.some(({ name }) => name === definition.colname)) {
    return;
  }
  const { column, notNull, constraints } = defineColumn(definition, table, state);
  appendColumn(state, table, { ...column, notNull: false });
  if (recurse) {
    handDown(state, table, column.name);
  }
  for (const constraint of constraints.filter(({ contype }) => contype === "CONSTR_CHECK")) {
    addConstraint(state, table, constraint);
  }
  if (notNull !== undefined) {
    setNotNull(state, table, column.name, notNull);
  }
  for (const constraint of constraints.filter(({ contype }) => contype !== "CONSTR_CHECK")) {
    addConstraint(state, table, constraint);
  }
}

const appendColumn = (state: CatalogState, table: QualifiedName, column: Column): void =>
  changeTable(state, table, (one) => ({ ...one, columns: numbered([...one.columns, column]) }));

function handDown(state: CatalogState, table: QualifiedName, name: string): void {
  const column = tableNow(state, table)?.columns.find((one) => one.name === name);
  if (column === undefined) {
    return;
  }
  for (const child of state.childrenOf(table)) {
    if (child.columns.some((one) => one.name === name)) {
      changeColumn(state, child, name, (one) => ({ ...one, inheritedFrom: one.inheritedFrom + 1 }));
      continue;
    }
    const inherited = inheritedColumn(column);
    appendColumn(state, child, inherited);
    recordType(inherited, child, state);
    putDependencies(
      state,
      objectId("default", table.schema, table.name, name),
      objectId("default", child.schema, child.name, name),
      [table, child],
    );
    handDown(state, child, name);
  }
}

function setDefault({ state, command }: Alteration, table: QualifiedName, column: string): void {
  const { def } = command;
  const isNull = def !== undefined && "A_Const" in def && def.A_Const.isnull === true;
  const id = objectId("default", table.schema, table.name, column);
  state.store.setDependencies(id, []);
  const type = tableNow(state, table)?.columns.find(({ name }) => name === column)?.type;
  depend(state, id, referencesIn(def, state).objects);
  depend(state, id, def === undefined || isNull || type === undefined ? [] : typeId(type, state));
  changeColumn(state, table, column, (one) =>
    withField(one, "default", def === undefined || isNull ? undefined : expressionText(def)),
  );
}

const TYPE_STORAGE: Readonly<Record<string, ColumnStorage>> = { numeric: "main", inet: "main", cidr: "main" };

/** The storage that is its type's own is not shown. */
function withStorage(column: Column, storage: string | undefined): Column {
  const own = TYPE_STORAGE[column.type.name] ?? "extended";
  const shown = storage === "default" || storage === own ? undefined : (storage as ColumnStorage | undefined);
  return withField(column, "storage", shown);
}

/** A new type takes its own collation, storage and operator classes along. */
function setType({ state, command }: Alteration, table: Table, name: string): void {
  const definition = nodeAs(command.def, "ColumnDef");
  const type = typeReference(definition?.typeName, state);
  const collation = namesOf(definition?.collClause?.collname);
  changeColumn(state, table, name, (column) =>
    withField(
      withField({ ...column, type }, "storage", undefined),
      "collation",
      collation.length === 0 ? undefined : collationNamed(collation),
    ),
  );
  const changed = tableNow(state, table)?.columns.find((one) => one.name === name);
  if (changed !== undefined) {
    recordType(changed, table, state);
  }
  changeTable(state, table, (one) => ({
    ...one,
    indexes: one.indexes.map((index) => ({
      ...index,
      keys: index.keys.map((key) =>
        "column" in key && key.column === name && key.opclass.schema === "pg_catalog"
          ? { ...key, opclass: newOpclass(table, name, key.opclass, index.method, state) }
          : key,
      ),
    })),
  }));
  if (changed?.identity !== undefined) {
    const { identity } = changed;
    const next = sequenceOptions(
      [{ DefElem: { defname: "as", arg: { TypeName: { names: [{ String: { sval: type.name } }] } } } }],
      identity.sequence,
    );
    changeColumn(state, table, name, (column) => ({
      ...column,
      identity: { ...identity, sequence: { ...identity.sequence, ...next } },
    }));
  }
}

/** A default class follows the type; one that was chosen stays. */
function newOpclass(
  table: Table,
  name: string,
  before: QualifiedName,
  method: string,
  state: CatalogState,
): QualifiedName {
  const old = table.columns.find((one) => one.name === name);
  const now = tableNow(state, table)?.columns.find((one) => one.name === name);
  const wasDefault = old !== undefined && keyOf(defaultOpclass(old.type, method, state)) === keyOf(before);
  return wasDefault && now !== undefined ? defaultOpclass(now.type, method, state) : before;
}

function withIdentity(column: Column, list: Parameters<typeof nodesAs>[0]): Column {
  const { identity } = column;
  if (identity === undefined) {
    return column;
  }
  const options = nodesAs(list, "DefElem");
  const generated = options.find(({ defname }) => defname === "generated");
  const code = generated?.arg === undefined ? undefined : Number(valueText(generated.arg));
  const rest = (list ?? []).filter((node) => nodeAs(node, "DefElem")?.defname !== "generated");
  return {
    ...column,
    identity: {
      generation: code === undefined ? identity.generation : code === ALWAYS_CODE ? "always" : "by default",
      sequence: { ...identity.sequence, ...sequenceOptions(rest, identity.sequence) },
    },
  };
}

/** ATTRIBUTE_IDENTITY_ALWAYS, as the number of its letter. */
const ALWAYS_CODE = 97;
