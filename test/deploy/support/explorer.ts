import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createRequire } from "node:module";
import type { JsonRpcProvider } from "ethers";

const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };

/** What Sourcify is sent: `POST /v2/verify/{chainId}/{address}`. */
interface Submission {
  stdJsonInput: { settings: object };
  contractIdentifier: string;
  creationTransactionHash?: string;
}

interface Compiled {
  contracts: Record<string, Record<string, { evm: { deployedBytecode: Code } }>>;
}

interface Code {
  object: string;
  /** Where immutables stand in the code. Offsets and lengths in bytes. */
  immutableReferences: Record<string, { start: number; length: number }[]>;
}

/** The runtime code of a contract as the sources that were sent compile to it. */
function compile({ stdJsonInput, contractIdentifier }: Submission): Code | undefined {
  const [path = "", name = ""] = contractIdentifier.split(":");
  const outputSelection = { [path]: { [name]: ["evm.deployedBytecode"] } };
  const input = { ...stdJsonInput, settings: { ...stdJsonInput.settings, outputSelection } };
  const { contracts } = JSON.parse(solc.compile(JSON.stringify(input))) as Compiled;
  return contracts[path]?.[name]?.evm.deployedBytecode;
}

/** `code` with zeroes where the immutables are. */
function withoutImmutables(code: string, { immutableReferences }: Code): string {
  let text = code.replace(/^0x/, "");
  for (const { start, length } of Object.values(immutableReferences).flat()) {
    text = text.slice(0, 2 * start) + "0".repeat(2 * length) + text.slice(2 * (start + length));
  }
  return text;
}

async function read(request: IncomingMessage): Promise<Submission> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Submission;
}

/**
 * An explorer with Sourcify's interface (version 2 of its API), which believes nothing: it compiles what it is sent, and
 * compares the result with the code on the chain.
 */
export async function startExplorer(provider: JsonRpcProvider) {
  const verified = new Set<string>();
  const server = createServer((request, response) => {
    void (async () => {
      const [, , what = "", chainId = "", address = ""] = (request.url ?? "").split("/");
      const answer = (status: number, body: object): void => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      };
      if (what === "contract") {
        const match = verified.has(address.toLowerCase()) ? "match" : null;
        answer(match === null ? 404 : 200, { match, creationMatch: match, runtimeMatch: match, chainId, address });
      } else if (request.method === "POST") {
        const code = compile(await read(request));
        const here = await provider.getCode(address);
        if (code !== undefined && withoutImmutables(here, code) === code.object) verified.add(address.toLowerCase());
        answer(202, { verificationId: address });
      } else {
        const match = verified.has(chainId.toLowerCase()) ? "match" : null;
        const failure = { error: { customCode: "no_match", message: "The code differs." } };
        const job = { isJobCompleted: true, verificationId: chainId, jobStartTime: "", contract: { match } };
        answer(200, match === null ? { ...job, ...failure } : job);
      }
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, verified, stop: () => server.close() };
}
