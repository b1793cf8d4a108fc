import type { Scan, ScanKind } from '../engines/engine.ts';

/** How the stored bytes are decoded; the main thread sees it in the first of them. */
export type Decoder = 'zstd' | 'gzip' | 'none';

export interface TapSetup {
  readonly scan: ScanKind;
  readonly pgRestore: string | undefined;
  /** Programs by their path; PATH of the runner finds them otherwise. */
  readonly programs: { readonly zstd: string; readonly gzip: string };
}

/** To the worker: who decodes, the compressed bytes in order, then the end. */
export type TapInput = { readonly kind: 'begin'; readonly decoder: Decoder } | { readonly kind: 'chunk'; readonly bytes: Uint8Array } | { readonly kind: 'end' };

/** From the worker. */
export type TapOutput =
  /** Bytes that the decoder took, and plaintext so far. */
  | { readonly kind: 'taken'; readonly bytes: number; readonly plainBytes: number }
  | { readonly kind: 'pid'; readonly pid: number }
  | { readonly kind: 'scan'; readonly scan: Scan }
  | { readonly kind: 'failed'; readonly why: string; readonly killed: boolean };
