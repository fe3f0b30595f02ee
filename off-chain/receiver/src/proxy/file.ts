import { statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { FileRoute } from "./routes.ts";
import { sendFile } from "./send-file.ts";
import type { Source } from "./source.ts";

/** One file. @throws RangeError where it is not there. */
export function fileSource(path: string, { file, status }: FileRoute): Source {
  const absolute = resolve(file);
  if (statSync(absolute, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new RangeError(`The route ${path} names ${absolute}, which is no file.`);
  }
  return {
    exists: () =>
      stat(absolute).then(
        (found) => found.isFile(),
        () => false,
      ),
    send: (_request, incoming, response) => sendFile(incoming, response, { file: absolute, status }),
  };
}
