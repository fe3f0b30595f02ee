import type { FastifyReply } from "fastify";
import type { Store } from "../store/store.ts";
import { sendProblem, type Problem } from "./problem.ts";

/** What an SQLite database is called (IANA). */
export const SQLITE_TYPE = "application/vnd.sqlite3";

const NOT_FROM_HERE: Problem = {
  status: 501,
  code: "no-backup",
  title: "The database makes its own",
  detail: "This receiver's store is in PostgreSQL. Use pg_dump, or what else backs up that server.",
};

const RUNNING: Problem = {
  status: 409,
  code: "backup-running",
  title: "One is being made",
  detail: "Another backup is being made. Ask again when it is there.",
};

/** Answers with a copy of the store, one at a time: each is a file of its size. */
export function createBackups(store: Store): (reply: FastifyReply) => Promise<unknown> {
  let running = false;
  return async (reply) => {
    if (running) return sendProblem(reply, RUNNING);
    running = true;
    const done = () => (running = false);
    try {
      const file = await store.copy();
      if (file === undefined) {
        done();
        return sendProblem(reply, NOT_FROM_HERE);
      }
      const { size } = await file.stat();
      const content = file.createReadStream({ start: 0 }).once("close", done);
      reply.header("content-length", size).header("content-disposition", 'attachment; filename="receiver.sqlite"');
      return reply.type(SQLITE_TYPE).send(content);
    } catch (error) {
      done();
      throw error;
    }
  };
}
