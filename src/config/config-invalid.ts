import { LockkeeperError } from "../errors/lockkeeper-error.ts";

export function invalidConfig(
  message: string,
  where: { readonly file?: string; readonly key?: string },
  code: "config_invalid" | "database_url_invalid" = "config_invalid",
): LockkeeperError {
  return new LockkeeperError(code, {
    message,
    ...(where.file === undefined ? {} : { at: { file: where.file } }),
    ...(where.key === undefined ? {} : { data: { key: where.key } }),
  });
}

/** The type and never the value, which may be a secret in the wrong place. */
export function describeType(value: unknown): string {
  if (value === null) {
    return "null";
  }
  if (Array.isArray(value)) {
    return "a list";
  }
  switch (typeof value) {
    case "string":
      return value.trim() === "" ? "an empty text" : "a text of another form";
    case "object":
      return "an object";
    case "number":
      return "a number of another range";
    default:
      return `a ${typeof value}`;
  }
}
