// Entry for Node: the same as in browsers, and the store that needs files.
export * from "./browser.ts";
export { defaultStatePath, fileStore } from "./book/file-store.ts";
