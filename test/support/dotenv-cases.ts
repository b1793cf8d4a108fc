/** Awkward `.env` files: a table written by hand, and a grammar that makes more of them. */
import fc from 'fast-check';
import type { DotenvCase } from './dotenv-oracle.ts';

const LONG = 'x'.repeat(999);

/** Files as text; `\xNN` above 7F in `RAW` are bytes. */
const TEXTS: readonly string[] = [
  // empty, blank, comments
  '', '\n', '\r\n\r\n', '\r', ' ', '\t\t', '\f', '\v', '\0', '# only a comment', '#', '  # indented', '#A=1\nB=2', '\0#A=1\nB=2', '\f#A=1', 'A=1 # c', 'A=1# c', 'A=#x', 'A= #x', 'A="a" # c', "A='a' # c", 'A="a"#c', 'A="a" c', 'A="a"b', "A='a'b", 'A=a#b#c', 'A=a\t#c', '# note B="open\nC=1', '# note B="open\nC="1"\nD=2', '#="\nA=1\n"\nB=2', '# a="b"\nA=1', 'A=b # c="d\nE=1', 'A=1#="\nB=2\nC="x"\nD=3',
  // names
  'A', 'A\nB=1', ' A', 'A ', 'A=1\nA', 'A=1\nA\nA=2', 'A B=1', 'A-B=1', '=1', ' = 1', '=', 'A.B=1', 'A..=1', '.=1', '_=1', '1=2', '12=a\n012=b\n12=c', '0=a\n1=b\nX=c\n0=d', '9223372036854775807=a', '9223372036854775808=b', 'é=1', 'ÀB=1', 'ā٣=1', 'A\u0301=1', '日本=1', 'ǅ=1', 'A=1\n日=2', '"A"=b', "'A'=b", '"A=b', 'A"=b', '""=b', '"=b', "'\"A\"'=b", '"A\'=b', '"A B"=c', '" A"=b', 'A\0B=1', '\0A\0=1', 'A\f=1', '\fA=1', '\vA\v=\v1\v',
  'export A=b', 'export AB=b', 'export ABC=b', 'export  AB=b', 'export\tAB=b', 'export\fAB=b', 'export\f\fABC=b', 'export\vABC=b', 'export \0ABC=b', 'export\0ABC=b', 'export=1', 'export =1', 'exportA=1', 'export AB', 'export A', 'export', 'EXPORT AB=1', 'export "AB"=1', 'export export AB=1', ' export AB = 1', 'export éé=1', 'export é=1', 'export\u00a0AB=1', 'export \f AB=1',
  // plain values
  'A=', 'A= ', 'A=  b  ', 'A = b', ' A=b', 'A=a b', 'A=a  # b', 'A=x=y', 'A==', 'A=a"b', "A=a'b", 'A=a"b"', 'A=a\\b', 'A=\\', 'A=\\n', 'A=a\\"b', 'A=`id`', 'A=$(id)', 'A=a;b', 'A=a&b|c', 'A=(a)', 'A=[a]', 'A={a}', 'A=<a>', 'A=\fx', 'A=\f\fx', 'A=\f', 'A=x\f', 'A=x\fy', 'A=\f x', 'A=\0x\0', 'A=x\0y', 'A=x\0', 'A=x\0y\nA=z', 'A=z\nA=x\0y\nA=w', 'A=x\0y\nA', 'A=\u00a0x', 'A=x\u00a0y', 'A=\u2028x', 'A=\u0085', 'A=日本語', 'A=😀', "A='😀' # 日",
  // quotes and escapes
  'A=""', "A=''", 'A="b"', "A='b'", 'A="a b"', "A='a b'", 'A="a#b"', "A='a#b'", 'A="a\\nb"', "A='a\\nb'", 'A="\\f\\n\\r\\t\\v"', 'A="\\"q\\""', 'A="\\\\"', 'A="\\$B"', 'A="a\\qb"', 'A="\\ x"', 'A="\\\'"', 'A="\\#"', 'A="\\nabc"', 'A="\\nnn"', 'A="\\', 'A="\\"', "A='\\'", "A='\\''", "A='open", "A='open\nB=1", 'A="open', 'A="open\nB=1', 'A="', "A='", 'A=" ', 'A="a\\\\"b"', 'A="x"  ', 'A="x"\t\f', 'A="x"\0', 'A= "x"', 'A= "x\ny"', "A='x\ny'", 'A="a""b"', "A='a''b'", 'A=""b', 'A="é\\n😀"', 'A="\\é"',
  // several lines
  'A="l1\nl2"', 'A="l1\r\nl2"', 'A="l1\rl2"', 'A="l1\n\nl2"\nB=1', 'A="l1\nB=2\nl3"\nC=1', 'A="\n"', 'A="\n\n"', 'A="x\n"', 'A="\nx"', 'A="x\n"y', 'A="x\n" # c\nB=1', 'A="x\n# c\n"', 'A="x\\\ny"', 'A="x\\\\\ny"', 'A="x\\"\ny"', 'A="x\n\\"\n"', 'A="x\n\\\\"\nB=1', 'A="a\nB="b"\nC=1', 'A="a\nB="b\nC=1"\nD=2', 'A="a\nB="\nC="\nD=1', 'A=x="y\nz"\nB=1', 'A=\'="\nB=1\n"\nC=2', 'A="a\n"b"\nC=1', 'A="a\n"', 'A=""\nB=1', 'A="" "\nB=1"', 'A="a" "b\nc"', '="a\nb"', 'A-="a\nb"', 'A="a\n"\nB="c\n"\nC=1', 'A="one\ntwo ${B}"\nB=1', 'A="-----BEGIN KEY-----\nabc=\n-----END KEY-----\n"\nB=1', 'A="a\n  "\nB=1', 'A="a\n"  "\nB=1', 'A="a"b"\nC=1\n"',
  // variables
  'B=1\nA=${B}', 'B=1\nA="${B}"', "B=1\nA='${B}'", 'A=${B}\nB=1', 'A=${U}', 'A=$B', 'B=1\nA=$B', 'B=1\nA="\\${B}"', 'B=1\nA=${B', 'B=1\nA=${B}${B}', 'B=1\nA=x${B}y${B}z', 'B=1\nA=${ B }', 'B=1\nA="${B:-d}"', 'B=1\nA=${}', 'A=$', 'A=$$', 'A="$"', 'A=${A}', 'A=1\nA=${A}2\nA=${A}3', 'B={C}\nC=3\nA=$${B}', 'B=C}\nC=3\nA=${${B}', 'B=D}\nCD=3\nA=${C${B}', 'B={\nC=3\nA="$${B}C}"', 'B=$\nA=${B}{C}\nC=1', 'B=${C}\nC=1\nA=${B}', 'B="x y"\nA=${B}', 'B="#"\nA=${B}', 'B="\\n"\nA=${B}', 'B=é\nA="é${B}é${B}"', 'é=1\nA=${é}', 'B.C=1\nA=${B.C}', '1=x\nA=${1}', 'B=1\nB\nA=${B}', 'B=\nA=x${B}y', 'B=null\nA=${B}', 'B=1\nA=${B}#c', 'B=1\nA=${B} c', 'B=1\nA=a${B}"', 'B=1\nA="${B}', 'B=a\0b\nA=${B}', "B=1\nA='x'${B}", 'B=1\nA="x"${B}', 'A="$\n{B}"',
  // duplicates, line ends, the last line
  'A=1\nA=2', 'A=1\nA=', 'A=1\nB=2\nA=3\nB', 'A=1\r\nB=2\r\n', 'A=1\rB=2\r', 'A=1\n\rB=2', 'A=1\r\r\nB=2', 'A=1\n\n\nB=2\n', 'A=1\nbad name=2\nB=3', 'A=1\nB="a b" c\nC=3',
  // casts
  'A=true', 'A=TRUE', 'A=(True)', 'A=false', 'A=(FALSE)', 'A=null', 'A=(NULL)', 'A=empty', 'A=(Empty)', 'A="true"', 'A=" true"', 'A=on', 'A=0', 'A=()', 'A=(true', 'A="\'a\'"', "A='\"a\"'", 'A="\'"', "A='\"'", 'A="\'\'"', "A='\"a'", "A='\"a\nb\"'", 'A="\'x\\ny\'"', 'A="\'x\\ry\'"', "A=\"'a'b'\"", 'A=nulL', 'A=ſ', 'A=(NULL)K',
  // the borders of 1,000-byte tokens and of 80-byte messages
  `A="\\n${LONG}"`, `A="\\n${'x'.repeat(997)}é${LONG}"`, `A=${LONG}éx`, `A=${'\f'.repeat(1000)}x`, `A=${'\f'.repeat(1001)}x`, `A=x${' '.repeat(1500)}#c`, `A=x${' '.repeat(1500)}y`, `A="\\q${'x'.repeat(80)}"`, `A="\\q${'x'.repeat(76)}é"`, `A="\\q${'x'.repeat(75)}😀x"`, `A="\\q${'é'.repeat(60)}"`, `A="a\tb\x01\x7f\x0b" c`, 'A="\n\n\nx\\q"', 'A="a\nb" c', `${'x'.repeat(200)} y=1`, `A=${'x'.repeat(5000)}`, `A="${'é'.repeat(3000)}\${A}"`, 'A="\\q\x1b[31m"', '\x01=1',
];

/**
 * A character across the 1,000-byte border of a token behind an escape. PHP 8.2 keeps it, PHP 8.4's mb_substr turns its first
 * half into `?` and leaves the other half as a stray byte: not text any more, and ours reads what was written.
 */
export const CUT_CHARACTER: DotenvCase = { file: Buffer.from(`A="\\n${'x'.repeat(998)}é"`) };

/** Bytes that are no valid UTF-8, marks at the start, other encodings. */
const RAW: readonly string[] = [
  '\xef\xbb\xbfA=1', '\xef\xbb\xbf', '\xef\xbb\xbf\xef\xbb\xbfA=1', '\nA=\xef\xbb\xbf1', '\xff\xfeA\0=\x001\0', '\xfe\xff\0A\0=\x001', 'A=\xff', 'A=\xc3', 'A=\xc3\nB=1', 'A=\xc3(', 'A=\xe2\x82', 'A=\xe2\x82x', 'A=\xe2x', 'A=\xf0\x9f\x98', 'A=\xf0\x9f\x98x', 'A=\xf0\x9fx', 'A=\xed\xa0\x80', 'A=\xed\xa0\x80x', 'A=\xc0\xaf', 'A=\xe0\x80\xaf', 'A=\xf0\x80\x80\xaf', 'A=\xf4\x90\x80\x80', 'A=\xf5\x80\x80\x80', 'A=\x80', 'A=\x80\x80\x80', 'A=\xe9t\xe9', 'A="caf\xe9"\nB=2', '\xe9=1', 'A=\xfe\xff', 'A=\xf8\x88\x80\x80\x80', 'A=\xf1\x80\xc3\xa9', 'A=\xc3\xc3\xa9', 'A=\xe1\x80\xe1\x80\x80', 'A=\xf4\x8f\xbf\xbf', 'A="\xff\xff\n\xff" x', 'A=\xe2\x82\n', 'A="\xc3', 'A=\xf3\xa0\x80"', 'A=\xff#\xff',
];

const UNDER: readonly DotenvCase[] = [
  ['A=file', { A: 'real' }], ['A=file', { A: '' }], ['A', { A: 'real' }], ['A=1\nA=2', { A: 'real' }], ['B=${A}', { A: 'real' }], ['A=file\nB=${A}', { A: 'real' }], ['B=${A}', { A: '' }], ['B="${A}"', { A: 'é😀' }], ['B=$${A}', { A: '{B}' }], ['A=x', { B: 'true' }], ['12=x\nB=${12}', { 12: 'y' }], ['B=${A}\nA=x', { A: "'q'" }], ['A=a\0b', { A: 'real' }], ['A="\\q"', { A: 'real' }], ['é=1', { é: '2' }], ['A', { B: '1' }],
].map(([text, environment]) => ({ file: Buffer.from(String(text)), environment: environment as Record<string, string> }));

export const HAND_WRITTEN: readonly DotenvCase[] = [...TEXTS.map((text) => ({ file: Buffer.from(text) })), ...RAW.map((bytes) => ({ file: Buffer.from(bytes, 'latin1') })), ...UNDER];

const name = fc.constantFrom('A', 'B', 'C', 'AB', 'DB_PASSWORD', 'a.b', '1', '12', 'é', '"A"', "'B'", 'export A', 'export AB', ' A ', 'A B', 'A-B', '', 'export\tC');
const shred = fc.constantFrom('a', 'b', 'é', '😀', ' ', '  ', '\t', '"', "'", '\\', '\\\\', '\\n', '\\"', '\\$', '\\q', '#', ' #', '$', '${A}', '${B}', '${', '}', '{', '{A}', '="', '=', '\f', '\v', '\0', '\n', '\r\n', '\r', '\u00a0', 'true', '(null)', 'x'.repeat(90), '\x1b');
const text = fc.array(shred, { maxLength: 8 }).map((parts) => parts.join(''));
const calm = fc.array(fc.constantFrom('a', 'é', ' ', '#', '=', '${A}', '${C}', '\\n', '\\\\', '\\"', '\n', "'", '$', '{B}'), { maxLength: 6 }).map((parts) => parts.join(''));
const value = fc.oneof(text, calm.map((inner) => `"${inner}"`), calm.map((inner) => `'${inner.replaceAll("'", '')}'`), fc.tuple(calm, text).map(([inner, rest]) => `"${inner}" #${rest}`), fc.constantFrom('', 'b', '${A}', 'true', '"a b"'));
const line = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(name, fc.constantFrom('=', '=', '=', ' = ', '= '), value).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: name }, { weight: 1, arbitrary: text }, { weight: 1, arbitrary: text.map((rest) => `# ${rest}`) },
);
const joined = fc.array(fc.tuple(line, fc.constantFrom('\n', '\n', '\n', '\r\n', '\r', '\n\n')), { maxLength: 6 }).map((lines) => lines.flat().join(''));
const damage = fc.oneof({ weight: 12, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constantFrom('\xff', '\xc3', '\xe2\x82', '\xf0\x9f', '\xed\xa0\x80', '\xef\xbb\xbf', '\x80') });

/** Mostly close to the grammar, sometimes with an odd byte somewhere and a process environment. */
export const generatedCase: fc.Arbitrary<DotenvCase> = fc.record({
  file: fc.tuple(joined, damage, fc.nat()).map(([good, odd, place]) => {
    const bytes = Buffer.from(good);
    const at = bytes.length === 0 ? 0 : place % bytes.length;
    return odd === '' ? bytes : Buffer.concat([bytes.subarray(0, at), Buffer.from(odd, 'latin1'), bytes.subarray(at)]);
  }),
  environment: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('A', 'B', 'C', '12'), fc.constantFrom('', 'real', '{A}', 'é', 'x y', '"q"', 'true'), { maxKeys: 2 }) }),
});

/** Database URLs that are easy to split wrongly. Empty, `0` and SQL Server's DSN are not here: Laravel takes them for none, or for another language. A path that is a JSON list ends Laravel with a TypeError. */
export const URLS: readonly string[] = [
  'mysql://u:p@h/db', 'mysql://u:p@h:3307/db', 'mysql://u@h/db', 'mysql://u:@h/db', 'mysql://:p@h/db', 'mysql://h/db', 'mysql://h', 'mysql://h/', 'mysql://h:/db', 'mysql://h:0/db', 'mysql://h:65535/db', 'mysql://h:65536/db', 'mysql://h:123456/db', 'mysql://h:12ab/db', 'mysql://h:ab/db', 'mysql://h:-1/db', 'mysql://h:+33/db', 'mysql://h: 33/db',
  'mysql://u:p%40q%2Fr@h/db', 'mysql://u:a:b@h/db', 'mysql://u:a@b@h/db', 'mysql://u:a/b@h/db', 'mysql://u:a?b@h/db', 'mysql://u:a#b@h/db', 'mysql://u:%zz@h/db', 'mysql://u:%@h/db', 'mysql://u:a+b@h/db', 'mysql://u:%2B@h/db', 'mysql://u%3a:p@h/db', 'mysql://u:é@h/db', 'mysql://u:%C3%A9@h/db', 'mysql://u:%E9@h/db', 'mysql://u:%00@h/db', 'mysql://u:%0A@h/db', 'mysql://u:a\nb@h/db', 'mysql://u:a\tb@h/db', 'mysql://u:a b@h/db', 'mysql://u:\x7f@h/db', 'mysql://u:😀@h/db',
  'mysql://u:123@h/db', 'mysql://u:007@h/db', 'mysql://u:0@h/db', 'mysql://u:-0@h/db', 'mysql://u:-5@h/db', 'mysql://u:1e3@h/db', 'mysql://u:1E400@h/db', 'mysql://u:-1E400@h/db', 'mysql://u:1.50@h/db', 'mysql://u:1.0@h/db', 'mysql://u:0.1@h/db', 'mysql://u:0.0001@h/db', 'mysql://u:0.00001@h/db', 'mysql://u:1e-5@h/db', 'mysql://u:1.23e-7@h/db', 'mysql://u:1e14@h/db', 'mysql://u:1e15@h/db', 'mysql://u:123456789012345678@h/db', 'mysql://u:9223372036854775807@h/db', 'mysql://u:9223372036854775808@h/db', 'mysql://u:-9223372036854775808@h/db', 'mysql://u:-9223372036854775809@h/db', 'mysql://u:1.2345678901234567@h/db', 'mysql://u:123456789.12345678@h/db', 'mysql://u:99999999999999.9@h/db', 'mysql://u:12345678901234.5@h/db', 'mysql://u:123456789012345.6@h/db', 'mysql://u:5e-324@h/db', 'mysql://u:-0.0@h/db', 'mysql://u:0e0@h/db',
  'mysql://u:true@h/db', 'mysql://u:TRUE@h/db', 'mysql://u:fAlSe@h/db', 'mysql://u:null@h/db', 'mysql://u:NULL@h/db', 'mysql://null:p@h/db', 'mysql://true@h/db', 'mysql://u:"q"@h/db', 'mysql://u:%22q%5Cn%22@h/db', 'mysql://u:%22%5Cud83d%22@h/db', 'mysql://u:%22%5Cu00e9%22@h/db', 'mysql://u:[1]@h/db', 'mysql://u:{}@h/db', 'mysql://u:%20%2012%20@h/db', 'mysql://u:%0B12@h/db', "mysql://u:'q'@h/db", 'mysql://u:1_000@h/db', 'mysql://u:0x1F@h/db', 'mysql://u:NaN@h/db', 'mysql://u:Infinity@h/db', 'mysql://u:%EF%BB%BF1@h/db', 'mysql://u:%C2%A01@h/db',
  'postgres://u:p@h/db', 'postgresql://u:p@h/db', 'pgsql://u:p@h/db', 'mysql2://u:p@h/db', 'mariadb://u:p@h/db', 'sqlsrv://u:p@h/db', 'mssql://u:p@h/db', 'redis://h', 'MYSQL://u:p@h/db', 'constructor://h/db', 'my+sql://h/db', 'my_sql://h/db', '1://h/db', 'true://h/db', '123://h/db',
  'sqlite:///database/a.sqlite', 'sqlite:////var/a.sqlite', 'sqlite3:///a', 'sqlite://a/b.sqlite', 'sqlite:a.sqlite', 'sqlite:/a.sqlite', 'sqlite::memory:', 'sqlite:///:memory:', 'sqlite://', 'sqlite:', 'sqlite:///', 'SQLITE:///a', 'sqlite:///a?foreign_key_constraints=true', 'sqlite:123', 'sqlite:123/x', 'sqlite:123456', 'sqlite:12345a', 'file:///c:/a', 'file:///a/b', 'file://h/a', 'file:////a',
  'mysql://[::1]/db', 'mysql://[::1]:3306/db', 'mysql://::1/db', 'mysql://u:p@[::1]:3306/db', 'mysql://h/a/b', 'mysql://h//db', 'mysql://h/db/', 'mysql://h/d%62', 'mysql://h/123', 'mysql://h/%', 'mysql://h/db#frag', 'mysql://h#f', 'mysql://h?a=1', 'mysql://h/?a=1', 'mysql://h/db?', 'mysql://h/db?0', 'mysql://h/db?a', 'mysql://h/db?#a', 'mysql://h/db#?a=1', 'mysql:///db', 'mysql:/db', 'mysql:db', 'mysql://', 'mysql:', 'mysql', '//h/db', '//u:p@h:33/db', '/db', 'db', ':', ':33', ':/', 'h:33', 'h:33/db', 'h:99999', 'h:65535', 'h:65536', 'h:65536/d', 'u:p@h/db', 'u:p@h:33/db', '?a=1', '#a', 'a?b=1', '/a:80', '/a:80/b', '//a:80', '//a:', 'a b:80', 'a b:80/c', 'a_b:c', '@h', 'mysql://@h/db', 'mysql://u:p@/db', 'mysql://u:p@:33/db', 'x://::abc/?', 'http:?a', 'a?b:c', 'a#b:80', '?:80', '?:', ' mysql://h/db', 'mysql ://h/db', '1', 'true', '%zz',
  'mysql://h/db?charset=utf8&collation=x', 'mysql://h/db?unix_socket=/run/a.sock', 'mysql://h/db?host=o&password=q&port=44', 'mysql://h/db?password=1e3', 'mysql://h/db?password=null', 'mysql://h/db?password=', 'mysql://h/db?password', 'mysql://h/db?a=1&a=2', 'mysql://h/db?a[]=1&a[]=2', 'mysql://h/db?a[b]=1', 'mysql://h/db?a[b=1', 'mysql://h/db?a]b=1', 'mysql://h/db?[a]=1', 'mysql://h/db?a.b=1', 'mysql://h/db?a b=1', 'mysql://h/db?+a=1', 'mysql://h/db?a+b=c+d', 'mysql://h/db?a%5Bb%5D=1', 'mysql://h/db?=1', 'mysql://h/db?&&a=1', 'mysql://h/db?a=b=c', 'mysql://h/db?a=%zz', 'mysql://h/db?a;b=1', 'mysql://h/db?a=1?b=2', 'mysql://h/db?options[1007]=/ca.pem', 'pgsql://h/db?sslmode=require&sslrootcert=/ca.pem', 'mysql://h/db?driver=pgsql', 'mysql://h/db?url=x', 'mysql://h/db?a=%7B%7D', 'mysql://h/db?a%00b=1', 'mysql://h/db?12=x&012=y', 'mysql://h/db?é=é', 'mysql://h/db?a[b]=1&a=2', 'mysql://h/db?a=2&a[b]=1', 'mysql://h/db?a.b[c.d]=1', 'mysql://h/db?a[b.c=1', 'mysql://h/db? =1', 'mysql://h/db?.=1', 'mysql://h/db?a.[b]=1',
];

const urlPiece = fc.constantFrom('mysql', 'pgsql', 'sqlite', 'a', ':', ':', '/', '/', '//', '@', '?', '#', '=', '&', '.', '+', '%', '%40', '%2F', '[', ']', '1', '33', '99999', '1e3', 'true', 'null', '-', '_', ' ', 'é', '"', '\t');
export const generatedUrl: fc.Arbitrary<string> = fc.oneof(
  fc.array(urlPiece, { minLength: 1, maxLength: 10 }).map((parts) => parts.join('')),
  fc.array(urlPiece, { maxLength: 10 }).map((parts) => `mysql://${parts.join('')}`),
  fc.array(urlPiece, { maxLength: 10 }).map((parts) => `mysql://h/db?${parts.join('')}`),
).filter((url) => url !== '0' && !/^\s*\[/.test(url) && !/^sqlsrv:(?!\/\/)/i.test(url));

const SETS: readonly Readonly<Record<string, string>>[] = [
  {}, { DB_DATABASE: '/var/lib/a.sqlite' }, { DB_DATABASE: 'a.sqlite' }, { DB_HOST: 'db1.example.com' }, { DB_PORT: '3307' }, { DB_PORT: '' }, { DB_DATABASE: 'shop', DB_USERNAME: 'shop', DB_PASSWORD: 's3#cret' },
  { DB_PASSWORD: '' }, { DB_PASSWORD: 'null' }, { DB_PASSWORD: '(empty)' }, { DB_PASSWORD: 'true' }, { DB_PASSWORD: 'false' }, { DB_PASSWORD: '"quoted"' }, { DB_USERNAME: 'null' }, { DB_HOST: 'null' }, { DB_HOST: '' }, { DB_SOCKET: '/run/mysqld/mysqld.sock' }, { DB_SOCKET: '0' }, { DB_SOCKET: 'null' },
  { DB_CHARSET: 'latin1' }, { DB_COLLATION: 'utf8mb4_0900_ai_ci' }, { DB_CHARSET: 'null', DB_COLLATION: '' },
  { DB_URL: 'mysql://u:p@h:33/d' }, { DB_URL: 'mariadb://u:1e3@h/d?charset=utf8' }, { DB_URL: 'postgres://u:null@h/d?sslmode=verify-full&sslrootcert=/ca.pem' }, { DB_URL: 'pgsql://u:p%40q@h', DB_DATABASE: 'd' }, { DB_URL: 'sqlite:////a.sqlite' }, { DB_URL: 'sqlite:///a.sqlite' },
  { DB_URL: '' }, { DB_URL: '0' }, { DB_URL: 'null' }, { DB_URL: 'false' }, { DB_URL: 'mysql://h/d?password=&username=x&unix_socket=/s' }, { DB_URL: 'mysql://h/d?host=null' }, { DATABASE_URL: 'mysql://u:p@h/d' }, { DB_URL: 'mysql://u@h/d', DB_PASSWORD: 'kept' },
];

/** Process environments for every connection that can be backed up, in `.env`'s own words. */
export const ENVIRONMENTS: readonly Readonly<Record<string, string>>[] = [{}, { DB_DATABASE: ':memory:' }, ...['sqlite', 'mysql', 'mariadb', 'pgsql'].flatMap((connection) => SETS.map((set) => ({ DB_CONNECTION: connection, ...set })))];
