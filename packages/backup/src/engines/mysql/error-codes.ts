/** What the error codes of MySQL and MariaDB mean to a backup. https://dev.mysql.com/doc/mysql-errors/9.0/en/ */
export const REFUSED: readonly string[] = ['1045', '1698', '1130', '1049', '1129', '1862', '2061', '3118', '4151'];
/** The client lacks the way in which the account proves itself: mostly it is the other family's. */
export const UNABLE: readonly string[] = ['1251', '2059'];
export const UNREACHABLE: readonly string[] = ['2002', '2003', '2004', '2005'];
export const LOST: readonly string[] = ['2006', '2013', '2055', '1053', '1317', '1927', '4031'];
/** Of TLS. */
export const INSECURE: readonly string[] = ['2026'];
/** At a login it is a wrong database; of a dumper, which has logged in, a missing right. */
export const DATABASE_DENIED = '1044';

export const UNABLE_REMEDY = 'Install the client of the server\'s own product where the dump runs: package mariadb-client for MariaDB, mysql-client for MySQL.';
export const INSECURE_REMEDY = 'Set db-ca to the CA of the server, or db-tls: require (encrypted, not verified) or off for a server on the same machine.';
