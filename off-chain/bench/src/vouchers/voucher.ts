import { PATH } from "../world.ts";

/** The headers that pay request `turn` (0, 1, …) of channel `index`, each with a proof of its own. */
export type HeadersOf = (index: number, turn: number) => Readonly<Record<string, string>>;

/** Learns what it must from the 402, and answers with the function that signs. */
export type Voucher = (port: number) => Promise<HeadersOf>;

/** What an unpaid request is answered with. @throws Error unless that is a 402. */
export async function unpaid(port: number): Promise<Headers> {
  const response = await fetch(`http://localhost:${port}${PATH}`);
  await response.arrayBuffer();
  if (response.status !== 402) throw new Error(`an unpaid request was answered with ${response.status}`);
  return response.headers;
}
