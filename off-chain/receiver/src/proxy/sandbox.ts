import type { ServerResponse } from "node:http";

/** A document with this policy runs, but without an origin: it sees no storage, no cookies and no other page. */
const POLICY =
  "sandbox allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox allow-modals allow-downloads " +
  "allow-top-navigation-by-user-activation";

/**
 * Keeps an answer, wherever a browser opens it, away from what the page for payments keeps at this origin: the key that
 * pays. A policy of the content's own is kept beside. To be called before anything else that watches the answer's head.
 */
export function sandboxAnswer(response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response) as (...head: unknown[]) => ServerResponse;
  response.writeHead = function (...head: unknown[]) {
    response.writeHead = writeHead;
    response.appendHeader("Content-Security-Policy", POLICY);
    return writeHead(...head);
  };
}
