import { App } from "./app.ts";
import { Database } from "./database.ts";
import { element } from "./dom.ts";
import { explain } from "./explain.ts";
import { parseFacts } from "./facts.ts";
import { Stage } from "./stage.ts";
import { View } from "./view.ts";

const facts = parseFacts(element("facts", HTMLScriptElement).text);
const view = new View(facts);
async function start(): Promise<void> {
  if (window.isSecureContext) return new App(facts, view, new Stage(facts.frame), await Database.open()).start();
  const remedy = "Open this page by https, or on the machine itself.";
  view.error({ message: "Payments would travel in the clear.", remedy });
}

start().catch((error: unknown) => view.error(explain(error))); // such as a browser that keeps no data
