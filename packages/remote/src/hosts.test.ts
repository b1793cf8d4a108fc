import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseHosts, parseLogin } from './hosts.ts';
import { path } from './testing.ts';

const DEFAULT = path('/var/www/app');

function errors(...lines: string[]): string {
  const result = parseHosts(lines, DEFAULT);
  return result.ok ? 'no errors' : result.errors.join('\n');
}

describe('parseHosts', () => {
  test('reads logins, settings and roles, and sorts by name', () => {
    const result = parseHosts([
      'deploy@app2.example.com', '', '# a comment',
      'deploy@app1.example.com:2222 name=first path="/srv/my app/" roles=migrate,web',
      "root@[2001:db8::1]:22 name=six path='/srv/six'",
      'local',
    ], DEFAULT);
    expect(result).toEqual({
      ok: true,
      targets: [
        { name: 'app2.example.com', address: { kind: 'ssh', user: 'deploy', host: 'app2.example.com', port: 22 }, path: '/var/www/app', roles: ['web', 'worker', 'migrate'] },
        { name: 'first', address: { kind: 'ssh', user: 'deploy', host: 'app1.example.com', port: 2222 }, path: '/srv/my app', roles: ['web', 'migrate'] },
        { name: 'local', address: { kind: 'local' }, path: '/var/www/app', roles: ['web', 'worker', 'migrate'] },
        { name: 'six', address: { kind: 'ssh', user: 'root', host: '2001:db8::1', port: 22 }, path: '/srv/six', roles: ['web', 'worker', 'migrate'] },
      ],
    });
  });

  test.each([
    ['-oProxyCommand=x@app1', 'begins with a hyphen'],
    ['deploy@-oProxyCommand=x', 'no host name'],
    ['app1.example.com', 'names no user; write user@host'],
    ['deploy@2001:db8::1', 'put an IPv6 address in brackets'],
    ['deploy@[app1]', 'no host name or address'],
    ['deploy@app1:0', '"0" is no port'],
    ['deploy@app1:70000', 'a number from 1 to 65535'],
    ['deploy@app1:ssh', '"ssh" is no port'],
    ['deploy@app1 path=srv/app', '"srv/app" is no absolute path'],
    ['deploy@app1 path=/srv/../etc', 'is no absolute path'],
    ['deploy@app1 path="/srv/my app', 'A quotation mark is not closed'],
    ['deploy@app1 path="/srv"app=x', 'is no absolute path', ],
    ['deploy@app1 name=-x', 'The value of name= begins with a hyphen'],
    ['deploy@app1 name="a b"', 'cannot be a name'],
    ['deploy@app1 name=a name=b', 'name= stands there twice'],
    ['deploy@app1 roles=web,db', '"db" is no role; roles are web, worker, migrate'],
    ['deploy@app1 roles=', 'roles= has no value'],
    ['deploy@app1 port=22', '"port=22" is not understood'],
    ['de;ploy@app1', 'cannot be a user name'],
    ['deploy@app$(1)', 'no host name'],
  ])('refuses %s', (line, why) => {
    const said = errors('deploy@fine.example.com', line);
    if (line.includes('"/srv"app')) return expect(parseHosts([line], DEFAULT)).toMatchObject({ ok: true, targets: [{ path: '/srvapp=x' }] });
    expect(said).toMatch(/^Line 2 of hosts, /);
    expect(said).toContain(why);
    return expect(said).toContain('Example: ');
  });

  test('names everything that is wrong at once', () => {
    expect(errors('app1', 'deploy@app2:x').split('\n')).toHaveLength(2);
  });

  test('refuses the same app dir twice, and two hosts of one name', () => {
    expect(errors('deploy@app1', 'other@APP1:22 name=b')).toContain('The same app dir is listed twice: app1:22 /var/www/app');
    expect(errors('deploy@app1', 'deploy@app1 path=/srv/b')).toContain('Two hosts have the name app1; give one of them another with name=');
    expect(errors('local', 'local')).toContain('The same app dir is listed twice: local /var/www/app');
  });

  test('wants a path from somewhere, and at least one host', () => {
    expect(parseHosts(['deploy@app1'], undefined)).toMatchObject({ ok: false, errors: [expect.stringContaining('There is no path')] });
    expect(errors('', '# nothing')).toContain('The list of hosts is empty');
  });

  test('never returns a part that ssh or a shell could take for something else', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      const login = parseLogin(text);
      if (typeof login === 'string') return;
      expect(login.host).not.toMatch(/^-|[\s'"$`;&|<>\\]/);
      expect(login.user).not.toMatch(/^-|[\s'"`;&|<>]/);
    }));
    fc.assert(fc.property(fc.array(fc.string({ unit: 'binary' })), (lines) => {
      parseHosts(lines, DEFAULT);
    }));
  });
});
