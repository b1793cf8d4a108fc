<?php

return [
    'cookie' => env('SESSION_COOKIE', 'shop_session'),
    'secure' => env('SESSION_SECURE_COOKIE'),
    'path' => '/',
    'domain' => null,
];
