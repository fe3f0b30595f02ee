import { cpSync, copyFileSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";

import { command, podman } from "./podman.ts";

/** As in the Containerfile. */
const SUITE = "trixie";

/** Certificates that this machine trusts. */
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/**
 * Makes an image like the one that the Containerfile begins with: Debian, this Node, npm, and a user `node`.
 * @param folder that does not exist yet; it is made, and removed.
 */
export async function makeBase(folder: string, image: string): Promise<void> {
  await command("debootstrap", "--variant=minbase", SUITE, folder);
  const local = join(folder, "usr/local");
  copyFileSync(process.execPath, join(local, "bin/node"));
  const npm = dirname(
    dirname(process.env["npm_execpath"] ?? createRequire(import.meta.url).resolve("npm/bin/npm-cli.js")),
  );
  cpSync(npm, join(local, "lib/node_modules/npm"), { recursive: true });
  for (const name of ["npm", "npx"])
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, "bin", name));
  mkdirSync(join(folder, "etc/ssl/certs"), { recursive: true });
  copyFileSync(CERTIFICATES, join(folder, CERTIFICATES));
  await command("chroot", folder, "groupadd", "--gid", "1000", "node");
  await command("chroot", folder, "useradd", "--uid", "1000", "--gid", "node", "--create-home", "node");
  const changes = ["ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];
  changes.push(`ENV NODE_EXTRA_CA_CERTS=${CERTIFICATES}`);
  const tar = `${folder}.tar`;
  await command("tar", "--create", "--file", tar, "--directory", folder, ".");
  await podman("import", ...changes.flatMap((change) => ["--change", change]), tar, image);
  rmSync(tar);
  rmSync(folder, { recursive: true });
}
