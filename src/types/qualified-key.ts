import type { QualifiedName } from "../catalog/model/names.ts";

/** Equal for the same names alone. */
export const qualifiedKey = ({ schema, name }: QualifiedName): string => JSON.stringify([schema, name]);
