import { nodeAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import { type PgNode, taggedNode } from "../../../sql/parse-statement.ts";

interface Figured {
  readonly name: string;
  /** 2: says something; 1: only what kind of thing it is. */
  readonly strength: 1 | 2;
}

/** `FigureColname` of src/backend/parser/parse_target.c: what the column of an expression is called. */
export const figuredName = (expression: PgNode | undefined): string => figured(expression)?.name ?? "?column?";

/** The same for an index, where nothing figured is `expr`. */
export const figuredIndexName = (expression: PgNode | undefined): string => figured(expression)?.name ?? "expr";

const strong = (name: string): Figured => ({ name, strength: 2 });

function figured(expression: PgNode | undefined): Figured | undefined {
  if (expression === undefined || Object.keys(expression).length === 0) {
    return undefined;
  }
  const { tag, node } = taggedNode(expression);
  switch (tag) {
    case "ColumnRef": {
      const name = namesOf(node.fields).at(-1);
      return name === undefined ? undefined : strong(name);
    }
    case "A_Indirection":
      return strongField(node.indirection) ?? figured(node.arg);
    case "FuncCall":
      return strong(namesOf(node.funcname).at(-1) ?? "");
    case "A_Expr":
      return node.kind === "AEXPR_NULLIF" ? strong("nullif") : undefined;
    case "TypeCast": {
      const inner = figured(node.arg);
      const type = namesOf(node.typeName?.names).at(-1);
      return inner?.strength === 2 || type === undefined ? inner : { name: type, strength: 1 };
    }
    case "CollateClause":
      return figured(node.arg);
    case "GroupingFunc":
      return strong("grouping");
    case "MergeSupportFunc":
      return strong("merge_action");
    case "SubLink":
      return subLink(node.subLinkType, node.subselect);
    case "CaseExpr": {
      const inner = figured(node.defresult);
      return inner?.strength === 2 ? inner : { name: "case", strength: 1 };
    }
    case "A_ArrayExpr":
      return strong("array");
    case "RowExpr":
      return strong("row");
    case "CoalesceExpr":
      return strong("coalesce");
    case "MinMaxExpr":
      return strong(node.op === "IS_LEAST" ? "least" : "greatest");
    case "SQLValueFunction":
      return strong(
        (node.op ?? "")
          .replace(/^SVFOP_/, "")
          .replace(/_N$/, "")
          .toLowerCase(),
      );
    case "XmlExpr":
      return strong((node.op ?? "").replace(/^IS_/, "").toLowerCase());
    case "XmlSerialize":
      return strong("xmlserialize");
    case "JsonObjectConstructor":
      return strong("json_object");
    case "JsonArrayConstructor":
    case "JsonArrayQueryConstructor":
      return strong("json_array");
    case "JsonObjectAgg":
      return strong("json_objectagg");
    case "JsonArrayAgg":
      return strong("json_arrayagg");
    default:
      return undefined;
  }
}

function strongField(indirection: readonly PgNode[] | undefined): Figured | undefined {
  const name = namesOf(indirection).at(-1);
  return name === undefined ? undefined : strong(name);
}

function subLink(kind: string | undefined, select: PgNode | undefined): Figured | undefined {
  switch (kind) {
    case "EXISTS_SUBLINK":
      return strong("exists");
    case "ARRAY_SUBLINK":
      return strong("array");
    case "EXPR_SUBLINK": {
      const target = nodeAs(nodeAs(select, "SelectStmt")?.targetList?.[0], "ResTarget");
      return target?.name === undefined ? figured(target?.val) : strong(target.name);
    }
    default:
      return undefined;
  }
}
