import { secretCheck } from "../secret.ts";

/** Whether an `Authorization` header bears the operator's token; one without any never does. */
export function tokenCheck(token: string): (authorization: string | undefined) => boolean {
  const isToken = secretCheck(token);
  return (authorization) => {
    const given = /^Bearer +([^ ]+) *$/i.exec(authorization ?? "")?.[1];
    return given !== undefined && isToken(given);
  };
}
