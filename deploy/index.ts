/** How RMPS is deployed: for chains of one's own, test networks, tests. Where it is: see `deployments.ts`. */
export {
  deployAll,
  prepareDeployment,
  type Deployed,
  type DeployOptions,
  type Prepared,
  type Sending,
  type Sent,
} from "./deploy.ts";
export { checkFunds, estimateDeployment, type CostLine, type Estimate, type Fees } from "./cost.ts";
export { DeploymentError, type DeploymentErrorCode } from "./errors.ts";
export {
  FACTORY,
  FACTORY_CODE,
  FACTORY_COST,
  FACTORY_DEPLOYER,
  FACTORY_TRANSACTION,
  create2Address,
} from "./factory.ts";
export {
  FAUCET_TOKEN,
  HARDHAT_ACCOUNT_0,
  LOCAL_CHAIN_ID,
  LOCAL_TOKEN,
  TEST_NETWORKS,
  familyOf,
  type Family,
  type TokenArguments,
} from "./families.ts";
export { fundAccounts, type Funding, type Transfer } from "./fund.ts";
export { inspectDeployment, type Findings, type RpcProvider } from "./inspect.ts";
export { planDeployment, type ExistingToken, type Plan, type PlanOptions, type Step } from "./plan.ts";
export type { ContractRecord, DeploymentRecord } from "./record.ts";
export type { Address, Hex } from "./hex.ts";
