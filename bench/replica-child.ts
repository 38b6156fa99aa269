/** A replica in a process of its own: one cold scan and one warm one, with what it remembers in between. Marks: `cold`, `warm`. */
import { finish, mark } from './marks.ts';
import { REPLICAS } from './replicas/all.ts';
import { Peer, type PeerOptions } from './replicas/peer.ts';

export interface ReplicaJob {
  readonly key: string;
  readonly peer: Omit<PeerOptions, 'connections' | 'ceiling'>;
  /** The rate of the registry, which the peer's own ceiling is for; null: neither has one. */
  readonly rate: number | null;
}

export interface ReplicaFigures {
  readonly coldSeconds: number;
  readonly warmSeconds: number;
}

const job = JSON.parse(process.argv[2]!) as ReplicaJob;
const replica = REPLICAS.map((make) => make()).find(({ key }) => key === job.key)!;
const peer = new Peer({
  ...job.peer,
  connections: Math.min(replica.atOnce, 100),
  ceiling: job.rate === null ? null : replica.ceiling,
});

async function timed(name: string): Promise<number> {
  const start = performance.now();
  await replica.scan(peer);
  const seconds = (performance.now() - start) / 1000;
  await mark(name);
  return seconds;
}

const coldSeconds = await timed('cold');
const warmSeconds = await timed('warm');
await peer.close();
finish({ coldSeconds, warmSeconds });
