<?php

namespace App\Http\Controllers;

use Illuminate\Http\Request;

class TokenController
{
    public function store(Request $request): string
    {
        return $request->user()->createToken('phone', ['orders:read'])->plainTextToken;
    }
}
