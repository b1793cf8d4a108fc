import { rule, type Rule, type RuleMeta } from '../rule.ts';
import { checkDevDependencies } from './dkr/dev-dependencies.ts';
import { checkEnvFile } from './dkr/env-file.ts';
import { checkIni } from './dkr/ini.ts';
import { checkSecrets } from './dkr/secrets.ts';
import { checkUser } from './dkr/user.ts';

const COMMON = { precision: 'medium', needs: ['docker'], targets: ['production', 'staging', 'example'], since: '0.1.0' } as const satisfies Partial<RuleMeta>;

/** Images. Dockerfiles that are for developers or tests by their names are left out. */
export const DKR: readonly Rule[] = [
  rule({
    ...COMMON, id: 'FWS-DKR-001', slug: 'image-contains-env', title: 'The image holds the env file', severity: 'high', cwe: [538], asvs: ['13.3.1'],
    why: 'Whoever can pull the image has every secret of the environment, in a layer that stays.',
    fires: 'the last stage or one that it stands on copies `.env`, or all of the context while no .dockerignore leaves `.env` out',
    quiet: 'it is ignored',
    remedy: 'Add `.env` and `.env.*` to .dockerignore.',
    check: checkEnvFile,
  }),
  rule({
    ...COMMON, id: 'FWS-DKR-002', slug: 'image-runs-root', title: 'The image runs as root', severity: 'medium', cwe: [269], asvs: ['13.2.2'],
    why: 'A hole in the application is then one in all of the container.',
    fires: 'the last stage sets no user, or root, and stands on an image of the Docker library',
    quiet: 'it sets a user, or stands on the official FPM image, whose workers run as www-data',
    remedy: 'Add `USER www-data`.',
    check: checkUser,
  }),
  rule({
    ...COMMON, id: 'FWS-DKR-003', slug: 'secret-in-build-arg', title: 'A secret stands in a Dockerfile or compose file', severity: 'high', cwe: [522], asvs: ['13.3.1'],
    why: '`docker history` shows the arguments and variables of a build to whoever has the image.',
    fires: 'ARG, ENV or a variable of a compose service has a long random value under the name of a secret, or a key of a vendor under any',
    quiet: 'it comes as a secret mount, from outside, or is a placeholder',
    remedy: 'Rotate it, and use `RUN --mount=type=secret`.',
    check: checkSecrets,
  }),
  rule({
    ...COMMON, id: 'FWS-DKR-004', slug: 'image-dev-deps', title: 'The image holds packages for development', severity: 'medium', cwe: [489], asvs: ['15.2.3'],
    why: 'Such packages show queries and stack traces, or run code that is sent to them.',
    fires: 'the last stage, or one whose files it takes, runs `composer install` without `--no-dev`',
    quiet: 'with `--no-dev`, or with COMPOSER_NO_DEV=1',
    remedy: 'Add `--no-dev`.',
    check: checkDevDependencies,
  }),
  rule({
    ...COMMON, id: 'FWS-DKR-005', slug: 'php-ini-errors-shown', title: 'PHP shows errors to visitors', severity: 'medium', cwe: [209], asvs: ['16.5.1'],
    why: 'Errors that come before Laravel catches them are shown with paths and values.',
    fires: 'an ini file or an image has display_errors on, or uses php.ini-development',
    quiet: 'php.ini-production; files that are for development by their names',
    remedy: 'Use php.ini-production.',
    check: checkIni,
  }),
];
