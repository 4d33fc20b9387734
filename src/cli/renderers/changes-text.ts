import type { ChangedObject } from "../../run/drift/told-changes.ts";
import { formatTime } from "../format.ts";
import type { Paint } from "../paint.ts";

const SIGNS = { added: "+", removed: "-", changed: "~", renamed: "~" } as const;
const COLOURS = { added: "green", removed: "red", changed: "yellow", renamed: "yellow" } as const;

/** Longest that a value is shown in one line; definitions may be pages long. */
const LONGEST = 100;

/** What changed, object by object: of those that are otherwise, field by field with what was before and what is now. */
export function changesText(objects: readonly ChangedObject[], paint: Paint): string {
  return objects.map((object) => objectText(object, paint)).join("\n");
}

function objectText({ change, id, owner, at, fields, unsupported }: ChangedObject, paint: Paint): string {
  const beside = [
    ...(owner === null ? [] : [`owner ${owner}`]),
    ...(at === null ? [] : [formatTime(at)]),
    ...(unsupported ? ["no statement is known that reconciles it"] : []),
  ];
  return [
    `${paint(COLOURS[change], `${SIGNS[change]} ${nameOf(id)}`)}${beside.length === 0 ? "" : paint("dim", `  (${beside.join(", ")})`)}`,
    ...fields.map(({ field, before, after }) => `    ${field}: ${shown(before)} → ${shown(after)}`),
  ].join("\n");
}

/** `index public.orders_at` for the id `index:public.orders_at`. */
const nameOf = (id: string): string => id.replace(":", " ");

function shown(value: unknown): string {
  if (value === null || value === undefined) return "none";
  const text = isType(value) ? value.text : typeof value === "string" ? value : JSON.stringify(value);
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}

const isType = (value: unknown): value is { readonly text: string } =>
  typeof value === "object" && value !== null && "text" in value && typeof value.text === "string";
