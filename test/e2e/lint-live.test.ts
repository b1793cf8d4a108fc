import { describe, expect, test } from '@jest/globals';
import { liveChecks, type LiveView } from '../../actions/security-config-lint/src/probe/index.ts';
import { openSite } from '../../actions/security-config-lint/src/probe/testing.ts';
import type { RuleId } from '../../actions/security-config-lint/src/rule.ts';
import { startLiveApp, type Release } from '../support/live-app.ts';
import { describeWithServices } from '../support/require.ts';

/** `rule: fail|pass|…` of every live check, for an application of this release with this `.env`. */
async function verdicts(release: Release, env: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> {
  await using app = await startLiveApp(release, env);
  await using site = await openSite({ https: app.proxy });
  const view: LiveView = { seen: await site.probe(), sessionCookie: 'sample_session', findBypasses: () => new Set(), strict: false };
  return Object.fromEntries([...liveChecks].map(([rule, check]: [RuleId, (view: LiveView, given: unknown) => { kind: string }]) => [rule.slice(4), check(view, undefined).kind]));
}

const SAFE = { LIVE_HEADERS: '1', LIVE_TRUST: '1', LIVE_ORIGINS: 'https://spa.example.com,https://admin.example.com', SESSION_SECURE_COOKIE: 'true' };

describeWithServices('a live Laravel behind a proxy that ends TLS', ['network'], () => {
  describe.each<[Release, string, boolean]>([['bookworm', '8.83', false], ['trixie', '10.48', true], ['sid', '13.31', true]])('of %s, Laravel %s', (release, _version, cors) => {
    test('what is configured well is seen as good', async () => {
      expect(await verdicts(release, SAFE)).toMatchObject({
        'APP-001': 'pass', 'APP-007': 'pass', 'SES-001': 'pass', 'SES-003': 'pass', 'SES-004': 'pass', 'CRS-001': 'pass', 'CRS-002': 'pass', 'CSP-001': 'pass', 'CSP-002': 'pass', 'CSP-003': 'pass', 'CSP-004': 'pass', 'CSP-005': 'pass',
        'CSP-006': 'pass', 'CSP-008': 'pass', 'HDR-001': 'pass', 'HDR-002': 'pass', 'HDR-004': 'pass', 'TLS-001': 'pass', 'TLS-006': 'pass', 'TLS-007': 'pass',
      });
    }, 60_000);

    test('what is not is seen too', async () => {
      expect(await verdicts(release, { APP_DEBUG: 'true', SESSION_SECURE_COOKIE: 'false', SESSION_HTTP_ONLY: 'false', SESSION_SAME_SITE: 'none', LIVE_CREDENTIALS: '1' })).toMatchObject({
        'APP-001': 'fail', 'SES-001': 'fail', 'SES-003': 'fail', 'SES-004': 'fail', 'CSP-001': 'fail', 'CSP-002': 'not-applicable', 'CSP-006': 'fail', 'HDR-001': 'fail', 'HDR-004': 'fail', ...(cors ? { 'CRS-001': 'fail' } : {}),
      });
    }, 60_000);

    test('a star without cookies is less bad, one fixed origin is none', async () => {
      const star = await verdicts(release, { LIVE_ORIGINS: '*' });
      expect([star['CRS-001'], star['CRS-002']]).toEqual(['pass', cors ? 'fail' : 'pass']);
      const fixed = await verdicts(release, { LIVE_ORIGINS: 'https://spa.example.com', LIVE_CREDENTIALS: '1' });
      expect([fixed['CRS-001'], fixed['CRS-002']]).toEqual(['pass', 'pass']);
    }, 60_000);
  });

  test('a cookie that is Secure by itself, and a header behind isSecure, are lost behind a proxy that nobody trusts', async () => {
    const { SESSION_SECURE_COOKIE: _unset, LIVE_TRUST: _distrust, ...untrusted } = SAFE;
    expect(await verdicts('sid', untrusted)).toMatchObject({ 'SES-001': 'fail', 'HDR-001': 'fail' });
    expect(await verdicts('sid', { ...untrusted, LIVE_TRUST: '1' })).toMatchObject({ 'SES-001': 'pass', 'HDR-001': 'pass' });
  }, 60_000);
});
