import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import { OPENAPI } from "../../src/api/openapi.ts";

const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema({ $id: "openapi", ...OPENAPI });

interface Operation {
  responses: Record<string, { content: Record<string, { schema?: { $ref: string } }> }>;
}

/** The described operation of a path as it was asked for. */
function operationOf(method: string, path: string): Operation | undefined {
  const segments = path.split("?")[0]!.split("/");
  for (const [template, operations] of Object.entries(OPENAPI.paths)) {
    const parts = template.split("/");
    const fits = parts.every((part, at) => part.startsWith("{") || part === segments[at]);
    if (!fits || parts.length !== segments.length) continue;
    const found = (operations as unknown as Record<string, Operation>)[method.toLowerCase()];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Fails unless the description has this answer: operation, status, content type and, of JSON, every field. */
export function expectDescribed(method: string, path: string, response: Response, json: unknown): void {
  const operation = operationOf(method, path);
  expect(operation, `${method} ${path} is not described`).to.not.equal(undefined);
  const described = operation!.responses[String(response.status)];
  expect(described, `${method} ${path} answered ${response.status}, which is not described`).to.not.equal(undefined);
  const type = response.headers.get("content-type")?.split(";")[0] ?? "";
  expect(Object.keys(described!.content), `${method} ${path} answered ${response.status}`).to.include(type);
  if (!/\bjson$/.test(type)) return;
  const schema = described!.content[type]?.schema?.$ref;
  expect(schema, `${method} ${path} answered ${response.status} as ${type}`).to.be.a("string");
  const valid = ajv.validate({ $ref: `openapi${schema}` }, json);
  expect(valid, `${method} ${path}: ${ajv.errorsText()}: ${JSON.stringify(json)}`).to.equal(true);
}
