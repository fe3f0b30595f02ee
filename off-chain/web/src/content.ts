/** How an answer is shown. */
export type Kind = "image" | "text" | "html" | "audio" | "video" | "download";

/** Longest text that is shown as such, in bytes. */
const LONGEST_TEXT = 2 * 1024 * 1024;

const TEXTS = /^(?:text\/(?!html)|application\/(?:json|problem\+json|xml|yaml|x-ndjson|javascript)$)/;
const IMAGES = /^image\/(?:png|jpeg|gif|webp|avif|bmp|x-icon|svg\+xml)$/;

/** Chooses by the media type that the seller named; what can run scripts is only ever `html`, in the sandbox. */
export function kindOf(contentType: string | null, bytes: number): Kind {
  const type = (contentType ?? "").split(";")[0]!.trim().toLowerCase();
  if (type === "text/html" || type === "application/xhtml+xml") return "html";
  if (IMAGES.test(type)) return "image"; // in an <img>, where also SVG runs no script
  if (type.startsWith("audio/")) return "audio";
  if (type.startsWith("video/")) return "video";
  if (TEXTS.test(type) && bytes <= LONGEST_TEXT) return "text";
  return "download";
}

/** A file name for what a URL leads to. */
export function fileNameOf(url: URL): string {
  const last = url.pathname.split("/").pop() ?? "";
  try {
    return decodeURIComponent(last) || "download";
  } catch {
    return last; // escapes of something that is no UTF-8
  }
}
