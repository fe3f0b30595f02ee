import { definePlugin } from "hardhat/plugins";
import type { HardhatPlugin } from "hardhat/types/plugins";

/** The plugin that generates the bindings, which lists contracts in the order in which it is given their artifacts. */
const GENERATOR = "hardhat-typechain";

/**
 * Generates the bindings from artifacts in alphabetical order. Hardhat itself gives them in the order of the file system,
 * which differs between machines; the committed bindings must not. Goes with `typechain: { dontOverrideCompile: true }`,
 * which keeps the generator from running by itself.
 */
export const orderedBindings: HardhatPlugin = definePlugin({
  id: "rmps-ordered-bindings",
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        async processArtifactsAfterSuccessfulBuild(context, artifactPaths, ...build) {
          const { config } = context;
          const generator = config.plugins.find(({ id }) => id === GENERATOR);
          const solidity = await generator?.hookHandlers?.solidity?.();
          const generate = (await solidity?.default())?.processArtifactsAfterSuccessfulBuild;
          if (generate === undefined) throw new Error(`The plugin ${GENERATOR} generates nothing after a build.`);
          const allowed = { ...config, typechain: { ...config.typechain, dontOverrideCompile: false } };
          const generating = new Proxy(context, {
            get: (target, name): unknown => (name === "config" ? allowed : Reflect.get(target, name)),
          });
          await generate(generating, [...artifactPaths].sort(), ...build);
        },
      }),
    }),
  },
});
