<?php

return [
    'secure' => env('SESSION_SECURE_COOKIE'),
    'cookie' => '__Host-shop-session',
    'path' => '/',
    'domain' => null,
];
