import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that systems give to who asks for any, and to connections that go out: these are taken meanwhile. */
const [LOWEST, HIGHEST] = [20_000, 32_000];

/** A port for a server that has to be told one. Nothing else of ours asks for a port of this range. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    const server = createServer().listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}
