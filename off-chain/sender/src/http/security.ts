import { SenderError } from "../errors.ts";

const LOOPBACK = /^(?:localhost|(?:.+\.)localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether only this machine can listen in on requests to a URL. */
export function isLoopback(url: URL): boolean {
  return LOOPBACK.test(url.hostname);
}

/**
 * A proof is a secret: it goes over TLS, or stays on this machine.
 * @throws SenderError `insecure` for plain HTTP to anywhere else, unless that is allowed.
 */
export function assertSecure(url: URL, allowInsecure: boolean): void {
  if (url.protocol === "https:" || (url.protocol === "http:" && (allowInsecure || isLoopback(url)))) return;
  throw new SenderError(
    "insecure",
    `payments to ${url.origin} would travel in the clear`,
    "Use https. To pay over plain http all the same, allow it: option allowInsecure, --insecure-http.",
  );
}
