/** What PHP and its web server interfaces set themselves in `$_SERVER`, so that `env()` may find it whatever the deployment says. */
const SAPI_NAMES: ReadonlySet<string> = new Set([
  'PHP_SELF', 'argc', 'argv', 'REQUEST_TIME', 'REQUEST_TIME_FLOAT', 'GATEWAY_INTERFACE', 'QUERY_STRING', 'DOCUMENT_ROOT', 'DOCUMENT_URI', 'HTTPS', 'REQUEST_METHOD', 'REQUEST_URI', 'REQUEST_SCHEME',
  'REMOTE_ADDR', 'REMOTE_HOST', 'REMOTE_PORT', 'REMOTE_USER', 'REDIRECT_REMOTE_USER', 'REDIRECT_STATUS', 'CONTENT_TYPE', 'CONTENT_LENGTH', 'FCGI_ROLE', 'PATH', 'PATH_INFO', 'PATH_TRANSLATED', 'ORIG_PATH_INFO',
  'SCRIPT_NAME', 'SCRIPT_FILENAME', 'PHP_AUTH_USER', 'PHP_AUTH_PW', 'PHP_AUTH_DIGEST', 'AUTH_TYPE', 'USER', 'HOME', 'PWD', 'SHELL', 'LOGNAME',
]);

export function isSapiName(key: string): boolean {
  return SAPI_NAMES.has(key) || /^(?:HTTP|SERVER|SSL|REDIRECT)_/.test(key);
}
