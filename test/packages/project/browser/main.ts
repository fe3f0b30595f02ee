import * as contracts from "@rmps/contracts";
import * as deployments from "@rmps/contracts/deployments";
import * as proofs from "@rmps/proofs";
import * as sender from "@rmps/sender";
import * as wire from "@rmps/wire";
import { story } from "../story.js";

/** What a page would bundle. */
export const modules = { contracts, deployments, proofs, sender, wire };
export { story };
