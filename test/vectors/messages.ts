/** The messages that are signed in the vectors. */
const withDeadline = [
  { name: "channelId", type: "bytes32" },
  { name: "amount", type: "uint256" },
  { name: "deadline", type: "uint256" },
];

export const TYPES = {
  BalanceProof: [
    { name: "channelId", type: "bytes32" },
    { name: "balance", type: "uint256" },
  ],
  ClosingAgreement: withDeadline,
  CloseRequest: withDeadline,
};

export type MessageType = keyof typeof TYPES;

export interface SignedMessage {
  name: string;
  type: MessageType;
  types: Record<string, { name: string; type: string }[]>;
  chainId: string;
  contract: string;
  /** The members of the struct; numbers as decimal strings. */
  values: Record<string, string>;
  /** Hardhat account that signs. */
  account: number;
}

interface Manager {
  chainId: string;
  contract: string;
}

const MAX = (2n ** 256n - 1n).toString();
const DEADLINE = "1893456000"; // 2030-01-01

/**
 * @param plain   id of the channel in which the parties (accounts 2 and 1) sign themselves
 * @param keyed   id of the channel for which the sender named account 3
 */
export function messages(managers: readonly Manager[], plain: string, keyed: string): SignedMessage[] {
  const [home, otherContract, otherChain, extreme] = managers as [Manager, Manager, Manager, Manager];
  const of = (
    name: string,
    type: MessageType,
    manager: Manager,
    account: number,
    values: Record<string, string>,
  ): SignedMessage => ({ name, type, types: { [type]: TYPES[type] }, ...manager, values, account });

  return [
    of("a proof", "BalanceProof", home, 2, { channelId: plain, balance: "20000000000000000" }),
    of("a proof of nothing", "BalanceProof", home, 2, { channelId: plain, balance: "0" }),
    of("a proof of one unit", "BalanceProof", home, 2, { channelId: plain, balance: "1" }),
    of("a proof above 64 bits", "BalanceProof", home, 2, { channelId: plain, balance: (2n ** 64n).toString() }),
    of("a proof above 112 bits", "BalanceProof", home, 2, { channelId: plain, balance: (2n ** 112n).toString() }),
    of("a proof of everything", "BalanceProof", home, 2, { channelId: plain, balance: MAX }),
    of("a proof by the named key", "BalanceProof", home, 3, { channelId: keyed, balance: "20000000000000000" }),
    of("a proof for another contract", "BalanceProof", otherContract, 2, { channelId: plain, balance: "7" }),
    of("a proof for another chain", "BalanceProof", otherChain, 2, { channelId: plain, balance: "7" }),
    of("a proof in the extreme domain", "BalanceProof", extreme, 2, {
      channelId: `0x${"ff".repeat(32)}`,
      balance: MAX,
    }),
    of("an agreement", "ClosingAgreement", home, 1, {
      channelId: plain,
      amount: "20000000000000000",
      deadline: DEADLINE,
    }),
    of("an agreement on nothing", "ClosingAgreement", home, 1, { channelId: plain, amount: "0", deadline: DEADLINE }),
    of("an agreement for ever", "ClosingAgreement", home, 1, { channelId: plain, amount: MAX, deadline: MAX }),
    of("an agreement for another chain", "ClosingAgreement", otherChain, 1, {
      channelId: plain,
      amount: "7",
      deadline: DEADLINE,
    }),
    of("a request", "CloseRequest", home, 2, { channelId: plain, amount: "20000000000000000", deadline: DEADLINE }),
    of("a request that concedes nothing", "CloseRequest", home, 2, { channelId: plain, amount: "0", deadline: "0" }),
    of("a request by the named key", "CloseRequest", home, 3, { channelId: keyed, amount: "7", deadline: DEADLINE }),
    of("a request for another contract", "CloseRequest", otherContract, 2, {
      channelId: plain,
      amount: "7",
      deadline: DEADLINE,
    }),
  ];
}
