import type { CodeReader } from "@rmps/proofs";
import { isRevert } from "./errors.ts";
import { bytes } from "./results.ts";
import type { Rpc } from "./rpc.ts";

/** What a contract without code has. */
const NONE = "0x";

/**
 * What the check of contract wallets' signatures needs of a chain, over our own connection. Anybody can send a request
 * that some sender did not sign, so that a sender has no code is asked once for each block, and not for each request.
 * @param head hash of the newest block that was seen; undefined: unknown, and nothing is remembered.
 */
export function rpcCodeReader(rpc: Rpc, head: () => string | undefined): CodeReader {
  let block: string | undefined;
  const codeless = new Map<string, Promise<string>>();

  async function getCode(address: string): Promise<string> {
    const code = await rpc.request("eth_getCode", [address, "latest"], bytes);
    if (code !== NONE) codeless.delete(address);
    return code;
  }

  return {
    getCode(address) {
      const now = head();
      if (now !== block) codeless.clear();
      block = now;
      if (now === undefined) return getCode(address);
      let code = codeless.get(address);
      if (code === undefined) {
        code = getCode(address);
        codeless.set(address, code);
        code.catch(() => codeless.delete(address));
      }
      return code;
    },
    async call({ to, data }) {
      try {
        return await rpc.request("eth_call", [{ to, data }, "latest"], bytes);
      } catch (error) {
        // The wallet does not say yes. Whatever else a node answers with says nothing about the wallet.
        if (isRevert(error)) throw Object.assign(new Error(String(error)), { code: "CALL_EXCEPTION" });
        throw error;
      }
    },
  };
}
