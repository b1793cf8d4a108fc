<?php

namespace App\Http\Middleware;

class Csp
{
    public function handle($request, $next)
    {
        $response = $next($request);
        $response->headers->set('X-Team', 'shop');
        if (env('CSP_ENABLED', false)) {
            $response->headers->set('Content-Security-Policy', "default-src 'self'");
        }

        return $response;
    }
}
