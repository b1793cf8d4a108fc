export * from './brand.ts';
export * from './contract.ts';
export * from './deps.ts';
export * from './errors.ts';
export * from './exec.ts';
export * from './log.ts';
export * from './secret.ts';
export * from './report.ts';
