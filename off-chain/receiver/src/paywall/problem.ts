import { PROBLEM_MEDIA_TYPE } from "@rmps/wire";
import { problemDocument } from "../problem.ts";
import type { RefusedRequest } from "./types.ts";

/**
 * A problem document that is not about payment.
 * @param code   its title too: `not-found` is "Not found".
 * @param detail what is wrong, and how to mend it.
 */
export function simpleProblem(status: number, code: string, detail: string): RefusedRequest {
  const title = (code.charAt(0).toUpperCase() + code.slice(1)).replaceAll("-", " ");
  return {
    kind: "refused",
    status,
    headers: { "Cache-Control": "no-store", "Content-Type": PROBLEM_MEDIA_TYPE },
    body: problemDocument({ status, code, title, detail }),
  };
}
