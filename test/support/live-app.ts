/** The sample application of one Debian release on PHP's own server, behind a proxy that ends TLS: what a live probe looks at. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { answersAt, freePort, startDaemon } from './daemon.ts';
import type { Behaviour } from './http.ts';
import { writeApp } from './laravel.ts';
import { placeOf } from './services.ts';

export type Release = 'bookworm' | 'trixie' | 'sid';

export interface LiveApp extends AsyncDisposable {
  /** Hands every request to the application, as a proxy that ends TLS does. */
  readonly proxy: Behaviour;
}

const KEY = `base64:${Buffer.alloc(32, 7).toString('base64')}`;

/** Starts it with this `.env`. `LIVE_TRUST=1` trusts the proxy, `LIVE_HEADERS=1` sends good security headers, `LIVE_ORIGINS` fills cors.allowed_origins. */
export async function startLiveApp(release: Release, env: Readonly<Record<string, string>>): Promise<LiveApp> {
  await using undo = new AsyncDisposableStack();
  const root = placeOf(release);
  const inRoot = mkdtempSync(join(root, 'tmp/ops-live-')).slice(root.length);
  const dir = join(root, inRoot);
  undo.defer(() => { rmSync(dir, { recursive: true, force: true }); });
  writeApp(dir, { version: '1.0.0', files: FILES });
  // From 11 on middleware stands here.
  const bootstrap = join(dir, 'bootstrap/app.php');
  writeFileSync(bootstrap, readFileSync(bootstrap, 'utf8').replace('fn ($middleware) => $middleware->', 'fn ($middleware) => $middleware->replace(Illuminate\\Http\\Middleware\\TrustProxies::class, App\\Http\\TrustedProxy::class)->'));
  writeFileSync(join(dir, '.env'), Object.entries({ APP_KEY: KEY, APP_ENV: 'production', LOG_CHANNEL: 'null', ...env }).map(([name, value]) => `${name}=${value}\n`).join(''));
  const port = await freePort();
  const log = join(dir, 'server.log');
  const daemon = await startDaemon({
    name: `PHP of ${release}`, log, env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }, ready: () => answersAt(port),
    argv: ['/usr/sbin/chroot', root, '/usr/bin/php', '-d', 'expose_php=0', '-S', `127.0.0.1:${port}`, '-t', `${inRoot}/public`, `${inRoot}/public/index.php`],
  });
  undo.defer(() => daemon.end('SIGKILL'));
  const owned = undo.move();
  return { proxy: proxyTo(port), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function proxyTo(port: number): Behaviour {
  return (request, response) => {
    const onward = http.request({ host: '127.0.0.1', port, path: request.url ?? '/', headers: { ...request.headers, 'x-forwarded-proto': 'https', 'x-forwarded-for': '93.184.215.15', connection: 'close' } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    onward.end();
  };
}

const SESSION_MIDDLEWARE = '\\Illuminate\\Cookie\\Middleware\\EncryptCookies::class, \\Illuminate\\Cookie\\Middleware\\AddQueuedCookiesToResponse::class, \\Illuminate\\Session\\Middleware\\StartSession::class, \\App\\Http\\SecurityHeaders::class';

const FILES: Readonly<Record<string, string>> = {
  'app/Http/SecurityHeaders.php': `<?php

namespace App\\Http;

class SecurityHeaders
{
    public function handle($request, $next)
    {
        $response = $next($request);
        if (env('LIVE_HEADERS')) {
            $nonce = base64_encode(random_bytes(16));
            $response->headers->set('Content-Security-Policy', "default-src 'self'; script-src 'nonce-$nonce' 'strict-dynamic'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'");
            $response->headers->set('X-Content-Type-Options', 'nosniff');
            if ($request->secure()) {
                $response->headers->set('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');
            }
        }

        return $response;
    }
}
`,
  'app/Http/TrustedProxy.php': `<?php

namespace App\\Http;

class TrustedProxy extends \\Illuminate\\Http\\Middleware\\TrustProxies
{
    protected $headers = 0b0011110;

    protected function proxies()
    {
        return env('LIVE_TRUST') ? '127.0.0.1' : null;
    }
}
`,
  'app/Http/Kernel.php': `<?php

namespace App\\Http;

class Kernel extends \\Illuminate\\Foundation\\Http\\Kernel
{
    public function __construct(\\Illuminate\\Contracts\\Foundation\\Application $app, \\Illuminate\\Routing\\Router $router)
    {
        $this->middleware = array_values(array_filter([TrustedProxy::class, 'Illuminate\\Http\\Middleware\\HandleCors'], 'class_exists'));
        $this->middlewareGroups = ['api' => [], 'pages' => [${SESSION_MIDDLEWARE}]];
        parent::__construct($app, $router);
    }
}
`,
  'routes/pages.php': `<?php

use App\\Http\\PageController;
use Illuminate\\Support\\Facades\\Route;

Route::get('/', [PageController::class, 'welcome'])->middleware([${SESSION_MIDDLEWARE}]);
`,
  'config/cors.php': `<?php

return [
    'paths' => ['api/*'],
    'allowed_methods' => ['*'],
    'allowed_origins' => explode(',', env('LIVE_ORIGINS', '*')),
    'allowed_origins_patterns' => [],
    'allowed_headers' => ['*'],
    'exposed_headers' => [],
    'max_age' => 0,
    'supports_credentials' => (bool) env('LIVE_CREDENTIALS', false),
];
`,
  'config/session.php': `<?php

return [
    'driver' => 'file', 'lifetime' => 120, 'expire_on_close' => false, 'encrypt' => false, 'files' => storage_path('framework/sessions'), 'connection' => null, 'table' => 'sessions', 'store' => null,
    'lottery' => [2, 100], 'cookie' => 'sample_session', 'path' => '/', 'domain' => null, 'secure' => env('SESSION_SECURE_COOKIE'), 'http_only' => (bool) env('SESSION_HTTP_ONLY', true), 'same_site' => env('SESSION_SAME_SITE', 'lax'),
];
`,
};
