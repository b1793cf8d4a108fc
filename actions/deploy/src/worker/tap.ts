// The tap's thread; see packages/backup/src/pipeline/tap-worker.ts.
import '@ops/backup/tap';
