// Who may import whom. Read by scripts/lint-imports.ts, which shows type-only imports too.
const { existsSync, readdirSync, readFileSync } = require('node:fs');

const tests = '(\\.test\\.js|/[a-z-]*testing\\.js|/test/)';

/** A package imports only these, by their public face; `shared` is the floor. */
const arrows = {
  shared: [],
  laravel: ['shared'],
  health: ['shared'],
  remote: ['shared'],
  release: ['laravel', 'health', 'remote', 'shared'],
  backup: ['laravel', 'health', 'remote', 'shared'],
};

/** What the package.json files export: src/index.js, and src/post.js of shared for post steps, which load nothing else. */
const faces = (existsSync('packages') ? readdirSync('packages') : []).flatMap((name) => {
  const { exports } = JSON.parse(readFileSync(`packages/${name}/package.json`, 'utf8'));
  return Object.values(typeof exports === 'string' ? { '.': exports } : exports).map((file) => `^packages/${name}/${file.replace('./', '').replaceAll('.', '\\.')}$`);
});

const forbidden = [
  { name: 'no-circular', comment: 'Two files that need each other are one idea in two places.', from: {}, to: { circular: true } },
  { name: 'resolvable', comment: 'An import leads nowhere.', from: {}, to: { couldNotResolve: true, pathNot: '^(node:|\\.\\./)' } },
  {
    name: 'public-face', comment: 'Another package is used through its src/index.ts (@ops/<name>) and nothing else of it.',
    from: { path: '^packages/([^/]+)/' }, to: { path: '^packages/[^/]+/src/', pathNot: ['^packages/$1/', ...faces] },
  },
  {
    name: 'public-face-of-packages', comment: 'An action uses a package through its src/index.ts (@ops/<name>) and nothing else of it.',
    from: { path: '^actions/' }, to: { path: '^packages/', pathNot: faces },
  },
  { name: 'no-own-face', comment: 'Inside a package imports are relative: the face imports the file that imports it.', from: { path: '^packages/([^/]+)/', pathNot: tests }, to: { path: '^packages/$1/src/index\\.js$' } },
  { name: 'no-action-from-action', comment: 'What two actions share belongs into a package.', from: { path: '^actions/([^/]+)/' }, to: { path: '^actions/', pathNot: '^actions/$1/' } },
  { name: 'no-action-from-package', comment: 'Arrows go from actions to packages.', from: { path: '^packages/' }, to: { path: '^actions/' } },
  { name: 'no-tests-in-product', comment: 'Product code does not import what only tests use.', from: { pathNot: tests }, to: { path: tests } },
  { name: 'backup-for-deploy-and-db', comment: 'Only deploy ties release and backup together.', from: { path: '^actions/(?!deploy/|db-)' }, to: { path: '^packages/backup/' } },
  { name: 'release-not-for-db', comment: 'Only deploy ties release and backup together.', from: { path: '^actions/db-' }, to: { path: '^packages/release/' } },
  ...Object.entries(arrows).map(([name, allowed]) => ({
    name: `arrows-of-${name}`, comment: `${name} imports ${allowed.length > 0 ? `only ${allowed.join(', ')}` : 'no package of ours'}.`,
    from: { path: `^packages/${name}/` }, to: { path: '^packages/', pathNot: `^packages/(${[name, ...allowed].join('|')})/` },
  })),
  { name: 'known-package', comment: 'A new package needs its arrows here.', from: { path: '^packages/', pathNot: `^packages/(${Object.keys(arrows).join('|')})/` }, to: {} },
].map((rule) => ({ severity: 'error', ...rule }));

module.exports = {
  forbidden,
  options: {
    doNotFollow: { path: 'node_modules/(?!@ops/)' },
    enhancedResolveOptions: { extensions: ['.js'], exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'], mainFields: ['module', 'main'] },
  },
};
