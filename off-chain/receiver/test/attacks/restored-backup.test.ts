import { expect } from "chai";
import { copyFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Client } from "pg";
import { startPostgres } from "../store/postgres.ts";
import { survivesRestoring, TOKEN } from "./restored-backup.behaviour.ts";
import type { World } from "./world.ts";

const copyOf = ({ store }: World) => `${store}.copy`;

/** Puts the copy where the store was; what belonged to the lost one goes with it. */
function putBack(world: World): Promise<void> {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(world.store + suffix, { force: true });
  copyFileSync(copyOf(world), world.store);
  return Promise.resolve();
}

describe("Attack: the store is a restored old copy", () => {
  survivesRestoring({
    name: "of the file, made while the receiver is stopped",
    running: false,
    make: (world) => Promise.resolve(copyFileSync(world.store, copyOf(world))),
    restore: putBack,
  });

  survivesRestoring({
    name: "that the operator fetched while it ran",
    running: true,
    async make(world) {
      const headers = { authorization: `Bearer ${TOKEN}` };
      const answer = await fetch(`${world.receiver.url}/api/1/backup`, { headers });
      expect(answer.status).to.equal(200);
      writeFileSync(copyOf(world), Buffer.from(await answer.arrayBuffer()));
      expect(statSync(copyOf(world)).size).to.equal(Number(answer.headers.get("content-length")));
      const left = readdirSync(dirname(world.store)).filter((name) => name.includes("-copy-"));
      expect(left, "nothing stays behind").to.deep.equal([]);
    },
    restore: putBack,
  });

  describe("of a database in PostgreSQL", () => {
    let postgres: Awaited<ReturnType<typeof startPostgres>>;
    before(async () => (postgres = await startPostgres()));
    after(() => postgres.stop());

    const at = (database: string) => Object.assign(new URL(postgres.url), { pathname: `/${database}` }).href;
    async function run(statement: string): Promise<void> {
      const client = new Client(at("template1"));
      await client.connect();
      await client.query(statement).finally(() => client.end());
    }

    survivesRestoring({
      name: "made by the server itself, from a template",
      running: false,
      place: () => postgres.url,
      make: () => run("CREATE DATABASE copy TEMPLATE postgres"),
      async restore(world) {
        await run("DROP DATABASE postgres");
        world.store = at("copy");
      },
    });
  });
});
