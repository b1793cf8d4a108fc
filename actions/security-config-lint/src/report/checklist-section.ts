import { escapeText, prose, table, type Section } from '@ops/shared';
import type { JudgedItem } from '../checklist/judge.ts';
import type { LintResult } from '../lint-result.ts';

/** The action items in three columns, and both checklists. */
export function checklistSections({ actions, audit, week }: LintResult['items']): readonly Section[] {
  return [
    { title: 'Action items', markdown: `${tally(actions)}\n\n${table(['item', 'proven', 'attested', 'open'], actions.map(actionRow))}` },
    { title: 'Before the first deployment', markdown: boxes(audit) },
    { title: 'In the week before', markdown: boxes(week) },
  ];
}

/** Never a share of 28: what is proven, what somebody says, and what is open are three things. */
function tally(items: readonly JudgedItem[]): string {
  const count = (state: JudgedItem['state']): number => items.filter((item) => item.state === state).length;
  return `${count('proven')} proven, ${count('attested')} attested, ${count('open')} open.`;
}

function actionRow({ item, state, note }: JudgedItem): readonly string[] {
  const cell = (column: JudgedItem['state']): string => (state === column ? prose(note) : '');
  return [`${item.id} ${escapeText(item.title)}`, cell('proven'), cell('attested'), cell('open')];
}

function boxes(items: readonly JudgedItem[]): string {
  return [tally(items), ...items.map(({ item, state, note }) => `- [${state === 'open' ? ' ' : 'x'}] ${item.id} ${escapeText(item.title)}: ${state === 'proven' ? 'proven by ' : state === 'attested' ? 'attested by ' : ''}${prose(note)}`)].join('\n');
}
