import { SenderError } from "../errors.ts";
import { printable } from "./money.ts";

/** The URL of something that may be sold. @throws SenderError `configuration` */
export function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new SenderError("configuration", `${printable(text)} is no URL`, "Begin it with http:// or https://.");
}
