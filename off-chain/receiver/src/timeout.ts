import { z } from "zod";

/** Longest time that a timer is set for: a day. Node's own, past 24 days, would go off at once. */
const LONGEST = 86_400_000;

/** Milliseconds that something is waited for. */
export const timeout = (least: number) => z.number().int().min(least).max(LONGEST);
