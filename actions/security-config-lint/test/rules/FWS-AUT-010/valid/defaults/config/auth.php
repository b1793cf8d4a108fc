<?php

return [
    'passwords' => [
        'users' => ['provider' => 'users', 'table' => 'password_reset_tokens', 'expire' => 60, 'throttle' => 60],
    ],
    'password_timeout' => env('AUTH_PASSWORD_TIMEOUT', 10800),
];
