/** The replicas against the stand-in that the agent has just read: their requests and, where it was timed, their seconds. */
import type { DialectName } from '@pharos/testbed';
import type { Read } from './by-dialect.ts';
import { runMarked } from './marks.ts';
import { type BenchOptions, type Measure, measure } from './measure.ts';
import { PRODUCTS } from './products.ts';
import type { ReplicaFigures, ReplicaJob } from './replica-child.ts';
import { REPLICAS } from './replicas/all.ts';
import type { StandInProcess } from './stand-in.ts';

export interface Ours {
  readonly cold: Read;
  readonly warm: Read;
  readonly tags: number;
  readonly isTimed: boolean;
  readonly options: BenchOptions;
}

const BESIDE = 'Pharos, with probe, tokens and referrers';
/** The agent's own time of a scan: its probe is over then. */
const SCAN = 'Pharos, the scan without the probe';

/** Ratios are those of the replica to Pharos: how many times as much. */
export async function measureReplicas(
  standIn: StandInProcess,
  dialect: DialectName,
  { cold, warm, tags, isTimed, options }: Ours,
): Promise<Measure[]> {
  const { repository, prefix = '', login } = PRODUCTS[dialect];
  const measures: Measure[] = [];
  for (const make of REPLICAS) {
    const { key, of, learns } = make();
    const job: ReplicaJob = {
      key,
      peer: { origin: standIn.url, repository: `${prefix.slice(1)}${prefix && '/'}${repository}`, login },
      rate: options.rate === undefined ? null : Number(options.rate),
    };
    const requests: Record<string, number> = {};
    await standIn.take();
    const figures = await runMarked<ReplicaFigures>('./replica-child.ts', job, async (mark) => {
      requests[mark] = (await standIn.take()).requests;
    });
    const per1000 = (count: number) => (count / tags) * 1000;
    const name = `discovery.replica.${key}.${dialect}`;
    const ours = (read: Read) => ({ name: BESIDE, value: per1000(read.all) });
    console.error(`  replica of the request pattern of ${of} (${learns})`);
    measures.push(
      measure(`${name}.cold`, per1000(requests.cold!), 'requests/1000', ours(cold)),
      measure(`${name}.warm`, per1000(requests.warm!), 'requests/1000', ours(warm)),
    );
    if (!isTimed) continue;
    measures.push(
      measure(`${name}.coldSeconds`, figures.coldSeconds, 's', { name: SCAN, value: cold.seconds }),
      measure(`${name}.warmSeconds`, figures.warmSeconds, 's', { name: SCAN, value: warm.seconds }),
    );
  }
  return measures;
}
