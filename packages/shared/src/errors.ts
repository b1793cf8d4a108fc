import { types } from 'node:util';

/** What a user error says. Each field is one sentence without a trailing stack or blame. */
export interface Fault {
  /** Stable word for machines, for example `host-key`; the output `reason-code`. */
  readonly reason: string;
  /** What happened, to what, and the likeliest why. */
  readonly message: string;
  /** The next thing to do. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/**
 * A failure the user can act on: bad input, missing permission, a remote that said no, a gate that
 * said no. Printed as one annotation without a stack. Every other throw counts as our bug.
 */
export class UserError extends Error {
  readonly reason: string;
  readonly remedy: string | undefined;

  constructor(fault: Fault) {
    super(fault.message, fault.cause === undefined ? undefined : { cause: fault.cause });
    this.name = 'UserError';
    this.reason = fault.reason;
    this.remedy = fault.remedy;
  }

  /** Message and remedy as one text for the annotation and the last log line. */
  sentence(): string {
    return this.remedy === undefined ? this.message : `${this.message} ${this.remedy}`;
  }
}

/** Thrown where work stops because the run was cancelled. */
export class CancelledError extends UserError {
  constructor(what: string) {
    super({ reason: 'cancelled', message: `Cancelled while ${what}.` });
    this.name = 'CancelledError';
  }
}

/** Turns whatever was thrown into an Error, so that `catch` blocks never lose a thrown string. */
export function asError(thrown: unknown): Error {
  // Not `instanceof`: errors of another realm, such as a worker's or a test runner's, would lose their causes.
  return types.isNativeError(thrown) ? thrown : new Error(String(thrown));
}
