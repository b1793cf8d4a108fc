/** What is judged: the application that runs, the one that is tried, or what the repository itself shows. Declared, never guessed. */
export const TARGETS = ['production', 'staging', 'example'] as const;
export type Target = (typeof TARGETS)[number];
