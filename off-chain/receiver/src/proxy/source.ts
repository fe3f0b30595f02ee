import type { IncomingMessage, ServerResponse } from "node:http";
import type { RouteRequest } from "./routes.ts";

/** Where an answer comes from. */
export interface Source {
  /** Whether there is something to sell; a path that leads to nothing costs nothing. */
  exists(request: RouteRequest): Promise<boolean>;
  /** Sends the answer. May throw before the status line is sent; what happens later it ends by itself. */
  send(request: RouteRequest, incoming: IncomingMessage, response: ServerResponse): Promise<void>;
  close?(): Promise<void>;
}
