/** docs/first-deploy.md and the by-hand parts of docs/deploy.md, followed to the letter on a host with a site that is already there. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { get } from '../../support/request.ts';
import { describeWithServices } from '../../support/require.ts';
import { openScene, type Scene } from '../../support/scenario.ts';

const docs = resolve(import.meta.dirname, '../../../docs');

/** The code blocks of one language below a heading that begins so. */
function blocks(file: string, heading: string, language: string): string[] {
  const section = readFileSync(join(docs, file), 'utf8').split(/^#{2,3} /m).find((part) => part.startsWith(heading));
  const found = [...(section ?? '').matchAll(new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\`$`, 'gm'))].map(([, indent = '', text = '']) => text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
  if (found.length === 0) throw new Error(`${file} has no ${language} block below "${heading}"`);
  return found;
}

const block = (file: string, heading: string, language: string, at = 0): string => blocks(file, heading, language)[at] ?? '';

describeWithServices('the guides', ['network', 'git'], () => {
  const must = async (scene: Scene, cmd: string, user: 'root' | 'deploy' = 'root'): Promise<string> => {
    const done = await scene.host.exec(cmd, { user });
    expect({ cmd, exit: done.exit, said: done.exit === 0 ? '' : `${done.stdout}${done.stderr}` }).toEqual({ cmd, exit: 0, said: '' });
    return done.stdout;
  };

  test('from a site that is there to the first deploy, and back by hand', async () => {
    await using scene = await openScene({ hosts: [{ name: 'app1', os: 'bookworm', appDir: '/var/www/app', fpmUser: 'www-data' }] });
    const { host, network } = scene;
    // The site as it is: settings and storage of its own, and nothing yet in the new place but the database.
    await must(scene, 'mkdir /var/www/old && cd /var/www/app/shared && mv .env storage /var/www/old && chown -R root:root /var/www/old && chmod -R go-rwx /var/www/old && chown root:root /var/www/app');
    await must(scene, `set -eu\n${block('first-deploy.md', '1. User', 'sh')}`);

    const nginx = block('first-deploy.md', '3. nginx', 'nginx').replace('/run/php/php8.4-fpm.sock', '/run/php-fpm.sock');
    writeFileSync(join(host.root, 'etc/nginx/guide.conf'), `user www-data;\npid /run/nginx-guide.pid;\nerror_log /var/log/nginx-guide.log;\nevents {}\nhttp {\n  access_log off;\n${nginx}}\n`);
    await must(scene, 'nginx -t -c /etc/nginx/guide.conf && nginx -c /etc/nginx/guide.conf');
    writeFileSync(join(host.root, 'etc/sudoers.d/guide'), block('first-deploy.md', '3. nginx', 'sudoers'), { mode: 0o440 });
    await must(scene, 'visudo -cf /etc/sudoers.d/guide && chmod 440 /etc/sudoers.d/guide');
    const rights = await must(scene, 'sudo -n -l', 'deploy');
    expect(rights).toContain('NOPASSWD: /usr/bin/systemctl reload php8.4-fpm');

    // The key of the host, seen from outside and from inside.
    const [makeKey = '', scan = '', inside = ''] = blocks('first-deploy.md', '4. The key', 'sh');
    const dir = mkdtempSync(join(tmpdir(), 'ops-guide-'));
    try {
      const outside = (cmd: string): string => {
        const [file, ...args] = network.wrap(['sh', '-ec', cmd]);
        return execFileSync(file, args, { cwd: dir, encoding: 'utf8' });
      };
      const fingerprint = (text: string): string => /SHA256:\S+/.exec(text)?.[0] ?? 'none';
      const seen = outside(scan.replaceAll('app1.example.com', host.address));
      expect(fingerprint(seen)).toMatch(/^SHA256:/);
      expect(fingerprint(await must(scene, inside))).toBe(fingerprint(seen));
      outside(makeKey);
      const added = await host.exec('cat >> ~/.ssh/authorized_keys', { user: 'deploy', input: readFileSync(join(dir, 'deploy_key.pub'), 'utf8'), env: { HOME: '/home/deploy' } });
      expect(added.exit).toBe(0);

      const health = { 'health-url': `http://${host.address}:8080/api/health`, 'known-hosts': readFileSync(join(dir, 'known_hosts.app'), 'utf8'), 'ssh-key': readFileSync(join(dir, 'deploy_key'), 'utf8') };
      const variant = async (): Promise<unknown> => (await get(network, `http://${host.address}:8080/api/health/liveness`)).headers['x-variant'];
      const a = await scene.deploy(await scene.commit({ version: 'A' }), { with: health });
      expect({ exit: a.exit, log: a.exit === 0 ? '' : a.log }).toEqual({ exit: 0, log: '' });
      expect(a.outputs).toMatchObject({ verdict: 'pass', identity: 'proven' });
      expect(await variant()).toBe('A');
      const b = await scene.deploy(await scene.commit({ version: 'B' }), { with: health });
      expect(b.outputs).toMatchObject({ verdict: 'pass', identity: 'proven' });

      // Without GitHub and without a runner.
      const byHand = block('deploy.md', 'At three in the morning', 'sh').replace('THE_ID', a.outputs['release-id'] ?? '');
      const said = await must(scene, `set -e\n${byHand}`, 'deploy');
      expect(said).toContain(b.outputs['release-id']);
      expect(await variant()).toBe('A');
      const c = await scene.deploy(await scene.commit({ version: 'C' }), { with: health });
      expect(c.outputs).toMatchObject({ verdict: 'pass' });
      expect(await variant()).toBe('C');
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }, 150_000);
});
