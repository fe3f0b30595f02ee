import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { LocalChain } from "../lib/local-chain.ts";
import { podman, quietly, runArguments } from "./podman.ts";
import { check, configure } from "./shop.ts";

/** The user and the unit, as docs/operations/rmps-receiver.service names them. */
const NAME = "rmps-receiver";
const USER = 2000;

/** Debian with systemd, and the command installed as npm does: a link in the path. */
const containerfile = (image: string) => `
FROM ${image}
USER root
RUN apt-get update && apt-get install --yes --no-install-recommends systemd systemd-sysv
RUN useradd --system --uid ${USER} --user-group --no-create-home ${NAME} && groupmod --gid ${USER} ${NAME}
RUN chmod +x /opt/rmps/off-chain/receiver/bin/rmps-receiver.js \\
  && ln -s /opt/rmps/off-chain/receiver/bin/rmps-receiver.js /usr/local/bin/rmps-receiver
COPY ${NAME}.service /etc/systemd/system/
ENTRYPOINT ["/sbin/init"]
CMD []
`;

/** Runs the unit under systemd, in a machine of its own made of the receiver's image. */
export async function runUnit(image: string, unit: string, folder: string, chain: LocalChain): Promise<void> {
  const [machine, name] = [`localhost/rmps-machine-${process.pid}`, `rmps-machine-${process.pid}`];
  const context = join(folder, "machine");
  mkdirSync(context);
  copyFileSync(unit, join(context, `${NAME}.service`));
  writeFileSync(join(context, "Containerfile"), containerfile(image));
  const shop = await configure(join(folder, "unit-config"), USER, "c1", chain);
  const inside = (...words: string[]) => podman("exec", name, ...words);
  const systemctl = (...words: string[]) => inside("systemctl", ...words);
  const property = (of: string) => systemctl("show", "--property", of, "--value", NAME);
  try {
    await podman("build", "--layers=false", "--isolation", "chroot", "--network", "host", "-t", machine, context);
    // systemd makes control groups; where this machine still has those of the first version, it wants to be told.
    const init = ["--systemd", "always", "--privileged", "--env", "SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"];
    const config = ["-v", `${join(folder, "unit-config")}:/etc/${NAME}`];
    await podman("run", ...runArguments(), "--detach", "--name", name, ...init, ...config, machine);
    await quietly("exec", name, "systemctl", "is-system-running", "--wait"); // Parts of Debian may fail in there.
    await systemctl("start", NAME);
    check(await shop.ready(), "the unit's receiver is ready");
    const status = await inside("cat", `/proc/${await property("MainPID")}/status`);
    const rights = [/^Uid:\t2000\t/m, /^CapEff:\t0{16}$/m, /^NoNewPrivs:\t1$/m, /^Seccomp:\t2$/m];
    check(
      rights.every((each) => each.test(status)),
      "as its user, without capabilities, behind a filter of system calls",
    );
    check((await shop.buy(1)) === 200, "it sells");
    await systemctl("stop", NAME);
    check((await property("Result")) === "success", "it stops cleanly");
    await systemctl("start", NAME);
    check((await shop.ready()) && (await shop.buy(1)) === 402, "and has not forgotten what was spent");
    check((await shop.buy(2)) === 200, "it goes on");
    await systemctl("kill", "--signal", "KILL", NAME);
    check(await shop.ready(), "it is started again after it was killed");
    check((await shop.buy(2)) === 402 && (await shop.buy(3)) === 200, "with its books");
  } catch (error) {
    console.error(await inside("journalctl", "--no-pager", "--lines", "50").catch(String));
    throw error;
  } finally {
    await quietly("rm", "--force", "--volumes", name);
    await quietly("rmi", machine);
  }
}
