import { rule, type Rule, type RuleMeta } from '../rule.ts';
import { checkCredentials, checkRedis } from './dbs/credentials.ts';
import { checkEnforced, checkVerified } from './dbs/tls.ts';

const COMMON = { precision: 'very-high', needs: ['config'], targets: ['production', 'staging'], since: '0.1.0' } as const satisfies Partial<RuleMeta>;

/** Databases: TLS and accounts of the default connection, and Redis. */
export const DBS: readonly Rule[] = [
  rule({
    ...COMMON, id: 'FWS-DBS-001', slug: 'db-tls-not-enforced', title: 'The database may be spoken to without TLS', severity: 'high', cwe: [319], asvs: ['12.3.1'],
    why: 'Whoever is on the way reads passwords and data. With `prefer`, which is the default of PostgreSQL clients, an attacker only has to say that there is no TLS.',
    fires: 'the server of the default connection is on another host, and MySQL has no CA in its options, PostgreSQL has sslmode disable, allow or prefer, or SQL Server has encrypt no; medium for an address of a private network or a service of a compose file',
    quiet: 'the server is on this machine, or TLS is enforced',
    remedy: 'Give the CA of the server, and verify it.',
    check: checkEnforced,
  }),
  rule({
    ...COMMON, id: 'FWS-DBS-002', slug: 'db-tls-unverified', title: 'The certificate of the database is not verified', severity: 'high', cwe: [295], asvs: ['12.3.2'],
    why: 'TLS with anybody is TLS with the attacker.',
    fires: 'TLS is on, and the certificate is not verified: `MYSQL_ATTR_SSL_VERIFY_SERVER_CERT` false, sslmode require without a root certificate, or trust_server_certificate',
    quiet: 'it is verified: sslmode verify-ca or verify-full, or a CA for MySQL',
    remedy: 'Verify the certificate against the CA of the server.',
    check: checkVerified,
  }),
  rule({
    ...COMMON, id: 'FWS-DBS-003', slug: 'db-default-credentials', title: 'The database has a stock account', severity: 'high', cwe: [521], asvs: ['13.2.3'],
    why: 'Names and passwords that come with a server or with Laravel are the first that anybody tries. An administrator\'s account turns one injected query into the whole server.',
    fires: 'the password is empty, a stock one, or the name of the user; low for a stock user alone, such as root, sa, postgres, forge, laravel',
    quiet: 'the application has an account of its own; an empty password through a socket, where the system knows who it is',
    remedy: 'Give the application an account of its own with the least rights.',
    check: checkCredentials,
  }),
  rule({
    ...COMMON, id: 'FWS-DBS-004', slug: 'redis-open', title: 'Redis is open to the network', severity: 'medium', precision: 'high', cwe: [306], asvs: ['13.2.1'],
    why: 'Whoever reaches it reads sessions and writes jobs, which run as the application.',
    fires: 'a connection goes to another host, with no password and no TLS',
    quiet: 'it is on this machine, or has a password or TLS',
    remedy: 'Set a password, and use TLS.',
    check: checkRedis,
  }),
];
