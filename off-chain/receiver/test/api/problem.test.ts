import { expect } from "chai";
import fastify, { type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";
import { pino } from "pino";
import { readAhead } from "../../src/adapters/node/body.ts";
import { answerError } from "../../src/api/problem.ts";

describe("What a handler of the server throws", () => {
  let app: FastifyInstance;
  let lines: string[];
  beforeEach(async () => {
    lines = [];
    const log: FastifyBaseLogger = pino({ level: "warn" }, { write: (line) => void lines.push(line) });
    app = fastify({ loggerInstance: log });
    app.setErrorHandler(answerError);
    app.addContentTypeParser("*", (_, __, done) => done(null));
  });
  afterEach(() => app.close());

  it("is logged, and not told", async () => {
    app.get("/", () => {
      throw new Error("password of the database");
    });
    const { statusCode, body } = await app.inject("/");
    expect(statusCode).to.equal(500);
    expect(body).to.include("urn:rmps:problem:internal").and.not.to.include("password");
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include("password");
  });

  for (const [when, wait] of [
    ["while its body is read", false],
    ["before its body is read", true],
  ] as const)
    it(`is no bug where the client breaks off ${when}`, async () => {
      let threw!: (error: unknown) => void;
      const error = new Promise((resolve) => (threw = resolve));
      app.post("/", async ({ raw }) => {
        if (wait) await new Promise((resolve) => raw.on("error", () => undefined).on("close", resolve));
        return readAhead(raw).catch((error: unknown) => {
          threw(error);
          throw error;
        });
      });
      await app.listen({ port: 0 });
      const client = connect((app.server.address() as AddressInfo).port);
      client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\nContent-Length: 9\r\n\r\nhalf");
      await once(app.server, "request");
      client.destroy();
      expect(await error).to.include({ statusCode: 400 });
      await new Promise(setImmediate);
      expect(lines).to.deep.equal([]);
    });
});
