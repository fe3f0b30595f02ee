import { realpathSync, statSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import type { DirectoryRoute, RouteRequest } from "./routes.ts";
import { sendFile } from "./send-file.ts";
import type { Source } from "./source.ts";

/** Names that are not served: hidden ones. Segments are canonical, so `.` and `..` cannot be among them anyway. */
const HIDDEN = /(?:^|\/)\./;

/** The files of a directory and those below it. @throws RangeError where it is not there, or the path has no `*`. */
export function directorySource(path: string, { directory }: DirectoryRoute): Source {
  const given = resolve(directory);
  if (!path.endsWith("/*")) throw new RangeError(`The route ${path} sells a directory: let its path end in /*.`);
  if (statSync(given, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new RangeError(`The route ${path} names ${given}, which is no directory.`);
  }
  const root = realpathSync(given);

  /** The file behind a path, links resolved, if it is one within the directory. */
  async function find({ params }: RouteRequest): Promise<string | undefined> {
    const rest = params["*"] ?? "";
    // A file has one path: with a slash at its end, the file system would find it as well.
    if (rest === "" || rest.endsWith("/") || HIDDEN.test(rest) || rest.includes("\0") || rest.includes("\\"))
      return undefined;
    try {
      const file = await realpath(resolve(root, rest));
      if (!file.startsWith(root + sep)) return undefined;
      return (await stat(file)).isFile() ? file : undefined;
    } catch {
      return undefined;
    }
  }

  return {
    exists: async (request) => (await find(request)) !== undefined,
    async send(request, incoming, response) {
      const file = await find(request);
      if (file === undefined) throw new Error("The file has gone since it was paid for.");
      await sendFile(incoming, response, { file });
    },
  };
}
