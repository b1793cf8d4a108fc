<?php

namespace App\Services;

class Shop
{
    public function name($tenant): string
    {
        return $tenant->env('SHOP_NAME');
    }
}
