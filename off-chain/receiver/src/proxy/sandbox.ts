import type { ServerResponse } from "node:http";

/** A document with this policy runs, but without an origin: it sees no storage, no cookies and no other page. */
const POLICY =
  "sandbox allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox allow-modals allow-downloads " +
  "allow-top-navigation-by-user-activation";

type WriteHead = (this: ServerResponse, ...head: unknown[]) => ServerResponse;

const BEFORE = Symbol("writeHead as it was before the sandbox");

type Sandboxed = ServerResponse & { [BEFORE]?: WriteHead };

/**
 * Keeps an answer, wherever a browser opens it, away from what the page for payments keeps at this origin: the key that
 * pays. A policy of the content's own is kept beside. To be called before anything else that watches the answer's head.
 */
export function sandboxAnswer(response: ServerResponse): void {
  const sandboxed: Sandboxed = response;
  const { writeHead } = response as { readonly writeHead: WriteHead };
  sandboxed[BEFORE] = writeHead;
  response.writeHead = writeSandboxedHead;
}

/** In place of `writeHead`; one function for all answers, for the reason that the guard of paid answers gives. */
function writeSandboxedHead(this: Sandboxed, ...head: unknown[]): ServerResponse {
  const writeHead = this[BEFORE]!;
  this.writeHead = writeHead;
  this.appendHeader("Content-Security-Policy", POLICY);
  return writeHead.apply(this, head);
}
