// Entry for browsers: pure JavaScript, no WebAssembly (which a strict content security policy forbids), no await.
export * from "./api.ts";
