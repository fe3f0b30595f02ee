/** Whether a method costs nothing where some are free. `HEAD` is what `GET` is. */
export function isFree(free: readonly string[] = [], method = "GET"): boolean {
  return free.includes(method) || (method === "HEAD" && free.includes("GET"));
}
