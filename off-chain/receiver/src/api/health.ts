import type { FastifyPluginAsync } from "fastify";
import type { Engine } from "../engine.ts";
import type { PaymentMetrics } from "../metrics.ts";
import { lookForOutages } from "../outages.ts";

/** Whether payments can be taken, and if not, why. @returns reasons, none of them secret. */
export async function unreadiness(engine: Engine): Promise<string[]> {
  const { ledger, alarms, defence, resolved } = engine;
  const reasons: string[] = [];
  if (!(await lookForOutages(engine))) reasons.push("store-unavailable");
  const chain = ledger.unavailable();
  if (chain !== undefined) reasons.push(chain);
  if (alarms.rings("gas-money")) reasons.push("gas-money");
  if (!defence.defends({ challengePeriod: resolved.offeredPeriod })) reasons.push("slow-chain");
  return reasons;
}

/** `/health`: it runs, and what is wrong. `/ready`: it takes payments. `/metrics`: for Prometheus. */
export const healthRoutes: FastifyPluginAsync<{ engine: Engine; metrics: PaymentMetrics }> = async (
  app,
  { engine, metrics },
) => {
  app.addHook("onSend", async (_, reply) => void reply.header("cache-control", "no-store"));

  app.get("/health", async () => {
    await lookForOutages(engine);
    const alarms = engine.alarms.list().map(({ name }) => name);
    return { status: alarms.length === 0 ? "ok" : "alarm", alarms };
  });

  app.get("/ready", async (_, reply) => {
    const reasons = await unreadiness(engine);
    return reply.code(reasons.length === 0 ? 200 : 503).send({ ready: reasons.length === 0, reasons });
  });

  app.get("/metrics", async (_, reply) => {
    await unreadiness(engine); // rings what has to ring
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
};
