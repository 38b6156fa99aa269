/** wrk over a fixed list of paths: what the registry can give to anybody. */
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCEPT_MANIFESTS } from '../packages/oci/src/index.ts';

/** What the agent sends with each request, so that all clients of the bench put the same work to the registry. */
export const HEADERS = { accept: ACCEPT_MANIFESTS, 'accept-encoding': 'identity', 'user-agent': 'pharos-agent/bench' };

export const hasWrk = (): boolean => spawnSync('wrk', ['--version']).error === undefined;

/** Requests per second that wrk reaches over `paths`, for some seconds, with `connections`. */
export async function wrk(
  origin: string,
  paths: readonly string[],
  connections: number,
  seconds: number,
  folder: string,
): Promise<number> {
  const list = join(folder, 'paths.txt');
  const script = join(folder, 'paths.lua');
  writeFileSync(list, paths.join('\n'));
  writeFileSync(
    script,
    `local paths = {}
for line in io.lines(${JSON.stringify(list)}) do paths[#paths + 1] = line end
local at = 0
local headers = { ${Object.entries(HEADERS)
      .map(([name, value]) => `[${JSON.stringify(name)}] = ${JSON.stringify(value)}`)
      .join(', ')} }
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at], headers)
end
`,
  );
  const child = spawn('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, origin]);
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  await new Promise((resolve) => child.on('close', resolve));
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(output);
  if (!rate || /Non-2xx/.test(output)) throw new Error(`wrk did not measure: ${output}`);
  return Number(rate[1]);
}
