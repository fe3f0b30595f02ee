/** The page for people who have not paid. */
export interface WebOptions {
  /**
   * RPC of a development chain (31337) as browsers reach it, for the demo wallet; `rpc` unless given, where that is this
   * machine's. There is no demo wallet on any other chain.
   */
  readonly demoRpc?: string;
}
