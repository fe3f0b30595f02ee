import { encodeSlot, INTENT, METHOD, readSessionRequest, writePayment, type JsonObject } from "@rmps/wire";
import type { Exit } from "../channel/exit.ts";
import { isLoopback } from "../http/security.ts";
import type { SessionOptions } from "../paying-fetch/options.ts";
import { closeAll } from "../paying-fetch/session.ts";
import { Teller, type Ticket } from "./teller.ts";

/** A challenge as the client hands it over: `request` is decoded, `opaque` may be, under the name `meta`. */
interface DecodedChallenge {
  id: string;
  realm: string;
  request: object;
  expires?: string | undefined;
  digest?: string | undefined;
  opaque?: string | undefined;
  meta?: object | undefined;
}

/** Takes any value as it is: what is needed of it is parsed by us. */
interface AnySchema {
  parse(value: unknown): unknown;
}

/** A method for the stock mppx client: `Mppx.create({ methods: [rmps({ wallet })] })`. */
export interface RmpsMethod {
  readonly name: typeof METHOD;
  readonly intent: typeof INTENT;
  readonly schema: { readonly credential: { readonly payload: AnySchema }; readonly request: AnySchema };
  createCredential(parameters: { challenge: DecodedChallenge }): Promise<string>;
  /** Ends the channels of the wallet; see `PayingFetch.close`. */
  close(): Promise<Exit[]>;
}

/** The realm is the receiver's host. The challenge is made over TLS or on loopback only. */
function urlOf(realm: string): string {
  const secure = `https://${realm}`;
  return URL.canParse(secure) && isLoopback(new URL(secure)) ? `http://${realm}` : secure;
}

const ANY: AnySchema = { parse: (value) => value };

/** Targets whose last payment is remembered; the oldest is forgotten first. */
const REMEMBERED = 1_000;

/**
 * Pays through channels where a challenge of method `rmps` asks for it. The client asks for an offer before each
 * request, for a credential then, and for further ones where it gets another 402. It never says what became of a
 * credential: one is taken for refused when a challenge for the same target shows how our channel stands (which is told
 * to whoever just tried to pay), and for charged otherwise.
 */
export function rmps(options: SessionOptions): RmpsMethod {
  const teller = new Teller(options);
  const last = new Map<string, Ticket>();

  return {
    name: METHOD,
    intent: INTENT,
    schema: { credential: { payload: ANY }, request: ANY },

    async createCredential({ challenge }) {
      const { id, realm, request, expires, digest, opaque, meta } = challenge;
      const { offer, channel } = readSessionRequest(request as JsonObject);
      const slot = opaque ?? (meta === undefined ? undefined : encodeSlot(meta as JsonObject));
      const target = `${realm}\n${slot ?? ""}`; // method and path are in `opaque`
      const before = last.get(target);
      last.delete(target);
      if (before !== undefined) {
        const isRefused = channel?.channelId === before.channelId;
        await (isRefused ? teller.refused(before, channel) : teller.served(before));
      }
      const ticket = await teller.pay(offer);
      await teller.located(ticket, urlOf(realm));
      last.set(target, ticket);
      if (last.size > REMEMBERED) for (const oldest of last.keys()) if (last.delete(oldest)) break;
      const slots = { id, realm, method: METHOD, intent: INTENT, request: encodeSlot(request as JsonObject) };
      const echo = {
        ...slots,
        ...(expires !== undefined && { expires }),
        ...(digest !== undefined && { digest }),
        ...(slot !== undefined && { opaque: slot }),
      };
      const headers = writePayment(ticket, { dialect: "payment", challenge: echo });
      return headers["Authorization"]!;
    },

    close: async () => closeAll(await teller.session()),
  };
}
