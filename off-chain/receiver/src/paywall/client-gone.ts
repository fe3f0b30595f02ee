import { simpleProblem } from "./problem.ts";

/** No bug: frameworks take an error with such a status code for the client's. */
export class ClientGone extends Error {
  readonly statusCode = 400;
  constructor(cause?: unknown) {
    super("The client went away while it sent the body", { cause });
  }
}

/** The answer that nobody waits for any more. */
export const CLIENT_GONE = simpleProblem(400, "client-gone", "The body ended too early. Send the request again.");
