/** Last day of security fixes, by version: https://endoflife.date/api/laravel.json for 6 to 12 (looked up in November 2026), for 13 two years after its release, as Laravel's support policy says. */
export const LARAVEL_SUPPORT: ReadonlyMap<string, string> = new Map([
  ['6', '2022-09-06'], ['7', '2021-03-03'], ['8', '2023-01-24'], ['9', '2024-02-06'], ['10', '2025-02-04'], ['11', '2026-03-12'], ['12', '2027-02-24'], ['13', '2028-03-17'],
]);

/** Last day of security fixes, by branch: the last day of the year from 8.1 on (PHP's release cycle of 2024). */
export const PHP_SUPPORT: ReadonlyMap<string, string> = new Map([
  ['7.4', '2022-11-28'], ['8.0', '2023-11-26'], ['8.1', '2025-12-31'], ['8.2', '2026-12-31'], ['8.3', '2027-12-31'], ['8.4', '2028-12-31'], ['8.5', '2029-12-31'],
]);
