import { expect, test } from '@jest/globals';
import { judgeWords } from './dumper-words.ts';

test.each([
  ['mysqldump: Got error: 1045: Access denied for user', 'login-refused'],
  ['mysqldump: Error 2013: Lost connection to server during query when dumping table `t` at row: 1', 'server-lost'],
  ["mysqldump: Got error: 2003: Can't connect to MySQL server", 'host-unreachable'],
  ["mysqldump: Got error: 1142: SELECT command denied to user", 'right-missing'],
  ['pg_dump: error: connection to server at "h" (1.2.3.4), port 5432 failed: FATAL:  password authentication failed for user "x"', 'login-refused'],
  ['pg_dump: error: connection to server at "h", port 5432 failed: Connection refused', 'host-unreachable'],
  ['pg_dump: error: query failed: server closed the connection unexpectedly', 'server-lost'],
  ['pg_dump: error: query failed: ERROR:  permission denied for table t', 'right-missing'],
  ['pg_dump: error: aborting because of server version mismatch', 'client-mismatch'],
  ['pg_dump: error: query failed: ERROR:  canceling statement due to lock timeout', 'dump-failed'],
  ['mysqldump: Got error: 2059: Authentication plugin \'x\' cannot be loaded: x.so: cannot open shared object file', 'client-mismatch'],
  ['mysqldump: Got error: 1251: Client does not support authentication protocol requested by server', 'client-mismatch'],
  ["mysqldump: Got error: 1044: Access denied for user 'app'@'%' to database 'shop' when using LOCK TABLES", 'right-missing'],
  ["mysqldump: Couldn't execute 'FLUSH TABLES': Access denied; you need (at least one of) the RELOAD privilege(s) for this operation (1227)", 'right-missing'],
  ["mariadb-dump: Got error: 1698: Access denied for user 'root'@'localhost'", 'login-refused'],
  ["mysqldump: Got error: 1049: Unknown database 'shop' when selecting the database", 'login-refused'],
  ['mariadb-dump: Got error: 2026: TLS/SSL error: Certificate verification failure', 'login-refused'],
  ['pg_dump: error: connection to server at "h" (1.2.3.4), port 5432 failed: FATAL:  database "x" does not exist', 'login-refused'],
  ['pg_dump: error: connection to server at "h" (1.2.3.4), port 5432 failed: SSL error: certificate verify failed', 'login-refused'],
  ['pg_dump: error: query failed: SSL SYSCALL error: EOF detected', 'server-lost'],
  ['pg_dump: error: connection to server at "h", port 5432 failed: root certificate file "/x.pem" does not exist', 'login-refused'],
  ["mysqldump: Couldn't execute 'SHOW CREATE TABLE `certificates`': Table 'shop.certificates' doesn't exist (1146)", 'dump-failed'],
  ['something new', 'dump-failed'],
])('%s means %s', (said, reason) => expect(judgeWords(said, 'app1').reason).toBe(reason));
