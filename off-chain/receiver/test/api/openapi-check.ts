import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import { OPENAPI } from "../../src/api/openapi.ts";

const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema({ $id: "openapi", ...OPENAPI });

interface Operation {
  responses: Record<string, { content?: Record<string, { schema?: { $ref: string } }> }>;
}

interface PathItem extends Readonly<Record<string, unknown>> {
  readonly servers?: readonly { readonly url: string }[];
}

/** The description's path that a path belongs to. */
function itemOf(path: string): PathItem | undefined {
  const segments = path.split("?")[0]!.split("/");
  for (const [template, item] of Object.entries<PathItem>(OPENAPI.paths)) {
    const parts = template.split("/");
    const fits = parts.every((part, at) => part.startsWith("{") || part === segments[at]);
    if (fits && parts.length === segments.length) return item;
  }
  return undefined;
}

/** What stands in front of a path on the receiver, as the description says. */
export function prefixOf(path: string): string {
  const [server] = itemOf(path)?.servers ?? OPENAPI.servers;
  return server!.url.replace(/\/$/, "");
}

/** Fails unless the description has this answer: operation, status, content type and, of JSON, every field. */
export function expectDescribed(method: string, path: string, response: Response, json: unknown): void {
  const operation = itemOf(path)?.[method.toLowerCase()] as Operation | undefined;
  expect(operation, `${method} ${path} is not described`).to.not.equal(undefined);
  const described = operation!.responses[String(response.status)];
  expect(described, `${method} ${path} answered ${response.status}, which is not described`).to.not.equal(undefined);
  const type = response.headers.get("content-type")?.split(";")[0];
  const { content = {} } = described!;
  if (type === undefined) return void expect(content, `${method} ${path}: nothing`).to.deep.equal({});
  expect(Object.keys(content), `${method} ${path} answered ${response.status}`).to.include(type);
  if (!/\bjson$/.test(type) || path === "/openapi.json") return;
  const schema = content[type]?.schema?.$ref;
  expect(schema, `${method} ${path} answered ${response.status} as ${type}`).to.be.a("string");
  const valid = ajv.validate({ $ref: `openapi${schema}` }, json);
  expect(valid, `${method} ${path}: ${ajv.errorsText()}: ${JSON.stringify(json)}`).to.equal(true);
}
