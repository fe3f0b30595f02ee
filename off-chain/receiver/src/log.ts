import { pino, type Bindings, type ChildLoggerOptions, type DestinationStream, type Logger } from "pino";
import type { ReceiverOptions } from "./config/options.ts";
import { tell } from "./tell.ts";

/** Names of what must never reach a log, alone or inside something else. */
export const SECRETS = ["signature", "proof", "headers", "key", "apiToken"] as const;

/**
 * The log: lines of JSON without what is secret. Nothing of that is meant to be logged in the first place; this is the
 * second line of defence.
 * @param to standard output unless given.
 */
export function createLogger(log: ReceiverOptions["log"], to?: DestinationStream): Logger {
  if (typeof log === "object") return unfailing(log);
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`]);
  const options = { level: log ?? "info", redact: { paths, remove: true } };
  return to === undefined ? pino(options) : pino(options, to);
}

const LEVELS: readonly PropertyKey[] = ["trace", "debug", "info", "warn", "error", "fatal"] satisfies (keyof Logger)[];

/** A logger of somebody else, and its children: where a line cannot be written, nothing else fails for it. */
function unfailing(log: Logger): Logger {
  return new Proxy(log, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== "function") return member;
      if (name === "child")
        return (...given: [Bindings, ChildLoggerOptions?]) => unfailing(target.child<never>(...given));
      if (!LEVELS.includes(name)) return member;
      return (...line: unknown[]) => tell((...same) => Reflect.apply(member, target, same), ...line);
    },
  });
}
