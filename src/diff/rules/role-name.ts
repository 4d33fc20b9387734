import { quoteIdentifier } from "../../sql/quote.ts";

/** A role of a catalog, where `public` is everybody. */
export const roleName = (role: string): string => (role === "public" ? "PUBLIC" : quoteIdentifier(role));
