/** Answers of operations, as they are described. */

/** JSON of a schema. */
export const answer = (schema: string, description: string) => ({
  description,
  content: { "application/json": { schema: { $ref: `#/components/schemas/${schema}` } } },
});

/** A problem document. */
export const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
});

/** Problems of an operation, and those that any may have: too many requests, a store or a node that fails. */
export const problems = (...statuses: number[]) =>
  Object.fromEntries([...statuses, 429, 503].map((status) => [status, problem("See the problem's detail.")]));
