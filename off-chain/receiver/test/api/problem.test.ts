import { expect } from "chai";
import fastify, { type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";
import { pino } from "pino";
import { answerError } from "../../src/api/problem.ts";

describe("What a handler of the server throws", () => {
  let app: FastifyInstance;
  let lines: string[];
  let threw: Promise<unknown>;
  beforeEach(async () => {
    lines = [];
    const log: FastifyBaseLogger = pino({ level: "warn" }, { write: (line) => void lines.push(line) });
    app = fastify({ loggerInstance: log });
    app.setErrorHandler(answerError);
    app.addContentTypeParser("*", (_, __, done) => done(null));
    app.get("/", () => {
      throw new Error("password of the database");
    });
    threw = new Promise((resolve) => {
      app.post("/", async ({ raw }) => {
        // Reads to the end.
        for await (const _ of raw.on("error", resolve)) continue;
      });
    });
    await app.listen({ port: 0 });
  });
  afterEach(() => app.close());

  it("is logged, and not told", async () => {
    const { statusCode, body } = await app.inject("/");
    expect(statusCode).to.equal(500);
    expect(body).to.include("urn:rmps:problem:internal").and.not.to.include("password");
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include("password");
  });

  it("is no bug where the client breaks off", async () => {
    const client = connect((app.server.address() as AddressInfo).port);
    client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\nContent-Length: 9\r\n\r\nhalf");
    await once(app.server, "request");
    client.destroy();
    await threw;
    await new Promise(setImmediate);
    expect(lines).to.deep.equal([]);
  });
});
