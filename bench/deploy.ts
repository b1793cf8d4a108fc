/**
 * Deploy and rollback against one plain script over the same ssh, Capistrano and mina: one Laravel host at 30 ms round trip time,
 * everybody doing the same work, side by side in one run, medians of several rounds.
 */
import { openBed, type Bed } from './bed.ts';
import { Samples } from './samples.ts';

export interface BenchIo {
  readonly quick: boolean;
  readonly figure: (name: string, value: number, op: '<=' | '>=', goal: number) => void;
  readonly log: (line: string) => void;
}

const ROUND_TRIP_MS = 30;

export async function bench({ quick, figure, log }: BenchIo): Promise<void> {
  await using bed = await openBed(ROUND_TRIP_MS);
  for (const name of bed.missing) log(`MISSING: ${name}, so there is no figure against it; install with: sudo scripts/services.sh`);
  const samples = new Samples();
  log(`Round 0, not counted: the first deploy of everybody. Then ${rounds(quick)} rounds; in each everybody deploys a new commit and goes back.`);
  for (let round = 0; round <= rounds(quick); round++) await oneRound(bed, round, round === 0 ? new Samples() : samples);
  for (const line of samples.table()) log(line);

  const ours = samples.median('deploy');
  figure('deploy-round-trips', samples.max('deploy round trips'), '<=', 8);
  figure('rollback-round-trips', samples.max('rollback round trips'), '<=', 4);
  for (const peer of bed.peers) {
    const [op, goal] = peer.name === 'capistrano' ? ['<=', 0.35] as const : ['>=', 0] as const;
    figure(`deploy-vs-${peer.name}`, ours / samples.median(`${peer.name} deploy`), op, goal);
  }
  for (const peer of bed.peers) figure(`rollback-vs-${peer.name}`, samples.median('rollback') / samples.median(`${peer.name} rollback`), '>=', 0);
  figure('rollback-vs-cold-ssh', samples.median('rollback clock') / samples.median('cold ssh'), '<=', 2);
  figure('gate-seconds', (samples.median('deploy with gate') - ours) / 1000, '>=', 0);
  for (const line of bounds(samples)) log(line);
}

function rounds(quick: boolean): number {
  return quick ? 2 : 7;
}

/** Nobody's turn is always the one after somebody heavy: the order turns by one from round to round. */
async function oneRound(bed: Bed, round: number, samples: Samples): Promise<void> {
  const commit = await bed.newCommit(`r${round}`);
  const turns: (() => Promise<void>)[] = [
    async () => {
      samples.add('deploy', (await bed.deploy(commit, { health: 'none' })).ms);
      if (round > 0) samples.add('rollback', (await bed.rollback({ health: 'none' })).ms);
    },
    ...bed.peers.map((peer) => async () => {
      samples.add(`${peer.name} deploy`, await bed.timePeer(peer, 'deploy'));
      if (round > 0) samples.add(`${peer.name} rollback`, await bed.timePeer(peer, 'rollback'));
    }),
    async () => { for (let asked = 0; asked < 3; asked++) samples.add('cold ssh', await bed.coldSsh()); },
  ];
  const first = round % turns.length;
  for (const turn of [...turns.slice(first), ...turns.slice(0, first)]) await turn();
  if (round === 0) return;

  // With a pending migration, which is the most round trips that a deploy takes.
  const judged = await bed.newCommit(`r${round}-judged`, [{ name: `2026_02_01_${String(round).padStart(6, '0')}_create_round${round}_table` }]);
  const deploy = await bed.deploy(judged, {});
  samples.add('deploy with gate', deploy.ms);
  samples.add('deploy round trips', deploy.roundTrips);
  const back = await bed.rollback({});
  samples.add('rollback with gate', back.ms);
  samples.add('rollback round trips', back.roundTrips);
  samples.add('rollback clock', back.clockMs);
}

function bounds(samples: Samples): string[] {
  const ms = (name: string): string => `${samples.median(name).toFixed(0)} ms`;
  return [
    `deploy: ${ms('deploy')} from the start of node to its end, health none; bound by the commands of artisan that build caches and boot the new code, and by packing on the runner`,
    `rollback: clock ${ms('rollback clock')} from the start of ssh to the first answer of the old release in the log of nginx, facts, lock and switch included; bound by one ssh handshake (${ms('cold ssh')} with exit) and two round trips of a shell`,
    `gate: ${ms('deploy with gate')} with, ${ms('deploy')} without; bound by stable-for x interval on the runner and the loop on the host`,
    'The runner, the host and the tools share the processors of this machine, so the ratios count, not the times.',
  ];
}
