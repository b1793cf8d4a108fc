<?php

namespace App\Http\Middleware;

class DevLogin
{
    public function handle($request, $next)
    {
        if (env('DEV_LOGIN')) {
            auth()->loginUsingId(1);
        }

        return $next($request);
    }
}
