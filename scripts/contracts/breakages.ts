// One deliberate mistake for each invariant of docs/SPEC.md, and the test that must notice it.

export interface Breakage {
  readonly invariant: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Solidity test files, without `.t.sol`. */
  readonly tests: readonly string[];
  /** What the failure must say, so that it is this invariant's check that noticed, and not another one. */
  readonly told: RegExp;
}

const MANAGER = "contracts/ChannelManager.sol";
const STATE = "contracts/types/Channel.sol";
const TERMS = "contracts/libraries/Terms.sol";
const CAMPAIGN = ["Invariants", "Handler"];

export const BREAKAGES: readonly Breakage[] = [
  {
    invariant: "I1",
    file: MANAGER,
    find: "refund = state.deposit() - settled;",
    replace: "refund = state.deposit();",
    tests: CAMPAIGN,
    told: /I1: insolvent/,
  },
  {
    invariant: "I2",
    file: STATE,
    find: "if (amount < total) total = amount;",
    replace: "total = amount;",
    tests: CAMPAIGN,
    told: /I2: settled above deposit/,
  },
  {
    invariant: "I3",
    file: STATE,
    find: "PackedState.unwrap(state) | (uint256(CLOSED) << 224)",
    replace: "(PackedState.unwrap(state) & type(uint112).max) | (uint256(CLOSED) << 224)",
    tests: CAMPAIGN,
    told: /I3: settled shrank/,
  },
  {
    invariant: "I4",
    file: MANAGER,
    find: "if (state.closesAt() == CLOSED) revert ChannelIsClosed();",
    replace: "",
    tests: CAMPAIGN,
    told: /I4: a closed or unknown channel was moved/,
  },
  {
    invariant: "I5",
    file: MANAGER,
    find: "if (state.closesAt() != 0) revert ChannelNotOpen();\n        if (!_isCaller",
    replace: "if (!_isCaller",
    tests: CAMPAIGN,
    told: /I5: a close was requested twice/,
  },
  {
    invariant: "I6",
    file: MANAGER,
    find: "owed[token][account] += amount;",
    replace: "",
    tests: CAMPAIGN,
    told: /I6: something is missing or left over/,
  },
  {
    invariant: "I7",
    file: MANAGER,
    find: "(state, paid) = state.credit(amount);\n        uint256 closesAt",
    replace: "(state, paid) = state.credit(amount + 1);\n        uint256 closesAt",
    tests: ["Exits"],
    told: /I7/,
  },
  {
    invariant: "I8",
    file: TERMS,
    find: "calldatacopy(add(preimage, 0x40), channel, 0xe0)",
    replace: "calldatacopy(add(preimage, 0x40), channel, 0xc0) mstore(add(preimage, 0x100), 0)",
    tests: CAMPAIGN,
    told: /I8: another channel changed/,
  },
  {
    invariant: "I9",
    file: MANAGER,
    find: "if (IERC20(token).trySafeTransfer(account, amount)) return;",
    replace: "IERC20(token).safeTransfer(account, amount); if (amount != 0) return;",
    tests: ["Exits"],
    told: /SenderGetsOutAlone/,
  },
  {
    invariant: "I10",
    file: MANAGER,
    find: "_checkProof(channel, id, amount, balance, proof);\n        uint256 paid;",
    replace:
      "if (state.closesAt() != 0 && block.timestamp >= state.closesAt()) revert ChannelIsClosed();\n" +
      "        _checkProof(channel, id, amount, balance, proof);\n        uint256 paid;",
    tests: ["Exits"],
    told: /ReceiverWithAProofGetsCredited/,
  },
  {
    invariant: "I11",
    file: MANAGER,
    find: "if (amount > balance) return 0;",
    replace: "",
    tests: ["SettleMany"],
    told: /I11/,
  },
  {
    invariant: "I12",
    file: MANAGER,
    find: "_entered = 1;",
    replace: "",
    tests: CAMPAIGN,
    told: /I12: the manager was re-entered/,
  },
  {
    invariant: "I13",
    file: TERMS,
    find: "mstore(preimage, chainId)",
    replace: "mstore(preimage, chainid())",
    tests: ["ChainId"],
    told: /I13/,
  },
  {
    invariant: "I14",
    file: MANAGER,
    find: "(msg.sender == signer && msg.sender != address(0))",
    replace: "msg.sender == signer",
    tests: CAMPAIGN,
    told: /I14: nobody has rights/,
  },
];
