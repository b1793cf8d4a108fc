import { UserError } from '@ops/shared';

/** One error that lists every problem that joins several inputs. */
export function inputError(problems: readonly string[]): UserError {
  const [only] = problems;
  return new UserError({ reason: 'input', message: problems.length === 1 && only !== undefined ? only : `${problems.length} inputs are wrong; nothing was changed:\n${problems.map((problem) => `- ${problem}`).join('\n')}` });
}
