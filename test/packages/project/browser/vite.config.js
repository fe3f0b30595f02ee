import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  logLevel: "warn",
  build: {
    outDir: "../out/browser",
    emptyOutDir: true,
    lib: { entry: "main.ts", formats: ["es"], fileName: "bundle" },
  },
});
