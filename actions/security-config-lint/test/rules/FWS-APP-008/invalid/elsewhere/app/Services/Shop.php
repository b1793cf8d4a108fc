<?php

namespace App\Services;

class Shop
{
    public function name(): string
    {
        return getenv('SHOP_NAME') . env('SHOP_SUFFIX');
    }
}
