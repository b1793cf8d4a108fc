<?php

namespace App\Http\Controllers;

use Illuminate\Http\Request;

class LogoutController
{
    public function __invoke(Request $request): void
    {
        $request->user()->currentAccessToken()->delete();
    }
}
