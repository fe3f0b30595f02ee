import type { CodeReader } from "@rmps/proofs";
import { RpcError } from "./errors.ts";
import type { Rpc } from "./rpc.ts";

/** What the check of contract wallets' signatures needs of a chain, over our own connection. */
export function rpcCodeReader(rpc: Rpc): CodeReader {
  return {
    getCode: (address) => rpc.request<string>("eth_getCode", [address, "latest"]),
    async call({ to, data }) {
      try {
        return await rpc.request<string>("eth_call", [{ to, data }, "latest"]);
      } catch (error) {
        // A node's own error to a call is a revert (or running out of gas): the wallet does not say yes.
        if (error instanceof RpcError) throw Object.assign(new Error(error.message), { code: "CALL_EXCEPTION" });
        throw error;
      }
    },
  };
}
