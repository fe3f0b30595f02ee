// Generated from the records beside it by `npm run deploy`; a test compares them. Never edited by hand.
import type { DeploymentRecord } from "../record.ts";

/** What was deployed, by chain id. */
export const records: Readonly<Record<string, DeploymentRecord>> = {};
