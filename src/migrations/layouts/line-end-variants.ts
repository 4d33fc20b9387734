import { createHash } from "node:crypto";
import type { Source } from "./source-folder.ts";

/** The sha256 of the file as it is, and as it would be with the line ends of the other platform. */
export function sha256Variants({ raw, text }: Source): string[] {
  const variants = new Set([raw, text, text.replaceAll("\n", "\r\n")]);
  return [...variants].map((variant) => createHash("sha256").update(variant, "utf8").digest("hex"));
}
